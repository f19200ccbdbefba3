"""Which reader reads which file, and the one function that turns a seed file into a `Document`."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from askbrief.errors import ReadingError, in_words
from askbrief.reading import aliases, markdown, metadata, plain
from askbrief.reading.decoding import decode
from askbrief.records import Block, BlockKind, Document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from askbrief.reading.extract import Extract
    from askbrief.reading.seeds import SeedFile
    from askbrief.records import Metadata


READERS: Mapping[str, Callable[[bytes], Extract]] = {
    ".txt": plain.read,
    ".text": plain.read,
    ".md": markdown.read,
    ".markdown": markdown.read,
}
PLAIN: AbstractSet[str] = frozenset(READERS)
"""The formats that are text already: no library takes them apart, so that a little of them may be read anywhere."""


def read(file: SeedFile, *, most_characters: int | None = None) -> Document:
    """Read one seed file with its side-car.

    Args:
        file: which.
        most_characters: a longer text is refused.

    Raises:
        ReadingError: with the reason, when the file or its side-car cannot be read.
    """
    extract = reader_for(file.doc_id)(_content(file.path))
    if most_characters is not None and len(extract.text) > most_characters:
        raise ReadingError(
            f"has {len(extract.text):,} characters of text; the limit is {most_characters:,} "
            "(ASKBRIEF_MAX_DOCUMENT_CHARS): split it or raise the limit"
        )
    given = extract.metadata
    if file.sidecar is not None:
        given = metadata.merge(_sidecar(file.sidecar), given)
    blocks = _never_only_headings(extract.blocks)
    return Document(file.doc_id, title(file.doc_id, given.title, extract), extract.text, blocks, given)


def read_aliases(file: SeedFile) -> tuple[tuple[str, ...], ...]:
    """Read the team's own names.

    Raises:
        ReadingError: with the reason, when the file cannot be read.
    """
    return aliases.read(_content(file.path))


def reader_for(doc_id: str) -> Callable[[bytes], Extract]:
    """The reader for a file by its suffix.

    Raises:
        ReadingError: no reader is there for this suffix.
    """
    suffix = PurePosixPath(doc_id).suffix.lower()
    try:
        return READERS[suffix]
    except KeyError:
        readable = ", ".join(sorted(READERS))
        what = f"{suffix} files are" if suffix else "files without a suffix are"
        raise ReadingError(f"{what} not readable yet (readable: {readable}): save it as one of these") from None


def title(doc_id: str, given: str | None, extract: Extract) -> str:
    """The title given, else the first heading, else the file's name in words."""
    if given:
        return given
    for block in extract.blocks:
        if block.kind is BlockKind.HEADING:
            return " ".join(extract.text[block.start : block.end].split())
    stem = PurePosixPath(doc_id).stem
    return " ".join(stem.replace("_", " ").replace("-", " ").split()) or stem


def _never_only_headings(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """A note of one short line looks like a heading; its words must be findable all the same."""
    if any(block.kind is BlockKind.PARAGRAPH for block in blocks):
        return blocks
    return tuple(Block(block.start, block.end, page=block.page) for block in blocks)


def _sidecar(path: Path) -> Metadata:
    where = f"side-car {path.name}"
    try:
        source = decode(_content(path))
    except ReadingError as error:
        raise ReadingError(f"{where}: {error}") from error
    return metadata.parse(source, where)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ReadingError(f"cannot be read: {in_words(error)}") from error
