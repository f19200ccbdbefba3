"""Text of documents and people as Discord Markdown that shows exactly its own characters."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING

import regex

from askbrief.core.text import without_unsafe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from askbrief.records import Hit

CUT = "[…]"
_UNDERLINE = "__"
_NOWHERE = (0, 0)

_LINE_ENDS = regex.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
_STACKED_MARKS = regex.compile(r"(\p{M}{8})\p{M}+")
_SPECIAL = regex.compile(r"([\\`*_{}\[\]()<>#|~]|:(?=//|[\w+-]+:))")  # colons in addresses and in :emoji:
_LINE_START = regex.compile(r"(?m)^(\s*(?:\d+(?=[.)]))?)([-+=.)])")
_PING = regex.compile(r"@(?=everyone|here)", regex.IGNORECASE)
_FENCE = "```"


def clean(text: str) -> str:
    """Remove unsafe characters and heaps of combining marks, and end lines by newlines."""
    return str(_STACKED_MARKS.sub(r"\1", without_unsafe(_LINE_ENDS.sub("\n", text))))


def inert(text: str) -> str:
    """Escape a text so that it shows as its own characters: no formatting, no links, no pings.

    >>> inert("**Free** [money](https://x.test) @everyone <@1>")
    '\\\\*\\\\*Free\\\\*\\\\* \\\\[money\\\\]\\\\(https\\\\://x.test\\\\) @\\u200beveryone \\\\<@1\\\\>'
    """
    escaped = _LINE_START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", clean(text)))
    return str(_PING.sub("@\u200b", escaped))


def inert_line(text: str, limit: int) -> str:
    """Escape a text as one line of at most `limit` characters, escapes included."""
    return cut_to_fit(" ".join(clean(text).split()), limit, inert)


def cut_to_fit(text: str, limit: int, write: Callable[[str], str]) -> str:
    """Write as much of a text as takes at most `limit` characters, as Discord counts.

    >>> cut_to_fit("2 * 3 * 4", 8, inert)
    '2 \\\\[…\\\\]'
    """
    low, high = 0, min(len(text), limit)
    if high == len(text) and length(whole := write(text)) <= limit:
        return whole
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if length(write(shortened(text, middle))) <= limit else (low, middle - 1)
    return write(shortened(text, low))


def inert_sentence(text: str, limit: int) -> str:
    """Escape a text as one line that begins with a capital letter."""
    return inert_line(f"{text[:1].upper()}{text[1:]}", limit)


def shortened(text: str, limit: int) -> str:
    """Cut a text to at most `limit` characters, at the end of a word if possible.

    >>> shortened("one two three", 11)
    'one two […]'
    """
    if len(text) <= limit:
        return text
    room = max(0, limit - len(CUT) - 1)
    head = text[:room]
    if not text[room : room + 1].isspace():
        head = head.rpartition(" ")[0] or head
    return f"{head.rstrip()} {CUT}".lstrip()


def length(text: str) -> int:
    """Count UTF-16 code units, as Discord's clients do; never fewer than characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def block_quote(text: str) -> str:
    """Quote every line of a Markdown text; empty lines are dropped."""
    return "\n".join(f"> {line.strip()}" for line in text.splitlines() if line.strip())


def quote(hit: Hit, limit: int) -> str:
    """Write a passage as a block quote with the answering sentence in bold and the answer in it underlined.

    A quote longer than `limit` (in UTF-16 code units, markup included) is shortened to whole sentences around the
    answering one; the cuts are marked.
    """
    sentences = _sentences(hit)
    best = next(place for place, (_, is_best) in enumerate(sentences) if is_best)
    first, last = best, best
    answer = _answer(hit)
    if length(_written(sentences, best, best, answer)) > limit:
        flat, inside = _on_one_line(sentences[best][0], answer)
        return cut_to_fit(
            flat,
            limit,
            lambda some: f"> **{_marked(some, inside if some[: inside[1]] == flat[: inside[1]] else _NOWHERE)}**",
        )
    while True:
        wider = [(first, last + 1), (first - 1, last)]
        fitting = [
            (start, end)
            for start, end in wider
            if start >= 0 and end < len(sentences) and length(_written(sentences, start, end, answer)) <= limit
        ]
        if not fitting:
            return _written(sentences, first, last, answer)
        first, last = fitting[0] if last - best <= best - first else fitting[-1]


def _answer(hit: Hit) -> tuple[int, int]:
    """Return the offsets of the answer in the answering sentence, or `_NOWHERE`."""
    if hit.answer is None:
        return _NOWHERE
    return hit.answer.start - hit.highlight.start, hit.answer.end - hit.highlight.start


def _cleaned(text: str, inside: tuple[int, int]) -> tuple[int, int]:
    """Return the offsets of a span after the text is cleaned, or `_NOWHERE` if cleaning merges it with other text."""
    start, end = inside
    before, words = clean(text[:start]), clean(text[start:end])
    if before + words + clean(text[end:]) != clean(text):
        return _NOWHERE
    return len(before), len(before) + len(words)


def _on_one_line(text: str, inside: tuple[int, int]) -> tuple[str, tuple[int, int]]:
    """Clean a text, put it on one line, and return it with the new offsets of a span."""
    start, end = _cleaned(text, inside)
    cleaned = clean(text)
    flat, words = " ".join(cleaned.split()), " ".join(cleaned[start:end].split())
    start = len(" ".join(f"{cleaned[:start]}.".split())) - 1
    return flat, (start, start + len(words)) if flat[start : start + len(words)] == words else _NOWHERE


def _marked(text: str, inside: tuple[int, int]) -> str:
    """Escape a text and underline a span of it."""
    start, end = inside
    escaped = inert(text)
    offsets = [*_offsets(escaped), len(escaped)]
    if not text[start:end].strip() or len(offsets) != len(text) + 1:
        return escaped
    first, last = offsets[start], offsets[end]
    return f"{escaped[:first]}{_UNDERLINE}{escaped[first:last]}{_UNDERLINE}{escaped[last:]}"


def _offsets(escaped: str) -> Iterator[int]:
    """Give the offset of each original character, with its escape, in an escaped text."""
    offset = 0
    while offset < len(escaped):
        yield offset
        offset += 2 if escaped[offset] in {"\\", "\u200b"} else 1


def _sentences(hit: Hit) -> list[tuple[str, bool]]:
    """Divide a quote into its sentences, each with whether it is the answering one."""
    cuts = sorted({hit.start, hit.end, hit.highlight.start, *(span.start for span in hit.sentences)})
    return [(hit.quote[a - hit.start : b - hit.start], a == hit.highlight.start) for a, b in pairwise(cuts)]


def _written(sentences: Sequence[tuple[str, bool]], first: int, last: int, answer: tuple[int, int]) -> str:
    parts = [  # unmarked neighbours are joined first: "https:" and "//" are escaped only as one text
        (is_best, "".join(text for text, _ in group))
        for is_best, group in groupby(sentences[first : last + 1], key=lambda piece: piece[1])
    ]
    marked = "".join(_bold(text, answer) if is_best else inert(text) for is_best, text in parts)
    before, after = f"{CUT} " if first else "", f" {CUT}" if last + 1 < len(sentences) else ""
    return block_quote(f"{before}{marked.strip()}{after}")


def _bold(text: str, answer: tuple[int, int]) -> str:
    """Write a sentence in bold, line by line, with the answer underlined; white space stays outside the marks."""
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
    """Write a text as a code block, or return None if it contains a fence and must be sent as a file."""
    return None if _FENCE in text else f"{_FENCE}\n{text}\n{_FENCE}"
