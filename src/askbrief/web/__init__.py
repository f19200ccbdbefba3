"""The page and the JSON API beside the bot: the same library, read in a browser and by programs."""
