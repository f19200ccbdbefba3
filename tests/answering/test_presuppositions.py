"""Sentences that contradict what a question takes for granted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from askbrief.answering.verdict import Mismatch, find_mismatch
from askbrief.query.expansion import Alternative
from askbrief.query.parsed_question import parse_question

SIGNED = "Khan signed the treaty in Doha in 2020."


def mismatch(question: str, sentence: str, passage: str = "", *alternatives: Alternative) -> Mismatch:
    parsed = parse_question(question)
    parsed = replace(parsed, query=replace(parsed.query, alternatives=alternatives))
    return find_mismatch(parsed, sentence, passage or sentence)


@pytest.mark.parametrize(
    "question", ["who signed the treaty?", "When was the treaty in Doha signed?", "what did Khan sign in 2020?"]
)
def test_a_sentence_that_says_what_is_asked_disagrees_in_nothing(question: str) -> None:
    assert mismatch(question, SIGNED) == Mismatch()


@pytest.mark.parametrize("question", ["who did not sign it?", "who didn't sign?", "who never signed the treaty?"])
def test_a_denial_in_the_question_that_the_sentence_lacks_is_a_mismatch(question: str) -> None:
    assert mismatch(question, SIGNED).negation
    assert not mismatch(question, "Khan did not sign the treaty.").negation


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("what happened before the war?", "After the war the bridge was built."),
        ("which public bills are scrutinised?", "A committee scrutinises private bills."),
        ("What is easy about lower bounds?", "Proving lower bounds is difficult."),
        ("how much did exports rise?", "Exports fell by a third."),
        ("who won the eastern districts?", "They won the western districts."),
    ],
)
def test_the_opposite_of_a_word_of_the_question_is_a_mismatch_either_way(question: str, sentence: str) -> None:
    assert mismatch(question, sentence).opposite
    assert mismatch(sentence, question).opposite


def test_a_sentence_with_both_the_word_and_its_opposite_is_none() -> None:
    assert not mismatch("what happened before the war?", "Before the war it stood, after the war it fell.").opposite


def test_another_number_in_place_of_one_of_the_question_is_a_mismatch() -> None:
    assert mismatch("who signed in 2021?", SIGNED).number
    assert mismatch("can it alter the tax by 33 pence?", "It can alter the tax by 3 pence.").number
    assert mismatch("where were his eight lectures held?", "His seven lectures were held in Doha.").number
    assert not mismatch("who has 3000 fighters?", "They have three thousand fighters.").number
    assert not mismatch("where did SARS-CoV-2 break out in 2020?", "The virus broke out in 2020 at 3 places.").number


def test_a_sentence_without_any_number_disagrees_with_none() -> None:
    assert not mismatch("who signed in 2020?", "Khan signed the treaty.").number


def test_a_name_that_the_passage_lacks_is_a_mismatch_where_the_rest_is_there() -> None:
    assert mismatch("how many people lived in Poland then?", "1,300,000 people lived in Warsaw then.").name
    assert not mismatch("how many people lived in Warsaw then?", "1,300,000 people lived in Warsaw then.").name
    assert not mismatch("how old is the mayor of Poland?", "1,300,000 people lived in Warsaw then.").name
    assert not mismatch("how many people lived in Poland then?", "1,300,000 lived there.", "Poland: people lived").name


def test_another_name_for_the_same_is_none() -> None:
    meant = Alternative(frozenset({"ttp"}), frozenset({"pakistani", "taliban"}), 0.8)
    question, sentence = "how many fighters does the TTP have?", "The Pakistani Taliban have 3,000 fighters."
    assert mismatch(question, sentence).name
    assert not mismatch(question, sentence, "", meant).name
