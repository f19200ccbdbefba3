"""What a name stands for, as a card: each meaning with the passage that says so, and a button to cite it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.discord_io.cards import (
    MOST_CHARACTERS,
    Block,
    Button,
    Card,
    Colour,
    Divider,
    Link,
    Section,
    Text,
    action_id,
    no_link,
    shares,
)
from bot.discord_io.markup import inert_line, length, quote
from bot.features.asking.cards import LEAST_QUOTE, passage_head

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.records import Definition
    from bot.discord_io.language import Words

_MOST = 5
_LONGEST_NAMES = 200
_LONGEST_PART = 80


def definitions(found: Sequence[Definition], words: Words, link: Link = no_link) -> Card:
    """The meanings of a name, the team's own first; of many the first five. Long quotes give way, then links."""
    shown = found[:_MOST]
    more = [f"-# {words('and-more', count=len(found) - _MOST)}"] if found[_MOST:] else []
    notes = [f"-# ⚠ {words('keys-not-kept')}"] if any(one.notes for one in found) else []
    ours = [_meaning(one, words) for one in shown if one.hit is None]
    hits = [one.hit for one in shown if one.hit]
    rest = [Text("\n".join([*more, *notes]))] if more or notes else []
    for chosen in (link, no_link):
        heads = _heads([one for one in shown if one.hit], words, chosen)
        taken = sum(length(text) + 1 for text in [*ours, *heads, *(text.markdown for text in rest)])
        room = MOST_CHARACTERS - taken
        if room >= LEAST_QUOTE * len(hits):
            break
    given = shares([length(quote(hit, MOST_CHARACTERS)) for hit in hits], room)
    blocks: list[Block] = [Text("\n".join(ours))] if ours else []
    for head, hit, most in zip(heads, hits, given, strict=True):
        blocks += [Divider()] if blocks else []
        button = Button(words("button-cite"), action_id("cite", hit.key))
        blocks.append(Section(f"{head}\n{quote(hit, most)}", button))
    return Card((*blocks, *rest), Colour.GOOD)


def _heads(defined: Sequence[Definition], words: Words, link: Link) -> list[str]:
    return [
        f"{_meaning(one, words)}\n{passage_head(one.hit, place, words, _LONGEST_PART, link)}"
        for place, one in enumerate(defined, start=1)
        if one.hit
    ]


def _meaning(one: Definition, words: Words) -> str:
    """One name, and what it stands for."""
    forms = ", ".join(one.forms) if one.from_aliases else one.forms[0]
    said = words("defined-by-team") if one.from_aliases else words("documents", count=one.documents)
    return f"### {inert_line(one.name, _LONGEST_NAMES)}: {inert_line(forms, _LONGEST_NAMES)}\n-# {said}"
