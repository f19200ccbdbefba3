"""The type of answer that a question expects."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askbrief.query.answer_type import AnswerType, classify_answer_type


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("who leads the TTP?", AnswerType.PERSON),
        ("To whom did the report give credit?", AnswerType.PERSON),
        ("Whose troops crossed the border?", AnswerType.PERSON),
        ("which analyst spoke of loans?", AnswerType.PERSON),
        ("what famous Elizabethan playwright lived here, an author?", AnswerType.OTHER),
        ("when did Kabul fall?", AnswerType.TIME),
        ("In what year did Denmark join the EU?", AnswerType.TIME),
        ("on which day was it?", AnswerType.TIME),
        ("what was the date of the attack?", AnswerType.TIME),
        ("where did Pakistan launch airstrikes?", AnswerType.PLACE),
        ("In which Afghan provinces were the strikes?", AnswerType.PLACE),
        ("what is the capital of France?", AnswerType.PLACE),
        ("how many people did the airstrikes kill?", AnswerType.NUMBER),
        ("what is the population of Kabul?", AnswerType.NUMBER),
        ("how much water is there?", AnswerType.NUMBER),
        ("how much did the former governor pay?", AnswerType.MONEY),
        ("what was the price of the car?", AnswerType.MONEY),
        ("what percentage of women work?", AnswerType.SHARE),
        ("how many percent of them?", AnswerType.SHARE),
        ("how long did it take?", AnswerType.MEASURE),
        ("how old is she?", AnswerType.MEASURE),
        ("what is the name of the group?", AnswerType.NAME),
        ("which company built it?", AnswerType.NAME),
        ("what is the group called?", AnswerType.NAME),
        ("why did relations worsen?", AnswerType.REASON),
        ("what was the cause of the fire?", AnswerType.REASON),
        ("how did the group reinvent itself?", AnswerType.MANNER),
        ("what is a cease-fire?", AnswerType.DEFINITION),
        ("what kind of country is it?", AnswerType.OTHER),
        ("is the period over?", AnswerType.OTHER),
        ("", AnswerType.OTHER),
    ],
)
def test_the_kind_of_answer_follows_from_how_the_question_is_put(question: str, kind: AnswerType) -> None:
    assert classify_answer_type(question) is kind


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("hey, could you tell me when Kabul fell", AnswerType.TIME),
        ("hi there! do you know where pakistan launched airstrikes?", AnswerType.PLACE),
        ("pls tell me who leads the ttp thx", AnswerType.PERSON),
        ("I was wondering how many fighters they have", AnswerType.NUMBER),
        ("can you give me the date of the report", AnswerType.TIME),
        ("name the provinces where they struck", AnswerType.PLACE),
        ("WHEN DID KABUL FALL", AnswerType.TIME),
        ("whn did kabul fall", AnswerType.TIME),
        ("wher did they strike", AnswerType.PLACE),
        ("hwo many fighters", AnswerType.NUMBER),
        ("how mnay fighters", AnswerType.NUMBER),
        ("waht year did it start", AnswerType.TIME),
        ("who's the leader", AnswerType.PERSON),
        ("when’s the deadline", AnswerType.TIME),
        ("whats the name of the chief", AnswerType.NAME),
    ],
)
def test_courtesy_case_and_slips_in_small_words_change_nothing(question: str, kind: AnswerType) -> None:
    assert classify_answer_type(question) is kind


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When Kabul fell, who was prime minister?", AnswerType.PERSON),
        ("The city where he was born is in what country?", AnswerType.PLACE),
        ("What happened when Kabul fell?", AnswerType.OTHER),
        ("After the attack, how many people were missing who lived there?", AnswerType.NUMBER),
        ("In which year did the Act pass?", AnswerType.TIME),
        ("Which country sold over 80 percent of its oil?", AnswerType.PLACE),
    ],
)
def test_another_question_word_on_the_way_does_not_mislead(question: str, kind: AnswerType) -> None:
    assert classify_answer_type(question) is kind


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    st.text(max_size=200) | st.lists(st.sampled_from("who what how many when , ? 's ’ the of is".split())).map(" ".join)
)
def test_any_text_has_a_kind(question: str) -> None:
    assert classify_answer_type(question) in AnswerType
