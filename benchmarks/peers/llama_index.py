"""LlamaIndex: QueryFusionRetriever over a VectorStoreIndex and a BM25Retriever, over nodes of its SentenceSplitter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llama_index.core import Document, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import MetadataMode
from llama_index.retrievers.bm25 import BM25Retriever
from pydantic import PrivateAttr

from askbrief.evaluation.question_sets import DEPTH
from benchmarks.peers.material import MAX_WORDS, Found, Opened

if TYPE_CHECKING:
    from benchmarks.peers.material import Material
    from benchmarks.peers.vectors import Vectors

OVERLAP = MAX_WORDS * 200 // 1024
"""The splitter's defaults are 1024 and 200."""


class Embedding(BaseEmbedding):  # type: ignore[misc]
    """The model, in the form that LlamaIndex expects."""

    _model: Vectors = PrivateAttr()

    def __init__(self, model: Vectors) -> None:
        super().__init__(model_name=model.model_id)
        self._model = model

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        rows: list[list[float]] = self._model.encode_documents(texts).tolist()
        return rows

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embeddings([query])[0]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


def open_index(material: Material) -> Opened:
    """Split and index; each node is encoded and counted with its document's metadata, here the title."""
    splitter = SentenceSplitter(chunk_size=MAX_WORDS, chunk_overlap=OVERLAP, tokenizer=str.split)
    whole = [Document(id_=d.doc_id, text=d.text, metadata={"title": d.title}) for d in material.questions.corpus]
    nodes = splitter.get_nodes_from_documents(whole)
    chunks = material.located((node.ref_doc_id, node.text, node.start_char_idx) for node in nodes)
    by_id = dict(zip((node.node_id for node in nodes), chunks, strict=True))

    material.encode([node.get_content(MetadataMode.EMBED) for node in nodes])
    dense = VectorStoreIndex(nodes, embed_model=Embedding(material.model)).as_retriever(similarity_top_k=DEPTH)
    lexical = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=DEPTH)
    fused = QueryFusionRetriever(
        [dense, lexical],
        llm=MockLLM(),  # never called: there is one query
        mode="reciprocal_rerank",
        similarity_top_k=DEPTH,
        num_queries=1,
        use_async=False,
    )

    def ask(question: str) -> list[Found]:
        return [Found(by_id[hit.node.node_id], hit.score) for hit in fused.retrieve(question)]

    return Opened.of(chunks, ask)
