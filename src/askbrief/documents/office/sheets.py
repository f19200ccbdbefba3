"""Spreadsheets: cell values as a spreadsheet shows them, and rows under the header that names their columns."""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from askbrief.core.lazy_regex import pattern
from askbrief.documents.builder import row
from askbrief.documents.office.flow import is_figure
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
_DAYS = "d-mmm-yy"
_SETS_OF_THE_EAST = (*range(27, 32), 36, *range(50, 59))
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)(?:-[^\]]*)?\]|_.|\*.')
_BRACKETS = re.compile(r"\[(?!h+\]|m+\]|s+\])[^\]]*\]", re.IGNORECASE)
_DIGITS = re.compile(r"[0#?][0#?,]*(?:\.([0#?]*))?,*|\.([0#?]+),*")
_MANY_DIGITS, _LONGEST = 15, 1e21
_MOST_DECIMALS = 15
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_A_DAY = 86_400
_LAST_DAY = 2_958_465
_LEAP_BUG = 60


def code_of(number: int) -> str:
    """The code behind one of the formats that every spreadsheet has; "" for the general one."""
    return _DAYS if number in _SETS_OF_THE_EAST else _BUILT_IN.get(number, "")


def shown(number: float, code: str = "", *, since_1904: bool = False) -> str:
    """A number in a format.

    Args:
        number: as it is stored.
        code: the format's code, as in a spreadsheet file.
        since_1904: the file counts its days from 1904 on.

    >>> shown(0.42, "0%"), shown(1234567.891, "#,##0.0"), shown(0.1 + 0.2), shown(44747, "d/m/yyyy")
    ('42%', '1,234,567.9', '0.3', '2022-07-05')
    """
    if not math.isfinite(number):
        return ""
    form = _form(code, negative=number < 0, zero=number == 0)
    if form.is_empty:
        return ""
    if form.is_time:
        return _time(number, form, since_1904=since_1904) or general(number)
    return _number(abs(number) if form.own_sign else number, form)


def general(number: float) -> str:
    """A number without a format: as many digits as were meant, and no more.

    >>> general(3.0000000000000004), general(1e6)
    ('3', '1000000')
    """
    if number == int(number) and abs(number) < _LONGEST:
        return str(int(number))
    text = f"{number:.{_MANY_DIGITS}g}"
    if "e" not in text:
        return text
    plain = f"{number:.{_MOST_DECIMALS}f}".rstrip("0").rstrip(".")
    return plain if 1e-6 < abs(number) < _LONGEST else text  # noqa: PLR2004 - beyond, powers of ten read better


@dataclass(frozen=True, slots=True)
class _Form:
    """What a format's code asks for."""

    before: str = ""
    after: str = ""
    decimals: int | None = None
    places: int = 1
    thousands: bool = False
    share: bool = False
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
def _form(code: str, *, negative: bool, zero: bool) -> _Form:
    """Read a format's code: the section for such a number, and in it the digits, signs and words around them."""
    sections = _sections(code)
    at = 1 if negative and len(sections) > 1 else 2 if zero and len(sections) > 2 else 0  # noqa: PLR2004 - the third
    if "[" in sections[0] and re.search(r"\[[<>=]", sections[0]):
        at = 0
    section = sections[at].strip()
    bare = _BRACKETS.sub("", _LITERAL.sub("", section))
    if not section and len(sections) > 1:
        return _Form(is_empty=True)
    if not section or bare.strip().lower() in {"general", "@"} or ("/" in bare and "?" in bare):
        return _Form()
    if re.search(r"[ymdhs]", re.sub(r"general|e[+-]|am/pm|a/p", "", bare.lower())):
        return _time_form(bare.lower())
    return _number_form(section, own_sign=at == 1)


def _sections(code: str) -> list[str]:
    """The parts of a code for positive, negative and other numbers; a semicolon in quotes divides nothing."""
    return re.sub(r'("[^"]*")|\\.|;', lambda found: "\0" if found.group() == ";" else found.group(), code).split("\0")


def _number_form(section: str, *, own_sign: bool) -> _Form:
    literals: list[str] = []

    def kept(match: re.Match[str]) -> str:
        literals.append(match.group(1) or match.group(2) or match.group(3) or "")
        return "\0"

    masked = _BRACKETS.sub("", _LITERAL.sub(kept, section))
    digits = _DIGITS.search(masked)
    words = iter(literals)

    def said(piece: str) -> str:
        return "".join(next(words) if sign == "\0" else "" if sign in "%,E+-0#?@" else sign for sign in piece)

    if digits is None:
        return _Form(before=said(masked), decimals=None, is_empty=not "".join(literals))
    before, after = masked[: digits.start()], masked[digits.end() :]
    whole_part = digits.group().partition(".")[0]
    prefix = said(before)
    [next(words, "") for sign in digits.group() if sign == "\0"]
    trailing = len(digits.group()) - len(digits.group().rstrip(","))
    return _Form(
        before=("-" if own_sign and before.startswith("-") else "") + prefix,
        after=said(after),
        decimals=len(digits.group(1) or digits.group(2) or ""),
        places=whole_part.replace(",", "").count("0"),
        thousands="," in whole_part.rstrip(","),
        share="%" in masked,
        power=bool(re.search(r"E[+-]", masked)),
        divisor=1000**trailing,
        own_sign=own_sign,
    )


def _number(number: float, form: _Form) -> str:
    number = number / form.divisor * (100 if form.share else 1)
    if form.decimals is None:
        return form.before or general(number)
    decimals = min(form.decimals, _MOST_DECIMALS)
    if form.power:
        digits = f"{number:.{decimals}E}"
    else:
        digits = f"{number:{',' if form.thousands else ''}.{decimals}f}"
        if form.places > 1:
            sign, digits = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
            digits = sign + digits.zfill(form.places + (decimals and decimals + 1))
    if digits.startswith("-") and form.before:
        return f"-{form.before}{digits[1:]}{form.after}{'%' if form.share else ''}".strip()
    share = "%" if form.share else ""
    return f"{form.before}{digits}{share}{form.after}".strip()


def _time_form(bare: str) -> _Form:
    elapsed = bool(_ELAPSED.search(bare))
    clock = "h" in bare or "s" in bare or elapsed
    minutes = re.sub(r"h+:?m+|m+:?s+|h+[^a-z]*m{1,2}(?!m)", "", bare) if clock else bare
    date = "y" * ("y" in bare) + "m" * ("m" in minutes) + "d" * ("d" in bare)
    return _Form(is_time=True, date=date, clock=clock, seconds="s" in bare, elapsed=elapsed)


def _time(number: float, form: _Form, *, since_1904: bool) -> str | None:
    """A day or a time in ISO 8601, as precise as the format; None where there is no such day."""
    seconds = round(number * _A_DAY)
    if form.elapsed or (not form.date and form.clock):
        return _clock(abs(seconds) if form.elapsed else seconds % _A_DAY, seconds=form.seconds)
    if not 0 <= number <= _LAST_DAY:
        return None
    start = dt.datetime(1904, 1, 1) if since_1904 else dt.datetime(1899, 12, 31 if number < _LEAP_BUG else 30)  # noqa: DTZ001 - sheets know no zones
    try:
        moment = start + dt.timedelta(seconds=seconds)
    except OverflowError:
        return None
    day = moment.date().isoformat()
    day = day if "d" in form.date or not form.date else day[:7] if "m" in form.date else day[:4]
    return f"{day} {_clock(seconds % _A_DAY, seconds=form.seconds)}" if form.clock else day


def _clock(total: int, *, seconds: bool) -> str:
    minutes, rest = divmod(total, 60)
    text = f"{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{rest:02}" if seconds else text


MOST_CELLS = 1_000_000
MOST_CHARACTERS = 50_000_000
_LOOKED_AT = 40
_LONGEST_HEADER = 200
_FEW = 2
_YEAR = pattern(r"(?:FY ?)?(?:1[89]|20)\d\d(?:[-–/]\d\d(?:\d\d)?)?")
_SENTENCE = pattern(r"[.;!]$")


class Sheets:
    """Adds the sheets of one file to its text, within bounds.

    >>> from askbrief.documents.builder import DocumentBuilder
    >>> builder = DocumentBuilder()
    >>> Sheets(builder).put("Attacks", [(1, ["Province", "2022"]), (2, ["Nangarhar", "300"])])
    >>> builder.build().text
    'Attacks\\n\\nProvince; 2022\\n\\nProvince: Nangarhar; 2022: 300'
    """

    def __init__(self, builder: DocumentBuilder) -> None:
        """Take what the sheets are added to."""
        self._composer = builder
        self._cells = 0

    def put(self, name: str | None, rows: Iterable[tuple[int, list[str]]]) -> None:
        """Add a sheet: its name as a heading, where it has one, and its rows with their numbers.

        Raises:
            ParsingError: there are too many cells, or too much text.
        """
        kept = [(number, cells) for number, cells in rows if self._counted(cells)]
        if not kept:
            return
        if name:
            self._composer.heading(name)
        at = header_row([cells for _, cells in kept[:_LOOKED_AT]])
        names: list[str] = []
        for index, (number, cells) in enumerate(kept):
            alone = len(names) > _FEW and sum(map(bool, cells)) == 1
            self._composer.paragraph(row([] if alone else names, cells), number=str(number))
            if index == at:
                names = cells
            if self._composer.characters > MOST_CHARACTERS:
                raise ParsingError(f"has more than {MOST_CHARACTERS:,} characters of text: divide it")

    def _counted(self, cells: Sequence[str]) -> int:
        filled = sum(1 for cell in cells if cell)
        self._cells += filled
        if self._cells > MOST_CELLS:
            raise ParsingError(f"has more than {MOST_CELLS:,} filled cells: divide it")
        return filled


def header_row(rows: Sequence[Sequence[str]]) -> int | None:
    """Which of the first rows names the columns; None where none does.

    The first with short, different texts in at least two columns, and in most of the columns that are filled below;
    what stands above is a title. A year may name a column.

    >>> header_row([["Attacks by province"], ["Province", "2021", "2022"], ["Nangarhar", "280", "300"]])
    1
    """
    for at, cells in enumerate(islice(rows, len(rows) - 1)):
        filled = [cell for cell in cells if cell]
        if len(filled) < _FEW:
            continue
        below = sorted(sum(map(bool, other)) for other in rows[at + 1 :])
        if len(filled) * 2 <= below[len(below) // 2]:
            continue
        if _names(filled):
            return at
        if any(map(is_figure, filled)):
            return None
    return None


def _names(cells: Sequence[str]) -> bool:
    texts = [cell for cell in cells if not is_figure(cell)]
    if not texts or any(is_figure(cell) and not _YEAR.fullmatch(cell) for cell in cells):
        return False
    if len({cell.casefold() for cell in cells}) < len(cells) * 0.8:
        return False
    return not any(len(cell) > _LONGEST_HEADER or _SENTENCE.search(cell) for cell in cells)
