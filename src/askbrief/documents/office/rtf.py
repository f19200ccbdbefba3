r"""Rich Text Format: paragraphs, headings, lists, tables and notes, in whatever code page they are written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.office.flow import Note, flat, put, roman
from askbrief.documents.office.ooxml import given_authors, given_date, given_tags, given_title
from askbrief.documents.office.rtf_state import Kind, Pages, Shape, State, Story, signs
from askbrief.errors import ParsingError
from askbrief.records import Metadata

if TYPE_CHECKING:
    from askbrief.documents.builder import ParsedText
    from askbrief.documents.office.flow import Line, Rows
    from askbrief.documents.office.rtf_state import Sign

_OLE = b"\xd0\xcf\x11\xe0"
_SKIPPED = frozenset(
    "colortbl filetbl pict objdata header headerl headerr headerf footer footerl footerr footerf sp shprslt xe tc rxe "
    "upr template falt panose fname nonshppict mmathPr private userprops generator".split()
)
_KNOWN_IF_STARRED = frozenset("shpinst ud pntext listtext annotation".split())
_INFO = frozenset("title author keywords creatim revtim".split())
_LETTERS = {
    "tab": " ", "line": " ", "lbr": " ", "softline": " ", "emspace": " ", "enspace": " ", "qmspace": " ", "~": " ",
    "emdash": "—", "endash": "–", "_": "-", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "nestcell": " ", "nestrow": " ",
}  # fmt: skip
_BREAKS = frozenset({"sect", "page", "column"})
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_BODY_TEXT = 9
_LEFT_OUT = -1


def parse(data: bytes) -> ParsedText:
    """Read an RTF file."""
    if data.startswith(_OLE):
        raise ParsingError("is a binary Word file whatever its suffix says: save it as .docx")
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(b"{\\rtf"):
        raise ParsingError("is not RTF whatever its suffix says: save it anew")
    reader = _Reader()
    for sign in signs(data):
        if not reader.take(sign):
            break
    builder = DocumentBuilder()
    put(builder, reader.pieces())
    return builder.build(reader.header.metadata(), notes=reader.notes())


class _Header:
    """What a file says before its text: fonts, styles, and what it says of itself."""

    def __init__(self) -> None:
        self.pages = Pages()
        self.levels: dict[int, int] = {}
        self._said: dict[str, str] = {}
        self._days: dict[str, dict[str, int]] = {}
        self._font = 0
        self._style: int | None = None
        self._level = _BODY_TEXT

    def word(self, place: str, word: str, number: int | None) -> None:
        """Take a control word in a table of the header."""
        if place == "fonttbl" and word == "f":
            self._font = number or 0
        elif place == "fonttbl" and word == "fcharset":
            self.pages.fonts[self._font] = number or 0
        elif place == "stylesheet" and word == "s":
            self._style = number
        elif place == "stylesheet" and word == "outlinelevel":
            self._level = _BODY_TEXT if number is None else number
        elif place in _INFO and word in {"yr", "mo", "dy"}:
            self._days.setdefault(place, {})[word] = number or 0

    def text(self, place: str, text: str) -> None:
        """Take letters in a table of the header; the name of a style ends what is said of it."""
        if place in _INFO:
            self._said[place] = self._said.get(place, "") + text
        elif place == "stylesheet" and self._style is not None and text.strip():
            name = text.strip(" ;").lower()
            heading = _HEADING.match(name)
            level = self._level + 1 if 0 <= self._level < _BODY_TEXT else int(heading.group(1)) if heading else 0
            level = 1 if name == "title" else _LEFT_OUT if name.startswith("toc ") else level
            self.levels[self._style] = level
            self._style, self._level = None, _BODY_TEXT

    def metadata(self) -> Metadata:
        """Title, author, the day of the last change and keywords."""
        day = self._days.get("revtim") or self._days.get("creatim") or {}
        return Metadata(
            title=given_title(self._said.get("title")),
            author=given_authors(self._said.get("author")),
            date=given_date(f"{day.get('yr', 0):04}-{day.get('mo', 0):02}-{day.get('dy', 0):02}"),
            tags=given_tags(self._said.get("keywords")),
        )


class _Reader:
    """Takes sign after sign."""

    def __init__(self) -> None:
        self.header = _Header()
        self._state = State()
        self._around: list[State] = []
        self._stories: list[tuple[str, int, Story]] = [("text", 0, Story())]
        self._noted = {"footnote": 0, "endnote": 0}
        self._bytes = bytearray()
        self._skip = self._comments = self._contents = 0
        self._starred = False

    @property
    def _story(self) -> Story:
        return self._stories[-1][2]

    def take(self, sign: Sign) -> bool:
        """Take a sign; False at the end of the document, after which nothing counts."""
        if sign.kind is Kind.BYTES:
            skipped = min(self._skip, len(sign.content))
            self._skip -= skipped
            self._bytes += sign.content[skipped:]
            return True
        self._flush()
        self._skip = 0
        if sign.kind is Kind.OPEN:
            self._around.append(self._state)
            self._state = self._state.copy()
        elif sign.kind is Kind.CLOSE:
            return self._close()
        else:
            starred, self._starred = self._starred, False
            if not self._destination(sign.word, starred=starred) and self._state.place != "skip":
                self._word(sign.word, sign.number)
        return True

    def pieces(self) -> list[Line | Rows | Note]:
        """All that the document holds; groups that were never closed end here."""
        self._flush()
        while len(self._stories) > 1:
            self._end_story()
        return self._story.ended(self._level())

    def notes(self) -> list[str]:
        """Say what is not in the text."""
        count = self._comments
        said = [f"{count:,} comment{'s' if count > 1 else ''} left out"] if count else []
        return [*said, *(["the table of contents left out"] if self._contents else [])]

    def _close(self) -> bool:
        if self._stories[-1][1] == len(self._around) and len(self._stories) > 1:
            self._end_story()
        if self._around:
            self._state = self._around.pop()
        return bool(self._around)

    def _flush(self) -> None:
        if self._bytes:
            content = bytes(self._bytes)
            self._bytes.clear()
            self._starred = False
            self._text(self.header.pages.decoded(content, self._state.font))

    def _text(self, text: str) -> None:
        state = self._state
        if state.place == "text" and not state.hidden and not state.deleted:
            self._story.add(text, bold=state.bold)
        elif state.place == "mark":
            self._story.mark = (self._story.mark or "") + text
        elif state.place not in {"skip", "text"}:
            self.header.text(state.place, text)

    def _destination(self, word: str, *, starred: bool) -> bool:
        """Begin what a group is for; one that asks to be passed over where it is not known, is passed over."""
        state = self._state
        if word == "*":
            self._starred = True
        elif word == "ud":
            state.place = "text"
        elif state.place == "skip":
            return True
        elif word in {"pntext", "listtext"}:
            state.place = "mark"
        elif word == "annotation":
            self._comments += 1
            state.place = "skip"
        elif word in _SKIPPED or (starred and word not in _KNOWN_IF_STARRED):
            state.place = "skip"
        elif state.place == "info":
            state.place = word if word in _INFO else "skip"
        elif word in {"fonttbl", "stylesheet", "info"}:
            state.place = word
        elif word in {"footnote", "shptxt"}:
            self._stories.append((word, len(self._around), Story()))
        else:
            return word == "shpinst"
        return True

    def _end_story(self) -> None:
        """End a note or a text box, which comes after the paragraph that it is anchored in."""
        kind, _, story = self._stories.pop()
        pieces = story.ended(0)
        if kind == "shptxt":
            self._story.later(pieces)
            return
        self._noted[kind] += 1
        label = str(self._noted[kind]) if kind == "footnote" else roman(self._noted[kind])
        self._story.later([Note(label, flat(pieces), last=kind == "endnote")])

    def _word(self, word: str, number: int | None) -> None:
        state = self._state
        if word in _LETTERS:
            self._text(_LETTERS[word])
        elif word == "u":
            self._text(chr((number or 0) % 0x10000))
            self._skip = state.after_unicode
        elif word == "uc":
            state.after_unicode = max(number or 0, 0)
        elif state.place in {"fonttbl", "stylesheet", *_INFO}:
            self.header.word(state.place, word, number)
        elif not self.header.pages.take(word, number) and not self._letters(word, number) and state.place == "text":
            self._paragraph(word, number)

    def _letters(self, word: str, number: int | None) -> bool:
        """Take how the letters look from here on; give whether it was about that."""
        state = self._state
        on = number != 0
        if word == "f":
            state.font = number
        elif word == "v":
            state.hidden = on
        elif word == "deleted":
            state.deleted = on
        elif word == "b":
            state.bold = on
        elif word == "plain":
            state.font, state.hidden, state.deleted, state.bold = None, False, False, False
        else:
            return False
        return True

    def _paragraph(self, word: str, number: int | None) -> None:
        """Take what ends a paragraph, a cell or a row, or says what the paragraph is."""
        story = self._story
        if word in {"par", "\n", "\r"}:
            self._end_paragraph()
        elif word in _BREAKS:
            if not story.is_empty:
                self._end_paragraph()
        elif word == "cell":
            story.end_cell()
        elif word == "row":
            story.end_row()
        elif word == "trowd":
            story.edges, story.header = [], False
        elif word == "trhdr":
            story.header = True
        elif word == "cellx":
            story.edges.append(number or 0)
        elif word == "ftnalt" and self._stories[-1][0] == "footnote":
            self._stories[-1] = ("endnote", *self._stories[-1][1:])
        else:
            self._shape(story, word, number)

    def _shape(self, story: Story, word: str, number: int | None) -> None:
        shape = story.shape
        if word == "pard":
            story.shape = Shape()
        elif word == "s":
            shape.style = number
        elif word == "outlinelevel":
            shape.level = _BODY_TEXT if number is None else number
        elif word == "intbl":
            shape.in_table = True
        elif word == "ilvl":
            shape.depth = max(number or 0, 0)
        elif word == "ls":
            shape.series = str(number)

    def _end_paragraph(self) -> None:
        level = self._level()
        if level == _LEFT_OUT:
            self._contents += 1
            self._story.forget()
        else:
            self._story.end_paragraph(level)

    def _level(self) -> int:
        shape = self._story.shape
        if shape.level is not None:
            return shape.level + 1 if 0 <= shape.level < _BODY_TEXT else 0
        return self.header.levels.get(-1 if shape.style is None else shape.style, 0)
