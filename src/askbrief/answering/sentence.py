"""The sentence of a passage that answers best, and the candidates for the answer in a sentence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING, Self

import numpy as np
import regex
from pydantic import BaseModel, ConfigDict

from askbrief.core.text import pattern
from askbrief.language.analysis import analyse, terms_of
from askbrief.language.english.dates import times
from askbrief.language.english.names import names
from askbrief.language.english.quantities import QuantityKind, fractions, measures, quantities, vague_numbers
from askbrief.language.identification import language_of
from askbrief.query.answer_type import AnswerType
from askbrief.records import Definition, Span
from askbrief.retrieval.scoring import DEFAULT_WEIGHTS, weights_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from collections.abc import Set as AbstractSet

    from numpy.typing import NDArray

    from askbrief.inference.reader import ReaderOutput
    from askbrief.language.names import Meaning
    from askbrief.query.parsed_question import ParsedQuestion
    from askbrief.records import Hit, Passage
    from askbrief.retrieval.scoring import SentenceEvidence

_PLACED = pattern(
    r"\b(?:in|at|from|to|near|of|into|through|across|around|outside|inside|towards?|between|throughout|within|off|on|via|and|"
    r"[Ii]n|[Aa]t|[Nn]ear|[Ff]rom|cit(?:y|ies) of|provinces? of)\s+(?:the\s+|(?:north|south|east|west)(?:ern)?\s+)*$"
)
_LISTED = pattern(r",?\s(?:and|or)\s(?:the\s)?|,\s(?:the\s)?")
_LOOK_BACK = 40
"""Characters before a name in which a word such as "in" is looked for."""
_COMMON_PREFIX = 3
"""A word and its index term have this many letters in common at their beginning."""
NOTHING: frozenset[str] = frozenset()


def candidates(text: str, answer_type: AnswerType, known: AbstractSet[str] = NOTHING) -> list[Span]:
    """Return the spans of a sentence that can be the answer, in order and apart; none for types without a short answer.

    Words answer nothing that have only `known` index terms, those of the question.

    >>> text = "Pakistan launched airstrikes on hideouts in the Afghan provinces of Kunar and Khost, killing 47 people."
    >>> [text[span.start : span.end] for span in candidates(text, AnswerType.PLACE, {"pakistan"})]
    ['Kunar', 'Khost']
    """
    find = _FINDERS.get(answer_type)
    if find is None:
        return []
    beginnings = [term[:_COMMON_PREFIX] for term in known]
    return [span for span in find(text) if not _is_known(text[span.start : span.end], known, beginnings)]


def _places(text: str) -> list[Span]:
    """Return the names after a word such as "in" and those listed after them; all names if there are none."""
    found = list(names(text))
    placed: list[Span] = []
    for span in found:
        before = text[max(0, span.start - _LOOK_BACK) : span.start]
        listed = placed and _LISTED.fullmatch(text, placed[-1].end, span.start)
        if listed or _PLACED.search(before):
            placed.append(span)
    return placed or found


def _quantities(text: str, *kinds: QuantityKind) -> list[Span]:
    return [Span(found.start, found.end) for found in quantities(text) if found.kind in kinds]


def _is_known(text: str, known: AbstractSet[str], beginnings: list[str]) -> bool:
    """Return whether a text has only known terms; ASCII text without any of their beginnings is refused fast."""
    if text.isascii():
        lowered = text.lower()
        if not any(beginning in lowered for beginning in beginnings):
            return False
    return all(term in known for term in analyse(text))


_FINDERS: dict[AnswerType, Callable[[str], list[Span]]] = {
    AnswerType.PERSON: lambda text: list(names(text)),
    AnswerType.NAME: lambda text: list(names(text)),
    AnswerType.PLACE: _places,
    AnswerType.TIME: lambda text: list(times(text)),
    AnswerType.MEASURE: lambda text: measures(text) or _quantities(text, QuantityKind.COUNT),
    AnswerType.NUMBER: lambda text: _quantities(text, *QuantityKind) or vague_numbers(text),
    AnswerType.MONEY: lambda text: _quantities(text, QuantityKind.MONEY),
    AnswerType.SHARE: lambda text: _quantities(text, QuantityKind.SHARE) or fractions(text),
}


class SentenceModel(BaseModel):
    """Weights of what speaks for a sentence (`benchmarks/marking.py` fits them)."""

    model_config = ConfigDict(frozen=True)

    cosine: float  # of the cosine to the question; the coverage of its terms has 1 minus this
    candidate: dict[AnswerType, float]  # of a candidate, by its type; names stand in most sentences and tell less
    neighbours: float  # of the share of the question's neighbouring terms that are neighbours in the sentence
    previous: float  # of the share of terms that only the previous sentence has, if this one refers to it
    reader: float  # of the probability by the reader that the answer stands in the sentence


@cache
def packaged_sentence_model(model_id: str = DEFAULT_WEIGHTS) -> SentenceModel:
    """Return the weights that come with askbrief for an encoder."""
    file = resources.files(__package__).joinpath("weights", weights_folder(model_id), "sentence.json")
    return SentenceModel.model_validate_json(file.read_text("utf-8"))


_POINTS_BACK = pattern(
    r"[\"“‘(\s]*+(?:(?:\p{L}+\s){0,3}\p{L}+,\s)?(?:it|its|this|these|they|their|those|he|she|his|her|such|both|"
    r"the (?:latter|former))\b",
    regex.IGNORECASE,
)


def best_sentence(
    parsed: ParsedQuestion,
    passage: Passage,
    evidence: SentenceEvidence,
    output: ReaderOutput | None = None,
    model: SentenceModel | None = None,
) -> Span:
    """Return the sentence of a passage that answers best, the first of equals.

    `model` has the weights for the encoder, by default those for all-MiniLM-L6-v2.
    """
    features = SentenceFeatures.of(parsed, passage, evidence, output)
    return passage.sentences[int(np.argmax(features.scores(model or packaged_sentence_model())))]


@dataclass(frozen=True, slots=True)
class SentenceFeatures:
    """What speaks for each sentence of a passage, in columns: float [sentences]."""

    answer_type: AnswerType  # that the question asks for
    coverages: NDArray[np.float32]  # share of the question's terms, weighed by idf, 0..1
    cosines: NDArray[np.float32]  # to the question, -1..1
    candidates: NDArray[np.float64]  # whether the sentence has a candidate of this type, 0 or 1
    neighbours: NDArray[np.float64]  # share of the question's neighbouring terms that are neighbours in the sentence
    previous: NDArray[np.float64]  # share of the terms that it leaves to the sentence before
    likelihoods: NDArray[np.float64] | None  # by the reader, 0..1; None where the passage was not read

    @classmethod
    def of(
        cls, parsed: ParsedQuestion, passage: Passage, evidence: SentenceEvidence, output: ReaderOutput | None
    ) -> Self:
        """Compute the features of a passage."""
        known, pairs = frozenset(parsed.terms), _pairs(parsed.terms)
        texts = passage.sentence_texts()
        language = language_of(passage.text)
        terms = [terms_of(text, language) for text in texts]
        return cls(
            answer_type=parsed.answer_type,
            coverages=evidence.coverages,
            cosines=evidence.cosines,
            candidates=np.array([float(bool(candidates(text, parsed.answer_type, known))) for text in texts]),
            neighbours=np.array([_adjacent(pairs, some) for some in terms]),
            previous=np.array([0.0, *(_left_to(known, *two) for two in pairwise(zip(texts, terms, strict=True)))]),
            likelihoods=None if output is None else likelihoods(output),
        )

    def scores(self, model: SentenceModel) -> NDArray[np.float64]:
        """Return the weighted sum of the features: float64 [sentences]."""
        scores = (1 - model.cosine) * self.coverages + model.cosine * self.cosines
        fits = model.candidate.get(self.answer_type, 0.0) * self.candidates + model.neighbours * self.neighbours
        total = scores + fits + model.previous * self.previous
        return total if self.likelihoods is None else total + model.reader * self.likelihoods


def likelihoods(output: ReaderOutput) -> NDArray[np.float64]:
    """Return the probability that the answer stands in each sentence, if it is in the passage: float64 [sentences].

    A softmax of the margins; 0 for all where the reader has read no sentence.
    """
    margins = np.array([-np.inf if place is None else place.margin for place in output.spans])
    if not np.isfinite(margins).any():
        return np.zeros(len(margins))
    likely = np.exp(margins - margins.max())
    return np.asarray(likely / likely.sum())


def _adjacent(pairs: frozenset[tuple[str, str]], terms: Sequence[str]) -> float:
    """Return the share of the question's pairs of neighbouring terms that are neighbours in a sentence."""
    return len(pairs & _pairs(terms)) / (len(pairs) or 1)


def _left_to(known: frozenset[str], before: tuple[str, Sequence[str]], sentence: tuple[str, Sequence[str]]) -> float:
    """Return the share of the terms that a sentence leaves to the one before: "It was held on the Thames"."""
    text, terms = sentence
    if not _POINTS_BACK.match(text):
        return 0.0
    return len(known.intersection(before[1]).difference(terms)) / (len(known) or 1)


def _pairs(terms: Sequence[str]) -> frozenset[tuple[str, str]]:
    return frozenset((one, other) for one, other in pairwise(terms) if one != other)


def definitions(meanings: Sequence[Meaning], show: Callable[[int, int], Hit]) -> list[Definition]:
    """Return the definitions of a name: the team's own, then each of the documents' with its first passage.

    `show` returns the passage of a number, with the sentence marked that contains a character of its document.
    """
    ours = tuple(dict.fromkeys(form for one in meanings if one.from_team for form in one.forms))
    team = [Definition(meanings[0].name, ours, 0, 0, from_aliases=True)] if ours else []
    theirs = [one for one in meanings if not one.from_team]
    documents = []
    for rank, one in enumerate(theirs, start=1):
        first = one.rows[0]
        hit = replace(show(first.passage or 0, first.place), rank=rank)
        documents.append(Definition(one.name, one.forms, one.documents, one.passages, from_aliases=False, hit=hit))
    return [*team, *documents]


def defining_sentence(passage: Passage, place: int) -> Span:
    """Return the sentence of a passage that contains a character of its document, given by its offset."""
    return next((span for span in passage.sentences if span.start <= place < span.end), passage.sentences[0])
