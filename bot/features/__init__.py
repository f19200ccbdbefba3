"""The features of the bot: each has its commands, cards and buttons in one module or folder, and imports no other."""
