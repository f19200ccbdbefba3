"""What kind of answer a question expects."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askbrief.query.answer_type import Expected, expected


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("who leads the TTP?", Expected.PERSON),
        ("To whom did the report give credit?", Expected.PERSON),
        ("Whose troops crossed the border?", Expected.PERSON),
        ("which analyst spoke of loans?", Expected.PERSON),
        ("what famous Elizabethan playwright lived here, an author?", Expected.OTHER),
        ("when did Kabul fall?", Expected.TIME),
        ("In what year did Denmark join the EU?", Expected.TIME),
        ("on which day was it?", Expected.TIME),
        ("what was the date of the attack?", Expected.TIME),
        ("where did Pakistan launch airstrikes?", Expected.PLACE),
        ("In which Afghan provinces were the strikes?", Expected.PLACE),
        ("what is the capital of France?", Expected.PLACE),
        ("how many people did the airstrikes kill?", Expected.NUMBER),
        ("what is the population of Kabul?", Expected.NUMBER),
        ("how much water is there?", Expected.NUMBER),
        ("how much did the former governor pay?", Expected.MONEY),
        ("what was the price of the car?", Expected.MONEY),
        ("what percentage of women work?", Expected.SHARE),
        ("how many percent of them?", Expected.SHARE),
        ("how long did it take?", Expected.MEASURE),
        ("how old is she?", Expected.MEASURE),
        ("what is the name of the group?", Expected.NAME),
        ("which company built it?", Expected.NAME),
        ("what is the group called?", Expected.NAME),
        ("why did relations worsen?", Expected.REASON),
        ("what was the cause of the fire?", Expected.REASON),
        ("how did the group reinvent itself?", Expected.MANNER),
        ("what is a cease-fire?", Expected.DEFINITION),
        ("what kind of country is it?", Expected.OTHER),
        ("is the period over?", Expected.OTHER),
        ("", Expected.OTHER),
    ],
)
def test_the_kind_of_answer_follows_from_how_the_question_is_put(question: str, kind: Expected) -> None:
    assert expected(question) is kind


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("hey, could you tell me when Kabul fell", Expected.TIME),
        ("hi there! do you know where pakistan launched airstrikes?", Expected.PLACE),
        ("pls tell me who leads the ttp thx", Expected.PERSON),
        ("I was wondering how many fighters they have", Expected.NUMBER),
        ("can you give me the date of the report", Expected.TIME),
        ("name the provinces where they struck", Expected.PLACE),
        ("WHEN DID KABUL FALL", Expected.TIME),
        ("whn did kabul fall", Expected.TIME),
        ("wher did they strike", Expected.PLACE),
        ("hwo many fighters", Expected.NUMBER),
        ("how mnay fighters", Expected.NUMBER),
        ("waht year did it start", Expected.TIME),
        ("who's the leader", Expected.PERSON),
        ("when’s the deadline", Expected.TIME),
        ("whats the name of the chief", Expected.NAME),
    ],
)
def test_courtesy_case_and_slips_in_small_words_change_nothing(question: str, kind: Expected) -> None:
    assert expected(question) is kind


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When Kabul fell, who was prime minister?", Expected.PERSON),
        ("The city where he was born is in what country?", Expected.PLACE),
        ("What happened when Kabul fell?", Expected.OTHER),
        ("After the attack, how many people were missing who lived there?", Expected.NUMBER),
        ("In which year did the Act pass?", Expected.TIME),
        ("Which country sold over 80 percent of its oil?", Expected.PLACE),
    ],
)
def test_another_question_word_on_the_way_does_not_mislead(question: str, kind: Expected) -> None:
    assert expected(question) is kind


@settings(derandomize=True, max_examples=200, deadline=None)
@given(
    st.text(max_size=200) | st.lists(st.sampled_from("who what how many when , ? 's ’ the of is".split())).map(" ".join)
)
def test_any_text_has_a_kind(question: str) -> None:
    assert expected(question) in Expected
