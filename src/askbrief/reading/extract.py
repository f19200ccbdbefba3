"""What a reader gives back, whatever the format."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from askbrief.records import Block, BlockKind, Metadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Extract:
    """A file's text, its blocks in reading order, and what the file says of itself."""

    text: str
    blocks: tuple[Block, ...]
    metadata: Metadata = field(default_factory=Metadata)


def rows_of(blocks: Iterable[Block]) -> list[list[Any]]:
    """Blocks as JSON has them."""
    return [[block.start, block.end, block.kind, block.level, block.page] for block in blocks]


def blocks_of(rows: Iterable[Sequence[Any]]) -> tuple[Block, ...]:
    """Read what `rows_of` made."""
    return tuple(Block(start, end, BlockKind(kind), level, page) for start, end, kind, level, page in rows)
