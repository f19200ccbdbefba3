"""Words of documents and people as Discord shall show them: as themselves, and nothing more."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from askbrief.records import Hit

CUT = "[…]"
_UNDERLINE = "__"
_NOWHERE = (0, 0)

# Control characters, and what changes the direction of text or hides in it. Joiners stay: many scripts need them.
_UNSEEN = regex.compile(
    r"[^\P{Cc}\n\t]|[\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\U000E0000-\U000E0FFF]"
)
_LINE_ENDS = regex.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
_HEAP_OF_MARKS = regex.compile(r"(\p{M}{8})\p{M}+")
_MARKS = regex.compile(r"([\\`*_{}\[\]()<>#|~]|:(?=//|[\w+-]+:))")  # colons: of addresses, and of :emoji:
_LINE_MARK = regex.compile(r"(?m)^(\s*(?:\d+(?=[.)]))?)([-+=.)])")
_PING = regex.compile(r"@(?=everyone|here)", regex.IGNORECASE)
_VISIBLE = regex.compile(r"[[\p{L}\p{N}\p{P}\p{S}]--[\u115F\u1160\u2800\u3164\uFFA0]]", regex.VERSION1)
_FENCE = "```"


def clean(text: str) -> str:
    """Text without unseen characters, its lines ended by newlines."""
    return str(_HEAP_OF_MARKS.sub(r"\1", _UNSEEN.sub("", _LINE_ENDS.sub("\n", text))))


def inert(text: str) -> str:
    """Text that shows as its own characters: it formats nothing, links nowhere and pings nobody.

    >>> inert("**Free** [money](https://x.test) @everyone <@1>")
    '\\\\*\\\\*Free\\\\*\\\\* \\\\[money\\\\]\\\\(https\\\\://x.test\\\\) @\\u200beveryone \\\\<@1\\\\>'
    """
    escaped = _LINE_MARK.sub(r"\1\\\2", _MARKS.sub(r"\\\1", clean(text)))
    return str(_PING.sub("@\u200b", escaped))


def inert_line(text: str, most: int) -> str:
    """The same on one line of at most `most` characters, escapes included."""
    return fitted(" ".join(clean(text).split()), most, inert)


def titled(title: str, doc_id: str) -> str:
    """A title, or the file's name where there is nothing to be seen in the title."""
    return title if _VISIBLE.search(clean(title)) else doc_id


def fitted(text: str, most: int, write: Callable[[str], str]) -> str:
    """As much of a text as keeps what is written of it within `most`, as Discord counts.

    >>> fitted("2 * 3 * 4", 8, inert)
    '2 \\\\[…\\\\]'
    """
    low, high = 0, min(len(text), most)
    if high == len(text) and length(whole := write(text)) <= most:
        return whole
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if length(write(shortened(text, middle))) <= most else (low, middle - 1)
    return write(shortened(text, low))


def inert_sentence(text: str, most: int) -> str:
    """The same as a sentence of its own, with a capital at its beginning."""
    return inert_line(f"{text[:1].upper()}{text[1:]}", most)


def shortened(text: str, most: int) -> str:
    """Text of at most `most` characters, cut at a word's end where there is one.

    >>> shortened("one two three", 11)
    'one two […]'
    """
    if len(text) <= most:
        return text
    room = max(0, most - len(CUT) - 1)
    head = text[:room]
    if not text[room : room + 1].isspace():
        head = head.rpartition(" ")[0] or head
    return f"{head.rstrip()} {CUT}".lstrip()


def length(text: str) -> int:
    """How Discord's clients count: UTF-16 code units, never fewer than characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def block_quote(text: str) -> str:
    """Every line of some markup as a quoted one; empty lines go."""
    return "\n".join(f"> {line.strip()}" for line in text.splitlines() if line.strip())


def quote(hit: Hit, most: int) -> str:
    """A hit's words as a block quote with the answering sentence in bold and the answer in it underlined.

    Where it would pass `most` (as Discord counts, markup included), it is shortened to whole sentences around the
    answering one, and cut places are marked.
    """
    pieces = _pieces(hit)
    best = next(place for place, (_, is_best) in enumerate(pieces) if is_best)
    first, last = best, best
    answer = _answer(hit)
    if length(_written(pieces, best, best, answer)) > most:
        flat, inside = _on_one_line(pieces[best][0], answer)
        return fitted(
            flat,
            most,
            lambda some: f"> **{_marked(some, inside if some[: inside[1]] == flat[: inside[1]] else _NOWHERE)}**",
        )
    while True:
        wider = [(first, last + 1), (first - 1, last)]
        fitting = [
            (start, end)
            for start, end in wider
            if start >= 0 and end < len(pieces) and length(_written(pieces, start, end, answer)) <= most
        ]
        if not fitting:
            return _written(pieces, first, last, answer)
        first, last = fitting[0] if last - best <= best - first else fitting[-1]


def _answer(hit: Hit) -> tuple[int, int]:
    """Where the answer stands in the answering sentence; nowhere where there is none."""
    if hit.answer is None:
        return _NOWHERE
    return hit.answer.start - hit.highlight.start, hit.answer.end - hit.highlight.start


def _cleaned(text: str, inside: tuple[int, int]) -> tuple[int, int]:
    """Where some characters of a text stand when it is cleaned; nowhere where cleaning joins them with others."""
    start, end = inside
    before, words = clean(text[:start]), clean(text[start:end])
    if before + words + clean(text[end:]) != clean(text):
        return _NOWHERE
    return len(before), len(before) + len(words)


def _on_one_line(text: str, inside: tuple[int, int]) -> tuple[str, tuple[int, int]]:
    """A text cleaned and on one line, and where some of its characters stand then."""
    start, end = _cleaned(text, inside)
    cleaned = clean(text)
    flat, words = " ".join(cleaned.split()), " ".join(cleaned[start:end].split())
    start = len(" ".join(f"{cleaned[:start]}.".split())) - 1
    return flat, (start, start + len(words)) if flat[start : start + len(words)] == words else _NOWHERE


def _marked(text: str, inside: tuple[int, int]) -> str:
    """Inert text with some of its characters underlined."""
    start, end = inside
    escaped = inert(text)
    places = [*_places(escaped), len(escaped)]
    if not text[start:end].strip() or len(places) != len(text) + 1:
        return escaped
    first, last = places[start], places[end]
    return f"{escaped[:first]}{_UNDERLINE}{escaped[first:last]}{_UNDERLINE}{escaped[last:]}"


def _places(escaped: str) -> Iterator[int]:
    """Where each character stands in inert text, with what makes it so."""
    place = 0
    while place < len(escaped):
        yield place
        place += 2 if escaped[place] in {"\\", "\u200b"} else 1


def _pieces(hit: Hit) -> list[tuple[str, bool]]:
    """A quote cut before each sentence, and which piece is the answering sentence."""
    cuts = sorted({hit.start, hit.end, hit.highlight.start, *(span.start for span in hit.sentences)})
    return [(hit.quote[a - hit.start : b - hit.start], a == hit.highlight.start) for a, b in pairwise(cuts)]


def _written(pieces: Sequence[tuple[str, bool]], first: int, last: int, answer: tuple[int, int]) -> str:
    parts = [  # what is not marked in one piece: "https:" and "//" escape each other only together
        (is_best, "".join(text for text, _ in some))
        for is_best, some in groupby(pieces[first : last + 1], key=lambda piece: piece[1])
    ]
    marked = "".join(_bold(text, answer) if is_best else inert(text) for is_best, text in parts)
    before, after = f"{CUT} " if first else "", f" {CUT}" if last + 1 < len(pieces) else ""
    return block_quote(f"{before}{marked.strip()}{after}")


def _bold(text: str, answer: tuple[int, int]) -> str:
    """In bold, line by line, the answer underlined; white space stays outside the marks."""
    start, end = _cleaned(text, answer)
    written, at = [], 0
    for line in clean(text).splitlines(keepends=True):
        words = line.strip()
        first = at + len(line) - len(line.lstrip())
        inside = (start - first, end - first) if first <= start < end <= first + len(words) else _NOWHERE
        bold = f"**{_marked(words, inside)}**"
        written.append(f"{line[: first - at]}{bold}{line[len(line.rstrip()) :]}" if words else line)
        at += len(line)
    return "".join(written)


def code_block(text: str) -> str | None:
    """Text to be copied as it is; None where it holds a fence of its own and must be a file instead."""
    return None if _FENCE in text else f"{_FENCE}\n{text}\n{_FENCE}"
