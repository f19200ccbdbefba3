"""Numbers in English text, in digits and in words, with their values."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import regex
from text_to_num import text2num

from askbrief.core.text import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

_ZEROS = {2: "hundred", 3: "k thousand", 5: "lakh", 6: "m mn million", 7: "crore", 9: "b bn billion", 12: "tn trillion"}
_SCALES = {"dozen": 12} | {word: 10**zeros for zeros, words in _ZEROS.items() for word in words.split()}
_CURRENCIES = {
    "dollars": "US$ $ USD",
    "Australian dollars": "A$ AUD",
    "Canadian dollars": "C$ CAD",
    "euros": "€ EUR",
    "pounds": "£ GBP",
    "rupees": "Rs Rs. ₹ PKR INR",
}
_SIGNS = {sign: currency for currency, signs in _CURRENCIES.items() for sign in signs.split()}
_NAMES = {"pounds sterling": "pounds", "yen": "yen", "yuan": "yuan"}
_NAMES |= {name: f"{name}s" for name in ("dollar", "euro", "rupee", "afghani", "cent")}
_ONES = "two|three|four|five|six|seven|eight|nine"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_BELOW_HUNDRED = rf"(?:(?:{_TENS})(?:[ -](?:one|{_ONES}))?|{_TEENS}|one|{_ONES})"
_BIG = "hundred|thousand|million|billion|trillion"
_BREAK = r"(?:[^\S\n]|\n(?!\s*\n))"
"""White space inside a paragraph."""
_AND = rf"and{_BREAK}"
_WORDS = rf"""
    (?:{_BELOW_HUNDRED}|an?{_BREAK}(?=(?:{_BIG})\b))
    (?: (?:{_BREAK}|-)?\b(?:{_BIG})\b
        (?: {_BREAK}(?:{_AND}(?:  # "three thousand and four thousand" are two numbers
                (?<=hundred{_BREAK}{_AND})(?={_BELOW_HUNDRED}\b(?!{_BREAK}hundred\b))
              | (?={_BELOW_HUNDRED}\b(?!{_BREAK}(?:{_BIG})\b)) ))?
            {_BELOW_HUNDRED}\b )? )*
"""
_LONG_SCALES = "hundred|thousand|lakh|million|crore|billion|trillion|dozen"
_SIGN = "|".join(regex.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))
_NAME = "|".join(_NAMES)
_NUMBER = pattern(
    rf"""
    (?<![\p{{L}}\p{{N}}_\#/+]) (?<![\p{{L}}][-‐‑–]) (?<![\p{{L}}\p{{N}}][.,:'’]) (?<!(?:^|\s)[-−.])
    (?:(?P<sign>{_SIGN})[ ]?)?
    (?:
        (?P<digits> \p{{Nd}}{{1,3}}(?:[\u00a0\u2009\u202f]\p{{Nd}}{{3}})+(?!\p{{Nd}})
            | \p{{Nd}}{{1,3}}(?:,\p{{Nd}}{{2,3}})*,\p{{Nd}}{{3}}(?:\.\p{{Nd}}+)? | \p{{Nd}}+(?:\.\p{{Nd}}+)? )
        (?: (?:{_BREAK}|-)(?P<scale>{_LONG_SCALES}|bn|mn|tn)(?:s?\b) | (?P<short>k|mn?|bn?|tn)\b )?
      | (?P<whole>one|{_ONES}){_BREAK}and{_BREAK}a{_BREAK}half{_BREAK}(?P<mixed>million|billion|trillion|dozen)\b
      | (?P<half> half{_BREAK}an?|an?{_BREAK}half|half ) {_BREAK}(?P<halved>million|billion|trillion|dozen)\b
      | (?P<few> an?|{_ONES}|{_TEENS}|{_TENS} ){_BREAK}(?P<times>dozen|lakh|crore)s?\b
      | (?P<words> {_WORDS} )\b
    )
    (?: [^\S\n]?(?P<percent>%)
      | {_BREAK}(?P<points>percentage{_BREAK}points?)\b
      | {_BREAK}(?P<per_cent>per{_BREAK}?cent)\b
      | {_BREAK}(?:(?:US|Pakistani|Indian){_BREAK})?(?P<name>{_NAME})s?\b
      | [^\S\n]?(?P<code>USD|EUR|GBP|PKR|INR)\b )?
    (?! [\p{{L}}\p{{N}}_/%°] | [.,:]\p{{Nd}} | [-‐‑](?!strong\b)\p{{L}} | ['’]\p{{L}} )
    """,
    regex.VERBOSE | regex.IGNORECASE,
)
_ANCHOR = re.compile(
    rf"\d+|[$€£₹]|\b(?:a\$|c\$|us\$?|usd|aud|cad|eur|gbp|rs|pkr|inr|half|an?\s|(?:one|{_ONES}|{_TEENS}|{_TENS})\b)"
)
"""Beginnings of numbers, in lower case: to try `_NUMBER` only at these is four times as fast."""
_UNIT_HINT = pattern(rf"%|percent|per\s?cent|{_SIGN}|{_NAME}", regex.IGNORECASE)
_MAX_DIGITS = 40
_WRITTEN_SCALE = pattern(rf"({_LONG_SCALES})s?\s*$", regex.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number in a text, with the offsets of the number and the sign or name of its unit."""

    start: int
    end: int
    value: Decimal  # with its scale
    unit: str = ""  # "%", "percentage points", the name of a currency, or empty
    scale: int = 1  # the factor of its last word, such as a million
    bare: bool = False  # whether it consists of digits only

    def scaled_like(self, other: Numeral) -> Numeral:
        """Return the number with the scale and unit of another: the "3" of "3 to 4 million" is three million."""
        unit = self.unit or other.unit
        mantissa = other.value / other.scale
        if self.scale == 1 and other.scale > 1 and self.value < mantissa:
            return replace(self, value=self.value * other.scale, scale=other.scale, unit=unit)
        return replace(self, unit=unit)


def number_values(text: str) -> frozenset[Decimal]:
    """Return the values of the numbers of a text, in digits or in words."""
    return frozenset(number.value for number in numerals(text))


def numerals(text: str) -> Iterator[Numeral]:
    """Yield the numbers of a text, in order, whether or not they count anything.

    >>> [(str(found.value), found.unit) for found in numerals("$7.5 million, half a million, 42 per cent, two dozen")]
    [('7500000.0', 'dollars'), ('500000', ''), ('42', '%'), ('24', '')]
    """
    lowered, end = text.lower(), 0
    for anchor in _ANCHOR.finditer(lowered if len(lowered) == len(text) else text):
        if anchor.start() < end:
            continue
        match = _NUMBER.match(text, anchor.start())
        amount = _value(match) if match else None
        end = match.end() if match else end
        if match and amount is not None:
            value, scale = amount
            bare = match["digits"] == match[0]
            yield Numeral(match.start(), match.end(), value, _unit(match), scale, bare)


def may_have_unit(text: str) -> bool:
    """Return quickly whether a text may have a share or a sum of money."""
    return _UNIT_HINT.search(text) is not None


def _value(match: regex.Match[str]) -> tuple[Decimal, int] | None:
    """Return the value of a number and its scale; None for what only looks like a number."""
    if match["digits"]:
        return _of_digits(match)
    if match["mixed"]:
        scale = _SCALES[match["mixed"].lower()]
        return (Decimal(_of_words(match["whole"]) or 0) + Decimal("0.5")) * scale, scale
    if match["half"]:
        scale = _SCALES[match["halved"].lower()]
        return Decimal(scale) / 2, 1
    if match["few"]:
        scale = _SCALES[match["times"].lower()]
        return Decimal(_of_words(match["few"]) or 1) * scale, scale
    amount = _of_words(match["words"])
    if amount is None or amount == 1:
        return None
    written = _WRITTEN_SCALE.search(match["words"])
    return Decimal(amount), _SCALES[written[1].lower()] if written else 1


def _of_digits(match: regex.Match[str]) -> tuple[Decimal, int] | None:
    digits, short = regex.sub(r"[,\s]", "", match["digits"]), (match["short"] or "").lower()
    if short in {"m", "b"} and not match["sign"]:
        return None  # five metres, or version 2b
    if len(digits) > _MAX_DIGITS or (len(digits) > 1 and digits[0] == "0" and "." not in digits):
        return None
    scale = _SCALES[(match["scale"] or short).lower()] if match["scale"] or short else 1
    return Decimal(digits) * scale, scale


def _of_words(words: str) -> int | None:
    plain = regex.sub(r"^an?\s+", "one ", " ".join(words.lower().split()))
    try:
        return int(text2num(plain, "en"))
    except ValueError:
        return None


def _unit(match: regex.Match[str]) -> str:
    if match["percent"] or match["per_cent"]:
        return "%"
    if match["points"]:
        return "percentage points"
    sign = match["sign"] or match["code"]
    if sign:
        return next(unit for name, unit in _SIGNS.items() if name.lower() == sign.lower())
    return _NAMES[" ".join(match["name"].lower().split())] if match["name"] else ""
