"""LanceDB's own hybrid search (docs.lancedb.com, "Hybrid Search"): FTS index, `query_type="hybrid"`, RRF reranker.

There is no vector index, as on that page: the nearest vectors are found exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lancedb
import pyarrow as pa
from lancedb.index import FTS

from benchmarks.speed.material import DIMENSION, TOP

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.speed.material import Ask, Material, Vector


def build(material: Material, folder: Path) -> None:
    """Create the table from an Arrow table, then the index of its texts."""
    values = pa.array(material.vectors().reshape(-1))
    vectors = pa.FixedSizeListArray.from_arrays(values, DIMENSION)
    data = pa.table({"text": material.texts(), "vector": vectors})
    lancedb.connect(str(folder)).create_table("passages", data=data).create_index("text", config=FTS())


def open_index(material: Material, folder: Path, state: Path) -> Ask:  # noqa: ARG001 - all of these look alike
    """Open the table."""
    table = lancedb.connect(str(folder)).open_table("passages")

    def ask(question: str, vector: Vector) -> list[str]:
        rows = table.search(query_type="hybrid").vector(vector).text(question).limit(TOP).to_list()
        return [row["text"] for row in rows]

    return ask
