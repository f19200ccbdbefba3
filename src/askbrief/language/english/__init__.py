"""English: word lists, numbers, quantities, dates, proper names, abbreviations and aliases."""
