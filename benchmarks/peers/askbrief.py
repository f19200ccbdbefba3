"""askbrief itself, with its defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.evaluation.question_sets import DEPTH
from askbrief.ingest.build import build_from
from askbrief.library import Library
from askbrief.settings import load_settings
from benchmarks.peers.material import Chunk, Found, Opened

if TYPE_CHECKING:
    from benchmarks.peers.material import Material


def open_index(material: Material) -> Opened:
    """Build a generation and open it; the score of the first hit is the confidence in the whole answer."""
    index = material.scratch / "index"
    material.encode([])
    build_from(material.questions.sources(), index, material.model, progress=material.progress)
    library = Library.open(index, encoder=material.model, settings=load_settings())

    def ask(question: str) -> list[Found]:
        answer = library.ask(question, DEPTH)
        return [Found(Chunk(hit.doc_id, hit.quote, hit.start, hit.end), answer.confidence) for hit in answer.hits]

    return Opened(ask, chunks=library.status().passages, lost=0)
