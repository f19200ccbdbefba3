"""An answer as a card: the verdict in words, the passages with their quotes, and what can be done with them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from askbrief.citations.styles import credits_of
from askbrief.records import Answer, Hit, Verdict
from bot.discord_io.cards import (
    MOST_CHARACTERS,
    Block,
    Button,
    Card,
    Colour,
    Divider,
    Link,
    Look,
    Section,
    Text,
    action_id,
    linked_key,
    no_link,
    row,
    shares,
)
from bot.discord_io.markup import inert_line, length, quote, titled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from askbrief.records import FigureGroup
    from bot.coverage import Coverage
    from bot.discord_io.language import Words

_COLOURS = {Verdict.STRONG: Colour.GOOD, Verdict.WEAK: Colour.UNSURE, Verdict.NONE: Colour.QUIET}
_LONGEST_QUESTION = 300
_LONGEST_TITLE = 120
_LONGEST_SENTENCE = 500
_LONGEST_PARTS = (160, 80, 40, 20)
"""Titles, credits and locators are cut to the first of these that leaves every quote its least room."""
LEAST_QUOTE = 160
_MOST_FIGURES = 4
_LONGEST_FIGURE = 60
_LONGEST_UNIT = 30
_MOST_CITED = 6
_LONGEST_NAME, _MOST_ALSO = 60, 6


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True)
class Page:
    """What a card needs to know beside the answer.

    `question` is as it was written, the answer's own is what was searched for. `first` counts from 0. `nearest`
    shows the passages even where none answers. `note` is a line of small print. `share`, `discuss` and `vote` are
    whether there is such a button. `link` gives the addresses of passages.
    """

    exchange: str
    question: str
    coverage: Coverage
    first: int = 0
    size: int = 3
    more: bool = False
    nearest: bool = False
    share: bool = False
    discuss: bool = False
    vote: bool = True
    narrowed: str = ""
    note: str = ""
    now: dt.datetime = field(default_factory=_now)
    link: Link = no_link


def answer(found: Answer, page: Page, words: Words) -> Card:
    """The card of an answer, or of one page of it; within Discord's limits whatever the documents hold."""
    hits = found.hits[page.first : page.first + page.size]
    notes = [f"-# {inert_line(page.note, _LONGEST_TITLE)}"] if page.note else []
    notes += [f"-# ⚠ {words('keys-not-kept')}"] if found.notes else []
    footer = Text("\n".join([*notes, page.coverage.footer(words, page.now)]))
    if not hits or (found.verdict is Verdict.NONE and not page.nearest):
        return _nothing(found, page, footer, words)
    head = _head(found, page, words)
    figures = [] if page.first or found.verdict is Verdict.NONE else _figures(found, words)
    room = MOST_CHARACTERS - sum(length(text.markdown) for text in (head, *figures, footer))
    sections = _sections(hits, page, room, words)
    blocks: list[Block] = [head, *figures, Divider(), *sections, Divider(), footer, *_buttons(page, words)]
    return Card(tuple(blocks), _COLOURS[found.verdict])


def _head(found: Answer, page: Page, words: Words) -> Text:
    lines = [*_asked(found, page, words), f"### {words(f'verdict-{found.verdict}')}"]
    if page.first:
        shown = len(found.hits[page.first : page.first + page.size])
        lines.append(words("passages-from-to", first=page.first + 1, last=page.first + shown))
    elif found.verdict is Verdict.STRONG:
        lines += [*_short(found), f"{inert_line(found.hits[0].answer_sentence, _LONGEST_SENTENCE)} **[1]**"]
    elif found.verdict is Verdict.WEAK:
        lines.append(words("weak-explained"))
    else:
        lines.append(words("nearest-explained"))
    return Text("\n".join(lines))


def _short(found: Answer) -> list[str]:
    """The name, date or place that was asked for; figures have lines of their own."""
    first = found.hits[0]
    if first.answer is None or found.figures:
        return []
    return [f"**{inert_line(first.words(first.answer), _LONGEST_FIGURE)}**"]


def _asked(found: Answer, page: Page, words: Words) -> list[str]:
    """The question, and what was made of it."""
    lines = [f"-# {inert_line(page.question, _LONGEST_QUESTION)}"]
    if found.question != " ".join(page.question.split()):
        searched = inert_line(found.question, _LONGEST_QUESTION)
        lines.append(f"-# {words('searched-for', question=searched)}")
    if found.searched_also:
        names = ", ".join(inert_line(name, _LONGEST_NAME) for name in found.searched_also[:_MOST_ALSO])
        lines.append(f"-# {words('searched-also', names=names)}")
    if page.narrowed:
        lines.append(f"-# {words('narrowed-to', what=inert_line(page.narrowed, _LONGEST_TITLE))}")
    return lines


def _figures(found: Answer, words: Words) -> list[Text]:
    """The figures that the sources give, a line for those that agree, with every passage that has them."""
    if not found.figures:
        return []
    numbers = {key: hit.rank for hit in found.hits for key in (hit.key, *hit.also)}
    lines = [_figure_line(group, numbers) for group in found.figures]
    differ = any(group.differs for group in found.figures)
    head = f"**{words('figures')}**" + (f" · {words('figures-differ')}" if differ else "")
    if len(lines) > _MOST_FIGURES:
        lines = [*lines[: _MOST_FIGURES - 1], f"-# {words('figures-more', count=len(lines) - _MOST_FIGURES + 1)}"]
    return [Text("\n".join([head, *lines]))]


def _figure_line(group: FigureGroup, numbers: Mapping[str, int]) -> str:
    newest = group.figures[0]
    unit = inert_line(newest.unit, _LONGEST_UNIT) if newest.counted else ""
    figure = " ".join(filter(None, [f"**{inert_line(newest.text, _LONGEST_FIGURE)}**", unit]))
    as_of = f"“{inert_line(newest.as_of, _LONGEST_UNIT)}”" if newest.as_of else ""
    cited = sorted({numbers[figure.key] for figure in group.figures if figure.key in numbers})
    sources = " ".join(f"**[{number}]**" for number in cited[:_MOST_CITED]) + (" …" if cited[_MOST_CITED:] else "")
    return " · ".join(filter(None, [figure, newest.date or "", as_of, sources]))


def _sections(hits: tuple[Hit, ...], page: Page, room: int, words: Words) -> list[Section]:
    """Each passage in its share of the room; long quotes give way first, then what is said about them, then links."""
    for link, longest in [(page.link, longest) for longest in _LONGEST_PARTS] + [(no_link, _LONGEST_PARTS[-1])]:
        heads = [passage_head(hit, page.first + place, words, longest, link) for place, hit in enumerate(hits, start=1)]
        left = room - sum(length(head) + 1 for head in heads)
        if left >= LEAST_QUOTE * len(hits):
            break
    given = shares([length(quote(hit, MOST_CHARACTERS)) for hit in hits], left)
    return [
        Section(f"{head}\n{quote(hit, most)}", Button(words("button-cite"), action_id("cite", hit.key)))
        for head, hit, most in zip(heads, hits, given, strict=True)
    ]


def passage_head(hit: Hit, number: int, words: Words, longest: int, link: Link = no_link) -> str:
    """Two lines: number and title; then credits, locator and key, which is a link where there is one."""
    about = [*credits_of(hit.metadata), hit.locator]
    line = " · ".join(filter(None, (inert_line(part, longest) for part in about)))
    title = inert_line(titled(hit.title, hit.doc_id), min(longest, _LONGEST_TITLE))
    also = f" · {words('also', count=len(hit.also))}" if hit.also else ""
    return f"**[{number}] {title}**\n-# {line} · {linked_key(hit.key, link(hit.key, hit.doc_id))}{also}"


def _nothing(found: Answer, page: Page, footer: Text, words: Words) -> Card:
    """The sources don't say: no passage is shown as if it were an answer; what they do cover is."""
    lines = [*_asked(found, page, words), f"### {words('verdict-none')}"]
    if not page.coverage.documents:
        return Card((Text("\n".join([*lines, words("nothing-to-search")])), *row(*_votes(page))), Colour.QUIET)
    why = "nothing-fits" if page.narrowed and not found.hits else "none-explained"
    lines += [words(why), _covered(page.coverage, words)]
    buttons = [*_votes(page)]
    if found.hits and not page.nearest:
        buttons.insert(0, Button(words("button-nearest"), action_id("nearest", page.exchange)))
    if page.share:
        buttons.insert(0, _share(page, words))
    return Card((Text("\n".join(lines)), Divider(), footer, *row(*buttons)), Colour.QUIET)


def _covered(coverage: Coverage, words: Words) -> str:
    titles = ", ".join(f"*{inert_line(title, _LONGEST_TITLE)}*" for title in coverage.titles)
    rest = coverage.documents - len(coverage.titles)
    lines = [words("covered", titles=titles) if not rest else words("covered-and-more", titles=titles, count=rest)]
    if coverage.years:
        first, last = map(str, coverage.years)
        lines.append(
            words("covered-year", year=first) if first == last else words("covered-years", first=first, last=last)
        )
    return " ".join(lines)


def _buttons(page: Page, words: Words) -> tuple[Block, ...]:
    following, before = page.first + page.size, max(0, page.first - page.size)
    to_page = "nearest" if page.nearest else "more"
    return row(
        Button(words("button-earlier"), action_id(to_page, page.exchange, before)) if page.first else None,
        Button(words("button-more"), action_id(to_page, page.exchange, following), look=Look.MAIN)
        if page.more
        else None,
        _share(page, words) if page.share else None,
        Button(words("button-discuss"), action_id("discuss", page.exchange)) if page.discuss else None,
        *_votes(page),
    )


def _share(page: Page, words: Words) -> Button:
    return Button(words("button-share"), action_id("share", page.exchange))


def _votes(page: Page) -> tuple[Button, ...]:
    if not page.vote:
        return ()
    return (
        Button("", action_id("up", page.exchange), emoji="👍"),
        Button("", action_id("down", page.exchange), emoji="👎"),
    )
