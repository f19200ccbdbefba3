"""What a reader gives back, whatever the format."""

from __future__ import annotations

from dataclasses import dataclass, field

from askbrief.records import Block, Metadata


@dataclass(frozen=True, slots=True)
class Extract:
    """A file's text, its blocks in reading order, and what the file says of itself."""

    text: str
    blocks: tuple[Block, ...]
    metadata: Metadata = field(default_factory=Metadata)
