"""What a reader gives back, whatever the format."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from askbrief.records import Block, BlockKind, Form, Metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


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


def rows_of(blocks: Iterable[Block]) -> list[list[Any]]:
    """Blocks as JSON has them."""
    return [[block.start, block.end, block.kind, block.level, block.number] for block in blocks]


def blocks_of(rows: Iterable[Sequence[Any]]) -> tuple[Block, ...]:
    """Read what `rows_of` made."""
    return tuple(Block(start, end, BlockKind(kind), level, number) for start, end, kind, level, number in rows)
