"""English: word lists, numbers, quantities, dates, proper names, and the names that a text defines."""
