"""The one place that picks an engine for an index; so far there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.storage.embedded.engine import EmbeddedEngine
from askbrief.storage.embedded.generation import Generation, current_name

if TYPE_CHECKING:
    from pathlib import Path

    from askbrief.storage.embedded.generation import GenerationReference


def open_engine(index: Path) -> EmbeddedEngine:
    """Open the newest generation of an index; no model is loaded.

    Raises:
        IndexMissing: nothing has been built there.
        IndexDamaged, IndexMismatch: it cannot be opened.
    """
    return EmbeddedEngine.open_current(index)


def open_reference(reference: GenerationReference) -> EmbeddedEngine:
    """Open the generation that another process has open.

    Raises:
        IndexDamaged, IndexMismatch: it cannot be opened.
        FileNotFoundError: it has been removed.
    """
    return EmbeddedEngine(Generation(reference.folder, reference.sha256))


def current_generation(index: Path) -> str | None:
    """Return the name of the newest generation of an index; None if nothing has been built.

    Raises:
        IndexDamaged: the file that names it cannot be read.
    """
    return current_name(index)
