"""Rich Text Format files (.rtf): paragraphs, headings, lists, tables and notes, in any code page."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.office import add_blocks, left_out, numbered_note
from askbrief.documents.office.ooxml import cleaned_metadata
from askbrief.documents.office.rtf_state import RtfCodePages, RtfGroup, RtfParagraphStyle, RtfStory, rtf_tokens
from askbrief.errors import ParsingError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from askbrief.documents.builder import ParsedText
    from askbrief.documents.office import OfficeBlock
    from askbrief.documents.office.rtf_state import RtfToken

_OLE = b"\xd0\xcf\x11\xe0"
_SKIPPED = frozenset(
    "colortbl filetbl pict objdata header headerl headerr headerf footer footerl footerr footerf sp shprslt xe tc rxe "
    "upr template falt panose fname nonshppict mmathPr private userprops generator".split()
)
_KNOWN_IF_STARRED = frozenset("shpinst ud pntext listtext annotation".split())
_INFO = frozenset("title author keywords creatim revtim".split())
_CHARACTERS = {
    "tab": " ", "line": " ", "lbr": " ", "softline": " ", "emspace": " ", "enspace": " ", "qmspace": " ", "~": " ",
    "emdash": "—", "endash": "–", "_": "-", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "nestcell": " ", "nestrow": " ",
}  # fmt: skip
_RAISED = 4
"""Half-points above the line from which text is raised."""
_SWITCHES = {"v": "hidden", "deleted": "deleted", "b": "bold"}
_BREAKS = frozenset({"sect", "page", "column"})
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_BODY_TEXT = 9
_CONTENTS = -1  # the heading level that stands for an entry of a table of contents


def parse(data: bytes) -> ParsedText:
    if data.startswith(_OLE):
        raise ParsingError("is a binary Word file whatever its suffix says: save it as .docx")
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(b"{\\rtf"):
        raise ParsingError("is not RTF whatever its suffix says: save it again")
    content = parse_rtf(data)
    builder = DocumentBuilder()
    add_blocks(builder, content.blocks)
    title, author, date, keywords = map(content.info.get, ("title", "author", "date", "keywords"))
    return builder.build(cleaned_metadata(title, author, date, keywords), notes=content.notes)


@dataclass(frozen=True, slots=True)
class RtfContent:
    """The blocks of an RTF text in order, and what it says about itself.

    `info` has the fields "title", "author", "keywords" and "date" as far as they are given. `is_plain` is true where a
    mail program wrapped plain text in RTF, one paragraph a line. `notes` say what is not in the blocks.
    """

    blocks: list[OfficeBlock]
    info: Mapping[str, str]
    is_plain: bool
    notes: list[str]


def parse_rtf(data: bytes) -> RtfContent:
    """Parse RTF; damaged text is parsed as far as it goes."""
    parser = _Parser()
    for token in rtf_tokens(data):
        if not parser.take(token):
            break
    return parser.content()


class _Header:
    def __init__(self) -> None:
        self.code_pages = RtfCodePages()
        self.levels: dict[int, int] = {}
        self._info: dict[str, str] = {}
        self._days: dict[str, dict[str, int]] = {}
        self._font = 0
        self._style: int | None = None
        self._level = _BODY_TEXT

    def word(self, place: str, word: str, number: int | None) -> None:
        """Take a control word in a table of the header."""
        if place == "fonttbl" and word == "f":
            self._font = number or 0
        elif place == "fonttbl" and word == "fcharset":
            self.code_pages.fonts[self._font] = number or 0
        elif place == "stylesheet" and word == "s":
            self._style = number
        elif place == "stylesheet" and word == "outlinelevel":
            self._level = _BODY_TEXT if number is None else number
        elif place in _INFO and word in {"yr", "mo", "dy"}:
            self._days.setdefault(place, {})[word] = number or 0

    def text(self, place: str, text: str) -> None:
        """Take text in a table of the header; the name of a style ends its entry."""
        if place in _INFO:
            self._info[place] = self._info.get(place, "") + text
        elif place == "stylesheet" and self._style is not None and text.strip():
            name = text.strip(" ;").lower()
            heading = _HEADING.match(name)
            level = self._level + 1 if 0 <= self._level < _BODY_TEXT else int(heading.group(1)) if heading else 0
            level = 1 if name == "title" else _CONTENTS if name.startswith("toc ") else level
            self.levels[self._style] = level
            self._style, self._level = None, _BODY_TEXT

    def info(self) -> dict[str, str]:
        """Return the information about the file; the date is that of the last change."""
        day = self._days.get("revtim") or self._days.get("creatim") or {}
        return self._info | {"date": f"{day.get('yr', 0):04}-{day.get('mo', 0):02}-{day.get('dy', 0):02}"}


class _Parser:
    def __init__(self) -> None:
        self._header = _Header()
        self._group = RtfGroup()
        self._outer: list[RtfGroup] = []
        self._stories: list[tuple[str, int, RtfStory]] = [("text", 0, RtfStory())]
        self._note_counts = {"footnote": 0, "endnote": 0}
        self._bytes = bytearray()
        self._skip = self._comments = self._contents = 0
        self._starred = self._is_plain = False

    @property
    def _story(self) -> RtfStory:
        return self._stories[-1][2]

    def take(self, token: RtfToken) -> bool:
        """Take a token; return False at the end of the document, after which everything is ignored."""
        if not token.word:
            skipped = min(self._skip, len(token.content))
            self._skip -= skipped
            self._bytes += token.content[skipped:]
            return True
        self._flush()
        self._skip = 0
        if token.word == "{":
            self._outer.append(self._group)
            self._group = replace(self._group)
        elif token.word == "}":
            return self._close()
        else:
            starred, self._starred = self._starred, False
            if not self._destination(token.word, starred=starred) and self._group.place != "skip":
                self._word(token.word, token.number)
        return True

    def content(self) -> RtfContent:
        """Return all that the document holds; groups that were never closed end here."""
        self._flush()
        while len(self._stories) > 1:
            self._end_story()
        notes = left_out(self._comments, self._contents)
        return RtfContent(self._story.end(self._level()), self._header.info(), self._is_plain, notes)

    def _close(self) -> bool:
        if self._stories[-1][1] == len(self._outer) and len(self._stories) > 1:
            self._end_story()
        if self._outer:
            self._group = self._outer.pop()
        return bool(self._outer)

    def _flush(self) -> None:
        if self._bytes:
            content = bytes(self._bytes)
            self._bytes.clear()
            self._starred = False
            self._text(self._header.code_pages.decode(content, self._group.font))

    def _text(self, text: str) -> None:
        group = self._group
        if group.place == "text" and not group.hidden and not group.deleted:
            self._story.add(text, bold=group.bold, raised=group.raised)
        elif group.place == "mark":
            self._story.mark += text
        elif group.place not in {"skip", "text"}:
            self._header.text(group.place, text)

    def _destination(self, word: str, *, starred: bool) -> bool:
        """Set the place of a group by a word; return whether it did. Unknown optional groups are skipped."""
        group = self._group
        if word == "*":
            self._starred = True
        elif word == "ud":
            group.place = "text"
        elif group.place == "skip":
            return True
        elif word in {"pntext", "listtext"}:
            group.place = "mark"
        elif word == "annotation":
            self._comments += 1
            group.place = "skip"
        elif word in _SKIPPED or (starred and word not in _KNOWN_IF_STARRED):
            group.place = "skip"
        elif group.place == "info":
            group.place = word if word in _INFO else "skip"
        elif word in {"fonttbl", "stylesheet", "info"}:
            group.place = word
        elif word in {"footnote", "shptxt"}:
            self._stories.append((word, len(self._outer), RtfStory()))
        else:
            return word == "shpinst"
        return True

    def _end_story(self) -> None:
        """End a note or a text box, which follows the paragraph in which it is anchored."""
        kind, _, story = self._stories.pop()
        blocks = story.end(0)
        if kind == "shptxt":
            self._story.anchor(blocks)
            return
        self._note_counts[kind] += 1
        self._story.anchor([numbered_note(kind, self._note_counts[kind], blocks)])

    def _word(self, word: str, number: int | None) -> None:
        group = self._group
        if word in _CHARACTERS:
            self._text(_CHARACTERS[word])
        elif word == "u":
            self._text(chr((number or 0) % 0x10000))
            self._skip = group.after_unicode
        elif word == "uc":
            group.after_unicode = max(number or 0, 0)
        elif word == "fromtext":
            self._is_plain = True
        elif group.place in {"fonttbl", "stylesheet", *_INFO}:
            self._header.word(group.place, word, number)
        elif not self._header.code_pages.take(word, number) and not self._font(word, number) and group.place == "text":
            self._paragraph(word, number)

    def _font(self, word: str, number: int | None) -> bool:
        """Take a property of the text that follows; return whether it was one."""
        group = self._group
        if word == "f":
            group.font = number
        elif word in _SWITCHES:
            setattr(group, _SWITCHES[word], number != 0)
        elif word in {"super", "up"}:
            group.raised = number is None or number >= _RAISED
        elif word in {"nosupersub", "sub", "dn"}:
            group.raised = False
        elif word == "plain":
            group.font, group.hidden, group.deleted, group.bold, group.raised = None, False, False, False, False
        else:
            return False
        return True

    def _paragraph(self, word: str, number: int | None) -> None:
        """Take the end of a paragraph, a cell or a row, or a property of the paragraph."""
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
            self._style(story, word, number)

    def _style(self, story: RtfStory, word: str, number: int | None) -> None:
        style = story.style
        if word == "pard":
            story.style = RtfParagraphStyle()
        elif word == "s":
            style.style = number
        elif word == "outlinelevel":
            style.level = _BODY_TEXT if number is None else number
        elif word == "intbl":
            style.in_table = True
        elif word == "ilvl":
            style.depth = max(number or 0, 0)
        elif word == "ls":
            style.series = str(number)

    def _end_paragraph(self) -> None:
        level = self._level()
        if level == _CONTENTS:
            self._contents += 1
            self._story.discard()
        else:
            self._story.end_paragraph(level)

    def _level(self) -> int:
        style = self._story.style
        if style.level is not None:
            return style.level + 1 if 0 <= style.level < _BODY_TEXT else 0
        return self._header.levels.get(-1 if style.style is None else style.style, 0)
