"""qdrant-client's local mode (qdrant.tech, "Hybrid Queries"): two prefetches of twenty, joined by RRF.

The sparse vectors are those of its page on BM25 ("Full-Text Search"), as from `Qdrant/bm25` (k 1.2, b 0.75, average
length 256, words of the English stemmer), with the IDF modifier. The model itself is a list of stop words that would
have to be downloaded; bm25s contains one.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from typing import TYPE_CHECKING

import Stemmer
from bm25s.stopwords import STOPWORDS_EN
from qdrant_client import QdrantClient, models

from benchmarks.speed.material import DIMENSION, TOP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.speed.material import Ask, Material, Vector

PREFETCHED = 20
K, B, AVERAGE = 1.2, 0.75, 256
_WORD, _STOP = re.compile(r"\w+"), frozenset(STOPWORDS_EN)


def build(material: Material, folder: Path) -> None:
    """Create the collection, and upload."""
    client = QdrantClient(path=str(folder))
    client.create_collection(
        "passages",
        vectors_config={"dense": models.VectorParams(size=DIMENSION, distance=models.Distance.COSINE)},
        sparse_vectors_config={"sparse": models.SparseVectorParams(modifier=models.Modifier.IDF)},
    )
    stem = Stemmer.Stemmer("english").stemWords
    client.upload_points(
        "passages",
        (
            models.PointStruct(
                id=number, vector={"dense": vector.tolist(), "sparse": weights(text, stem)}, payload={"text": text}
            )
            for number, (text, vector) in enumerate(zip(material.texts(), material.vectors(), strict=True))
        ),
    )
    client.close()


def open_index(material: Material, folder: Path, state: Path) -> Ask:  # noqa: ARG001 - all of these look alike
    """Open the folder, which is loaded into memory completely."""
    client, stem = QdrantClient(path=str(folder)), Stemmer.Stemmer("english").stemWords

    def ask(question: str, vector: Vector) -> list[str]:
        terms = sorted({zlib.crc32(word.encode()) for word in words(question, stem)})
        sparse = models.SparseVector(indices=terms, values=[1.0] * len(terms))
        found = client.query_points(
            "passages",
            prefetch=[
                models.Prefetch(query=sparse, using="sparse", limit=PREFETCHED),
                models.Prefetch(query=vector.tolist(), using="dense", limit=PREFETCHED),
            ],
            query=models.FusionQuery(fusion=models.Fusion.RRF),
            limit=TOP,
        )
        return [str((point.payload or {})["text"]) for point in found.points]

    return ask


def weights(text: str, stem: Callable[[list[str]], list[str]]) -> models.SparseVector:
    """Return a passage as `Qdrant/bm25` does: BM25's weight of each term without its idf."""
    counts = Counter(words(text, stem))
    scale = K * (1 - B + B * sum(counts.values()) / AVERAGE)
    rows = {zlib.crc32(term.encode()): count * (K + 1) / (count + scale) for term, count in counts.items()}
    return models.SparseVector(indices=list(rows), values=list(rows.values()))


def words(text: str, stem: Callable[[list[str]], list[str]]) -> list[str]:
    """Return the stemmed words, without stop words."""
    return stem([word for word in _WORD.findall(text.lower()) if word not in _STOP])
