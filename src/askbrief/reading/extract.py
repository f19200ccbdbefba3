"""What a reader gives back, whatever the format."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from askbrief.records import Block, BlockKind, Document, Form, Metadata, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Part:
    """A file within a file: an attachment of a mail, a member of an archive. `name` is its path there."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Extract:
    """A file's text, its blocks in reading order, and what the file says of itself.

    `pages` are the offsets at which pages begin, as in `Document`. `parts` are to be read as documents of their own.
    `notes` say what of the file is not in the text, such as "page 3 has no text: OCR needed".
    """

    text: str
    blocks: tuple[Block, ...]
    metadata: Metadata = field(default_factory=Metadata)
    form: Form = Form.PROSE
    pages: tuple[int, ...] = ()
    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
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
