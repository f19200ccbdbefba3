"""What a parser returns, and a builder of texts whose block offsets are right by construction."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

from askbrief.core.text import pattern
from askbrief.records import Block, BlockKind, Document, Form, Metadata, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_SPACE = pattern(r"[\s\p{Zs}\p{Cc}]+")
_SPACE_IN_LINE = pattern(r"[^\S\n]+")
_INVALID = pattern(r"[\p{Cs}\uFFFE\uFFFF]|[^\P{Cc}\t\n\r\f\v]")
_REPLACEMENT = "\ufffd"
_BLOCK_SEPARATOR = "\n\n"
_SOFT_HYPHEN, _HYPHENS = "\u00ad", "-\u2010\u00ad"


@dataclass(frozen=True, slots=True)
class NestedFile:
    """A file within a file: an attachment of a mail, a member of an archive. `name` is its path there."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ParsedText:
    """The text of a file, its blocks in reading order, and the metadata that the file states.

    `pages` are the offsets at which pages begin, as in `Document`. `nested_files` become documents of their own.
    `notes` name what of the file is missing from the text, such as "page 3 has no text: OCR needed". `asides` are the
    indexes of blocks that stand beside the text: comments, headers and footers, values of forms.
    """

    text: str
    blocks: tuple[Block, ...]
    metadata: Metadata = field(default_factory=Metadata)
    form: Form = Form.PROSE
    pages: tuple[int, ...] = ()
    nested_files: tuple[NestedFile, ...] = ()
    notes: tuple[str, ...] = ()
    asides: tuple[int, ...] = ()

    def without_asides(self) -> ParsedText:
        """Return it without the blocks that are asides, and with a note on how many there are."""
        if not self.asides:
            return self
        blocks = tuple(block for index, block in enumerate(self.blocks) if index not in set(self.asides))
        note = f"{len(self.asides):,} comments, headers, footers or form values left out (ASKBRIEF_READ_ASIDES)"
        return replace(self, blocks=blocks, notes=(*self.notes, note), asides=())


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """The documents of a file (one, or several from a mail or an archive), and the problems met in it."""

    documents: tuple[Document, ...]
    failed: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Self:
        """Restore what `as_mapping` returned, after a way through JSON."""
        failed, warnings = ([Problem(*problem) for problem in values[name]] for name in ("failed", "warnings"))
        documents = (
            Document(doc_id, title, text, blocks_of(blocks), Metadata.from_mapping(metadata), Form(form), tuple(pages))
            for doc_id, title, text, blocks, metadata, form, pages in values["documents"]
        )
        return cls(tuple(documents), tuple(failed), tuple(warnings))

    def as_mapping(self) -> dict[str, Any]:
        return {
            "documents": [
                [one.doc_id, one.title, one.text, rows_of(one.blocks), one.metadata.as_mapping(), one.form, one.pages]
                for one in self.documents
            ],
            "failed": [[problem.path, problem.reason] for problem in self.failed],
            "warnings": [[problem.path, problem.reason] for problem in self.warnings],
        }


def rows_of(blocks: Iterable[Block]) -> list[list[Any]]:
    return [[block.start, block.end, block.kind, block.level, block.number] for block in blocks]


def blocks_of(rows: Iterable[Sequence[Any]]) -> tuple[Block, ...]:
    return tuple(Block(start, end, BlockKind(kind), level, number) for start, end, kind, level, number in rows)


class DocumentBuilder:
    """Collects the headings and paragraphs of a document in reading order, page by page if it has pages.

    >>> builder = DocumentBuilder()
    >>> builder.heading("Rise in attacks")
    >>> builder.paragraph("They  rose by 42%.", number="12")
    >>> builder.build().text
    'Rise in attacks\\n\\nThey rose by 42%.'
    """

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._pages: list[int] = []
        self._asides: list[int] = []
        self._new_pages = 0
        self._unreadable = 0

    @property
    def characters(self) -> int:
        return self._length

    @property
    def last_words(self) -> str:
        """The piece of text that was added last; "" at the beginning."""
        return self._pieces[-1] if self._pieces else ""

    def page(self) -> None:
        """Begin the next page or slide; it may stay empty."""
        self._new_pages += 1

    def heading(self, words: str, level: int = 1) -> None:
        """Add a heading of a level from 1; runs of white space become one space, and an empty heading is ignored."""
        self._add(self._one_line(words), BlockKind.HEADING, level, None)

    def paragraph(self, words: str, *, number: str | None = None, keep_lines: bool = False) -> None:
        """Add a paragraph, with the number that the document gives it; an empty one is ignored.

        Runs of white space become one space; `keep_lines` keeps the line breaks, as in verse or code.
        """
        text = self._lines(words) if keep_lines else self._one_line(words)
        self._add(text, BlockKind.PARAGRAPH, 0, number)

    def aside(self, label: str, words: str) -> None:
        """Add a paragraph of what stands beside the text, after a label that says what it is, such as "Comment"."""
        before = len(self._blocks)
        words = self._one_line(words)
        self.paragraph(f"{label}: {words}" if words else "")
        self._asides += range(before, len(self._blocks))

    def code(self, lines: str, *, number: str | None = None) -> None:
        """Add a paragraph that keeps its lines and their indentation, such as source code."""
        text = "\n".join(line.expandtabs(4).rstrip() for line in self._readable(lines).splitlines())
        self._add(text.strip("\n"), BlockKind.PARAGRAPH, 0, number)

    def continued(self, words: str, *, between: str | None = None) -> None:
        """Append words to the last paragraph, usually from a page that has begun since.

        Without a separator `between`, it is a space, and a hyphen is dropped if a lower-case letter follows it.
        """
        if not self._blocks or self._blocks[-1].kind is not BlockKind.PARAGRAPH:
            self.paragraph(words)
            return
        words = self._one_line(words)
        if not words:
            return
        last = self._pieces[-1]
        if between is not None:
            self._append(between)
        elif last[-1:] in _HYPHENS and words[0].islower():
            self._pieces[-1] = last[:-1]
            self._length -= 1
        else:
            self._append(" ")
        self._begin_pages()
        self._append(words)
        block = self._blocks[-1]
        self._blocks[-1] = Block(block.start, self._length, block.kind, block.level, block.number)

    def build(
        self,
        metadata: Metadata | None = None,
        *,
        form: Form = Form.PROSE,
        nested_files: Iterable[NestedFile] = (),
        notes: Iterable[str] = (),
    ) -> ParsedText:
        """Return the text with its blocks and pages, and a note on the unreadable characters left out of it."""
        self._begin_pages()
        text, blocks, pages = "".join(self._pieces), tuple(self._blocks), tuple(self._pages)
        notes = [*notes]
        if lost := self._unreadable:
            notes.append(f"{lost:,} character{'s' if lost > 1 else ''} without a meaning left out")
        asides = tuple(self._asides)
        return ParsedText(text, blocks, metadata or Metadata(), form, pages, tuple(nested_files), tuple(notes), asides)

    def _add(self, words: str, kind: BlockKind, level: int, number: str | None) -> None:
        if not words:
            return
        if self._pieces:
            self._append(_BLOCK_SEPARATOR)
        self._begin_pages()
        start = self._length
        self._append(words)
        self._blocks.append(Block(start, self._length, kind, level, number))

    def _append(self, words: str) -> None:
        self._pieces.append(words)
        self._length += len(words)

    def _begin_pages(self) -> None:
        self._pages += [self._length] * self._new_pages
        self._new_pages = 0

    def _one_line(self, words: str) -> str:
        return _SPACE.sub(" ", self._readable(words)).strip()

    def _lines(self, words: str) -> str:
        lines = (_SPACE_IN_LINE.sub(" ", line).rstrip() for line in self._readable(words).splitlines())
        return "\n".join(lines).strip()

    def _readable(self, words: str) -> str:
        """Remove surrogates, control characters, soft hyphens and U+FFFD, and count the latter."""
        self._unreadable += words.count(_REPLACEMENT)
        return _INVALID.sub("", words.replace(_SOFT_HYPHEN, "")).replace(_REPLACEMENT, "")


def row(headers: Sequence[str], cells: Sequence[str]) -> str:
    """Return a table row as text: each value after the header of its column, if it has one.

    >>> row(["Province", "Fighters", ""], ["Nangarhar", "300", "est."])
    'Province: Nangarhar; Fighters: 300; est.'
    """
    named = [(header.strip(), " ".join(cell.split())) for header, cell in zip(headers, cells, strict=False)]
    named += [("", " ".join(cell.split())) for cell in cells[len(headers) :]]
    return "; ".join(f"{header}: {cell}" if header else cell for header, cell in named if cell)
