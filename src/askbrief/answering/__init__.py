"""Passages found -> an answer: near-duplicates once, the best sentence marked, a verdict."""
