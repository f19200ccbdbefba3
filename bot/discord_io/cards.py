"""Cards: the content of a message as plain data, and how much of Discord's limits it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from askbrief.citations.styles import credits_of
from askbrief.core.text import isolated, visible_title
from bot.discord_io.markup import inert_line, length, quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.records import Hit, Scope
    from askbrief.service.links import Links
    from bot.discord_io.language import Localization

MAX_CHARACTERS = 4_000
"""Discord's limit for all texts of a message, in UTF-16 code units."""
MAX_COMPONENTS = 40
MAX_CUSTOM_ID = 100
MIN_QUOTE = 160
"""Characters that every quote of a card gets at least; titles and credits are cut before quotes get shorter."""
_PREFIX = "ab"
_MAX_TITLE = 120
_NAME_LENGTHS = (100, 50, 25, 15)


class Colour(IntEnum):
    """The colour of a card's edge, as RGB."""

    GOOD = 0x2E7D32
    UNSURE = 0xF9A825
    QUIET = 0x78909C
    BAD = 0xC62828
    PLAIN = 0x3F51B5


class ButtonLook(Enum):
    """How a button looks, in Discord's terms."""

    SECONDARY = "secondary"
    PRIMARY = "primary"
    SUCCESS = "success"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Button:
    """A button that runs an action (`action` comes from `action_id`) or opens a page (`url`)."""

    label: str
    action: str = ""
    url: str = ""
    look: ButtonLook = ButtonLook.SECONDARY
    emoji: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in Markdown."""

    markdown: str

    components = 1


@dataclass(frozen=True, slots=True)
class Section:
    """A text in Markdown with a button at its side."""

    markdown: str
    button: Button

    components = 3


@dataclass(frozen=True, slots=True)
class Divider:
    """A horizontal line."""

    markdown = ""
    components = 1


@dataclass(frozen=True, slots=True)
class ButtonRow:
    """Up to five buttons side by side."""

    buttons: tuple[Button, ...]

    markdown = ""

    @property
    def components(self) -> int:
        return 1 + len(self.buttons)


Block = Text | Section | Divider | ButtonRow


@dataclass(frozen=True, slots=True)
class Card:
    """The content of one message; `file` is the name and the text of an attachment."""

    blocks: tuple[Block, ...]
    colour: Colour = Colour.PLAIN
    file: tuple[str, str] | None = None

    @property
    def characters(self) -> int:
        """The length of all texts, in UTF-16 code units."""
        return sum(length(block.markdown) for block in self.blocks)

    @property
    def components(self) -> int:
        """The number of components at every level, with the surrounding container and the attached file."""
        return 1 + sum(block.components for block in self.blocks) + (self.file is not None)

    @property
    def fits(self) -> bool:
        return self.characters <= MAX_CHARACTERS and self.components <= MAX_COMPONENTS


def action_id(name: str, *arguments: object) -> str:
    """Return the custom id of a button that runs an action, such as `ab:cite:ttp-report-k7f3qa`."""
    custom_id = ":".join((_PREFIX, name, *map(str, arguments)))
    if len(custom_id) > MAX_CUSTOM_ID:
        raise ValueError(f"the custom id {custom_id!r} has more than {MAX_CUSTOM_ID} characters")
    return custom_id


def row(*buttons: Button | None) -> tuple[ButtonRow, ...]:
    """Return a row of the buttons that are not None, or no row."""
    present = tuple(button for button in buttons if button is not None)
    return (ButtonRow(present),) if present else ()


def notice(markdown: str, colour: Colour = Colour.PLAIN, *buttons: Button) -> Card:
    return Card((Text(markdown), *row(*buttons)), colour)


def cite_button(key: str, words: Localization) -> Button:
    return Button(words("button-cite"), action_id("cite", key))


def shares(needs: Sequence[int], room: int) -> list[int]:
    """Divide a room among needs: small needs are met in full, the others get equal parts of the rest.

    >>> shares([100, 900, 900], 1000)
    [100, 450, 450]
    """
    given = [0] * len(needs)
    left = len(needs)
    for place in sorted(range(len(needs)), key=needs.__getitem__):
        given[place] = max(0, min(needs[place], room // left))
        room -= given[place]
        left -= 1
    return given


def with_names_cut(write: Callable[[int], str]) -> str:
    """Return what `write` gives for the largest maximum length of names that keeps it within one message."""
    for longest in _NAME_LENGTHS:
        text = write(longest)
        if length(text) <= MAX_CHARACTERS:
            break
    return text


def quote_sections(heads: Sequence[str], hits: Sequence[Hit], room: int, words: Localization) -> list[Section]:
    """Return the quotes, each below its head and with a button to cite it; `room` characters are shared by them."""
    limits = shares([length(quote(hit, MAX_CHARACTERS)) for hit in hits], room)
    return [
        Section(f"{head}\n{quote(hit, limit)}", cite_button(hit.key, words))
        for head, hit, limit in zip(heads, hits, limits, strict=True)
    ]


LinkMaker = Callable[[str, str], str | None]
"""Takes a citation key and its document, and gives the address that the readers of a card may open, or None."""


def no_link(_key: str, _doc_id: str) -> None:
    """Give no address: there is no web page."""


def link_maker(links: Links | None, scope: Scope) -> LinkMaker:
    """Return the links of a card whose readers may see a scope."""
    return no_link if links is None else lambda key, doc_id: links.to(key, doc_id, scope)


def passage_head(hit: Hit, number: int, words: Localization, longest: int, link: LinkMaker = no_link) -> str:
    """Write the two lines above a quote: number (from 1) and title; then credits, locator and citation key.

    Each part has at most `longest` characters; the key is a link where there is a web page.
    """
    parts = [*credits_of(hit.metadata), hit.locator]
    line = " · ".join(filter(None, (isolated(inert_line(part, longest)) for part in parts)))
    title = isolated(inert_line(visible_title(hit.title, hit.doc_id), min(longest, _MAX_TITLE)))
    also = f" · {words('also', count=len(hit.also))}" if hit.also else ""
    address = link(hit.key, hit.doc_id)
    key = f"`{hit.key}`" if address is None else f"[{hit.key}](<{address}>)"
    return f"**[{number}] {title}**\n-# {line} · {key}{also}"
