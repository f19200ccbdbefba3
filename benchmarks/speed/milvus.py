"""Milvus Lite's own hybrid search (its README, and milvus.io, "Multi-Vector Hybrid Search"): BM25 function, RRF.

The dense vectors have the AUTOINDEX of that page, with the inner product.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pymilvus import AnnSearchRequest, DataType, Function, FunctionType, MilvusClient, RRFRanker

from benchmarks.speed.material import DIMENSION, TOP, batches

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.speed.material import Ask, Material, Vector

AT_ONCE = 1_000
_LONGEST = 65_535


def build(material: Material, folder: Path) -> None:
    """Create the collection with its indexes, and insert."""
    client = MilvusClient(str(folder / "milvus.db"))
    schema = MilvusClient.create_schema(auto_id=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("text", DataType.VARCHAR, max_length=_LONGEST, enable_analyzer=True)
    schema.add_field("dense", DataType.FLOAT_VECTOR, dim=DIMENSION)
    schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(Function("bm25", FunctionType.BM25, ["text"], ["sparse"]))
    indexes = client.prepare_index_params()
    indexes.add_index("dense", index_type="AUTOINDEX", metric_type="IP")
    indexes.add_index("sparse", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
    client.create_collection("passages", schema=schema, index_params=indexes)
    texts, vectors = material.texts(), material.vectors()
    for places in batches(len(texts), AT_ONCE):
        client.insert("passages", [{"id": n, "text": texts[n], "dense": vectors[n].tolist()} for n in places])
    client.flush("passages")
    client.close()


def open_index(material: Material, folder: Path, state: Path) -> Ask:  # noqa: ARG001 - all of these look alike
    """Open the file, and load the collection."""
    client = MilvusClient(str(folder / "milvus.db"))
    client.load_collection("passages")

    def ask(question: str, vector: Vector) -> list[str]:
        requests = [
            AnnSearchRequest([vector.tolist()], "dense", {"metric_type": "IP"}, limit=TOP),
            AnnSearchRequest([question], "sparse", {"metric_type": "BM25"}, limit=TOP),
        ]
        hits = client.hybrid_search("passages", requests, RRFRanker(), limit=TOP, output_fields=["text"])[0]
        return [hit["entity"]["text"] for hit in hits]

    return ask
