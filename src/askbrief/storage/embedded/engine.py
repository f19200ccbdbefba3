"""The default engine: one opened generation on this machine, behind the calls that every engine offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from askbrief.records import IndexStatus, Scope
from askbrief.storage.embedded.generation import Generation

if TYPE_CHECKING:
    from pathlib import Path

    from askbrief.records import Metadata, Passage, Problem, Source
    from askbrief.storage.embedded.generation import GenerationReference
    from askbrief.storage.embedded.manifest import SourceRow


class EmbeddedEngine:
    """One immutable generation in files on this machine. Threads may share it."""

    def __init__(self, generation: Generation) -> None:
        """Take an opened generation; closing the engine closes it."""
        self.generation = generation

    @classmethod
    def open_current(cls, index: Path) -> Self:
        """Open the newest generation of an index folder.

        Raises:
            IndexMissing: nothing has been built there.
            IndexDamaged, IndexMismatch: it cannot be opened.
        """
        return cls(Generation.open_current(index))

    def close(self) -> None:
        """Close the files, so that a later build may remove the generation."""
        self.generation.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------------------------------------- the generation

    @property
    def reference(self) -> GenerationReference:
        """What another process needs to open the same generation."""
        return self.generation.reference

    def status(self) -> IndexStatus:
        """Return what the generation holds."""
        manifest = self.generation.manifest
        return IndexStatus(
            generation=manifest.generation,
            built_at=manifest.built_at,
            model=manifest.versions.model,
            dimension=manifest.versions.dimension,
            documents=manifest.documents,
            passages=manifest.passages,
            terms=manifest.terms,
        )

    def source_rows(self) -> tuple[SourceRow, ...]:
        """Return every file below seeds/ as the build saw it."""
        return self.generation.sources()

    def problems(self) -> list[Problem]:
        """Return the files that gave no text, with the reasons."""
        return self.generation.problems()

    def verify(self) -> int:
        """Compare the checksum of every file with the manifest, and return the number of files.

        Raises:
            IndexDamaged: a file differs.
        """
        self.generation.verify()
        return len(self.generation.manifest.checksums)

    def check_readable(self) -> None:
        """Read the first passage.

        Raises:
            IndexDamaged: it cannot be read.
        """
        self.generation.store.passages([0] if self.generation.manifest.passages else [])

    # -------------------------------------------------------------------------------------------------- documents

    def sources(self, scope: Scope) -> list[Source]:
        """Return the documents that a scope admits, by `doc_id`."""
        return self.generation.store.sources(scope)

    def documents_by_source(self) -> dict[str, list[str]]:
        """Return every document, in order, under the path of the file that it was read from."""
        return self.generation.store.doc_ids()

    def source_of(self, doc_id: str) -> str:
        """Return the path below seeds/ of the file that a document was read from."""
        return self.generation.store.source_of(doc_id)

    def documents_of(self, source: str) -> list[str]:
        """Return the documents that were read from a file, in order."""
        return self.generation.store.doc_ids_of(source)

    def find_metadata(self, doc_id: str) -> Metadata | None:
        """Return a document's metadata; None if the document is not in the index."""
        return self.generation.store.find_metadata(doc_id)

    def title(self, doc_id: str) -> str:
        """Return a document's title."""
        return self.generation.store.title(doc_id)

    def text(self, doc_id: str) -> str:
        """Return a document's text."""
        return self.generation.store.text(doc_id)

    def passages_of(self, doc_id: str) -> list[Passage]:
        """Return the passages of a document, in order."""
        return self.generation.store.passages_of(doc_id)
