"""Other names that a text says in words: "also known as the Pakistani Taliban"; both names are told by capitals.

A wrong name is worse than a missed one: a name must end where a name can end, and must not be what only qualifies
the thing that is named ("the east of Ireland, later known as the Pale").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from askbrief.patterns import pattern
from askbrief.ranking.analysis import STOP_WORDS
from askbrief.ranking.names import NameKind, Pair, name_key

if TYPE_CHECKING:
    from collections.abc import Iterator

_REACH = 140
"""So many characters on either side of "also known as" are looked at."""
_CAPITALISED = r"(?:(?:\p{Lu}\.){2,}|\p{Lu}[\p{L}\p{M}\p{N}'’&/]*)"
_SMALL = r"(?:of|for|the|de|du|del|la|al|el|e|i|bin|ibn|ul|ur|von|van)"
_NAME = rf"{_CAPITALISED}(?:(?:[ -]{_SMALL}){{0,2}}[ -]{_CAPITALISED}|-\p{{N}}+){{0,6}}"
_QUOTED = rf"[\"“‘']?(?P<name>{_NAME})[\"”’']?"
_SAID = pattern(
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
    """The pairs of names that a text gives in words, in order; in time linear in its length.

    >>> [(pair.name, pair.other) for pair in other_names("Also known as the Pakistani Taliban, TTP militants hid.")]
    [('TTP', 'Pakistani Taliban')]
    >>> [(pair.name, pair.other) for pair in other_names("The Islamic State, also known as Daesh, fled.")]
    [('Islamic State', 'Daesh')]
    """
    lowered = text.lower()
    if not any(trigger in lowered for trigger in _TRIGGERS):
        return
    for match in _SAID.finditer(text):
        after = _AFTER.match(text[match.end() : match.end() + _REACH])
        first = _first(text, match.start(), match.end(), match[0]) if after else None
        other = _bare(after["name"]) if after else None
        if first and other and name_key(first) != name_key(other):
            yield Pair(first, other, NameKind.ALIAS, match.start())


def _first(text: str, start: int, end: int, said: str) -> str | None:
    """The name that is told to have another one: before the telling words, or after both where they open a sentence."""
    if _OPENS_SENTENCE.search(text[max(0, start - 3) : start]):
        after = _AFTER.match(text[end : end + _REACH])
        following = _FOLLOWING.match(text[end : end + _REACH], after.end()) if after else None
        return _bare(following["name"]) if following else None
    before = _BEFORE.search(text[max(0, start - _REACH) : start])
    if before is None:
        return None
    is_sure = said.lower().startswith(("also", "a.", "aka")) and (before["the"] or before["of"] == "by")
    if before["of"] and not is_sure:
        return None
    return _bare(before["name"])


def _bare(name: str) -> str | None:
    """A name without what opens a sentence before it and without a possessive after it."""
    words = name.removesuffix("'s").removesuffix("’s").split()
    while words and words[0].casefold() in _OPENING_WORDS:
        words.pop(0)
    return " ".join(words) if words and len("".join(words)) > 1 else None
