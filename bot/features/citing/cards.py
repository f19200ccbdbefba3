"""The cards of a citation: its status today, the citation in a style, and the passage in its context."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from askbrief.citations.styles import credits_of, written
from askbrief.records import Citation, CitationStatus, Style, Surroundings
from bot.discord_io.cards import Button, ButtonLook, Card, Colour, LinkMaker, Text, action_id, cite_button, no_link, row
from bot.discord_io.markup import block_quote, code_block, inert, inert_line, length, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.discord_io.language import Localization

STYLES = (Style.MARKDOWN, Style.PLAIN, Style.FOOTNOTE)
_COLOURS = {
    CitationStatus.INTACT: Colour.GOOD,
    CitationStatus.MOVED: Colour.GOOD,
    CitationStatus.CHANGED: Colour.UNSURE,
    CitationStatus.GONE: Colour.BAD,
}
_PART_LENGTHS = (200, 80, 40, 20)
_MAX_LOCATION = 75
_MAX_URL = 512
"""Discord's limit for the address of a button."""
_WEB_PAGE = regex.compile(r"https?://[\p{L}\p{N}.-]+(?::\d{1,5})?(?:[/?#][^\s\p{Cc}\\<>\"]*)?")
_MAX_COPY = 2_600
_MAX_CREDIT = 500
_MAX_CONTEXT = 800
_MAX_QUOTE = 1_400


def menu_card(
    citation: Citation,
    style: Style,
    words: Localization,
    *,
    postable: bool,
    link: LinkMaker = no_link,
    url: str | None = None,
) -> Card:
    """Return the private menu: status, the citation in one style for copying, the other styles, and further actions.

    `postable` adds the button that posts the quote. The copied text links permanently to the web page at `url`, where
    readers have to log in.
    """
    text = written(citation, style, url)
    fenced = code_block(text)
    if fenced is None or length(fenced) > _MAX_COPY:
        name = citation.key if citation.key.isascii() else "citation"  # Discord changes names that are not ASCII
        shown, file = words("citation-in-file"), (f"{name}.md", text)
    else:
        shown, file = fenced, None
    styles = [
        Button(
            words(f"style-{one}"),
            action_id("style", one, citation.key),
            look=ButtonLook.PRIMARY if one == style else ButtonLook.SECONDARY,
        )
        for one in STYLES
    ]
    return Card(
        (
            Text(f"{_status(citation, words)}\n{shown}"),
            *row(*styles),
            *row(
                Button(words("button-post"), action_id("post", citation.key)) if postable else None,
                Button(words("button-around"), action_id("around", citation.key)),
                _open_button(citation, words, link),
                _source_button(citation, words),
            ),
        ),
        _COLOURS[citation.status],
        file,
    )


def resolved_card(citation: Citation, words: Localization, link: LinkMaker = no_link) -> Card:
    """Return a resolved key: its status, the quote as it was shown, and today's text if that differs."""
    lines = [_status(citation, words), _quoted(citation.quote, _MAX_QUOTE), _credit(citation)]
    if citation.current_text is not None and citation.status is CitationStatus.CHANGED:
        lines += [f"**{words('words-today')}**", _quoted(citation.current_text, _MAX_QUOTE)]
    return Card((Text("\n".join(lines)), *row(_open_button(citation, words, link))), _COLOURS[citation.status])


def posted_card(citation: Citation, words: Localization, *, by: str, link: LinkMaker = no_link) -> Card:
    """Return a quote with its key, for the channel."""
    lines = [_quoted(citation.quote, _MAX_QUOTE * 2), _credit(citation), f"-# {words('posted-by', who=by)}"]
    return _card_with_actions(lines, citation, words, link)


def around_card(surroundings: Surroundings, words: Localization, link: LinkMaker = no_link) -> Card:
    """Return a passage with the text before and after it in small print."""
    citation = surroundings.citation
    text_now = citation.current_text if citation.current_text is not None else citation.quote
    parts = [
        _status(citation, words),
        _fit(lambda room: _small(_shortened_start(surroundings.before, room)), _MAX_CONTEXT),
        _quoted(text_now, _MAX_QUOTE),
        _fit(lambda room: _small(shortened(surroundings.after, room)), _MAX_CONTEXT),
        _credit(citation),
    ]
    return _card_with_actions(filter(None, parts), citation, words, link)


def _card_with_actions(lines: Iterable[str], citation: Citation, words: Localization, link: LinkMaker) -> Card:
    cite, source = cite_button(citation.key, words), _source_button(citation, words)
    buttons = row(cite, _open_button(citation, words, link), source)
    return Card((Text("\n".join(lines)), *buttons), _COLOURS[citation.status])


def _open_button(citation: Citation, words: Localization, link: LinkMaker) -> Button | None:
    """Return a button that opens the passage on the web page, if there is a page."""
    address = link(citation.key, citation.current_doc_id or citation.doc_id)
    return None if address is None else Button(words("button-open"), url=address)


def _source_button(citation: Citation, words: Localization) -> Button | None:
    """Return a button that opens the document's original address, if that is a web page."""
    url = citation.metadata.url or ""
    if len(url) > _MAX_URL or not _WEB_PAGE.fullmatch(url):
        return None
    return Button(words("button-source"), url=url)


def _shortened_start(text: str, limit: int) -> str:
    """Cut a text to at most its last `limit` characters."""
    return text if len(text) <= limit else shortened(text[::-1], limit)[::-1].replace("]…[", "[…]")


def _status(citation: Citation, words: Localization) -> str:
    where = ""
    if citation.status is CitationStatus.MOVED:
        parts = filter(None, (citation.current_doc_id, citation.current_locator))
        where = ", ".join(inert_line(part, _MAX_LOCATION) for part in parts)
    return f"**{words(f'status-{citation.status}')}** · {words(f'status-{citation.status}.explained', where=where)}"


def _quoted(text: str, limit: int) -> str:
    return _fit(lambda room: block_quote(inert(shortened(text, room))), limit)


def _fit(write: Callable[[int], str], limit: int) -> str:
    """Write a text with as much room as keeps it, with its markup, within `limit` as Discord counts."""
    room = limit
    while length(marked := write(room)) > limit:
        room = room * 3 // 4
    return marked


def _small(text: str) -> str:
    return "\n".join(f"-# {inert(line.strip())}" for line in text.splitlines() if line.strip())


def _credit(citation: Citation) -> str:
    """Write title, credits, locator and key; the parts are cut to lengths that fit together."""
    parts = [citation.title, *credits_of(citation.metadata), citation.locator]
    for longest in _PART_LENGTHS:
        line = ", ".join(inert_line(part, longest) for part in parts)
        if length(line) <= _MAX_CREDIT:
            break
    return f"-# — {line} · `{citation.key}`"
