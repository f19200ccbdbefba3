"""Uploads: attachments that wait to be added to seeds/, and documents that are removed from it but kept."""

from __future__ import annotations

import json
import secrets
import shutil
import time
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import regex

from askbrief.documents import registry
from askbrief.documents.limits import ParsingLimits
from askbrief.documents.sandbox import parse_in_sandbox
from askbrief.documents.sources import ALIASES, SIDECAR, SeedFile, sidecar_names
from askbrief.errors import InputError, ParsingError
from bot.discord_io.language import Refusal

if TYPE_CHECKING:
    from askbrief.documents.builder import ParsedFile
    from askbrief.settings import Settings

_MIB = 1024 * 1024
_NAME = regex.compile(r"[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N} ._,()&+'-]*")
_MAX_NAME, _MAX_PATH = 200, 600
"""In bytes; file systems allow 255 in a name, and a side-car's name is longer than its document's."""
_DAY = 24 * 60 * 60
_FILE, _ABOUT = "content", "about.json"
_ID = regex.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that waits to be added: who uploaded it, in which guild, and its path below seeds/."""

    upload_id: str
    person: int
    guild: int
    doc_id: str


class Uploads:
    """Files in `state/uploads` that wait for confirmation, and removed documents in `state/removed`."""

    def __init__(self, settings: Settings) -> None:
        self._seeds = settings.seeds_dir
        self._waiting = settings.state_dir / "uploads"
        self._removed = settings.state_dir / "removed"
        self._max_mib = settings.max_file_mib
        self._limits = ParsingLimits.of(settings)

    def doc_id(self, name: str, collection: str, size: int) -> str:
        """Return the path below seeds/ at which a file of `size` bytes would be added to a collection, or to none.

        Raises:
            Refusal: its type, size or name is not allowed, or the path is taken by a folder or outside seeds/.
        """
        is_setting = name.endswith(SIDECAR) or name == ALIASES  # they say something about other documents
        if is_setting or PurePosixPath(name).suffix.lower() not in registry.PARSERS:
            raise Refusal("error-upload-type", name=name, suffixes=", ".join(registry.COMMON))
        if size > self._max_mib * _MIB:
            raise Refusal("error-upload-size", name=name, size=f"{size / _MIB:.1f}", limit=f"{self._max_mib:g}")
        parts = [_checked(part) for part in [*filter(None, collection.split("/")), name]]
        doc_id = "/".join(parts)
        if len(doc_id.encode()) > _MAX_PATH or not self._is_free(self._seeds / doc_id):
            raise Refusal("error-upload-name", name=doc_id)
        return doc_id

    def _is_free(self, target: Path) -> bool:
        """Say whether a file may be at a path: below seeds/, its parents are folders, and it is no folder."""
        seeds = self._seeds.resolve()
        folders = [folder for folder in target.parents if folder.is_relative_to(self._seeds) and folder.exists()]
        return (
            target.resolve().is_relative_to(seeds)
            and not target.is_dir()
            and all(folder.is_dir() for folder in folders)
        )

    def exists(self, doc_id: str) -> bool:
        return (self._seeds / doc_id).exists()

    def store(self, content: bytes, doc_id: str, *, person: int, guild: int) -> tuple[Upload, ParsedFile]:
        """Store a file until it is confirmed, and parse it within the limits of a build.

        Raises:
            InputError: it cannot be parsed.
            Refusal: it contains no text.
        """
        self._delete_old()
        upload = Upload(secrets.token_hex(8), person, guild, doc_id)
        folder = self._waiting / upload.upload_id
        folder.mkdir(parents=True)
        (folder / _FILE).write_bytes(content)
        (folder / _ABOUT).write_text(json.dumps(asdict(upload)), encoding="utf-8")
        try:
            parsed = parse_in_sandbox(SeedFile(doc_id, folder / _FILE, stamp=str(len(content))), self._limits)
        except ParsingError as error:
            self.discard(upload)
            raise InputError(f"this file {error}") from error
        if not any(document.text.strip() for document in parsed.documents):
            self.discard(upload)
            raise Refusal("error-upload-empty", name=PurePosixPath(doc_id).name)
        return upload, parsed

    def find(self, upload_id: str) -> Upload:
        """Return the upload with an id, or refuse one that is not there, or no longer."""
        about = self._waiting / upload_id / _ABOUT
        if not _ID.fullmatch(upload_id) or not about.is_file():
            raise Refusal("error-upload-gone")
        return Upload(**json.loads(about.read_text(encoding="utf-8")))

    def add(self, upload: Upload) -> None:
        """Move a file into seeds/; a document of the same path is moved to the removed ones.

        Raises:
            Refusal: it has been added or discarded already, for instance by a second click.
        """
        waiting = self._waiting / upload.upload_id
        taken = waiting.with_name(f"{upload.upload_id}.taken")
        try:
            waiting.rename(taken)  # succeeds for one click only
        except FileNotFoundError:
            raise Refusal("error-upload-gone") from None
        target = self._seeds / upload.doc_id
        target.parent.mkdir(parents=True, exist_ok=True)
        arriving = target.with_name(f".{upload.upload_id}.tmp")  # hidden, so that no build reads half a file
        shutil.copyfile(taken / _FILE, arriving)
        if target.exists():
            self.remove(upload.doc_id)
        arriving.replace(target)
        shutil.rmtree(taken, ignore_errors=True)

    def _delete_old(self) -> None:
        """Delete files that nobody has confirmed for a day."""
        for folder in self._waiting.glob("*"):
            if time.time() - folder.stat().st_mtime > _DAY:
                shutil.rmtree(folder, ignore_errors=True)

    def discard(self, upload: Upload) -> None:
        shutil.rmtree(self._waiting / upload.upload_id, ignore_errors=True)

    def remove(self, doc_id: str) -> None:
        """Move a document, with its side-car, from seeds/ to the removed ones; refuse one that is not there."""
        source = self._seeds / doc_id
        if not source.is_file() or not source.resolve().is_relative_to(self._seeds.resolve()):
            raise Refusal("error-document-gone")
        target = self._removed / secrets.token_hex(4) / doc_id
        target.parent.mkdir(parents=True)
        for path in [source, *_sidecars(source)]:
            shutil.move(path, target.with_name(path.name))


def _sidecars(source: Path) -> list[Path]:
    """Return the side-car of a document and of no other: report.txt.meta.yaml, or report.meta.yaml."""
    own, shared = map(source.with_name, sidecar_names(source.name))
    if own.is_file():
        return [own]
    same_stem = [
        path for path in source.parent.iterdir() if path.stem == source.stem and path.suffix in registry.PARSERS
    ]
    return [shared] if shared.is_file() and same_stem == [source] else []


def _checked(part: str) -> str:
    """Check one part of a path and return it in normal form."""
    part = unicodedata.normalize("NFC", part.strip())
    if not _NAME.fullmatch(part) or len(part.encode()) > _MAX_NAME or part.endswith((SIDECAR, "~")):
        raise Refusal("error-upload-name", name=part)
    return part


def checked_collection(text: str) -> str:
    """Check the name of a collection, such as "reports/2022", and return it in normal form.

    Raises:
        InputError: it cannot be the name of a folder below seeds/.
    """
    parts = [part for part in text.replace("\\", "/").split("/") if part.strip()]
    try:
        return str(Path(*map(_checked, parts)).as_posix()) if parts else ""
    except Refusal:
        raise InputError(f"{text[:60]!r} cannot be a collection: use letters, digits, spaces and hyphens") from None
