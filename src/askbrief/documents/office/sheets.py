"""Spreadsheets: numbers as a spreadsheet shows them, and rows under the header that names their columns."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from askbrief.core.text import pattern
from askbrief.documents.builder import row
from askbrief.documents.office import is_figure
from askbrief.errors import ParsingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from askbrief.documents.builder import DocumentBuilder

_BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 14: "yyyy-mm-dd",
    15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm", 19: "h:mm:ss", 20: "h:mm", 21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm", 37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 41: "#,##0", 42: "$#,##0",
    43: "#,##0.00", 44: "$#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss", 48: "0.0E+0",
}  # fmt: skip
_DATE = "d-mmm-yy"
_EAST_ASIAN_DATES = (*range(27, 32), 36, *range(50, 59))
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)(?:-[^\]]*)?\]|_.|\*.')
_BRACKETS = re.compile(r"\[(?!h+\]|m+\]|s+\])[^\]]*\]", re.IGNORECASE)
_DIGITS = re.compile(r"[0#?][0#?,]*(?:\.([0#?]*))?,*|\.([0#?]+),*")
_SIGNIFICANT_DIGITS, _MAX_PLAIN = 15, 1e21
_MAX_DECIMALS = 15
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_DAY_SECONDS = 86_400
_LAST_DAY = 2_958_465  # the number of 9999-12-31, the last day that spreadsheets count
_LEAP_BUG = 60  # the number of 1900-02-29, which spreadsheets count although there was no such day


def built_in_code(number: int) -> str:
    """Return the code of a number format that every spreadsheet program has; "" for the general format."""
    return _DATE if number in _EAST_ASIAN_DATES else _BUILT_IN.get(number, "")


def formatted(number: float, code: str = "", *, since_1904: bool = False) -> str:
    """Return a number as a format code shows it; dates, which are stored in days since 1900 or 1904, in ISO 8601.

    >>> formatted(0.42, "0%"), formatted(1234567.891, "#,##0.0"), formatted(0.1 + 0.2), formatted(44747, "d/m/yyyy")
    ('42%', '1,234,567.9', '0.3', '2022-07-05')
    """
    if not math.isfinite(number):
        return ""
    form = _parsed(code, negative=number < 0, zero=number == 0)
    if form.is_empty:
        return ""
    if form.is_time:
        return _time(number, form, since_1904=since_1904) or general(number)
    return _number(abs(number) if form.own_sign else number, form)


def general(number: float) -> str:
    """Return a number without a format, to 15 significant digits.

    >>> general(3.0000000000000004), general(1e6)
    ('3', '1000000')
    """
    if number == int(number) and abs(number) < _MAX_PLAIN:
        return str(int(number))
    text = f"{number:.{_SIGNIFICANT_DIGITS}g}"
    if "e" not in text:
        return text
    plain = f"{number:.{_MAX_DECIMALS}f}".rstrip("0").rstrip(".")
    return plain if 1e-6 < abs(number) < _MAX_PLAIN else text  # noqa: PLR2004 - beyond, powers of ten read better


@dataclass(frozen=True, slots=True)
class _NumberFormat:
    before: str = ""
    after: str = ""
    decimals: int | None = None
    places: int = 1
    thousands: bool = False
    percent: bool = False
    power: bool = False
    divisor: int = 1
    own_sign: bool = False
    is_time: bool = False
    is_empty: bool = False
    date: str = ""
    clock: bool = False
    seconds: bool = False
    elapsed: bool = False


@lru_cache(maxsize=4096)
def _parsed(code: str, *, negative: bool, zero: bool) -> _NumberFormat:
    """Parse the section of a format code that applies to the sign of a number."""
    sections = _sections(code)
    at = 1 if negative and len(sections) > 1 else 2 if zero and len(sections) > 2 else 0  # noqa: PLR2004 - the third
    if "[" in sections[0] and re.search(r"\[[<>=]", sections[0]):
        at = 0
    section = sections[at].strip()
    bare = _BRACKETS.sub("", _LITERAL.sub("", section))
    if not section and len(sections) > 1:
        return _NumberFormat(is_empty=True)
    if not section or bare.strip().lower() in {"general", "@"} or ("/" in bare and "?" in bare):
        return _NumberFormat()
    if re.search(r"[ymdhs]", re.sub(r"general|e[+-]|am/pm|a/p", "", bare.lower())):
        return _time_form(bare.lower())
    return _number_form(section, own_sign=at == 1)


def _sections(code: str) -> list[str]:
    """Split a code at semicolons outside quotes, into the sections for positive, negative and zero."""
    return re.sub(r'("[^"]*")|\\.|;', lambda match: "\0" if match.group() == ";" else match.group(), code).split("\0")


def _number_form(section: str, *, own_sign: bool) -> _NumberFormat:
    literals: list[str] = []

    def mask(match: re.Match[str]) -> str:
        literals.append(match.group(1) or match.group(2) or match.group(3) or "")
        return "\0"

    masked = _BRACKETS.sub("", _LITERAL.sub(mask, section))
    digits = _DIGITS.search(masked)
    remaining = iter(literals)

    def unmasked(piece: str) -> str:
        return "".join(next(remaining) if sign == "\0" else "" if sign in "%,E+-0#?@" else sign for sign in piece)

    if digits is None:
        return _NumberFormat(before=unmasked(masked), decimals=None, is_empty=not "".join(literals))
    before, after = masked[: digits.start()], masked[digits.end() :]
    integer_part = digits.group().partition(".")[0]
    prefix = unmasked(before)
    [next(remaining, "") for sign in digits.group() if sign == "\0"]
    trailing = len(digits.group()) - len(digits.group().rstrip(","))
    return _NumberFormat(
        before=("-" if own_sign and before.startswith("-") else "") + prefix,
        after=unmasked(after),
        decimals=len(digits.group(1) or digits.group(2) or ""),
        places=integer_part.replace(",", "").count("0"),
        thousands="," in integer_part.rstrip(","),
        percent="%" in masked,
        power=bool(re.search(r"E[+-]", masked)),
        divisor=1000**trailing,
        own_sign=own_sign,
    )


def _number(number: float, form: _NumberFormat) -> str:
    number = number / form.divisor * (100 if form.percent else 1)
    if form.decimals is None:
        return form.before or general(number)
    decimals = min(form.decimals, _MAX_DECIMALS)
    if form.power:
        digits = f"{number:.{decimals}E}"
    else:
        digits = f"{number:{',' if form.thousands else ''}.{decimals}f}"
        if form.places > 1:
            sign, digits = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
            digits = sign + digits.zfill(form.places + (decimals and decimals + 1))
    percent = "%" if form.percent else ""
    if digits.startswith("-") and form.before:
        return f"-{form.before}{digits[1:]}{form.after}{percent}".strip()
    return f"{form.before}{digits}{percent}{form.after}".strip()


def _time_form(bare: str) -> _NumberFormat:
    elapsed = bool(_ELAPSED.search(bare))
    clock = "h" in bare or "s" in bare or elapsed
    minutes = re.sub(r"h+:?m+|m+:?s+|h+[^a-z]*m{1,2}(?!m)", "", bare) if clock else bare
    date = "y" * ("y" in bare) + "m" * ("m" in minutes) + "d" * ("d" in bare)
    return _NumberFormat(is_time=True, date=date, clock=clock, seconds="s" in bare, elapsed=elapsed)


def _time(number: float, form: _NumberFormat, *, since_1904: bool) -> str | None:
    """Return a date or time in ISO 8601, as precise as the format; None for a day outside the calendar."""
    seconds = round(number * _DAY_SECONDS)
    if form.elapsed or (not form.date and form.clock):
        return _clock(abs(seconds) if form.elapsed else seconds % _DAY_SECONDS, seconds=form.seconds)
    if not 0 <= number <= _LAST_DAY:
        return None
    start = dt.datetime(1904, 1, 1) if since_1904 else dt.datetime(1899, 12, 31 if number < _LEAP_BUG else 30)  # noqa: DTZ001 - spreadsheets have no time zones
    try:
        moment = start + dt.timedelta(seconds=seconds)
    except OverflowError:
        return None
    day = moment.date().isoformat()
    day = day if "d" in form.date or not form.date else day[:7] if "m" in form.date else day[:4]
    return f"{day} {_clock(seconds % _DAY_SECONDS, seconds=form.seconds)}" if form.clock else day


def _clock(total: int, *, seconds: bool) -> str:
    minutes, rest = divmod(total, 60)
    text = f"{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{rest:02}" if seconds else text


def hidden_notes(name: str, *, sheet: bool, rows: int) -> list[str]:
    """Return the notes on a sheet that is hidden, or that has hidden rows, and is parsed all the same."""
    notes = [f"the sheet {name} is hidden, and read all the same"] if sheet else []
    if rows:
        notes.append(f"{rows:,} hidden row{'s' if rows > 1 else ''} of the sheet {name} read all the same")
    return notes


MAX_CELLS, MAX_CHARACTERS = 1_000_000, 50_000_000  # of a file: filled cells, and length of the text
_HEADER_WITHIN = 40  # the header is looked for in this number of filled rows
_MAX_HEADER_CHARS = 200
_MIN_HEADER_CELLS = 2
_MIN_DISTINCT = 0.8
_YEAR = pattern(r"(?:FY ?)?(?:1[89]|20)\d\d(?:[-–/]\d\d(?:\d\d)?)?")
_SENTENCE_END = pattern(r"[.;!]$")


class SheetRows:
    """Adds the sheets of one file to its text, within limits.

    >>> from askbrief.documents.builder import DocumentBuilder
    >>> builder = DocumentBuilder()
    >>> SheetRows(builder).add("Attacks", [(1, ["Province", "2022"]), (2, ["Nangarhar", "300"])])
    >>> builder.build().text
    'Attacks\\n\\nProvince; 2022\\n\\nProvince: Nangarhar; 2022: 300'
    """

    def __init__(self, builder: DocumentBuilder) -> None:
        self._builder = builder
        self._cells = 0

    def add(self, name: str | None, rows: Iterable[tuple[int, list[str]]]) -> None:
        """Add a sheet: its name as a heading, and its numbered rows; ParsingError if the file exceeds a limit."""
        filled = [(number, cells) for number, cells in rows if self._count(cells)]
        if not filled:
            return
        if name:
            self._builder.heading(name)
        header = header_row([cells for _, cells in filled[:_HEADER_WITHIN]])
        names: list[str] = []
        for index, (number, cells) in enumerate(filled):
            single = len(names) > _MIN_HEADER_CELLS and sum(map(bool, cells)) == 1
            self._builder.paragraph(row([] if single else names, cells), number=str(number))
            if index == header:
                names = cells
            if self._builder.characters > MAX_CHARACTERS:
                raise ParsingError(f"has more than {MAX_CHARACTERS:,} characters of text: divide it")

    def _count(self, cells: Sequence[str]) -> int:
        filled = sum(map(bool, cells))
        self._cells += filled
        if self._cells > MAX_CELLS:
            raise ParsingError(f"has more than {MAX_CELLS:,} filled cells: divide it")
        return filled


def header_row(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the index of the first row that names the columns, or None.

    It has short, distinct texts in at least two columns, and in more than half of the columns that are filled below it.
    The rows above it are titles. A year may name a column.

    >>> header_row([["Attacks by province"], ["Province", "2021", "2022"], ["Nangarhar", "280", "300"]])
    1
    """
    for at, cells in enumerate(islice(rows, len(rows) - 1)):
        filled = [cell for cell in cells if cell]
        if len(filled) < _MIN_HEADER_CELLS:
            continue
        below = sorted(sum(map(bool, other)) for other in rows[at + 1 :])
        if len(filled) * 2 <= below[len(below) // 2]:
            continue
        if _are_names(filled):
            return at
        if any(map(is_figure, filled)):
            return None
    return None


def _are_names(cells: Sequence[str]) -> bool:
    texts = [cell for cell in cells if not is_figure(cell)]
    if not texts or any(is_figure(cell) and not _YEAR.fullmatch(cell) for cell in cells):
        return False
    if len({cell.casefold() for cell in cells}) < len(cells) * _MIN_DISTINCT:
        return False
    return not any(len(cell) > _MAX_HEADER_CHARS or _SENTENCE_END.search(cell) for cell in cells)
