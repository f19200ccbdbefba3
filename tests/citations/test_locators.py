"""Where a passage stands, in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from askbrief.citations.locators import locator
from askbrief.records import Form, Passage, Span

PASSAGE = Passage("a.txt", 120, 240, "…", (), (12, 12))


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({}, "¶ 12, characters 120–240"),
        ({"paragraphs": (12, 14)}, "¶ 12–14, characters 120–240"),
        ({"section": "Rise in attacks"}, "¶ 12, § Rise in attacks, characters 120–240"),
        ({"pages": (3, 3)}, "p. 3, ¶ 12, characters 120–240"),
        (
            {"pages": (1, 1), "paragraphs": (1, 2), "section": "Summary", "start": 0, "end": 9},
            "p. 1, ¶ 1–2, § Summary, characters 0–9",
        ),
        ({"pages": (3, 4), "paragraphs": (9, 2)}, "pp. 3–4, ¶ 9, characters 120–240"),
        ({"numbers": ("56", "56"), "pages": (3, 3)}, "p. 3, para. 56, characters 120–240"),
        ({"numbers": ("56", "58")}, "paras. 56–58, characters 120–240"),
        ({"pages": (4, 4), "form": Form.SLIDES}, "slide 4, ¶ 12, characters 120–240"),
        (
            {"numbers": ("2", "7"), "form": Form.ROWS, "section": "Strength"},
            "sheet Strength, rows 2–7, characters 120–240",
        ),
        ({"numbers": ("2", "2"), "form": Form.ROWS}, "row 2, characters 120–240"),
    ],
)
def test_a_locator_says_what_the_document_has_and_no_more(known: dict[str, Any], words: str) -> None:
    assert locator(replace(PASSAGE, **known)) == words


def test_a_span_in_a_passage_has_its_own_characters() -> None:
    assert locator(PASSAGE, Span(130, 150)) == "¶ 12, characters 130–150"
