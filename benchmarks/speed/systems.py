"""The systems to compare, in the order of the tables; their packages are installed only for this comparison."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.peers import OURS, Peer


@dataclass(frozen=True, slots=True)
class System(Peer):
    """A peer of this package; its `setup` says how it combines words and vectors."""

    index: str = ""
    """The module that builds its index, if it is another one."""

    @property
    def builder(self) -> str:
        """Return the module that builds its index."""
        return self.index or self.module


_ADDED_UP = "half of each, BM25 over its best, cosines by numpy"
SYSTEMS = (
    System(
        "askbrief, first ranking",
        "askbrief_first",
        OURS.packages,
        "its own: `Shortlist`, BM25 and cosines of all passages added up; no more than the others do",
        index="askbrief_index",
    ),
    System(
        "askbrief, ranking",
        "askbrief_ranking",
        OURS.packages,
        "its own: `search(method=convex)`, the same, and the best thirty looked at sentence by sentence",
        index="askbrief_index",
    ),
    System(
        "askbrief, the whole answer",
        "askbrief_answer",
        OURS.packages,
        "its own: `Library.ask`, with names, typing errors, sentences, verdict, figures, keys written to the ledger",
        index="askbrief_index",
    ),
    System("rank-bm25", "rank_bm25", ("rank-bm25", "numpy"), f"none; `BM25Okapi`, and {_ADDED_UP}"),
    System("bm25s", "bm25s", ("bm25s", "PyStemmer", "numpy"), f"none; stop words, stemmer, `load`, and {_ADDED_UP}"),
    System("LanceDB", "lancedb", ("lancedb", "pyarrow"), 'its own: `FTS()` index, `query_type="hybrid"`, RRF'),
    System("txtai", "txtai", ("txtai", "faiss-cpu"), "its own: `Embeddings(hybrid=True, content=True)`, convex"),
    System(
        "qdrant-client, local mode",
        "qdrant",
        ("qdrant-client", "PyStemmer", "bm25s"),
        "its own: prefetch of 20 dense and 20 sparse (BM25 weights, IDF modifier), RRF",
    ),
    System(
        "Qdrant Edge",
        "qdrant_edge",
        ("qdrant-edge-py",),
        "its own: `Bm25`, prefetch of 20 dense and 20 sparse, RRF; HNSW where `optimize` makes one",
    ),
    System(
        "Milvus Lite",
        "milvus",
        ("pymilvus", "milvus-lite"),
        "its own: BM25 function and AUTOINDEX, `hybrid_search`, RRF",
    ),
)
