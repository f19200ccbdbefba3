"""Which reader reads which file, and the one function that turns a seed file into a `Document`."""

from __future__ import annotations

from importlib import import_module
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from askbrief.errors import ReadingError, in_words
from askbrief.records import Block, BlockKind, Document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from askbrief.reading.extract import Extract
    from askbrief.reading.seeds import SeedFile
    from askbrief.records import Metadata


READERS: Mapping[str, str] = {".txt": "plain", ".text": "plain", ".md": "markdown", ".markdown": "markdown"}
"""The module that reads each format; it is imported, with what it stands on, when a file of that format is read."""
ALIASES = "aliases.yaml"
"""Where the team's own names are, below seeds/: it is no document."""
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
    given = extract.metadata if file.sidecar is None else _with_sidecar(extract.metadata, file.sidecar)
    blocks = _never_only_headings(extract.blocks)
    return Document(file.doc_id, title(file.doc_id, given.title, extract), extract.text, blocks, given)


def read_aliases(file: SeedFile) -> tuple[tuple[str, ...], ...]:
    """Read the team's own names.

    Raises:
        ReadingError: with the reason, when the file cannot be read.
    """
    from askbrief.reading import aliases

    return aliases.read(_content(file.path))


def reader_for(doc_id: str) -> Callable[[bytes], Extract]:
    """The reader for a file by its suffix.

    Raises:
        ReadingError: no reader is there for this suffix.
    """
    check_readable(doc_id)
    module = import_module(f"askbrief.reading.{READERS[PurePosixPath(doc_id).suffix.lower()]}")
    reader: Callable[[bytes], Extract] = module.read
    return reader


def check_readable(doc_id: str) -> None:
    """Refuse a file that no reader is there for.

    Raises:
        ReadingError: by its suffix there is none.
    """
    suffix = PurePosixPath(doc_id).suffix.lower()
    if suffix not in READERS:
        readable = ", ".join(sorted(READERS))
        what = f"{suffix} files are" if suffix else "files without a suffix are"
        raise ReadingError(f"{what} not readable yet (readable: {readable}): save it as one of these")


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


def _with_sidecar(given: Metadata, path: Path) -> Metadata:
    """What a document says of itself, and what its side-car says, which counts where both say something."""
    from askbrief.reading import metadata
    from askbrief.reading.decoding import decode

    where = f"side-car {path.name}"
    try:
        source = decode(_content(path))
    except ReadingError as error:
        raise ReadingError(f"{where}: {error}") from error
    return metadata.merge(metadata.parse(source, where), given)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ReadingError(f"cannot be read: {in_words(error)}") from error
