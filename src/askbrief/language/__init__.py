"""Text analysis: terms, sentences and names; english/ has what is specific to English."""
