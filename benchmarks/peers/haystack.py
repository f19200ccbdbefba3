"""Haystack: its two in-memory retrievers, joined by reciprocal rank fusion, with its own splitter."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from haystack import Document
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore

from askbrief.evaluation.question_sets import DEPTH
from benchmarks.peers.material import MAX_WORDS, Found, Opened

if TYPE_CHECKING:
    from benchmarks.peers.material import Material

OVERLAP = MAX_WORDS * 32 // 512
"""The tutorial on hybrid retrieval splits by word at 512 with an overlap of 32."""


def open_index(material: Material) -> Opened:
    """Split, encode and store the documents as the tutorial on hybrid retrieval does, in shorter passages."""
    splitter = DocumentSplitter(split_by="word", split_length=MAX_WORDS, split_overlap=OVERLAP)
    whole = [Document(content=d.text, meta={"doc_id": d.doc_id, "title": d.title}) for d in material.questions.corpus]
    pieces = splitter.run(documents=whole)["documents"]
    chunks = material.located((p.meta["doc_id"], p.content, p.meta["split_idx_start"]) for p in pieces)
    by_id = dict(zip((piece.id for piece in pieces), chunks, strict=True))

    texts = [piece.content for piece in pieces]
    material.encode(texts)
    rows = zip(pieces, material.model.encode_documents(texts), strict=True)
    store = InMemoryDocumentStore()
    store.write_documents([replace(piece, embedding=vector.tolist()) for piece, vector in rows])
    lexical = InMemoryBM25Retriever(document_store=store, top_k=DEPTH)
    dense = InMemoryEmbeddingRetriever(document_store=store, top_k=DEPTH)
    joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion")

    def ask(question: str) -> list[Found]:
        vector = material.model.encode_query(question).tolist()
        lists = [lexical.run(query=question)["documents"], dense.run(query_embedding=vector)["documents"]]
        joined = joiner.run(documents=lists)["documents"]
        return [Found(by_id[document.id], document.score) for document in joined[:DEPTH]]

    return Opened.of(chunks, ask)
