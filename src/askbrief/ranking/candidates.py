"""What in a sentence can be the answer to a question of some kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.patterns import pattern
from askbrief.ranking.analysis import analyse
from askbrief.ranking.expected import Expected
from askbrief.ranking.measures import fractions, measures, vague_numbers
from askbrief.ranking.propernames import names
from askbrief.ranking.quantities import Kind, quantities
from askbrief.ranking.times import times
from askbrief.records import Span

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet

_PLACED = pattern(
    r"\b(?:in|at|from|to|near|of|into|through|across|around|outside|inside|towards?|between|throughout|within|off|on|via|and|"
    r"[Ii]n|[Aa]t|[Nn]ear|[Ff]rom|cit(?:y|ies) of|provinces? of)\s+(?:the\s+|(?:north|south|east|west)(?:ern)?\s+)*$"
)
_LISTED = pattern(r",?\s(?:and|or)\s(?:the\s)?|,\s(?:the\s)?")
_LOOK_BACK = 40
_ENOUGH = 3
"""So many letters at the beginning of a word are also those of its term."""
NOTHING: frozenset[str] = frozenset()


def candidates(text: str, wanted: Expected, known: AbstractSet[str] = NOTHING) -> list[Span]:
    """Find what in a sentence can be the answer.

    Args:
        text: a sentence.
        wanted: the kind of answer.
        known: the question's terms (as `analyse` has them); what consists of them alone answers nothing.

    Returns:
        Spans in order; none overlaps another. Empty for kinds without a short answer.

    >>> text = "Pakistan launched airstrikes on hideouts in the Afghan provinces of Kunar and Khost, killing 47 people."
    >>> [text[span.start : span.end] for span in candidates(text, Expected.PLACE, {"pakistan"})]
    ['Kunar', 'Khost']
    """
    find = _FINDERS.get(wanted)
    if find is None:
        return []
    beginnings = [term[:_ENOUGH] for term in known]
    return [span for span in find(text) if not _is_known(text[span.start : span.end], known, beginnings)]


def _places(text: str) -> list[Span]:
    """The names after a word such as "in", and those listed after them; all names where there is none such."""
    found = list(names(text))
    placed: list[Span] = []
    for span in found:
        before = text[max(0, span.start - _LOOK_BACK) : span.start]
        listed = placed and _LISTED.fullmatch(text, placed[-1].end, span.start)
        if listed or _PLACED.search(before):
            placed.append(span)
    return placed or found


def _quantities(text: str, *kinds: Kind) -> list[Span]:
    return [Span(found.start, found.end) for found in quantities(text) if found.kind in kinds]


def _is_known(text: str, known: AbstractSet[str], beginnings: list[str]) -> bool:
    """Whether a text has none but known terms; most have nothing like one, which is told fast where it is ASCII."""
    if text.isascii():
        lowered = text.lower()
        if not any(beginning in lowered for beginning in beginnings):
            return False
    return all(term in known for term in analyse(text))


_FINDERS: dict[Expected, Callable[[str], list[Span]]] = {
    Expected.PERSON: lambda text: list(names(text)),
    Expected.NAME: lambda text: list(names(text)),
    Expected.PLACE: _places,
    Expected.TIME: lambda text: list(times(text)),
    Expected.MEASURE: lambda text: measures(text) or _quantities(text, Kind.COUNT),
    Expected.NUMBER: lambda text: _quantities(text, *Kind) or vague_numbers(text),
    Expected.MONEY: lambda text: _quantities(text, Kind.MONEY),
    Expected.SHARE: lambda text: _quantities(text, Kind.SHARE) or fractions(text),
}
