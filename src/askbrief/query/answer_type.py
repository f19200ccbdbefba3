"""The type of answer that a question expects: a person, a place, a time, a number, a name, or a sentence."""

from __future__ import annotations

from enum import StrEnum

import regex

from askbrief.core.lazy_regex import pattern


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
    """How precise a time is asked for."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"


_MISSPELT = {
    wrong: right
    for right, wrongs in {
        "when": "whn wehn hwen whne wen",
        "where": "wher whre wheer wehre hwere whear",
        "who": "woh whoo",
        "what": "waht wht wat whta hwat whaat",
        "which": "wich whcih whihc wihch whch witch",
        "why": "wyh hwy",
        "how": "hw hwo ohw hoow",
        "many": "mnay mayn manny meny mny",
        "much": "mcuh muhc mutch mch",
        "year": "yaer yeer yera",
        "long": "lnog logn",
        "old": "odl",
    }.items()
    for wrong in wrongs.split()
}
_WORD = pattern(r"[\p{L}\p{N}]+(?:['’]\p{L}+)?|[,?%]")
_CONTRACTED = pattern(r"^(who|what|where|when|how|why)(?:['’]?(?:s|re|d|ll))$")
_QUESTION_WORDS = frozenset({"who", "whom", "whose", "what", "which", "where", "when", "why", "how"})
_PREPOSITIONS = frozenset(
    "in on at to from by for with of during since until till into under about around near after before through up and"
    " so".split()
)
_FORMS = frozenset(
    """
    is are was were be been do does did has have had can could will would shall should may might must 's
    """.split()
)
_ENDS = (
    frozenset(
        """
    of that who which in on at to from by for with during since until when where while as than and or if because after
    before under between against over there you i we he she it they the a an this these those its their his her
    called named known , ? %
    """.split()
    )
    | _FORMS
)
_COURTESY = frozenset(
    """
    hi hey hello please pls so ok okay tell give show list find name me us say i want need to know get about just quick
    question all any
    """.split()
)
_POLAR = frozenset("is are was were do does did has have had can could will would should am".split())
_LASTING = frozenset({"time", "period", "times", "periods"})
"""After "what is" these nouns ask for a duration ("what is the incubation period"), but "what time is it" does not."""
_KIND_OF = frozenset("kind kinds type types sort sorts form forms".split())
_NOUNS = {
    noun: kind
    for kind, nouns in {
        AnswerType.TIME: """
            year years month months day days date dates century centuries decade decades time era period season weekday
            birthday birthdate deadline hour
            """,
        AnswerType.PLACE: """
            country countries city cities state states province provinces region regions town towns village villages
            place places location locations district districts continent continents island islands county counties
            capital capitals street streets road area areas territory territories birthplace venue stadium site nation
            nations neighborhood neighbourhood borough suburb municipality headquarters prefecture destination ocean sea
            river lake mountain valley building airport
            """,
        AnswerType.PERSON: """
            person people man men woman women king queen president author authors actor actors actress singer singers
            player players leader leaders director writer writers artist artists scientist scientists general minister
            chief commander founder founders inventor emperor pope bishop philosopher composer poet painter architect
            governor mayor senator politician judge officer official spokesperson spokesman spokeswoman chairman ceo
            owner son daughter wife husband father mother brother sister character characters individual individuals
            ruler dictator coach quarterback explorer historian economist physicist chemist biologist astronomer
            mathematician engineer theologian monk saint prophet god goddess musician guitarist drummer rapper
            producer journalist analyst ambassador secretary chancellor hero murderer killer winner successor
            predecessor
            """,
        AnswerType.NAME: """
            name names surname nickname company companies organization organizations organisation organisations
            group groups team teams
            party parties band bands agency agencies university universities college school institution newspaper
            magazine album albums song songs film films movie movies book books show network channel brand title
            language languages religion tribe tribes army corporation firm bank airline church club league nationality
            ethnicity operation treaty act law battle war award prize dynasty empire
            program programme
            """,
        AnswerType.SHARE: "percentage percentages percent proportion share fraction rate rates prevalence incidence",
        AnswerType.MONEY: "price cost budget salary revenue income ransom fine gdp turnover profit",
        AnswerType.NUMBER: """
            number numbers population amount quantity size ratio count total score figure
            """,
        AnswerType.MEASURE: """
            age length height weight width depth distance temperature speed duration altitude elevation diameter
            lifespan dose dosage
            """,
        AnswerType.REASON: "reason reasons cause causes purpose",
    }.items()
    for noun in nouns.split()
}
_HOW = {
    "many": AnswerType.NUMBER,
    "numerous": AnswerType.NUMBER,
    **dict.fromkeys(
        "long old far tall high deep wide heavy fast quickly large big soon often late early hot cold thick".split(),
        AnswerType.MEASURE,
    ),
}
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
_BEFORE_SUBJECT = frozenset({"did", "do", "does"})
_AUXILIARIES = frozenset("was were is are has have had will would can could should".split())
_PRECISIONS = {
    TimePrecision.YEAR: pattern(r"\byears?\b", regex.IGNORECASE),
    TimePrecision.MONTH: pattern(r"\bmonth\b", regex.IGNORECASE),
    TimePrecision.DAY: pattern(r"\b(?:what|which|exact) (?:day|date)\b|\bdate\b", regex.IGNORECASE),
}
_MAX_WORDS = 60
"""Words of a question that are read; more make no difference to the type."""
_PHRASE_WORDS = 6
"""Words of a noun phrase that are read."""


def classify_answer_type(question: str) -> AnswerType:
    """Return the type of answer that an English question expects, in any letter case and with polite words.

    >>> questions = ("who leads the TTP?", "hey, tell me whn Kabul fell", "in what city is it?")
    >>> [classify_answer_type(question).value for question in questions]
    ['person', 'time', 'place']
    """
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
    if following in _BEFORE_SUBJECT:
        return AnswerRole.OBJECT
    return AnswerRole.OTHER if following in _AUXILIARIES else AnswerRole.SUBJECT


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
            words.append(_MISSPELT.get(word, word))
    return words


def _question_word_at(words: list[str]) -> int | None:
    """Return the place of the question word: "how many" first, then an opening one, then "what", then any."""
    asking = [place for place, word in enumerate(words) if word in _QUESTION_WORDS]
    if not asking:
        return None
    first = asking[0]
    for place in asking:
        if words[place] == "how" and words[place + 1 : place + 2] and words[place + 1] in {"many", "much"}:
            return place
    if all(word in _PREPOSITIONS for word in words[:first]):
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
    copular = bool(following) and following[0] in _FORMS
    phrase = following[1:] if copular else following
    if copular and phrase[:1] and phrase[0] not in {"the", "his", "her", "its", "their", "your", "a", "an"}:
        return AnswerType.NAME if _CALLED.search(text) else _what_is(following)
    noun_type = _of_phrase(phrase)
    if noun_type is AnswerType.TIME and copular and not _LASTING.isdisjoint(phrase[:_PHRASE_WORDS]):
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
    if words[:1] and words[0] in _POLAR:
        polite = words[0] in {"can", "could", "will", "would"} and words[1:2] == ["you"]
        if not polite:
            return AnswerType.OTHER
        words = words[2:]
    first = next((place for place, word in enumerate(words) if word not in _COURTESY and word != ","), len(words))
    return _of_phrase(words[first:])


def _of_phrase(words: list[str]) -> AnswerType:
    """Return the type of the last noun that has one; the phrase ends at a verb or a preposition."""
    noun_type = AnswerType.OTHER
    for place, word in enumerate(words[:_PHRASE_WORDS]):
        if word in _KIND_OF:
            return AnswerType.OTHER
        if place and (word in _ENDS or word[0].isdigit()):
            break
        noun_type = _NOUNS.get(word, noun_type)
    return noun_type
