"""Subtitles and transcripts (.srt, .vtt, .sbv): what is said, as sentences; locators give the times.

Cues are joined to sentences as long as the speaker is the same and no long silence lies between them.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from askbrief.core.text import pattern
from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.text import decode_with_notes
from askbrief.errors import ParsingError
from askbrief.records import Form, Metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from askbrief.documents.builder import ParsedText

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_CUE = pattern(rf"\s*{_TIME}\s*(?:-->|,)\s*{_TIME}(?:\s.*)?")
_VOICE = pattern(r"<v(?:\.[^\s>]*)?\s+([^>]{1,200})>")
_TAG = pattern(r"</?[A-Za-z][^<>]{0,200}>|<\d[\d:.]*>|\{\\[^{}]{0,100}\}|</?>")
_SPOKEN_BY = pattern(r"\s*(?:>>\s*)?(\p{Lu}[\p{L}\p{M}.'’ -]{0,40}):\s+(?=\S)")
_DASH = pattern(r"\s*(?:[-–—]|>>)\s*(?=\S)")
_ENDED = pattern(r"""[.!?…。！？]["'”’»)\]♪]*$""")
_TITLE = pattern(r"WEBVTT[ \t]+(?:-\s*)?(\S.*)")
_IGNORED = ("NOTE", "STYLE", "REGION")
_SILENCE_SECONDS = 8.0
_MAX_SENTENCE_CHARS = 400


@dataclass(frozen=True, slots=True)
class _Cue:
    start: float
    end: float
    speaker: str | None
    words: str
    new_speaker: bool = False  # a dash: somebody else speaks


def parse(data: bytes) -> ParsedText:
    """Parse subtitles; ParsingError if there is no line with times in them."""
    text, notes = decode_with_notes(data)
    lines = text.splitlines()
    cues = list(_without_repeats(_cues(lines)))
    if not cues and text.strip().removeprefix("WEBVTT").strip():
        raise ParsingError("holds no times such as '00:00:01,000 --> 00:00:04,000': rename it to .txt if it is text")
    builder = DocumentBuilder()
    speaker, spoken_until = None, 0.0
    for group in _sentences(cues):
        first = group[0]
        goes_on = not first.new_speaker and first.start - spoken_until <= _SILENCE_SECONDS
        speaker, spoken_until = first.speaker or (speaker if goes_on else None), group[-1].end
        label = f"{speaker}: " if speaker else "– " if first.new_speaker else ""
        builder.paragraph(label + " ".join(cue.words for cue in group), number=clock(first.start))
    title = _TITLE.match(lines[0].lstrip("\ufeff")) if lines else None
    return builder.build(Metadata(title=title[1].strip() if title else None), form=Form.TIMES, notes=notes)


def clock(seconds: float) -> str:
    """Return a time as hours, minutes and seconds.

    >>> clock(3723.9)
    '01:02:03'
    """
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def _cues(lines: Sequence[str]) -> Iterator[_Cue]:
    """Yield what is shown at each time; a cue may hold several speakers, each on a line of their own."""
    starts = [index for index, line in enumerate(lines) if _CUE.fullmatch(line)]
    for at, index in enumerate(starts):
        match = _CUE.fullmatch(lines[index])
        stop = starts[at + 1] if at + 1 < len(starts) else len(lines)
        if match is not None:
            yield from _spoken(
                _body(lines[index + 1 : stop]), _seconds(match.groups()[:4]), _seconds(match.groups()[4:])
            )


def _body(lines: Sequence[str]) -> list[str]:
    """Return the lines of a cue: up to a blank line after which only its successor's name, or a comment, follows."""
    body: list[str] = []
    for index, line in enumerate(lines):
        if line.strip():
            body.append(line.strip())
            continue
        rest = list(islice(filter(str.strip, islice(lines, index + 1, None)), 2))
        if (len(rest) <= 1 and all(map(_is_name, rest))) or _is_comment(rest):
            break
    return body


def _is_name(line: str) -> bool:
    return line.strip().isdecimal() or len(line.split()) == 1


def _is_comment(lines: Sequence[str]) -> bool:
    return bool(lines) and lines[0].startswith(_IGNORED)


def _spoken(lines: Iterable[str], start: float, end: float) -> Iterator[_Cue]:
    speaker: str | None = None
    pieces: list[str] = []
    dashed = False
    for line in lines:
        voice, named = _VOICE.search(line), None
        words = html.unescape(_TAG.sub("", _VOICE.sub("", line))).strip()
        dash = _DASH.match(words)
        words = words[dash.end() :] if dash else words
        if not voice:
            named = _SPOKEN_BY.match(words)
            words = words[named.end() :] if named else words
        who = (voice or named or [None, None])[1]
        if pieces and (who or dash):
            yield _Cue(start, end, speaker, " ".join(pieces), dashed)
            pieces, speaker, dashed = [], None, False
        speaker, dashed = " ".join(who.split()) if who else speaker, dashed or bool(dash and not who)
        pieces += [words] if words else []
    if pieces:
        yield _Cue(start, end, speaker, " ".join(pieces), dashed)


def _without_repeats(cues: Iterable[_Cue]) -> Iterator[_Cue]:
    """Leave out the words that a rolling caption shows again."""
    before = ""
    for cue in cues:
        words = cue.words
        if before and words.startswith(before):
            words = words[len(before) :].strip()
        elif before.endswith(words):
            words = ""
        before = cue.words
        if words:
            yield _Cue(cue.start, cue.end, cue.speaker, words, cue.new_speaker)


def _sentences(cues: Sequence[_Cue]) -> Iterator[list[_Cue]]:
    group: list[_Cue] = []
    for cue in cues:
        if group and _ends(group, cue):
            yield group
            group = []
        same = group and cue.speaker is None
        group.append(_Cue(cue.start, cue.end, group[0].speaker, cue.words) if same else cue)
    if group:
        yield group


def _ends(group: Sequence[_Cue], cue: _Cue) -> bool:
    last = group[-1]
    other = cue.new_speaker or (cue.speaker is not None and cue.speaker != group[0].speaker)
    silent = cue.start - last.end > _SILENCE_SECONDS
    long = sum(len(one.words) for one in group) > _MAX_SENTENCE_CHARS
    return bool(other or silent or long or _ENDED.search(last.words))


def _seconds(parts: Sequence[str | None]) -> float:
    hours, minutes, seconds, fraction = parts
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0) + float(f"0.{fraction}")
