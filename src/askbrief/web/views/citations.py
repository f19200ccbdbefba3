"""What pages show of citations and sources: titles, credits, status today, words then and now, and styles."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from askbrief.citations.styles import credits_of, written
from askbrief.core.text import pattern, visible_title
from askbrief.records import Citation, CitationStatus, Style
from askbrief.service.links import text_fragment, web_page
from askbrief.web.views.text import TextPiece, reflowed

if TYPE_CHECKING:
    from askbrief.records import Document, Figure, Hit, Metadata, RememberedQuote, Source

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


STATUS_WORDS = {
    CitationStatus.INTACT: ("Intact", "The same words stand at the same place."),
    CitationStatus.MOVED: ("Moved", "The same words stand elsewhere now."),
    CitationStatus.CHANGED: ("Changed", "The source has other words there now."),
    CitationStatus.GONE: ("Gone", "No source has these words any more. This is how they were shown."),
}
_STYLES = {Style.PLAIN: "Plain", Style.MARKDOWN: "Markdown", Style.FOOTNOTE: "Footnote", Style.JSON: "CSL-JSON"}


def title_of(record: Hit | Figure | Citation | RememberedQuote | Source | Document) -> str:
    """Return the title of a record's document on one line, or its path if the title has nothing visible."""
    return visible_title(record.title, record.doc_id)


def credits_line(metadata: Metadata) -> tuple[str, ...]:
    """Return author, publisher and date, without repetitions."""
    return tuple(dict.fromkeys(credits_of(metadata)))


def in_every_style(citation: Citation) -> list[tuple[Style, str, str]]:
    """Return each style, its name, and the citation in it."""
    return [(style, name, written(citation, style)) for style, name in _STYLES.items()]


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
