"""The one place that picks an engine for an index; so far there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.storage.embedded.engine import EXACT_UP_TO, EmbeddedEngine, EmbeddedGenerations
from askbrief.storage.embedded.generation import Generation

if TYPE_CHECKING:
    from pathlib import Path

    from askbrief.storage.protocol import Engine, Generations, Reference


def generations_of(index: Path, exact_up_to: int = EXACT_UP_TO) -> Generations:
    """Return the generations of an index; see `open_engine` for the arguments."""
    return EmbeddedGenerations(index, exact_up_to)


def open_engine(index: Path, exact_up_to: int = EXACT_UP_TO) -> Engine:
    """Open the newest generation of an index; no model is loaded.

    Args:
        index: the index folder.
        exact_up_to: with more passages than this, a shortlist of the likeliest is ranked.

    Raises:
        IndexMissing: nothing has been built there.
        IndexDamaged, IndexMismatch: it cannot be opened.
    """
    return generations_of(index, exact_up_to).lease()


def open_reference(reference: Reference, exact_up_to: int = EXACT_UP_TO) -> Engine:
    """Open the generation that another process has open; FileNotFoundError if it has been removed."""
    return EmbeddedEngine(Generation(reference.folder, reference.sha256), exact_up_to)


def current_generation(index: Path) -> str | None:
    """Return the name of the newest generation of an index; None if nothing has been built."""
    return generations_of(index).current()
