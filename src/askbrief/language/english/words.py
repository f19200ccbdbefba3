"""Small word lists of English."""

from __future__ import annotations

import regex

from askbrief.core.lazy_regex import pattern

NEGATION = pattern(
    r"\b(?:not|no|never|none|neither|nor|without|cannot|nobody|nothing|unable|fail(?:s|ed)?|lack(?:s|ed|ing)?|except)\b"
    r"|n['’]t\b",
    regex.IGNORECASE,
)
"""A word that negates a statement."""
