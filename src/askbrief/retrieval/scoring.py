"""Score the candidates: their features, weighted, with soft filters; best first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, ConfigDict

from askbrief.records import Method
from askbrief.retrieval.candidates import Shortlist, best
from askbrief.retrieval.diversity import HOLDS, diversified
from askbrief.retrieval.features import PassageEvidence, SentenceEvidence, passage_evidence
from askbrief.retrieval.soft_filters import SHARE_OF_STEERING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from askbrief.inference.encoder import Encoder
    from askbrief.query.parsed_question import ParsedQuestion
    from askbrief.records import Passage
    from askbrief.retrieval.bm25 import LexicalIndex
    from askbrief.retrieval.cosine import DenseIndex
    from askbrief.retrieval.soft_filters import Catalogue, Catalogued, Steering

RANKING, RERANKING = "scoring.json", "rerank.json"
"""The weights of the close look, and of the reader's outputs beside the score that came of it."""


class RankingModel(BaseModel):
    """A linear model over signals that are 0..1 each (cosines may be below); its weights add up to 1.

    Attributes:
        encoder: the embedding model it was fitted with; others rank by it well enough, since cosines are cosines.
        fitted_on: the question sets.
        weights: by the name of the signal.
    """

    model_config = ConfigDict(frozen=True)

    encoder: str
    fitted_on: tuple[str, ...]
    weights: dict[str, float]

    def score(self, signals: Mapping[str, float]) -> float:
        """The weighted sum of the signals; a passage against the question in every signal has 0, not less.

        >>> model = RankingModel(encoder="", fitted_on=(), weights={"cosine": 0.75, "coverage": 0.25})
        >>> model.score({"cosine": 0.5, "coverage": 1.0, "bm25": 7.0})
        0.625
        """
        return max(0.0, sum(weight * signals[name] for name, weight in self.weights.items()))


@cache
def packaged_model(name: str = RANKING) -> RankingModel:
    """A model that comes with askbrief (`benchmarks/ranking.py` fits it)."""
    return RankingModel.model_validate_json(resources.files(__package__).joinpath(name).read_text("utf-8"))


FEWEST_CANDIDATES = 30
"""So many of the first ranking are looked at sentence by sentence; 20 or 50 moved no hit@1 or hit@5 by over 0.002."""

FEWEST_OF_AN_ASPECT = 5
"""So many on each of the things that a question sets side by side are looked at too."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What is searched: the two indexes over the same passages, the encoder that made one, passages and documents.

    With more than `exact_up_to` passages, a shortlist of the likeliest is ranked (see candidates.py).
    """

    lexical: LexicalIndex
    dense: DenseIndex
    encoder: Encoder
    passages: Callable[[Sequence[int]], Sequence[Passage]]
    documents: Catalogue | Mapping[str, Catalogued]
    exact_up_to: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage found, by its position in the index (`number`), with its score and the signals behind it.

    Signals: `bm25` (raw), `lexical` (bm25 over its theoretical maximum, 0..1), `cosine` (-1..1), `coverage` (share
    of the question's terms, weighed by idf, 0..1), `sentence_coverage` and `sentence_cosine`, the best of any
    sentence, `phrases` and `title` (see PassageEvidence), and `document` (see document_evidence); where the question
    names a time or a source, `constraint`, how far the passage meets that (-1..1).
    """

    number: int
    passage: Passage
    score: float
    signals: dict[str, float]
    sentences: SentenceEvidence


def search(
    parsed: ParsedQuestion,
    searched: Searched,
    *,
    count: int,
    weight: float,
    method: Method = Method.HYBRID,
    admitted: NDArray[np.bool_] | None = None,
    steering: Steering | None = None,
) -> list[Ranked]:
    """Rank the passages for a question.

    Args:
        parsed: the question; each of its aspects gets a passage among the first, by the hybrid method only.
        searched: the indexes, the encoder and the passages.
        count: how many passages at the most; with fewer that match, fewer.
        weight: the lexical share of the first ranking, by whole passages, 0..1.
        method: hybrid, or one to compare it with; those rank by whole passages only.
        admitted: bool [passages]: what is in scope; None for everything. What is out of scope is not ranked.
        steering: towards the time and the sources that the question names; the hybrid method only.

    Returns:
        The best passages first; equal scores in the order of the index. What the first lacks of the aspects comes next.
    """
    first = Shortlist(
        searched.lexical.query(parsed.query.terms, parsed.query.alternatives),
        searched.dense,
        searched.encoder.encode_query(parsed.text),
        weight=weight,
        method=method,
        admitted=admitted,
        exact_up_to=searched.exact_up_to,
    )
    aspects = parsed.aspects if method is Method.HYBRID else ()
    held = _held([first.coverage(searched.lexical.query(a.terms, a.alternatives)) for a in aspects], len(first.scores))
    places = _candidates(_steered(first, steering), held, max(count, FEWEST_CANDIDATES))
    found = _looked_at(first, places, searched, method, steering)
    ranking = sorted(range(len(found)), key=lambda place: (-found[place].score, found[place].number))
    order = diversified([found[place].score for place in ranking], held[places[ranking]])
    return [found[ranking[place]] for place in order[:count]]


def _looked_at(
    first: Shortlist, places: NDArray[np.int64], searched: Searched, method: Method, steering: Steering | None
) -> list[Ranked]:
    """Look closely at the passages in some places of a shortlist."""
    numbers = first.numbers[places].tolist()
    passages = searched.passages(numbers)
    documents = [searched.documents[passage.doc_id] for passage in passages]
    columns, of_documents = first.signals(places), first.document_evidence(documents)
    found = []
    for row, (number, passage, document) in enumerate(zip(numbers, passages, documents, strict=True)):
        vectors = searched.dense.sentences(number)
        evidence = passage_evidence(passage, document.title, first.query, vectors, first.vector)
        signals = {name: column[row] for name, column in columns.items()} | _close_signals(evidence)
        signals["document"] = of_documents[row]
        score = packaged_model().score(signals) if method is Method.HYBRID else float(first.scores[places[row]])
        if steering is not None:
            signals["constraint"] = steering.of(passage, _best(passage, evidence.sentences))
            score = min(1.0, max(0.0, score + SHARE_OF_STEERING * signals["constraint"]))
        rounded = {name: round(value, 6) for name, value in signals.items()}
        found.append(Ranked(number, passage, score, rounded, evidence.sentences))
    return found


def _steered(first: Shortlist, steering: Steering | None) -> NDArray[np.float32]:
    """The scores of the first ranking, each match lifted as far as its document meets the constraints."""
    if steering is None:
        return first.scores
    lifted = first.scores + np.float32(SHARE_OF_STEERING) * steering.documents[first.numbers]
    return np.where(first.scores > 0, lifted, first.scores)


def _close_signals(evidence: PassageEvidence) -> dict[str, float]:
    """What the close look at a passage adds to the signals of the whole."""
    return {
        "sentence_coverage": float(evidence.sentences.coverages.max()),
        "sentence_cosine": float(evidence.sentences.cosines.max()),
        "phrases": evidence.phrases,
        "title": evidence.title,
    }


def _held(columns: Sequence[NDArray[np.float32]], size: int) -> NDArray[np.float32]:
    """How much of each aspect's terms, or of what may stand for them, each passage has: float32 [passages, aspects]."""
    return np.stack(columns, axis=1) if columns else np.zeros((size, 0), dtype=np.float32)


def _candidates(scores: NDArray[np.float32], held: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """The places of the best passages, and of the few best on each aspect."""
    found = [best(scores, count)]
    found += [best(np.where(on >= HOLDS, scores, np.float32(0)), FEWEST_OF_AN_ASPECT) for on in held.T]
    return np.array(list(dict.fromkeys(np.concatenate(found).tolist())), dtype=np.int64)


def _best(passage: Passage, sentences: SentenceEvidence) -> str:
    return passage.sentence_texts()[sentences.best]
