"""Typing errors: which words of the index are near one that it lacks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from askbrief.language.analysis import analyse
from askbrief.query.vocabulary import Vocabulary
from askbrief.records import Metadata
from askbrief.retrieval.bm25 import Postings
from tests.fakes import in_a_row, stored

if TYPE_CHECKING:
    from collections.abc import Sequence


def vocabulary(texts: Sequence[str], size: int | None = None) -> Vocabulary:
    terms, postings = Postings.from_corpus([analyse(text) for text in texts])
    passages = in_a_row("a.txt", texts)
    return Vocabulary(postings, stored([("a.txt", "", Metadata(), passages)], terms), size or len(texts))


def near(known: Vocabulary, word: str) -> list[str]:
    return [written for _, written in known.near(word, analyse(word)[0])]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Afganistan", ["Afghanistan"]),
        ("fihgters", ["fighters"]),
        ("fightres", ["fighters"]),
        ("resposible", ["responsible"]),
        ("kabul", ["Kabul"]),
        ("Taliben", ["Taliban"]),
        ("xfghanistan", ["Afghanistan"]),
        ("Pakitsann", ["Pakistan"]),
        ("inequality", []),
        ("Kbul", ["Kabul"]),
        ("Tlaibn", []),
        ("zebra", []),
    ],
)
def test_words_with_few_errors_are_found_as_people_write_them(typed: str, meant: list[str]) -> None:
    known = vocabulary(
        ["The Taliban took Kabul in Afghanistan.", "Pakistan counts fighters.", "responsible, inadequate"]
    )
    assert near(known, typed) == meant


def test_the_more_frequent_of_two_equally_near_words_comes_first() -> None:
    known = vocabulary(["a medal", "a moral", "moral", "moral", "medal", "model"])
    assert near(known, "modal") == ["moral", "medal", "model"]


def test_in_a_large_index_a_word_of_one_passage_is_not_what_was_meant() -> None:
    texts = ["Afghanistan", "Kabul", "Kabul"]
    assert near(vocabulary(texts, size=2_000), "Afganistan") == []
    assert near(vocabulary(texts, size=2_000), "Kabull") == ["Kabul"]


def test_nothing_out_of_scope_is_near_and_nothing_known_there_is_known() -> None:
    known = vocabulary(["Afghanistan", "Kabul"])
    admitted = np.array([False, True])
    assert known.near("Afganistan", "afganistan", admitted) == []
    assert known.unknown(["afghanistan", "kabul"], admitted) == {"afghanistan"}
    assert known.unknown(["afghanistan", "kabul"]) == frozenset()


def test_a_hundred_thousand_terms_are_searched_in_a_few_milliseconds() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = [
        letters[n % 26] + "".join(letters[(n // 26**p + 7 * p) % 26] for p in range(1, 4)) + "qqxw"
        for n in range(100_000)
    ]
    known = vocabulary([" ".join(words[start : start + 100]) for start in range(0, 100_000, 100)])
    known.near("aaaaaaaaa", "aaaaaaaaa")  # the terms are read at the first
    started = time.process_time()
    for _ in range(20):
        known.near("Afganistan", "afganistan")
    assert (time.process_time() - started) / 20 < 0.05
