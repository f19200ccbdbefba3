"""What analysis needs to know of each language but English: stemmer, stop words, the forms of letters and numbers."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

import Stemmer

from askbrief.core.text import pattern


@dataclass(frozen=True, slots=True)
class LanguageRules:
    """The rules of one language."""

    name: str  # in English, as the packages of stemmers and stop words have it
    stems: bool = True  # whether there is a Snowball stemmer of this name
    stop_words: bool = True  # whether the package stop-words has some
    is_latin: bool = True  # whether it is written in Latin letters
    decimal_comma: bool = True  # whether 3.000 is a thousand times 3, and 3,5 a fraction


RULES = {
    "de": LanguageRules("german"),
    "fr": LanguageRules("french"),
    "es": LanguageRules("spanish"),
    "pt": LanguageRules("portuguese"),
    "it": LanguageRules("italian"),
    "nl": LanguageRules("dutch"),
    "sv": LanguageRules("swedish"),
    "da": LanguageRules("danish"),
    "no": LanguageRules("norwegian"),
    "fi": LanguageRules("finnish"),
    "hu": LanguageRules("hungarian"),
    "ro": LanguageRules("romanian"),
    "ca": LanguageRules("catalan"),
    "cs": LanguageRules("czech"),
    "sk": LanguageRules("slovak", stems=False),
    "pl": LanguageRules("polish"),
    "tr": LanguageRules("turkish"),
    "id": LanguageRules("indonesian"),
    "vi": LanguageRules("vietnamese", stems=False),
    "et": LanguageRules("estonian", stop_words=False),
    "lt": LanguageRules("lithuanian", stop_words=False),
    "eu": LanguageRules("basque", stop_words=False),
    "ga": LanguageRules("irish", stop_words=False, decimal_comma=False),
    "ru": LanguageRules("russian", is_latin=False),
    "uk": LanguageRules("ukrainian", stems=False, is_latin=False),
    "bg": LanguageRules("bulgarian", stems=False, is_latin=False),
    "sr": LanguageRules("serbian", stop_words=False, is_latin=False),
    "el": LanguageRules("greek", is_latin=False),
    "hy": LanguageRules("armenian", stop_words=False, is_latin=False),
    "he": LanguageRules("hebrew", stems=False, is_latin=False, decimal_comma=False),
    "ar": LanguageRules("arabic", is_latin=False, decimal_comma=False),
    "fa": LanguageRules("persian", stop_words=False, is_latin=False, decimal_comma=False),
    "ur": LanguageRules("urdu", stems=False, stop_words=False, is_latin=False, decimal_comma=False),
    "hi": LanguageRules("hindi", is_latin=False, decimal_comma=False),
    "ne": LanguageRules("nepali", stop_words=False, is_latin=False, decimal_comma=False),
    "bn": LanguageRules("bengali", stems=False, stop_words=False, is_latin=False, decimal_comma=False),
    "ta": LanguageRules("tamil", stop_words=False, is_latin=False, decimal_comma=False),
    "ka": LanguageRules("georgian", stems=False, stop_words=False, is_latin=False),
    **{
        code: LanguageRules(name, stems=False, stop_words=False, is_latin=False, decimal_comma=False)
        for code, name in {
            "zh": "chinese",
            "ja": "japanese",
            "ko": "korean",
            "th": "thai",
            "lo": "lao",
            "km": "khmer",
            "my": "burmese",
        }.items()
    },
}
"""The languages, by ISO 639-1 code. The last seven are indexed by pairs of characters."""
_MORE_STOP_WORDS = {
    "fa": """
    و در به از که این را با است برای آن یک خود تا کرد بر هم نیز می شد شده بود یا او ما اما باید کند دارد
    همه هر های ها ای آیا چه چرا چگونه کجا کی چند کدام چیست کیست بودند شدند هستند هست نیست بین پس پیش اگر
    آنها دو نه
    """,
    "ur": """
    کے کی کا میں ہے اور سے کو نے پر کہ یہ ہیں وہ اس بھی ہو تھا تھی تھے جو کر کیا ایک ان اپنے لیے گیا گئی
    گئے تو ہی ہوئے ہوئی ہوا رہا رہی رہے نہیں تک جا سکتا سکتی سکتے والے والی والا کوئی کچھ دو بعد ساتھ
    کون کب کہاں کیوں کیسے کتنے کتنی کتنا کس جس اسے انہوں اپنی اپنا دیا دی دیے
    """,
}
"""Function words of languages for which no package has a list of moderate length."""
_MARKS = pattern(r"\p{M}+")
_ARABIC = str.maketrans(
    {**dict.fromkeys("أإآٱ", "ا"), **dict.fromkeys("ىیئ", "ي"), **dict.fromkeys("ةہھەۃ", "ه"), "ک": "ك", "ؤ": "و"}
    | dict.fromkeys("ـ\u200c\u200d")
)
"""One form of each letter for Arabic, Persian and Urdu (after Larkey et al. 2002); lengthening and joiners go."""
_PERSIAN = str.maketrans("يك", "یک")
"""The letters as the Persian stemmer expects them."""
_CYRILLIC = str.maketrans("ё", "е")
_IS_ARABIC = pattern(r"\p{Arabic}")
_LATIN_MARKS = pattern(r"(?<=\p{Latin})\p{M}+")
_ELIDING = frozenset({"fr", "it", "ca"})
_ELISION = pattern(r"^(?:qu|jusqu|lorsqu|puisqu|quoiqu|un|dell|all|nell|sull|dall|quest|[ldjmtsnc])['’]")
"""A short word that lost its vowel before the next: l'amendement, dell'arte."""


def language_term(language: str) -> str:
    """Return the index term of passages in a language other than English; no text gives it."""
    return f"lang:{language}"


@cache
def stop_words(language: str) -> frozenset[str]:
    """Return the words of a language other than English that are not indexed, in the form of `fold`."""
    rules = RULES[language]
    words = _MORE_STOP_WORDS.get(language, "").split()
    if rules.stop_words:
        from stop_words import get_stop_words

        words = get_stop_words(rules.name)
    return frozenset(fold(word.casefold()) for word in words)


def fold(word: str) -> str:
    """Return a word in small letters without accents, and in one form of its letters.

    >>> fold("größe"), fold("الأَوَّل")
    ('große', 'الاول')
    """
    if word.isascii():
        return word
    if _IS_ARABIC.search(word):
        return str(_MARKS.sub("", word)).translate(_ARABIC)
    decomposed = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", _LATIN_MARKS.sub("", decomposed)).translate(_CYRILLIC)


def stem(word: str, language: str) -> str:
    """Return the stem of a word in small letters, folded; the folded word where the language has no stemmer.

    Accents go after stemming: the stemmers need them.
    """
    rules = RULES[language]
    if language in _ELIDING:
        word = _ELISION.sub("", word)
    if language == "fa":
        word = fold(word).translate(_PERSIAN)
    stemmed = str(Stemmer.Stemmer(rules.name).stemWord(word)) if rules.stems else word
    return fold(stemmed if len(stemmed) > 1 else word)  # Turkish "günü" has the stem "g"


_THOUSANDS = pattern(r"\p{Nd}{1,3}(?:\.\p{Nd}{3})+(?!\p{Nd}|\.\p{Nd})")
_SPACED_THOUSANDS = pattern(r"(?<=\p{Nd})[\u00a0\u2009\u202f](?=\p{Nd}{3}(?!\p{Nd}))")
_DECIMAL_COMMA = pattern(r"(?<=\p{Nd}),(?=\p{Nd})")
_YEAR_SIGN = pattern(r"(?<=\p{Nd})ء")
"""The sign after a year in Urdu."""
_ARABIC_SEPARATORS = str.maketrans("٬٫", ",.")


def plain_numbers(text: str, language: str) -> str:
    """Return a text with its numbers as English writes them, in ASCII digits.

    >>> plain_numbers("3.500,5 Euro im Jahr 2019", "de"), plain_numbers("٣٬٥٠٠", "ar")
    ('3500.5 Euro im Jahr 2019', '3,500')
    """
    if language == "ur":
        text = _YEAR_SIGN.sub("", text)
    if RULES[language].decimal_comma:
        text = _SPACED_THOUSANDS.sub("", text)
        text = _THOUSANDS.sub(lambda match: match[0].replace(".", ""), text)
        return str(_DECIMAL_COMMA.sub(".", text))
    return ascii_digits(text.translate(_ARABIC_SEPARATORS))


_OTHER_DIGIT = pattern(r"(?![0-9])\p{Nd}")


def ascii_digits(text: str) -> str:
    """Return a text with the digits of every script as ASCII ones.

    >>> ascii_digits("۱۴۰۳")
    '1403'
    """
    return str(_OTHER_DIGIT.sub(lambda match: str(unicodedata.digit(match[0])), text))
