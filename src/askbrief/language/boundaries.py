"""Sentence boundaries of languages other than English: sentencex, with corrections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.core.text import pattern
from askbrief.language.rules import fold, stop_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ORDINAL_LANGUAGES = frozenset("de da no fi cs sk pl hu tr et".split())
"""Languages that write ordinals with a full stop: "im 19. Jahrhundert"."""
_ORDINAL = pattern(r"(?<![\p{N}.,])\p{Nd}{1,2}\.\Z")
_FIRST_WORD = pattern(r"\p{L}+")
_OPEN_ABBREVIATIONS = {
    "de": "bzw. ca. evtl. ggf. inkl. sog. vgl. dr. prof. nr. str.",
    "fr": "m. mm. mme. mlle. dr. pr. me. av. bd. art. no.",
    "es": "sr. sra. srta. dr. dra. d. av. avda. art. núm.",
    "pt": "sr. sra. dr. dra. av. art. n.º",
    "it": "sig. sig.ra dott. dott.ssa prof. art. n.",
    "nl": "dhr. mevr. dr. prof. nr. art.",
    "ru": "г. ул. пр. д. кв. им. проф. акад. гр. ст. рис. см.",
    "uk": "м. вул. пр. буд. ім. проф. акад. ст. рис. див.",
    "tr": "dr. prof. doç. av. sn. bkz.",
    "hi": "डॉ. श्री. प्रो. पं.",
    "ar": "د. أ. م.",
    "fa": "د.",
    "el": "κ. κα. δρ. αρ.",
}
"""Abbreviations that always need the word after them: titles, "number", "see"."""
_LAST_TOKEN = pattern(r"[^\s(«„“\"]+\Z")
_YEAR_BEFORE = pattern(r"\p{Nd}\s*\Z")
_CONTINUES_QUOTE = pattern(r"[\p{Hiragana}、]")
_CLOSING_QUOTES = "」』"
_SPACES_ONLY = frozenset({"th", "lo"})
"""Languages that write no mark at the end of a sentence, and a space between sentences and between clauses."""
_SPACE = pattern(r"(?<=[\p{L}\p{M}])\s+(?=\p{L})")
_LEAST_CLAUSE = 60
"""Minimum number of characters between two spaces that are taken for boundaries."""


def other_language_spans(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a text in a language other than English, without white space at their ends."""
    previous: tuple[int, int] | None = None
    for first, last in _spans(text, language):
        if previous is not None and _belong_together(text, previous, (first, last), language):
            previous = previous[0], last
            continue
        if previous is not None:
            yield previous
        previous = first, last
    if previous is not None:
        yield previous


def _spans(text: str, language: str) -> Iterable[tuple[int, int]]:
    from sentencex import get_sentence_boundaries

    for one in get_sentence_boundaries(language, text):
        first, last = one["start_index"], one["end_index"]
        stripped = text[first:last].strip()
        if stripped:
            first += text[first:last].index(stripped)
            last = first + len(stripped)
            yield from _clauses(text, first, last) if language in _SPACES_ONLY else [(first, last)]


def _clauses(text: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Yield long stretches between spaces; Thai has no other sign of where a sentence ends."""
    for space in _SPACE.finditer(text, first, last):
        if space.start() - first >= _LEAST_CLAUSE <= last - space.end():
            yield first, space.start()
            first = space.end()
    yield first, last


def _belong_together(text: str, previous: tuple[int, int], following: tuple[int, int], language: str) -> bool:
    """Return whether two sentences are one.

    They are if the second begins with a small letter ("3,5 млн. человек"), goes on after a quotation in Japanese, or
    with the decimals of a number, or if the first ends with an ordinal or an abbreviation that needs a word after it.
    """
    before, after = text[slice(*previous)], text[following[0]]
    if after.islower():
        return True
    if previous[1] == following[0]:
        is_decimal = before[-1] == "." and after.isdecimal() and before[-2:-1].isdecimal()
        return is_decimal or (before[-1] in _CLOSING_QUOTES and bool(_CONTINUES_QUOTE.match(after)))
    if language in _ORDINAL_LANGUAGES and _ORDINAL.search(before):
        word = _FIRST_WORD.match(text, *following)
        return word is not None and fold(word[0].casefold()) not in stop_words(language)
    return _ends_with_open_abbreviation(before, language)


def _ends_with_open_abbreviation(before: str, language: str) -> bool:
    token = _LAST_TOKEN.search(before)
    if token is None or token[0].casefold() not in _OPEN_ABBREVIATIONS.get(language, "").split():
        return False
    return not _YEAR_BEFORE.search(before, 0, token.start())  # "в 1990 г. Город": a year, not a town
