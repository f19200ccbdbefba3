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
    from askbrief.reading.extract import Reading

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
    """Adds the documents of files to a store, and keeps what is to be said of them."""

    def __init__(
        self, store: StoreWriter, encoder: Encoder, previous: Previous | None, rows: Sequence[SourceRow] = ()
    ) -> None:
        """Take where documents go, the encoder whose input passages must fit, and what there was before."""
        self._store = store
        self._encoder = encoder
        self._previous = previous
        self._rows = {row.path: row for row in rows}
        self._taken: set[str] = set()
        self.portions: list[Portion] = []
        self.aliases: Sequence[Sequence[str]] = ()

    def wants(self, file: SourceFile) -> bool:
        """Whether a file must be read for `add`."""
        return not file.row.problem and file.read_aliases is None and self._kept(file) is None

    def add(self, file: SourceFile, readings: Iterator[Reading | ReadingError]) -> SourceRow:
        """Add what a file gave, the next of those that were read, or as it was; the row says what it did not give."""
        if file.row.problem:
            return file.row
        kept = self._kept(file)
        try:
            if file.read_aliases is not None:
                self.aliases = file.read_aliases()
                return file.row
            return self._take_over(file.row, kept) if kept else self._add(file.row, next(readings))
        except ReadingError as error:
            return file.row.model_copy(update={"problem": str(error)})

    def gone(self) -> Iterator[str]:
        """The words of each passage of the previous generation that was not taken over."""
        if self._previous is not None:
            for path, kept in self._previous.files.items():
                if path not in self._taken:
                    yield from self._previous.texts(kept.first, kept.last)

    def _kept(self, file: SourceFile) -> Kept | None:
        kept = self._previous.files.get(file.row.path) if self._previous else None
        return kept if kept and kept.fingerprint == file.row.fingerprint else None

    def _take_over(self, row: SourceRow, kept: Kept) -> SourceRow:
        first = self._store.passages
        self._store.take_over(kept)
        self._taken.add(row.path)
        self._note(first, kept.first)
        before = self._rows[row.path]
        return row.model_copy(update={"failed": before.failed, "warnings": before.warnings})

    def _add(self, row: SourceRow, reading: Reading | ReadingError) -> SourceRow:
        if isinstance(reading, ReadingError):
            raise reading
        first, failed, warnings = self._store.passages, list(reading.failed), list(reading.warnings)
        for document in reading.documents:
            done = split(document, self._encoder)
            digests = [passage_digest(text, one) for one, text in zip(done.passages, done.encoded_texts, strict=True)]
            if done.passages:
                self._store.add(document, row, done.passages, digests)
            elif document.doc_id != row.path:
                failed.append(Problem(document.doc_id, EMPTY))
            if done.cut_sentences:
                warnings.append(Problem(document.doc_id, _cut(done.cut_sentences)))
        if self._store.passages == first:
            return row.model_copy(update={"problem": _nothing(failed, warnings), "failed": tuple(failed)})
        self._note(first, None)
        return row.model_copy(update={"failed": tuple(failed), "warnings": tuple(warnings)})

    def _note(self, first: int, kept: int | None) -> None:
        """Note passages that were added; those that follow the ones before in either generation are one portion."""
        before = self.portions[-1] if self.portions else None
        follows = before and (kept is None if before.kept is None else kept == before.kept + before.size)
        if before and follows:
            self.portions[-1] = Portion(before.first, self._store.passages, before.kept)
        else:
            self.portions.append(Portion(first, self._store.passages, kept))


def _cut(sentences: int) -> str:
    return f"{'1 sentence was' if sentences == 1 else f'{sentences} sentences were'} too long for one passage, and cut"


def _nothing(failed: Sequence[Problem], warnings: Sequence[Problem]) -> str:
    """Why a file gave no passages: it holds none, or none that could be read."""
    if failed:
        return "holds no file that could be read"
    return f"{EMPTY}: {warnings[0].reason}" if warnings else EMPTY
