"""LangChain: EnsembleRetriever of BM25Retriever and a FAISS store, over its RecursiveCharacterTextSplitter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_classic.retrievers import EnsembleRetriever
from langchain_community.retrievers import BM25Retriever
from langchain_community.vectorstores import FAISS
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from askbrief.evaluation.question_sets import DEPTH
from benchmarks.peers.material import MAX_WORDS, Found, Opened, count_words

if TYPE_CHECKING:
    from benchmarks.peers.material import Material
    from benchmarks.peers.vectors import Vectors

OVERLAP = MAX_WORDS * 200 // 1000
"""The documentation splits at 1000 characters with an overlap of 200."""


class Embedding(Embeddings):  # type: ignore[misc]
    """The model, in the form that LangChain expects."""

    def __init__(self, model: Vectors) -> None:
        self._model = model

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        rows: list[list[float]] = self._model.encode_documents(texts).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


def open_index(material: Material) -> Opened:
    """Split and index. Its own start index counts the overlap in characters, so the passages are located instead."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=MAX_WORDS, chunk_overlap=OVERLAP, length_function=count_words)
    corpus = material.questions.corpus
    whole = [Document(page_content=d.text, metadata={"doc_id": d.doc_id, "title": d.title}) for d in corpus]
    pieces = splitter.split_documents(whole)
    chunks = material.located((piece.metadata["doc_id"], piece.page_content, None) for piece in pieces)
    for number, piece in enumerate(pieces):
        piece.metadata["number"] = number

    material.encode([piece.page_content for piece in pieces])
    lexical = BM25Retriever.from_documents(pieces)
    lexical.k = DEPTH
    dense = FAISS.from_documents(pieces, Embedding(material.model)).as_retriever(search_kwargs={"k": DEPTH})
    ensemble = EnsembleRetriever(retrievers=[lexical, dense], weights=[0.5, 0.5])

    def ask(question: str) -> list[Found]:
        return [Found(chunks[hit.metadata["number"]]) for hit in ensemble.invoke(question)[:DEPTH]]

    return Opened.of(chunks, ask)
