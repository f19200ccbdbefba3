"""Lines of a text with their offsets; every reader of line-based formats stands on this."""

from __future__ import annotations

from askbrief.patterns import pattern
from askbrief.records import Span

_LINE = pattern(r"[^\r\n]*(?:\r\n?|\n|\Z)")


def line_spans(text: str, start: int = 0) -> list[Span]:
    r"""Every line from `start` on, without its line end.

    >>> line_spans("a\r\n\nb")
    [Span(start=0, end=1), Span(start=3, end=3), Span(start=4, end=5)]
    """
    spans: list[Span] = []
    for match in _LINE.finditer(text, start):
        if match.end() == match.start() and match.start() == len(text) and spans:
            break
        spans.append(Span(match.start(), match.start() + len(match.group().rstrip("\r\n"))))
    return spans


def stripped(text: str, start: int, end: int) -> Span:
    """The span without white space at its ends; empty at `start` where there is nothing else."""
    piece = text[start:end]
    first = start + len(piece) - len(piece.lstrip())
    return Span(first, first + len(piece.strip())) if piece.strip() else Span(start, start)
