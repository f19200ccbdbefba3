"""Attachments on their way into seeds/, and documents on their way out; nothing is ever deleted for good."""

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
from askbrief.documents.sources import SIDECAR, SeedFile, sidecar_names
from askbrief.errors import InputError, ParsingError
from bot.errors import Refusal

if TYPE_CHECKING:
    from askbrief.documents.builder import ParsedFile
    from askbrief.settings import Settings

_MIB = 1024 * 1024
_NAME = regex.compile(r"[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N} ._,()&+'-]*")
_LONGEST_NAME, _LONGEST_PATH = 200, 600
"""In bytes; file systems take 255 in a name, and a side-car's name is longer than its document's."""
_DAY = 24 * 60 * 60
_FILE, _ABOUT = "content", "about.json"
_ID = regex.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that waits to be added: who brought it, in which guild, and where it shall go below seeds/."""

    upload_id: str
    person: int
    guild: int
    doc_id: str


class Uploads:
    """Files in `state/uploads` that wait for a second click, and in `state/removed` what was taken out."""

    def __init__(self, settings: Settings) -> None:
        """Take the folders and the limit of a file's size."""
        self._seeds = settings.seeds_dir
        self._waiting = settings.state_dir / "uploads"
        self._removed = settings.state_dir / "removed"
        self._most_mib = settings.max_file_mib
        self._bounds = ParsingLimits.of(settings)

    def doc_id(self, name: str, collection: str, size: int) -> str:
        """Where a file would go; checks its type, size and name, and that it stays below seeds/.

        Raises:
            Refusal: it cannot be added, and why.
        """
        if PurePosixPath(name).suffix.lower() not in registry.PARSERS:
            raise Refusal("error-upload-type", name=name, suffixes=", ".join(sorted(registry.PARSERS)))
        if size > self._most_mib * _MIB:
            raise Refusal("error-upload-size", name=name, size=f"{size / _MIB:.1f}", limit=f"{self._most_mib:g}")
        parts = [_checked(part) for part in [*filter(None, collection.split("/")), name]]
        doc_id = "/".join(parts)
        if len(doc_id.encode()) > _LONGEST_PATH or not self._is_free(self._seeds / doc_id):
            raise Refusal("error-upload-name", name=doc_id)
        return doc_id

    def _is_free(self, target: Path) -> bool:
        """Whether a file may stand there: below seeds/, in folders, and no folder itself."""
        seeds = self._seeds.resolve()
        folders = [folder for folder in target.parents if folder.is_relative_to(self._seeds) and folder.exists()]
        return (
            target.resolve().is_relative_to(seeds)
            and not target.is_dir()
            and all(folder.is_dir() for folder in folders)
        )

    def is_there(self, doc_id: str) -> bool:
        """Whether a document of this path is in seeds/ already."""
        return (self._seeds / doc_id).exists()

    def keep(self, content: bytes, doc_id: str, *, person: int, guild: int) -> tuple[Upload, ParsedFile]:
        """Let a file wait, and read it, within bounds.

        Raises:
            InputError: it cannot be read, and why.
            Refusal: there is no text in it.
        """
        self._forget_old()
        upload = Upload(secrets.token_hex(8), person, guild, doc_id)
        folder = self._waiting / upload.upload_id
        folder.mkdir(parents=True)
        (folder / _FILE).write_bytes(content)
        (folder / _ABOUT).write_text(json.dumps(asdict(upload)), encoding="utf-8")
        try:
            reading = parse_in_sandbox(SeedFile(doc_id, folder / _FILE, stamp=str(len(content))), self._bounds)
        except ParsingError as error:
            self.discard(upload)
            raise InputError(f"this file {error}") from error
        if not any(document.text.strip() for document in reading.documents):
            self.discard(upload)
            raise Refusal("error-upload-empty", name=PurePosixPath(doc_id).name)
        return upload, reading

    def find(self, upload_id: str) -> Upload:
        """A file that waits.

        Raises:
            Refusal: there is none (any more) under this id.
        """
        about = self._waiting / upload_id / _ABOUT
        if not _ID.fullmatch(upload_id) or not about.is_file():
            raise Refusal("error-upload-gone")
        return Upload(**json.loads(about.read_text(encoding="utf-8")))

    def add(self, upload: Upload) -> None:
        """Move a file into seeds/; one of its name that was there is kept among the removed.

        Raises:
            Refusal: it has been added or discarded meanwhile, by a second click for instance.
        """
        waiting = self._waiting / upload.upload_id
        taken = waiting.with_name(f"{upload.upload_id}.taken")
        try:
            waiting.rename(taken)  # one click only gets it
        except FileNotFoundError:
            raise Refusal("error-upload-gone") from None
        target = self._seeds / upload.doc_id
        target.parent.mkdir(parents=True, exist_ok=True)
        arriving = target.with_name(f".{upload.upload_id}.tmp")  # hidden, so that no build sees half of it
        shutil.copyfile(taken / _FILE, arriving)
        if target.exists():
            self.remove(upload.doc_id)
        arriving.replace(target)
        shutil.rmtree(taken, ignore_errors=True)

    def _forget_old(self) -> None:
        """Let go of files that nobody has confirmed for a day."""
        for folder in self._waiting.glob("*"):
            if time.time() - folder.stat().st_mtime > _DAY:
                shutil.rmtree(folder, ignore_errors=True)

    def discard(self, upload: Upload) -> None:
        """Let a waiting file go."""
        shutil.rmtree(self._waiting / upload.upload_id, ignore_errors=True)

    def remove(self, doc_id: str) -> None:
        """Take a document out of seeds/ and keep it, with its side-car, among the removed.

        Raises:
            Refusal: it is not there.
        """
        source = self._seeds / doc_id
        if not source.is_file() or not source.resolve().is_relative_to(self._seeds.resolve()):
            raise Refusal("error-document-gone")
        target = self._removed / secrets.token_hex(4) / doc_id
        target.parent.mkdir(parents=True)
        for path in [source, *_sidecars(source)]:
            shutil.move(path, target.with_name(path.name))


def _sidecars(source: Path) -> list[Path]:
    """What describes a document and no other one: report.txt.meta.yaml, or report.meta.yaml."""
    own, shared = map(source.with_name, sidecar_names(source.name))
    if own.is_file():
        return [own]
    alike = [path for path in source.parent.iterdir() if path.stem == source.stem and path.suffix in registry.PARSERS]
    return [shared] if shared.is_file() and alike == [source] else []


def _checked(part: str) -> str:
    """One part of a path, as a plain name."""
    part = unicodedata.normalize("NFC", part.strip())
    if not _NAME.fullmatch(part) or len(part.encode()) > _LONGEST_NAME or part.endswith((SIDECAR, "~")):
        raise Refusal("error-upload-name", name=part)
    return part


def collection_name(text: str) -> str:
    """A collection as a person may type it, such as "reports/2022".

    Raises:
        InputError: it is no name of a folder below seeds/.
    """
    parts = [part for part in text.replace("\\", "/").split("/") if part.strip()]
    try:
        return str(Path(*map(_checked, parts)).as_posix()) if parts else ""
    except Refusal:
        raise InputError(
            f"{text[:60]!r} is no name for a collection: use letters, digits, spaces and hyphens"
        ) from None
