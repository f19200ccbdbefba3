"""Browsing: what is indexed, whether it is up to date, and help."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from discord import app_commands

from askbrief.citations.styles import credits_of
from askbrief.core.text import visible_title
from askbrief.records import Scope
from askbrief.service.scoping import Coverage, visible_changes
from bot.discord_io.cards import Button, Card, Colour, Text, action_id, notice, row, with_names_cut
from bot.discord_io.commands import collections_of, name_choices
from bot.discord_io.components import respond, update
from bot.discord_io.features import Feature, attended
from bot.discord_io.language import Refusal
from bot.discord_io.markup import inert_line, length
from bot.discord_io.people import Asker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.records import Changes, Source
    from bot.app import AskbriefBot, Interaction
    from bot.discord_io.commands import Choices
    from bot.discord_io.language import Localization

PAGE_SIZE = 10
_MAX_NAME = 90
_MAX_FILES = 15
_MAX_FILES_TEXT = 3_200
"""Characters for all lists of changed files, so that they fit one message with the lines above them."""
_ALL = "-"


class BrowsingCog(Feature):
    """Listings, shown privately."""

    def __init__(self, bot: AskbriefBot) -> None:
        super().__init__(bot)
        bot.actions.add(sources=self.page)

    @app_commands.command(name="sources", description="List the documents that can be searched")
    @app_commands.describe(collection="Only this collection")
    @attended
    async def sources(self, interaction: Interaction, collection: str | None = None) -> None:
        _, scope, words = await self.visitor(interaction)
        visible = await self._visible(scope)
        names = {name.casefold(): name for name in collections_of(visible)}
        if collection is not None and collection.strip().casefold() not in names:
            raise Refusal("error-unknown-collection", name=collection)
        chosen = names[collection.strip().casefold()] if collection is not None else None
        await respond(interaction, sources_card(_in_collection(chosen, visible), 0, chosen, words))

    @sources.autocomplete("collection")
    async def _collections(self, interaction: Interaction, typed: str) -> Choices:
        return await self.choices(
            interaction, lambda library, scope: name_choices(typed, collections_of(library.sources(scope)))
        )

    async def page(self, interaction: Interaction, argument: str) -> None:
        first, _, token = argument.partition(":")
        _, scope, words = await self.visitor(interaction, in_place=True)
        visible = await self._visible(scope)
        collections = {page_token(name): name for name in (None, *collections_of(visible))}
        if (token or _ALL) not in collections:
            raise Refusal("error-too-old")
        chosen = collections[token or _ALL]
        await update(interaction, sources_card(_in_collection(chosen, visible), int(first), chosen, words))

    async def _visible(self, scope: Scope) -> list[Source]:
        return await self.bot.search.read(lambda library: library.sources(scope))

    @app_commands.command(
        name="status", description="Show which index is in use, how old it is, and what has changed since"
    )
    @attended
    async def status(self, interaction: Interaction) -> None:
        _, scope, words = await self.visitor(interaction)
        visible = await self._visible(scope)
        status = self.bot.search.status
        state = IndexState(
            status.generation,
            status.model,
            Coverage.of(visible, status.built_at),
            visible_changes(await self.bot.search.changes(), scope),
            self.bot.search.is_building,
        )
        await respond(interaction, status_card(state, words, dt.datetime.now(dt.UTC)))

    @app_commands.command(name="help", description="What I can do, with examples")
    @attended
    async def help(self, interaction: Interaction) -> None:
        asker = Asker.of_interaction(interaction)
        await respond(interaction, help_card(self.bot.words(asker, private=True), for_manager=asker.is_manager))


def _in_collection(collection: str | None, sources: list[Source]) -> list[Source]:
    scope = Scope(collections=None if collection is None else frozenset({collection}))
    return [source for source in sources if scope.admits(source.doc_id, source.metadata)]


def sources_card(sources: Sequence[Source], first: int, collection: str | None, words: Localization) -> Card:
    """Return one page of the sources, with title, credits, path and size."""
    if not sources:
        return notice(f"### {words('sources-title')}\n{words('nothing-to-search')}", Colour.QUIET)
    first = first if 0 <= first < len(sources) else 0
    page = sources[first : first + PAGE_SIZE]
    passages = words("passages", count=sum(source.passages for source in sources))
    head = [
        f"### {words('sources-title')}",
        f"-# {words('documents', count=len(sources))}, {passages} · "
        + words("from-to", first=first + 1, last=first + len(page)),
    ]
    token, following = page_token(collection), first + PAGE_SIZE
    earlier = Button(words("button-earlier"), action_id("sources", max(0, first - PAGE_SIZE), token)) if first else None
    later = Button(words("button-later"), action_id("sources", following, token)) if following < len(sources) else None
    text = with_names_cut(lambda longest: "\n".join([*head, *(_source(source, longest, words) for source in page)]))
    return Card((Text(text), *row(earlier, later)))


def page_token(collection: str | None) -> str:
    """Return a short text that stands for a collection in a button; None for all collections."""
    return _ALL if collection is None else hashlib.sha256(collection.encode()).hexdigest()[:12]


def _source(source: Source, longest: int, words: Localization) -> str:
    title = visible_title(source.title, source.doc_id)
    parts = [inert_line(part, longest) for part in (*credits_of(source.metadata), source.doc_id)]
    size = words("passages", count=source.passages)
    return f"**{inert_line(title, longest)}**\n-# {' · '.join((*filter(None, parts), size))}"


@dataclass(frozen=True, slots=True)
class IndexState:
    """What serves, and which of the files that a person may see have changed since it was built."""

    generation: str
    model: str
    coverage: Coverage
    changed: Changes
    building: bool = False


def status_card(state: IndexState, words: Localization, now: dt.datetime) -> Card:
    """Return generation, model, age, and each file that has changed since."""
    coverage, changed = state.coverage, state.changed
    lines = [
        f"### {words('status-title')}",
        words("status-generation", name=state.generation, ago=words.ago(coverage.built_at, now)),
        words(
            "status-size",
            documents=words("documents", count=coverage.documents),
            passages=words("passages", count=coverage.passages),
        ),
        words("status-model", name=inert_line(state.model, _MAX_NAME)),
    ]
    if state.building:
        lines.append(words("status-building"))
    if not changed:
        lines.append(words("status-fresh"))
        return notice("\n".join(lines), Colour.GOOD)
    lines.append(words("status-stale"))
    lists = {kind: paths for kind in ("added", "changed", "removed") if (paths := getattr(changed, kind))}
    for kind, paths in lists.items():
        lines += _files(words(f"files-{kind}"), paths, words, _MAX_FILES_TEXT // len(lists))
    return notice("\n".join(lines), Colour.UNSURE)


def _files(title: str, paths: Sequence[str], words: Localization, room: int) -> list[str]:
    """Write a heading with the number of files, and as many of them as there is room for."""

    def and_more(count: int) -> str:
        return f"- {words('and-more', count=count)}"

    lines = [f"**{title}** ({len(paths)})"]
    room -= length(lines[0]) + length(and_more(len(paths))) + 2
    for place, path in enumerate(paths[:_MAX_FILES]):
        line = f"- {inert_line(path, _MAX_NAME)}"
        room -= length(line) + 1
        if room < 0:
            return [*lines, and_more(len(paths) - place)]
        lines.append(line)
    return lines if len(paths) <= _MAX_FILES else [*lines, and_more(len(paths) - _MAX_FILES)]


def help_card(words: Localization, *, for_manager: bool) -> Card:
    parts = ["help-ask", "help-cite", "help-define", "help-check", "help-follow", "help-browse", "help-feedback"]
    lines = [f"### {words('help-title')}", words("help-intro"), *(words(part) for part in parts)]
    if for_manager:
        lines.append(words("help-admin"))
    return notice("\n".join(lines))


async def setup(bot: AskbriefBot) -> None:
    await bot.add_cog(BrowsingCog(bot))
