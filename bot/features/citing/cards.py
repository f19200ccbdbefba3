"""Citations as cards: how a quote stands today, written out in a style, and with the words around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from askbrief.citations.styles import credits_of, written
from askbrief.records import Citation, CitationStatus, Style, Surroundings
from bot.discord_io.cards import Button, Card, Colour, Link, Look, Text, action_id, no_link, row
from bot.discord_io.markup import block_quote, code_block, inert, inert_line, length, shortened

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.discord_io.language import Words

STYLES = (Style.MARKDOWN, Style.PLAIN, Style.FOOTNOTE)
_COLOURS = {
    CitationStatus.INTACT: Colour.GOOD,
    CitationStatus.MOVED: Colour.GOOD,
    CitationStatus.CHANGED: Colour.UNSURE,
    CitationStatus.GONE: Colour.BAD,
}
_LONGEST_PARTS = (200, 80, 40, 20)
_LONGEST_PLACE = 75
_LONGEST_URL = 512
_WEB_PAGE = regex.compile(r"https?://[\p{L}\p{N}.-]+(?::\d{1,5})?(?:[/?#][^\s\p{Cc}\\<>\"]*)?")
_ROOM_FOR_COPY = 2_600
_ROOM_FOR_CREDIT = 500
_ROOM_AROUND = 800
_ROOM_FOR_QUOTE = 1_400


def menu(
    citation: Citation, style: Style, words: Words, *, postable: bool, link: Link = no_link, url: str | None = None
) -> Card:
    """The private menu: status, the citation in one style to be copied, the other styles, and where to go on.

    What is copied leads to the page at `url` by an address that doesn't run out, and for which people log in.
    """
    text = written(citation, style, url)
    fenced = code_block(text)
    if fenced is None or length(fenced) > _ROOM_FOR_COPY:
        name = citation.key if citation.key.isascii() else "citation"  # Discord renames files with other letters
        shown, file = words("citation-in-file"), (f"{name}.md", text)
    else:
        shown, file = fenced, None
    styles = [
        Button(
            words(f"style-{one}"), action_id("style", one, citation.key), look=Look.MAIN if one == style else Look.QUIET
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
                open_button(citation, words, link),
                source_button(citation, words),
            ),
        ),
        _COLOURS[citation.status],
        file,
    )


def resolved(citation: Citation, words: Words, link: Link = no_link) -> Card:
    """A key resolved: the quote as it was shown, how it stands, and today's words where they differ."""
    lines = [_status(citation, words), _quoted(citation.quote, _ROOM_FOR_QUOTE), _credit(citation)]
    if citation.current_text is not None and citation.status is CitationStatus.CHANGED:
        lines += [f"**{words('words-today')}**", _quoted(citation.current_text, _ROOM_FOR_QUOTE)]
    return Card((Text("\n".join(lines)), *row(open_button(citation, words, link))), _COLOURS[citation.status])


def posted(citation: Citation, words: Words, *, by: str, link: Link = no_link) -> Card:
    """A quote block for the channel, with its key."""
    cite = Button(words("button-cite"), action_id("cite", citation.key))
    source = source_button(citation, words)
    text = "\n".join(
        [_quoted(citation.quote, _ROOM_FOR_QUOTE * 2), _credit(citation), f"-# {words('posted-by', who=by)}"]
    )
    return Card((Text(text), *row(cite, open_button(citation, words, link), source)), _COLOURS[citation.status])


def around(found: Surroundings, words: Words, link: Link = no_link) -> Card:
    """A passage between its neighbours, which are set in small print."""
    citation = found.citation
    now = citation.current_text if citation.current_text is not None else citation.quote
    parts = [
        _status(citation, words),
        _fitted(lambda room: _small(shortened_head(found.before, room)), _ROOM_AROUND),
        _quoted(now, _ROOM_FOR_QUOTE),
        _fitted(lambda room: _small(shortened(found.after, room)), _ROOM_AROUND),
        _credit(citation),
    ]
    cite = Button(words("button-cite"), action_id("cite", citation.key))
    text = "\n".join(filter(None, parts))
    buttons = row(cite, open_button(citation, words, link), source_button(citation, words))
    return Card((Text(text), *buttons), _COLOURS[citation.status])


def open_button(citation: Citation, words: Words, link: Link) -> Button | None:
    """A button that opens the passage in its place on the web page, if there is one."""
    address = link(citation.key, citation.current_doc_id or citation.doc_id)
    return None if address is None else Button(words("button-open"), url=address)


def source_button(citation: Citation, words: Words) -> Button | None:
    """A button that opens the document's own address, if that is a web page."""
    url = citation.metadata.url or ""
    if len(url) > _LONGEST_URL or not _WEB_PAGE.fullmatch(url):
        return None
    return Button(words("button-source"), url=url)


def shortened_head(text: str, most: int) -> str:
    """The end of a text: the words nearest to what follows it."""
    return text if len(text) <= most else shortened(text[::-1], most)[::-1].replace("]…[", "[…]")


def _status(citation: Citation, words: Words) -> str:
    where = ""
    if citation.status is CitationStatus.MOVED:
        places = filter(None, (citation.current_doc_id, citation.current_locator))
        where = ", ".join(inert_line(place, _LONGEST_PLACE) for place in places)
    return f"**{words(f'status-{citation.status}')}** · {words(f'status-{citation.status}.explained', where=where)}"


def _quoted(text: str, most: int) -> str:
    return _fitted(lambda room: block_quote(inert(shortened(text, room))), most)


def _fitted(write: Callable[[int], str], most: int) -> str:
    """What is written with as much room as keeps it within `most`, as Discord counts: markup takes some."""
    room = most
    while length(marked := write(room)) > most:
        room = room * 3 // 4
    return marked


def _small(text: str) -> str:
    return "\n".join(f"-# {inert(line.strip())}" for line in text.splitlines() if line.strip())


def _credit(citation: Citation) -> str:
    """Who said it where, with the key; each part is cut where all together would be too long."""
    parts = [citation.title, *credits_of(citation.metadata), citation.locator]
    for longest in _LONGEST_PARTS:
        line = ", ".join(inert_line(part, longest) for part in parts)
        if length(line) <= _ROOM_FOR_CREDIT:
            break
    return f"-# — {line} · `{citation.key}`"
