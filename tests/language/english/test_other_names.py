"""Aliases that a text gives in words, and those that are refused because they may be wrong."""

from __future__ import annotations

import time

import pytest

from askbrief.language.english.names import other_names
from tests.conftest import ROOT, SEED


def found(text: str) -> list[tuple[str, str]]:
    return [(pair.name, pair.other) for pair in other_names(text)]


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("Also collectively known as the Pakistani Taliban, TTP militants have hidden.", "TTP", "Pakistani Taliban"),
        ("The Islamic State, also known as Daesh, fled.", "Islamic State", "Daesh"),
        ("ISIS (aka Daesh) fled.", "ISIS", "Daesh"),
        ("It was led by Abu Bakr al-Baghdadi, a.k.a. Abu Dua.", "Abu Bakr al-Baghdadi", "Abu Dua"),
        ("fighters of the Tehreek-e-Taliban Pakistan (TTP), also known as the Pakistani Taliban, hid",
         "Tehreek-e-Taliban Pakistan", "Pakistani Taliban"),
        ("Swaziland, now known as Eswatini, is small.", "Swaziland", "Eswatini"),
        ("The Malkin Center, known as the “MAC”, was closed.", "Malkin Center", "MAC"),
        ("Burma was renamed Myanmar in 1989.", "Burma", "Myanmar"),
        ("Andersen Consulting changed its name to Accenture in 2001.", "Andersen Consulting", "Accenture"),
        ('The Islamic State, formerly known as the "Islamic State of Iraq and the Levant", fled.',
         "Islamic State", "Islamic State of Iraq and the Levant"),
        ("Later the Yuan is sometimes known as the Empire of the Great Khan.", "Yuan", "Empire of the Great Khan"),
    ],
)  # fmt: skip
def test_two_capitalised_names_are_taken_for_one_thing(text: str, one: str, other: str) -> None:
    assert found(text) == [(one, other)]


@pytest.mark.parametrize(
    "text",
    [
        "The militants, known collectively as the Pakistani Taliban, fled.",
        "They settled in the east of Ireland, later known as the Pale.",
        "an interpretation of Islam, known as Wahhabism, spread.",
        "Some DUSPs are also known as MAPK phosphatases.",
        "The car, licensed from Fiat, later renamed FSO, was built.",
        "He is also known as a good cook.",
        "It is known as soon as it is said.",
        "The Taliban, also known as the Taliban, fled.",
        "also known as",
    ],
)
def test_what_may_be_another_thing_is_not_taken(text: str) -> None:
    assert found(text) == []


def test_the_seed_gives_one() -> None:
    assert found((ROOT / "seeds" / SEED).read_text(encoding="utf-8")) == [("TTP", "Pakistani Taliban")]


@pytest.mark.parametrize(
    "hostile", ["known as ", "also known as A ", "Aa ", "Ab-", "A of ", "aka (", "Also known as X, "]
)
def test_hostile_text_takes_time_in_proportion_to_its_length(hostile: str) -> None:
    def seconds(times: int) -> float:
        started = time.process_time()
        list(other_names(f"{hostile * times} also known as {hostile * times}"))
        return time.process_time() - started

    short, long = seconds(2_500), seconds(10_000)
    assert long < 10 * short + 0.25
