"""The question form, and an answer as its page shows it: verdict, figures, passages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from askbrief.records import Verdict
from askbrief.service.scoping import narrowed
from askbrief.web.views.text import TextMark, TextPiece, pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from askbrief.library import Library
    from askbrief.records import Answer, Hit, RememberedQuote, Scope

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
class AnswerView:
    """What the page of an answer shows besides the record."""

    words: str
    explained: str
    best: Hit | None  # the first passage of a strong answer
    dated_within: bool  # whether a source gives a figure's date in the text itself
    numbers: Mapping[str, int]  # of the passages on the page, by their keys and those of near-duplicates
    recalled: Mapping[str, RememberedQuote | None]  # what was shown under the keys of near-duplicates

    @classmethod
    def of(cls, answer: Answer, recall: Callable[[str], RememberedQuote | None]) -> Self:
        """Return the view of an answer; `recall` returns what was shown under a key."""
        words, explained = _VERDICTS[answer.verdict]
        return cls(
            words,
            explained,
            best=answer.hits[0] if answer.verdict is Verdict.STRONG and answer.hits else None,
            dated_within=any(figure.as_of for group in answer.figures for figure in group.figures),
            numbers={key: hit.rank for hit in answer.hits for key in (hit.key, *hit.also)},
            recalled={key: recall(key) for hit in answer.hits for key in hit.also},
        )


def marks_of(hit: Hit) -> list[TextMark]:
    """Return the marks of a hit: its best sentence, and the answer in it."""
    return [TextMark(hit.highlight, BEST), *_answer_mark(hit)]


def quote_pieces(hit: Hit) -> tuple[TextPiece, ...]:
    """Return the quote, with its best sentence and the answer in it marked."""
    return pieces(hit.quote, hit.start, marks_of(hit))


def sentence_pieces(hit: Hit) -> tuple[TextPiece, ...]:
    """Return the best sentence, with the answer in it marked."""
    return pieces(hit.answer_sentence, hit.highlight.start, _answer_mark(hit))


def _answer_mark(hit: Hit) -> list[TextMark]:
    return [TextMark(hit.answer, ANSWER)] if hit.answer else []
