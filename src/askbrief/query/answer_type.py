"""The type of answer that a question expects: a person, a place, a time, a number, a name, or a sentence."""

from __future__ import annotations

from enum import StrEnum

import regex

from askbrief.core.text import pattern
from askbrief.language.english.words import (
    ANSWER_NOUNS,
    AUXILIARIES,
    BEFORE_QUESTION_WORD,
    BEFORE_SUBJECT,
    COURTESY,
    DURATIONS,
    KIND_OF,
    MEASURE_ADJECTIVES,
    MISSPELT,
    PHRASE_ENDS,
    POLAR,
    QUESTION_WORDS,
    VERB_FORMS,
)
from askbrief.language.identification import ENGLISH
from askbrief.language.question_words import question_type


class AnswerType(StrEnum):
    """The type of answer that a question expects; PERSON to NAME are short, a few words of a sentence."""

    PERSON = "person"  # who, people and groups
    PLACE = "place"  # where, in which country
    TIME = "time"  # when, in what year
    NUMBER = "number"  # how many, what population
    MEASURE = "measure"  # how long, how old, how far: a number with its unit
    MONEY = "money"  # how much did it cost
    SHARE = "share"  # what percentage
    NAME = "name"  # what is it called, which company
    REASON = "reason"  # why
    MANNER = "manner"  # how
    DEFINITION = "definition"  # what is
    OTHER = "other"

    @property
    def is_short(self) -> bool:
        """Whether the answer is a few words that can be recognised by their form."""
        return self not in {AnswerType.REASON, AnswerType.MANNER, AnswerType.DEFINITION, AnswerType.OTHER}


class AnswerRole(StrEnum):
    """The grammatical role of the answer in the question: "who led" asks for a subject, "whom did they meet" not."""

    SUBJECT = "subject"
    OBJECT = "object"
    OTHER = "other"


class TimePrecision(StrEnum):
    YEAR = "year"
    MONTH = "month"
    DAY = "day"


_WORD = pattern(r"[\p{L}\p{N}]+(?:['’]\p{L}+)?|[,?%]")
_CONTRACTED = pattern(r"^(who|what|where|when|how|why)(?:['’]?(?:s|re|d|ll))$")
_NOUNS = {noun: AnswerType(value) for noun, value in ANSWER_NOUNS.items()}
_HOW = dict.fromkeys(MEASURE_ADJECTIVES, AnswerType.MEASURE) | dict.fromkeys(("many", "numerous"), AnswerType.NUMBER)
_MONEY = pattern(
    r"\bhow much (?:money|cash|funding|revenue|income|debt|ransom|dollars?)\b|"
    r"\bhow much (?:do|does|did|is|are|was|were|has|have|had|will|would|could|can|should|it|they|to|in|of)\b.*"
    r"\b(?:costs?|pay|paid|pays|spend|spent|earn|earned|earns|worth|charged?|receive|received|sell|sold)\b"
)
_SHARE = pattern(
    r"\bhow (?:much|many|large|big) .{0,20}?(?:percent|per cent|percentage|proportion|share)\b|\bhow (?:much|many) %"
)
_LEADING_CLAUSE = pattern(r"^(?:when|where|while|after|before|if|since)\b[^,?]*, ?(?=.*\b(?:who|what|which|how)\b)")
_CALLED = pattern(r"\b(?:called|named|known as|nicknamed|titled|entitled)(?: \p{L}+)? ?\??$")
_QUESTION_WORD = pattern(r"\b(?:who(?:m|se)?|where|when|which|what)\b\s*(\w+)?", regex.IGNORECASE)
_PRECISIONS = {
    TimePrecision.YEAR: pattern(r"\byears?\b", regex.IGNORECASE),
    TimePrecision.MONTH: pattern(r"\bmonth\b", regex.IGNORECASE),
    TimePrecision.DAY: pattern(r"\b(?:what|which|exact) (?:day|date)\b|\bdate\b", regex.IGNORECASE),
}
_MAX_WORDS, _PHRASE_WORDS = 60, 6
"""Words that are read of a question, and of a noun phrase; more make no difference to the type."""


def classify_answer_type(question: str, language: str = ENGLISH) -> AnswerType:
    """Return the type of answer that a question expects, in any letter case and with polite words.

    In a language other than English the question word decides; if there is none, the words are read as English.

    >>> questions = ("who leads the TTP?", "hey, tell me whn Kabul fell", "in what city is it?")
    >>> [classify_answer_type(question).value for question in questions]
    ['person', 'time', 'place']
    """
    asked = None if language == ENGLISH else question_type(question, language)
    if asked is not None:
        return AnswerType(asked)
    words = _words(question)
    text = " ".join(words)
    clause = _LEADING_CLAUSE.match(text)
    if clause:
        text = text[clause.end() :]
        words = text.split(" ")
    place = _question_word_at(words)
    if place is None:
        return _without_question_word(words)
    word, following = words[place], words[place + 1 :]
    if word == "how":
        return _of_how(following, " ".join(words[place:]))
    if word in {"what", "which"}:
        return _of_what(word, following, text)
    if word == "whose":
        return AnswerType.PERSON
    return {"when": AnswerType.TIME, "where": AnswerType.PLACE, "why": AnswerType.REASON}.get(word, AnswerType.PERSON)


def classify_answer_role(question: str) -> AnswerRole:
    """Return the role that the answer has in the question, by the word after its question word.

    >>> [classify_answer_role(q).value for q in ("who led them?", "whom did they meet?", "where is it?")]
    ['subject', 'object', 'other']
    """
    question_word = _QUESTION_WORD.search(question)
    if question_word is None:
        return AnswerRole.OTHER
    following = (question_word[1] or "").lower()
    if following in BEFORE_SUBJECT:
        return AnswerRole.OBJECT
    return AnswerRole.OTHER if following in AUXILIARIES else AnswerRole.SUBJECT


def parse_time_precisions(question: str) -> frozenset[TimePrecision]:
    """Return how precise a time the question asks for; empty where it does not say."""
    return frozenset(precision for precision, wording in _PRECISIONS.items() if wording.search(question))


def _words(question: str) -> list[str]:
    words = []
    for word in _WORD.findall(question[:1000].lower())[:_MAX_WORDS]:
        contracted = _CONTRACTED.match(word)
        if contracted:
            words += [contracted[1], "'s"]
        else:
            words.append(MISSPELT.get(word, word))
    return words


def _question_word_at(words: list[str]) -> int | None:
    """Return the place of the question word: "how many" first, then an opening one, then "what", then any."""
    asking = [place for place, word in enumerate(words) if word in QUESTION_WORDS]
    if not asking:
        return None
    first = asking[0]
    for place in asking:
        if words[place] == "how" and words[place + 1 : place + 2] and words[place + 1] in {"many", "much"}:
            return place
    if all(word in BEFORE_QUESTION_WORD for word in words[:first]):
        return first
    return next((place for place in asking if words[place] in {"what", "which"}), first)


def _of_how(following: list[str], text: str) -> AnswerType:
    if _SHARE.search(text):
        return AnswerType.SHARE
    if following[:1] == ["much"]:
        return AnswerType.MONEY if _MONEY.search(text) else AnswerType.NUMBER
    return _HOW.get(following[0], AnswerType.MANNER) if following else AnswerType.MANNER


def _of_what(word: str, following: list[str], text: str) -> AnswerType:
    """Classify by the noun: "what famous singer", "what was the population of", "which of the cities"."""
    copular = bool(following) and following[0] in VERB_FORMS
    phrase = following[1:] if copular else following
    if copular and phrase[:1] and phrase[0] not in {"the", "his", "her", "its", "their", "your", "a", "an"}:
        return AnswerType.NAME if _CALLED.search(text) else _what_is(following)
    noun_type = _of_phrase(phrase)
    if noun_type is AnswerType.TIME and copular and not DURATIONS.isdisjoint(phrase[:_PHRASE_WORDS]):
        return AnswerType.MEASURE
    if noun_type is not AnswerType.OTHER:
        return noun_type
    if _CALLED.search(text):
        return AnswerType.NAME
    if copular:
        return _what_is(following)
    return AnswerType.NAME if word == "which" else AnswerType.OTHER


def _what_is(following: list[str]) -> AnswerType:
    return AnswerType.DEFINITION if following[0] in {"is", "are", "'s", "was", "were"} else AnswerType.OTHER


def _without_question_word(words: list[str]) -> AnswerType:
    """Classify words without a question word: "the date of the attack", "name the provinces"; not "is it true?"."""
    if words[:1] and words[0] in POLAR:
        polite = words[0] in {"can", "could", "will", "would"} and words[1:2] == ["you"]
        if not polite:
            return AnswerType.OTHER
        words = words[2:]
    first = next((place for place, word in enumerate(words) if word not in COURTESY and word != ","), len(words))
    return _of_phrase(words[first:])


def _of_phrase(words: list[str]) -> AnswerType:
    """Return the type of the last noun that has one; the phrase ends at a verb or a preposition."""
    noun_type = AnswerType.OTHER
    for place, word in enumerate(words[:_PHRASE_WORDS]):
        if word in KIND_OF:
            return AnswerType.OTHER
        if place and (word in PHRASE_ENDS or word[0].isdigit()):
            break
        noun_type = _NOUNS.get(word, noun_type)
    return noun_type
