"""Answering: from a question to the marked sentence, answer span, figures and verdict."""
