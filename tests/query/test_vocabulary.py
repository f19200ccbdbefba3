"""Typing errors: which words of the index are near one that it lacks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from askbrief.language.analysis import analyse
from askbrief.query.vocabulary import Vocabulary
from askbrief.records import Metadata, Scope
from tests.fakes import in_a_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.records import Passage


class Passages:
    """Passages by the terms that they contain; each is the only one of its document, `0.txt` and so on."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._passages = [one for number, text in enumerate(texts) for one in in_a_row(f"{number}.txt", [text])]
        self._numbers: dict[str, list[int]] = {}
        for number, text in enumerate(texts):
            for term in dict.fromkeys(analyse(text)):
                self._numbers.setdefault(term, []).append(number)

    def terms(self, letter: str) -> list[str]:
        return sorted(term for term in self._numbers if term.startswith(letter))

    def first_letters(self) -> list[str]:
        return sorted({term[0] for term in self._numbers})

    def _with(self, term: str, scope: Scope) -> list[Passage]:
        found = (self._passages[number] for number in self._numbers.get(term, ()))
        return [passage for passage in found if scope.admits(passage.doc_id, Metadata())]

    def frequencies(self, terms: Sequence[str], scope: Scope, up_to: int | None = None) -> dict[str, int]:
        counts = {term: len(self._with(term, scope)) for term in terms}
        return {term: min(count, up_to or count) for term, count in counts.items() if count}

    def passages_with(self, term: str, scope: Scope, count: int) -> list[Passage]:
        return self._with(term, scope)[:count]


def vocabulary(texts: Sequence[str], size: int | None = None) -> Vocabulary:
    passages = Passages(texts)
    return Vocabulary(passages, passages, size or len(texts))


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
    scope = Scope(documents=frozenset(["1.txt"]))
    assert known.near("Afganistan", "afganistan", scope) == []
    assert known.unknown(["afghanistan", "kabul"], scope) == {"afghanistan"}
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
