"""A citation on its page: how it stands today, its two places, its words then and now, and how to write it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from askbrief.choices import Style
from askbrief.citing.styles import credits_of, written
from askbrief.records import Citation, CitationStatus
from askbrief.web.views.differences import Differences, differences
from askbrief.web.views.links import citation_address, text_fragment, web_page
from askbrief.web.views.text import titled

if TYPE_CHECKING:
    from askbrief.records import Hit, Metadata

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
            title=titled(citation.title, citation.doc_id),
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
