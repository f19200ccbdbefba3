"""Word lists of English: stop words, negation, abbreviations, opposites."""

from __future__ import annotations

from importlib import resources

import regex

from askbrief.core.lazy_regex import pattern

STEMMER = "english"
"""The Snowball stemmer."""
STOP_WORDS = frozenset(
    """
    a about above after again against all am an and any are as at be because been before being below between
    both but by can could did do does doing down during each few for from further had has have having he her
    here hers herself him himself his how i if in into is it its itself just me more most my myself no nor not
    now of off on once only or other our ours ourselves out over own same she should so some such than that the
    their theirs them themselves then there these they this those through to too under until up very was we
    were what when where which while who whom why will with would you your yours yourself yourselves
    dont doesnt didnt isnt arent wasnt werent wont wouldnt cant couldnt shouldnt hasnt havent hadnt
    im ive id ill youre youve hes shes theyre theyve thats theres whats lets
    """.split()
)
"""Words that are not indexed. "us" is not one of them, since "U.S." becomes "us"."""
ABBREVIATIONS = ["ae", "cx", "max"]
"""Added to the abbreviations of nupunkt, which cuts "Ae. albopictus", "Cx. pipiens" and "(max. 6.5 m)"."""
NEGATION = pattern(
    r"\b(?:not|no|never|none|neither|nor|without|cannot|nobody|nothing|unable|fail(?:s|ed)?|lack(?:s|ed|ing)?|except)\b"
    r"|n['’]t\b",
    regex.IGNORECASE,
)
"""A word that negates a statement."""
SIZE_UNITS = frozenset(
    """
    acr employe fighter hectar inhabit km member milit resid soldier squar staff troop
    """.split()
)
"""Stems of the units in which the size of a group or a place is given."""
PARTIAL_EVENTS = frozenset(
    """
    arrest captur dead detain die execut freed injur kidnap kill releas surrend wound
    """.split()
)
"""Stems of events that concern only a part: "killed 50 fighters" does not say how many there are."""


def opposite_words() -> list[tuple[str, str]]:
    """Return pairs of words with opposite meanings; opposites.txt names their source."""
    lines = resources.files(__package__).joinpath("opposites.txt").read_text(encoding="utf-8").splitlines()
    return [(one, other) for one, other in (line.split() for line in lines if line and not line.startswith("#"))]
