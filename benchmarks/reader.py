"""Measure the reader: exact match and F1 of its answers, and the time of a question with and without it.

    python -m benchmarks.reader SET... [--most N]

SET is a folder as for `askbrief eval`; only sets with gold spans are measured. Exact match and F1 are SQuAD's
(Rajpurkar et al. 2016, section 6.1): words without case, punctuation and articles, the best over a question's answers.
They are given for the passage that holds the gold, and end to end for the span marked in the first passage shown (no
answer if nothing is marked). Times are medians of the same questions, with and without the reader in turn.
"""

from __future__ import annotations

import argparse
import re
import string
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table

from askbrief.core.progress import ProgressBar
from askbrief.evaluation.question_sets import Question, QuestionSet, indexed
from askbrief.inference.loading import open_encoder
from askbrief.inference.reader import packaged_reader
from askbrief.records import Span
from askbrief.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from askbrief.inference.reader import Reader
    from askbrief.library import Library
    from askbrief.records import Passage

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True, slots=True)
class Scores:
    """Exact match, F1 (0..1) and the number of questions."""

    exact: float
    f1: float
    questions: int


def words(text: str) -> list[str]:
    """Return the words of an answer as SQuAD compares them."""
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def overlap(found: str, right: str) -> float:
    """Compute the F1 of the words of two answers.

    >>> overlap("the Ninth Circuit", "Ninth Circuit Court")
    0.8
    """
    one, other = words(found), words(right)
    if not one or not other:
        return float(one == other)
    return 2 * (Counter(one) & Counter(other)).total() / (len(one) + len(other))


def scored(found: Sequence[tuple[str, list[str]]]) -> Scores:
    """Score answers, each against the right ones."""
    exact = [max(float(words(text) == words(right)) for right in answers) for text, answers in found]
    f1 = [max(overlap(text, right) for right in answers) for text, answers in found]
    return Scores(float(np.mean(exact)), float(np.mean(f1)), len(found))


def in_gold_passages(questions: QuestionSet, library: Library, reader: Reader, bar: Bar) -> Scores:
    """Score the reader's answers, given a passage that contains the gold completely."""
    asked = list(_with_spans(questions))
    found = []
    bar.stage("gold passages", len(asked))
    for question, answers in asked:
        passage = _gold_passage(questions, library, question)
        found.append((_likeliest(reader, question.question, passage) if passage else "", answers))
        bar.advance()
    return scored(found)


def end_to_end(questions: QuestionSet, library: Library, bar: Bar) -> tuple[Scores, float]:
    """Score the span marked in the first passage; also return the share of questions with a marked span."""
    asked = list(_with_spans(questions))
    found = []
    bar.stage("end to end", len(asked))
    for question, answers in asked:
        hit = library.ask(question.question).hits[0]
        found.append((hit.words(hit.answer) if hit.answer else "", answers))
        bar.advance()
    return scored(found), float(np.mean([bool(text) for text, _ in found]))


def _with_spans(questions: QuestionSet) -> Iterator[tuple[Question, list[str]]]:
    for question in questions.questions:
        spans = [span for span in questions.spans(question) if span[1] is not None]
        if spans:
            yield question, [questions.texts[doc_id][start:end] for doc_id, start, end in spans]


def _gold_passage(questions: QuestionSet, library: Library, question: Question) -> Passage | None:
    for doc_id, start, end in questions.spans(question):
        if start is None or end is None:
            continue
        for _, passage in library.passages_within(doc_id, Span(start, end))[0]:
            if passage.start <= start and end <= passage.end:
                return passage
    return None


def _likeliest(reader: Reader, question: str, passage: Passage) -> str:
    [reading] = reader.read(question, [passage])
    place = reading.likeliest
    return passage.text[place.span.start - passage.start : place.span.end - passage.start] if place else ""


def cost(asked: Sequence[str], with_reader: Callable[[str], object], without: Callable[[str], object]) -> list[float]:
    """Measure the median milliseconds a question, with and without the reader, in turn for each question."""
    taken: list[list[float]] = [[], []]
    for question in asked:
        for times, ask in zip(taken, (with_reader, without), strict=True):
            began = time.perf_counter()
            ask(question)
            times.append(1000 * (time.perf_counter() - began))
    return [float(np.median(times)) for times in taken]


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", type=Path, metavar="SET")
    parser.add_argument("--most", type=int, default=200, help="number of questions to time")
    given = parser.parse_args()
    settings, reader = load_settings(), packaged_reader()
    encoder = open_encoder(settings)
    table = Table("set", "", "exact", "F1", "marked", "ms", box=None)
    console = Console(stderr=True)
    for folder in given.sets:
        questions = QuestionSet(folder)
        if not any(_with_spans(questions)):
            continue
        with (
            ProgressBar(console) as bar,
            indexed(questions, encoder, settings, bar) as library,
            indexed(questions, encoder, load_settings(reader=False), bar) as plain,
        ):
            some = [question.question for question in questions.questions[: given.most]]
            gold = in_gold_passages(questions, library, reader, bar)
            (ours, marked), (before, marked_before) = (
                end_to_end(questions, library, bar),
                end_to_end(questions, plain, bar),
            )
            with_reader, without = cost(some, library.ask, plain.ask)
        name = f"{folder.resolve().name} ({gold.questions})"
        table.add_row(name, "gold passage given", f"{gold.exact:.3f}", f"{gold.f1:.3f}")
        for label, found, share, ms in (
            ("end to end", ours, marked, with_reader),
            ("without reader", before, marked_before, without),
        ):
            table.add_row("", label, f"{found.exact:.3f}", f"{found.f1:.3f}", f"{share:.3f}", f"{ms:.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
