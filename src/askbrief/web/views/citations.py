"""Citations and sources as their pages show them: credits, status today, words then and now, and styles."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import TYPE_CHECKING, Self

from askbrief.citations.styles import credits_of, written
from askbrief.core.lazy_regex import pattern
from askbrief.core.unsafe_characters import visible_title
from askbrief.records import Citation, CitationStatus, Style
from askbrief.service.links import citation_path, document_path, text_fragment, web_page
from askbrief.web.views.text import TextPiece, reflowed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.records import Hit, Metadata, Source

_TOKEN = pattern(r"\s+|\p{N}+(?:[.,]\p{N}+)*|[\p{L}\p{M}\p{N}]+|[^\s\p{L}\p{M}\p{N}]")
REMOVED, ADDED = "removed", "added"


@dataclass(frozen=True, slots=True)
class QuoteDifferences:
    """A quote as it was shown and as it is today, with the differences marked in both."""

    old: tuple[TextPiece, ...]
    new: tuple[TextPiece, ...]


def differences(old: str, new: str) -> QuoteDifferences:
    """Compare two texts word by word (difflib).

    >>> quote = differences("3,000 men", "4,000 men")
    >>> [piece.text for piece in quote.old if piece.marks], [piece.text for piece in quote.new if piece.marks]
    (['3,000'], ['4,000'])
    """
    before, now = (_TOKEN.findall(reflowed(text)) for text in (old, new))
    parts = SequenceMatcher(None, before, now, autojunk=False).get_opcodes()
    return QuoteDifferences(
        tuple(_piece(before[a:b], tag == "equal", REMOVED) for tag, a, b, _, _ in parts if a < b),
        tuple(_piece(now[a:b], tag == "equal", ADDED) for tag, _, _, a, b in parts if a < b),
    )


def _piece(tokens: list[str], same: bool, mark: str) -> TextPiece:  # noqa: FBT001
    return TextPiece("".join(tokens), () if same else (mark,))


_STATUS = {
    CitationStatus.INTACT: ("Intact", "The same words stand at the same place."),
    CitationStatus.MOVED: ("Moved", "The same words stand elsewhere now."),
    CitationStatus.CHANGED: ("Changed", "The source has other words there now."),
    CitationStatus.GONE: ("Gone", "No source has these words any more. This is how they were shown."),
}
_STYLES = {Style.PLAIN: "Plain", Style.MARKDOWN: "Markdown", Style.FOOTNOTE: "Footnote", Style.JSON: "CSL-JSON"}


@dataclass(frozen=True, slots=True)
class StyledCitation:
    """A citation in one style."""

    style: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class QuotePlace:
    """Where a quote was or is."""

    doc_id: str
    locator: str


@dataclass(frozen=True, slots=True)
class CitationView:
    """A citation as its page shows it. `now` is None if the quote is gone; `differences` are set if it changed."""

    key: str
    status: str
    status_words: str
    explained: str
    title: str
    credits: tuple[str, ...]
    quote: str
    then: QuotePlace
    now: QuotePlace | None
    differences: QuoteDifferences | None
    written: tuple[StyledCitation, ...]
    web_page: str | None

    @classmethod
    def of(cls, citation: Citation) -> Self:
        """Return the view of a resolved citation."""
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
            then=QuotePlace(citation.doc_id, citation.locator),
            now=QuotePlace(now, citation.current_locator or "") if now is not None else None,
            differences=differences(citation.quote, citation.current_text or "") if changed else None,
            written=in_every_style(citation),
            web_page=passage_on_web(citation.metadata.url, citation.current_text or citation.quote),
        )

    @property
    def address(self) -> str:
        return citation_path(self.key)


def credits_line(metadata: Metadata) -> tuple[str, ...]:
    """Return author, publisher and date, without repetitions."""
    return tuple(dict.fromkeys(credits_of(metadata)))


def in_every_style(citation: Citation) -> tuple[StyledCitation, ...]:
    """Return the citation in every style."""
    return tuple(StyledCitation(style.value, name, written(citation, style)) for style, name in _STYLES.items())


def passage_on_web(url: str | None, words: str) -> str | None:
    """Return the document's own address on the web, opened at some words; None if it has none."""
    page = web_page(url)
    return text_fragment(page, words) if page else None


def citation_of(hit: Hit) -> Citation:
    """Return the citation of a passage that was just found."""
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


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document in the list of sources."""

    doc_id: str
    title: str
    name: str
    credits: tuple[str, ...]
    date: str
    passages: int
    address: str
    web_page: str | None


@dataclass(frozen=True, slots=True)
class CollectionView:
    """A collection with its documents; the top folder has no name."""

    name: str
    documents: tuple[DocumentRow, ...]


def collections(sources: Sequence[Source]) -> tuple[CollectionView, ...]:
    """Return the documents by collection, both in the order of their names."""
    ordered = sorted(sources, key=lambda source: (source.collection, source.doc_id))
    groups = groupby(ordered, key=lambda source: source.collection)
    return tuple(CollectionView(name, tuple(map(_row, group))) for name, group in groups)


def _row(source: Source) -> DocumentRow:
    metadata = source.metadata
    return DocumentRow(
        source.doc_id,
        visible_title(source.title, source.doc_id),
        source.doc_id.removeprefix(f"{source.collection}/"),
        tuple(part for part in credits_line(metadata) if part != metadata.date),
        metadata.date or "",
        source.passages,
        document_path(source.doc_id),
        web_page(metadata.url),
    )
