"""askbrief's index, built like `askbrief build`: parse, split, count terms, learn names, checksum, publish.

The prepared vectors replace encoding, also of sentences, and counting word pieces.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from askbrief.documents.builder import ParsedFile
from askbrief.documents.text import plain_blocks
from askbrief.ingest.build import build_from
from askbrief.ingest.sources import SourceFile
from askbrief.records import Document
from askbrief.storage.embedded.manifest import SourceRow
from benchmarks.speed.material import StandIn

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.speed.material import Material


def build(material: Material, folder: Path) -> None:
    """Build the first generation."""
    build_from([_source(**document) for document in material.documents()], folder, StandIn(material))


def _source(doc_id: str, title: str, text: str) -> SourceFile:
    row = SourceRow(path=doc_id, sha256=hashlib.sha256(text.encode()).hexdigest())
    return SourceFile(row, lambda: ParsedFile((Document(doc_id, title, text, plain_blocks(text)),)))
