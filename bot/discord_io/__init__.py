"""What the bot's features share to speak with Discord: cards, components, markup, people, language."""
