"""Twenty questions over the real seed with the real model: ten in varied wording that it answers, ten it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from askbrief.records import Verdict

if TYPE_CHECKING:
    from askbrief import Library


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("how many TTP fighters are in Afghanistan?", "3,000 to 4,000 fighters"),
        pytest.param(
            "How many fighters does Tehreek-e-Taliban Pakistan have in Afghanistan?",
            "3,000 to 4,000 fighters",
            marks=pytest.mark.xfail(reason="the verdict with the reader is not fitted with this encoder yet"),
        ),
        ("who is the cheif of the TTP?", "TTP chief Mufti Noor Wali Mehsud"),
        ("hey, can someone tell me when the Taliban siezed control of Kabul? thanks", "Kabul on August 15"),
        ("by how much did terrorist attacks in Pakistan increase in 2021?", "a 42% increase"),
        ("pls, what share did terrorist atacks in Pakistan grow by in 2021, according to PIPS?", "a 42% increase"),
        ("how much protection money did Khyber Pakhtunkhwa's former governor pay?", "$36,350 (7.5 million rupees)"),
        ("How many people were killed by Pakistan's airstrikes in Kunar and Khost?", "killing 47 people"),
        ("how many people did the Pakistani Taliban kill in 2021?", "87 attacks that killed 158 people"),
        (
            "what did Claude Rakisits say about security along the Afghan-Pakistan border?",
            "has worsened since the Taliban",
        ),
    ],
)
def test_what_the_seed_says_is_answered_by_the_sentence_that_says_it(
    seed_library: Library, question: str, said: str
) -> None:
    answer = seed_library.ask(question)
    assert answer.verdict is not Verdict.NONE
    assert said in answer.hits[0].answer_sentence


@pytest.mark.parametrize(
    "question",
    [
        # about something else
        "what is the capital of Japan?",
        "who won the 2018 world cup?",
        "how do I bake sourdough bread?",
        # near: people, places and subjects of the seed
        "what is the population of Peshawar?",
        "when was Claude Rakisits born?",
        "how old is Noor Wali Mehsud?",
        "how many soldiers does the Indian army have?",
        "What did the World Bank say about inflation in Pakistan?",
        # with a false presupposition
        "Why did the TTP sign a peace treaty with India in 2015?",
        "who didn't celebrate the Taliban's return?",
    ],
)
def test_what_the_seed_does_not_say_is_not_answered(seed_library: Library, question: str) -> None:
    assert seed_library.ask(question).verdict is Verdict.NONE
