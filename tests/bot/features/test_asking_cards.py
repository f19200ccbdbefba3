"""The card of an answer: what it says, in which order, and that Discord always takes it."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bot.features
from askbrief.records import Answer, Figure, FigureGroup, Hit, Metadata, Source, Verdict
from askbrief.service.scoping import Coverage
from bot.discord_io.cards import Button, ButtonRow, Card, LinkMaker, Section, Text, action_id, no_link, shares
from bot.discord_io.language import load
from bot.features.asking.cards import AnswerPage, answer_card
from tests.bot.discord_io.test_markup import NASTY, flat, hit_of, nasty, quoted, shown, some_hits, with_answer

if TYPE_CHECKING:
    from collections.abc import Sequence

ANY = settings(derandomize=True, max_examples=150, deadline=None)
WORDS = load()
NOW = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
COVERAGE = Coverage(3, 40, ("Report", "Minutes"), ("un",), (2021, 2022), NOW - dt.timedelta(hours=3))
SENTENCES = ["The harbour was closed. ", "It opened in 1904. ", "It was dredged in 1951."]
VERDICTS = st.sampled_from(Verdict)
LINKS: list[LinkMaker] = [no_link, lambda key, _: f"https://a.test/c/{key}", lambda *_: f"https://a.test/{'x' * 497}"]


def answer_with(*hits: Hit, verdict: Verdict = Verdict.STRONG, question: str = "When did it open?") -> Answer:
    return Answer(question, verdict, 0.8, "g1", hits)


def page_of(**values: Any) -> AnswerPage:
    return AnswerPage(
        **{"exchange": "abcdefgh", "question": "When did it open?", "coverage": COVERAGE, "now": NOW, **values}
    )


def card_of(*hits: Hit, verdict: Verdict = Verdict.STRONG, locale: str = "en", **values: Any) -> Card:
    return answer_card(answer_with(*hits, verdict=verdict), page_of(**values), WORDS[locale])


def shown_text(card: Card) -> str:
    return "\n".join(block.markdown for block in card.blocks)


def sections(card: Card) -> list[Section]:
    return [block for block in card.blocks if isinstance(block, Section)]


def buttons(card: Card) -> list[Button]:
    return [button for block in card.blocks if isinstance(block, ButtonRow) for button in block.buttons]


def labels(card: Card) -> list[str]:
    return [button.label or button.emoji for button in buttons(card)]


def in_order(text: str, *parts: str) -> bool:
    places = [text.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


HIT = replace(
    hit_of(SENTENCES, 1),
    title="Port report",
    metadata=Metadata(author=("A. Pilot",), publisher="Port", date="2022-07-05"),
    locator="p. 3, ¶ 12",
)


# ----------------------------------------------------------------------------------------- what it says


def test_a_strong_answer_is_verdict_sentence_passages_and_the_age_of_the_index_in_this_order() -> None:
    card = card_of(HIT, replace(HIT, key="minutes-abcdef", title="Minutes"))
    assert in_order(
        shown_text(card),
        "-# When did it open?",
        "### Strong match",
        "It opened in 1904. **[1]**",
        "**[1] Port report**\n-# A. Pilot · Port · 2022-07-05 · p. 3, ¶ 12 · `report-k7f3qa`\n> The harbour was",
        "**It opened in 1904.** It was",
        "**[2] Minutes**",
        "-# 3 documents, 40 passages · index built 3 hours ago",
    )
    assert [section.button for section in sections(card)] == [
        Button("Cite", "ab:cite:report-k7f3qa"),
        Button("Cite", "ab:cite:minutes-abcdef"),
    ]


def test_the_date_asked_for_stands_by_itself_above_the_sentence_and_is_underlined_in_its_passage() -> None:
    year = with_answer(HIT, len("It opened in "), len("1904"))
    shown = shown_text(card_of(year))
    assert in_order(
        shown, "### Strong match", "**1904**", "It opened in 1904. **[1]**", "**It opened in __1904__.** It was"
    )
    weak = shown_text(card_of(year, verdict=Verdict.WEAK))
    assert "**1904**" not in weak
    assert "**It opened in __1904__.**" in weak


def test_a_weak_answer_warns_and_does_not_open_with_a_sentence_as_if_it_were_the_answer() -> None:
    head = card_of(HIT, verdict=Verdict.WEAK).blocks[0].markdown
    assert "Weak match" in head
    assert "read them before you rely on them" in head
    assert "1904" not in head


def test_without_an_answer_no_passage_is_shown_and_what_there_is_is_named() -> None:
    card = card_of(HIT, verdict=Verdict.NONE)
    assert not sections(card)
    assert "1904" not in shown_text(card)
    assert "The sources don't say" in shown_text(card)
    assert "*Report*, *Minutes* and 1 more document. They are dated 2021 to 2022." in shown_text(card)
    assert buttons(card)[0] == Button("Show nearest anyway", "ab:nearest:abcdefgh")


def test_the_nearest_passages_are_never_called_an_answer() -> None:
    card = card_of(HIT, verdict=Verdict.NONE, nearest=True)
    assert len(sections(card)) == 1
    assert "Nothing here answers it well." in card.blocks[0].markdown
    assert "1904" not in card.blocks[0].markdown
    assert "Show nearest anyway" not in labels(card)


def test_where_nothing_was_found_there_is_no_nearest_to_be_shown() -> None:
    assert "Show nearest anyway" not in labels(card_of(verdict=Verdict.NONE))


def test_where_there_is_nothing_to_search_the_card_says_whom_to_ask() -> None:
    empty = replace(COVERAGE, documents=0, passages=0, titles=(), years=None)
    assert "/access allow" in shown_text(card_of(verdict=Verdict.NONE, coverage=empty))


def test_a_follow_up_says_what_was_searched_for_and_another_question_does_not() -> None:
    long_answer = answer_card(
        answer_with(HIT, question="When did it open? and in 2021?"), page_of(question="and in 2021?"), WORDS["en"]
    )
    assert shown_text(long_answer).startswith("-# and in 2021?\n-# searched for: When did it open? and in 2021?\n")
    assert "searched for" not in shown_text(card_of(HIT, question=" When did\nit   open?"))


def test_a_narrowed_search_and_a_note_are_in_small_print() -> None:
    card = card_of(HIT, restriction="un, 2021 – …", note="Shared by Alice")
    assert "\n-# only in: un, 2021 – …\n" in shown_text(card)
    assert "\n-# Shared by Alice\n" in shown_text(card)


def test_a_key_that_was_not_kept_is_told() -> None:
    card = answer_card(replace(answer_with(HIT), notes=("disk full",)), page_of(), WORDS["en"])
    assert "could not be stored" in shown_text(card)
    assert "disk full" not in shown_text(card)


def test_near_duplicates_that_are_not_shown_are_counted() -> None:
    assert "also word for word, or nearly, in 2 other places" in shown_text(card_of(replace(HIT, also=("a", "b"))))


def test_it_speaks_german() -> None:
    text = shown_text(card_of(HIT, locale="de"))
    assert in_order(text, "Klarer Treffer", "[1] Port report", "Index erstellt vor 3 Stunden")


# --------------------------------------------------------------------------------------------- figures


def figure_of(hit: Hit, text: str, unit: str = "fighters", **values: Any) -> Figure:
    given = {"low": 3000, "high": 4000, "approximate": False, "date": hit.metadata.date, "as_of": None, **values}
    return Figure(
        text=text,
        unit=unit,
        key=hit.key,
        doc_id=hit.doc_id,
        title=hit.title,
        sentence=hit.highlight,
        start=0,
        end=9,
        **given,
    )


def group_of(*figures: Figure, differs: bool = False) -> FigureGroup:
    return FigureGroup(figures[0].low, figures[0].high, figures[0].unit, figures, differs)


def card_with(*groups: FigureGroup, locale: str = "en", **values: Any) -> Card:
    shown = [replace(HIT, rank=place, key=f"report-{place}", also=(f"copy-{place}",)) for place in (1, 2)]
    return answer_card(replace(answer_with(*shown), figures=groups), page_of(**values), WORDS[locale])


FIRST = figure_of(replace(HIT, key="report-1"), "3,000 to 4,000", as_of="July 5")


def test_figures_stand_above_the_passages_with_their_dates_and_the_passages_that_have_them() -> None:
    agreeing = figure_of(replace(HIT, key="copy-2"), "3,000-4,000")
    share = figure_of(replace(HIT, key="report-2"), "42%", "%", counted=False)
    assert card_with(group_of(FIRST, agreeing), group_of(share)).blocks[1].markdown == (
        "**Figures**\n"
        "**3,000 to 4,000** fighters · 2022-07-05 · “July 5” · **[1]** **[2]**\n"
        "**42%** · 2022-07-05 · **[2]**"
    )


def test_figures_that_differ_are_said_to_and_too_many_are_counted() -> None:
    some = [group_of(figure_of(replace(HIT, key="report-2"), f"{place},000"), differs=True) for place in range(1, 7)]
    lines = card_with(*some).blocks[1].markdown.split("\n")
    assert len(lines) == 5
    assert lines[0] == "**Figures** · they differ; each is quoted from its source"
    assert lines[-1] == "-# and 3 other figures in the passages"
    assert "weichen voneinander ab" in card_with(*some, locale="de").blocks[1].markdown


def test_later_pages_and_nearest_passages_have_no_figures() -> None:
    assert "Figures" not in shown_text(card_with(group_of(FIRST), first=1))
    shown = replace(answer_with(HIT, verdict=Verdict.NONE), figures=(group_of(FIRST),))
    assert "Figures" not in shown_text(answer_card(shown, page_of(nearest=True), WORDS["en"]))


# --------------------------------------------------------------------------------------------- buttons


def test_later_pages_number_their_passages_on_and_lead_back_and_forth() -> None:
    hits = [replace(HIT, key=f"report-{place}") for place in range(10)]
    card = card_of(*hits, first=3, more=True)
    assert "Passages 4 to 6" in shown_text(card)
    assert [section.markdown[:5] for section in sections(card)] == ["**[4]", "**[5]", "**[6]"]
    assert [section.button.action for section in sections(card)] == [f"ab:cite:report-{place}" for place in (3, 4, 5)]
    assert {button.label: button.action for button in buttons(card)[:2]} == {
        "Earlier": "ab:more:abcdefgh:0",
        "More passages": "ab:more:abcdefgh:6",
    }


def test_pages_of_the_nearest_stay_pages_of_the_nearest() -> None:
    card = card_of(*[HIT] * 10, first=3, more=True, nearest=True, verdict=Verdict.NONE)
    assert [button.action for button in buttons(card)[:2]] == ["ab:nearest:abcdefgh:0", "ab:nearest:abcdefgh:6"]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ({}, ["👍", "👎"]),
        ({"more": True}, ["More passages", "👍", "👎"]),
        ({"share": True}, ["Share", "👍", "👎"]),
        ({"discuss": True, "more": True}, ["More passages", "Discuss", "👍", "👎"]),
        ({"vote": False}, []),
    ],
)
def test_it_has_the_buttons_that_it_is_told_to_have(shape: dict[str, Any], expected: list[str]) -> None:
    assert labels(card_of(HIT, **shape)) == expected


# ---------------------------------------------------------------------------------------------- limits


def hostile_hits(text: str, count: int) -> list[Hit]:
    sentences = [f"{text} " * 40, f"{text} answers. ", f"{text} " * 40]
    about = Metadata(author=(text * 40, text), publisher=text * 60, date="2022-07-05")
    hit = replace(hit_of(sentences, 1), title=text * 50, metadata=about, locator=f"¶ 1, § {text * 60}", also=("a", "b"))
    return [replace(hit, key=f"{'k' * 70}-{place}") for place in range(count)]


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("locale", WORDS)
@pytest.mark.parametrize("text", ["word ", "*", "👩", "w", "<@1>", "\u0301", "ﷺ", "`", "\\ ", "\n> "])
def test_the_fullest_card_is_within_the_limits_and_every_passage_keeps_words(
    text: str, locale: str, verdict: Verdict
) -> None:
    coverage = replace(COVERAGE, titles=(text * 90,) * 3)
    page = page_of(
        question=text * 500,
        coverage=coverage,
        first=5,
        size=5,
        more=True,
        nearest=True,
        share=True,
        restriction=text * 99,
        note=text * 99,
    )
    hits = [replace(hit, rank=rank) for rank, hit in enumerate(hostile_hits(text, 10), start=1)]
    figures = [figure_of(hit, f"7{text * 90}", f"men{text * 90}", as_of=text * 90) for hit in hits]
    long_answer = replace(answer_with(*hits, verdict=verdict, question=text * 600), notes=("disk full",))
    long_answer = replace(long_answer, figures=(group_of(*figures, differs=True),) * 9)
    for shape in (page, replace(page, first=0), replace(page, nearest=False)):
        card = answer_card(long_answer, shape, WORDS[locale])
        assert card.fits, (card.characters, card.components)
        for section in sections(card):
            _, bold = quoted(section.markdown.split("\n", 2)[2])
            assert "answers." in " ".join(bold)


@ANY
@given(st.lists(some_hits(nasty), max_size=6), nasty, nasty, VERDICTS, st.data())
def test_any_text_makes_a_card_that_fits_and_shows_it_as_its_own_characters(
    hits: list[Hit], title: str, question: str, verdict: Verdict, data: st.DataObject
) -> None:
    about = Metadata(author=(title,), publisher=question, date="2022")
    hits = [replace(hit, title=title, metadata=about, locator=f"§ {question}") for hit in hits]
    shape = page_of(
        question=question,
        first=data.draw(st.sampled_from([0, 1, 5])),
        size=data.draw(st.integers(1, 5)),
        nearest=data.draw(st.booleans()),
        more=True,
        share=True,
        link=data.draw(st.sampled_from(LINKS)),
        restriction=title,
        note=question,
    )
    figures = tuple(group_of(figure_of(hit, f"7 {title}", f"men {question}", as_of=title)) for hit in hits)
    card = answer_card(
        replace(answer_with(*hits, verdict=verdict, question=title), figures=figures), shape, WORDS["en"]
    )
    assert card.fits
    for block in card.blocks:
        if isinstance(block, Text):
            for line in block.markdown.split("\n"):
                shown(re.sub(r"^(-# |### )|(?<=\*\*)\[\d+\](?=\*\*( |$))|\*(Report|Minutes)\*", "", line))
    check_sections(sections(card), hits[shape.first : shape.first + shape.size])


def check_sections(made: Sequence[Section], hits: Sequence[Hit]) -> None:
    for section, hit in zip(made, hits, strict=False):
        name, about, quote = f"{section.markdown}\n".split("\n", 2)
        shown(re.sub(r"^\*\*\[\d\]", "**", name))
        key = re.search(rf"(`{hit.key}`|\[{hit.key}\]\(<https://a\.test/\S+>\))$", about)
        assert key is not None
        shown(about[: key.start()].removeprefix("-# "))
        _, bold = quoted(quote.removesuffix("\n"))
        assert " ".join(bold) == flat(hit.answer_sentence)


@pytest.mark.parametrize("text", NASTY)
def test_a_title_and_metadata_of_markup_show_as_themselves(text: str) -> None:
    about = Metadata(author=(f"A{text}B",), publisher=f"{text}C", date="2022")
    hit = replace(HIT, title=f"{text}T{text}", metadata=about, locator=f"§ {text}")
    name, small, _ = sections(card_of(hit))[0].markdown.split("\n", 2)
    plain, bold = shown(name.replace("[1]", "1"))
    assert plain == " ".join(bold)
    assert flat(plain) == f"1 {flat(hit.title)}"
    expected = " · ".join(filter(None, [flat(f"A{text}B"), flat(f"{text}C"), "2022", flat(f"§ {text}")]))
    assert flat(shown(small.removeprefix("-# ").removesuffix(" · `report-k7f3qa`"))[0]) == expected


@pytest.mark.parametrize("text", [*NASTY, "\u200b\u202e", "\u3164"])
def test_the_titles_that_the_sources_cover_show_as_themselves(text: str) -> None:
    metadata = Metadata(title=text)
    sources = [Source("un/a.txt", title, "un", metadata, 1, 9, "", "un/a.txt") for title in (text, f"T{text}")]
    card = card_of(verdict=Verdict.NONE, coverage=Coverage.of(sources, NOW))
    line = card.blocks[0].markdown.split("\n")[-1]
    first, second = re.fullmatch(r"What the sources do cover: \*(.+)\*, \*(.+)\*\.", line).groups()  # type: ignore[union-attr]
    assert first
    assert shown(second)[0].replace("\u200b", "") == flat(f"T{text}")
    assert shown(first)[0].replace("\u200b", "") in {flat(text), "un/a.txt"}


def test_long_quotes_give_way_first_and_the_answer_stays_whole_and_bold() -> None:
    filler = [f"Sentence {place} says nothing about it at all. " for place in range(60)]
    hits = [hit_of([*filler[:30], f"Answer number {place}. ", *filler[30:]], 30) for place in range(5)]
    card = card_of(*hits, size=5)
    assert 3_500 < card.characters <= 4_000
    for place, section in enumerate(sections(card)):
        plain, bold = quoted(section.markdown.split("\n", 2)[2])
        assert bold == [f"Answer number {place}."]
        assert plain.startswith("[…] Sentence ")
        assert plain.endswith("at all. […]")


def test_a_room_is_divided_so_that_small_needs_are_met_and_nothing_is_given_twice() -> None:
    assert shares([10, 20, 30], 100) == [10, 20, 30]
    assert shares([500, 10, 500], 100) == [45, 10, 45]
    assert shares([], 100) == []
    assert sum(shares([100] * 7, 99)) <= 99


def test_a_custom_id_that_discord_would_refuse_is_never_made() -> None:
    assert action_id("more", "x", 3) == "ab:more:x:3"
    with pytest.raises(ValueError, match="more than 100 characters"):
        action_id("cite", "k" * 100)


# ---------------------------------------------------------------------------------------------- purity


def test_cards_know_nothing_of_discord() -> None:
    features = Path(bot.features.__path__[0])
    names = sorted(f"bot.features.{path.parent.name}.cards" for path in features.glob("*/cards.py"))
    assert "bot.features.asking.cards" in names
    script = f"import sys, {', '.join(names)}; sys.exit(int('discord' in sys.modules))"
    root = features.parents[1]
    assert subprocess.run([sys.executable, "-c", script], cwd=root, check=False, timeout=60).returncode == 0
