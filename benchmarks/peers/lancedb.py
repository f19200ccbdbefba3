"""LanceDB: a table with a full-text index, `query_type="hybrid"`, and its default reranker (reciprocal rank fusion)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lancedb
from lancedb.index import FTS

from askbrief.evaluation.question_sets import DEPTH
from benchmarks.peers.material import Found, Opened

if TYPE_CHECKING:
    from benchmarks.peers.material import Material


def open_index(material: Material) -> Opened:
    """Store askbrief's passages with their vectors; no vector index, so that search is exact."""
    chunks = material.askbrief_passages()
    texts = [chunk.text for chunk in chunks]
    material.encode(texts)
    rows = zip(texts, material.model.encode_documents(texts), strict=True)
    data = [{"number": number, "text": text, "vector": vector} for number, (text, vector) in enumerate(rows)]
    table = lancedb.connect(str(material.scratch / "lancedb")).create_table("passages", data=data)
    table.create_index("text", config=FTS())

    def ask(question: str) -> list[Found]:
        query = table.search(query_type="hybrid").vector(material.model.encode_query(question)).text(question)
        return [Found(chunks[row["number"]], row["_relevance_score"]) for row in query.limit(DEPTH).to_list()]

    return Opened.of(chunks, ask)
