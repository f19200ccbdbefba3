"""The question form, and an answer as its page shows it: verdict, figures, passages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from askbrief.core.unsafe_characters import visible_title
from askbrief.records import Answer, Verdict
from askbrief.service.links import citation_path
from askbrief.service.scoping import narrowed
from askbrief.web.views.citations import StyledCitation, citation_of, credits_line, in_every_style, passage_on_web
from askbrief.web.views.text import TextMark, TextPiece, pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from askbrief.library import Library
    from askbrief.records import Hit, RememberedQuote, Scope

FIELDS = ("q", "collection", "since", "until", "top")
_TOP, _MAX_TOP = 5, 20
_MAX_DIGITS = 9


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """The fields of the form as they were typed; empty if they were left out."""

    q: str = ""
    collection: str = ""
    since: str = ""
    until: str = ""
    top: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Parse the query of an address."""
        return cls(**{name: query.get(name, "").strip() for name in FIELDS})

    @property
    def query(self) -> dict[str, str]:
        """The fields that are filled, for the addresses of other pages; empty without a question."""
        return {name: value for name in FIELDS if (value := getattr(self, name))} if self.q else {}

    @property
    def narrowed(self) -> str:
        """What the search is narrowed to, in words."""
        parts = [
            self.collection,
            f"since {self.since}" if self.since else "",
            f"until {self.until}" if self.until else "",
        ]
        return ", ".join(filter(None, parts))

    def count(self, limit: int) -> int:
        """Return how many passages to show, from 1 to 20 and to `limit`; by default 5."""
        return max(1, min(number(self.top) or _TOP, _MAX_TOP, limit))

    def more(self, limit: int) -> int:
        """Return how many passages to ask for next; 0 if there can be no more."""
        following = min(self.count(limit) + _TOP, _MAX_TOP, limit)
        return following if following > self.count(limit) else 0

    def scope(self, library: Library, allowed: Scope) -> Scope:
        """Return what to search of what the person may see.

        Raises:
            InputError: the collection is unknown, or since or until is not a date.
        """
        collections = [self.collection] if self.collection else None
        return narrowed(library, allowed, collections, since=self.since, until=self.until)


def number(given: str | None) -> int | None:
    """Parse a number of an address; return None if it is not one."""
    return int(given) if given and given.isascii() and given.isdecimal() and len(given) <= _MAX_DIGITS else None


_VERDICTS = {
    Verdict.STRONG: ("Strong match", ""),
    Verdict.WEAK: ("Weak match", "These passages may answer it; read them before you rely on them."),
    Verdict.NONE: ("The sources don’t say", "No passage answers this question."),
}
BEST, ANSWER = "best", "answer"


@dataclass(frozen=True, slots=True)
class DuplicateRow:
    """A passage that says the same as a hit."""

    key: str
    title: str
    locator: str
    address: str


@dataclass(frozen=True, slots=True)
class HitView:
    """A passage of an answer, with its best sentence and the answer in it marked."""

    number: int
    key: str
    title: str
    credits: tuple[str, ...]
    locator: str
    pieces: tuple[TextPiece, ...]
    also: tuple[DuplicateRow, ...]
    written: tuple[StyledCitation, ...]
    address: str
    web_page: str | None


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure as one source has it. `number` is that of its passage on the page; None if it is not shown."""

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
    sentence: tuple[TextPiece, ...]
    hits: tuple[HitView, ...]
    figures: tuple[FigureRow, ...]
    differ: bool
    notes: tuple[str, ...]

    @property
    def dated_within(self) -> bool:
        """Whether a source gives a figure's date in the text itself."""
        return any(row.as_of for row in self.figures)

    @classmethod
    def of(cls, answer: Answer, form: QuestionForm, recall: Callable[[str], RememberedQuote | None]) -> Self:
        """Return the view of an answer.

        Args:
            answer: from the library.
            form: whose fields the links carry along.
            recall: returns what was shown under a key.
        """
        words, explained = _VERDICTS[answer.verdict]
        strong = answer.verdict is Verdict.STRONG and bool(answer.hits)
        first = answer.hits[0] if strong else None
        return cls(
            verdict=answer.verdict.value,
            verdict_words=words,
            explained=explained,
            searched_for=answer.question if answer.question != " ".join(form.q.split()) else "",
            searched_also=answer.searched_also,
            short=first.words(first.answer) if first and first.answer and not answer.figures else "",
            sentence=_sentence(first) if first else (),
            hits=tuple(_hit(hit, form.query, recall) for hit in answer.hits),
            figures=tuple(_figures(answer, form.query)),
            differ=any(group.differs for group in answer.figures),
            notes=answer.notes,
        )


def marks_of(hit: Hit) -> list[TextMark]:
    """Return the marks of a hit: its best sentence, and the answer in it."""
    marks = [TextMark(hit.highlight, BEST)]
    return [*marks, TextMark(hit.answer, ANSWER)] if hit.answer else marks


def _sentence(hit: Hit) -> tuple[TextPiece, ...]:
    return pieces(hit.answer_sentence, hit.highlight.start, [TextMark(hit.answer, ANSWER)] if hit.answer else [])


def _hit(hit: Hit, query: Mapping[str, str], recall: Callable[[str], RememberedQuote | None]) -> HitView:
    return HitView(
        number=hit.rank,
        key=hit.key,
        title=visible_title(hit.title, hit.doc_id),
        credits=credits_line(hit.metadata),
        locator=hit.locator,
        pieces=pieces(hit.quote, hit.start, marks_of(hit)),
        also=tuple(_duplicate(key, recall(key), query) for key in hit.also),
        written=in_every_style(citation_of(hit)),
        address=citation_path(hit.key, query),
        web_page=passage_on_web(hit.metadata.url, hit.answer_sentence),
    )


def _duplicate(key: str, known: RememberedQuote | None, query: Mapping[str, str]) -> DuplicateRow:
    title = visible_title(known.title, known.doc_id) if known else key
    return DuplicateRow(key, title, known.locator if known else "", citation_path(key, query))


def _figures(answer: Answer, query: Mapping[str, str]) -> list[FigureRow]:
    """Return a row for each source that gives a figure; figures that agree are below each other."""
    numbers = {key: hit.rank for hit in answer.hits for key in (hit.key, *hit.also)}
    return [
        FigureRow(
            text=figure.text,
            unit=figure.unit if figure.counted else "",
            date=figure.date or "",
            as_of=figure.as_of or "",
            title=visible_title(figure.title, figure.doc_id),
            address=citation_path(figure.key, query),
            number=numbers.get(figure.key),
            first=place == 0,
        )
        for group in answer.figures
        for place, figure in enumerate(group.figures)
    ]
