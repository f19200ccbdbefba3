"""The model of all peers, with vectors cached on disk by model and text, so that nothing is encoded twice."""

from __future__ import annotations

import hashlib
import sqlite3
from typing import TYPE_CHECKING

import numpy as np

from askbrief.core.progress import Silent
from askbrief.inference.encoder import encode_in_batches

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from askbrief.core.progress import Progress
    from askbrief.inference.encoder import Encoder

_AT_ONCE = 256
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS vectors"
    " (model TEXT, text BLOB, vector BLOB NOT NULL, PRIMARY KEY (model, text)) STRICT, WITHOUT ROWID"
)


class Vectors:
    """An encoder with a cache. The packaged model has no prompts, so questions and passages are encoded alike."""

    def __init__(self, encoder: Encoder, path: Path) -> None:
        """Set the encoder, and the file that all peers share."""
        self._encoder = encoder
        self._file = sqlite3.connect(path)
        self._file.execute(_SCHEMA)

    @property
    def model_id(self) -> str:
        return self._encoder.model_id

    @property
    def form(self) -> str:
        return self._encoder.form

    @property
    def dimension(self) -> int:
        return self._encoder.dimension

    @property
    def max_tokens(self) -> int:
        return self._encoder.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the word pieces of each text."""
        return self._encoder.count_tokens(texts)

    def prepare(self, texts: Sequence[str], progress: Progress) -> None:
        """Encode what is not cached yet, with a progress bar."""
        missing = self._missing(texts)
        progress.stage("encoding", len(missing))
        self._encode(missing, progress)

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit rows: float32 [texts, dimension]."""
        self._encode(self._missing(texts), Silent())
        known = self._known([_digest(text) for text in texts])
        rows = [np.frombuffer(known[_digest(text)], dtype=np.float32) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, self.dimension), dtype=np.float32)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Return a unit vector: float32 [dimension]."""
        vector: NDArray[np.float32] = self.encode_documents([text])[0]
        return vector

    def _missing(self, texts: Sequence[str]) -> list[str]:
        by_digest = {_digest(text): text for text in texts}
        known = self._known(list(by_digest))
        return [text for digest, text in by_digest.items() if digest not in known]

    def _known(self, digests: Sequence[bytes]) -> dict[bytes, bytes]:
        known: dict[bytes, bytes] = {}
        for first in range(0, len(digests), _AT_ONCE):
            some = digests[first : first + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            query = f"SELECT text, vector FROM vectors WHERE model = ? AND text IN ({marks})"  # noqa: S608 - marks
            known.update(self._file.execute(query, (self.model_id, *some)))
        return known

    def _encode(self, texts: Sequence[str], progress: Progress) -> None:
        rows: list[tuple[str, bytes, bytes]] = []

        def keep(encoded: int) -> None:
            with self._file:
                self._file.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)
            rows.clear()
            progress.advance(encoded)

        for place, vector in encode_in_batches(self._encoder, texts, batch=_AT_ONCE, advance=keep):
            rows.append((self.model_id, _digest(texts[place]), vector.astype(np.float32).tobytes()))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
