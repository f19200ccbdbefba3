"""Asking: questions by command, mention, direct message, reply and context menu."""
