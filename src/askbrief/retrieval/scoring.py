"""Score the candidates: their features, weighted, with soft filters; best first.

A passage that answers does so in one sentence, and this sentence stands out more than its passage does. So each
candidate is scored sentence by sentence, by its phrases, and by the title of its document.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, ConfigDict

from askbrief.language.analysis import terms_of
from askbrief.language.identification import language_of
from askbrief.records import Method
from askbrief.retrieval.candidates import ON_ASPECT
from askbrief.retrieval.soft_filters import CONSTRAINT_WEIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from askbrief.records import Metadata, Passage
    from askbrief.retrieval.bm25 import WeightedQuery
    from askbrief.retrieval.candidates import Candidates, FirstRanking, WeightedQuestion

RANKING, RERANKING = "scoring.json", "rerank.json"
"""Files of weights: of the features of a candidate, and of the reader's outputs together with the score from these."""
DEFAULT_WEIGHTS = "all-MiniLM-L6-v2"
"""The encoder whose weights serve encoders without weights of their own."""
LEAST_OF_THE_FIRST = 0.4
"""A passage with less than this share of the first one's score is not moved up; it has the words by chance."""
SHARE_OF_ASPECTS = 0.5
"""The lambda of xQuAD: the weight of aspects against the score, 0..1."""


class RankingModel(BaseModel):
    """A linear model over signals of 0..1 (cosines may be below 0); its weights add up to 1."""

    model_config = ConfigDict(frozen=True)

    encoder: str  # the embedding model that it was fitted with
    fitted_on: tuple[str, ...]
    weights: dict[str, float]

    def score(self, signals: Mapping[str, float]) -> float:
        """Return the weighted sum of the signals, at least 0.

        >>> model = RankingModel(encoder="", fitted_on=(), weights={"cosine": 0.75, "coverage": 0.25})
        >>> model.score({"cosine": 0.5, "coverage": 1.0, "bm25": 7.0})
        0.625
        """
        return max(0.0, sum(weight * signals[name] for name, weight in self.weights.items()))


@cache
def is_fitted(model_id: str) -> bool:
    """Return whether askbrief has weights that were fitted with an encoder (`make refit` adds them)."""
    folders = resources.files(__package__).joinpath("weights").iterdir()
    return model_id.partition("@")[0] in {folder.name for folder in folders}


def weights_folder(model_id: str) -> str:
    """Return the folder with the weights for an encoder: its short name, or that of all-MiniLM-L6-v2 for others.

    >>> weights_folder("multilingual-e5-small@9c8594f506d6"), weights_folder("their-model@0123456789ab")
    ('multilingual-e5-small', 'all-MiniLM-L6-v2')
    """
    return model_id.partition("@")[0] if is_fitted(model_id) else DEFAULT_WEIGHTS


@cache
def packaged_model(model_id: str = DEFAULT_WEIGHTS, name: str = RANKING) -> RankingModel:
    """Return a model that comes with askbrief for an encoder (`benchmarks/ranking.py` fits it)."""
    file = resources.files(__package__).joinpath("weights", weights_folder(model_id), name)
    return RankingModel.model_validate_json(file.read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class SentenceEvidence:
    """Features of the sentences of a passage."""

    coverages: NDArray[np.float32]  # share of the question's terms in each, weighed by idf, 0..1
    cosines: NDArray[np.float32]  # of each to the question, -1..1

    @property
    def best(self) -> int:
        """The sentence with the highest sum of both, the first of equals."""
        return int(np.argmax(self.coverages + self.cosines))


@dataclass(frozen=True, slots=True)
class PassageContent:
    """A candidate as it is scored: the passage, its document's title and metadata, and the vectors of its sentences."""

    number: int
    passage: Passage
    title: str
    metadata: Metadata
    vectors: NDArray[np.floating]  # unit rows: float16 [sentences, dimension]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A ranked passage, with its number in the generation, by which equal scores are ordered.

    `signals` is what the score comes from: `bm25` (raw), `lexical` (BM25 divided by its maximum, 0..1), `cosine`
    (-1..1), `coverage` (share of the question's terms, weighed by idf, 0..1), `sentence_coverage` and `sentence_cosine`
    (the best of any sentence), `phrases` (share of the question's neighbouring terms that are neighbours in the
    passage), `title` (share of its terms in the title), `document` (see `document_evidence`), and, if the question
    names a time or a source, `constraint` (how far the passage meets it, -1..1).
    """

    number: int
    passage: Passage
    title: str
    score: float  # 0..1
    signals: dict[str, float]
    sentences: SentenceEvidence


def rank(
    question: WeightedQuestion,
    candidates: Candidates,
    contents: Sequence[PassageContent],
    ranking: FirstRanking,
    model: RankingModel | None = None,
) -> list[Ranked]:
    """Score the candidates of the first ranking by their features, and order them.

    Methods other than hybrid keep the scores of the first ranking. `contents` are in the order of the candidates, and
    `model` has the weights for the encoder, by default those for all-MiniLM-L6-v2.

    Returns:
        The best passages first; equal scores in the order of the generation. If the question compares things, each of
        them gets a passage among the first.
    """
    used = (model or packaged_model()) if ranking.method is Method.HYBRID else None
    scored = [_score(question, candidates, place, content, used) for place, content in enumerate(contents)]
    order = sorted(range(len(scored)), key=lambda place: (-scored[place].score, scored[place].number))
    chosen = diversify([scored[place].score for place in order], candidates.aspects[order])
    return [scored[order[place]] for place in chosen[: ranking.count]]


def diversify(scores: Sequence[float], coverages: NDArray[np.float32]) -> list[int]:
    """Order passages so that each aspect is covered among the first, if any passage is on it.

    Args:
        scores: of the passages, best first.
        coverages: the share of each aspect's terms in each passage, 0..1: float32 [passages, aspects].

    Returns:
        The positions of the passages in their new order; the same order if the first is on all aspects.

    >>> diversify([.6, .5, .4], np.float32([[1, 0], [1, 0], [0, 1]]))
    [0, 2, 1]
    """
    if not scores or coverages.shape[1] == 0:
        return list(range(len(scores)))
    chosen = [0]
    worth = np.array(scores) / (scores[0] or 1)
    near = worth >= LEAST_OF_THE_FIRST
    on = coverages >= ON_ASPECT
    while True:
        missing = ~on[chosen].any(axis=0)
        candidates = np.flatnonzero(near & (on & missing).any(axis=1))
        if not len(candidates):
            break
        novelty = (coverages * np.prod(1 - coverages[chosen], axis=0)).mean(axis=1)
        value = (1 - SHARE_OF_ASPECTS) * worth + SHARE_OF_ASPECTS * novelty
        chosen.append(int(candidates[np.argmax(value[candidates])]))
    return chosen + [place for place in range(len(scores)) if place not in chosen]


def _score(
    question: WeightedQuestion,
    candidates: Candidates,
    place: int,
    content: PassageContent,
    model: RankingModel | None,  # None to keep the score of the first ranking
) -> Ranked:
    sentences, of_text = text_features(content, question.query, question.vector)
    signals = {
        "bm25": float(candidates.bm25[place]),
        "lexical": float(candidates.lexical[place]),
        "cosine": float(candidates.cosines[place]),
        "coverage": float(candidates.coverages[place]),
        **of_text,
        "document": float(candidates.documents[place]),
    }
    score = float(candidates.scores[place]) if model is None else model.score(signals)
    passage = content.passage
    if question.soft_filter is not None:
        sentence = passage.sentence_texts()[sentences.best]
        dated, named = float(candidates.dated[place]), float(candidates.named[place])
        match = question.soft_filter.match(passage, content.title, content.metadata, sentence, dated=dated, named=named)
        signals["constraint"] = match
        score = min(1.0, max(0.0, score + CONSTRAINT_WEIGHT * match))
    rounded = {name: round(value, 6) for name, value in signals.items()}
    return Ranked(content.number, passage, content.title, score, rounded, sentences)


def text_features(
    content: PassageContent, query: WeightedQuery, vector: NDArray[np.float32]
) -> tuple[SentenceEvidence, dict[str, float]]:
    """Return the features of the sentences, and the signals that come from the text and the title."""
    language = language_of(content.passage.text)
    terms = [terms_of(text, language) for text in content.passage.sentence_texts()]
    coverages = np.array([query.covered_by(frozenset(some)) for some in terms], dtype=np.float32)
    sentences = SentenceEvidence(coverages, content.vectors.astype(np.float32) @ vector)
    return sentences, {
        "sentence_coverage": float(coverages.max()),
        "sentence_cosine": float(sentences.cosines.max()),
        "phrases": query.phrases_in(list(chain.from_iterable(terms))),
        "title": query.covered_by(frozenset(terms_of(content.title, language))),
    }
