"""Finding the source documents below seeds/: what is there, what may not be read and why, and what changed."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from askbrief.core.runtime import sha256_of
from askbrief.documents.metadata import SIDECAR, sidecar_names
from askbrief.documents.registry import ALIASES, check_readable
from askbrief.errors import ParsingError, SeedsError, in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class SeedFile:
    """A file below seeds/ as it was when we looked.

    `doc_id` is its path below seeds/ with forward slashes. `stamp` changes when size or time of the file or its
    side-car change; `sha256` and `sidecar_sha256` are of their bytes. A file with a `refusal` is not to be read.
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
        """Bytes, without its side-car's; 0 where nobody has looked."""
        return int(self.stamp.partition(":")[0] or 0)

    @property
    def fingerprint(self) -> str:
        """Equal for equal content: what decides between changed and unchanged."""
        return self.refusal or f"{self.sha256}:{self.sidecar_sha256}"


def scan(
    seeds: Path, *, max_file_mib: float, max_documents: int | None = None, known: Mapping[str, SeedFile] | None = None
) -> list[SeedFile]:
    """List every file below seeds/, sorted by `doc_id`; hidden files and editors' leftovers are passed over.

    Args:
        seeds: the folder.
        max_file_mib: files larger than this are refused.
        max_documents: more files than this are refused together; None for any number.
        known: files whose hashes are taken over where the stamp is the same, so that a quick look stays quick.

    Raises:
        SeedsError: the folder is missing, no folder, cannot be listed, or holds too many files.
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
    files = [_look(path, seeds, root, sidecar, max_file_mib, known or {}) for path, sidecar in owners.items()]
    files += [_orphan(path, seeds) for path in sorted(sidecars.difference(owners.values()))]
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


def _sidecar_of(path: Path, sidecars: set[Path]) -> Path | None:
    candidates = map(path.with_name, sidecar_names(path.name))
    return next((candidate for candidate in candidates if candidate in sidecars), None)


def _look(
    path: Path,
    seeds: Path,
    root: Path,
    sidecar: Path | None,
    max_file_mib: float,
    known: Mapping[str, SeedFile],
) -> SeedFile:
    doc_id = path.relative_to(seeds).as_posix()
    try:
        _check_name(doc_id)
        stamp = _checked_stamp(path, root, max_file_mib)
        if doc_id != ALIASES:
            check_readable(doc_id)
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
    """A name that is not valid Unicode is shown with its odd bytes escaped, so that it can be stored and shown."""
    return SeedFile(doc_id.encode("utf-8", "backslashreplace").decode(), path, stamp="", refusal=reason)


def _orphan(path: Path, seeds: Path) -> SeedFile:
    return _refused(path.relative_to(seeds).as_posix(), path, "is a side-car without a document of its name beside it")


def _check_name(doc_id: str) -> None:
    try:
        doc_id.encode()
    except UnicodeEncodeError as error:
        raise ParsingError("has a name, or is in a folder with one, that is not valid Unicode: rename it") from error


def _sidecar_stamp(path: Path, root: Path, max_file_mib: float) -> str:
    try:
        return _checked_stamp(path, root, max_file_mib)
    except ParsingError as error:
        raise ParsingError(f"side-car {path.name} {error}") from error


def _checked_stamp(path: Path, root: Path, max_file_mib: float) -> str:
    """Look at a file without opening it: only regular files of a bounded size inside seeds/ are read.

    Raises:
        ParsingError: it is none of these.
    """
    try:
        real = path.resolve(strict=True)
        status = real.stat()
    except (OSError, RuntimeError) as error:  # a link that leads nowhere, or in a circle
        raise ParsingError(
            f"cannot be read: {(getattr(error, 'strerror', None) or 'a broken link').lower()}"
        ) from error
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
