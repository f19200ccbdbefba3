"""Counting as lists do: 1, a, A, i, I."""

from __future__ import annotations

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MOST_ROMAN, _MOST_LETTERS = 3999, 780
_LETTERS = 26
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def roman(number: int) -> str:
    """A Roman numeral in small letters; the number itself where there is none.

    >>> roman(14)
    'xiv'
    """
    if not 0 < number <= _MOST_ROMAN:
        return str(number)
    words = ""
    for worth, letters in _ROMAN:
        times, number = divmod(number, worth)
        words += letters * times
    return words


def letters(number: int) -> str:
    """A letter; after z comes aa, then bb, as word processors have it.

    >>> letters(2), letters(28)
    ('b', 'bb')
    """
    if not 0 < number <= _MOST_LETTERS:
        return str(number)
    times, letter = divmod(number - 1, _LETTERS)
    return chr(ord("a") + letter) * (times + 1)


def superscript(label: str) -> str:
    """A note's number as it is printed, raised; what is no number stays as it is.

    >>> superscript("12")
    '¹²'
    """
    return label.translate(_SUPERSCRIPT) if label.isdecimal() and label.isascii() else label
