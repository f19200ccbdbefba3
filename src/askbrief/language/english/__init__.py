"""What is specific to English: numbers, quantities, dates and proper names."""
