"""The peers of benchmarks/quality.py, one module each; their packages are installed only for this comparison."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version


@dataclass(frozen=True, slots=True)
class Peer:
    """A system that answers questions with passages."""

    name: str
    module: str
    """Name of the module in this package; its `open_index` takes the material and returns an index."""
    packages: tuple[str, ...]
    """The packages that it needs; a cached result is valid for their versions."""
    setup: str
    """Its set-up, in a few words of Markdown."""
    splits: bool = False
    """Whether it uses its own splitter; otherwise it gets askbrief's passages, as plain text without titles."""

    def versions(self) -> dict[str, str]:
        """Return the version of each package, empty if it is not installed."""
        return {package: _version(package) for package in self.packages}

    def missing(self) -> list[str]:
        """Return the packages that are not installed."""
        return [package for package, found in self.versions().items() if not found]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


OURS = Peer(
    "askbrief",
    "askbrief",
    ("askbrief", "nupunkt", "PyStemmer", "rank-bm25"),
    "as it comes; title and section are in what it indexes and encodes",
    splits=True,
)
PEERS = (
    OURS,
    Peer("rank-bm25", "rank_bm25", ("rank-bm25",), "`BM25Okapi`, lower-cased words between white space"),
    Peer("bm25s", "bm25s", ("bm25s", "PyStemmer"), "its quick start: English stop words, English stemmer"),
    Peer("dense", "dense", ("numpy",), "exact cosine"),
    Peer("txtai", "txtai", ("txtai", "faiss-cpu"), "`Embeddings(hybrid=True, content=True)`"),
    Peer("LanceDB", "lancedb", ("lancedb",), '`FTS()` index, `query_type="hybrid"`, default reranker (RRF)'),
    Peer(
        "Haystack",
        "haystack",
        ("haystack-ai",),
        "`InMemoryBM25Retriever`, `InMemoryEmbeddingRetriever`, `DocumentJoiner(reciprocal_rank_fusion)`; "
        "`DocumentSplitter` by word, 120, overlap 7",
        splits=True,
    ),
    Peer(
        "LlamaIndex",
        "llama_index",
        ("llama-index-core", "llama-index-retrievers-bm25", "bm25s", "PyStemmer"),
        "`QueryFusionRetriever(reciprocal_rerank, num_queries=1)` of `VectorStoreIndex` and `BM25Retriever`; "
        "`SentenceSplitter`, 120 words, overlap 23; the title as metadata, which it encodes",
        splits=True,
    ),
    Peer(
        "LangChain",
        "langchain",
        ("langchain-classic", "langchain-community", "langchain-text-splitters", "rank-bm25", "faiss-cpu"),
        "`EnsembleRetriever` of `BM25Retriever`, which tells capitals from small letters, and `FAISS`; "
        "`RecursiveCharacterTextSplitter`, 120 words, overlap 24",
        splits=True,
    ),
)
