"""A question, parsed once: terms, expansions, answer type, quantity, constraints, aspects."""
