"""Qdrant Edge, Qdrant's engine as a library (qdrant.tech, "BM25 with Qdrant Edge", "Hybrid Queries").

Its own BM25 computes the sparse vectors; `optimize` follows the upserts, as on the page; then two prefetches of twenty,
joined by RRF with Qdrant's default k of 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qdrant_edge import (
    Bm25,
    Distance,
    EdgeConfig,
    EdgeShard,
    EdgeSparseVectorParams,
    EdgeVectorParams,
    Fusion,
    Modifier,
    Point,
    Prefetch,
    Query,
    QueryRequest,
    UpdateOperation,
)

from benchmarks.speed.material import DIMENSION, TOP, batches

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.speed.material import Ask, Material, Vector

PREFETCHED, K = 20, 2
AT_ONCE = 1_000


def build(material: Material, folder: Path) -> None:
    """Upsert, then optimize."""
    config = EdgeConfig(
        vectors={"dense": EdgeVectorParams(size=DIMENSION, distance=Distance.Cosine)},
        sparse_vectors={"sparse": EdgeSparseVectorParams(modifier=Modifier.Idf)},
    )
    shard, bm25 = EdgeShard.create(str(folder), config), Bm25()
    texts, vectors = material.texts(), material.vectors()
    for places in batches(len(texts), AT_ONCE):
        points = [
            Point(n, {"dense": vectors[n].tolist(), "sparse": bm25.embed_document(texts[n])}, {"text": texts[n]})
            for n in places
        ]
        shard.update(UpdateOperation.upsert_points(points))
    shard.optimize()
    shard.flush()
    shard.close()


def open_index(material: Material, folder: Path, state: Path) -> Ask:  # noqa: ARG001 - all of these look alike
    """Load the shard."""
    shard, bm25 = EdgeShard.load(str(folder)), Bm25()

    def ask(question: str, vector: Vector) -> list[str]:
        prefetches = [
            Prefetch(PREFETCHED, Query.Nearest(vector.tolist(), "dense")),
            Prefetch(PREFETCHED, Query.Nearest(bm25.embed_query(question), "sparse")),
        ]
        request = QueryRequest(TOP, query=Fusion.Rrf(K), prefetches=prefetches, with_payload=True)
        return [str((point.payload or {})["text"]) for point in shard.query(request)]

    return ask
