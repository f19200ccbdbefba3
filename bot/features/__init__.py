"""What people can do with the bot: one folder a feature, with its commands, cards and buttons."""
