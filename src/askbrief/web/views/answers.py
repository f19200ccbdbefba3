"""The question form, and an answer on its page: verdict, figures, passages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from askbrief.core.unsafe_characters import visible_title
from askbrief.records import Answer, Verdict
from askbrief.service.scoping import narrowed
from askbrief.web.views.citations import Written, citation_of, credits_line, in_every_style, passage_on_web
from askbrief.web.views.links import citation_address
from askbrief.web.views.text import Mark, Piece, pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from askbrief.library import Library
    from askbrief.records import Hit, RememberedQuote, Scope

FIELDS = ("q", "collection", "since", "until", "top")
_TOP, _MOST = 5, 20
_LONGEST_NUMBER = 9


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in the fields of the form, as it was typed; empty where nothing does."""

    q: str = ""
    collection: str = ""
    since: str = ""
    until: str = ""
    top: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Read an address's query."""
        return cls(**{name: query.get(name, "").strip() for name in FIELDS})

    @property
    def query(self) -> dict[str, str]:
        """The fields that are filled, to be carried along in addresses; nothing without a question."""
        return {name: value for name in FIELDS if (value := getattr(self, name))} if self.q else {}

    @property
    def narrowed(self) -> str:
        """What the search was narrowed to, in words."""
        parts = [
            self.collection,
            f"since {self.since}" if self.since else "",
            f"until {self.until}" if self.until else "",
        ]
        return ", ".join(filter(None, parts))

    def count(self, most: int) -> int:
        """How many passages are wanted: 5 where nothing else, and nothing out of bounds, is asked for."""
        return max(1, min(number(self.top) or _TOP, _MOST, most))

    def more(self, most: int) -> int:
        """How many to ask for next; 0 where there can be no more."""
        following = min(self.count(most) + _TOP, _MOST, most)
        return following if following > self.count(most) else 0

    def scope(self, library: Library, allowed: Scope) -> Scope:
        """Return what to search of what the person may see.

        Raises:
            InputError: the collection is unknown, or since or until is not a date.
        """
        collections = [self.collection] if self.collection else None
        return narrowed(library, allowed, collections, since=self.since, until=self.until)


def number(given: str | None) -> int | None:
    """A number of an address; whatever is none is left out."""
    return int(given) if given and given.isascii() and given.isdecimal() and len(given) <= _LONGEST_NUMBER else None


_VERDICTS = {
    Verdict.STRONG: ("Strong match", ""),
    Verdict.WEAK: ("Weak match", "These passages may answer it; read them before you rely on them."),
    Verdict.NONE: ("The sources don’t say", "No passage answers this question."),
}
BEST, ANSWER = "best", "answer"


@dataclass(frozen=True, slots=True)
class Likeness:
    """A passage that says the same as another one."""

    key: str
    title: str
    locator: str
    address: str


@dataclass(frozen=True, slots=True)
class HitView:
    """A passage of an answer, its best sentence and the answer in it marked."""

    number: int
    key: str
    title: str
    credits: tuple[str, ...]
    locator: str
    pieces: tuple[Piece, ...]
    also: tuple[Likeness, ...]
    written: tuple[Written, ...]
    address: str
    web_page: str | None


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure as one source has it. `number` is that of the passage on the page, if it is there."""

    text: str
    unit: str
    date: str
    as_of: str
    title: str
    address: str
    number: int | None
    first: bool


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer as its page shows it."""

    verdict: str
    verdict_words: str
    explained: str
    searched_for: str
    searched_also: tuple[str, ...]
    short: str
    sentence: tuple[Piece, ...]
    hits: tuple[HitView, ...]
    figures: tuple[FigureRow, ...]
    differ: bool
    notes: tuple[str, ...]

    @property
    def dated_within(self) -> bool:
        """Whether a source says in the text itself when a figure held."""
        return any(row.as_of for row in self.figures)

    @classmethod
    def of(cls, answer: Answer, asked: Asked, recall: Callable[[str], RememberedQuote | None]) -> Self:
        """Lay an answer out.

        Args:
            answer: as the library gave it.
            asked: the form, to be carried along in links.
            recall: what is known of a key that is not shown itself.
        """
        words, explained = _VERDICTS[answer.verdict]
        strong = answer.verdict is Verdict.STRONG and bool(answer.hits)
        first = answer.hits[0] if strong else None
        return cls(
            verdict=answer.verdict.value,
            verdict_words=words,
            explained=explained,
            searched_for=answer.question if answer.question != " ".join(asked.q.split()) else "",
            searched_also=answer.searched_also,
            short=first.words(first.answer) if first and first.answer and not answer.figures else "",
            sentence=_sentence(first) if first else (),
            hits=tuple(_hit(hit, asked.query, recall) for hit in answer.hits),
            figures=tuple(_figures(answer, asked.query)),
            differ=any(group.differs for group in answer.figures),
            notes=answer.notes,
        )


def marks_of(hit: Hit) -> list[Mark]:
    """What is marked in a passage for the question that it was found for."""
    marks = [Mark(hit.highlight, BEST)]
    return [*marks, Mark(hit.answer, ANSWER)] if hit.answer else marks


def _sentence(hit: Hit) -> tuple[Piece, ...]:
    return pieces(hit.answer_sentence, hit.highlight.start, [Mark(hit.answer, ANSWER)] if hit.answer else [])


def _hit(hit: Hit, query: Mapping[str, str], recall: Callable[[str], RememberedQuote | None]) -> HitView:
    return HitView(
        number=hit.rank,
        key=hit.key,
        title=visible_title(hit.title, hit.doc_id),
        credits=credits_line(hit.metadata),
        locator=hit.locator,
        pieces=pieces(hit.quote, hit.start, marks_of(hit)),
        also=tuple(_likeness(key, recall(key), query) for key in hit.also),
        written=in_every_style(citation_of(hit)),
        address=citation_address(hit.key, query),
        web_page=passage_on_web(hit.metadata.url, hit.answer_sentence),
    )


def _likeness(key: str, known: RememberedQuote | None, query: Mapping[str, str]) -> Likeness:
    title = visible_title(known.title, known.doc_id) if known else key
    return Likeness(key, title, known.locator if known else "", citation_address(key, query))


def _figures(answer: Answer, query: Mapping[str, str]) -> list[FigureRow]:
    """A row for each source that gives a figure, those that agree below each other."""
    numbers = {key: hit.rank for hit in answer.hits for key in (hit.key, *hit.also)}
    return [
        FigureRow(
            text=figure.text,
            unit=figure.unit if figure.counted else "",
            date=figure.date or "",
            as_of=figure.as_of or "",
            title=visible_title(figure.title, figure.doc_id),
            address=citation_address(figure.key, query),
            number=numbers.get(figure.key),
            first=place == 0,
        )
        for group in answer.figures
        for place, figure in enumerate(group.figures)
    ]
