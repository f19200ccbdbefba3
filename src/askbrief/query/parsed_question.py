"""A question, parsed once: everything that search and answering need to know about its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import regex

from askbrief.core.text import pattern
from askbrief.language.analysis import analyse, word_stems
from askbrief.language.english.numbers import number_values
from askbrief.language.english.words import COMPARISON_STEMS, HOW_MUCH_STEMS, NEGATION
from askbrief.query.answer_type import (
    AnswerRole,
    AnswerType,
    TimePrecision,
    classify_answer_role,
    classify_answer_type,
    parse_time_precisions,
)
from askbrief.query.aspects import parse_aspects
from askbrief.query.constraints import Constraints, parse_constraints
from askbrief.query.expansion import Expansion, Query, expand
from askbrief.query.quantity_question import QuantityQuestion, parse_quantity
from askbrief.query.question_language import QuestionLanguage

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal

    from askbrief.query.expansion import Knowledge

_GREETING = "hey|hi|hello|ok|okay|um|please|pls|plz|thanks|thx"
_ADDRESSED = "all|everyone|everybody|folks|guys|team|there|so|well|quick question"
_TELL = "(?:tell|show|remind) (?:me|us)(?: again)?|find out|look up|know|say"
_OPENING = pattern(
    rf"^(?:(?:{_GREETING})\b(?: (?:{_ADDRESSED})\b)?[\s,:;.!-]*|(?:{_ADDRESSED})\s*[,:!]\s*|"
    r"(?:can|could|would|will|does|do) (?:you|someone|somebody|anyone|anybody|we)(?: all)?(?: please)? "
    rf"(?:{_TELL})\b[\s,:]*|"
    rf"(?:tell|show|remind) (?:me|us)(?: again)?\b[\s,:]*|i(?:'d| would)? (?:want|need|like) to know\b[\s,:]*|"
    rf"i(?: am|'m)? (?:just )?wonder(?:ing)?\b[\s,:]*|any (?:idea|clue)\b[\s,:]*)+(?=\S+\s+\S)",
    regex.IGNORECASE,
)
_CLOSING = pattern(
    r"(?:[\s,]+(?:please|pls|plz|thanks|thx|thank you|cheers|these days|by the way|btw|anyone|anybody|guys|folks))+"
    r"\s*([?!.]*)$",
    regex.IGNORECASE,
)
GERMAN = "de"
"""The language whose nouns all have a capital letter, so that it tells no names."""
_NAME = pattern(r"(?<=\S\s+)\p{Lu}[\p{L}\p{M}\p{N}'’]*")
"""A word with a capital letter that does not open the question."""


@dataclass(frozen=True, slots=True)
class Presuppositions:
    """What a question takes for granted, and an answer should not contradict."""

    is_negated: bool
    stems: frozenset[str]  # of all its words, stop words included
    numbers: frozenset[Decimal]
    names: frozenset[str]  # the terms of its words with a capital letter
    other_terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class ParsedQuestion:
    """A question, parsed. Search and answering take this and parse nothing again.

    `quantity` is parsed by other rules than `answer_type`: "how large is the army?" asks for a quantity, and for an
    answer of type MEASURE.
    """

    text: str  # without polite words and with its clear typing errors corrected; models read it
    terms: tuple[str, ...]  # the index terms of `text`, in order and with repetitions
    query: Query  # what is looked up in the index
    aspects: tuple[Query, ...]  # one query for each thing that the question compares
    searched_also: tuple[str, ...]  # the alternatives as the sources write them, for the person who asks
    is_follow_up: bool  # whether the question, as it was asked, leans on the one before it
    answer_type: AnswerType
    answer_role: AnswerRole
    time_precisions: frozenset[TimePrecision]
    quantity: QuantityQuestion | None
    constraints: Constraints
    presuppositions: Presuppositions


def parse_question(question: str, knowledge: Knowledge | None = None, today: dt.date | None = None) -> ParsedQuestion:
    """Parse a question as it was asked, on one line; the one place that does.

    Without `knowledge` of an index nothing is expanded or corrected; without `today`, "last month" is no constraint.
    """
    follows = is_follow_up(question)
    question = strip_courtesy(question)
    things = parse_aspects(question)
    language = QuestionLanguage.of(question, knowledge.unknown if knowledge else None)
    expansion = (
        expand(question, knowledge, language) if knowledge else Expansion(question, Query(language.terms(question)))
    )
    text, query = expansion.text, expansion.query
    combined = query.side_by_side(things, COMPARISON_STEMS) if things else query
    return ParsedQuestion(
        text=text,
        terms=language.terms(text),
        query=combined,
        aspects=tuple(query.part(terms) for terms in things),
        searched_also=expansion.searched_also,
        is_follow_up=follows,
        answer_type=classify_answer_type(text, language.asked),
        answer_role=classify_answer_role(text),
        time_precisions=parse_time_precisions(text),
        quantity=parse_quantity(text),
        constraints=parse_constraints(text, today),
        presuppositions=_presuppositions(text, combined.terms, language),
    )


def strip_courtesy(question: str) -> str:
    """Return a question without the words that only make it polite.

    >>> strip_courtesy("hey, can someone tell me who leads the TTP these days?")
    'who leads the TTP?'
    """
    return _CLOSING.sub(r"\1", _OPENING.sub("", question)) or question


def _presuppositions(text: str, terms: tuple[str, ...], language: QuestionLanguage) -> Presuppositions:
    capitalised = " ".join(_NAME.findall(text)) if language.asked != GERMAN else ""
    names = frozenset(language.terms(capitalised))
    return Presuppositions(
        is_negated=bool(NEGATION.search(text)),
        stems=word_stems(text),
        numbers=number_values(text),
        names=names,
        other_terms=frozenset(terms) - names - HOW_MUCH_STEMS,
    )


# ------------------------------------------------------------------------------------------ follow-ups

_FOLLOW_UP_OPENING = r"(?:and|but|or|what about|how about|then|also|so|why|since when|und|aber|et|y)\b"
_OPENINGS = pattern(f"^{_FOLLOW_UP_OPENING}", regex.IGNORECASE)
_POINTERS = pattern(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|this|that|these|those|there|then|former|latter|same)\b",
    regex.IGNORECASE,
)
_YEAR = pattern(r"\b(?:1[5-9]|20)\d\d\b")
_BEFORE_YEAR = "in|of|since|until|by|during|before|after|from|to|between|and|im Jahr|seit|bis|von|und"
_WITH_YEAR = pattern(rf"(?:\s*(?:\b(?:{_BEFORE_YEAR})\b|[-–—]))?\s*{_YEAR.pattern}", regex.IGNORECASE)
_YEAR_ONLY = pattern(rf"(?:^|(?<=\?))\s*{_FOLLOW_UP_OPENING}{_WITH_YEAR.pattern}\s*\?", regex.IGNORECASE)
_MAX_CHARS = 500
"""Length of a resolved question; of a longer chain of follow-ups the beginning is cut."""
_FEW_TERMS, _SHORT_TERMS = 3, 6
"""A question with fewer terms than these is a follow-up, or is one if it opens like one or points back."""


def resolve_follow_up(question: str, previous: str | None) -> str:
    """Return what to search for: a follow-up after what was searched for before it, at most 500 characters of the two.

    A year in the question replaces those of the previous one.

    >>> resolve_follow_up("and in 2021?", "how many attacks were there in 2020?")
    'how many attacks were there? and in 2021?'
    >>> resolve_follow_up("which province has the most schools for girls?", "how many attacks were there in 2020?")
    'which province has the most schools for girls?'
    """
    if not previous or not is_follow_up(question):
        return question
    if _YEAR.search(question):
        previous = _WITH_YEAR.sub("", _YEAR_ONLY.sub("", previous)).strip()
    room = _MAX_CHARS - len(question) - 1
    if len(previous) > room:
        previous = previous[-room:].partition(" ")[2] if room > 0 else ""
    return f"{previous} {question}" if previous else question


def is_follow_up(question: str) -> bool:
    """Return whether a question leans on the one before it.

    It does if it has hardly any term of its own, or if it is short and either opens like a follow-up ("and ...",
    "what about ...") or points back ("who said that?").
    """
    terms = len(analyse(question))
    if terms < _FEW_TERMS:
        return True
    return terms < _SHORT_TERMS and bool(_OPENINGS.search(question) or _POINTERS.search(question))
