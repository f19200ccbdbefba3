"""Raised characters: an exponent is kept so that it cannot be misread, the mark of a note leaves the text."""

from __future__ import annotations

from askbrief.core.text import pattern

_NOTE_MARK = pattern(r"[\s*†‡§¶#]+|\(?\d{1,3}\)?(?:\s*[,;–-]\s*\d{1,3})*")
_EXPONENT = pattern(r"[-−–+]?\d{1,3}")
_LAST_TOKEN = pattern(r"[\p{L}\p{N}µ°%.,]+$")
_UNITS = frozenset(
    "m km cm dm mm µm nm ft in mi yd s sec min h mol kg g l cal j w v a n pa hz bit px mètre meter metre".split()
)
"""Units that have exponents: m², s⁻¹."""
_BASE = pattern(r"(?:^|[^\p{N}.,])(?:10|\d)$")
"""A number that is raised to a power: ten, as in 3 × 10⁶, or a single digit."""
_VARIABLE = pattern(r"(?:^|[^\p{L}])\p{L}$")
_TOKEN_CHARS = 24


def raised_text(before: str, mark: str) -> str:
    """Return what a raised text adds to the text before it.

    A number becomes an exponent ("10^6") after ten, a single digit, a unit or a variable, and with a sign. After
    anything else it is the mark of a note, and adds nothing, as symbols do. Letters stay ("1st"), and what begins a
    paragraph.

    >>> [raised_text(before, mark) for before, mark in (("3 × 10", "6"), ("km", "2"), ("1", "st"), ("10", "-3"))]
    ['^6', '^2', 'st', '^-3']
    >>> [raised_text(before, "2") for before in ("4,000", "2019", "30%", "fighters", "it.", "10,000")]
    ['', '', '', '', '', '']
    """
    before, stripped = before[-_TOKEN_CHARS:], mark.strip()
    is_mark = _NOTE_MARK.fullmatch(stripped) or _EXPONENT.fullmatch(stripped)
    if not stripped or not before.strip() or not is_mark:
        return mark
    if _EXPONENT.fullmatch(stripped) and (stripped[0] in "-−–+" or _is_base(before)):
        return f"^{stripped.replace('−', '-').replace('–', '-')}{mark[len(mark.rstrip()) :]}"
    return mark[len(mark.rstrip()) :]


def _is_base(before: str) -> bool:
    """Return whether a text ends with what is raised to a power."""
    token = _LAST_TOKEN.search(before)
    if token is None:
        return before.endswith(")")
    return token[0].lower() in _UNITS or bool(_BASE.search(before) or _VARIABLE.search(before))
