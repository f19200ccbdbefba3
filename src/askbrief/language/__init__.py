"""Text -> terms, sentences, numbers, dates, quantities and names."""
