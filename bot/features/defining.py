"""Defining: what a name stands for, with the passages that say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from discord import app_commands

from bot.discord_io.cards import (
    MAX_CHARACTERS,
    MIN_QUOTE,
    Block,
    Card,
    Colour,
    Divider,
    LinkMaker,
    Text,
    link_maker,
    no_link,
    passage_head,
    quote_sections,
)
from bot.discord_io.commands import name_choices
from bot.discord_io.components import respond
from bot.discord_io.features import Feature, attended
from bot.discord_io.language import Refusal
from bot.discord_io.markup import inert_line, length

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.library import Library
    from askbrief.records import Definition, Scope
    from bot.app import AskbriefBot, Interaction
    from bot.discord_io.commands import Choices
    from bot.discord_io.language import Localization

_MAX_MEANINGS = 5
_MAX_NAMES = 200
_MAX_PART = 80
log = structlog.get_logger("askbrief.bot")


class DefiningCog(Feature):
    """Acronyms and other names, shown privately."""

    @app_commands.command(
        name="define", description="Say what an acronym or a name stands for, and which passage says so"
    )
    @app_commands.describe(name="An acronym or another name, such as TTP")
    @attended
    async def define(self, interaction: Interaction, name: str) -> None:
        _, scope, words = await self.visitor(interaction)
        definitions, similar = await self.bot.search.read(lambda library: _look_up(library, name, scope))
        if not definitions and similar:
            raise Refusal("error-unknown-name-similar", name=name, similar=", ".join(similar))
        if not definitions:
            raise Refusal("error-unknown-name", name=name)
        for note in {note for definition in definitions for note in definition.notes}:
            log.warning("answer-note", note=note)
        await respond(interaction, definitions_card(definitions, words, link_maker(self.bot.links, scope)))

    @define.autocomplete("name")
    async def _names(self, interaction: Interaction, typed: str) -> Choices:
        return await self.choices(interaction, lambda library, scope: name_choices(typed, library.names(scope)))


def _look_up(library: Library, name: str, scope: Scope) -> tuple[list[Definition], list[str]]:
    """Return the definitions of a name within a scope, and similar names if there are none."""
    definitions = library.define(name, scope)
    return definitions, [] if definitions else library.names(scope, like=name)


def definitions_card(definitions: Sequence[Definition], words: Localization, link: LinkMaker = no_link) -> Card:
    """Return the first five meanings of a name, the team's own first; long quotes are cut first, then links."""
    shown, rest = definitions[:_MAX_MEANINGS], len(definitions) - _MAX_MEANINGS
    small_print = [f"-# {words('and-more', count=rest)}"] if rest > 0 else []
    if any(definition.notes for definition in definitions):
        small_print.append(f"-# ⚠ {words('keys-not-kept')}")
    own = [_meaning(definition, words) for definition in shown if definition.hit is None]
    hits = [definition.hit for definition in shown if definition.hit]
    for chosen in (link, no_link):
        heads = _heads([definition for definition in shown if definition.hit], words, chosen)
        room = MAX_CHARACTERS - sum(length(text) + 1 for text in [*own, *heads])
        room -= length("\n".join(small_print)) + 1 if small_print else 0
        if room >= MIN_QUOTE * len(hits):
            break
    blocks: list[Block] = [Text("\n".join(own))] if own else []
    for section in quote_sections(heads, hits, room, words):
        blocks += [Divider(), section] if blocks else [section]
    if small_print:
        blocks.append(Text("\n".join(small_print)))
    return Card(tuple(blocks), Colour.GOOD)


def _heads(definitions: Sequence[Definition], words: Localization, link: LinkMaker) -> list[str]:
    return [
        f"{_meaning(definition, words)}\n{passage_head(definition.hit, number, words, _MAX_PART, link)}"
        for number, definition in enumerate(definitions, start=1)
        if definition.hit
    ]


def _meaning(definition: Definition, words: Localization) -> str:
    """Write a name, what it stands for, and how often it is defined so."""
    forms = ", ".join(definition.forms) if definition.from_aliases else definition.forms[0]
    source = words("defined-by-team") if definition.from_aliases else words("documents", count=definition.documents)
    return f"### {inert_line(definition.name, _MAX_NAMES)}: {inert_line(forms, _MAX_NAMES)}\n-# {source}"


async def setup(bot: AskbriefBot) -> None:
    await bot.add_cog(DefiningCog(bot))
