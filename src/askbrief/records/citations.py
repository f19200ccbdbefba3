"""A citation key, resolved."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from askbrief.records.documents import Metadata


class Style(StrEnum):
    """How a citation is written."""

    PLAIN = "plain"
    MARKDOWN = "markdown"
    FOOTNOTE = "footnote"
    JSON = "json"


class CitationStatus(StrEnum):
    """How a quote that was once shown stands in today's sources."""

    INTACT = "intact"  # the same words at the same place
    MOVED = "moved"  # the same words elsewhere, in the same document or in another
    CHANGED = "changed"  # similar words in its place
    GONE = "gone"  # nothing like it


@dataclass(frozen=True, slots=True)
class RememberedQuote:
    """A quote as it was first shown under a citation key."""

    key: str
    doc_id: str
    title: str
    metadata: Metadata
    locator: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class CurrentQuote:
    """What is in the place of a quote today; without a locator where the document has no places."""

    doc_id: str
    locator: str | None
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation key resolved: the quote as it was shown, and what today's sources have in its place.

    `current_text`, `current_start` and `current_end` are None where the quote is gone.
    """

    key: str
    status: CitationStatus
    doc_id: str
    title: str
    metadata: Metadata
    locator: str
    start: int
    end: int
    quote: str
    current_doc_id: str | None = None
    current_locator: str | None = None
    current_start: int | None = None
    current_end: int | None = None
    current_text: str | None = None

    @property
    def current(self) -> CurrentQuote | None:
        """What is in the place of the quote today; None if it is gone."""
        doc_id, start, end = self.current_doc_id, self.current_start, self.current_end
        if doc_id is None or start is None or end is None:
            return None
        return CurrentQuote(doc_id, self.current_locator, start, end, self.current_text or "")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A citation with the words before and after it today; both empty where the quote is gone."""

    citation: Citation
    before: str = ""
    after: str = ""
