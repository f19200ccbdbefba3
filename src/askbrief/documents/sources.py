"""The source documents below seeds/: found, hashed or refused with a reason, and parsed with what they hold."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from askbrief.core.runtime import sha256_of
from askbrief.documents.builder import ParsedFile
from askbrief.documents.limits import ParsingLimits, UniqueNames, unique_path
from askbrief.documents.registry import check_supported, parser_for
from askbrief.errors import ParsingError, SeedsError, in_words
from askbrief.records import Block, BlockKind, Document, Form, Metadata, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from askbrief.documents.builder import NestedFile, ParsedText

SIDECAR = ".meta.yaml"
ALIASES = "aliases.yaml"  # the team's own list of names, below seeds/; it is not a document
_MAX_DEPTH = 3  # files within files: a mail in an archive in an archive is parsed, what it holds is not
_DEFAULT_LIMITS = ParsingLimits()
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class SeedFile:
    """A file below seeds/ at the time of the scan.

    `doc_id` is its path below seeds/ with forward slashes. `stamp` changes with the size or time of the file or its
    side-car; `sha256` and `sidecar_sha256` are the hashes of their bytes. A file with a `refusal` must not be parsed.
    """

    doc_id: str
    path: Path
    stamp: str
    sha256: str = ""
    sidecar: Path | None = None
    sidecar_sha256: str = ""
    refusal: str | None = None

    @property
    def size(self) -> int:
        """Bytes, without its side-car; 0 if it was not scanned."""
        return int(self.stamp.partition(":")[0] or 0)

    @property
    def fingerprint(self) -> str:
        """A string that is equal for equal content."""
        return self.refusal or f"{self.sha256}:{self.sidecar_sha256}"


def scan(
    seeds: Path, *, max_file_mib: float, max_documents: int | None = None, known: Mapping[str, SeedFile] | None = None
) -> list[SeedFile]:
    """List every file below seeds/, sorted by `doc_id`; hidden files and editors' leftovers are ignored.

    Larger files than `max_file_mib` are refused. `known` are files of an earlier scan; the hashes of those with the
    same stamp are reused. Raises SeedsError if the folder is missing, cannot be listed, or holds over `max_documents`.
    """
    if not seeds.is_dir():
        what = "is not a folder" if seeds.exists() else "is not there"
        raise SeedsError(f"the folder of source documents {what}: {seeds} (create it, or set ASKBRIEF_SEEDS_DIR)")
    paths = sorted(_walk(seeds), key=lambda path: path.relative_to(seeds).as_posix())
    sidecars = {path for path in paths if path.name.endswith(SIDECAR)}
    if max_documents is not None and len(paths) - len(sidecars) > max_documents:
        raise SeedsError(
            f"{seeds} holds {len(paths) - len(sidecars):,} files; the limit is {max_documents:,} "
            "(ASKBRIEF_MAX_DOCUMENTS): choose a smaller folder or raise the limit"
        )
    root = seeds.resolve()
    owners = {path: _sidecar_of(path, sidecars) for path in paths if path not in sidecars}
    files = [_seed_file(path, seeds, root, sidecar, max_file_mib, known or {}) for path, sidecar in owners.items()]
    orphan = "is a side-car without a document of its name beside it"
    orphans = sorted(sidecars.difference(owners.values()))
    files += [_refused(path.relative_to(seeds).as_posix(), path, orphan) for path in orphans]
    return sorted(files, key=lambda file: file.doc_id)


def _walk(seeds: Path) -> Iterator[Path]:
    def fail(error: OSError) -> None:
        raise SeedsError(f"cannot list {error.filename}: {(error.strerror or '').lower()}") from error

    for folder, subfolders, names in os.walk(seeds, onerror=fail):
        links = [name for name in subfolders if (Path(folder) / name).is_symlink()]
        subfolders[:] = sorted(name for name in subfolders if not name.startswith(".") and name not in links)
        yield from (Path(folder) / name for name in [*names, *links] if not _is_leftover(name))


def _is_leftover(name: str) -> bool:
    return name.startswith((".", "~$")) or name.endswith(("~", ".tmp", ".swp")) or name in {"Thumbs.db", "desktop.ini"}


def sidecar_names(name: str) -> tuple[str, str]:
    """Return the names that the side-car of a file may have, the usual one first.

    >>> sidecar_names("un/report.txt")
    ('un/report.txt.meta.yaml', 'un/report.meta.yaml')
    """
    stem, dot, suffix = name.rpartition(".")
    return f"{name}{SIDECAR}", f"{stem if dot and stem and '/' not in suffix else name}{SIDECAR}"


def _sidecar_of(path: Path, sidecars: set[Path]) -> Path | None:
    candidates = map(path.with_name, sidecar_names(path.name))
    return next((candidate for candidate in candidates if candidate in sidecars), None)


def _seed_file(
    path: Path, seeds: Path, root: Path, sidecar: Path | None, max_file_mib: float, known: Mapping[str, SeedFile]
) -> SeedFile:
    doc_id = path.relative_to(seeds).as_posix()
    try:
        _check_name(doc_id)
        stamp = _checked_stamp(path, root, max_file_mib)
        if doc_id != ALIASES:
            check_supported(doc_id)
        if sidecar is not None:
            stamp += " " + _sidecar_stamp(sidecar, root, max_file_mib)
        old = known.get(doc_id)
        if old is not None and old.stamp == stamp and not old.refusal:
            return SeedFile(doc_id, path, stamp, old.sha256, sidecar, old.sidecar_sha256)
        sidecar_sha256 = _sha256(sidecar) if sidecar is not None else ""
        return SeedFile(doc_id, path, stamp, _sha256(path), sidecar, sidecar_sha256)
    except ParsingError as refusal:
        return _refused(doc_id, path, str(refusal))


def _refused(doc_id: str, path: Path, reason: str) -> SeedFile:
    """Return a file with a refusal; bytes of its name that are not valid Unicode are escaped."""
    return SeedFile(doc_id.encode("utf-8", "backslashreplace").decode(), path, stamp="", refusal=reason)


def _check_name(doc_id: str) -> None:
    try:
        doc_id.encode()
    except UnicodeEncodeError as error:
        raise ParsingError("has a name, or is in a folder with one, that is not valid Unicode: rename it") from error
    if PurePosixPath(doc_id).name == ALIASES and doc_id != ALIASES:
        raise ParsingError(
            f"is a list of names, which counts only at the top of the folder: move it there as {ALIASES}"
        )


def _sidecar_stamp(path: Path, root: Path, max_file_mib: float) -> str:
    try:
        return _checked_stamp(path, root, max_file_mib)
    except ParsingError as error:
        raise ParsingError(f"side-car {path.name} {error}") from error


def _checked_stamp(path: Path, root: Path, max_file_mib: float) -> str:
    """Return the stamp of a file, unopened; ParsingError if it is too large, or no regular file inside seeds/."""
    try:
        real = path.resolve(strict=True)
        status = real.stat()
    except (OSError, RuntimeError) as error:  # a broken or circular link
        reason = (getattr(error, "strerror", None) or "a broken link").lower()
        raise ParsingError(f"cannot be read: {reason}") from error
    if not real.is_relative_to(root):
        raise ParsingError("is a link that leaves seeds/: copy the file here instead")
    if stat.S_ISDIR(status.st_mode):
        raise ParsingError("is a link to a folder, which is not followed: move the folder here instead")
    if not stat.S_ISREG(status.st_mode):
        raise ParsingError("is not a regular file")
    if status.st_size > max_file_mib * _MIB:
        size, most = status.st_size / _MIB, f"{max_file_mib:g} MiB (ASKBRIEF_MAX_FILE_MIB)"
        raise ParsingError(f"is {size:.1f} MiB; the limit is {most}: split it or raise the limit")
    return f"{status.st_size}:{status.st_mtime_ns}"


def _sha256(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError as error:
        raise ParsingError(f"cannot be read: {in_words(error)}") from error


def parse_file(file: SeedFile, limits: ParsingLimits = _DEFAULT_LIMITS) -> ParsedFile:
    """Parse one seed file with its side-car, and the files within it; ParsingError, with the reason, if that fails."""
    sidecar = Metadata()
    if file.sidecar is not None:
        sidecar = _read_sidecar(file.sidecar.name, _content(file.sidecar, f"side-car {file.sidecar.name}: "))
    collector = _Collector(limits)
    collector.parse(file.doc_id, _content(file.path), sidecar)
    return ParsedFile(tuple(collector.documents), tuple(collector.failed), tuple(collector.warnings))


def read_aliases(file: SeedFile) -> tuple[tuple[str, ...], ...]:
    """Read the team's own list of names; ParsingError if the file cannot be read; the message is the reason."""
    from askbrief.documents.metadata import read_alias_groups

    return read_alias_groups(_content(file.path))


def _read_sidecar(name: str, content: bytes) -> Metadata:
    from askbrief.documents.metadata import read_sidecar  # not at the top: YAML and pydantic take 0.3 s to import

    return read_sidecar(name, content)


def _content(path: Path, what: str = "") -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ParsingError(f"{what}cannot be read: {in_words(error)}") from error


class _Collector:
    def __init__(self, limits: ParsingLimits) -> None:
        self._limits = limits
        self._characters = 0
        self.documents: list[Document] = []
        self.failed: list[Problem] = []
        self.warnings: list[Problem] = []

    def parse(self, doc_id: str, content: bytes, sidecar: Metadata, depth: int = 0) -> None:
        """Parse a file, whose side-car takes precedence over its own metadata, and the files within it.

        Raises ParsingError if it cannot be parsed; if a file within it cannot, that is recorded.
        """
        parsed = parser_for(doc_id, self._limits.ocr)(content)
        parsed = parsed if self._limits.asides else parsed.without_asides()
        self._count(len(parsed.text))
        merged = sidecar.over(parsed.metadata)
        if parsed.text or not parsed.nested_files:
            title, blocks = _title(doc_id, merged.title, parsed), _not_only_headings(parsed.blocks)
            self.documents.append(Document(doc_id, title, parsed.text, blocks, merged, parsed.form, parsed.pages))
        self.warnings += [Problem(doc_id, note) for note in parsed.notes]
        self._parse_nested(doc_id, parsed.nested_files, sidecar, depth + 1)

    def _parse_nested(self, doc_id: str, files: tuple[NestedFile, ...], outer: Metadata, depth: int) -> None:
        """Parse the files within a file; `outer`, its side-car, holds for each of them, apart from the title."""
        names = UniqueNames()
        sidecars = {file.name: file for file in files if file.name.endswith(SIDECAR)}
        for file in (file for file in files if file.name not in sidecars):
            name = unique_path(file.name, names)
            if name is None:
                self.failed.append(Problem(doc_id, f"holds a file whose name is none: {file.name[:60]!r}: rename it"))
                continue
            path = f"{doc_id}/{name}"
            try:
                if depth > _MAX_DEPTH:
                    raise ParsingError(f"is more than {_MAX_DEPTH} files deep in other files: unpack them")  # noqa: TRY301
                own = next((sidecars[one] for one in sidecar_names(file.name) if one in sidecars), None)
                described = _read_sidecar(own.name, own.content) if own else Metadata()
                self.parse(path, file.content, described.over(outer.without_title()), depth)
            except ParsingError as error:
                self.failed.append(Problem(path, str(error)))

    def _count(self, characters: int) -> None:
        """Count the characters of all documents together, and refuse those beyond the limit."""
        limit, total = self._limits.characters, self._characters + characters
        if total > limit:
            where = " with what was in it before" if self._characters else ""
            raise ParsingError(
                f"has {total:,} characters of text{where}; the limit is {limit:,} "
                "(ASKBRIEF_MAX_DOCUMENT_CHARS): split it or raise the limit"
            )
        self._characters = total


def _title(doc_id: str, stated: str | None, parsed: ParsedText) -> str:
    if stated:
        return stated
    if parsed.form is not Form.ROWS:
        for block in parsed.blocks:
            if block.kind is BlockKind.HEADING:
                return " ".join(parsed.text[block.start : block.end].split())
    stem = PurePosixPath(doc_id).stem
    return " ".join(stem.replace("_", " ").replace("-", " ").split()) or stem


def _not_only_headings(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Return headings as paragraphs if there are no paragraphs: a note of one short line must be searchable too."""
    if any(block.kind is BlockKind.PARAGRAPH for block in blocks):
        return blocks
    return tuple(Block(block.start, block.end) for block in blocks)
