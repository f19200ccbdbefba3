"""The analyser: which words have the same index term."""

from __future__ import annotations

import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from askbrief.language.analysis import analyse
from askbrief.language.english.words import STOP_WORDS

# Any text, and text made of what the analyser takes apart.
texts = st.text() | st.text(alphabet="aAsSé1٣ß東サ한की.,'’-‑ \u0301\u0345\u200d", max_size=40)


@pytest.mark.parametrize(
    ("written", "also_written"),
    [
        ("3,000", "3000"),
        ("1,234,567.5", "1234567.5"),
        ("U.S.", "US"),
        ("U.N.", "UN"),
        ("U.S.A.", "USA"),
        ("A.I.D.S.", "AIDS"),
        ("U.S.'s", "U.S."),
        ("TTP's", "TTP"),
        ("the fighters’ camps", "the fighters' camps"),
        ("Qaida’s", "Qaida's"),
        ("Zürich", "Zurich"),
        ("naïve café", "naive cafe"),
        ("Straße", "STRASSE"),
        ("fighters", "fighter"),
        ("attacking attacked attacks", "attack attack attack"),
        ("Kabul", "KABUL"),
        ("ﬁghters", "fighters"),  # a ligature
        ("６０", "60"),  # full width
        ("cease‑fire", "cease-fire"),  # a non-breaking hyphen
        ("don't", "dont"),
        ("О'Нил", "О’Нил"),
    ],
)
def test_two_ways_to_write_the_same_are_the_same_terms(written: str, also_written: str) -> None:
    assert analyse(f"see {written} here, please") == analyse(f"see {also_written} here, please")


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("UN", ["un"]),
        ("60", ["60"]),
        ("60th", ["60th"]),
        ("H1N1", ["h1n1"]),
        ("3.5 percent", ["3.5", "percent"]),
        ("1,2,3", ["1", "2", "3"]),  # a list, not a number
        ("on July 5,2022", ["juli", "5", "2022"]),  # a space forgotten, not a thousand
        ("COVID-19", ["covid19", "covid", "19"]),
        ("state-of-the-art", ["stateoftheart", "state", "art"]),
        ("e.g. at 5 p.m.", ["eg", "5", "pm"]),
        ("東京都", ["東京", "京都"]),
        ("東", ["東"]),
        ("서울에서 보고", ["서울", "울에", "에서", "보고"]),
        ("हिन्दी में", ["हिन्दी", "में"]),  # its vowel signs are marks, and part of the word
        ("", []),
        (" .,;!? — “” ", []),
    ],
)
def test_a_text_gives_these_terms(text: str, terms: list[str]) -> None:
    assert analyse(text) == terms


def test_us_is_no_stop_word_since_it_is_what_the_dots_leave() -> None:
    assert "us" not in STOP_WORDS
    assert analyse("U.S. troops, US troops, us troops") == ["us", "troop"] * 3


@pytest.mark.parametrize("question", ["ceasefire", "cease-fire", "cease fire"])
def test_a_hyphenated_word_is_found_whole_and_by_its_parts(question: str) -> None:
    assert set(analyse(question)) <= set(analyse("They signed a cease-fire."))


@pytest.mark.parametrize("acronym", ["WHO", "IT", "AM", "DO"])
def test_a_stop_word_goes_but_not_where_capitals_make_it_an_acronym(acronym: str) -> None:
    assert analyse(f"asked {acronym.lower()} there") == ["ask"]
    assert analyse(f"asked {acronym} there") == ["ask", acronym.lower()]


def test_in_a_text_all_in_capitals_they_make_no_acronym() -> None:
    assert analyse("WHO SAID THIS TO HIM?") == analyse("who said this to him?") == ["said"]


def test_no_stop_word_is_a_term() -> None:
    assert {word: terms for word in STOP_WORDS if (terms := analyse(f"{word} {word.capitalize()}"))} == {}


def test_terms_come_in_order_and_as_often_as_they_stand_there() -> None:
    assert analyse("The bridge, the river, the bridge") == ["bridg", "river", "bridg"]


@settings(derandomize=True, deadline=None)
@given(texts)
def test_no_term_is_empty_or_endless_and_none_holds_white_space(text: str) -> None:
    for term in analyse(text):
        assert 1 <= len(term) <= 64
        assert not any(character.isspace() for character in term)


@pytest.mark.parametrize(
    "endless", ["a" * 500, "A." * 500, "1" * 500, "1" + ",000" * 200, "x-" * 200 + "x", "한" * 500]
)
def test_an_endless_word_is_cut(endless: str) -> None:
    terms = analyse(endless)
    assert terms
    assert max(map(len, terms)) <= 64


@settings(derandomize=True, deadline=None)
@given(texts)
@example("e\u0301\u0327")
def test_composed_and_decomposed_letters_are_the_same(text: str) -> None:
    assert analyse(unicodedata.normalize("NFD", text)) == analyse(unicodedata.normalize("NFC", text))


@settings(derandomize=True, deadline=None)
@given(st.lists(texts, min_size=1, max_size=8))
def test_the_same_text_has_the_same_terms_in_every_thread(texts: list[str]) -> None:
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(analyse, texts)) == [analyse(text) for text in texts]


ASCII = st.text(st.characters(max_codepoint=127), max_size=40)
WORDY = st.lists(st.sampled_from("U.S. 3,000 3,00 4.5 al-Qaida's it's IT A.B.C e.g. -- , . ' x1 1x 7,500.25".split()))


@given(ASCII | WORDY.map(" ".join) | WORDY.map("".join))
def test_the_fast_pattern_for_ascii_finds_what_the_one_for_all_scripts_finds(text: str) -> None:
    assert analyse(text) == analyse(f"{text} ١")[:-1]
