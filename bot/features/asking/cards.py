"""The card of an answer: the verdict in words, the passages with their quotes, and buttons."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from askbrief.records import Answer, Hit, Verdict
from bot.discord_io.cards import (
    MAX_CHARACTERS,
    MIN_QUOTE,
    Block,
    Button,
    ButtonLook,
    Card,
    Colour,
    Divider,
    LinkMaker,
    Section,
    Text,
    action_id,
    no_link,
    passage_head,
    quote_sections,
    row,
)
from bot.discord_io.markup import inert_line, length

if TYPE_CHECKING:
    from collections.abc import Mapping

    from askbrief.records import FigureGroup
    from askbrief.service.scoping import Coverage
    from bot.discord_io.language import Localization

_COLOURS = {Verdict.STRONG: Colour.GOOD, Verdict.WEAK: Colour.UNSURE, Verdict.NONE: Colour.QUIET}
_MAX_QUESTION = 300
_MAX_TITLE = 120
_MAX_SENTENCE = 500
_PART_LENGTHS = (160, 80, 40, 20)
"""Titles, credits and locators are cut to the first of these lengths that leaves every quote `MIN_QUOTE`."""
_MAX_FIGURES = 4
_MAX_FIGURE = 60
_MAX_UNIT = 30
_MAX_CITED = 6
_MAX_NAME, _MAX_NAMES = 60, 6


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """What the card of an answer shows besides the answer.

    `exchange` is its id in the journal. `question` is the text that the person wrote; `answer.question` is what was
    searched. `first` is the first passage, from 0; `size` the number of passages; `more`: others follow. `nearest`
    shows the passages even if none answers. `restriction` names the sources and dates that the question was limited
    to. `note` is a line of small print. `share`, `discuss` and `vote` say whether there is such a button.
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
    restriction: str = ""
    note: str = ""
    now: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))
    link: LinkMaker = no_link


def answer_card(answer: Answer, page: AnswerPage, words: Localization) -> Card:
    """Return the card of one page of an answer; it fits Discord's limits whatever the documents contain."""
    hits = answer.hits[page.first : page.first + page.size]
    notes = [f"-# {inert_line(page.note, _MAX_TITLE)}"] if page.note else []
    notes += [f"-# ⚠ {words('keys-not-kept')}"] if answer.notes else []
    footer = Text("\n".join([*notes, _footer(page, words)]))
    if not hits or (answer.verdict is Verdict.NONE and not page.nearest):
        return _no_answer(answer, page, footer, words)
    head = _head(answer, page, words)
    figures = [] if page.first or answer.verdict is Verdict.NONE else _figures(answer, words)
    room = MAX_CHARACTERS - sum(length(text.markdown) for text in (head, *figures, footer))
    sections = _sections(hits, page, room, words)
    blocks: list[Block] = [head, *figures, Divider(), *sections, Divider(), footer, *_buttons(page, words)]
    return Card(tuple(blocks), _COLOURS[answer.verdict])


def _footer(page: AnswerPage, words: Localization) -> str:
    coverage = page.coverage
    return "-# " + words(
        "footer",
        documents=words("documents", count=coverage.documents),
        passages=words("passages", count=coverage.passages),
        ago=words.ago(coverage.built_at, page.now),
    )


def _head(answer: Answer, page: AnswerPage, words: Localization) -> Text:
    lines = [*_question_lines(answer, page, words), f"### {words(f'verdict-{answer.verdict}')}"]
    if page.first:
        shown = len(answer.hits[page.first : page.first + page.size])
        lines.append(words("passages-from-to", first=page.first + 1, last=page.first + shown))
    elif answer.verdict is Verdict.STRONG:
        lines += [*_short_answer(answer), f"{inert_line(answer.hits[0].answer_sentence, _MAX_SENTENCE)} **[1]**"]
    elif answer.verdict is Verdict.WEAK:
        lines.append(words("weak-explained"))
    else:
        lines.append(words("nearest-explained"))
    return Text("\n".join(lines))


def _short_answer(answer: Answer) -> list[str]:
    """Return the name, date or place that the question asks for; figures have their own lines."""
    first = answer.hits[0]
    if first.answer is None or answer.figures:
        return []
    return [f"**{inert_line(first.words(first.answer), _MAX_FIGURE)}**"]


def _question_lines(answer: Answer, page: AnswerPage, words: Localization) -> list[str]:
    lines = [f"-# {inert_line(page.question, _MAX_QUESTION)}"]
    if answer.question != " ".join(page.question.split()):
        searched = inert_line(answer.question, _MAX_QUESTION)
        lines.append(f"-# {words('searched-for', question=searched)}")
    if answer.searched_also:
        names = ", ".join(inert_line(name, _MAX_NAME) for name in answer.searched_also[:_MAX_NAMES])
        lines.append(f"-# {words('searched-also', names=names)}")
    if page.restriction:
        lines.append(f"-# {words('narrowed-to', what=inert_line(page.restriction, _MAX_TITLE))}")
    return lines


def _figures(answer: Answer, words: Localization) -> list[Text]:
    """List the figures of the sources: one line for those that agree, with the numbers of their passages."""
    if not answer.figures:
        return []
    numbers = {key: hit.rank for hit in answer.hits for key in (hit.key, *hit.also)}
    lines = [_figure_line(group, numbers) for group in answer.figures]
    differ = any(group.differs for group in answer.figures)
    head = f"**{words('figures')}**" + (f" · {words('figures-differ')}" if differ else "")
    if len(lines) > _MAX_FIGURES:
        lines = [*lines[: _MAX_FIGURES - 1], f"-# {words('figures-more', count=len(lines) - _MAX_FIGURES + 1)}"]
    return [Text("\n".join([head, *lines]))]


def _figure_line(group: FigureGroup, numbers: Mapping[str, int]) -> str:
    newest = group.figures[0]
    unit = inert_line(newest.unit, _MAX_UNIT) if newest.counted else ""
    figure = " ".join(filter(None, [f"**{inert_line(newest.text, _MAX_FIGURE)}**", unit]))
    as_of = f"“{inert_line(newest.as_of, _MAX_UNIT)}”" if newest.as_of else ""
    cited = sorted({numbers[figure.key] for figure in group.figures if figure.key in numbers})
    sources = " ".join(f"**[{number}]**" for number in cited[:_MAX_CITED]) + (" …" if cited[_MAX_CITED:] else "")
    return " · ".join(filter(None, [figure, newest.date or "", as_of, sources]))


def _sections(hits: tuple[Hit, ...], page: AnswerPage, room: int, words: Localization) -> list[Section]:
    """Give each passage its share of the room: long quotes are cut first, then titles and credits, then links."""
    for link, longest in [(page.link, longest) for longest in _PART_LENGTHS] + [(no_link, _PART_LENGTHS[-1])]:
        heads = [passage_head(hit, page.first + place, words, longest, link) for place, hit in enumerate(hits, start=1)]
        left = room - sum(length(head) + 1 for head in heads)
        if left >= MIN_QUOTE * len(hits):
            break
    return quote_sections(heads, hits, left, words)


def _no_answer(answer: Answer, page: AnswerPage, footer: Text, words: Localization) -> Card:
    """Return the card for "the sources don't say": what the sources cover, and no passage as if it were an answer."""
    lines = [*_question_lines(answer, page, words), f"### {words('verdict-none')}"]
    if not page.coverage.documents:
        return Card((Text("\n".join([*lines, words("nothing-to-search")])), *row(*_vote_buttons(page))), Colour.QUIET)
    reason = "nothing-fits" if page.restriction and not answer.hits else "none-explained"
    lines += [words(reason), _covered(page.coverage, words)]
    has_nearest = answer.hits and not page.nearest
    nearest = Button(words("button-nearest"), action_id("nearest", page.exchange)) if has_nearest else None
    buttons = row(_share_button(page, words), nearest, *_vote_buttons(page))
    return Card((Text("\n".join(lines)), Divider(), footer, *buttons), Colour.QUIET)


def _covered(coverage: Coverage, words: Localization) -> str:
    titles = ", ".join(f"*{inert_line(title, _MAX_TITLE)}*" for title in coverage.titles)
    rest = coverage.documents - len(coverage.titles)
    lines = [words("covered", titles=titles) if not rest else words("covered-and-more", titles=titles, count=rest)]
    if coverage.years:
        first, last = map(str, coverage.years)
        lines.append(
            words("covered-year", year=first) if first == last else words("covered-years", first=first, last=last)
        )
    return " ".join(lines)


def _buttons(page: AnswerPage, words: Localization) -> tuple[Block, ...]:
    following, previous = page.first + page.size, max(0, page.first - page.size)
    action = "nearest" if page.nearest else "more"
    return row(
        Button(words("button-earlier"), action_id(action, page.exchange, previous)) if page.first else None,
        Button(words("button-more"), action_id(action, page.exchange, following), look=ButtonLook.PRIMARY)
        if page.more
        else None,
        _share_button(page, words),
        Button(words("button-discuss"), action_id("discuss", page.exchange)) if page.discuss else None,
        *_vote_buttons(page),
    )


def _share_button(page: AnswerPage, words: Localization) -> Button | None:
    return Button(words("button-share"), action_id("share", page.exchange)) if page.share else None


def _vote_buttons(page: AnswerPage) -> list[Button]:
    votes = (("up", "👍"), ("down", "👎")) if page.vote else ()
    return [Button("", action_id(vote, page.exchange), emoji=emoji) for vote, emoji in votes]
