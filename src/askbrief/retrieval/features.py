"""What a passage says to a question, looked at closely: sentence by sentence, phrase by phrase, and by its title.

A passage that answers does so in one sentence, and that sentence stands out more than its passage does.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from askbrief.language.analysis import terms_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from askbrief.records import Passage
    from askbrief.retrieval.bm25 import LexicalQuery

BEST_OF_A_DOCUMENT = 3
"""A document's evidence is the mean score of so many of its passages, the best ones."""


@dataclass(frozen=True, slots=True)
class SentenceEvidence:
    """One entry for each sentence of a passage.

    Arrays:
        coverages: the share of the question's terms in the sentence, weighed by idf, 0..1.
        cosines: of the sentence to the question, -1..1.
    """

    coverages: NDArray[np.float32]
    cosines: NDArray[np.float32]

    @property
    def best(self) -> int:
        """The sentence with most of both, the first of equals."""
        return int(np.argmax(self.coverages + self.cosines))


@dataclass(frozen=True, slots=True)
class PassageEvidence:
    """A passage's sentences, and two shares (0..1, weighed by idf) of what the question asks.

    `phrases` is the share of the question's neighbouring terms that are neighbours in the passage too, `title` the
    share of its terms that the document's title has.
    """

    sentences: SentenceEvidence
    phrases: float
    title: float


def passage_evidence(
    passage: Passage, title: str, query: LexicalQuery, vectors: NDArray[np.floating], vector: NDArray[np.float32]
) -> PassageEvidence:
    """Look at one passage closely.

    Args:
        passage: with its sentences.
        title: of its document.
        query: the question's terms.
        vectors: unit rows, one for each sentence.
        vector: the question's unit vector.
    """
    terms = [terms_of(text) for text in passage.sentence_texts()]
    coverages = np.array([query.covered_by(frozenset(some)) for some in terms], dtype=np.float32)
    sentences = SentenceEvidence(coverages, vectors.astype(np.float32) @ vector)
    phrases = query.phrases_in(list(chain.from_iterable(terms)))
    return PassageEvidence(sentences, phrases, query.covered_by(frozenset(terms_of(title))))


def document_evidence(scores: NDArray[np.float32]) -> float:
    """What a whole document says to a question: the mean of its best passages' scores.

    >>> round(document_evidence(np.float32([.1, .6, .5, .4])), 2)
    0.5
    """
    if len(scores) > BEST_OF_A_DOCUMENT:
        scores = np.partition(scores, -BEST_OF_A_DOCUMENT)[-BEST_OF_A_DOCUMENT:]
    return float(scores.mean())
