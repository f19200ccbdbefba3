"""The interface of a peer: documents, questions and a model go in, passages with offsets come out."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from askbrief.ingest.splitting import MAX_WORDS, split_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from askbrief.core.progress import Progress
    from askbrief.evaluation.question_sets import QuestionSet
    from benchmarks.peers.vectors import Vectors

__all__ = ["MAX_WORDS", "Chunk", "Finder", "Found", "Material", "Opened", "count_words"]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a peer, and its place in the document; without offsets if it does not occur there."""

    doc_id: str
    text: str
    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that a peer returned, with its score, or None if the peer gives no scores."""

    chunk: Chunk
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A peer with its index; returns the best passage first."""

    ask: Callable[[str], Sequence[Found]]
    chunks: int
    lost: int
    """Number of its passages that do not occur in the documents."""

    @classmethod
    def of(cls, chunks: Sequence[Chunk], ask: Callable[[str], Sequence[Found]]) -> Self:
        """Count the passages, and those without offsets."""
        return cls(ask, len(chunks), sum(chunk.start is None for chunk in chunks))


@dataclass(frozen=True, slots=True)
class Material:
    """The input of a peer."""

    questions: QuestionSet
    model: Vectors
    progress: Progress
    scratch: Path
    """A folder for files, deleted afterwards."""

    def askbrief_passages(self) -> list[Chunk]:
        """Return askbrief's passages, as plain text without titles, for peers without a splitter."""
        sources = self.questions.sources()
        self.progress.stage("splitting", len(sources))
        chunks = []
        for source in sources:
            for document in source.parse().documents:
                chunks += [
                    Chunk(p.doc_id, p.text, p.start, p.end) for p in split_document(document, self.model).passages
                ]
            self.progress.advance()
        return chunks

    def encode(self, texts: Sequence[str]) -> None:
        """Encode all these texts and all questions, so that later requests are cached."""
        self.model.prepare([*texts, *(question.question for question in self.questions.questions)], self.progress)

    def located(self, pieces: Iterable[tuple[str, str, int | None]]) -> list[Chunk]:
        """Locate the pieces of a splitter in their documents.

        Args:
            pieces: document, text, and its start according to the splitter; the pieces of a document in order.
        """
        finders = {doc_id: Finder(text) for doc_id, text in self.questions.texts.items()}
        return [finders[doc_id].chunk(doc_id, text, start) for doc_id, text, start in pieces]


class Finder:
    r"""Locates the pieces of a text, in the order in which they were cut; they may overlap.

    >>> finder = Finder("One two.\n\nTwo three. Two three.")
    >>> [finder.find(piece) for piece in ("One two.", "Two three.", "two.  Two", "Two three.", "Four")]
    [(0, 8), (10, 20), None, (21, 31), None]
    >>> Finder("One two.\n\nTwo three.").find("two. Two")
    (4, 13)
    """

    def __init__(self, text: str) -> None:
        """Set the whole text."""
        self._text = text
        self._next = 0

    def chunk(self, doc_id: str, piece: str, start: int | None = None) -> Chunk:
        """Return a piece with its offsets; a given start is used if the piece is there."""
        if start is not None and start >= 0 and piece and self._text.startswith(piece, start):
            self._next = start + 1
            return Chunk(doc_id, piece, start, start + len(piece))
        found = self.find(piece)
        return Chunk(doc_id, piece, *(found or (None, None)))

    def find(self, piece: str) -> tuple[int, int] | None:
        """Return the first place of a piece after the start of the previous one, if necessary ignoring white space."""
        start = self._text.find(piece, self._next) if piece.strip() else -1
        found = (start, start + len(piece)) if start >= 0 else self._find_words(piece)
        if found:
            self._next = found[0] + 1
        return found

    def _find_words(self, piece: str) -> tuple[int, int] | None:
        wanted = "".join(piece.split())
        at = self._squeezed.find(wanted, bisect_left(self._places, self._next)) if wanted else -1
        return (self._places[at], self._places[at + len(wanted) - 1] + 1) if at >= 0 else None

    @cached_property
    def _places(self) -> list[int]:
        return [place for place, character in enumerate(self._text) if not character.isspace()]

    @cached_property
    def _squeezed(self) -> str:
        return "".join(self._text.split())


def count_words(text: str) -> int:
    """Count the words of a text, separated by white space; this count limits every splitter."""
    return len(text.split())
