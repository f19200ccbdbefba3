"""Figures: the quantities that passages give for what a question asks, grouped where they agree, never merged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import regex

from askbrief.core.text import pattern
from askbrief.language.analysis import analyse, terms_of
from askbrief.language.english.dates import MONTH
from askbrief.language.english.numbers import may_have_unit
from askbrief.language.english.quantities import Quantity, QuantityKind, quantities
from askbrief.language.english.words import PARTIAL_EVENTS, SIZE_UNITS
from askbrief.query.quantity_question import QuantityQuestion, QuantityTarget
from askbrief.records import Figure, FigureGroup, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from askbrief.query.expansion import Query
    from askbrief.query.parsed_question import ParsedQuestion
    from askbrief.records import Hit

_WORDS_AFTER, _WORDS_BEFORE = 6, 10
"""Words after and before a quantity in which the word for what it counts is looked for."""
_LEAST_IN_PASSAGE, _LEAST_IN_SENTENCE = 0.5, 0.5
"""Share of the question's terms that a passage must have, and a sentence where nothing is counted."""
_LEAST_OF_BEST = 0.5
"""Share of the terms of the best sentence that another sentence of the passage must have."""
_KINDS = {
    QuantityTarget.COUNT: {QuantityKind.COUNT},
    QuantityTarget.SIZE: {QuantityKind.COUNT},
    QuantityTarget.SHARE: {QuantityKind.SHARE},
    QuantityTarget.MONEY: {QuantityKind.MONEY},
    QuantityTarget.EITHER: {QuantityKind.SHARE, QuantityKind.MONEY},
}
_WORD = pattern(r"(?:\p{L}\.){2,}|[\p{L}\p{M}]+(?:[-'’][\p{L}\p{M}]+)*")
_CLAUSE_END = pattern(
    r"[,;:()\[\]—–?!\p{Nd}]|(?<!\b\p{L})\.|\b(?:in|on|at|by|from|to|for|with|who|that|which|and|or|but|are|is|was|were|has|have|had|"
    r"since|after|before|during|while|than|as|last|this|next|against|between|according)\b",
    regex.IGNORECASE,
)
_LEADS = pattern(
    r"\b(?:numbers?|numbered|numbering|totals?|totalled|totaled|totalling|reach(?:es|ed)?|exceed(?:s|ed)|stands?|stood|"
    r"at|to|is|are|was|were|be|of|by|remain(?:s|ed)?|only|just|now)\s+$|[:=]\s*$",
    regex.IGNORECASE,
)
_HOLDS = pattern(
    r"\b(?:with|has|have|had|having|numbers?|numbering|estimated|commands?|strength|covers?|comprises?|employs?|consists?|"
    r"counts?)\b",
    regex.IGNORECASE,
)
_EVENT_WORDS = 3
"""Words around a quantity in which such an event is looked for."""
_AS_OF = pattern(
    rf"(?P<in>\b(?i:(?P<as_of>as of)|in|by|during|on|at the end of|by the end of)\s+)?"
    rf"(?:(?:early|mid|late)[ -])?(?:"
    rf"(?P<day>\b{MONTH}\s+\p{{Nd}}{{1,2}}\b(?:,?\s+\p{{Nd}}{{4}}\b)?"
    rf"|\b\p{{Nd}}{{1,2}}\s+{MONTH}\b(?:\s+\p{{Nd}}{{4}}\b)?"
    rf"|\b{MONTH}\s+\p{{Nd}}{{4}}\b)"
    rf"|(?(in)(?:the\s+(?:\p{{L}}+\s+){{1,4}}?(?:of\s+)?)?|)"
    rf"(?<![\p{{L}}\p{{Nd}},.-])(?:19|20)\p{{Nd}}{{2}}(?![\p{{L}}\p{{Nd}}-]|,\p{{Nd}})"
    rf"|{MONTH}\b)"
)
_CLAUSES_APART = pattern(r";|,\s(?:and|but|while|whereas)\b")
_YEAR = pattern(r"(?<!\p{N})(?:1[5-9]|20)\p{N}{2}(?!\p{N})")


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of a hit, with its quantities of the kind that is asked for, and its terms."""

    hit: Hit
    span: Span
    text: str
    quantities: list[Quantity]
    terms: frozenset[str]


def find_figures(parsed: ParsedQuestion, hit: Hit) -> list[Figure]:
    """Return the figures of one passage for the quantity that a question asks for; none where it asks for none.

    Where some sentences have more of the question's terms than others, only their figures count.
    """
    if parsed.quantity is None:
        return []
    found: list[tuple[int, Figure]] = []
    for sentence in _relevant_sentences(hit, parsed.quantity, parsed.query):
        if _is_about(sentence, parsed.quantity):
            matches = len(parsed.quantity.about & sentence.terms)
            found += ((matches, figure) for figure in _of_sentence(sentence, parsed.quantity))
    most = max((matches for matches, _ in found), default=0)
    return [figure for matches, figure in found if matches >= _LEAST_OF_BEST * most]


def group_figures(figures: Iterable[Figure]) -> tuple[FigureGroup, ...]:
    """Group figures whose numbers and units agree, in whatever words; the group with the newest figure comes first."""
    distinct = {(figure.doc_id, figure.start): figure for figure in figures}
    newest_first = sorted(distinct.values(), key=lambda figure: figure.date or "", reverse=True)
    groups: dict[tuple[str, float | None, float | None], list[Figure]] = {}
    for figure in newest_first:
        unit = " ".join(analyse(figure.unit)) if figure.counted else figure.unit
        groups.setdefault((unit, figure.low, figure.high), []).append(figure)
    units = [unit for unit, _, _ in groups]
    return tuple(
        FigureGroup(low, high, some[0].unit, tuple(some), differs=units.count(unit) > 1)
        for (unit, low, high), some in groups.items()
    )


def _relevant_sentences(hit: Hit, question: QuantityQuestion, query: Query) -> Iterator[_Sentence]:
    """Yield the sentences with a quantity of the kind that is asked for, if the passage is about the question."""
    spans = [(span, hit.quote[span.start - hit.start : span.end - hit.start]) for span in hit.sentences]
    found = [(span, text, _of_kind(text, question)) for span, text in spans]
    if not any(some for _, _, some in found):
        return
    known = query.with_matched(frozenset(terms_of(f"{hit.title}\n{hit.quote}")))
    if question.names <= known and len(question.about & known) >= _LEAST_IN_PASSAGE * len(question.about):
        for span, text, some in found:
            if some:
                yield _Sentence(hit, span, text, some, query.with_matched(frozenset(terms_of(text))))


def _of_kind(text: str, question: QuantityQuestion) -> list[Quantity]:
    if question.target is QuantityTarget.COUNT and text.isascii() and not _may_name(text, question.counted):
        return []
    if QuantityKind.COUNT not in _KINDS[question.target] and not may_have_unit(text):
        return []
    return [quantity for quantity in quantities(text) if quantity.kind in _KINDS[question.target]]


def _may_name(text: str, thing: frozenset[str]) -> bool:
    """Return quickly whether a text may have a word with one of these stems; a stem differs only at its end."""
    lowered = text.lower()
    return any(stem[:-1] in lowered for stem in thing)


def _is_about(sentence: _Sentence, question: QuantityQuestion) -> bool:
    """Return whether a sentence is about the years asked for and, if nothing is counted, has enough of the terms."""
    if question.years and not _of_years(sentence, question.years):
        return False
    by_kind = question.target not in {QuantityTarget.COUNT, QuantityTarget.SIZE}
    return not by_kind or len(question.about & sentence.terms) >= _LEAST_IN_SENTENCE * len(question.about)


def _of_years(sentence: _Sentence, years: frozenset[str]) -> bool:
    """Return whether the sentence names one of the years, or names no year and its document is from one of them."""
    named = frozenset(_YEAR.findall(sentence.text))
    return bool(named & years) if named else (sentence.hit.metadata.date or "")[:4] in years


def _of_sentence(sentence: _Sentence, question: QuantityQuestion) -> Iterator[Figure]:
    for quantity in _restated(sentence.text, sentence.quantities, question.counted):
        if question.target is QuantityTarget.COUNT:
            unit = _counted(sentence.text, quantity, question.counted)
            if unit and _is_whole(sentence.text, quantity, question):
                yield _figure(sentence, quantity, unit)
        elif question.target is QuantityTarget.SIZE:
            unit = _counted(sentence.text, quantity, SIZE_UNITS)
            before = sentence.text[max(0, quantity.start - 40) : quantity.end]
            if unit and _HOLDS.search(before) and _is_whole(sentence.text, quantity, question):
                yield _figure(sentence, quantity, unit)
        elif not question.counted or frozenset(analyse(quantity.unit)) & question.counted:
            yield _figure(sentence, quantity, quantity.unit)


def _restated(text: str, found: list[Quantity], thing: frozenset[str]) -> Iterator[Quantity]:
    """Yield the quantities; a sum with another currency in brackets is one, with the value that is asked for."""
    pending: Quantity | None = None
    for quantity in found:
        if pending is None:
            pending = quantity
            continue
        between, after = text[pending.end : quantity.start], text[quantity.end : quantity.end + 1]
        if quantity.kind is QuantityKind.MONEY and between.strip() == "(" and after == ")":
            value = quantity if frozenset(analyse(quantity.unit)) & thing else pending
            end = quantity.end + 1
            yield replace(value, start=pending.start, end=end, text=text[pending.start : end])
            pending = None
        else:
            yield pending
            pending = quantity
    if pending is not None:
        yield pending


def _counted(text: str, quantity: Quantity, thing: frozenset[str]) -> str:
    """Return the word near a quantity that says what it counts: in the phrase after it, else before it."""
    phrase = text[quantity.end :].removeprefix("-strong")
    end = _CLAUSE_END.search(phrase)
    following = _WORD.findall(phrase[: end.start()] if end else phrase)[:_WORDS_AFTER]
    for word in following:
        if not thing.isdisjoint(analyse(word)):
            return str(word)
    before = text[: quantity.start]
    if following and following[0] not in {"strong", "today", "now"}:
        return ""
    if not _LEADS.search(before):
        return ""
    clause = regex.split(r"[;:(]\s|,\s(?:and|but|while|whereas)\b", before.rstrip(" :="))[-1]
    near = _WORD.findall(clause)[-_WORDS_BEFORE:]
    return next((str(word) for word in reversed(near) if not thing.isdisjoint(analyse(word))), "")


def _is_whole(text: str, quantity: Quantity, question: QuantityQuestion) -> bool:
    """Return whether a quantity is a whole, not only the part to which something happened.

    If the question is about such an event, return whether the sentence is too.
    """
    if question.about & PARTIAL_EVENTS:
        return bool(frozenset(analyse(text)) & PARTIAL_EVENTS)
    after = text[quantity.end :]
    end = regex.search(r"[,;:(]|\.\s|\b(?:who|which|many|some|most)\b|\bthat\b(?! (?:was|were|had|have))", after)
    following = _WORD.findall(after[: end.start()] if end else after)[: _EVENT_WORDS + 1]
    near = [*_WORD.findall(text[: quantity.start])[-_EVENT_WORDS:], *following]
    return not (frozenset(analyse(" ".join(near))) & PARTIAL_EVENTS - question.counted)


def _figure(sentence: _Sentence, quantity: Quantity, unit: str) -> Figure:
    hit, at = sentence.hit, sentence.span.start
    return Figure(
        text=quantity.text,
        low=quantity.low,
        high=quantity.high,
        unit=unit,
        approximate=quantity.approximate,
        key=hit.key,
        doc_id=hit.doc_id,
        title=hit.title,
        date=hit.metadata.date,
        as_of=_as_of(sentence.text, quantity),
        sentence=sentence.span,
        start=at + quantity.start,
        end=at + quantity.end,
        counted=quantity.kind is QuantityKind.COUNT,
    )


def _as_of(text: str, quantity: Quantity) -> str | None:
    """Return the date in a sentence that is nearest to a quantity; a date after "as of" comes first."""
    dates: list[tuple[bool, int, int, str]] = []
    for match in _AS_OF.finditer(text):
        between = text[min(match.end(), quantity.end) : max(match.start(), quantity.start)]
        if match["as_of"] or ((match["day"] or match["in"]) and not _CLAUSES_APART.search(between)):
            distance = max(match.start() - quantity.end, quantity.start - match.end())
            dates.append((not match["as_of"], distance, match.start(), match[0].strip()))
    return min(dates)[-1] if dates else None
