"""What goes into a generation, document by document: taken over as it was, or read, split and added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from askbrief.errors import ReadingError
from askbrief.indexing.passages import split
from askbrief.indexing.writer import passage_digest
from askbrief.records import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from askbrief.indexing.manifest import SourceRow
    from askbrief.indexing.previous import Kept, Previous
    from askbrief.indexing.sources import SourceFile
    from askbrief.indexing.writer import StoreWriter
    from askbrief.ranking.encoder import Encoder
    from askbrief.records import Document

EMPTY = "holds no text"


@dataclass(frozen=True, slots=True)
class Portion:
    """The passages first..last - 1 of the new generation: those from `kept` on in the previous one, or new ones."""

    first: int
    last: int
    kept: int | None

    @property
    def size(self) -> int:
        return self.last - self.first


class Intake:
    """Adds documents to a store and keeps what is to be said of them."""

    def __init__(self, store: StoreWriter, encoder: Encoder, previous: Previous | None) -> None:
        """Take where documents go, the encoder whose input passages must fit, and what there was before."""
        self._store = store
        self._encoder = encoder
        self._previous = previous
        self._taken: set[int] = set()
        self.portions: list[Portion] = []
        self.warnings: list[Problem] = []
        self.aliases: Sequence[Sequence[str]] = ()

    def wants(self, file: SourceFile) -> bool:
        """Whether a file must be read for `add`."""
        return not file.row.problem and file.read_aliases is None and self._kept(file) is None

    def add(self, file: SourceFile, documents: Iterator[Document | ReadingError]) -> SourceRow:
        """Add one document, the next one of those that were read, or as it was; no text is a row that says why."""
        if file.row.problem:
            return file.row
        kept = self._kept(file)
        try:
            if file.read_aliases is not None:
                self.aliases = file.read_aliases()
                return file.row
            cut = self._take_over(kept) if kept else self._add(file, next(documents))
        except ReadingError as error:
            return file.row.model_copy(update={"problem": str(error)})
        if cut:
            what = "1 sentence was" if cut == 1 else f"{cut} sentences were"
            self.warnings.append(Problem(file.row.path, f"{what} too long for one passage, and cut"))
        return file.row

    def gone(self) -> Iterator[str]:
        """The words of each passage of the previous generation that was not taken over."""
        if self._previous is not None:
            for kept in self._previous.documents.values():
                if kept.number not in self._taken:
                    yield from self._previous.texts(kept.first, kept.last)

    def _kept(self, file: SourceFile) -> Kept | None:
        kept = self._previous.documents.get(file.row.path) if self._previous else None
        return kept if kept and kept.fingerprint == file.fingerprint else None

    def _take_over(self, kept: Kept) -> int:
        first = self._store.passages
        self._store.take_over(kept)
        self._taken.add(kept.number)
        self._note(first, kept.first)
        return kept.cut_sentences

    def _add(self, file: SourceFile, document: Document | ReadingError) -> int:
        if isinstance(document, ReadingError):
            raise document
        done = split(document, self._encoder)
        if not done.passages:
            raise ReadingError(EMPTY)
        digests = [
            passage_digest(text, passage) for passage, text in zip(done.passages, done.encoded_texts, strict=True)
        ]
        first = self._store.passages
        self._store.add(document, file.fingerprint, done.passages, digests, done.cut_sentences)
        self._note(first, None)
        return done.cut_sentences

    def _note(self, first: int, kept: int | None) -> None:
        """Note passages that were added; those that follow the ones before in either generation are one portion."""
        before = self.portions[-1] if self.portions else None
        follows = before and (kept is None if before.kept is None else kept == before.kept + before.size)
        if before and follows:
            self.portions[-1] = Portion(before.first, self._store.passages, before.kept)
        else:
            self.portions.append(Portion(first, self._store.passages, kept))
