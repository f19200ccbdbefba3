"""Turn the lines of spans.jsonl.gz into questions, each with its passage and the places of the answer in it."""

from __future__ import annotations

import gzip
import json
import re
from collections import defaultdict
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from askbrief.language.analysis import analyse
from training.passages import MOST_WORDS, detokenised, passages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ALONE = frozenset({"qamr"})
"""Sources whose questions mean nothing without their sentence ("What type of theories?"): no other passages."""
_LONGEST_ANSWER = 40
"""Maximum length of an answer in words; longer ones are rare, and paraphrase whole passages."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the data, with Penn Treebank notation undone."""

    source: str
    question: str
    context: str
    answer: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the number of its passage, and the spans of the answer in that passage, in characters.

    There are several spans if the answer occurs several times and the data doesn't say which is meant.
    """

    source: str
    question: str
    answer: str
    passage: int
    spans: tuple[tuple[int, int], ...]


def read_lines(path: Path) -> Iterator[Line]:
    """Read the data.

    Raises:
        SystemExit: the file is missing, or a line is not valid.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for text in file:
                line = json.loads(text)
                yield Line(
                    line["source"],
                    detokenised(line["question"]),
                    detokenised(line["context"]),
                    detokenised(line["answer"]),
                )
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise SystemExit(f"cannot read {path} as gzipped lines of source, question, context, answer: {error}") from None


def occurrences(answer: str, text: str) -> list[tuple[int, int]]:
    """Return the places of an answer in a text, as whole words, ignoring case."""
    words = r"\s+".join(re.escape(word) for word in answer.split())
    return [match.span() for match in re.finditer(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE)] if words else []


def prepared(lines: list[Line], seed: int) -> tuple[list[str], list[str], list[Asked]]:
    """Divide all contexts into passages, and find the passage that answers each question.

    Returns:
        The passages, the source of each, and the questions whose answer is completely in one passage.
    """
    random = Random(seed)
    texts: list[str] = []
    sources: list[str] = []
    of_context: dict[str, list[int]] = {}
    by_context: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_context[line.context].append(line)
    for context, some in by_context.items():
        made = passages(context, random)
        of_context[context] = list(range(len(texts), len(texts) + len(made)))
        texts += made
        sources += [some[0].source] * len(made)
    asked = [found for line in lines if (found := _answered(line, of_context[line.context], texts)) is not None]
    return texts, sources, asked


def _answered(line: Line, numbers: list[int], texts: list[str]) -> Asked | None:
    """Return the passage with the answer; of several, the one with most terms of the question around it."""
    if not 0 < len(line.answer.split()) <= _LONGEST_ANSWER:
        return None
    terms = set(analyse(line.question))
    holding = [(number, spans) for number in numbers if (spans := occurrences(line.answer, texts[number]))]
    holding = [(number, spans) for number, spans in holding if len(texts[number].split()) <= MOST_WORDS]
    if not holding:
        return None
    number, spans = max(holding, key=lambda one: len(terms & set(analyse(texts[one[0]]))))
    return Asked(line.source, line.question, line.answer, number, tuple(spans))
