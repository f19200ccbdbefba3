"""The meanings of a name, as they are shown to people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from askbrief.records import Definition

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from askbrief.ranking.names import Meaning
    from askbrief.records import Hit, Passage, Span


def definitions(meanings: Sequence[Meaning], show: Callable[[int, int], Hit]) -> list[Definition]:
    """The team's own names as one definition, then each that documents give with the first passage that does.

    Args:
        meanings: of one name, the team's first.
        show: gives a passage by its number, with the sentence marked in which a character of its document stands.
    """
    ours = tuple(dict.fromkeys(form for one in meanings if one.from_team for form in one.forms))
    team = [Definition(meanings[0].name, ours, 0, 0, from_aliases=True)] if ours else []
    theirs = [one for one in meanings if not one.from_team]
    documents = []
    for rank, one in enumerate(theirs, start=1):
        first = one.rows[0]
        hit = replace(show(first.passage or 0, first.place), rank=rank)
        documents.append(Definition(one.name, one.forms, one.documents, one.passages, from_aliases=False, hit=hit))
    return [*team, *documents]


def defining_sentence(passage: Passage, place: int) -> Span:
    """The sentence of a passage in which a character of its document stands."""
    return next((span for span in passage.sentences if span.start <= place < span.end), passage.sentences[0])
