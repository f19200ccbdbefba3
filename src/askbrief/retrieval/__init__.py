"""Find the passages for a question and rank them."""
