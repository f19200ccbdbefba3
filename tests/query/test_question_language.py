"""The languages of a question, and the terms that are looked up in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from askbrief.language.analysis import analyse
from askbrief.language.rules import language_term
from askbrief.query.question_language import QuestionLanguage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def sources_in(*languages: str) -> Callable[[Iterable[str]], frozenset[str]]:
    present = {language_term(code) for code in languages}

    def unknown(terms: Iterable[str]) -> frozenset[str]:
        return frozenset(terms) - present

    return unknown


@pytest.mark.parametrize(
    "question", ["TTP strength?", "who was the last king?", "Taliban 2021", "When did the war end?"]
)
def test_english_questions_over_english_sources_are_looked_up_as_they_are(question: str) -> None:
    language = QuestionLanguage.of(question, sources_in())
    assert language == QuestionLanguage()
    assert language.terms(question) == tuple(analyse(question))
    assert list(language.other_forms(question)) == []


def test_a_question_in_a_language_of_the_sources_is_looked_up_in_it_and_in_the_others() -> None:
    question = "Welche Brücken wurden am Dienstag genehmigt?"
    language = QuestionLanguage.of(question, sources_in("de", "fr"))
    assert (language.asked, language.indexed, language.others) == ("de", "de", ("en", "fr"))
    assert "bruck" in language.terms(question)
    assert "welch" not in language.terms(question)
    forms = dict.fromkeys(language.other_forms("Brücken"))
    assert (frozenset({"bruck"}), frozenset({"brucken"})) in forms


def test_a_question_over_sources_in_english_loses_the_function_words_of_its_own_language() -> None:
    question = "Wo sind die Kämpfer der TTP in Afghanistan?"
    language = QuestionLanguage.of(question, sources_in())
    assert (language.asked, language.indexed, language.others) == ("de", "en", ())
    assert set(language.terms(question)) == {"kampfer", "ttp", "afghanistan"}


def test_english_questions_find_words_of_other_languages_in_their_own_form() -> None:
    language = QuestionLanguage.of("who built the Brücken?", sources_in("de"))
    assert language.indexed == "en"
    assert (frozenset({"brucken"}), frozenset({"bruck"})) in set(language.other_forms("Brücken"))
