"""Acronyms: the algorithm of Schwartz and Hearst on cases worked by hand, and our stricter rules."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askbrief.language.english.names import LONG_IN_BRACKETS, acronyms, before_brackets, long_form
from tests.conftest import ROOT, SEED


def found(text: str) -> list[tuple[str, str]]:
    return [(pair.name, pair.other) for pair in acronyms(text)]


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("such as the Tehreek-e-Taliban Pakistan (TTP) and", "TTP", "Tehreek-e-Taliban Pakistan"),
        ("the Pak Institute for Peace Studies (PIPS), which", "PIPS", "Pak Institute for Peace Studies"),
        ("TTP (Tehreek-e-Taliban Pakistan) fighters", "TTP", "Tehreek-e-Taliban Pakistan"),
        ("the WHO (the World Health Organization, Geneva)", "WHO", "World Health Organization"),
        ("Inter-Services Intelligence [ISI]", "ISI", "Inter-Services Intelligence"),
        ("the World Health Organization (“WHO”)", "WHO", "World Health Organization"),
        ("the World Health Organization (hereafter WHO)", "WHO", "World Health Organization"),
        ("East Turkestan Islamic Movement (ETIM; also TIP)", "ETIM", "East Turkestan Islamic Movement"),
        ("Tehreek-e-Taliban Pakistan (TTP (a movement))", "TTP", "Tehreek-e-Taliban Pakistan"),
        ("Eastern equine encephalitis virus (EEEV)", "EEEV", "Eastern equine encephalitis virus"),
        ("monoclonal antibodies (mAbs)", "mAbs", "monoclonal antibodies"),
        (
            "It ended. U.S. Agency for International Development (USAID)",
            "USAID",
            "U.S. Agency for International Development",
        ),
        ("the Court of Justice of the European Union (CJEU)", "CJEU", "Court of Justice of the European Union"),
        ("human adenovirus type 55 (HAdV-55)", "HAdV-55", "human adenovirus type 55"),
    ],
)
def test_a_short_form_and_its_long_form_are_found_in_either_order(text: str, short: str, long: str) -> None:
    assert found(text) == [(short, long)]


def test_a_long_form_may_hold_another_definition() -> None:
    names = found("the United Nations (UN) Security Council (UNSC)")
    assert names == [("UN", "United Nations"), ("UNSC", "United Nations Security Council")]


@pytest.mark.parametrize(
    "text",
    [
        "as the chart shows (Fig. 3) and (Figure 3)",
        "in the third part of the intervention (III)",
        "He left the city (Tuesday) and came back (later).",
        "forty-seven people (47)",
        "Officials counted attacks (TTP) in the province",
        "rows with words that begin otherwise, and end so (ROT)",
        "of free vaccination policy for everybody (OR)",
        "The council met. Then peace studies (CTPS)",
        "the TTP (TTP)",
        "(TTP)",
        "TTP ()",
        "Finland 15 France Germany Ireland Italy (X)",
    ],
)
def test_what_no_person_would_have_meant_is_not_found(text: str) -> None:
    assert found(text) == []


def test_the_first_letter_begins_a_word_and_the_others_stand_in_order() -> None:
    assert long_form("HSF", "the heat shock transcription factor") == "heat shock transcription factor"
    assert long_form("XYZ", "no such letters") is None
    assert long_form("TAP", "the pat") is None


def test_the_place_is_where_the_text_says_so() -> None:
    text = "such as the Tehreek-e-Taliban Pakistan (TTP) and"
    (pair,) = acronyms(text)
    assert text[pair.place : pair.place + 3] == "TTP"


@given(text=st.lists(st.sampled_from([*"aA1.&'- ()[]", "TTP", "(World Health)", "UN-3 (", "WHO"])).map("".join))
def test_looking_before_brackets_alone_finds_what_looking_everywhere_does(text: str) -> None:
    everywhere = [match.span() for match in LONG_IN_BRACKETS.finditer(text)]
    assert [match.span() for match in before_brackets(text)] == everywhere


def test_the_seed_defines_two() -> None:
    text = (ROOT / "seeds" / SEED).read_text(encoding="utf-8")
    assert found(text) == [("TTP", "Tehreek-e-Taliban Pakistan"), ("PIPS", "Pak Institute for Peace Studies")]


@pytest.mark.parametrize(
    "hostile", ["(", "[", ")", "(A", "AB (", "TTP (Taliban ", "(TTP) ", "x" * 50 + "(TTP)", "A.A.", "(AB" + " " * 50]
)
def test_hostile_text_takes_time_in_proportion_to_its_length(hostile: str) -> None:
    """Check that four times as much text, such as 10,000 open brackets, takes about four times as long."""

    def seconds(times: int) -> float:
        started = time.process_time()
        list(acronyms(hostile * times))
        return time.process_time() - started

    short, long = seconds(2_500), seconds(10_000)
    assert long < 10 * short + 0.25
