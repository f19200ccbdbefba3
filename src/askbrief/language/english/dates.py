"""Dates and times of English text, and the days that they mean."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import regex

from askbrief.core.text import pattern
from askbrief.records import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from askbrief.records import Metadata

MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)(?!\p{L})"
)
YEAR = r"(?<![\p{L}\p{N},.$€£-])(?:1[5-9]|20)\p{N}{2}(?![\p{L}\p{N}$€£%]|[,.:]\p{N}|[-‐‑]\p{L})"
_DAY = r"(?<!\p{N})\p{N}{1,2}(?:st|nd|rd|th)?(?![\p{L}\p{N}])"
DATE = (
    rf"(?:{YEAR}-\p{{N}}{{2}}-\p{{N}}{{2}}(?!\p{{N}})"
    rf"|{_DAY}\s+(?:of\s+)?{MONTH}(?:,?\s+(?:of\s+)?{YEAR})?"
    rf"|(?<!\p{{L}}){MONTH}(?:\s+{_DAY})?(?:,?\s+(?:of\s+)?{YEAR})?"
    r"|(?<!\p{N})(?:1[5-9]|20)\p{N}0['’]?s(?!\p{L})"
    rf"|{YEAR})"
)
"""A date in a sentence: 2022-07-05, 5 July 2022, July 5, July 2022, July, the 1950s, 2022."""

_DATES = pattern(rf"(?P<date>{DATE})(?:[-–/](?P<until>\p{{N}}{{4}}|\p{{N}}{{2}})(?![\p{{L}}\p{{N}}-]))?")
_YEAR_ALONE = pattern(r"\p{N}{4}")
_YEAR = pattern(r"(?:1[5-9]|20)\p{N}{2}")
_DECADE = pattern(r"(\p{N}{3}0)['’]?s")
_MONTH = pattern(MONTH, regex.IGNORECASE)
_DAY_ALONE = pattern(_DAY)
_LAST = pattern(rf"^last\s+(?={MONTH})", regex.IGNORECASE)
_LAST_MONTH = 12
_WEEK = dt.timedelta(days=6)
_MONTHS = {name[:3].lower(): number for number, name in enumerate(calendar.month_name) if name}


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included; None is an open end."""

    first: dt.date | None
    last: dt.date | None

    @classmethod
    def of(cls, year: int, month: int | None = None, day: int | None = None) -> Period:
        """Return the period of a year, a month or a day.

        Raises:
            ValueError: the day does not exist.
        """
        last_month = month or 12
        last_day = day or calendar.monthrange(year, last_month)[1]
        return cls(dt.date(year, month or 1, day or 1), dt.date(year, last_month, last_day))

    def meets(self, other: Period) -> bool:
        """Return whether the periods have a day in common."""
        return (self.first or dt.date.min) <= (other.last or dt.date.max) and (other.first or dt.date.min) <= (
            self.last or dt.date.max
        )


@dataclass(frozen=True, slots=True)
class Dated:
    """A date in a text; `own_year` is False where the year was taken from the date of the text."""

    period: Period
    own_year: bool


def dates_in(text: str, written: Period | None = None) -> Iterator[Dated]:
    """Yield the dates in a text, in order; the names of months must have a capital letter.

    A date without a year is the last one before the end of the period in which the text was written, if known.

    >>> [(str(d.period.first), str(d.period.last)) for d in dates_in("From 5 July 2022 until 2024 it may rain.")]
    [('2022-07-05', '2022-07-05'), ('2024-01-01', '2024-12-31')]
    """
    for match in _DATES.finditer(text):
        found = _read(match["date"], match["until"], written)
        if found is not None:
            yield Dated(found, own_year=bool(_YEAR.search(match["date"])))


def _read(date: str, until: str | None, written: Period | None) -> Period | None:
    """Return the period of a date that `DATE` has matched."""
    decade, month, year = _DECADE.search(date), _MONTH.search(date), _YEAR.search(date)
    if decade:
        return Period(dt.date(int(decade[1]), 1, 1), dt.date(int(decade[1]) + 9, 12, 31))
    try:
        if not month:
            return _of_digits(date, until)
        day = _DAY_ALONE.search(date)
        parts = (_MONTHS[month[0][:3].lower()], int(regex.sub(r"\D", "", day[0])) if day else None)
        if year:
            return Period.of(int(year[0]), *parts)
        return None if written is None or written.last is None else _latest(*parts, written.last)
    except ValueError:  # the 31st of June
        return None


def _of_digits(date: str, until: str | None) -> Period:
    """Return the period of digits: 2022, 2022-07-05, 2008-09 (two years), 2009-08 (a month)."""
    if until is None or not _YEAR_ALONE.fullmatch(date):
        return Period.of(*map(int, date.split("-")))
    year, last_year = int(date), int(date[: len(date) - len(until)] + until)
    if last_year > year:
        return Period(Period.of(year).first, Period.of(last_year).last)
    return Period.of(year, int(until)) if 1 <= int(until) <= _LAST_MONTH else Period.of(year)


def _latest(month: int, day: int | None, by: dt.date) -> Period:
    this_year = Period.of(by.year, month, day)
    return this_year if this_year.first is not None and this_year.first <= by else Period.of(by.year - 1, month, day)


def written(title: str, metadata: Metadata) -> Period | None:
    """Return the time that a document as a whole is about: the years in its title, else its date."""
    years = [dated.period for dated in dates_in(title) if dated.own_year]
    if years:
        return Period(min(p.first for p in years if p.first), max(p.last for p in years if p.last))
    first = metadata.first_day()
    return None if first is None else Period(first, metadata.last_day())


def parse(expression: str, today: dt.date | None, until: str | None = None) -> Period | None:
    """Return the period that a date, or a time such as "two weeks ago", means in a question.

    Args:
        expression: one date, without the words around it.
        today: the day to which "last month" and a July without a year refer; without it, these mean nothing.
        until: what stands after a year and a dash: "09" of "2008-09".
    """
    if _YEAR.search(expression):
        return _read(expression, until, None)
    if today is None:
        return None
    found = _dateparser(today).get_date_data(_LAST.sub("", expression))
    if found.date_obj is None:
        return None
    day = found.date_obj.date()
    periods = {"year": Period.of(day.year), "month": Period.of(day.year, day.month), "week": Period(day, day + _WEEK)}
    return periods.get(found.period, Period(day, day))


@lru_cache(maxsize=8)
def _dateparser(today: dt.date) -> Any:  # noqa: ANN401 - dateparser's own class, imported when a question has a date
    from dateparser.date import DateDataParser

    return DateDataParser(
        languages=["en"],
        settings={
            "RELATIVE_BASE": dt.datetime.combine(today, dt.time()),
            "PREFER_DATES_FROM": "past",
            "PREFER_DAY_OF_MONTH": "first",
            "PREFER_MONTH_OF_YEAR": "first",
            "PARSERS": ["absolute-time", "relative-time"],
        },
    )


_SMALL = "an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|several|many|some"
_ORDINALS = (
    "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|"
    "sixteenth|seventeenth|eighteenth|nineteenth|twentieth|twenty-first"
)
_SEASONS = "spring|summer|autumn|fall|winter"
_STRETCHES = "second|minute|hour|day|week|month|year|decade|centurie|century"
_PART_OF = rf"(?:(?:early|mid|late|(?:the\s)?(?:end|beginning)\sof|{_SEASONS})(?:\sof|\sin)?[ -])?"
_YEARS = r"(?:1\p{Nd}{3}|20\p{Nd}{2})"
_ORDINAL = rf"(?:\p{{Nd}}{{1,2}}(?:st|nd|rd|th)|{_ORDINALS})"
_DAYS = r"\p{Nd}{1,2}(?:st|nd|rd|th)?"
_ERA = r"\s?(?:BCE?|B\.C\.(?:E\.)?|CE|AD|A\.D\.)(?!\p{L})"
_BC = r"\p{Nd}{1,3}(?:,?\p{Nd}{3})?"
_WEEKDAY = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_ANCHOR = re.compile(
    rf"\d+|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun|A\.?D\.? |Christmas|Easter"
    rf"|yesterday|today|tomorrow|noon|midnight|mid|early|late|(?:the )?(?:end|beginning) of|{_SEASONS}"
    rf"|[Tt]he (?=\d|early|mid|late|{_ORDINALS}|previous|following)|(?:[Ll]ast|[Nn]ext|[Tt]his) "
    rf"|(?:{_ORDINALS})[ -]|(?:{_SMALL}) (?:and a half )?(?:{_STRETCHES}))"
)
"""Beginnings of the alternatives of `_TIME`: to try it only at these is ten times as fast."""
_TIME = pattern(
    rf"""
    (?<![\p{{L}}\p{{N}}$€£]) (?<!\p{{N}}[.,]) (?:
      (?:{_WEEKDAY},?\s)?{MONTH}\s(?:{_DAYS}\b(?:\s?[-–]\s?\p{{Nd}}{{1,2}}\b)?(?:\s?,?\s{_YEARS}\b)?|{_YEARS}\b)
    | (?:{_WEEKDAY},?\s)?(?:the\s)?{_DAYS}\s(?:of\s)?{MONTH}\b(?:,?\s{_YEARS}\b)?
    | \p{{Nd}}{{4}}-\p{{Nd}}{{2}}-\p{{Nd}}{{2}} | \p{{Nd}}{{1,2}}/\p{{Nd}}{{1,2}}/\p{{Nd}}{{2,4}}
    | {_PART_OF}(?:the\s)?(?:early\s|mid[- ]?|late\s)?(?:{_YEARS}|\p{{Nd}}0)s\b
    | A\.?D\.?\s\p{{Nd}}{{1,4}}\b | {_BC}(?:\s?[-–]\s?{_BC})?{_ERA}
    | {_PART_OF}{_YEARS}(?:\s?(?:[-–]|to|until|and)\s?(?:{_YEARS}|\p{{Nd}}{{2}})\b)?(?![\p{{L}}\p{{N}}%]|[.,]\p{{N}})
    | (?<=(?:\b(?i:in|since|until|by|from|around|circa|about|to|after|before|c\.)\s|\())
      \p{{Nd}}{{3}}(?:\s?[-–]\s?\p{{Nd}}{{2,4}})?(?=[,.;)\s]+(?!\p{{Ll}}+s\b)|$)
    | {_PART_OF}(?:the\s)?(?:early\s|mid[- ]?|late\s)?{_ORDINAL}(?:\s(?:and|to|or)\s{_ORDINAL})?
      [-\s]centur(?:y|ies)\b(?:{_ERA})?
    | \p{{Nd}}{{1,2}}(?::\p{{Nd}}{{2}})?\s?[ap]\.?m\b\.? | \p{{Nd}}{{1,2}}:\p{{Nd}}{{2}}\b | noon\b | midnight\b
    | (?:{_SMALL}|\p{{Nd}}[\p{{Nd}},.]*)(?:\sand\sa\shalf)?(?:\s(?:thousand|million|billion))?
      \s(?:{_STRETCHES})s?\s(?:later|ago|earlier|afterwards|after|before)\b
    | {_WEEKDAY}\b(?:\s(?:morning|afternoon|evening|night)\b)?
    | (?i:last|next|this|the\sprevious|the\sfollowing)\s(?:year|month|week|{MONTH}|{_SEASONS})\b
    | (?:yesterday|today|tomorrow|mid-century|Christmas(?:\s(?:Day|Eve))?|Easter(?:\sSunday)?)\b
    | (?<=\b(?i:in|since|until|by|of|during|last|this|next|from|to|early|mid|late|and)[\s-]){MONTH}(?!\p{{L}})
    | (?<=\b(?:in|during|of)\s(?:the\s)?(?:early\s|late\s)?)(?:{_SEASONS})\b
    )
    """,
    regex.VERBOSE,
)


def times(text: str) -> Iterator[Span]:
    """Yield the dates and times of a sentence, in order.

    >>> text = "Until mid-2020 it shrank; on July 5, two years later, it was as in the 19th century."
    >>> [text[span.start : span.end] for span in times(text)]
    ['mid-2020', 'July 5', 'two years later', 'the 19th century']
    """
    end = 0
    for anchor in _ANCHOR.finditer(text):
        if anchor.start() >= end:
            match = _TIME.match(text, anchor.start())
            if match:
                end = match.end()
                yield Span(match.start(), end)
