"""The answer pipeline: from a question to passages, answer spans, figures and a verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from askbrief.answering.figures import find_figures, group_figures
from askbrief.answering.sentence import best_sentence, packaged_sentence_model
from askbrief.answering.span import find_answer
from askbrief.answering.verdict import JUDGED, packaged_calibration, verdict_signals
from askbrief.language.word_list import has_words
from askbrief.language.word_list import is_word as is_listed
from askbrief.query.parsed_question import parse_question
from askbrief.records import Answer, Method, Verdict
from askbrief.retrieval.candidates import FirstRanking, WeightedQuestion
from askbrief.retrieval.rerank import READ, apply_reader, group_duplicates, rerank
from askbrief.retrieval.scoring import RERANKING, packaged_model, rank

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from collections.abc import Set as AbstractSet

    from askbrief.answering.verdict import Calibration
    from askbrief.inference.encoder import Encoder
    from askbrief.inference.reader import Reader
    from askbrief.language.names import Meaning
    from askbrief.query.parsed_question import ParsedQuestion
    from askbrief.query.vocabulary import Vocabulary
    from askbrief.records import Figure, Hit, Passage, Scope, Span
    from askbrief.retrieval.rerank import PassageGroup, Reranker
    from askbrief.retrieval.scoring import Ranked
    from askbrief.storage.protocol import Engine

_RANKED_PER_HIT = 3
"""Passages ranked for each one shown, so that enough are left without the near-duplicates."""


class Quoting(Protocol):
    """Makes hits from passages, and remembers what was shown."""

    def quote(self, passage: Passage, key: str, highlight: Span) -> Hit:
        """Return a passage as it is shown, with its locator and its marked sentence."""

    def remember(self, shown: Sequence[tuple[str, Passage]]) -> tuple[str, ...]:
        """Remember passages under their keys; return what went wrong, in sentences."""


@dataclass(frozen=True, slots=True)
class AnswerPipeline:
    """The parts that answer questions over one generation. Threads may share it."""

    engine: Engine  # the generation
    vocabulary: Vocabulary  # its words
    encoder: Encoder  # the model that its vectors come from
    lexical_weight: float  # the share of BM25 in the first ranking, 0..1
    calibration: Calibration  # of the verdict
    citations: Quoting
    reader: Reader | None = None
    reranker: Reranker | None = None  # a cross-encoder

    def answer(self, question: str, top: int, scope: Scope, method: Method) -> Answer:
        """Answer a question on one line with at most `top` hits; the scope applies before ranking."""
        parsed = parse_question(
            question, IndexKnowledge(self.engine, self.vocabulary, self.encoder, scope), self.engine.head.newest(scope)
        )
        passages = group_duplicates(self._rank(parsed, top, scope, method))
        is_read = self.reader is not None and method is Method.HYBRID
        if is_read:
            passages = self._read(parsed, passages)
        shown = passages[:top]
        groups = [self._mark(parsed, rank, passage) for rank, passage in enumerate(shown, start=1)]
        figures = [[find_figures(parsed, hit) for hit in group] for group in groups]
        hits = _with_answers(parsed, groups, figures, shown)
        signals = verdict_signals(parsed, passages, next(iter(hits), None), figures[0][0] if figures else ())
        confidence, verdict = self._judge(signals, is_read=is_read)
        answers = verdict is not Verdict.NONE
        return Answer(
            question=question,
            verdict=verdict,
            confidence=confidence,
            generation=self.engine.head.status().generation,
            hits=hits if answers else tuple(replace(hit, answer=None) for hit in hits),
            notes=self._remember(shown, groups),
            figures=group_figures(figure for group in figures for some in group for figure in some) if answers else (),
            signals=signals,
            searched_also=parsed.searched_also,
        )

    def _rank(self, parsed: ParsedQuestion, top: int, scope: Scope, method: Method) -> list[Ranked]:
        """Return the best passages, best first, more than are shown."""
        least = 2 * READ if self.reader is not None else _RANKED_PER_HIT * JUDGED
        ranking = FirstRanking(method, self.lexical_weight, max(_RANKED_PER_HIT * top, least))
        vector = self.encoder.encode_query(parsed.text)
        question = WeightedQuestion.of(parsed, vector, self.engine.head.weigh, method)
        candidates = self.engine.first(question, scope, ranking)
        contents = self.engine.look(candidates.numbers.tolist())
        ranked = rank(question, candidates, contents, ranking, packaged_model(self.encoder.model_id))
        if self.reranker is None or method is not Method.HYBRID:
            return ranked
        return rerank(parsed.text, ranked, self.reranker)

    def _read(self, parsed: ParsedQuestion, passages: Sequence[PassageGroup]) -> list[PassageGroup]:
        """Read the question together with the best passages; a comparison keeps its order, which covers each thing."""
        assert self.reader is not None  # noqa: S101 - called only where there is one
        model = packaged_model(self.encoder.model_id, RERANKING)
        return apply_reader(parsed.text, passages, self.reader, model=model, reorder=not parsed.aspects)

    def _mark(self, parsed: ParsedQuestion, rank: int, found: PassageGroup) -> list[Hit]:
        """Return a passage and its near-duplicates as hits, each with its best sentence marked."""
        texts, model = self.engine.texts, packaged_sentence_model(self.encoder.model_id)
        keys = {one.number: texts.key(one.number) for one in found.all()}
        return [
            replace(
                self.citations.quote(
                    texts.verified(one.passage),
                    keys[one.number],
                    best_sentence(
                        parsed, one.passage, one.sentences, found.reading if one is found.ranked else None, model
                    ),
                ),
                rank=rank,
                score=round(one.score, 6),
                signals=one.signals,
                also=tuple(keys[other.number] for other in found.all() if other is not one),
            )
            for one in found.all()
        ]

    def _judge(self, signals: dict[str, float], *, is_read: bool) -> tuple[float, Verdict]:
        """Return the probability that the sources answer, 0..1, and the verdict."""
        fits = is_read or self.calibration.of_unread
        calibration = self.calibration if fits else packaged_calibration(self.encoder.model_id, read=False)
        confidence = round(calibration.probability(signals), 4) if signals else 0.0
        return confidence, calibration.verdict(confidence)

    def _remember(self, shown: Sequence[PassageGroup], groups: Sequence[Sequence[Hit]]) -> tuple[str, ...]:
        return self.citations.remember(
            [
                (hit.key, one.passage)
                for found, group in zip(shown, groups, strict=True)
                for one, hit in zip(found.all(), group, strict=True)
            ]
        )


def _with_answers(
    parsed: ParsedQuestion,
    groups: Sequence[Sequence[Hit]],
    figures: Sequence[Sequence[Sequence[Figure]]],
    shown: Sequence[PassageGroup],
) -> tuple[Hit, ...]:
    """Return the hits to show, the first of each group, with the answer spans in their marked sentences."""
    return tuple(
        replace(group[0], answer=find_answer(parsed, group[0], found[0], passage.reading))
        for group, found, passage in zip(groups, figures, shown, strict=True)
    )


@dataclass(frozen=True, slots=True)
class IndexKnowledge:
    """What a generation knows, within a scope, of names and words: see `query.expansion.Knowledge`."""

    engine: Engine
    vocabulary: Vocabulary
    encoder: Encoder
    scope: Scope

    @property
    def most_parts(self) -> int:
        return self.engine.head.names.most_parts

    def names_among(self, keys: Iterable[str]) -> AbstractSet[str]:
        return self.engine.head.names.among(keys)

    def meanings(self, key: str) -> Sequence[Meaning]:
        return self.engine.head.names.meanings(key, self.scope)

    def unknown(self, terms: Iterable[str]) -> frozenset[str]:
        return self.vocabulary.unknown(list(dict.fromkeys(terms)), self.scope)

    def near(self, word: str, term: str, language: str) -> Sequence[tuple[str, str]]:
        return self.vocabulary.near(word, term, self.scope, language)

    def is_word(self, word: str, language: str) -> bool:
        """Return whether a word is in the list of its language, or, without one, a single piece for the encoder.

        The pieces of a multilingual encoder include the words of all languages: "Afganistan" is a Turkish word.
        """
        if has_words(language):
            return is_listed(word.casefold(), language)
        one, its = self.encoder.count_tokens(["a", word])
        return its <= one
