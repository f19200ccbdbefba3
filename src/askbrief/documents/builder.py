"""What a parser returns, and the builder that composes a text so that its offsets are right by construction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from askbrief.core.lazy_regex import pattern
from askbrief.records import Block, BlockKind, Document, Form, Metadata, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class NestedFile:
    """A file within a file: an attachment of a mail, a member of an archive. `name` is its path there."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ParsedText:
    """A file's text, its blocks in reading order, and what the file says of itself.

    `pages` are the offsets at which pages begin, as in `Document`. `nested_files` are to be read as documents of their
    own. `notes` say what of the file is not in the text, such as "page 3 has no text: OCR needed".
    """

    text: str
    blocks: tuple[Block, ...]
    metadata: Metadata = field(default_factory=Metadata)
    form: Form = Form.PROSE
    pages: tuple[int, ...] = ()
    nested_files: tuple[NestedFile, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """What a file gave: its documents (one, or more of a mail or an archive), and what of it could not be read."""

    documents: tuple[Document, ...]
    failed: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Self:
        """Make it from what `as_mapping` gave, after a way through JSON."""
        failed, warnings = ([Problem(*problem) for problem in values[name]] for name in ("failed", "warnings"))
        return cls(tuple(map(_document, values["documents"])), tuple(failed), tuple(warnings))

    def as_mapping(self) -> dict[str, Any]:
        """All of it, as JSON can hold it."""
        return {
            "documents": [_fields(document) for document in self.documents],
            "failed": [[problem.path, problem.reason] for problem in self.failed],
            "warnings": [[problem.path, problem.reason] for problem in self.warnings],
        }


def _fields(document: Document) -> list[Any]:
    about, blocks = document.metadata.as_mapping(), rows_of(document.blocks)
    return [document.doc_id, document.title, document.text, blocks, about, document.form, document.pages]


def _document(fields: Sequence[Any]) -> Document:
    doc_id, title, text, blocks, about, form, pages = fields
    return Document(doc_id, title, text, blocks_of(blocks), Metadata.from_mapping(about), Form(form), tuple(pages))


def rows_of(blocks: Iterable[Block]) -> list[list[Any]]:
    """Blocks as JSON has them."""
    return [[block.start, block.end, block.kind, block.level, block.number] for block in blocks]


def blocks_of(rows: Iterable[Sequence[Any]]) -> tuple[Block, ...]:
    """Read what `rows_of` made."""
    return tuple(Block(start, end, BlockKind(kind), level, number) for start, end, kind, level, number in rows)


_SPACE = pattern(r"[\s\p{Zs}\p{Cc}]+")
_LINE = pattern(r"[^\S\n]+")
_NO_TEXT = pattern(r"[\p{Cs}\uFFFE\uFFFF]|[^\P{Cc}\t\n\r\f\v]")
_UNREADABLE = "\ufffd"
_BETWEEN = "\n\n"
_SOFT_HYPHEN, _HYPHENS = "\u00ad", "-\u2010\u00ad"


class DocumentBuilder:
    """Takes the headings and paragraphs of a document in reading order, page by page where there are pages.

    >>> builder = DocumentBuilder()
    >>> builder.heading("Rise in attacks")
    >>> builder.paragraph("They  rose by 42%.", number="12")
    >>> builder.build().text
    'Rise in attacks\\n\\nThey rose by 42%.'
    """

    def __init__(self) -> None:
        """Begin with an empty text."""
        self._pieces: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._pages: list[int] = []
        self._begun = 0
        self._unreadable = 0

    @property
    def characters(self) -> int:
        """The length of the text so far."""
        return self._length

    def page(self) -> None:
        """Begin the next page or slide; it may stay empty."""
        self._begun += 1

    def heading(self, words: str, level: int = 1) -> None:
        """Add a heading of a depth from 1; white space is made single, and nothing but white space is no heading."""
        self._add(self._one_line(words), BlockKind.HEADING, level, None)

    def paragraph(self, words: str, *, number: str | None = None, keep_lines: bool = False) -> None:
        """Add a paragraph.

        Args:
            words: its text; white space is made single.
            number: what the document itself calls it.
            keep_lines: its lines stay lines, as in verse or code.
        """
        kept = self._lines(words) if keep_lines else self._one_line(words)
        self._add(kept, BlockKind.PARAGRAPH, 0, number)

    def continued(self, words: str, *, between: str | None = None) -> None:
        """Add words that go on the last paragraph, usually on a page that has begun meanwhile.

        Args:
            words: what follows.
            between: what stands between the two where the caller knows it. Otherwise that is a space; and a hyphen at
                the end of what there is, with a small letter after it, is one that a line ended with.
        """
        if not self._blocks or self._blocks[-1].kind is not BlockKind.PARAGRAPH:
            self.paragraph(words)
            return
        words = self._one_line(words)
        if not words:
            return
        last = self._pieces[-1]
        if between is not None:
            self._put(between)
        elif last[-1:] in _HYPHENS and words[0].islower():
            self._pieces[-1] = last[:-1]
            self._length -= 1
        else:
            self._put(" ")
        self._begin_pages()
        self._put(words)
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
        """Give all of it."""
        self._begin_pages()
        lost = self._unreadable
        said = [f"{lost:,} character{'s' if lost > 1 else ''} without a meaning left out"] if lost else []
        return ParsedText(
            "".join(self._pieces),
            tuple(self._blocks),
            metadata or Metadata(),
            form,
            tuple(self._pages),
            tuple(nested_files),
            (*notes, *said),
        )

    def _add(self, words: str, kind: BlockKind, level: int, number: str | None) -> None:
        if not words:
            return
        if self._pieces:
            self._put(_BETWEEN)
        self._begin_pages()
        start = self._length
        self._put(words)
        self._blocks.append(Block(start, self._length, kind, level, number))

    def _put(self, words: str) -> None:
        self._pieces.append(words)
        self._length += len(words)

    def _begin_pages(self) -> None:
        self._pages += [self._length] * self._begun
        self._begun = 0

    def _one_line(self, words: str) -> str:
        return _SPACE.sub(" ", self._readable(words)).strip()

    def _lines(self, words: str) -> str:
        lines = (_LINE.sub(" ", line).rstrip() for line in self._readable(words).splitlines())
        return "\n".join(lines).strip()

    def _readable(self, words: str) -> str:
        """Without what is in no text: half characters, controls, soft hyphens, marks that stand for nothing."""
        self._unreadable += words.count(_UNREADABLE)
        return _NO_TEXT.sub("", words.replace(_SOFT_HYPHEN, "")).replace(_UNREADABLE, "")


def row(headers: Sequence[str], cells: Sequence[str]) -> str:
    """A row of a table in words: each value after the header of its column, where it has one.

    >>> row(["Province", "Fighters", ""], ["Nangarhar", "300", "est."])
    'Province: Nangarhar; Fighters: 300; est.'
    """
    named = [(header.strip(), " ".join(cell.split())) for header, cell in zip(headers, cells, strict=False)]
    named += [("", " ".join(cell.split())) for cell in cells[len(headers) :]]
    return "; ".join(f"{header}: {cell}" if header else cell for header, cell in named if cell)
