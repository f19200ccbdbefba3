"""Split contexts into passages like askbrief: whole sentences, of similar length, at most 120 words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from askbrief.language.analysis import sentence_spans

if TYPE_CHECKING:
    from random import Random

MOST_WORDS = 120
_SHORTEST_LIMIT = 70
"""The maximum length of passages is drawn for each context, from this number to `MOST_WORDS`."""
_SIGNS = {
    "``": '"',
    "''": '"',
    "-LRB-": "(",
    "-RRB-": ")",
    "-LSB-": "[",
    "-RSB-": "]",
    "-LCB-": "{",
    "-RCB-": "}",
}


def detokenised(text: str) -> str:
    """Rewrite the notation of the Penn Treebank as people write; spaces and capitals do not matter to the model."""
    for sign, written in _SIGNS.items():
        text = text.replace(sign, written)
    return " ".join(text.split())


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; those of over 120 words in pieces."""
    found = (text[span.start : span.end].split() for span in sentence_spans(text, 0, len(text)))
    return [" ".join(words[at : at + MOST_WORDS]) for words in found for at in range(0, max(1, len(words)), MOST_WORDS)]


def passages(text: str, random: Random) -> list[str]:
    """Divide a text into passages of similar length, between its sentences."""
    limit = random.randint(_SHORTEST_LIMIT, MOST_WORDS)
    parts = [(sentence, len(sentence.split())) for sentence in sentences(text)]
    total = sum(words for _, words in parts)
    even = total / max(1, math.ceil(total / limit))
    made: list[list[str]] = [[]]
    length = 0
    for sentence, words in parts:
        if made[-1] and (length + words > MOST_WORDS or length + words / 2 > even):
            made.append([])
            length = 0
        made[-1].append(sentence)
        length += words
    return [" ".join(some) for some in made if some]
