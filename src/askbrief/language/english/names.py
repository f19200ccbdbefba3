"""Names in English text, by their capital letters, and those that it defines: acronyms, and "also known as"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from askbrief.core.text import pattern
from askbrief.language.english.words import BEFORE_NAMES, NEVER_IN_NAMES, NO_NAMES, STOP_WORDS
from askbrief.language.names import NameKind, Pair, name_key
from askbrief.records import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_ABBREVIATED = "Mr|Ms|Mrs|Dr|St|Jr|Sr|Lt|Gen|Col|Sen|Rep|Prof|Gov|Capt|Sgt|Rev|Hon"
_PART = (
    r"(?:(?:\p{Lu}\.)+|\p{Lu}[\p{L}\p{M}\p{N}]*(?:[-'’]\p{L}[\p{L}\p{M}]*)*"
    rf"(?:(?<=\b(?:{_ABBREVIATED}))\.)?)"
)
_JOINT = r"(?:of(?: the)?|de(?: la)?|del|der|van(?: der)?|von|bin|ibn|al|el|la|le|du|da|di|dos|for|&)"
_NUMBER = r"\p{Nd}{1,3}(?![\p{L}\p{N},.]\p{N})"
_PROPER = pattern(
    rf"(?<![\p{{L}}\p{{N}}])(?:al-|el-)?{_PART}(?:[ ](?:{_JOINT}[ ])?(?:al-|el-)?(?:{_PART}|{_NUMBER}))*+"
)
_CAPITAL = pattern(r"\p{Lu}")
_POSSESSIVE = pattern(r"['’]s?$")
_FIRST_WORD = pattern(r"[\p{L}\p{M}'’-]+")
_INITIAL = pattern(r"^[^\p{L}\p{N}]*$|[.!?:]['\"”’)\]]*\s+[\"“'‘(\[]*$|[\"“]$")
_VERB = pattern(
    r"\s+(?:\p{L}+ed|is|was|has|had|will|would|could|can|says|said|led|won|became|wrote|made|took|held|gave|began|built"
    r"|sent|told|went|saw|left|ran|fell|did|does|thought|brought|bought|sold|found|came|got|put|set|met|lost|knew|grew"
    r"|argues|claims|describes|defines)\b|,\s(?:an?|the|who|which|where|son|daughter)\b"
)
_PLURAL = pattern(r"[^sui]s$")
_SINGULAR = pattern(r"\s+(?:is|was|has|says|does)\b")
_OF_A_PEOPLE = pattern(r"(?:an|ish|ese|i|ch)$")
_ARTICLE = pattern(r"\b(?:the|an?|its|their|his|her)\s+$")
_NOUN = pattern(r"\s+(?!and\b|or\b|of\b|in\b|is\b|was\b|has\b|to\b|for\b)\p{Ll}")


def names(text: str, *, single_initial: bool = True) -> Iterator[Span]:
    """Yield the names of a sentence, in order.

    The first word of a sentence always has a capital: alone it is a name only if it is an acronym or, with
    `single_initial`, if a verb follows it.

    >>> text = "In Kabul, TTP chief Mufti Noor Wali Mehsud spoke for the Bank of England."
    >>> [text[span.start : span.end] for span in names(text)]
    ['Kabul', 'TTP', 'Mufti Noor Wali Mehsud', 'Bank of England']
    """
    if not _CAPITAL.search(text):
        return
    for match in _PROPER.finditer(text):
        start, end = match.span()
        opens = _INITIAL.search(text[max(0, start - 8) : start]) if start else True
        start = _after_openers(text, start, end, BEFORE_NAMES if opens else NEVER_IN_NAMES)
        if opens and start == match.start() and not _stands_alone(text, start, end, verb_counts=single_initial):
            continue
        if text[start:end].partition(" ")[0].rstrip(".").lower() in NO_NAMES:
            continue
        if _is_adjective(text, start, end):
            continue
        possessive = _POSSESSIVE.search(text[start:end])
        end -= len(possessive[0]) if possessive else 0
        if end > start:
            yield Span(start, end)


def _is_adjective(text: str, start: int, end: int) -> bool:
    """Return whether a name is an adjective, such as the "Afghan" of "the Afghan provinces"."""
    return bool(
        _OF_A_PEOPLE.search(text, start, end)
        and " " not in text[start:end]
        and _NOUN.match(text, end)
        and _ARTICLE.search(text[max(0, start - 8) : start])
    )


def _after_openers(text: str, start: int, end: int, openers: frozenset[str]) -> int:
    """Return where the name begins after "The", "In" and the like; `end` if nothing is left."""
    while start < end:
        word = _FIRST_WORD.match(text, start, end)
        if word is None or word[0].lower() not in openers:
            return start
        start = word.end()
        while start < end and not text[start].isalnum():
            start += 1
        if start < end and not text[start].isupper():
            return end
    return end


def _stands_alone(text: str, start: int, end: int, *, verb_counts: bool) -> bool:
    name = text[start:end]
    if " " in name:
        return True
    if name.isupper():
        return len(name) > 1
    if not verb_counts or name.endswith(("ing", "ed", "ly")):
        return False
    return bool((_SINGULAR if _PLURAL.search(name) else _VERB).match(text, end))


# ------------------------------------------------------------------------------------------ definitions

_SHORTEST, _LONGEST = 2, 10
_REACH = 240
"""Characters before a bracket that are examined; the longest long form of the algorithm has 15 words."""
_SHORT = r"[\p{L}\p{N}][\p{L}\p{M}\p{N}&/.+'’-]{1,9}(?:\ [\p{Lu}\p{N}][\p{L}\p{N}-]{0,6})?"
_BEFORE_SHORT = r"(?:(?:hereafter|hereinafter|henceforth|abbreviated(?:\ as|\ to)?|or|the|short|in\ short)[,:]?\ )?"
_SHORT_IN_BRACKETS = pattern(
    rf"[(\[]\s?{_BEFORE_SHORT}[\"“‘']?(?P<short>{_SHORT})[\"”’']?\s?(?=[)\](\[;,:=])", regex.VERBOSE
)
LONG_IN_BRACKETS = pattern(
    rf"(?<![\p{{L}}\p{{N}}-])(?P<short>{_SHORT})\ ?[(\[](?P<long>[^()\[\]]{{4,160}})[)\]]", regex.VERBOSE
)
_OPENING = pattern(r"[(\[]")
_SHORT_REACH = 19
"""Length of the longest short form with the space after it."""
_SENTENCE_END = pattern(r"(?<=[\p{Ll}\p{N}\"”)][.!?])\s+|[;:]\s|\n\s*\n")
_IN_BRACKETS = pattern(r"\s*[(\[][^()\[\]]*[)\]]")
_ROMAN = pattern(r"[IVX]+|[ivx]+")
_CAPITAL_OR_DIGIT = pattern(r"[\p{Lu}\p{N}]")
_LETTER = pattern(r"\p{L}")
_WORD = pattern(r"\p{Lu}?\p{Ll}+[.]?|\p{N}+")
_FUNCTION_WORDS = frozenset("a an and as at by de del du for from in of on or the to with".split())
_MANY = 3
"""Words from which a long form may have one that the short form omits: "human adenovirus type 55 (HAdV-55)"."""
_LEADING = pattern(r"^(?:the|a|an|of|and|or|as|in|to|by|for|from|with)\s+", regex.IGNORECASE)


def acronyms(text: str) -> Iterator[Pair]:
    """Yield the acronyms that a text defines, in order, in time linear in its length (Schwartz and Hearst, 2003).

    >>> [(pair.name, pair.other) for pair in acronyms("the Tehreek-e-Taliban Pakistan (TTP)")]
    [('TTP', 'Tehreek-e-Taliban Pakistan')]
    >>> [(pair.name, pair.other) for pair in acronyms("by WHO (World Health Organization)")]
    [('WHO', 'World Health Organization')]
    """
    if "(" not in text and "[" not in text:
        return
    for match in _SHORT_IN_BRACKETS.finditer(text):
        short = match["short"]
        found = _long_before(text, match.start(), short) if _is_acronym(short) else None
        if found:
            yield Pair(short, found, NameKind.ACRONYM, match.start("short"))
    for match in before_brackets(text):
        inside = regex.split(r"[;,]", match["long"])[0].strip(" \"“”'‘’")
        short = match["short"] if _is_acronym(match["short"]) else match["short"].split()[-1]
        if _is_acronym(short) and _long_inside(short, inside):
            yield Pair(short, _LEADING.sub("", inside), NameKind.ACRONYM, match.start("short"))


def before_brackets(text: str) -> Iterator[regex.Match[str]]:
    """Yield the matches of `LONG_IN_BRACKETS`, tried only where a short form may begin: just before a bracket."""
    end = 0
    for bracket in _OPENING.finditer(text):
        starts = range(max(end, bracket.start() - _SHORT_REACH), bracket.start())
        match = next(filter(None, (LONG_IN_BRACKETS.match(text, start) for start in starts)), None)
        if match:
            end = match.end()
            yield match


def long_form(short: str, words: str) -> str | None:
    """Return the shortest end of a text whose letters give the short form, or None.

    The first letter of the short form begins a word, the others stand anywhere after it, in their order.

    >>> long_form("PIPS", "according to the Pak Institute for Peace Studies")
    'Pak Institute for Peace Studies'
    """
    place = len(words)
    for index in range(len(short) - 1, -1, -1):
        letter = short[index].lower()
        if not letter.isalnum():
            continue
        place -= 1
        while place >= 0 and not (
            words[place].lower() == letter and (index or not place or not words[place - 1].isalnum())
        ):
            place -= 1
        if place < 0:
            return None
    return words[words.rfind(" ", 0, place + 1) + 1 :]


def _long_before(text: str, end: int, short: str) -> str | None:
    before = text[max(0, end - _REACH) : end]
    before = _IN_BRACKETS.sub("", _SENTENCE_END.split(before)[-1])
    words = before.split()
    most = min(len(short) + 5, 2 * len(short))
    found = _spelled_out(short, words) or long_form(short, " ".join(words[-most:]))
    found = found and found.strip(" \"“”'‘’,([")
    return found if found and _is_sound(short, found) else None


def _long_inside(short: str, inside: str) -> bool:
    """Return whether the whole text in brackets after a short form is its long form."""
    words = _LEADING.sub("", " ".join(inside.split()))
    return len(words.split()) <= min(len(short) + 5, 2 * len(short)) and (
        long_form(short, words) == words and _is_sound(short, words)
    )


def _is_acronym(short: str) -> bool:
    """Return whether a short form is an acronym, such as TTP, mAb and U.S., but not Fig, Fig 3 or IV."""
    words = short.split()
    capitals = _CAPITAL.findall(short)
    written_as_words = all(_WORD.fullmatch(word) for word in words)
    return (
        _SHORTEST <= len(short) <= _LONGEST
        and len(_LETTER.findall(short)) > 1
        and len(words[-1]) > 1
        and all(_CAPITAL_OR_DIGIT.search(word) for word in words)
        and bool(capitals)
        and not written_as_words
        and not _ROMAN.fullmatch(short)
    )


def _is_sound(short: str, long: str) -> bool:
    """Return whether a long form found by its letters is plausible.

    It is longer than the short form and does not contain it, it does not begin with a function word, and hardly any of
    its other words begins with a letter that the short form lacks. A list has one word for each letter.
    """
    words = long.split()
    if len(long) <= len(short) or short in long or words[0].casefold() in _FUNCTION_WORDS or "+" in long:
        return False
    letters = {letter.casefold() for letter in _LETTER.findall(short)}
    content_words = [word for word in words if _LETTER.match(word) and word.casefold() not in _FUNCTION_WORDS]
    foreign = sum(word[0].casefold() not in letters for word in content_words)
    if "," in long and (foreign or len(content_words) != len(_LETTER.findall(short))):
        return False
    return foreign <= (len(content_words) >= _MANY)


def _spelled_out(short: str, words: list[str]) -> str | None:
    """Return the words whose initials give the short form, ignoring function words: Court of Justice, CJ."""
    place = len(words)
    for letter in reversed(short):
        place -= 1
        while place > 0 and _is_skipped(words[place], letter):
            place -= 1
        if place < 0 or words[place][0].casefold() != letter.casefold():
            return None
    return None if words[place].casefold() in _FUNCTION_WORDS else " ".join(words[place:])


def _is_skipped(word: str, letter: str) -> bool:
    return word.casefold() in _FUNCTION_WORDS and word[0].casefold() != letter.casefold()


_OTHER_NAMES_REACH = 140
"""Characters on either side of "also known as" that are examined."""
_CAPITALISED = r"(?:(?:\p{Lu}\.){2,}|\p{Lu}[\p{L}\p{M}\p{N}'’&/]*)"
_SMALL = r"(?:of|for|the|de|du|del|la|al|el|e|i|bin|ibn|ul|ur|von|van)"
_NAME = rf"{_CAPITALISED}(?:(?:[ -]{_SMALL}){{0,2}}[ -]{_CAPITALISED}|-\p{{N}}+){{0,6}}"
_QUOTED = rf"[\"“‘']?(?P<name>{_NAME})[\"”’']?"
_ALSO_KNOWN_AS = pattern(
    r"""
    \b(?:also|now|better|formerly|previously|sometimes|commonly|popularly|otherwise|widely|locally|collectively|later)
      [ ](?:(?:also|commonly|collectively|formerly|sometimes|widely|popularly|simply)[ ])*
      (?:known|called|referred[ ]to|renamed)
      (?:[ ](?:collectively|locally|simply|informally|commonly))?(?:[ ](?:as|to|by(?:[ ]the)?[ ]names?(?:[ ]of)?))?
    | \bknown[ ](?:collectively[ ]|locally[ ]|simply[ ])?as
    | \b(?:aka|a\.[ ]?k\.[ ]?a\.?)
    | \b(?:renamed(?:[ ]itself|[ ]as|[ ]to)?|changed[ ]its[ ]name[ ]to)
    """,
    regex.VERBOSE | regex.IGNORECASE,
)
_TRIGGERS = ("known", "called", "referred to", "aka", "k.a", "k. a", "renamed", "changed its name")
_AFTER = pattern(
    rf"[ ,:]*(?:the[ ])?(?:[\"“](?:the[ ])?(?P<name>\p{{Lu}}[^\"“”]{{1,60}}?)[.,]?[\"”]|[‘']?(?P<name>{_NAME})[’']?)"
    r"(?=$|\ ?[.,;:)\]–—](?:\s|$|[\"”’',;.)])|\ (?:[–—(-]|and\ (?!(?:the\ )?\p{Lu})|"
    r"(?:is|are|was|were|has|have|had|will|would|can|could|or|but|which|who|that|in|on|at|by|for|from|since|after|"
    r"before|until|during|while|when|where|to|with|as|said|says|because|under|near|between|against)\b))",
    regex.VERBOSE,
)
_BEFORE = pattern(
    rf"(?:\b(?P<of>of|in|at|near|by|from|with|for|to|against|on|under|between|and|or)[ ](?P<the>the[ ])?)?{_QUOTED}"
    r"(?:[ ]?\([^()]{1,60}\))?[ ]?[,(–—-]?[ ]?"
    r"(?:(?:which|who|that)[ ])?(?:(?:is|are|was|were|has[ ]been|had[ ]been)[ ])*$",
    regex.VERBOSE,
)
_FOLLOWING = pattern(rf",\ (?:the\ )?(?P<name>{_NAME})")
_OPENS_SENTENCE = pattern(r"(?:^|[.!?\n]\s*|[\"”]\s+)$")
_OPENING_WORDS = STOP_WORDS | set("although however since later today also like unlike former meanwhile".split())


def other_names(text: str) -> Iterator[Pair]:
    """Yield the pairs of names that a text gives in words, in order, in time linear in its length.

    >>> [(pair.name, pair.other) for pair in other_names("Also known as the Pakistani Taliban, TTP militants hid.")]
    [('TTP', 'Pakistani Taliban')]
    >>> [(pair.name, pair.other) for pair in other_names("The Islamic State, also known as Daesh, fled.")]
    [('Islamic State', 'Daesh')]
    """
    lowered = text.lower()
    if not any(trigger in lowered for trigger in _TRIGGERS):
        return
    for match in _ALSO_KNOWN_AS.finditer(text):
        after = _AFTER.match(text[match.end() : match.end() + _OTHER_NAMES_REACH])
        first = _first(text, match.start(), match.end(), match[0]) if after else None
        other = _bare(after["name"]) if after else None
        if first and other and name_key(first) != name_key(other):
            yield Pair(first, other, NameKind.ALIAS, match.start())


def _first(text: str, start: int, end: int, wording: str) -> str | None:
    """Return the first name of a pair: before "also known as", or after both where these words open a sentence."""
    if _OPENS_SENTENCE.search(text[max(0, start - 3) : start]):
        after = _AFTER.match(text[end : end + _OTHER_NAMES_REACH])
        following = _FOLLOWING.match(text[end : end + _OTHER_NAMES_REACH], after.end()) if after else None
        return _bare(following["name"]) if following else None
    before = _BEFORE.search(text[max(0, start - _OTHER_NAMES_REACH) : start])
    if before is None:
        return None
    is_sure = wording.lower().startswith(("also", "a.", "aka")) and (before["the"] or before["of"] == "by")
    if before["of"] and not is_sure:
        return None
    return _bare(before["name"])


def _bare(name: str) -> str | None:
    """Return a name without words that open a sentence before it, and without a possessive ending."""
    words = name.removesuffix("'s").removesuffix("’s").split()
    while words and words[0].casefold() in _OPENING_WORDS:
        words.pop(0)
    return " ".join(words) if words and len("".join(words)) > 1 else None
