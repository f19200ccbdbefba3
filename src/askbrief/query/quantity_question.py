"""Questions for a quantity: which kind, and of what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import regex

from askbrief.core.text import pattern
from askbrief.language.analysis import analyse
from askbrief.language.english.words import COMPARATIVES, CURRENCY_STEMS, QUANTITY_STEMS


class QuantityTarget(StrEnum):
    """The kind of quantity that a question asks for."""

    COUNT = "count"
    SHARE = "share"
    MONEY = "money"
    SIZE = "size"
    EITHER = "share or money"


@dataclass(frozen=True, slots=True)
class QuantityQuestion:
    """A question for a quantity, as index terms."""

    target: QuantityTarget
    counted: frozenset[str]  # what is counted ("fighter"); empty where `target` says enough
    about: frozenset[str]  # the other terms
    names: frozenset[str] = frozenset()  # those of `about` that are written with a capital letter
    years: frozenset[str] = frozenset()


_COUNT = pattern(
    r"\bhow many (?P<noun>.+)|\b(?:what|which|give)\b.{0,30}?\b(?:number|count|total) of (?P<of>.+)", regex.IGNORECASE
)
_SHARE = pattern(
    r"\b(?:what|which|how many|how much|how large|how big|by what)\b.{0,20}?\b(?:share|percentage|proportion|per ?cent)"
    r"\b(?: of)?(?P<of>.*)",
    regex.IGNORECASE,
)
_MONEY = pattern(
    r"\bhow much (?P<noun>money|cash|funding|revenue|income|debt|ransom|dollars?)\b|"
    r"\bhow much\b.*\b(?:costs?|pay|paid|pays|spend|spent|earn|earned|worth|charge|charged)\b|"
    r"\bwhat\b.{0,20}\b(?:amount of money|sum|cost|price|budget|ransom|revenue|salary)\b",
    regex.IGNORECASE,
)
_MUCH = pattern(r"\bhow much (?P<noun>.+)", regex.IGNORECASE)
_SIZE = pattern(
    r"\bhow (?:large|big|strong|numerous) (?:is|are|was|were) (?P<noun>.+)|"
    r"\bwhat (?:is|was) the (?:size|strength) of (?P<of>.+)",
    regex.IGNORECASE,
)
_PHRASE_END = pattern(
    r"\b(?:are|is|was|were|be|been|do|does|did|have|has|had|can|could|will|would|should|may|might|must|in|on|at|by|to|"
    r"from|with|within|without|for|there|who|that|which|than|since|between|after|before|during|under|against|per|"
    r"each|and|or|live|lives|lived|living|died|die|remain|belong|took|take|came|come|fled|left|lost|got|made|were)\b"
    r"|[?!,;:()]",
    regex.IGNORECASE,
)
_OPENING = pattern(
    r"^\s*(?:(?:of )?(?:the|all|these|those|its|their|other|more|different)\b\s*)+|^\s*of\b", regex.IGNORECASE
)
_WORD = pattern(r"[\p{L}\p{M}\p{N}]+(?:[-'’][\p{L}\p{M}\p{N}]+)*")
_PLURAL = pattern(r"\p{Ll}.*(?<!s|u|i|'|’)s|people|men|women|children|personnel|police|staff|cattle|livestock")
_YEAR = pattern(r"(?<!\p{N})(?:1[5-9]|20)\p{N}{2}(?!\p{N})")
_NAME = pattern(r"(?<!^)\b\p{Lu}[\p{L}\p{M}\p{N}]*(?:-[\p{L}\p{M}\p{N}]+)*")
_WORDINGS = (
    (QuantityTarget.SHARE, _SHARE),
    (QuantityTarget.MONEY, _MONEY),
    (QuantityTarget.COUNT, _COUNT),
    (QuantityTarget.SIZE, _SIZE),
    (QuantityTarget.EITHER, _MUCH),
)
"""In the order in which they are tried."""


def parse_quantity(question: str) -> QuantityQuestion | None:
    """Return the quantity that a question asks for; None where it asks for none.

    >>> quantity = parse_quantity("How many TTP fighters are in Afghanistan?")
    >>> quantity.target.value, sorted(quantity.counted), sorted(quantity.about)
    ('count', ['fighter'], ['afghanistan', 'ttp'])
    """
    for target, wording in _WORDINGS:
        match = wording.search(question)
        if match:
            groups = match.groupdict()
            return _quantity(question, target, groups.get("noun") or groups.get("of") or "")
    return None


def _quantity(question: str, target: QuantityTarget, following: str) -> QuantityQuestion | None:
    noun = _counted_noun(following)
    counted = frozenset(analyse(noun))
    if target is QuantityTarget.COUNT and not counted:
        return None
    if target is QuantityTarget.COUNT and counted & CURRENCY_STEMS:
        target = QuantityTarget.MONEY
    elif target is QuantityTarget.EITHER and counted and noun.lower() not in COMPARATIVES:
        target = QuantityTarget.COUNT
    names_a_unit = target is QuantityTarget.COUNT or (target is QuantityTarget.MONEY and counted <= CURRENCY_STEMS)
    terms = frozenset(analyse(question)) - QUANTITY_STEMS
    years = frozenset(_YEAR.findall(question))
    names = frozenset(analyse(" ".join(_NAME.findall(question)))) & terms
    about = terms - years - (counted if names_a_unit or target is QuantityTarget.MONEY else frozenset())
    return QuantityQuestion(target, counted if names_a_unit else frozenset(), about, names & about, years)


def _counted_noun(following: str) -> str:
    """Return the word for what is counted: the first plural of the phrase that follows, or its last word."""
    phrase = _OPENING.sub("", following)
    end = _PHRASE_END.search(phrase)
    words = _WORD.findall(phrase[: end.start()] if end else phrase)
    words = words[: words.index("of")] if "of" in words else words
    nouns = [word for word in words if not word.endswith("ed")] or words  # "wheat arrived"
    return next((word for word in nouns if _PLURAL.fullmatch(word)), nouns[-1] if nouns else "")
