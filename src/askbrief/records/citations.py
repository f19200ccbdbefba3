"""Citations: their keys, styles and status.

A key is short enough to type, and is derived from the document and the exact span:

    emboldened-resurgent-ttp-k7f3qa
    └── title, for people ─┘ └ document, offsets and text, hashed

The same passage of an unchanged document has the same key in every index, on every machine.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from askbrief.core.text import pattern
from askbrief.errors import InputError

if TYPE_CHECKING:
    from askbrief.records.documents import Metadata, Passage

SHORTEST_HASH = 6
MAX_KEY_CHARS = 80
_MAX_SLUG_CHARS = 28
_SMALL_WORDS = frozenset("a an and as at by for from in into is of on or the to with".split())
_KEY = pattern(r"[\p{L}\p{M}\p{N}]+(?:-[\p{L}\p{M}\p{N}]+)*")
_WORD = pattern(r"\p{M}*[\p{L}\p{N}][\p{L}\p{M}\p{N}]*")
"""A word of a title; one of marks alone could not be typed."""


class Style(StrEnum):
    """How a citation is written."""

    PLAIN = "plain"
    MARKDOWN = "markdown"
    FOOTNOTE = "footnote"
    JSON = "json"


class CitationStatus(StrEnum):
    """What became of a quote that was once shown."""

    INTACT = "intact"  # the same words, at the same place
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
    """What is in the place of a quote today."""

    doc_id: str
    locator: str | None
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation key resolved: the quote as it was shown, and what is in its place today.

    The fields `current_*` are None if the quote is gone.
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
    """A citation with today's text before and after it; both are empty if the quote is gone."""

    citation: Citation
    before: str = ""
    after: str = ""


def citation_key(title: str, passage: Passage, *, hash_length: int = SHORTEST_HASH) -> str:
    """Return a passage's key: words of the title, and a hash that is longer if another passage has the shorter key."""
    import base64
    import hashlib  # only a build makes keys; every command imports the records

    identity = f"{passage.doc_id}\0{passage.start}\0{passage.end}\0{passage.text}".encode()
    letters = base64.b32encode(hashlib.sha256(identity).digest()).decode().lower()
    return f"{slug(title)}-{letters[:hash_length]}"


def slug(title: str) -> str:
    """Return the first words of a title that are not small ones, joined by hyphens.

    >>> slug("The Taliban's return: what Pakistan got wrong, and why")
    'talibans-return-what'
    """
    plain = _folded(unicodedata.normalize("NFKC", title).replace("'", "").replace("’", ""))
    words = _WORD.findall(plain)
    chosen: list[str] = []
    for word in [word for word in words if word not in _SMALL_WORDS] or words:
        if len("-".join([*chosen, word])) > _MAX_SLUG_CHARS:
            break
        chosen.append(word)
    return "-".join(chosen) or (words[0][:_MAX_SLUG_CHARS] if words else "doc")


def parse_key(text: str) -> str:
    """Parse a key as people paste it: in brackets, with a caret, in capitals.

    Raises:
        InputError: the text does not look like a key.

    >>> parse_key(" [^Emboldened-Resurgent-TTP-K7F3QA] ")
    'emboldened-resurgent-ttp-k7f3qa'
    """
    key = _folded(unicodedata.normalize("NFKC", text).strip().strip("[]()`^:'\"<>").strip())
    if len(key) > MAX_KEY_CHARS or not _KEY.fullmatch(key) or "-" not in key:
        raise InputError(f"not a citation key: {text[:60]!r} (keys look like 'ttp-report-k7f3qa')")
    return key


def _folded(text: str) -> str:
    """Return the same text for every way to write the same letters (NFKC and case folding); idempotent."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
