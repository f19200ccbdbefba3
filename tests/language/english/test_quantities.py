"""Quantities in texts, and their values."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askbrief.language.english.quantities import QuantityKind, quantities

ANY = settings(derandomize=True, max_examples=300, deadline=None)


def worths(text: str) -> list[tuple[str, float | None, float | None]]:
    return [(found.text, found.low, found.high) for found in quantities(text)]


@pytest.mark.parametrize(
    ("text", "written", "low", "high"),
    [
        ("3,000 fighters", "3,000", 3000, 3000),
        ("there were 12 of them.", "12", 12, 12),
        ("1,25,000 people", "1,25,000", 125_000, 125_000),
        ("35\u202f000 people", "35\u202f000", 35_000, 35_000),
        ("12.5 litres", "12.5", 12.5, 12.5),
        ("7.5 million people", "7.5 million", 7_500_000, 7_500_000),
        ("5k people", "5k", 5000, 5000),
        ("3bn people", "3bn", 3_000_000_000, 3_000_000_000),
        ("50 lakh people", "50 lakh", 5_000_000, 5_000_000),
        ("2 crore people", "2 crore", 20_000_000, 20_000_000),
        ("seven thousand men", "seven thousand", 7000, 7000),
        ("Seven\nthousand men", "Seven\nthousand", 7000, 7000),
        ("twenty-five men", "twenty-five", 25, 25),
        ("two hundred and fifty men", "two hundred and fifty", 250, 250),
        ("two hundred and fifty thousand men", "two hundred and fifty thousand", 250_000, 250_000),
        ("three thousand two hundred men", "three thousand two hundred", 3200, 3200),
        ("a hundred men", "a hundred", 100, 100),
        ("half a million men", "half a million", 500_000, 500_000),
        ("two and a half million men", "two and a half million", 2_500_000, 2_500_000),
        ("a dozen men", "a dozen", 12, 12),
        ("two dozen men", "two dozen", 24, 24),
        ("a 7,000-strong force", "7,000", 7000, 7000),
        ("In Pakistan 47 people died", "47", 47, 47),
        ("in 2021 42 people died", "42", 42, 42),
        ("over 2000 fighters", "over 2000", 2000, None),
    ],
)
def test_a_count_is_found_in_digits_and_in_words(text: str, written: str, low: float, high: float) -> None:
    assert worths(text) == [(written, low, high)]
    assert quantities(text)[0].kind is QuantityKind.COUNT


@pytest.mark.parametrize(
    ("text", "written", "low", "high"),
    [
        ("3,000 to 4,000 men", "3,000 to 4,000", 3000, 4000),
        ("3,000-4,000 men", "3,000-4,000", 3000, 4000),
        ("3,000 – 4,000 men", "3,000 – 4,000", 3000, 4000),
        ("between 3,000 and 4,000 men", "between 3,000 and 4,000", 3000, 4000),
        ("between three thousand and four thousand", "between three thousand and four thousand", 3000, 4000),
        ("3 to 4 million men", "3 to 4 million", 3_000_000, 4_000_000),
        ("two to three thousand men", "two to three thousand", 2000, 3000),
        ("three or four men", "three or four", 3, 4),
        ("10-12 men", "10-12", 10, 12),
        ("ranging from 3,000 to 4,000", "3,000 to 4,000", 3000, 4000),
        ("some five to six thousand", "some five to six thousand", 5000, 6000),
        ("40-50%", "40-50%", 40, 50),
        ("between 40 and 50 percent", "between 40 and 50 percent", 40, 50),
        ("$3-4 million", "$3-4 million", 3_000_000, 4_000_000),
    ],
)
def test_a_range_is_one_quantity_with_two_ends(text: str, written: str, low: float, high: float) -> None:
    assert worths(text) == [(written, low, high)]


def test_a_change_from_one_number_to_another_is_two_quantities_and_no_range() -> None:
    assert worths("it rose from 3,000 to 4,000 men") == [("3,000", 3000, 3000), ("4,000", 4000, 4000)]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        *[
            (f"{word} 7,000", 7000, 7000)
            for word in "some about around roughly nearly almost estimated approximately".split()
        ],
        *[(f"{word} 7,000", 7000, None) for word in ("over", "more than", "at least", "no fewer than", "exceeding")],
        *[(f"{word} 7,000", None, 7000) for word in ("up to", "as many as", "fewer than", "less than", "at most")],
    ],
)
def test_words_for_roughly_belong_to_the_figure_and_open_its_ends(text: str, low: float, high: float) -> None:
    found = quantities(f"There were {text} men.")
    assert [(one.text, one.low, one.high, one.approximate) for one in found] == [(text, low, high, True)]


@pytest.mark.parametrize(
    ("text", "written", "value", "unit"),
    [
        ("a 42% rise", "42%", 42, "%"),
        ("42 per cent of them", "42 per cent", 42, "%"),
        ("forty percent", "forty percent", 40, "%"),
        ("5.5 percentage points", "5.5 percentage points", 5.5, "percentage points"),
        ("$36,350", "$36,350", 36_350, "dollars"),
        ("US$1.2bn", "US$1.2bn", 1_200_000_000, "dollars"),
        ("$5m", "$5m", 5_000_000, "dollars"),
        ("A$5", "A$5", 5, "Australian dollars"),
        ("€12", "€12", 12, "euros"),
        ("12 EUR", "12 EUR", 12, "euros"),
        ("£3 million", "£3 million", 3_000_000, "pounds"),
        ("Rs 50 lakh", "Rs 50 lakh", 5_000_000, "rupees"),
        ("7.5 million rupees", "7.5 million rupees", 7_500_000, "rupees"),
        ("seven US dollars", "seven US dollars", 7, "dollars"),
    ],
)
def test_a_share_or_a_sum_of_money_has_its_unit_in_the_figure(text: str, written: str, value: float, unit: str) -> None:
    (found,) = quantities(f"It was {text}.")
    assert (found.text, found.low, found.high, found.unit) == (written, value, value, unit)
    assert found.kind is (QuantityKind.SHARE if unit.startswith(("%", "percentage")) else QuantityKind.MONEY)


@pytest.mark.parametrize(
    "text",
    [
        "in 1990",
        "in 2021-22",
        "between 2019 and 2021",
        "about 1990",
        "the 1990s",
        "on July 5",
        "on 5 July 2022",
        "on 2022-07-05",
        "on 2022-12-15",
        "on 5/7/2022",
        "9/11",
        "June 3-5 talks",
        "the 25th",
        "the twenty-first",
        "at 10 a.m.",
        "at 3:30",
        "at 9 o'clock",
        "section 12",
        "page 12",
        "pp. 12-15",
        "¶ 12",
        "No. 5",
        "resolution 2593",
        "call +92 300 1234567",
        "call 0300-1234567",
        "call 555-1234",
        "version 3.11.2",
        "v3.11",
        "the G20",
        "COVID-19",
        "a Boeing 747 crashed",
        "an F-16 jet",
        "a five-year plan",
        "two-thirds",
        "the 3-2 win",
        "1. First point",
        "2) Second point",
        "as shown [12]",
        "one of them",
        "nineteen eighty",
        "several thousand men",
        "dozens of men",
        "a 5m wall",
    ],
)
def test_what_counts_nothing_is_no_quantity(text: str) -> None:
    assert worths(text) == []


@ANY
@given(st.text(alphabet="0123456789,.-–%$€ ()[]\nanthousdfevw", max_size=60) | st.text(max_size=60))
def test_offsets_give_the_text_and_no_quantity_overlaps_another(text: str) -> None:
    end = 0
    for found in quantities(text):
        assert text[found.start : found.end] == found.text
        assert end <= found.start < found.end
        assert None in (found.low, found.high) or (found.low or 0) <= (found.high or 0)
        end = found.end


@ANY
@given(st.integers(2, 10**12), st.sampled_from(["", "some ", "about ", "nearly "]))
def test_any_number_with_thousands_marked_is_read_back(number: int, before: str) -> None:
    written = f"{before}{number:,}"
    found = quantities(f"They counted {written} sheep and goats.")
    year = 1000 <= number <= 2100 and "," not in written
    assert year or [(one.text, one.low) for one in found] == [(written, number)]


def test_a_long_text_takes_time_in_proportion_to_its_length() -> None:
    for piece in ("3,000 to ", "two hundred and ", "1-", "between 5 and ", "$", "a half "):
        assert len(quantities(piece * 5_000)) <= 5_000
