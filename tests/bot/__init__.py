"""The bot, driven like a person would through a simulated Discord."""
