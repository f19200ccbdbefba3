"""The candidates for an answer in a sentence, by answer type."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askbrief.answering.sentence import candidates
from askbrief.language.analysis import analyse
from askbrief.query.answer_type import AnswerType, classify_answer_type

ANY = settings(derandomize=True, max_examples=300, deadline=None)
SHORT = [kind for kind in AnswerType if kind.is_short]


def found(text: str, kind: AnswerType, question: str = "") -> list[str]:
    return [text[span.start : span.end] for span in candidates(text, kind, frozenset(analyse(question)))]


@pytest.mark.parametrize(
    ("question", "sentence", "answers"),
    [
        (
            "who leads the TTP?",
            "Wooing splinter groups, TTP chief Mufti Noor Wali Mehsud argued that all must unite against Islamabad.",
            ["Mufti Noor Wali Mehsud", "Islamabad"],
        ),
        (
            "when did the Taliban seize Kabul?",
            "The Ashraf Ghani-led government collapsed, the Taliban ultimately seizing control of Kabul on August 15.",
            ["August 15"],
        ),
        (
            "where did Pakistan launch airstrikes?",
            "Pakistan launched airstrikes on hideouts in the Afghan provinces of Kunar and Khost, killing 47 people.",
            ["Kunar", "Khost"],
        ),
        (
            "how many people did the airstrikes kill?",
            "The airstrikes in the provinces of Kunar and Khost in April 2022 killed 47 people.",
            ["47"],
        ),
        (
            "how much did the former governor pay?",
            "Ehsan tweeted July 25 that Khyber Pakhtunkhwa's former governor paid $36,350 (7.5 million rupees).",
            ["$36,350", "7.5 million rupees"],
        ),
        (
            "what percentage of attacks?",
            "Pakistan saw a 42% increase in terrorist attacks in 2021, 87 of them by the TTP.",
            ["42%"],
        ),
        ("how long did they fight?", "They fought for 14 years and lost 3,000 men.", ["14 years"]),
        ("how old was she?", "The 17-year-old won at once.", ["17-year-old"]),
    ],
)
def test_what_can_answer_is_found_and_what_the_question_says_itself_is_not(
    question: str, sentence: str, answers: list[str]
) -> None:
    assert found(sentence, classify_answer_type(question), question) == answers


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("It fell on 15 August 2021.", ["15 August 2021"]),
        ("It fell on August 15, 2021, a Sunday.", ["August 15, 2021", "Sunday"]),
        ("Until mid-2020 and since July 2020 it grew.", ["mid-2020", "July 2020"]),
        ("In the 1980s and the late 19th century.", ["the 1980s", "the late 19th century"]),
        ("Between 1914 and 1918, or 1939–45.", ["1914 and 1918", "1939–45"]),
        ("In 711 and in 44 BC, but in 711 houses.", ["711", "44 BC"]),
        ("At 5:30 p.m. or at noon, two years later.", ["5:30 p.m.", "noon", "two years later"]),
        ("It may march in May and in the summer of 2022.", ["May", "summer of 2022"]),
        ("The date is 2022-07-05.", ["2022-07-05"]),
        ("It has 1,980 men, $1990, and 2000% more.", []),
    ],
)
def test_dates_and_times_are_found_as_written(text: str, times: list[str]) -> None:
    assert found(text, AnswerType.TIME) == times


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The attack came at dawn.", []),
        ("Attacks have surged since then.", []),
        ("Mehsud argued that jihad could succeed.", ["Mehsud"]),
        ("TTP militants attacked.", ["TTP"]),
        ("In Kabul the U.S. envoy met Gen. John F. Smith.", ["Kabul", "U.S.", "Gen. John F. Smith"]),
        ("It belongs to the Bank of England and to Mehsud's men.", ["Bank of England", "Mehsud"]),
        ("On Monday in July it closed.", []),
        ("He met al-Qaida and Osama bin Laden.", ["al-Qaida", "Osama bin Laden"]),
        ("Former TTP spokesperson Ehsanullah Ehsan said so.", ["TTP", "Ehsanullah Ehsan"]),
    ],
)
def test_names_are_told_by_capitals_but_not_by_the_capital_that_opens_a_sentence(text: str, names: list[str]) -> None:
    assert found(text, AnswerType.PERSON) == names


def test_a_place_is_a_name_after_a_word_such_as_in_or_else_any_name() -> None:
    assert found("Mehsud spoke in Kunar, Khost, and Kabul.", AnswerType.PLACE) == ["Kunar", "Khost", "Kabul"]
    assert found("It is Kabul, says Mehsud.", AnswerType.PLACE) == ["Kabul", "Mehsud"]


def test_kinds_without_a_short_answer_have_no_candidates() -> None:
    assert all(not found("In 2021 Mehsud paid $5.", kind) for kind in AnswerType if not kind.is_short)


PIECES = st.sampled_from(
    "In the 3,000 to 47 $5 % July 5 , 2021 mid-2020 Noor al-Qaida U.S. 's of and two years later – ( ) one".split()
)


@ANY
@given(st.text(max_size=120) | st.lists(PIECES, max_size=25).map(" ".join), st.sampled_from(SHORT))
def test_candidates_lie_in_the_text_apart_from_each_other_and_without_space_around(text: str, kind: AnswerType) -> None:
    spans = candidates(text, kind)
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert all(text[span.start : span.end] == text[span.start : span.end].strip() for span in spans)


@pytest.mark.parametrize(
    "text",
    [
        "A" * 40_000,
        "A " * 20_000,
        "A of " * 10_000,
        "1" * 40_000,
        "1," * 20_000,
        "the " * 10_000,
        "-" * 40_000,
        "two " * 10_000,
        "Mr. " * 10_000,
        "in the " * 6_000,
        "1990-" * 8_000,
        "a-" * 20_000,
        "A'" * 20_000,
        " " * 40_000,
        "early " * 7_000,
    ],
    ids=lambda text: text[:7],
)
def test_long_hostile_text_takes_no_longer_than_its_length_allows(text: str) -> None:
    started = time.process_time()
    for kind in SHORT:
        candidates(text, kind, frozenset({"a"}))
    assert time.process_time() - started < 20
