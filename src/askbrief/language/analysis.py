"""From text to index terms, the same for passages and for questions, and to sentences with exact offsets."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache, partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import regex
import Stemmer

from askbrief.core.text import pattern
from askbrief.language.boundaries import other_language_spans
from askbrief.language.english.words import ABBREVIATIONS, NO_ABBREVIATIONS, STEMMER, STOP_WORDS
from askbrief.language.identification import ENGLISH, language_of
from askbrief.language.rules import RULES, ascii_digits, fold, language_term, plain_numbers, stem, stop_words
from askbrief.records import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_APOSTROPHES = "'’ʼ"
_NO_APOSTROPHES = str.maketrans("", "", _APOSTROPHES)
_HYPHENS = "-‐‑"  # hyphen-minus, hyphen, non-breaking hyphen
_HYPHEN = pattern(f"[{_HYPHENS}]")
_WORD = rf"[\p{{L}}\p{{M}}\p{{N}}]+(?:[{_APOSTROPHES}]\p{{L}}+)*"
_THOUSANDS = r"\p{N}{1,3}(?:,\p{N}{3})+(?!\p{N})"  # not in "5,2022"
_UNSPACED_SCRIPTS = r"\p{Han}\p{Hiragana}\p{Katakana}ーｰ\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
"""Scripts without spaces between words, and Hangul, whose words carry their particles with them."""
_TOKEN = pattern(
    rf"""
      \b(?:\p{{L}}\.){{2,}}(?:\p{{L}}\b)?(?:[{_APOSTROPHES}]s\b)?             # U.S.  e.g.  U.N.'s
    | (?>(?:{_THOUSANDS} | \p{{N}}+)(?:\.\p{{N}}+)*)(?![\p{{L}}\p{{M}}])      # 3,000.5
    | [{_UNSPACED_SCRIPTS}]+                                               # written without spaces
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
"""The same for ASCII text, for which Python's own engine is much faster. A test compares the two."""
_NUMBER = pattern(r"\p{N}[\p{N},.]*")
_UNSPACED = pattern(rf"[{_UNSPACED_SCRIPTS}]+")
_POSSESSIVE = pattern(rf"[{_APOSTROPHES}]s$")
_LATIN_WORD = pattern(r"\p{Latin}+")
_IS_LATIN = pattern(r"\p{Latin}")
_PLAIN_WORD = pattern(r"[\p{L}\p{M}]+(?:['’]\p{L}+)*")
_LONGEST_ACRONYM = 6
_LONGEST_TERM = 64


def analyse(text: str, language: str = ENGLISH) -> list[str]:
    """Return the index terms of a text, in order and with repetitions.

    Words are case-folded, stripped of accents and possessives, and stemmed (Snowball, English). Thousands
    separators and the dots of acronyms go. A hyphenated word gives itself, joined, and its parts. Stop words go
    too, unless they are written as an acronym (WHO, IT). Scripts without spaces give pairs of characters. In other
    languages, words have the stemmer and the stop words of the language, and Latin words in a text of another script
    those of English; numbers are brought to their English form.

    >>> analyse("The U.S. said 3,000 of al-Qaida's fighters broke the cease-fire.")
    ['us', 'said', '3000', 'alqaida', 'al', 'qaida', 'fighter', 'broke', 'ceasefir', 'ceas', 'fire']
    >>> analyse("Die Städte zahlten 3.500 Euro.", "de")
    ['stadt', 'zahlt', '3500', 'euro']
    """
    if language != ENGLISH:
        return _analyse_other(text, language)
    token, text = (
        (_ASCII_TOKEN, text) if text.isascii() else (_TOKEN, ascii_digits(unicodedata.normalize("NFKC", text)))
    )
    terms = partial(_terms, shouted=True) if text.isupper() else _terms
    return list(chain.from_iterable(map(terms, token.findall(text))))


def _analyse_other(text: str, language: str) -> list[str]:
    text = unicodedata.normalize("NFKC", plain_numbers(text, language))
    terms = partial(_terms, language=language, shouted=text.isupper())
    return list(chain.from_iterable(map(terms, _TOKEN.findall(text))))


def passage_terms(text: str, passage: str) -> list[str]:
    """Return the index terms of a passage, read with its title and section as `text`, in the passage's own language.

    One more term says which language that is, if it is not English.
    """
    language = language_of(passage)
    return analyse(text, language) + ([] if language == ENGLISH else [language_term(language)])


def word_terms(word: str, language: str = ENGLISH) -> tuple[str, ...]:
    """Return the terms of a single word; in capitals it is an acronym."""
    return _terms(unicodedata.normalize("NFKC", word), language=language)


@lru_cache(maxsize=1 << 15)
def terms_of(text: str, language: str = ENGLISH) -> tuple[str, ...]:
    """Return what `analyse` does, cached: the same sentences occur again, within a question and in the next ones."""
    return tuple(analyse(text, language))


@lru_cache(maxsize=1 << 17)
def _terms(token: str, *, language: str = ENGLISH, shouted: bool = False) -> tuple[str, ...]:
    """Return the terms of a token; in a text all in capitals it is no acronym."""
    if _NUMBER.fullmatch(token):
        return (token.replace(",", "")[:_LONGEST_TERM],)
    if "." in token:
        return (_term(token.replace(".", ""), language),)
    if _UNSPACED.fullmatch(token):
        return tuple(token[i : i + 2] for i in range(max(1, len(token) - 1)))
    parts = _HYPHEN.split(token)
    terms = [_term("".join(parts), language)] if len(parts) > 1 else []
    ignored = STOP_WORDS if language == ENGLISH else stop_words(language)
    for part in parts:
        acronym = part.isupper() and 1 < len(part) <= _LONGEST_ACRONYM and not shouted
        if acronym or _fold(part) not in ignored:
            terms.append(_term(part, language))
    return tuple(terms)


def _term(word: str, language: str) -> str:
    """Return the term of a word without hyphens; Latin words in a text of another script are taken for English."""
    if language == ENGLISH or (_IS_LATIN.search(word) is not None and not RULES[language].is_latin):
        return _stem(_fold(word))
    return stem(word.casefold(), language)[:_LONGEST_TERM]


def stem_of(word: str) -> str:
    """Return the stem of a single word, stop word or not, as `analyse` does.

    >>> stem_of("Attacks"), stem_of("before")
    ('attack', 'befor')
    """
    return _stem(_fold(word))


def word_stems(text: str) -> frozenset[str]:
    """Return the stem of every word of a text, stop words included: "before" is the opposite of "after"."""
    return frozenset(stem_of(word) for word in _PLAIN_WORD.findall(text))


def stems_of(words: Sequence[str]) -> list[str]:
    """Return the stems of many words in lower case without accents; four times as fast as one by one."""
    return [str(stem)[:_LONGEST_TERM] for stem in Stemmer.Stemmer(STEMMER).stemWords(words)]


def _fold(word: str) -> str:
    return fold(_POSSESSIVE.sub("", word).casefold().translate(_NO_APOSTROPHES))


def _stem(word: str) -> str:
    stemmed = str(Stemmer.Stemmer(STEMMER).stemWord(word)) if _LATIN_WORD.fullmatch(word) else word
    return stemmed[:_LONGEST_TERM]


# ------------------------------------------------------------------------------------------ sentences

# A reference glued to the full stop before it belongs to that sentence: "in 2020.[3] Then", "mass.:19-1 It".
_REFERENCE = pattern(r"(?:\[[^\]\n]{1,40}\]|:\d[\d–-]*)+(?=\s|$)\s*")
# A list number that stands alone belongs to the sentence after it: "2. Save it."
_ENUMERATOR = pattern(r"\(?(?:\d{1,3}|[A-Za-z])[.)]")
# A quotation that ends with 。 goes on with と and the like.
_FULL_WIDTH_STOP = pattern(r"(?<=[。！？][」』）”’]?)(?![。！？」』）”’]|(?<=[」』])[\p{Hiragana}、])\s*")
_UNBROKEN = pattern(r"\S{1000,}")


def sentence_spans(text: str, start: int, end: int) -> list[Span]:
    """Return the sentences of `text[start:end]`, without white space at their ends.

    English is split by nupunkt, other languages by sentencex; both are corrected.

    >>> text = "A report by the U.S. said so. Then it ended."
    >>> [text[s.start:s.end] for s in sentence_spans(text, 0, len(text))]
    ['A report by the U.S. said so.', 'Then it ended.']
    """
    paragraph = text[start:end]
    language = language_of(paragraph)
    spans = _broken_spans(paragraph) if language == ENGLISH else other_language_spans(paragraph, language)
    spans = _split_full_width(paragraph, spans)
    spans = _join_enumerators(paragraph, _move_references(paragraph, spans))
    return [Span(start + first, start + last) for first, last in spans if last > first]


@cache
def _model() -> Any:  # noqa: ANN401 - nupunkt's own class is private
    import nupunkt

    model = nupunkt.load_default_model()
    model.add_abbreviations(ABBREVIATIONS)
    for word in NO_ABBREVIATIONS:
        model.remove_abbreviation(word)
    return model


def _broken_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the sentences by nupunkt; very long runs without a space, on which it takes quadratic time, stand alone."""
    start = 0
    for run in _UNBROKEN.finditer(text):
        yield from _model_spans(text, start, run.start())
        yield run.span()
        start = run.end()
    yield from _model_spans(text, start, len(text))


def _model_spans(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if start < end:
        yield from ((start + first, start + last) for first, last in _model().spans(text[start:end]))


def _split_full_width(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    if not any(mark in text for mark in "。！？"):
        yield from ((first, last) for first, last in spans if first < last)
        return
    for first, last in spans:
        cuts = list(_FULL_WIDTH_STOP.finditer(text, first + 1, last))
        starts = [first, *(cut.end() for cut in cuts)]
        ends = [*(cut.start() for cut in cuts), last]
        yield from ((start, end) for start, end in zip(starts, ends, strict=True) if start < end)


def _move_references(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    previous: tuple[int, int] | None = None
    for first, last in spans:
        if previous is None:
            previous = (first, last)
            continue
        glued = _REFERENCE.match(text, first, last) if first == previous[1] else None
        if glued is None:
            yield previous
            previous = (first, last)
            continue
        reference_end = first + len(glued.group().rstrip())
        yield (previous[0], reference_end)
        previous = (glued.end(), last) if glued.end() < last else None
    if previous is not None:
        yield previous


def _join_enumerators(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    pending: int | None = None
    end = 0
    for first, last in spans:
        begin = first if pending is None else pending
        pending, end = (begin, last) if _ENUMERATOR.fullmatch(text, first, last) else (None, last)
        if pending is None:
            yield (begin, last)
    if pending is not None:
        yield (pending, end)
