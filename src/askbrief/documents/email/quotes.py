"""What a mail quotes or forwards: found by the lines that mail programs write above it, with its author and date.

Answers between the lines of a quotation stay with it: there, the quoted lines keep their mark (">").
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from askbrief.core.text import pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

_MARK = pattern(r"(?:>[ ]?)+")
_VERB = pattern(r"(?i)\b(?:wrote|schrieb|a écrit|escribió|ha scritto|scrisse|schreef|escreveu|skrev|napisał\(?a?\)?)\b")
_BEGINS = pattern(r"(?i)\W{0,3}(?:on|am|le|el|il|op|em|den|dnia|w dniu)\s")
_DATE_END = pattern(
    r"(?i)(?:\d{1,2}[:.h]\d\d(?:[:.]\d\d)?(?:\s?[ap]\.?m\.?)?(?:\s?[+-]\d{4})?(?:\s?\(?(?-i:[A-Z]{2,5})\b\)?)?"
    r"|\b(?:19|20)\d\d)(?:\s?uhr)?,?\s+"
)
_DIVIDER = pattern(
    r"(?i)\s*(?:[-_=]{2,}\s*(?:original message|original-nachricht|ursprüngliche nachricht|forwarded message"
    r"|weitergeleitete nachricht|message d'origine|message transféré|mensaje original|mensaje reenviado"
    r"|messaggio originale|messaggio inoltrato|oorspronkelijk bericht|forwarded by .{1,80})\s*[-_=]*"
    r"|begin forwarded message:|anfang der weitergeleiteten nachricht:|début du message (?:transféré|réexpédié)\s?:"
    r"|_{20,})\s*"
)
_FROM, _SENT, _SUBJECT, _OTHER = (
    pattern(rf"(?i)\s*\*?(?:{names})\s?:\*?\s*(?P<value>\S.*)?$")
    for names in (
        "from|von|de|da|van|från|fra",
        "sent|date|gesendet|datum|envoyé|enviado(?: el)?|fecha|data|inviato|verzonden|skickat|sendt",
        "subject|betreff|objet|asunto|oggetto|onderwerp|assunto|ämne|emne",
        "to|an|à|para|a|aan|til|till|cc|kopie|reply-to|importance|priorität",
    )
)
_ADDRESS = pattern(r"\s*[<\[(]{1,2}(?:mailto:)?[^<>\[\]()\s]*@[^<>\[\]()\s]*[>\])]{1,2}.*$|\s*<[^<>]*>$")
_DAY = pattern(r"\b(\d{4})-(\d\d)-(\d\d)\b|\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b")
_NAMED_DAY = pattern(
    r"(?i)\b(\d{1,2})(?:st|nd|rd|th|\.|er|º)?\s+(?:de\s+)?(\p{L}{3,12})\.?,?\s+(?:de\s+)?(\d{4})\b"
    r"|\b(\p{L}{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b"
)
_SLASHED = pattern(r"\b(\d{1,2})/(\d{1,2})/((?:20)?\d\d)\b")
_MONTHS = (
    "jan ene gen sty", "feb fév fev lut", "mar mär mrt maa", "apr avr abr kwi", "may mai mag maj mei",
    "jun juin giu cze", "jul juil lug lip", "aug aoû ago sie", "sep set wrz", "oct okt ott out paź",
    "nov lis", "dec dez déc dic gru",
)  # fmt: skip
_MAX_ATTRIBUTION_LINES, _MAX_HEADER_LINES = 3, 12
_MAX_DEPTH = 50
_MAX_MONTH = 12


@dataclass(frozen=True, slots=True)
class QuotedMessage:
    """A message that stands in another one: its author, its day (ISO), its subject, and its text."""

    author: str
    date: str | None
    text: str
    subject: str = ""


def split(text: str, depth: int = 0) -> tuple[str, list[QuotedMessage]]:
    """Divide the plain text of a mail into what its sender wrote, and the messages quoted or forwarded in it."""
    lines = text.splitlines()
    if depth > _MAX_DEPTH:
        return text, []
    for index in range(len(lines)):
        headed = _headed(lines, index)
        if headed is not None:
            body, author, date, subject = headed
            inner, deeper = split("\n".join(body), depth + 1)
            return "\n".join(lines[:index]), [QuotedMessage(author, date, inner, subject), *deeper]
        introduced = _introduced(lines, index)
        if introduced is not None:
            start, end, author, date = introduced
            inner, deeper = split("\n".join(_without_mark(lines[start:end])), depth + 1)
            after = "\n".join(lines[end:])
            return "\n".join([*lines[:index], "", after]), [QuotedMessage(author, date, inner), *deeper]
    return text, []


def _introduced(lines: Sequence[str], index: int) -> tuple[int, int, str, str | None] | None:
    """Return where a quotation begins and ends whose line of introduction is at `index`, its author and its date.

    None if there is no such line, or the sender answers between the quoted lines.
    """
    if not lines[index].strip() or _MARK.match(lines[index]):
        return None
    for length in range(1, _MAX_ATTRIBUTION_LINES + 1):
        last = lines[index + length - 1] if index + length <= len(lines) else ""
        if not last.strip() or (length > 1 and not _BEGINS.match(lines[index])):
            return None
        words = " ".join(line.strip() for line in lines[index : index + length])
        author, date = attributed(words)
        if author:
            start = index + length
            while start < len(lines) and not lines[start].strip():
                start += 1
            if start < len(lines) and lines[start].startswith(">"):
                end = _end_of_quotation(lines, start)
                return (start, end, author, date) if end is not None else None
    return None


def attributed(words: str) -> tuple[str, str | None]:
    """Return the author and the date in a line such as "On Mon, 3 Jun 2024 at 17:20, Bo Lind <b@e.org> wrote:"."""
    verb = _VERB.search(words)
    if verb is None or not words.rstrip().endswith(":") or len(words) > 400:  # noqa: PLR2004
        return "", None
    before, after = words[: verb.start()].strip(), words[verb.end() :].strip(" :")
    date = day_in(before)
    ends = list(_DATE_END.finditer(f"{before} "))
    rest = before[ends[-1].end() :] if ends else before
    name = _person(after) or _person(rest.strip(" ,;"))
    return name, date


def _person(words: str) -> str:
    """Return the name in a piece such as "Bo Lind <b@example.org>", or the address if it has no name."""
    words = " ".join(words.split())
    name = _ADDRESS.sub("", words).strip(" \"'*,;:")
    if not name:
        name = words.strip(" <>[]()\"'*,;:").removeprefix("mailto:")
    return name[:100]


def _end_of_quotation(lines: Sequence[str], start: int) -> int | None:
    """Return where a quotation ends; None if the sender answers below a part of it, before another part."""
    end = start
    while end < len(lines) and (lines[end].startswith(">") or not lines[end].strip()):
        end += 1
    rest = [line for line in lines[end:] if line.strip()]
    return None if any(line.startswith(">") for line in rest) else end


def _without_mark(lines: Sequence[str]) -> list[str]:
    return [line[1:].removeprefix(" ") if line.startswith(">") else line for line in lines]


def _headed(lines: Sequence[str], index: int) -> tuple[Sequence[str], str, str | None, str] | None:
    """Return the body, author, day and subject of a message below `index` that begins with From, Sent and Subject."""
    start = index
    divided = bool(_DIVIDER.fullmatch(lines[index]))
    if divided:
        start += 1
        while start < len(lines) and not lines[start].strip():
            start += 1
    if start >= len(lines) or not (sender := _FROM.match(lines[start])) or not sender["value"]:
        return None
    date, subject, known, at = None, "", 1, start + 1
    while at < min(len(lines), start + _MAX_HEADER_LINES) and lines[at].strip():
        if sent := _SENT.match(lines[at]):
            date = date or day_in(sent["value"] or "")
        elif about := _SUBJECT.match(lines[at]):
            subject = about["value"] or ""
        elif not _OTHER.match(lines[at]):
            break
        known += 1
        at += 1
    if known < (2 if divided else 3):
        return None
    return _outer(lines[at:]), _person(sender["value"]), date, subject.strip()


def _outer(lines: Sequence[str]) -> Sequence[str]:
    filled = [line for line in lines if line.strip()]
    return _without_mark(lines) if filled and all(line.startswith(">") for line in filled) else lines


def day_in(words: str) -> str | None:
    """Return the day that a text states, in ISO 8601; None if it states none, or one that may be read in two ways.

    >>> day_in("Mon, 3 Jun 2024 at 17:20"), day_in("Monday, June 3, 2024 5:20 PM"), day_in("03/04/2024")
    ('2024-06-03', '2024-06-03', None)
    """
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        return parsedate_to_datetime(words).date().isoformat()
    if match := _DAY.search(words):
        year, month, day = match.groups()[:3] if match[1] else (match[6], match[5], match[4])
        return _iso(int(year), int(month), int(day))
    if match := _NAMED_DAY.search(words):
        day, name, year = (match[1], match[2], match[3]) if match[1] else (match[5], match[4], match[6])
        starts = [number for number, names in enumerate(_MONTHS, 1) if name.lower().startswith(tuple(names.split()))]
        return _iso(int(year), starts[-1], int(day)) if starts else None
    if match := _SLASHED.search(words):
        first, second, year = int(match[1]), int(match[2]), 2000 + int(match[3]) % 2000
        if first == second or first > _MAX_MONTH:
            return _iso(year, second, first)
        if second > _MAX_MONTH:
            return _iso(year, first, second)
    return None


def _iso(year: int, month: int, day: int) -> str | None:
    with suppress(ValueError):
        return dt.date(year, month, day).isoformat()
    return None
