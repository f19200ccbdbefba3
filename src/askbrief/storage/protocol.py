"""The seam between answers and storage: what every engine offers.

An engine holds the passages of one generation, in one place or divided into parts. Answers need few calls of it, and
they are the same with every engine: the same keys, verdict and marks, and scores that differ by 1e-6 at most.

    Head         what must be global and is small; the idf of a term comes from here, never from a part
    Texts        documents and passages as they are shown
    Engine       one opened, immutable generation: Head and Texts, and the calls that search its passages
    Generations  the generations of an index, and the switch from one to the next
    Memory       the citation keys that were shown

A part that is missing is an error (`IndexUnusable`), never a shorter answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self, TypeAlias

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from askbrief.language.names import NameIndex
    from askbrief.query.expansion import Query
    from askbrief.records import Document, IndexStatus, Metadata, Passage, Problem, RememberedQuote, Scope, Source, Span
    from askbrief.retrieval.bm25 import WeightedQuery
    from askbrief.retrieval.candidates import Candidates, FirstRanking, WeightedQuestion
    from askbrief.retrieval.scoring import PassageContent
    from askbrief.storage.embedded.manifest import SourceRow


Reference: TypeAlias = Any
"""What opens one generation and no other; each engine has its own, which can be compared, hashed and pickled."""


class DocumentEntry(Protocol):
    """A document without its text."""

    @property
    def doc_id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def metadata(self) -> Metadata: ...


class Head(Protocol):
    """What holds for a generation as a whole: its size, its documents, its names and the frequencies of its terms.

    The average length of a passage is part of the impacts that BM25 was compiled to, so no call needs it.
    """

    @property
    def names(self) -> NameIndex:
        """The names that stand for each other."""

    def status(self) -> IndexStatus:
        """Return the name, the age, the model and the size of the generation."""

    def source_rows(self) -> Sequence[SourceRow]:
        """Return every file below seeds/ as the build saw it."""

    def problems(self) -> list[Problem]:
        """Return the files that gave no text, with the reasons."""

    def sources(self, scope: Scope) -> list[Source]:
        """Return the documents that a scope admits, by `doc_id`."""

    def find_document(self, doc_id: str) -> DocumentEntry | None:
        """Return a document without its text; None if it is not in the generation."""

    def newest(self, scope: Scope) -> dt.date | None:
        """Return the last day of which a document in scope is dated, to which "last month" refers."""

    def weigh(self, query: Query) -> WeightedQuery:
        """Weigh the terms of a query by the number of passages that contain them."""

    def terms(self, letter: str) -> Sequence[str]:
        """Return the terms that begin with a letter, in order."""

    def first_letters(self) -> Sequence[str]:
        """Return the letters with which terms begin."""


class Texts(Protocol):
    """Documents and passages by name, key, number and place; positions of passages are their numbers."""

    def document(self, doc_id: str) -> Document | None:
        """Return a document with its text and blocks."""

    def text(self, doc_id: str) -> str:
        """Return the text of a document."""

    def documents_containing(self, text: str) -> Sequence[str]:
        """Return the documents that contain exactly this text."""

    def doc_ids(self) -> Mapping[str, Sequence[str]]:
        """Return all documents, in order, under the paths of the files that they were read from."""

    def source_of(self, doc_id: str) -> str:
        """Return the path below seeds/ of the file that a document was read from."""

    def doc_ids_of(self, source: str) -> Sequence[str]:
        """Return the documents that were read from a file, in order."""

    def passage(self, number: int) -> Passage:
        """Return a passage, verified."""

    def verified(self, passage: Passage) -> Passage:
        """Return the passage if it is its document's text at its offsets; else IndexDamaged: it must not be shown."""

    def key(self, number: int) -> str:
        """Return the citation key of a passage."""

    def find_key(self, key: str) -> int | None:
        """Return the number of the passage with a citation key."""

    def passage_at(self, doc_id: str, offset: int) -> int | None:
        """Return the number of the passage at an offset, or else of the last one before it."""

    def neighbourhood(self, number: int) -> tuple[str, Span]:
        """Return the document of a passage, and the span from the passage before it to the passage after it."""

    def passages_of(self, doc_id: str) -> Sequence[Passage]:
        """Return the passages of a document, in order."""

    def passages_within(self, doc_id: str, span: Span) -> list[tuple[str, Passage]]:
        """Return the passages of a document that overlap a span, with their keys, in order."""


class Engine(Protocol):
    """One opened, immutable generation. Threads may share it."""

    @property
    def head(self) -> Head:
        """What holds for the generation as a whole."""

    @property
    def texts(self) -> Texts:
        """Its documents and passages."""

    @property
    def reference(self) -> Reference:
        """What another process needs to open the same generation."""

    def first(self, question: WeightedQuestion, scope: Scope, ranking: FirstRanking) -> Candidates:
        """Rank the passages in scope, and return the best.

        The scope is applied first. BM25 and cosine are exact for the passages that are returned; a large index may
        leave out passages that a rough estimate makes unlikely. Parts are merged by (-ranking, passage number).
        """

    def look(self, numbers: Sequence[int]) -> list[PassageContent]:
        """Return passages with the titles and metadata of their documents and the vectors of their sentences."""

    def frequencies(self, terms: Sequence[str], scope: Scope, up_to: int | None = None) -> Mapping[str, int]:
        """Return the number of passages in scope that contain each analysed term; terms with none are left out.

        Counting may end with `up_to`, if any.
        """

    def passages_with(self, term: str, scope: Scope, count: int) -> Sequence[Passage]:
        """Return the first passages in scope that contain a term, in order."""

    def lexical_best(self, terms: Sequence[str], scope: Scope, count: int) -> Sequence[int]:
        """Return the numbers of the passages in scope with the highest BM25, best first."""

    def verify(self) -> int:
        """Compare every file with its checksum, and return the number of files; IndexDamaged if one differs."""

    def check_readable(self) -> None:
        """Read the first passage, or raise IndexDamaged."""

    def close(self) -> None:
        """Release the generation, so that a later build may remove it."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...


class Generations(Protocol):
    """The generations of one index."""

    def current(self) -> str | None:
        """Return the name of the newest generation; None if nothing has been built."""

    def lease(self) -> Engine:
        """Open the newest generation; it is not removed before the engine is closed."""

    def stage(self) -> AbstractContextManager[Any]:
        """Begin a generation that nobody sees yet; it is discarded unless it is published."""

    def publish(self, staged: Any, replaces: str | None) -> None:  # noqa: ANN401 - each engine has its own
        """Switch to a staged generation, by one atomic step.

        Args:
            staged: from `stage`.
            replaces: the generation that it was built from; None for none.

        Raises:
            BuildInProgress: another generation has become the newest meanwhile; it is kept.
        """

    def sweep(self) -> None:
        """Remove generations that nobody reads, except the newest, and what broken builds have left."""


class Memory(Protocol):
    """The citation keys that were shown, and the quotes under them."""

    def remember(self, shown: Iterable[RememberedQuote]) -> None:
        """Keep quotes; a key that is known keeps its first quote. LedgerError if they cannot be written."""

    def recall(self, key: str) -> RememberedQuote | None:
        """Return the quote that was first shown under a key; LedgerError if it cannot be read."""

    def close(self) -> None:
        """Release the memory."""
