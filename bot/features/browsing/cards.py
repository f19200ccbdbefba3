"""What is indexed, how fresh it is, and who may see it, as cards."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from askbrief.citations.styles import credits_of
from bot.access_rules import Kind
from bot.discord_io.cards import MOST_CHARACTERS, Button, Card, Colour, Text, action_id, row
from bot.discord_io.markup import inert_line, length, titled
from bot.settings import EVERYTHING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Sequence

    from askbrief.records import Changes, Source
    from bot.access_rules import Rule
    from bot.coverage import Coverage
    from bot.discord_io.language import Words

PAGE = 10
_LONGEST_NAMES = (100, 50, 25, 15)
"""Names are cut to the first of these with which all of them fit into a message."""
_LONGEST_NAME = 90
_MOST_FILES = 15
_ROOM_FOR_FILES = 3_200
_MOST_RULES = 40


def sources(listed: Sequence[Source], first: int, collection: str | None, words: Words) -> Card:
    """One page of the sources: title, collection, date, size."""
    if not listed:
        return Card((Text(f"### {words('sources-title')}\n{words('nothing-to-search')}"),), Colour.QUIET)
    first = first if 0 <= first < len(listed) else 0
    page = listed[first : first + PAGE]
    passages = words("passages", count=sum(source.passages for source in listed))
    head = [
        f"### {words('sources-title')}",
        f"-# {words('documents', count=len(listed))}, {passages} · "
        + words("from-to", first=first + 1, last=first + len(page)),
    ]
    mark = collection_mark(collection)
    earlier = Button(words("button-earlier"), action_id("sources", max(0, first - PAGE), mark)) if first else None
    following = first + PAGE
    later = Button(words("button-later"), action_id("sources", following, mark)) if following < len(listed) else None
    text = _fitted(lambda longest: "\n".join([*head, *(_source(source, longest, words) for source in page)]))
    return Card((Text(text), *row(earlier, later)))


def collection_mark(collection: str | None) -> str:
    """What stands for a collection in a button, where its name would be too long."""
    return "-" if collection is None else hashlib.sha256(collection.encode()).hexdigest()[:12]


def collection_with(mark: str, collections: Collection[str]) -> str | None:
    """The collection behind a mark, among those a person may see; None for all of them.

    Raises:
        KeyError: it is not among them (any more).
    """
    if mark == "-":
        return None
    return {collection_mark(name): name for name in collections}[mark]


def _fitted(write: Callable[[int], str]) -> str:
    """What is written with names as long as keeps it within a message."""
    for longest in _LONGEST_NAMES:
        text = write(longest)
        if length(text) <= MOST_CHARACTERS:
            break
    return text


def _source(source: Source, longest: int, words: Words) -> str:
    title = titled(source.title, source.doc_id)
    about = [inert_line(part, longest) for part in (*credits_of(source.metadata), source.doc_id)]
    size = words("passages", count=source.passages)
    return f"**{inert_line(title, longest)}**\n-# {' · '.join((*filter(None, about), size))}"


@dataclass(frozen=True, slots=True)
class Standing:
    """How the index stands: what serves it, and which files a person may see have changed since."""

    generation: str
    model: str
    coverage: Coverage
    changed: Changes
    building: bool = False


def status(standing: Standing, words: Words, now: dt.datetime) -> Card:
    """Generation, model, age, and each file that changed since."""
    coverage, changed = standing.coverage, standing.changed
    lines = [
        f"### {words('status-title')}",
        words("status-generation", name=standing.generation, ago=words.ago(coverage.built_at, now)),
        words(
            "status-size",
            documents=words("documents", count=coverage.documents),
            passages=words("passages", count=coverage.passages),
        ),
        words("status-model", name=inert_line(standing.model, _LONGEST_NAME)),
    ]
    if standing.building:
        lines.append(words("status-building"))
    if not changed:
        lines.append(words("status-fresh"))
        return Card((Text("\n".join(lines)),), Colour.GOOD)
    lines.append(words("status-stale"))
    lists = {kind: paths for kind in ("added", "changed", "removed") if (paths := getattr(changed, kind))}
    for kind, paths in lists.items():
        lines += _files(words(f"files-{kind}"), paths, words, _ROOM_FOR_FILES // len(lists))
    return Card((Text("\n".join(lines)),), Colour.UNSURE)


def _files(title: str, paths: Sequence[str], words: Words, room: int) -> list[str]:
    """A heading with the number of files, and the first of them, as far as there is room."""
    lines = [f"**{title}** ({len(paths)})"]
    room -= length(lines[0]) + length(_and_more(len(paths), words)) + 2
    for place, path in enumerate(paths[:_MOST_FILES]):
        line = f"- {inert_line(path, _LONGEST_NAME)}"
        room -= length(line) + 1
        if room < 0:
            return [*lines, _and_more(len(paths) - place, words)]
        lines.append(line)
    return lines if len(paths) <= _MOST_FILES else [*lines, _and_more(len(paths) - _MOST_FILES, words)]


def _and_more(count: int, words: Words) -> str:
    return f"- {words('and-more', count=count)}"


def rules(listed: Sequence[Rule], *, is_open: bool, words: Words) -> Card:
    """Who may see what in a guild."""
    head = [f"### {words('access-title')}", words("access-open" if is_open else "access-closed")]
    more = [_and_more(len(listed) - _MOST_RULES, words)] if len(listed) > _MOST_RULES else []
    shown = listed[:_MOST_RULES]
    text = _fitted(lambda longest: "\n".join([*head, *(f"- {_rule(rule, longest, words)}" for rule in shown), *more]))
    return Card((Text(text),), Colour.UNSURE if is_open else Colour.PLAIN)


def _rule(rule: Rule, longest: int, words: Words) -> str:
    if rule.kind is Kind.CHANNEL:
        target = f"<#{rule.target}>"
    elif rule.target == rule.guild:
        target = words("access-everyone")
    else:
        target = f"<@&{rule.target}>"
    return words("access-rule", collection=collection_name(rule.collection, words, longest), target=target)


def collection_name(collection: str, words: Words, longest: int = _LONGEST_NAME) -> str:
    """A collection as people see it; the two that have no name are described."""
    if collection == EVERYTHING:
        return words("collection-everything")
    return f"**{inert_line(collection, longest)}**" if collection else words("collection-top")


def help_card(words: Words, *, admin: bool) -> Card:
    """What the bot can do, with an example of each."""
    parts = ["help-ask", "help-cite", "help-define", "help-check", "help-follow", "help-browse", "help-feedback"]
    lines = [f"### {words('help-title')}", words("help-intro"), *(words(part) for part in parts)]
    if admin:
        lines.append(words("help-admin"))
    return Card((Text("\n".join(lines)),))
