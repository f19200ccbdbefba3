"""Text -> index terms: the one analyser, for building and for asking."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

import regex
import Stemmer

# "us" is not among them: it is what "U.S." becomes.
from askbrief.core.lazy_regex import pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

STOP_WORDS = frozenset(
    """
    a about above after again against all am an and any are as at be because been before being below between
    both but by can could did do does doing down during each few for from further had has have having he her
    here hers herself him himself his how i if in into is it its itself just me more most my myself no nor not
    now of off on once only or other our ours ourselves out over own same she should so some such than that the
    their theirs them themselves then there these they this those through to too under until up very was we
    were what when where which while who whom why will with would you your yours yourself yourselves
    dont doesnt didnt isnt arent wasnt werent wont wouldnt cant couldnt shouldnt hasnt havent hadnt
    im ive id ill youre youve hes shes theyre theyve thats theres whats lets
    """.split()
)

_APOSTROPHES = "'’ʼ"
_HYPHENS = "-‐‑"  # hyphen-minus, hyphen, non-breaking hyphen
_HYPHEN = pattern(f"[{_HYPHENS}]")
_WORD = rf"[\p{{L}}\p{{M}}\p{{N}}]+(?:[{_APOSTROPHES}]\p{{L}}+)*"
_THOUSANDS = r"\p{N}{1,3}(?:,\p{N}{3})+(?!\p{N})"  # not in "5,2022"
_TOKEN = pattern(
    rf"""
      \b(?:\p{{L}}\.){{2,}}(?:\p{{L}}\b)?(?:[{_APOSTROPHES}]s\b)?             # U.S.  e.g.  U.N.'s
    | (?>(?:{_THOUSANDS} | \p{{N}}+)(?:\.\p{{N}}+)*)(?![\p{{L}}\p{{M}}])      # 3,000.5
    | [\p{{Han}}\p{{Hiragana}}\p{{Katakana}}]+                             # written without spaces
    | {_WORD}(?:[{_HYPHENS}]{_WORD})*                                    # cease-fire  al-Qaida's
    """,
    regex.VERBOSE,
)
_ASCII_WORD = r"[A-Za-z0-9]++(?:'[A-Za-z]++)*+(?:-[A-Za-z0-9]++(?:'[A-Za-z]++)*+)*+"
_ASCII_TOKEN = re.compile(
    rf"""
      (?=[A-Za-z][A-Za-z0-9]) {_ASCII_WORD}                              # most words: nothing else begins like this
    | \b(?:[A-Za-z]\.){{2,}}(?:[A-Za-z]\b)?(?:'s\b)?
    | (?>(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+(?![0-9])|[0-9]+)(?:\.[0-9]+)*)(?![A-Za-z])
    | {_ASCII_WORD}
    """,
    re.VERBOSE | re.ASCII,
)
"""The same for text that is ASCII, as most English is; Python's own engine is much faster. A test holds them equal."""
_NUMBER = pattern(r"\p{N}[\p{N},.]*")
_UNSPACED = pattern(r"[\p{Han}\p{Hiragana}\p{Katakana}]+")
_POSSESSIVE = pattern(rf"[{_APOSTROPHES}]s$")
_LATIN_MARKS = pattern(r"(?<=\p{Latin})\p{M}+")
_LATIN_WORD = pattern(r"\p{Latin}+")
_PLAIN_WORD = pattern(r"[\p{L}\p{M}]+(?:['’]\p{L}+)*")
_LONGEST_ACRONYM = 6
_LONGEST_TERM = 64


def analyse(text: str) -> list[str]:
    """Split a text into index terms, in order and with repetitions.

    Words are case-folded, stripped of accents and possessives, and stemmed (Snowball, English). Thousands
    separators and the dots of acronyms go. A hyphenated word gives itself, joined, and its parts. Stop words go
    too, unless they are written as an acronym (WHO, IT). Scripts without spaces give pairs of characters.

    >>> analyse("The U.S. said 3,000 of al-Qaida's fighters broke the cease-fire.")
    ['us', 'said', '3000', 'alqaida', 'al', 'qaida', 'fighter', 'broke', 'ceasefir', 'ceas', 'fire']
    """
    token, text = (_ASCII_TOKEN, text) if text.isascii() else (_TOKEN, unicodedata.normalize("NFKC", text))
    terms = _shouted_terms if text.isupper() else _terms
    return list(chain.from_iterable(map(terms, token.findall(text))))


@lru_cache(maxsize=1 << 15)
def terms_of(text: str) -> tuple[str, ...]:
    """What `analyse` gives, kept: the sentences of passages come up again, in one question and in the next."""
    return tuple(analyse(text))


@lru_cache(maxsize=1 << 17)
def _terms(token: str) -> tuple[str, ...]:
    return _read(token, shouted=False)


@lru_cache(maxsize=1 << 13)
def _shouted_terms(token: str) -> tuple[str, ...]:
    return _read(token, shouted=True)


def _read(token: str, *, shouted: bool) -> tuple[str, ...]:
    """The terms of a token; in a text all in capitals they make no acronym."""
    if _NUMBER.fullmatch(token):
        return (token.replace(",", "")[:_LONGEST_TERM],)
    if "." in token:
        return (_stem(_fold(token.replace(".", ""))),)
    if _UNSPACED.fullmatch(token):
        return tuple(token[i : i + 2] for i in range(max(1, len(token) - 1)))
    parts = _HYPHEN.split(token)
    terms = [_stem(_fold("".join(parts)))] if len(parts) > 1 else []
    for part in parts:
        folded = _fold(part)
        acronym = part.isupper() and 1 < len(part) <= _LONGEST_ACRONYM and not shouted
        if acronym or folded not in STOP_WORDS:
            terms.append(_stem(folded))
    return tuple(terms)


def stem_of(word: str) -> str:
    """The stem of a single word, stop word or not, as `analyse` would have it.

    >>> stem_of("Attacks"), stem_of("before")
    ('attack', 'befor')
    """
    return _stem(_fold(word))


def word_stems(text: str) -> frozenset[str]:
    """Return the stem of every word of a text, stop words included: "before" is the opposite of "after"."""
    return frozenset(stem_of(word) for word in _PLAIN_WORD.findall(text))


def stems_of(words: Sequence[str]) -> list[str]:
    """The stems of many words in small plain letters at once, which is four times as fast as one by one."""
    return [str(stem)[:_LONGEST_TERM] for stem in Stemmer.Stemmer("english").stemWords(words)]


def _fold(word: str) -> str:
    bare = _POSSESSIVE.sub("", word).casefold().translate(_NO_APOSTROPHES)
    if bare.isascii():
        return bare
    decomposed = unicodedata.normalize("NFD", bare)
    return unicodedata.normalize("NFC", _LATIN_MARKS.sub("", decomposed))


def _stem(word: str) -> str:
    stem = str(Stemmer.Stemmer("english").stemWord(word)) if _LATIN_WORD.fullmatch(word) else word
    return stem[:_LONGEST_TERM]


_NO_APOSTROPHES = str.maketrans("", "", _APOSTROPHES)
