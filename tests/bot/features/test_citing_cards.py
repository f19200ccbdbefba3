"""Citations as cards, whatever they say: within Discord's limits in every language, the key always whole."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askbrief.records import Citation, CitationStatus, Metadata, Style, Surroundings
from bot.discord_io import language
from bot.discord_io.cards import Button, ButtonRow, Card, Text
from bot.discord_io.markup import inert, length
from bot.features.citing import cards

WORDS = language.load()

_PIECES = st.text(
    st.one_of(st.sampled_from("*_`~|[]()<>#\\\n- .@:/😀\u202e\u200b\u0301"), st.characters(codec="utf-8")), max_size=12
)
_ANY = st.builds(lambda piece, times: piece * times, _PIECES, st.sampled_from([1, 1, 3, 60, 600]))
_URLS = st.one_of(st.none(), _ANY, _ANY.map(lambda path: f"https://example.org/{path}"))
_METADATA = st.builds(
    Metadata, author=st.lists(_ANY, max_size=3).map(tuple), publisher=_ANY, date=st.just("2022-07-05"), url=_URLS
)
_KEYS = st.sampled_from(["ttp-report-k7f3qa", "ö" * 73 + "-k7f3qa", "a" * 73 + "-k7f3qa"])
_CITATIONS = st.builds(
    Citation,
    key=_KEYS,
    status=st.sampled_from(CitationStatus),
    doc_id=_ANY,
    title=_ANY,
    metadata=_METADATA,
    locator=_ANY,
    start=st.just(0),
    end=st.just(1),
    quote=_ANY,
    current_doc_id=st.none() | _ANY,
    current_locator=st.none() | _ANY,
    current_text=st.none() | _ANY,
)


def taken_by_discord(card: Card) -> bool:
    """Whether Discord takes a card, with all its buttons."""
    rows = [block for block in card.blocks if isinstance(block, ButtonRow)]
    texts = [block.markdown for block in card.blocks if isinstance(block, Text)]
    return (
        card.fits
        and all(texts)
        and all(1 <= len(row.buttons) <= 5 for row in rows)
        and all(_is_button(button) for row in rows for button in row.buttons)
        and (card.file is None or card.file[0].isascii())
    )


def _is_button(button: Button) -> bool:
    if button.url:
        return bool(re.fullmatch(r"https?://\S{1,505}", button.url)) and 1 <= length(button.label) <= 80
    return 1 <= length(button.action) <= 100 and 1 <= length(button.label) <= 80


@settings(derandomize=True, deadline=None, max_examples=200)
@given(citation=_CITATIONS, before=_ANY, after=_ANY, locale=st.sampled_from(sorted(WORDS)))
def test_any_citation_fits_into_a_message(citation: Citation, before: str, after: str, locale: str) -> None:
    words = WORDS[locale]
    shown = [
        *(cards.menu_card(citation, style, words, postable=True) for style in cards.STYLES),
        cards.resolved_card(citation, words),
        cards.posted_card(citation, words, by=inert("*" * 60)),
        cards.around_card(Surroundings(citation, before, after), words),
    ]
    assert all(map(taken_by_discord, shown))


def test_words_that_moved_to_a_place_without_a_locator_name_the_document_alone() -> None:
    citation = Citation("a-k7f3qa", CitationStatus.MOVED, "a.txt", "A", Metadata(), "¶ 1", 0, 1, "x", "b.txt")
    assert "elsewhere now: b.txt." in text_of(cards.resolved_card(citation, WORDS["en"]))


def text_of(card: Card) -> str:
    return "\n".join(block.markdown for block in card.blocks)


@pytest.mark.parametrize("noise", ["*_`~|[]()<>#\\ ", "😀😀😀😀 ", "# * - `x` "])
def test_neighbours_full_of_marks_are_shown_as_far_as_they_fit(noise: str) -> None:
    """Escaping doubles them; the passage itself stays whole, and of both neighbours what is nearest to it."""
    quote = "The red door opens at nine. " * 40
    citation = Citation("a-k7f3qa", CitationStatus.INTACT, "a.txt", "A", Metadata(), "¶ 1", 0, 1, quote)
    card = cards.around_card(Surroundings(citation, f"{noise * 90}End.", f"Begin. {noise * 90}"), WORDS["en"])
    before, _, after = text_of(card).partition(f"> {quote.strip()}")
    assert card.fits
    assert "-# \\[…\\] " in before
    assert before.rstrip().endswith("End.")
    assert after.lstrip().startswith("-# Begin. ")
    assert " \\[…\\]" in after
    for neighbour in (before, after):
        assert neighbour.count(inert(noise.strip())) > 10


@pytest.mark.parametrize("locale", sorted(WORDS))
@pytest.mark.parametrize("noise", ["*", "😀", "\n*", "x", "://", "`"])
@pytest.mark.parametrize("status", list(CitationStatus))
def test_the_longest_citations_fit_and_keep_their_key(locale: str, noise: str, status: CitationStatus) -> None:
    """Everything about them is as long as can be, and full of what must be escaped."""
    long = noise * 5_000
    about = Metadata(author=(long, long), publisher=long, date="2022-07-05")
    key = "a" * 73 + "-k7f3qa"
    citation = Citation(key, status, long, long, about, long, 0, 9, long, long, long, 0, 9, long)
    words = WORDS[locale]
    shown = [
        cards.resolved_card(citation, words),
        cards.posted_card(citation, words, by=inert("*" * 60)),
        cards.around_card(Surroundings(citation, long, long), words),
    ]
    for card in shown:
        assert taken_by_discord(card)
        assert f"`{key}`" in text_of(card)
    assert taken_by_discord(cards.menu_card(citation, Style.PLAIN, words, postable=True))
