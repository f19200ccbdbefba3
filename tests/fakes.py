"""Deterministic replacements for components that are not the point of a test."""

from __future__ import annotations

import signal
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from askbrief import build
from askbrief.errors import BuildError
from askbrief.language.analysis import analyse
from askbrief.records import Document, Passage, Span
from askbrief.service.build_process import Step
from askbrief.storage.embedded.engine import DocumentTable
from askbrief.storage.embedded.manifest import SourceRow
from askbrief.storage.embedded.store import Store
from askbrief.storage.embedded.writer import StoreWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from askbrief import BuildReport
    from askbrief.inference.encoder import Encoder
    from askbrief.language.names import NameRow
    from askbrief.library import Library
    from askbrief.records import Hit, Metadata
    from askbrief.settings import Settings
    from askbrief.storage.embedded.store import StoredDocument


class Folders:
    """The folders seeds/, index/ and state/ below one root."""

    root: Path

    @property
    def seeds(self) -> Path:
        return self.root / "seeds"

    @property
    def index(self) -> Path:
        return self.root / "index"

    @property
    def state(self) -> Path:
        return self.root / "state"


class HashEncoder:
    """An encoder that hashes terms into a few dimensions: texts that share terms are near, and no model is loaded."""

    form = "exact"
    dimension = 64

    def __init__(self, model_id: str = "all-MiniLM-L6-v2@hash", max_tokens: int = 256) -> None:
        self.model_id = model_id
        self.max_tokens = max_tokens
        self.encoded: list[str] = []

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [2 + sum(1 + len(word) // 6 for word in text.split()) for text in texts]

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.encoded += texts
        return np.array([self.encode_query(text) for text in texts], dtype=np.float32).reshape(-1, self.dimension)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        vector = np.zeros(self.dimension, dtype=np.float32)
        for term in analyse(text):
            vector[zlib.crc32(term.encode()) % self.dimension] += 1
        vector[0] += 1e-3  # so that a text without terms has a direction
        unit: NDArray[np.float32] = vector / np.linalg.norm(vector)
        return unit


def in_a_row(doc_id: str, texts: Sequence[str]) -> list[Passage]:
    """Create passages of one document, each on its own line."""
    passages, start = [], 0
    for text in texts:
        end = start + len(text)
        passages.append(Passage(doc_id, start, end, text, (Span(start, end),), (1, 1)))
        start = end + 1
    return passages


def stored(
    documents: Sequence[tuple[str, str, Metadata, Sequence[Passage]]],
    terms: Sequence[str] = (),
    names: Sequence[NameRow] = (),
) -> Store:
    """Create a store of documents (path, title, metadata, passages `in_a_row`), terms and names, like a build."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "text.sqlite"
        with StoreWriter(path) as writer:
            for doc_id, title, metadata, passages in documents:
                document = Document(doc_id, title, "\n".join(p.text for p in passages), (), metadata)
                writer.add(document, SourceRow(path=doc_id), passages, [b""] * len(passages))
            writer.add_terms(terms)
            writer.add_names(names)
        return Store(path)  # the file exists as long as it is open


def document_table(documents: Sequence[StoredDocument]) -> DocumentTable:
    """Create a catalogue of documents whose passages have no content."""
    rows = [(d.doc_id, d.title, d.metadata, in_a_row(d.doc_id, ["-"] * (d.last - d.first))) for d in documents]
    return DocumentTable(stored(rows), documents[-1].last if documents else 0)


def text_of(library: Library, doc_id: str) -> str:
    """Return the text of a document that must exist."""
    document = library.document(doc_id)
    assert document is not None
    return document.text


def quotes_exactly(library: Library, hit: Hit) -> bool:
    """Tell whether the quote of a hit equals its document at its offsets."""
    return text_of(library, hit.doc_id)[hit.start : hit.end] == hit.quote


def passages_of(library: Library, doc_id: str) -> list[tuple[str, Passage]]:
    """Return the passages of a document with their keys."""
    return library.passages_within(doc_id, Span(0, len(text_of(library, doc_id))))[0]


def interruptible() -> None:
    """Let Ctrl-C reach a new process, even if the tests run in the background, where it would be ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class InProcessBuilder:
    """Builds in the bot's own process, with a given encoder; `fail` makes it fail, `before` is called at its start."""

    def __init__(self, settings: Settings, encoder: Encoder) -> None:
        self.settings = settings
        self.encoder = encoder
        self.fail: str | None = None
        self.before: Callable[[], None] = lambda: None

    def build(self, on_step: Callable[[Step], None]) -> BuildReport:
        self.before()
        on_step(Step("reading", 0, 1))
        if self.fail is not None:
            raise BuildError(self.fail)
        settings = self.settings
        report = build(settings.seeds_dir, settings.index_dir, encoder=self.encoder, settings=settings)
        on_step(Step("encoding", 1, 1))
        return report

    def stop(self) -> None:
        """Do nothing: there is no process."""
