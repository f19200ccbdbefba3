"""What kind of answer a question expects: a person, a place, a time, a number, a name, or words."""

from __future__ import annotations

from enum import StrEnum

from askbrief.core.lazy_regex import pattern


class Expected(StrEnum):
    """A kind of answer. Those from PERSON to SHARE are short: some words of a sentence, as `candidates` finds them."""

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
        """Whether the answer is a few words with a form of their own."""
        return self not in {Expected.REASON, Expected.MANNER, Expected.DEFINITION, Expected.OTHER}


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
_ASKING = frozenset({"who", "whom", "whose", "what", "which", "where", "when", "why", "how"})
_BEFORE_ASKING = frozenset(
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
"""What is so called is a duration: "what is the incubation period"; but "what time is it" asks for a time."""
_KIND_OF = frozenset("kind kinds type types sort sorts form forms".split())
_NOUNS = {
    noun: kind
    for kind, nouns in {
        Expected.TIME: """
            year years month months day days date dates century centuries decade decades time era period season weekday
            birthday birthdate deadline hour
            """,
        Expected.PLACE: """
            country countries city cities state states province provinces region regions town towns village villages
            place places location locations district districts continent continents island islands county counties
            capital capitals street streets road area areas territory territories birthplace venue stadium site nation
            nations neighborhood neighbourhood borough suburb municipality headquarters prefecture destination ocean sea
            river lake mountain valley building airport
            """,
        Expected.PERSON: """
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
        Expected.NAME: """
            name names surname nickname company companies organization organizations organisation organisations
            group groups team teams
            party parties band bands agency agencies university universities college school institution newspaper
            magazine album albums song songs film films movie movies book books show network channel brand title
            language languages religion tribe tribes army corporation firm bank airline church club league nationality
            ethnicity operation treaty act law battle war award prize dynasty empire
            program programme
            """,
        Expected.SHARE: "percentage percentages percent proportion share fraction rate rates prevalence incidence",
        Expected.MONEY: "price cost budget salary revenue income ransom fine gdp turnover profit",
        Expected.NUMBER: """
            number numbers population amount quantity size ratio count total score figure
            """,
        Expected.MEASURE: """
            age length height weight width depth distance temperature speed duration altitude elevation diameter
            lifespan dose dosage
            """,
        Expected.REASON: "reason reasons cause causes purpose",
    }.items()
    for noun in nouns.split()
}
_HOW = {
    "many": Expected.NUMBER,
    "numerous": Expected.NUMBER,
    **dict.fromkeys(
        "long old far tall high deep wide heavy fast quickly large big soon often late early hot cold thick".split(),
        Expected.MEASURE,
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
_MOST_WORDS = 60
_PHRASE = 6


def expected(question: str) -> Expected:
    """Tell what kind of answer a question expects; English, in whatever case, with words of courtesy around it.

    >>> [expected(q).value for q in ("who leads the TTP?", "hey, tell me whn Kabul fell", "in what city is it?")]
    ['person', 'time', 'place']
    """
    words = _words(question)
    text = " ".join(words)
    clause = _LEADING_CLAUSE.match(text)
    if clause:
        text = text[clause.end() :]
        words = text.split(" ")
    place = _asking_at(words)
    if place is None:
        return _unasked(words)
    word, following = words[place], words[place + 1 :]
    if word == "how":
        return _of_how(following, " ".join(words[place:]))
    if word in {"what", "which"}:
        return _of_what(word, following, text)
    if word == "whose":
        return Expected.PERSON
    return {"when": Expected.TIME, "where": Expected.PLACE, "why": Expected.REASON}.get(word, Expected.PERSON)


def _words(question: str) -> list[str]:
    words = []
    for word in _WORD.findall(question[:1000].lower())[:_MOST_WORDS]:
        contracted = _CONTRACTED.match(word)
        if contracted:
            words += [contracted[1], "'s"]
        else:
            words.append(_MISSPELT.get(word, word))
    return words


def _asking_at(words: list[str]) -> int | None:
    """Where the word that asks stands: "how many" first, then what opens the question, then "what", then any."""
    asking = [place for place, word in enumerate(words) if word in _ASKING]
    if not asking:
        return None
    first = asking[0]
    for place in asking:
        if words[place] == "how" and words[place + 1 : place + 2] and words[place + 1] in {"many", "much"}:
            return place
    if all(word in _BEFORE_ASKING for word in words[:first]):
        return first
    return next((place for place in asking if words[place] in {"what", "which"}), first)


def _of_how(following: list[str], text: str) -> Expected:
    if _SHARE.search(text):
        return Expected.SHARE
    if following[:1] == ["much"]:
        return Expected.MONEY if _MONEY.search(text) else Expected.NUMBER
    return _HOW.get(following[0], Expected.MANNER) if following else Expected.MANNER


def _of_what(word: str, following: list[str], text: str) -> Expected:
    """By the noun that is asked for: "what famous singer", "what was the population of", "which of the cities"."""
    copular = bool(following) and following[0] in _FORMS
    phrase = following[1:] if copular else following
    if copular and phrase[:1] and phrase[0] not in {"the", "his", "her", "its", "their", "your", "a", "an"}:
        return Expected.NAME if _CALLED.search(text) else _what_is(following)
    found = _of_phrase(phrase)
    if found is Expected.TIME and copular and not _LASTING.isdisjoint(phrase[:_PHRASE]):
        return Expected.MEASURE
    if found is not Expected.OTHER:
        return found
    if _CALLED.search(text):
        return Expected.NAME
    if copular:
        return _what_is(following)
    return Expected.NAME if word == "which" else Expected.OTHER


def _what_is(following: list[str]) -> Expected:
    return Expected.DEFINITION if following[0] in {"is", "are", "'s", "was", "were"} else Expected.OTHER


def _unasked(words: list[str]) -> Expected:
    """Of words without a question word: "the date of the attack", "name the provinces"; not of "is it true?"."""
    if words[:1] and words[0] in _POLAR:
        polite = words[0] in {"can", "could", "will", "would"} and words[1:2] == ["you"]
        if not polite:
            return Expected.OTHER
        words = words[2:]
    first = next((place for place, word in enumerate(words) if word not in _COURTESY and word != ","), len(words))
    return _of_phrase(words[first:])


def _of_phrase(words: list[str]) -> Expected:
    """The kind of the last noun of a phrase that tells one; the phrase ends at a verb or a preposition."""
    found = Expected.OTHER
    for place, word in enumerate(words[:_PHRASE]):
        if word in _KIND_OF:
            return Expected.OTHER
        if place and (word in _ENDS or word[0].isdigit()):
            break
        found = _NOUNS.get(word, found)
    return found
