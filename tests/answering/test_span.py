"""The words of the marked sentence that are shown as the answer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askbrief.answering.figures import find_figures
from askbrief.answering.span import find_answer
from askbrief.query.parsed_question import parse_question
from askbrief.records import Hit, Metadata, Span

AT = 1000
ANY = settings(derandomize=True, max_examples=300, deadline=None)
LEADER = (
    "Wooing the disgruntled splinter groups, TTP chief Mufti Noor Wali Mehsud argued that jihad could succeed only if "
    "all groups united against Islamabad under one flag, just as the Taliban remained united."
)
KABUL = (
    "The Ashraf Ghani-led government collapsed during the U.S. withdrawal, leaving the Taliban to continue capturing "
    "vast swaths of the country, ultimately seizing control of Kabul on August 15."
)
STRIKES = (
    "Frustrated over the Taliban's reluctance to act against TTP, Pakistan took the unprecedented step in April of "
    "launching airstrikes on suspected TTP hideouts in the Afghan provinces of Kunar and Khost, killing 47 people."
)
PAID = (
    "Former TTP spokesperson Ehsanullah Ehsan tweeted July 25 that Khyber Pakhtunkhwa's former governor paid $36,350 "
    "(7.5 million rupees) in protection money to the militant group."
)
FIGHTERS = (
    "A July 5 report by the United Nations Security Council said the TTP now has the largest composition of foreign "
    "militants in Afghanistan, with 3,000 to 4,000 fighters."
)


def answer(question: str, sentence: str, before: str = "", after: str = "") -> str | None:
    quote = f"{before}{sentence}{after}"
    marked = Span(AT + len(before), AT + len(before) + len(sentence))
    hit = Hit(1, "k", "a.txt", "", Metadata(), "", AT, AT + len(quote), quote, marked, 0.5, {}, (), (marked,))
    parsed = parse_question(question)
    span = find_answer(parsed, hit, find_figures(parsed, hit))
    return hit.words(span) if span else None


@pytest.mark.parametrize(
    ("question", "sentence", "words"),
    [
        ("who leads the TTP?", LEADER, "Mufti Noor Wali Mehsud"),
        ("pls tell me who is the chief of the ttp", LEADER, "Mufti Noor Wali Mehsud"),
        ("when did the Taliban seize Kabul?", KABUL, "August 15"),
        ("when did Kabul fall?", KABUL, "August 15"),
        ("hey do you know when the taliban seized kabul", KABUL, "August 15"),
        ("where did Pakistan launch airstrikes?", STRIKES, "Kunar and Khost"),
        ("in which provinces did pakistan launch airstrikes", STRIKES, "Kunar and Khost"),
        ("how many people did the airstrikes kill?", STRIKES, "47"),
        ("how much did the former governor pay?", PAID, "$36,350 (7.5 million rupees)"),
        ("how many fighters does the TTP have?", FIGHTERS, "3,000 to 4,000"),
        ("how many TTP fighters are in Afghanistan?", FIGHTERS, "3,000 to 4,000"),
        ("how long did they fight?", "They fought for 14 years and lost.", "14 years"),
    ],
)
def test_the_words_that_answer_are_found(question: str, sentence: str, words: str) -> None:
    assert answer(question, sentence) == words


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("why did Pakistan launch airstrikes?", STRIKES),  # a reason is no few words
        ("what is the TTP?", LEADER),
        ("did Kabul fall?", KABUL),
        ("how many people did the airstrikes kill?", KABUL),  # no number in it
        ("when did the Taliban seize Kabul on August 15?", "It fell on August 15."),  # asked already
        ("when was it?", ""),
    ],
)
def test_there_is_none_where_none_is_asked_for_or_fits(question: str, sentence: str) -> None:
    assert answer(question, sentence) is None


def test_the_answer_is_of_the_marked_sentence_and_its_place_is_in_the_document() -> None:
    assert answer(
        "when did Kabul fall?", "Kabul fell on August 15.", "On May 9, Herat fell. ", " On June 1 all fell."
    ) == ("August 15")


PIECES = (
    "In the 3,000 to 47 $5 % July 5 , 2021 Mufti Noor al-Qaida U.S. 's of and two years later – ( ) paid Kabul".split()
)
QUESTIONS = ["who paid?", "when did Kabul fall?", "where is Noor?", "how many people paid?", "how long?", "what share?"]


@ANY
@given(st.text(max_size=80) | st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join), st.sampled_from(QUESTIONS))
def test_an_answer_lies_in_the_marked_sentence_without_space_around(sentence: str, question: str) -> None:
    words = answer(question, sentence, "Before. ", " After.")
    assert words is None or (words and words == words.strip() and words in sentence)
