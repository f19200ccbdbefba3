"""Spreadsheets: numbers as a spreadsheet shows them, and rows under the header that names their columns."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from askbrief.core.text import pattern
from askbrief.documents.builder import row
from askbrief.documents.office import is_figure
from askbrief.errors import ParsingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TypeAlias

    from askbrief.documents.builder import DocumentBuilder

    _Rows: TypeAlias = Sequence[tuple[int, list[str]]]

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
_MIN_TABLE_ROWS = 2
_MIN_DISTINCT = 0.8
_MAX_OPEN = 100
"""Merged cells that are repeated in one row."""
_YEAR = pattern(r"(?:FY ?)?(?:1[89]|20)\d\d(?:[-–/]\d\d(?:\d\d)?)?")
_SENTENCE_END = pattern(r"[.;!]$")


@dataclass(frozen=True, slots=True)
class MergedCells:
    """Merged cells of a sheet: rows from 1 and columns from 0, first and last."""

    top: int
    bottom: int
    left: int
    right: int


class _Merged:
    """The merged cells of a sheet, for its rows from the top down."""

    def __init__(self, merged: Sequence[MergedCells]) -> None:
        self._by_top: dict[int, list[MergedCells]] = {}
        for one in merged:
            self._by_top.setdefault(one.top, []).append(one)
        self._open: list[tuple[MergedCells, str]] = []

    def groups(self, number: int) -> list[MergedCells]:
        """Return the cells of a row that are merged across columns only."""
        return [one for one in self._by_top.get(number, ()) if one.top == one.bottom and one.right > one.left]

    def row(self, number: int, cells: list[str], *, fill: bool) -> list[str]:
        """Return the cells of the next row; with `fill`, also those above that are merged down into it."""
        self._open = [entry for entry in self._open if entry[0].bottom >= number][:_MAX_OPEN]
        shown = [*cells]
        for one, text in self._open if fill else ():
            if one.left < len(shown) and not shown[one.left]:
                shown[one.left] = text
        self._open += [
            (one, cells[one.left])
            for one in self._by_top.get(number, ())
            if one.bottom > one.top and one.left < len(cells) and cells[one.left]
        ]
        return shown


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

    def add(self, name: str | None, rows: Iterable[tuple[int, list[str]]], merged: Sequence[MergedCells] = ()) -> None:
        """Add a sheet: its name as a heading, and its numbered rows; ParsingError if the file exceeds a limit.

        A table that begins after an empty row has the header that it shows, if it shows one of its own.
        """
        filled = [(number, cells) for number, cells in rows if self._count(cells)]
        if not filled:
            return
        if name:
            self._builder.heading(name)
        names: list[str] = []
        merges = _Merged(merged)
        for table in _tables(filled):
            names = self._add_table(table, names, merges)

    def _add_table(self, table: _Rows, above: list[str], merged: _Merged) -> list[str]:
        """Add the rows of a table, and return the names of its columns: those of the table above if it has no own."""
        last, own = _header(table[:_HEADER_WITHIN], merged)
        is_new = bool(own) and (not above or _differs(own, above, [cells for _, cells in table[last + 1 :]]))
        names = [] if is_new else above
        for index, (number, cells) in enumerate(table):
            single = len(names) > _MIN_HEADER_CELLS and sum(map(bool, cells)) == 1
            shown = merged.row(number, cells, fill=bool(names) and not single)
            self._builder.paragraph(row([] if single else names, shown), number=str(number))
            if is_new and index == last:
                names = own
            if self._builder.characters > MAX_CHARACTERS:
                raise ParsingError(f"has more than {MAX_CHARACTERS:,} characters of text: divide it")
        return names

    def _count(self, cells: Sequence[str]) -> int:
        filled = sum(map(bool, cells))
        self._cells += filled
        if self._cells > MAX_CELLS:
            raise ParsingError(f"has more than {MAX_CELLS:,} filled cells: divide it")
        return filled


def _tables(rows: _Rows) -> Iterator[_Rows]:
    """Divide the filled rows of a sheet at its empty rows; titles and lone rows stay with what follows them."""
    start = wide = 0
    for at, (number, cells) in enumerate(rows):
        if at and number > rows[at - 1][0] + 1 and wide >= _MIN_TABLE_ROWS:
            yield rows[start:at]
            start, wide = at, 0
        wide += sum(map(bool, cells)) >= _MIN_HEADER_CELLS
    yield rows[start:]


def _header(rows: _Rows, merged: _Merged) -> tuple[int, list[str]]:
    """Return the index of the last header row of a table, and the names of its columns; -1 and none without one."""
    for at in range(len(rows) - 2):
        names = _two_rows(rows[at], rows[at + 1], merged)
        if names and _are_names([name for name in names if name]):
            return at + 1, names
        if sum(map(bool, rows[at][1])) > 1:
            break
    header = header_row([cells for _, cells in rows])
    return (-1, []) if header is None else (header, rows[header][1])


def _two_rows(upper: tuple[int, list[str]], lower: tuple[int, list[str]], merged: _Merged) -> list[str]:
    """Return the names that two header rows give to the columns, if the upper one groups those of the lower one.

    Its cells are merged across columns, or stand at the left of groups whose names repeat, as quarters below years.
    """
    (number, top), (_, bottom) = upper, lower
    filled = [name for name in bottom if name]
    if sum(map(bool, top)) < _MIN_HEADER_CELLS or any(is_figure(one) and not _YEAR.fullmatch(one) for one in filled):
        return []
    spans = merged.groups(number)
    over = sum(any(bottom[one.left : one.right + 1]) for one in spans)
    if len(set(filled)) == len(filled) and over < _MIN_HEADER_CELLS:
        return []
    groups = [*top, *[""] * (len(bottom) - len(top))]
    covered = {at: one.left for one in spans for at in range(one.left + 1, min(one.right + 1, len(groups)))}
    for at in range(1, len(bottom)):
        left = covered.get(at) if spans else at - 1
        if not groups[at] and bottom[at] and left is not None:
            groups[at] = groups[left]
    names = [" ".join(dict.fromkeys(filter(None, pair))) for pair in zip_longest(groups, bottom, fillvalue="")]
    return names if len(set(filter(None, names))) == sum(map(bool, names)) else []


def _differs(names: Sequence[str], above: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Return whether the first row after an empty one is a header, not a further row of the table above.

    It fills columns that have no name above, repeats the names above, or is words over a column of figures.
    """
    if names == above or any(name and not other for name, other in zip_longest(names, above, fillvalue="")):
        return True
    columns = ([cells[at] for cells in below if at < len(cells) and cells[at]] for at in range(len(names)))
    return any(
        cells and not is_figure(name) and sum(map(is_figure, cells)) * 2 > len(cells)
        for name, cells in zip(names, columns, strict=True)
    )


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
