"""The words of a language, from the lists of pyspellchecker: evidence for a hyphen, and against a typing error."""

from __future__ import annotations

import gzip
import json
from functools import cache
from typing import TYPE_CHECKING

from askbrief.core.runtime import package_folder

if TYPE_CHECKING:
    from pathlib import Path

_PACKAGE = "spellchecker"
_LEAST_LETTERS = 2


def has_words(language: str) -> bool:
    """Return whether there is a list of the words of a language, given by its ISO 639-1 code."""
    return _file(language).is_file()


def is_word(text: str, language: str) -> bool:
    """Return whether a text in small letters is a word of a language that has a list.

    >>> is_word("information", "en"), is_word("crossborder", "en"), is_word("verwaltung", "de")
    (True, False, True)
    """
    return len(text) >= _LEAST_LETTERS and text in _words(language)


@cache
def _words(language: str) -> frozenset[str]:
    with gzip.open(_file(language), "rt", encoding="utf-8") as file:
        return frozenset(json.load(file))


def _file(language: str) -> Path:
    folder = package_folder(_PACKAGE)
    assert folder is not None  # noqa: S101 - installed with askbrief
    return folder / "resources" / f"{language}.json.gz"
