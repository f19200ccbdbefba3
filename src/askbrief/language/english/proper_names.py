"""Names in English sentences, by their capital letters: people with titles, groups, places, acronyms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.core.text import pattern
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
_NAME = pattern(rf"(?<![\p{{L}}\p{{N}}])(?:al-|el-)?{_PART}(?:[ ](?:{_JOINT}[ ])?(?:al-|el-)?(?:{_PART}|{_NUMBER}))*+")
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
_NO_NAMES = frozenset(
    """
    january february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday jan feb mar apr jun jul aug sep sept oct nov dec i bc ad bce ce am pm
    """.split()
)
_OPENERS = frozenset(
    """
    a an the this that these those it its he she they we you his her their our your my in on at to from by for with of
    to around as if when while where after before since until during although though because but and or so yet nor both
    either
    neither not no some many most several few all each every any other others another such what who which how why
    there here then now also however moreover furthermore therefore thus hence meanwhile instead despite among
    between under over about according unlike like once one two three first second third finally later earlier today
    under within without through throughout upon against along former then-prime only even just perhaps nearly more
    less much because whether rather still again another following based due compared additionally similarly
    in-between originally recently currently generally usually often sometimes early last next new old
    """.split()
)
_NEVER_IN_NAMES = _OPENERS - frozenset(
    "the a an new old first second third one two three last next my our your".split()
)


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
    for match in _NAME.finditer(text):
        start, end = match.span()
        opens = _INITIAL.search(text[max(0, start - 8) : start]) if start else True
        start = _after_openers(text, start, end, _OPENERS if opens else _NEVER_IN_NAMES)
        if opens and start == match.start() and not _stands_alone(text, start, end, verb_counts=single_initial):
            continue
        if text[start:end].partition(" ")[0].rstrip(".").lower() in _NO_NAMES:
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
