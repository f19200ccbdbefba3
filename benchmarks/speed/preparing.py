"""Create the material of a size from question sets, once, in the cache."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import benchmarks.made
import benchmarks.recombined
import benchmarks.speed.material
from askbrief.documents.text import plain_blocks
from askbrief.inference.loading import open_encoder
from askbrief.ingest.splitting import split_document
from askbrief.records import Document
from askbrief.settings import Settings
from benchmarks.made import NOISE, Real, noisy
from benchmarks.recombined import Material as Recombination
from benchmarks.recombined import recombined
from benchmarks.speed.material import DIMENSION, Material, StandIn, key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import ModuleType

_MADE_BY = (benchmarks.made, benchmarks.recombined, benchmarks.speed.material, sys.modules[__name__])
_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Cache:
    """Return the folder of the material; it depends on the sets and on the modules that create it."""

    folder: Path
    sets: tuple[Path, ...]

    def material(self, passages: int, questions: int) -> Material:
        """Return the material of a size; create it if necessary."""
        real = self._real()
        made = self.folder / f"material-{self._digest(*_MADE_BY)}-{passages}-{questions}"
        if not made.exists():
            unfinished = made.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            _write(unfinished, passages, self.sets, real)
            _write_questions(unfinished, real, questions)
            unfinished.rename(made)
        return Material(made)

    def _real(self) -> Real:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        cache = self.folder / f"real-{self._digest(benchmarks.made)}.npz"
        return Real.of(self.sets, open_encoder(Settings(), building=True), cache)

    def _digest(self, *modules: ModuleType) -> str:
        """Hash the sets, and the code that uses them."""
        files = [folder / name for folder in self.sets for name in ("corpus.jsonl", "queries.jsonl")]
        files += [Path(module.__file__ or "") for module in modules]
        return hashlib.sha256(b"".join(hashlib.sha256(file.read_bytes()).digest() for file in files)).hexdigest()[:12]


def _write(folder: Path, passages: int, sets: Sequence[Path], real: Real) -> None:
    random = np.random.Generator(np.random.SFC64(0))
    vectors = np.lib.format.open_memmap(folder / "vectors.npy", "w+", np.float32, (passages, DIMENSION))
    for first in range(0, passages, _ROWS):
        around = real.passages[random.integers(0, len(real.passages), min(_ROWS, passages - first))]
        vectors[first : first + _ROWS] = noisy(around, NOISE, random)
    vectors.flush()
    documents = [
        {"doc_id": made.doc_id, "title": made.title, "text": made.text}
        for made in recombined(Recombination.of(sets), passages)
    ]
    _lines(folder / "documents.jsonl", documents)
    texts, encoded = _split(documents, folder)
    if len(texts) != passages:
        raise SystemExit(f"askbrief splits what should be {passages:,} passages into {len(texts):,}: see recombined.py")
    _lines(folder / "passages.jsonl", texts)
    keys = np.array([key(text) for text in (*texts, *encoded)], dtype=np.uint64)
    order = np.argsort(keys)
    np.save(folder / "keys.npy", keys[order])
    np.save(folder / "numbers.npy", np.tile(np.arange(passages), 2)[order])


def _write_questions(folder: Path, real: Real, count: int) -> None:
    np.save(folder / "questions.npy", real.vectors[:count])
    _lines(folder / "questions.jsonl", real.questions[:count])


def _split(documents: Iterable[dict[str, str]], folder: Path) -> tuple[list[str], list[str]]:
    """Return the passages of documents, plain and in the form that is encoded."""
    texts: list[str] = []
    encoded: list[str] = []
    encoder = StandIn(Material(folder))
    for one in documents:
        done = split_document(Document(one["doc_id"], one["title"], one["text"], plain_blocks(one["text"])), encoder)
        texts += [passage.text for passage in done.passages]
        encoded += done.encoded_texts
    return texts, encoded


def _lines(path: Path, rows: Iterable[object]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(row)}\n" for row in rows)
