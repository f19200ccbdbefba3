"""Generate a corpus of any number of passages from real text: recombined sentences of question sets.

    python -m benchmarks.recombined SET... --passages 100000 --out FOLDER

SET is a folder with corpus.jsonl, as for `askbrief eval`. Every document takes its sentences from a few documents of
the sets, so that terms occur in bursts, as in real language. A word that occurs once in the sets is replaced by a word
from a long tail (Lomax): sometimes another rare word, and the more text there is, the more often a new one composed of
the halves of two. So the vocabulary grows with a power of the length of the text (Heaps' law).

Document i is the same whatever the number of passages: a small corpus is the beginning of a large one. Paragraphs have
60 to 120 words, which `askbrief build` takes for one passage each.
"""

from __future__ import annotations

import argparse
import hashlib
from collections import Counter
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import regex

from askbrief.documents.builder import ParsedFile
from askbrief.documents.text import plain_blocks
from askbrief.evaluation.question_sets import QuestionSet
from askbrief.ingest.sources import SourceFile
from askbrief.ingest.splitting import MAX_WORDS, MIN_WORDS
from askbrief.language.analysis import sentence_spans
from askbrief.records import Document
from askbrief.storage.embedded.manifest import SourceRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

FEWEST, MOST = 10, 50
"""Number of passages in a document."""
MIXED = 3
"""Number of documents of the sets that give their sentences to one document."""
FEWEST_IN_SENTENCE, LONGEST_SENTENCE = 5, 55
"""Limits of a sentence, in words: shorter ones are mostly headings and code, longer ones tables and lists."""
TAIL = 0.6
"""Shape of the Lomax distribution of rare words: among n of them, about n ** TAIL are distinct."""

_WORD = regex.compile(r"\p{L}{5,}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence cut at its rare words: there is one between two adjacent pieces."""

    pieces: tuple[str, ...]
    words: int

    def written(self, rare: Iterator[str]) -> str:
        """Return the sentence with the next rare words inserted."""
        if len(self.pieces) == 1:
            return self.pieces[0]
        return "".join([self.pieces[0], *(next(rare) + piece for piece in self.pieces[1:])])


@dataclass(frozen=True, slots=True)
class Material:
    """The material: titles and sentences, document by document, and the words that occur once in all of them."""

    titles: tuple[str, ...]
    documents: tuple[tuple[Sentence, ...], ...]
    rare: tuple[str, ...]

    @classmethod
    def of(cls, sets: Iterable[Path]) -> Self:
        """Read some question sets."""
        corpus = [document for folder in sets for document in QuestionSet(folder).corpus]
        counts = Counter(word for document in corpus for word in _WORD.findall(document.text))
        rare = tuple(word for word, times in counts.items() if times == 1)
        known = frozenset(rare)
        sentences = [tuple(_sentences(document.text, known)) for document in corpus]
        kept = [place for place, some in enumerate(sentences) if some]
        return cls(tuple(corpus[n].title for n in kept), tuple(sentences[n] for n in kept), rare)

    def word(self, rank: int) -> str:
        """Return a rare word: one of the sets, or, beyond them, the halves of two."""
        size = len(self.rare)
        if rank < size:
            return self.rare[rank]
        one, other = self.rare[rank % size], self.rare[rank * 7919 // size % size]
        return one[: len(one) // 2 + 1] + other[len(other) // 2 :]


def _sentences(text: str, rare: frozenset[str]) -> Iterator[Sentence]:
    for block in plain_blocks(text):
        for span in sentence_spans(text, block.start, block.end):
            sentence = " ".join(text[span.start : span.end].split())
            words = sentence.count(" ") + 1
            if FEWEST_IN_SENTENCE <= words <= LONGEST_SENTENCE and sentence[-1] in ".?!":
                cuts = [match for match in _WORD.finditer(sentence) if match[0] in rare]
                starts, ends = [0, *(cut.end() for cut in cuts)], [*(cut.start() for cut in cuts), len(sentence)]
                yield Sentence(tuple(sentence[s:e] for s, e in zip(starts, ends, strict=True)), words)


@dataclass(frozen=True, slots=True)
class Recombined:
    """A document composed of other documents' sentences: its number, a title, and paragraphs of passage length."""

    number: int
    title: str
    paragraphs: tuple[str, ...]

    @property
    def doc_id(self) -> str:
        """Return a path with the collection in it; paths sort like the numbers."""
        return f"{self.number // 1_000:03d}/{self.number:06d}.txt"

    @property
    def text(self) -> str:
        """Return the text, with a blank line between paragraphs."""
        return "\n\n".join(self.paragraphs)

    def source(self) -> SourceFile:
        """Return the document for `build_from`."""
        row = SourceRow(path=self.doc_id, sha256=hashlib.sha256(self.text.encode()).hexdigest())
        return SourceFile(row, self._reading)

    def _reading(self) -> ParsedFile:
        return ParsedFile((Document(self.doc_id, self.title, self.text, plain_blocks(self.text)),))


def recombined(material: Material, passages: int, *, seed: int = 0) -> Iterator[Recombined]:
    """Yield documents until they have the given number of passages; the last one may be shorter."""
    sizes = np.array([len(sentences) for sentences in material.documents], dtype=np.float64)
    shares = np.cumsum(sizes) / sizes.sum()
    left = passages
    for number in count():
        if left <= 0:
            return
        random = np.random.default_rng((seed, number))
        mixed = np.searchsorted(shares, random.random(MIXED)).tolist()
        pool = [sentence for place in mixed for sentence in material.documents[place]]
        drawn = random.integers(0, len(pool), size=MOST * MAX_WORDS)
        ranks = (random.pareto(TAIL, size=MOST * MAX_WORDS).clip(max=1e9) * len(material.rare)).astype(np.int64)
        paragraphs = _paragraphs(pool, drawn.tolist(), ranks, material, random)
        some = tuple(paragraph for paragraph, _ in zip(paragraphs, range(left), strict=False))
        left -= len(some)
        yield Recombined(number, f"{material.titles[mixed[0]]} {number}", some)


def _paragraphs(
    pool: Sequence[Sentence],
    drawn: Sequence[int],
    ranks: np.ndarray[tuple[int], np.dtype[np.int64]],
    material: Material,
    random: np.random.Generator,
) -> Iterator[str]:
    """Between FEWEST and MOST paragraphs of some sentences each, MIN_WORDS to MAX_WORDS long."""
    rare = (material.word(rank) for rank in ranks.tolist())
    sentences = iter(drawn)
    for wanted in random.integers(MIN_WORDS, MAX_WORDS - 10, size=random.integers(FEWEST, MOST + 1)).tolist():
        words, written = 0, []
        while words < wanted:
            sentence = pool[next(sentences)]
            if words + sentence.words > MAX_WORDS:  # at least 66 words remain, because the sentence has at most 55
                break
            words += sentence.words
            written.append(sentence.written(rare))
        yield " ".join(written)


def main() -> None:
    """Write the documents as text files, a thousand to a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", type=Path, metavar="SET")
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    for document in recombined(Material.of(options.sets), options.passages, seed=options.seed):
        path = options.out / document.doc_id
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{document.title}\n\n{document.text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
