"""Questions, parsed once: terms, expansions, answer type, quantity, constraints, aspects."""
