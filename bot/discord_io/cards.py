"""Cards: what a message is made of as plain data, and how much of Discord's budget it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from bot.discord_io.markup import length

if TYPE_CHECKING:
    from askbrief.records import Scope
    from askbrief.service.links import Links

MOST_CHARACTERS = 4_000
"""Over all texts of a message, as Discord counts."""
MOST_COMPONENTS = 40
MOST_IN_ROW = 5
LONGEST_ID = 100
LONGEST_LABEL = 80
_PREFIX = "ab"


class Colour(IntEnum):
    """The edge of a card, as RGB."""

    GOOD = 0x2E7D32
    UNSURE = 0xF9A825
    QUIET = 0x78909C
    BAD = 0xC62828
    PLAIN = 0x3F51B5


class Look(Enum):
    """How a button looks."""

    QUIET = "quiet"
    MAIN = "main"
    GOOD = "good"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Button:
    """A button: `action` is what `action_id` made, or `url` a page it opens."""

    label: str
    action: str = ""
    url: str = ""
    look: Look = Look.QUIET
    emoji: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """Some Markdown."""

    markdown: str

    components = 1


@dataclass(frozen=True, slots=True)
class Section:
    """Markdown with a button at its side."""

    markdown: str
    button: Button

    components = 3


@dataclass(frozen=True, slots=True)
class Divider:
    """A line across."""

    markdown = ""
    components = 1


@dataclass(frozen=True, slots=True)
class Row:
    """Up to five buttons side by side."""

    buttons: tuple[Button, ...]

    markdown = ""

    @property
    def components(self) -> int:
        return 1 + len(self.buttons)


Block = Text | Section | Divider | Row


@dataclass(frozen=True, slots=True)
class Card:
    """One message; `file` is a text that is attached to it, with its name."""

    blocks: tuple[Block, ...]
    colour: Colour = Colour.PLAIN
    file: tuple[str, str] | None = None

    @property
    def characters(self) -> int:
        """Its text, in UTF-16 code units."""
        return sum(length(block.markdown) for block in self.blocks)

    @property
    def components(self) -> int:
        """Everything in it at every level, with the container around it and the attached file."""
        return 1 + sum(block.components for block in self.blocks) + (self.file is not None)

    @property
    def fits(self) -> bool:
        """Whether Discord takes it."""
        return self.characters <= MOST_CHARACTERS and self.components <= MOST_COMPONENTS


def action_id(name: str, *arguments: object) -> str:
    """The custom id of a button that does something, such as `ab:cite:ttp-report-k7f3qa`."""
    made = ":".join((_PREFIX, name, *map(str, arguments)))
    if len(made) > LONGEST_ID:
        raise ValueError(f"the custom id {made!r} has more than {LONGEST_ID} characters")
    return made


def row(*buttons: Button | None) -> tuple[Row, ...]:
    """A row of those buttons that are there, or no row."""
    there = tuple(button for button in buttons if button is not None)
    return (Row(there),) if there else ()


def notice(markdown: str, colour: Colour = Colour.PLAIN, *buttons: Button) -> Card:
    """A short message."""
    return Card((Text(markdown), *row(*buttons)), colour)


def shares(needs: list[int], room: int) -> list[int]:
    """Divide a room among needs: small ones get all they need, the others equal parts of what is left.

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


Link = Callable[[str, str], str | None]
"""From a key and the document it is in to the address at which those who read a card may open it."""


def no_link(_key: str, _doc_id: str) -> None:
    """Where there is no web page."""


def linked_key(key: str, address: str | None) -> str:
    """A key as it stands in a card: a link to its passage, where there is one."""
    return f"`{key}`" if address is None else f"[{key}](<{address}>)"


def linking(links: Links | None, scope: Scope) -> Link:
    """What makes the links of a card that is shown to those who see a scope."""
    if links is None:
        return no_link
    return lambda key, doc_id: links.to(key, doc_id, scope)
