"""Time and source constraints of a question: "in 2021", "since July", "according to the Kestrel Monitor"."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import regex

from askbrief.core.text import pattern
from askbrief.language.analysis import analyse
from askbrief.language.english.dates import DATE, MONTH, YEAR, Period, parse

_UNIT = "(?:day|week|month|year)s?"
_COUNT = r"(?:\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|twelve)"
_RELATIVE = (
    rf"(?:(?:last|this)\s+(?:week|month|year)(?!\p{{L}})|last\s+{MONTH}|(?:{_COUNT}|an?|one)\s+{_UNIT}\s+ago|yesterday)"
)
_PART = (
    r"(?:(?P<early>early|(?:the\s+)?(?:beginning|start)\s+of)|(?P<late>late|(?:the\s+)?end\s+of)"
    r"|(?P<mid>mid|(?:the\s+)?middle\s+of)"
    r"|(?:the\s+)?(?P<which>first|second|third|fourth|last)\s+(?P<share>half|quarter)\s+of"
    r"|(?:the\s+)?(?:course|spring|summer|autumn|fall|winter)\s+of|the\s+years?|year)[\s-]+"
)
_TIMES = pattern(
    rf"""
    \b(?:in|during|over|within|for)\s+the\s+(?:last|past)\s+(?:(?P<count>{_COUNT}|few|couple\s+of)\s+)?(?P<unit>{_UNIT})\b
    |\b(?:(?P<from>since|from|after|starting\s+in)|(?P<until>before|prior\s+to|until|till|up\s+to|by)
        |(?P<in>in|during|throughout|of|on|as\s+of|for|over|between))\s+
    (?:the\s+)?(?:{_PART})?(?P<one>{_RELATIVE}|{DATE})(?:[-–/](?P<short>\d{{4}}|\d\d)(?![\w-]))?
    (?:\s*(?:(?P<list>,|and|or)|(?P<to>to|until|till|through|[-–—]))\s*(?:in\s+)?(?P<two>{DATE}))?
    |\b(?P<alone>{_RELATIVE})(?!\p{{L}})
    """,
    regex.IGNORECASE | regex.VERBOSE,
)
_HAS_YEAR = pattern(YEAR)
_LIKELY = pattern(rf"(?:1[5-9]|20)\d\d|{MONTH}|\bago\b|\b(?:last|past|this)\b|\byesterday\b", regex.IGNORECASE)
_NUMBERS = {word: number for number, word in enumerate("one two three four five six seven eight nine ten".split(), 1)}
_NUMBERS |= {"twelve": 12, "couple": 2, "few": 3}
_DAY = dt.timedelta(days=1)
_UNITS = {"day": _DAY, "week": 7 * _DAY, "month": 30 * _DAY, "year": 365 * _DAY}

_STOP = (
    "how|what|when|where|who|whom|whose|which|why|is|are|was|were|be|did|does|do|has|have|had|can|could|will|would|there|"
    "in|on|at|by|to|from|with|since|during|before|after|until|between|about|that|than|and|or|but|if|it|he|she|they|we|"
    "you|i|many|much|a|an|the|this|these|those|any|all|some|no|not"
)
_WORD = rf"(?!(?:{_STOP})\b)[\p{{L}}\p{{N}}][\p{{L}}\p{{M}}\p{{N}}.'’&-]*"
_INNER = rf"(?:(?:of|for|and|on)\s+(?:the\s+)?)?{_WORD}"
_NAME = rf"(?:(?:the|an?|this|its|their)\s+)?(?P<name>{_WORD}(?:\s+{_INNER}){{0,5}})"
_SHORT_NAME = rf"(?:the\s+)?(?P<name>{_WORD}(?:\s+{_INNER}){{0,5}}?)"
_PAPER = (
    "(?:report|brief|briefing|bulletin|assessment|survey|study|review|paper|update|outlook|statement|article|"
    "communiqué|memo)s?"
)
_SAY = "(?:say|report|claim|estimate|count|warn|state|write|record|announce|argue)"
_SAYS = r"(?:says|said|reports|claims|estimates|(?:reported|claimed|estimated|counted|warned|wrote|announced)\s+that)"
_SOURCES = [
    pattern(attribution, regex.IGNORECASE)
    for attribution in (
        rf"\b(?:according\s+to|as\s+per|(?:reported|published|estimated|counted|said|written)\s+by)\s+{_NAME}",
        rf"\b(?:in|from|by)\s+(?:the|an?)\s+{_SHORT_NAME}(?:['’]s?)?\s+{_PAPER}\b",
        rf"\b(?:in|from|by)\s+(?:the|an?)\s+(?:\p{{L}}+\s+)?{_PAPER}\s+(?:of|by|from)\s+{_NAME}",
        rf"\b(?:does|do|did|has|have)\s+{_SHORT_NAME}\s+{_SAY}\b",
        rf"\bthe\s+{_SHORT_NAME}\s+{_SAYS}\b",
        rf"\b(?=(?-i:\p{{Lu}})){_SHORT_NAME}\s+{_SAYS}\b",
    )
]
_GENERIC = frozenset(analyse("""
    report reports brief briefing bulletin assessment survey study studies review paper update outlook statement article
    document documents documentation source sources text passage author authors data table figure research researchers
    official officials expert experts people media news press first second last latest new recent annual current
""")) | frozenset(["one"])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Constraints:
    """The times and sources that a question names."""

    periods: tuple[Period, ...] = ()  # the times; a passage needs to meet only one of them
    named: tuple[Period, ...] = ()  # the dates that name them: 2020 in "before 2020", although it is not part of it
    sources: tuple[frozenset[str], ...] = ()  # the index terms of each name of a source

    def __bool__(self) -> bool:
        return bool(self.periods or self.sources)


def parse_constraints(question: str, today: dt.date | None = None) -> Constraints:
    """Return the times and sources that an English question names; "last month" only if `today` is given.

    >>> constraints = parse_constraints("How many attacks since 2021 according to the Kestrel Monitor?")
    >>> [str(period.first) for period in constraints.periods], sorted(constraints.sources[0])
    (['2021-01-01'], ['kestrel', 'monitor'])
    """
    matches = _TIMES.finditer(question) if _LIKELY.search(question) else ()
    times = [period for match in matches for period in _periods(match, today)]
    names = (match["name"] for pattern in _SOURCES for match in pattern.finditer(question))
    sources = (frozenset(analyse(regex.sub(DATE, " ", name))) - _GENERIC for name in names)
    return Constraints(
        tuple(dict.fromkeys(period for period, _ in times)),
        tuple(dict.fromkeys(named for _, named in times)),
        tuple(dict.fromkeys(filter(None, sources))),
    )


def _periods(match: regex.Match[str], today: dt.date | None) -> list[tuple[Period, Period]]:
    """Return the periods of one expression, each with the date that names it; none if it needs `today` and has none."""
    if match["unit"]:
        return _lately(match, today)
    one, two = match["one"] or match["alone"], match["two"]
    if two and not _HAS_YEAR.search(one) and (year := _HAS_YEAR.search(two)):
        one = f"{one} {year[0]}"
    first, second = parse(one, today, match["short"]), parse(two, today) if two else None
    if first is None:
        return []
    first = _part_of(first, match)
    if second is None:
        return [(_opened(first, match), first)]
    if match["list"] and not regex.match(r"between|from", match[0], regex.IGNORECASE):
        return [(_opened(first, match), first), (second, second)]
    whole = Period(first.first, second.last)
    return [(whole, whole)]


def _opened(period: Period, match: regex.Match[str]) -> Period:
    """Return an open period: "since" drops its end, "until" its beginning; "after" and "before" exclude the period."""
    if match["from"]:
        after = match["from"].lower() == "after" and period.last
        return Period(period.last + _DAY if after and period.last else period.first, None)
    if match["until"]:
        before = match["until"].lower().startswith(("before", "prior")) and period.first
        return Period(None, period.first - _DAY if before and period.first else period.last)
    return period


def _lately(match: regex.Match[str], today: dt.date | None) -> list[tuple[Period, Period]]:
    if today is None:
        return []
    number = _NUMBERS.get((match["count"] or "one").lower().split()[0]) or int(match["count"])
    period = Period(today - number * _UNITS[match["unit"].lower().rstrip("s")], None)
    return [(period, period)]


def _part_of(period: Period, match: regex.Match[str]) -> Period:
    """Return the months of a year that "early", "mid", "late", a half or a quarter means."""
    year = period.first.year if period.first else 0
    if period != Period.of(year):
        return period
    months = _months_of(match)
    return Period(Period.of(year, months[0]).first, Period.of(year, months[1]).last)


def _months_of(match: regex.Match[str]) -> tuple[int, int]:
    if match["share"]:
        length = 6 if match["share"].lower() == "half" else 3
        number = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 12 // length}[match["which"].lower()]
        end = min(12, number * length)
        return end - length + 1, end
    named = {"early": (1, 6), "mid": (4, 9), "late": (7, 12)}
    return next((months for name, months in named.items() if match[name]), (1, 12))
