"""Polite words, and the parts of a query."""

from __future__ import annotations

import pytest

from askbrief.language.analysis import analyse
from askbrief.query.expansion import Alternative, Query
from askbrief.query.parsed_question import strip_courtesy


@pytest.mark.parametrize(
    "question",
    [
        "hey, can someone tell me who leads the TTP?",
        "Hi all: who leads the TTP?",
        "could you please tell us who leads the TTP?",
        "does anyone know who leads the TTP?",
        "pls tell me again, who leads the TTP?",
        "I'd like to know who leads the TTP?",
        "so, who leads the TTP?",
        "who leads the TTP these days, please?",
        "any idea who leads the TTP?",
    ],
)
def test_courtesy_is_not_searched_for(question: str) -> None:
    assert strip_courtesy(question) == "who leads the TTP?"


@pytest.mark.parametrize(
    "question",
    [
        "so many people fled, why?",
        "all attacks in 2021",
        "team sizes in 2020",
        "well water in Kunar",
        "can someone be arrested for it?",
        "Hello",
        "How do I tell them?",
        "what did he say, thanks to whom?",
        "",
    ],
)
def test_words_that_ask_stay(question: str) -> None:
    assert strip_courtesy(question) == question


def test_a_part_of_a_question_keeps_what_stands_for_its_own_terms() -> None:
    ttp = Alternative(frozenset({"ttp"}), frozenset({"pakistani", "taliban"}), 0.8)
    baloch = Alternative(frozenset({"baloch"}), frozenset({"bla"}), 0.8)
    query = Query(tuple(analyse("compare TTP and Baloch attacks")), (ttp, baloch))
    part = query.part(frozenset({"ttp", "attack"}))
    assert part.terms == ("attack", "ttp")
    assert part.alternatives == (ttp,)
