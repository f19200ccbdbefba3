"""The words inside the marked sentence that answer: a figure that counts what is asked for, or what the reader found.

Where a passage was not read, a number, date, name or place of the kind that is asked for is looked for. Each candidate
is weighed by a few signals of where it stands; the likeliest is shown if it is likely enough, since a wrong one is
worse than none. The weights are a logistic regression, one for each kind, fitted on public question sets with answer
spans (docs/quality.md).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import regex

from askbrief.answering.sentence import candidates
from askbrief.core.lazy_regex import pattern
from askbrief.language.analysis import analyse
from askbrief.query.answer_type import AnswerRole, AnswerType, TimePrecision
from askbrief.records import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from askbrief.inference.reader import Reading
    from askbrief.query.parsed_question import ParsedQuestion
    from askbrief.records import Figure, Hit

SIGNALS = (
    "near",  # of each of the question's terms, how near it is; all of them
    "beside",  # the two nearest
    "alone",  # there is no other candidate
    "first",
    "clauses",  # ends of clauses between it and the nearest term
    "placed",  # "in" or the like stands before it
    "by",  # "by" stands before it
    "long",  # it has several words
    "institution",  # it has a word such as "University"
    "coarse",  # it is less precise than asked for: a month where a day is wanted
    "choices",  # how many candidates there are
    "subject",  # asked for as a subject ("who led"): how near a term follows it
    "object",  # asked for as an object ("whom did they meet"): how near a term precedes it
)
_WORD = pattern(r"[\p{L}\p{M}\p{N}]+(?:[-'’][\p{L}\p{M}\p{N}]+)*")
_PLACED = pattern(
    r"\b(?:in|at|from|to|near|into|through|across|around|outside|inside|towards?|throughout|within)\s+(?:the\s+)?$",
    regex.IGNORECASE,
)
_BY = pattern(r"\bby\s+(?:the\s+|\p{Ll}+\s+){0,2}$", regex.IGNORECASE)
_CLAUSE_END = pattern(r"[,;:()—–]")
_INSTITUTION = pattern(
    r"\b(?:University|College|School|Company|Corporation|Inc|Party|Army|War|Act|Street|River|County|City|Church|Museum|"
    r"Award|League|Cup|Council|Court|Union|Institute|Hospital|Park|Bridge|Stadium|Airport|Station|Palace)\b"
)
_WRITTEN_PRECISION = {
    TimePrecision.YEAR: pattern(r"\p{Nd}{3}|BC|AD"),
    TimePrecision.MONTH: pattern(r"\p{Lu}\p{Ll}+"),
    TimePrecision.DAY: pattern(r"\p{L}.*\p{Nd}|\p{Nd}.*\p{L}|day"),
}
"""How a time is written that has a precision."""
LEAST_MARGIN = 0.0
"""From this margin on what the reader found is shown: where it is likelier than no answer."""
_JOINT = pattern(r",?\s(?:and|or|&)\s(?:the\s)?|,\s(?:the\s)?")
_LISTED = frozenset({AnswerType.PERSON, AnswerType.PLACE, AnswerType.NAME})
_LOOK_BACK = 30
_FAR = 3
"""A term so many words away counts half."""


_WEIGHTS = {
    AnswerType.NUMBER: (-0.5, 0.8, 1.4, 1.7, 0.6, -0.7, 0.1, -0.2, 0.2, 0.0, 0.0, -1.5, 0.3, -0.1),
    AnswerType.TIME: (-0.3, 0.7, 1.2, 2.5, 0.6, -0.3, 0.2, -0.2, 0.0, 0.0, -1.0, -1.3, 0.2, 0.6),
    AnswerType.MEASURE: (-0.1, 0.4, 0.5, 1.2, 0.9, 0.0, 0.2, 0.0, 0.0, 0.0, 0.0, -0.7, 0.0, 0.0),
    AnswerType.PERSON: (-0.9, 0.6, 0.7, 1.4, 0.9, -0.1, -0.9, 0.7, 1.0, -1.0, 0.0, -1.7, 0.2, 0.7),
    AnswerType.PLACE: (-0.3, 0.4, 0.1, 0.6, 0.3, -0.3, 0.5, 0.4, 0.1, -0.1, 0.0, -1.2, 0.2, 0.3),
    AnswerType.NAME: (-0.7, 0.4, 1.1, 0.7, 0.7, -0.3, -0.7, -0.5, 0.6, -0.1, 0.0, -1.3, 0.1, -0.2),
}
"""For each kind the constant, then the weights in the order of `SIGNALS`."""
_LIKELY = {
    AnswerType.NUMBER: 0.45,
    AnswerType.TIME: 0.5,
    AnswerType.MEASURE: 0.6,
    AnswerType.PERSON: 0.53,
    AnswerType.PLACE: 0.62,
    AnswerType.NAME: 0.6,
}
"""From this probability on an answer is shown: where at least 7 of 10 that are shown are right."""
_LIKE = {AnswerType.MONEY: AnswerType.NUMBER, AnswerType.SHARE: AnswerType.NUMBER}


def find_answer(
    parsed: ParsedQuestion, hit: Hit, figures: Sequence[Figure] = (), reading: Reading | None = None
) -> Span | None:
    """Return the answer in the marked sentence of a hit, as a span of the document; None where none is likely enough.

    It is one of the figures where the sentence has some; else what the reader found, if it read the passage; else the
    likeliest of the candidates.

    Args:
        parsed: the question.
        hit: with its marked sentence.
        figures: of the passage, for the quantity that is asked for.
        reading: what the reader found in the passage.
    """
    text, at = hit.answer_sentence, hit.highlight.start
    marked = [Span(figure.start - at, figure.end - at) for figure in figures if figure.sentence == hit.highlight]
    if marked:
        return _moved(likeliest(parsed, text, marked, least=0), at)
    if reading is not None:
        return _read(reading, hit)
    return _moved(likeliest(parsed, text, choices(parsed, text)), at)


def _read(reading: Reading, hit: Hit) -> Span | None:
    """What the reader found in the marked sentence, where it is sure enough of it."""
    place = reading.places[hit.sentences.index(hit.highlight)]
    return place.span if place is not None and place.margin >= LEAST_MARGIN else None


def choices(parsed: ParsedQuestion, text: str) -> list[Span]:
    """The candidates in a sentence; names that are listed are one: "Kunar and Khost", "Kabul, Afghanistan"."""
    found = candidates(text, parsed.answer_type, frozenset(parsed.terms))
    if parsed.answer_type not in _LISTED or len(found) == 1:
        return found
    lists: list[list[Span]] = []
    for span in found:
        if lists and _JOINT.fullmatch(text, lists[-1][-1].end, span.start):
            lists[-1].append(span)
        else:
            lists.append([span])
    return [span for some in lists for span in _as_one(text, some, parsed.answer_type)]


def _as_one(text: str, some: list[Span], answer_type: AnswerType) -> list[Span]:
    if len(some) == 1 or (answer_type is not AnswerType.PLACE and text[some[-2].end : some[-1].start].strip() == ","):
        return some
    return [Span(some[0].start, some[-1].end)]


def _moved(span: Span | None, by: int) -> Span | None:
    return Span(span.start + by, span.end + by) if span else None


def likeliest(parsed: ParsedQuestion, text: str, found: Sequence[Span], *, least: float | None = None) -> Span | None:
    """The candidate that is likeliest to be the answer.

    Args:
        parsed: the question.
        text: the sentence.
        found: the candidates, as spans of the sentence.
        least: how likely it must be; by default what its kind asks for.

    Returns:
        The first of the likeliest; None where none is likely enough.
    """
    if not found:
        return None
    kind = _LIKE.get(parsed.answer_type, parsed.answer_type)
    constant, *weights = _WEIGHTS.get(kind, _WEIGHTS[AnswerType.NUMBER])
    scores = [
        constant + sum(weight * signal for weight, signal in zip(weights, row, strict=True))
        for row in signals(parsed, text, found)
    ]
    best = max(range(len(found)), key=scores.__getitem__)
    least = _LIKELY.get(kind, 1.0) if least is None else least
    return found[best] if 1 / (1 + math.exp(-scores[best])) >= least else None


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a sentence, and those of its terms that the question has."""

    start: int
    end: int
    terms: frozenset[str]
    is_name: bool


def signals(parsed: ParsedQuestion, text: str, found: Sequence[Span]) -> list[tuple[float, ...]]:
    """What speaks for and against each candidate in a sentence, in the order of `SIGNALS`."""
    terms = frozenset(parsed.terms)
    words = [_word(match, terms) for match in _WORD.finditer(text)]
    return [
        (
            *_nearness(parsed, words, span),
            float(len(found) == 1),
            float(place == 0),
            float(_clauses(text, words, span)),
            *_form(parsed, text, span),
            min(len(found), 6) / 6,
            *_role(parsed, words, span),
        )
        for place, span in enumerate(found)
    ]


def _word(match: regex.Match[str], known: frozenset[str]) -> _Word:
    return _Word(match.start(), match.end(), known.intersection(analyse(match[0])), match[0][0].isupper())


def _apart(words: Sequence[_Word], span: Span) -> Iterator[tuple[int, _Word]]:
    """The words outside a candidate that are terms of the question, with how many words away; before it, negative."""
    first = sum(word.end <= span.start for word in words)
    last = first + sum(word.start < span.end for word in words[first:]) - 1
    for place, word in enumerate(words):
        if word.terms and not first <= place <= last:
            yield (place - first if place < first else place - last), word


def _nearness(parsed: ParsedQuestion, words: Sequence[_Word], span: Span) -> tuple[float, float]:
    nearness: dict[str, float] = {}
    for distance, word in _apart(words, span):
        for term in word.terms:
            nearness[term] = max(nearness.get(term, 0.0), 1 / (1 + abs(distance) / _FAR))
    two = sorted(nearness.values())[-2:]
    return sum(nearness.values()) / (len(frozenset(parsed.terms)) or 1), sum(two) / 2


def _clauses(text: str, words: Sequence[_Word], span: Span) -> int:
    """How many clauses end between a candidate and the nearest term."""
    near = min(_apart(words, span), key=lambda found: abs(found[0]), default=None)
    if near is None:
        return 0
    word = near[1]
    return len(_CLAUSE_END.findall(text, min(word.end, span.end), max(word.start, span.start)))


def _form(parsed: ParsedQuestion, text: str, span: Span) -> tuple[float, ...]:
    before, written = text[max(0, span.start - _LOOK_BACK) : span.start], text[span.start : span.end]
    coarse = parsed.answer_type is AnswerType.TIME and any(
        not _WRITTEN_PRECISION[precision].search(written) for precision in parsed.time_precisions
    )
    return (
        float(_PLACED.search(before) is not None),
        float(_BY.search(before) is not None),
        float(" " in written),
        float(_INSTITUTION.search(written) is not None),
        float(coarse),
    )


def _role(parsed: ParsedQuestion, words: Sequence[_Word], span: Span) -> tuple[float, float]:
    distances = [distance for distance, word in _apart(words, span) if not word.is_name]
    after = min((distance for distance in distances if distance > 0), default=math.inf)
    before = min((-distance for distance in distances if distance < 0), default=math.inf)
    return (
        1 / (1 + after / 2) if parsed.answer_role is AnswerRole.SUBJECT else 0.0,
        1 / (1 + before / 2) if parsed.answer_role is AnswerRole.OBJECT else 0.0,
    )
