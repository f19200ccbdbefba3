"""Quantities in English text: counts, shares, sums of money, measures; not years, dates or numbers that are names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING

import regex

from askbrief.core.text import pattern
from askbrief.language.english.dates import MONTH
from askbrief.language.english.numbers import Numeral, numerals
from askbrief.records import Span

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

_FIRST_YEAR, _LAST_YEAR = 1000, 2100
_LAST_DAY = 31
_LAST_OF_A_SERIES = 999
"""Largest number that belongs to a name before it ("Boeing 747"); a larger one counts something."""
_ROUGHLY = (
    "some|about|around|roughly|approximately|nearly|almost|close to|an estimated|estimated|circa|"
    "up to|as many as|as much as|no more than|at most|fewer than|less than|under|below|"
    "over|more than|at least|no fewer than|no less than|above|exceeding"
)
_ATMOST = {"up to", "as many as", "as much as", "no more than", "at most", "fewer than", "less than", "under", "below"}
_ATLEAST = {"over", "more than", "at least", "no fewer than", "no less than", "above", "exceeding"}
_BEFORE = pattern(rf"\b({_ROUGHLY})\s+((?:an?\s+)?estimated\s+|about\s+)?$", regex.IGNORECASE)
_BETWEEN = pattern(r"\bbetween\s+(?:about\s+|some\s+)?$", regex.IGNORECASE)
_RANGING = pattern(r"\b(?:rang\w+|var\w+|anywhere|anything)\s+from\s+$", regex.IGNORECASE)
_FROM = pattern(r"\bfrom\s+(?:(?:some|about|around|nearly)\s+)?$", regex.IGNORECASE)
_TO = pattern(r"\s?[-‐‑–—]\s?|\s+(?:to|or)\s+", regex.IGNORECASE)
_AND = pattern(r"\s+and\s+", regex.IGNORECASE)
_LABEL = pattern(
    r"(?:\b(?:nos?\.|number|pages?|pp?\.|para(?:graph|\.)?s?|section|sec\.|chapter|ch\.|article|art\.|fig(?:ure|\.)|"
    r"table|vol(?:ume|\.)|version|v\.|item|resolution|annex|appendix|clause|rule|line|room|flight|phase|step|route|"
    r"highway|question|grade|level|tier|stage|day|week|case|bill|form|box|model|unit|camp|channel)\s*|[§¶]\s*)"
    r"[(\[]?$",
    regex.IGNORECASE,
)
_AFTER_A_NAME = pattern(r"(?<![.!?:;]\s)(?<!^)\b\p{Lu}[\p{L}\p{M}]*[ -]$")
_COUNTED = pattern(r"\s+(?:\p{Ll}[\p{L}-]*\s+){0,2}?(?:\p{Ll}[\p{L}-]*s|people|men|women|children|troops)\b")
_MONTH_BEFORE = pattern(rf"\b{MONTH}\s+$")
_MONTH_AFTER = pattern(rf"(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTH}\b")
_TIME_AFTER = pattern(r"\s?(?:[ap]\.?m\b|o['’]clock|hours?\s+(?:GMT|UTC)|GMT\b|UTC\b|BCE?\b|AD\b)", regex.IGNORECASE)
_LIST_MARK = pattern(r"[.)]\s")
_MORE_DIGITS = pattern(r"[ -]\p{Nd}|\.\p{Nd}")
_DIGITS_BEFORE = pattern(r"\p{Nd}[‐‑-]$|(?<!\b(?:19|20)\p{Nd}{2})(?<=\p{Nd}) $")
_LONGEST_JOINT = 12
_LOOK_BACK = 60


class QuantityKind(StrEnum):
    COUNT = "count"
    SHARE = "share"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity in a text, with its offsets."""

    start: int
    end: int
    text: str
    low: float | None  # equal to `high` for one number; None is an open end: "up to 40" has no `low`
    high: float | None
    unit: str = ""  # "%", "percentage points", the name of a currency, or empty for a count
    approximate: bool = False  # whether a word such as "about" stands before it

    @property
    def kind(self) -> QuantityKind:
        if not self.unit:
            return QuantityKind.COUNT
        return QuantityKind.SHARE if self.unit in {"%", "percentage points"} else QuantityKind.MONEY


def quantities(text: str) -> list[Quantity]:
    """Return the quantities of a text, in order; they do not overlap.

    >>> [(q.text, q.low, q.high) for q in quantities("In 2021 some 7,000 of them, or 42%, fled.")]
    [('some 7,000', 7000, 7000), ('42%', 42, 42)]
    """
    return [_quantity(text, first, last) for first, last in _paired(text, list(numerals(text)))]


def _paired(text: str, found: list[Numeral]) -> Iterator[tuple[Numeral, Numeral]]:
    """Yield numbers that count something, as the two ends of a range; both are the same for a single number."""
    for chain in _chains(text, found):
        if len(chain) == 2 and _is_range(text, *chain):  # noqa: PLR2004 - a range has two ends
            yield chain[0].scaled_like(chain[1]), chain[1]
        elif not any(_is_tied(text, *pair) for pair in pairwise(chain)):
            yield from ((number, number) for number in chain if _counts(text, number))


def _chains(text: str, found: list[Numeral]) -> Iterator[list[Numeral]]:
    """Yield runs of numbers, separated only by a hyphen, a dash, or one word such as "to"."""
    chain: list[Numeral] = []
    for number in found:
        if chain and not _joins(text, chain[-1], number):
            yield chain
            chain = []
        chain.append(number)
    if chain:
        yield chain


def _joins(text: str, first: Numeral, second: Numeral) -> bool:
    between = text[first.end : second.start]
    if len(between) > _LONGEST_JOINT:
        return False
    if between.isspace():  # "nineteen eighty"
        return text[first.start].isalpha() and text[second.start].isalpha()
    return bool(_TO.fullmatch(between) or (_AND.fullmatch(between) and _BETWEEN.search(_before(text, first))))


def _is_tied(text: str, first: Numeral, second: Numeral) -> bool:
    """Return whether a hyphen or dash joins two numbers: a score, a telephone number, a span of years."""
    return not text[first.end : second.start].strip().isalpha()


def _is_range(text: str, first: Numeral, second: Numeral) -> bool:
    """Return whether two numbers are the ends of one quantity, and not a change from one to the other."""
    before = _before(text, first)
    if text[first.end : second.start].isspace():
        return False
    if _FROM.search(before) and not _RANGING.search(before):
        return False
    if first.unit and second.unit and first.unit != second.unit:
        return False
    if first.scaled_like(second).value >= second.value or _is_year(text, first):
        return False
    return (
        not _is_telephone_like(text, first, second)
        and _counts(text, first, alone=False)
        and _counts(text, second, alone=False)
    )


def _is_telephone_like(text: str, first: Numeral, second: Numeral) -> bool:
    """Return whether a hyphen joins bare digits of different lengths that count nothing: "555-1234"."""
    bare = first.bare and second.bare and "," not in text[second.start : second.end]
    other_length = first.end - first.start != second.end - second.start
    return bare and other_length and _is_tied(text, first, second) and not _COUNTED.match(text, second.end)


def _counts(text: str, number: Numeral, *, alone: bool = True) -> bool:
    """Return whether a number is a quantity, by the words around it; with a unit or a scale it always is."""
    if number.unit or number.scale > 1:
        return True
    before, written = _before(text, number), text[number.start : number.end]
    if _LABEL.search(before) and (number.value <= _LAST_OF_A_SERIES or not _COUNTED.match(text, number.end)):
        return False
    if not number.bare or "," in written:
        return True
    return not (
        _is_year(text, number)
        or (number.value <= _LAST_DAY and (_MONTH_BEFORE.search(before) or _MONTH_AFTER.match(text, number.end)))
        or _TIME_AFTER.match(text, number.end)
        or _is_mark(text, number)
        or (number.value <= _LAST_OF_A_SERIES and _AFTER_A_NAME.search(before) and not _COUNTED.match(text, number.end))
        or (alone and (_MORE_DIGITS.match(text, number.end) or _DIGITS_BEFORE.search(before)))
    )


def _is_year(text: str, number: Numeral) -> bool:
    """Return whether four bare digits are a year: not with a word for "roughly" before and a counted noun after."""
    if not (number.bare and number.end - number.start == len("2022") and _FIRST_YEAR <= number.value <= _LAST_YEAR):
        return False
    return "," not in text[number.start : number.end] and not (
        _BEFORE.search(_before(text, number)) and _COUNTED.match(text, number.end)
    )


def _is_mark(text: str, number: Numeral) -> bool:
    """Return whether a number marks a list item ("1. ", "2) ") or a note ("[12]", "(3)")."""
    before, after = text[: number.start].rstrip(" \t"), text[number.end : number.end + 2]
    opens_line = not before or before[-1] == "\n"
    return (opens_line and bool(_LIST_MARK.match(after))) or (before[-1:] in {"[", "("} and after[:1] in {"]", ")"})


def _quantity(text: str, first: Numeral, last: Numeral) -> Quantity:
    start, end = first.start, last.end
    before = _before(text, first)
    low: float | None = _plain(first.value)
    high: float | None = _plain(last.value)
    approximate = False
    opening = _BETWEEN.search(before) if first is not last else None
    rough = _BEFORE.search(before)
    if opening:
        start -= len(before) - opening.start()
    elif rough:
        start, approximate = start - len(before) + rough.start(), True
        word = " ".join(rough[1].lower().split())
        low = None if word in _ATMOST else low
        high = None if word in _ATLEAST else high
    unit = last.unit or first.unit
    return Quantity(start, end, text[start:end], low, high, unit, approximate)


def _before(text: str, number: Numeral) -> str:
    """Return the words before a number, as many as the rules here need."""
    return text[max(0, number.start - _LOOK_BACK) : number.start]


def _plain(value: Decimal) -> float:
    """Return an int if the value is whole, so that it is written without a decimal point."""
    return int(value) if value == value.to_integral_value() else float(value)


_YEAR = r"(?:1\p{Nd}{3}|20\p{Nd}{2})"
_UNITS = (
    r"(?:milli)?seconds?|minutes?|hours?|days?|weeks?|fortnights?|months?|years?|decades?|centur(?:y|ies)|nights?|semesters?|"
    r"generations?|(?:kilo|centi|milli|nano)?met(?:er|re)s?|km|cm|mm|nm|m|miles?|mi|yards?|feet|foot|ft|inch(?:es)?|acres?|"
    r"hectares?|(?:square|sq\.?|cubic)\s\p{L}+|tons?|tonnes?|(?:kilo|milli|micro)?grams?|kg|g|mg|µg|ml|pounds?|lbs?|ounces?|"
    r"lit(?:er|re)s?|gallons?|degrees?|mph|knots?|watts?|volts?|hertz|k?Hz|bp|kb|nt|kbp|kDa|h|hrs?|s|min|times|"
    r"stor(?:ey|ie)s|floors|percent"
)
_UNIT = pattern(rf"[\s-](?:{_UNITS})\b(?:[\s-](?:old|long|tall|high|wide|deep|per\s\p{{L}}+))?|\s?(?:%|°[CF]?)|['′″\"]")
_HYPHENATED = pattern(
    r"(?<![\p{L}\p{N}.,-])(?:\p{Nd}[\p{Nd},.]*|\p{L}+)-(?:second|minute|hour|day|week|month|year|decade|night|met(?:er|re)"
    r"|kilomet(?:er|re)|mile|foot|inch|acre|ton|pound)(?:-(?:old|long|tall|high|wide|deep)s?)?\b"
)
_SPELT = pattern(
    rf"\b(?:(?:an?|one|several|a\sfew|half\san?|many|every(?:\s(?:other|alternate))?)\s(?:{_UNITS})"
    r"|(?<=\bfor\s)(?:decades|centuries|years|months)"
    r"|(?:once|twice)\s(?:an?|per|every)\s\p{L}+|annually|yearly|monthly|weekly|daily"
    r"|(?<=\bage[ds]?\s(?:of\s)?)\p{Nd}{1,3})\b"
)
_STRETCH = pattern(
    rf"\b(?:from|between)\s{_YEAR}\s(?:to|until|and)\s{_YEAR}\b|\b(?:since|until)\s(?:\p{{L}}+\s){{0,2}}?{_YEAR}\b"
    rf"|\b{_YEAR}\s?[-–]\s?(?:{_YEAR}|\p{{Nd}}{{2}})\b"
)
_FRACTION = pattern(
    r"\b(?:(?:almost|nearly|about|over|more than|less than|around|roughly)\s)?(?:(?:one|two|three|four|a|an)[\s-])?"
    r"(?:half|halves|thirds?|quarters?|fourths?|fifths?|tenths?)(?=\s(?:of|the)\b)"
    r"|\b(?:one|two|three|\p{Nd}+)\s(?:in|out of)\s"
    r"(?:two|three|four|five|six|seven|eight|nine|ten|\p{Nd}+)\b|\bmajority\b|\p{Nd}+-per-?cent\b"
)
_VAGUE = pattern(
    r"\b(?:(?:tens|[Hh]undreds|[Tt]housands|[Mm]illions|billions|[Dd]ozens)(?:\sof\s(?:thousands|millions))?|[Oo]ne|single|[Bb]oth"
    r"|zero|[Nn]one|[Nn]o|half|twice|[Ss]everal|pair)\b"
    r"|\b(?:\p{Nd}+|\p{L}+)(?=-(?:member|year|part|person|man|game|story|week|day|hour|minute|month)\b)"
)


def measures(text: str) -> list[Span]:
    """Return the numbers with a unit of time, length, weight or the like, in order.

    >>> text = "They fought for 14 years, over a decade, on 3,000 to 4,000 square miles."
    >>> [text[span.start : span.end] for span in measures(text)]
    ['14 years', 'a decade', '3,000 to 4,000 square miles']
    """
    found = [
        Span(quantity.start, unit.end())
        for quantity in quantities(text)
        if (unit := _UNIT.match(text, quantity.end)) is not None
    ]
    patterns = [_SPELT, *([_HYPHENATED] if "-" in text else []), _STRETCH]
    found += [Span(*match.span()) for pattern in patterns for match in pattern.finditer(text)]
    return _apart(found)


def fractions(text: str) -> list[Span]:
    """Return shares in words: "two thirds of", "one in five"."""
    return [Span(*match.span()) for match in _FRACTION.finditer(text)]


def vague_numbers(text: str) -> list[Span]:
    """Return inexact numbers ("hundreds") and numbers in words such as "single" or "four-year"."""
    return [Span(*match.span()) for match in _VAGUE.finditer(text)]


def _apart(spans: list[Span]) -> list[Span]:
    """Return the first of overlapping spans, and the longest of those that begin together."""
    apart: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if not apart or span.start >= apart[-1].end:
            apart.append(span)
    return apart
