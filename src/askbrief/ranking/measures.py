"""Text -> the numbers in it that have a unit, and those that are told in words: "14 years", "two thirds of"."""

from __future__ import annotations

from askbrief.patterns import pattern
from askbrief.ranking.quantities import quantities
from askbrief.records import Span

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
    """Find the numbers with a unit of time, length, weight or the like, in order.

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
    """Find shares that are told in words: "two thirds of", "one in five"."""
    return [Span(*match.span()) for match in _FRACTION.finditer(text)]


def vague_numbers(text: str) -> list[Span]:
    """Find numbers that are not told exactly ("hundreds"), or in a word such as "single" or "four-year"."""
    return [Span(*match.span()) for match in _VAGUE.finditer(text)]


def _apart(spans: list[Span]) -> list[Span]:
    """The first of those that overlap, the longest of those that begin together."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept
