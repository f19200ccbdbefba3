"""Compare a shortlist with the exact search: how often the same passages come first, and the time of each.

    python -m benchmarks.shortlisted SET... [--sizes 10000 1000000] [--out FILE] [--markdown FILE]

A passage is four neighbouring sentences of the sets, and its vector is the mean of theirs, so that words and meaning
agree. `benchmarks/recombined.py` has more realistic words, but encoding them would take hours. Each question is
searched for in everything, and in scopes of a tenth and a thousandth of the documents. "same places" is the share of
the first five places with the same passage as in the exact search. The times do not include encoding the question.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console

from askbrief.core.progress import ProgressBar
from askbrief.evaluation.question_sets import QuestionSet, indexed
from askbrief.inference.loading import open_encoder
from askbrief.language.analysis import terms_of
from askbrief.query.parsed_question import parse_question
from askbrief.records import Passage, Span
from askbrief.retrieval.bm25 import LexicalIndex, Postings
from askbrief.retrieval.cosine import DenseIndex, signs_of
from askbrief.settings import load_settings
from askbrief.storage.embedded.generation import SENTENCES
from benchmarks.timings import parser, timed, written
from tests.fakes import passages_of
from tests.retrieval import Compiled, MemoryIndex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from askbrief.retrieval.scoring import Ranked

SENTENCES_OF_ONE, NEIGHBOURHOOD = 4, 40
OF_A_DOCUMENT = 30
CHUNK = 1 << 16
TOP = 5
WEIGHT = load_settings().lexical_weight
SCOPES = {"everything": 1, "a tenth": 10, "a thousandth": 1_000}


class KnownQuestions:
    """An encoder with the vectors of questions that were encoded before."""

    model_id, form, dimension, max_tokens = "known@1", "known", 384, 256

    def __init__(self, vectors: dict[str, NDArray[np.float32]]) -> None:
        """Set the vectors by question."""
        self._vectors = vectors

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Look up one question."""
        return self._vectors[text]

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Look up some questions."""
        return np.array([self._vectors[text] for text in texts])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Not needed here."""
        return [len(text) // 4 for text in texts]


class Recombined(DenseIndex):
    """Passages whose sentences are stored once, even if several passages contain them."""

    def __init__(self, vectors: NDArray[np.float32], sentences: NDArray[np.float16], places: NDArray[np.int64]) -> None:
        """Set the vectors of passages and of all sentences, and the sentences of each passage."""
        super().__init__(vectors, sentences, np.empty(0, np.int64), signs_of(vectors))
        self._every, self._places = sentences, places

    def sentences(self, number: int) -> NDArray[np.float16]:
        """Return those of one passage."""
        found: NDArray[np.float16] = self._every[self._places[number]]
        return found


def real(sets: Sequence[Path], count: int) -> tuple[list[str], NDArray[np.float16], KnownQuestions, list[str]]:
    """Return the sentences of the sets, their vectors, and some questions with theirs."""
    encoder = open_encoder(load_settings(), building=True)
    texts: list[str] = []
    vectors, asked = [], []
    with ProgressBar(Console(stderr=True)) as bar:
        for folder in sets:
            questions = QuestionSet(folder)
            with indexed(questions, encoder, load_settings(), bar) as library:
                for source in library.sources():
                    passages = passages_of(library, source.doc_id)
                    texts += chain.from_iterable(passage.sentence_texts() for _, passage in passages)
                vectors.append(np.load(library.reference.folder / SENTENCES))
            asked += [question.question for question in questions.questions]
    chosen: list[str] = np.random.default_rng(7).permutation(np.array(asked))[:count].tolist()
    return texts, np.concatenate(vectors), KnownQuestions({q: encoder.encode_query(q) for q in chosen}), chosen


def recombined(texts: Sequence[str], sentences: NDArray[np.float16], size: int, path: Path) -> MemoryIndex:
    """Create passages from neighbouring sentences, thirty in a document."""
    random = np.random.default_rng(0)
    middle = random.integers(0, len(texts), (size // OF_A_DOCUMENT + 1, 1)).repeat(OF_A_DOCUMENT, axis=0)[:size]
    places = (middle + random.integers(-NEIGHBOURHOOD, NEIGHBOURHOOD + 1, (size, SENTENCES_OF_ONE))) % len(texts)
    vectors = np.lib.format.open_memmap(path, "w+", np.float32, (size, sentences.shape[1]))
    for first in range(0, size, CHUNK):
        sums = sentences[places[first : first + CHUNK]].astype(np.float32).sum(axis=1)
        vectors[first : first + CHUNK] = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    vectors.flush()
    terms = [terms_of(text) for text in texts]
    vocabulary, postings = Postings.from_corpus([*chain.from_iterable(terms[n] for n in some)] for some in places)
    numbers = {term: number for number, term in enumerate(vocabulary)}
    lexical = LexicalIndex(postings, lambda some: {t: numbers[t] for t in some if t in numbers}, size)
    dense = Recombined(np.load(path, mmap_mode="r"), sentences, places)
    starts = np.append(np.arange(0, size, OF_A_DOCUMENT), size)
    passages = RecombinedPassages(texts, places)
    return MemoryIndex(Compiled(lexical, size), dense, KnownQuestions({}), passages, exact_up_to=size, starts=starts)


class RecombinedPassages:
    """Passages that are put together when they are read."""

    def __init__(self, texts: Sequence[str], places: NDArray[np.int64]) -> None:
        """Take the sentences, and which of them each passage has."""
        self._texts, self._places = texts, places

    def __getitem__(self, number: int) -> Passage:
        """Put a passage together."""
        return _passage(number, [self._texts[place] for place in self._places[number]])

    def __len__(self) -> int:
        """How many there are."""
        return len(self._places)


def _passage(number: int, sentences: Sequence[str]) -> Passage:
    text = " ".join(sentences)
    return Passage(str(number // OF_A_DOCUMENT), 0, len(text), text, tuple(_spans(sentences)), (1, 1))


def _spans(sentences: Sequence[str]) -> Iterator[Span]:
    start = 0
    for sentence in sentences:
        yield Span(start, start + len(sentence))
        start += len(sentence) + 1


def measured(searched: MemoryIndex, asked: Sequence[str]) -> list[dict[str, Any]]:
    """Return a row for each scope."""
    size = len(searched.dense)
    rows = []
    for name, share in SCOPES.items():
        admitted = None if share == 1 else np.arange(size) // OF_A_DOCUMENT % share == 0

        def by(some: MemoryIndex, question: str, admitted: NDArray[np.bool_] | None = admitted) -> list[Ranked]:
            return some.search(parse_question(question), count=TOP, weight=WEIGHT, admitted=admitted)

        outcome = timed(
            {"exact": partial(by, searched), "shortlist": partial(by, replace(searched, exact_up_to=0))}, asked
        )
        (exact, exact_ms, exact_p95), (listed, ms, p95) = outcome["exact"], outcome["shortlist"]
        same = [[one.number for one in e] == [one.number for one in f] for e, f in zip(exact, listed, strict=True)]
        places = [
            np.mean([one.number == other.number for one, other in zip(e, f, strict=False)])
            for e, f in zip(exact, listed, strict=True)
            if e
        ]
        rows.append(
            {
                "passages": size,
                "scope": name,
                "exact p50, ms": exact_ms,
                "exact p95, ms": exact_p95,
                "shortlist p50, ms": ms,
                "shortlist p95, ms": p95,
                "same places": float(np.mean(places)),
                "all five the same": float(np.mean(same)),
            }
        )
    return rows


def main() -> None:
    """Measure, print and write."""
    options = parser(__doc__).parse_args()
    texts, sentences, encoder, asked = real(options.sets, options.questions)
    rows: list[dict[str, Any]] = []
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            searched = recombined(texts, sentences, size, Path(folder) / "vectors.npy")
            rows += measured(replace(searched, encoder=encoder), asked)
    written(rows, options)


if __name__ == "__main__":
    main()
