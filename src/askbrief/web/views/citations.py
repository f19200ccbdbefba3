"""A citation on its page: its status today, its words then and now, and how to write it."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Self

from askbrief.citations.styles import credits_of, written
from askbrief.core.lazy_regex import pattern
from askbrief.core.unsafe_characters import visible_title
from askbrief.records import Citation, CitationStatus, Style
from askbrief.web.views.links import citation_address, text_fragment, web_page
from askbrief.web.views.text import Piece, reflowed

if TYPE_CHECKING:
    from askbrief.records import Hit, Metadata

_TOKEN = pattern(r"\s+|\p{N}+(?:[.,]\p{N}+)*|[\p{L}\p{M}\p{N}]+|[^\s\p{L}\p{M}\p{N}]")
REMOVED, ADDED = "removed", "added"


@dataclass(frozen=True, slots=True)
class Differences:
    """A quote as it was shown, and as it is, with what differs marked in both."""

    old: tuple[Piece, ...]
    new: tuple[Piece, ...]


def differences(old: str, new: str) -> Differences:
    """Compare two texts word by word (difflib).

    >>> found = differences("3,000 men", "4,000 men")
    >>> [piece.text for piece in found.old if piece.marks], [piece.text for piece in found.new if piece.marks]
    (['3,000'], ['4,000'])
    """
    before, now = (_TOKEN.findall(reflowed(text)) for text in (old, new))
    parts = SequenceMatcher(None, before, now, autojunk=False).get_opcodes()
    return Differences(
        tuple(_piece(before[a:b], tag == "equal", REMOVED) for tag, a, b, _, _ in parts if a < b),
        tuple(_piece(now[a:b], tag == "equal", ADDED) for tag, _, _, a, b in parts if a < b),
    )


def _piece(tokens: list[str], same: bool, mark: str) -> Piece:  # noqa: FBT001
    return Piece("".join(tokens), () if same else (mark,))


_STATUS = {
    CitationStatus.INTACT: ("Intact", "The same words stand at the same place."),
    CitationStatus.MOVED: ("Moved", "The same words stand elsewhere now."),
    CitationStatus.CHANGED: ("Changed", "The source has other words there now."),
    CitationStatus.GONE: ("Gone", "No source has these words any more. This is how they were shown."),
}
_STYLES = {Style.PLAIN: "Plain", Style.MARKDOWN: "Markdown", Style.FOOTNOTE: "Footnote", Style.JSON: "CSL-JSON"}


@dataclass(frozen=True, slots=True)
class Written:
    """A citation in one style."""

    style: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quote stood or stands."""

    doc_id: str
    locator: str


@dataclass(frozen=True, slots=True)
class CitationView:
    """A citation as its page shows it. `now` is None where it is gone, `differences` are there where it changed."""

    key: str
    status: str
    status_words: str
    explained: str
    title: str
    credits: tuple[str, ...]
    quote: str
    then: Place
    now: Place | None
    differences: Differences | None
    written: tuple[Written, ...]
    web_page: str | None

    @classmethod
    def of(cls, citation: Citation) -> Self:
        """Lay a resolved citation out."""
        words, explained = _STATUS[citation.status]
        now = citation.current_doc_id
        changed = citation.status is CitationStatus.CHANGED and citation.current_text is not None
        return cls(
            key=citation.key,
            status=citation.status.value,
            status_words=words,
            explained=explained,
            title=visible_title(citation.title, citation.doc_id),
            credits=credits_line(citation.metadata),
            quote=citation.quote,
            then=Place(citation.doc_id, citation.locator),
            now=Place(now, citation.current_locator or "") if now is not None else None,
            differences=differences(citation.quote, citation.current_text or "") if changed else None,
            written=in_every_style(citation),
            web_page=passage_on_web(citation.metadata.url, citation.current_text or citation.quote),
        )

    @property
    def address(self) -> str:
        return citation_address(self.key)


def credits_line(metadata: Metadata) -> tuple[str, ...]:
    """Author, publisher and date, each once."""
    return tuple(dict.fromkeys(credits_of(metadata)))


def in_every_style(citation: Citation) -> tuple[Written, ...]:
    """The citation written out in each style there is."""
    return tuple(Written(style.value, name, written(citation, style)) for style, name in _STYLES.items())


def passage_on_web(url: str | None, words: str) -> str | None:
    """The document's own address, opened at some words, if it has one."""
    page = web_page(url)
    return text_fragment(page, words) if page else None


def citation_of(hit: Hit) -> Citation:
    """A passage that was just found, as its citation: it stands where it stands."""
    return Citation(
        key=hit.key,
        status=CitationStatus.INTACT,
        doc_id=hit.doc_id,
        title=hit.title,
        metadata=hit.metadata,
        locator=hit.locator,
        start=hit.start,
        end=hit.end,
        quote=hit.quote,
    )
