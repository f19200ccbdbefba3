"""Text: patterns that are compiled on first use, and characters that may not act on what is around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from regex import Pattern


def pattern(source: str, flags: int = 0) -> Pattern[str]:
    """Return a pattern of the `regex` package that is compiled on first use: compiling all of them takes 0.2 s.

    >>> pattern(r"\\p{Lu}").findall("As it Is")
    ['A', 'I']
    """
    return cast("Pattern[str]", _Pattern(source, flags))


class _Pattern:
    """Stand-in for a compiled pattern; it copies the pattern's methods when they are first used."""

    def __init__(self, source: str, flags: int) -> None:
        self.pattern = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any attribute of a pattern
        import regex  # about 20 ms, which --help need not wait for

        method = getattr(regex.compile(self.pattern, self._flags), name)  # regex caches compiled patterns
        setattr(self, name, method)
        return method


# The characters that may not act on the text, terminal or message around them, in one set for every front end. A
# terminal and Discord remove them; the page shows their names, so that a reader sees that they are there. Joiners
# (U+200C, U+200D) are not in the set: Persian, Hindi and many emoji need them.
CONTROLS = r"\x00-\x08\x0B-\x1F\x7F-\x9F"
"""Control characters (Unicode Cc) except tab and newline: they move a terminal's cursor, or start its commands."""

DIRECTION = r"\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069"
"""Bidirectional marks, embeddings, overrides and isolates: they make text read in another order than it is stored."""

INVISIBLE = r"\u00AD\u180E\u200B\u2060-\u2065\u206A-\u206F\uFEFF\uFFF9-\uFFFB"
"""Characters without a glyph (soft hyphen, zero-width space, invisible operators, annotation marks): they split a
word, a link or a mention so that it looks whole."""

TAGS = r"\U000E0000-\U000E0FFF"
"""Tags and variation selectors of plane 14: a whole hidden text can be written in them."""

UNSAFE = pattern(f"[{CONTROLS}{DIRECTION}{INVISIBLE}{TAGS}]")

_VISIBLE = pattern(r"(?V1)[[\p{L}\p{N}\p{P}\p{S}]--[\u115F\u1160\u2800\u3164\uFFA0]]")
"""Anything with a glyph; the letters and symbols that are taken out are blank (Hangul fillers, empty Braille)."""


def without_unsafe(text: str) -> str:
    r"""Return text without its unsafe characters.

    >>> without_unsafe("a\x1b[31mb\u202ec\td")
    'a[31mbc\td'
    """
    return str(UNSAFE.sub("", text))


_RIGHT_TO_LEFT = pattern(r"[\p{Hebrew}\p{Arabic}\p{Syriac}\p{Thaana}\p{NKo}\p{Adlam}]")
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"


def isolated(text: str) -> str:
    r"""Return a text that is read from right to left in isolates, so that it does not reorder what stands around it.

    Unsafe characters should be removed first: among them are isolates of the text itself.

    >>> isolated("Report"), ascii(isolated("\u062a\u0642\u0631\u064a\u0631 3"))
    ('Report', "'\\u2068\\u062a\\u0642\\u0631\\u064a\\u0631 3\\u2069'")
    """
    opening, closing = isolates(text)
    return f"{opening}{text}{closing}"


def isolates(text: str) -> tuple[str, str]:
    """Return what to write before and after a text to isolate it; nothing if it is read from left to right."""
    return (_ISOLATE, _END_ISOLATE) if _RIGHT_TO_LEFT.search(text) else ("", "")


def visible_title(title: str, doc_id: str) -> str:
    """Return a title on one line, or the document's path if the title has nothing visible.

    >>> visible_title("Annual  report", "a.pdf"), visible_title(" ", "a.pdf")
    ('Annual report', 'a.pdf')
    """
    title = " ".join(title.split())
    return title if _VISIBLE.search(without_unsafe(title)) else doc_id
