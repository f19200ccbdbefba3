"""The Discord bot: askbrief in a channel."""
