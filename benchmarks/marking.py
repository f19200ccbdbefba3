"""Fit the weights of the marked sentence to question sets, and leave each set out in turn.

    python -m benchmarks.marking SET... [--out src/askbrief/answering/weights/MODEL/sentence.json]

SET is a folder with corpus.jsonl and queries.jsonl, as `askbrief eval` takes it. The sentences of the first passage of
every answerable question are compared, where one of them holds the gold. The weights climb, one at a time, the mean
share of questions whose best sentence holds it, with the reader and without, each set weighing the same; the mean
probability of such a sentence, under a softmax, decides between equals. The weights of the types of candidates keep
their proportions. With ASKBRIEF_READER=off, the weight of the reader stays as it is, which takes much less time.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np
from rich.console import Console
from rich.table import Table

from askbrief.answering import pipeline
from askbrief.answering.sentence import SentenceFeatures, best_sentence, packaged_sentence_model
from askbrief.core.progress import ProgressBar
from askbrief.evaluation.question_sets import QuestionSet, holds, indexed
from askbrief.inference.loading import open_encoder
from askbrief.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from askbrief.answering.sentence import SentenceModel
    from askbrief.inference.encoder import Encoder
    from askbrief.inference.reader import ReaderOutput
    from askbrief.query.parsed_question import ParsedQuestion
    from askbrief.records import Passage, Span
    from askbrief.retrieval.scoring import SentenceEvidence
    from askbrief.settings import Settings

STEPS = (-0.2, -0.1, -0.05, 0.05, 0.1, 0.2)
ROUNDS = 4
SHARPNESS = 10.0
"""Factor of the scores in the softmax."""
TIE = 0.1
"""Weight of the probability against the share."""


@dataclass(frozen=True, slots=True)
class Marked:
    """The sentences of one first passage, and which of them hold the gold: bool [sentences]."""

    features: SentenceFeatures
    right: NDArray[np.bool_]


def collected(questions: QuestionSet, encoder: Encoder, settings: Settings, bar: ProgressBar) -> Iterator[Marked]:
    """Return the sentences of the first passage of every answerable question that has one with the gold."""
    seen: list[tuple[Passage, SentenceFeatures]] = []

    def recording(
        parsed: ParsedQuestion,
        passage: Passage,
        evidence: SentenceEvidence,
        output: ReaderOutput | None = None,
        model: SentenceModel | None = None,
    ) -> Span:
        seen.append((passage, SentenceFeatures.of(parsed, passage, evidence, output)))
        return best_sentence(parsed, passage, evidence, output, model)

    with (
        indexed(questions, encoder, settings, bar) as library,
        patch.object(pipeline, "best_sentence", recording),
    ):
        answerable = [question for question in questions.questions if question.answerable]
        bar.stage("asking", len(answerable))
        for question in answerable:
            seen.clear()
            library.ask(question.question, 1)
            gold = [span for span in questions.spans(question) if span[1] is not None]
            for passage, features in seen[:1]:
                right = [holds(passage.doc_id, one.start, one.end, gold) for one in passage.sentences]
                if any(right):
                    yield Marked(features, np.array(right))
            bar.advance()


def measured(marked: Sequence[Marked], model: SentenceModel, *, read: bool) -> tuple[float, float]:
    """Compute the share of questions whose best sentence holds the gold, and the mean probability of one that does."""
    shares, likely = [], []
    for one in marked:
        features = one.features if read else replace(one.features, likelihoods=None)
        scores = features.scores(model)
        odds = np.exp(SHARPNESS * (scores - scores.max()))
        shares.append(bool(one.right[int(np.argmax(scores))]))
        likely.append(float(odds[one.right].sum() / odds.sum()))
    return float(np.mean(shares)), float(np.mean(likely))


def fitted(sets: Sequence[Sequence[Marked]], model: SentenceModel, ways: Sequence[bool]) -> SentenceModel:
    """Fit the weights to some sets, starting from a model; `ways` says whether the reader's outputs are used."""

    def worth(of: SentenceModel) -> float:
        found = [measured(marked, of, read=read) for marked in sets for read in ways]
        return float(np.mean([share + TIE * likely for share, likely in found]))

    best = worth(model)
    for _ in range(ROUNDS):
        before = best
        for name in ("cosine", "candidate", "neighbours", "previous", *(["reader"] if any(ways) else [])):
            for step in STEPS:
                other = _changed(model, name, step)
                value = worth(other)
                if value > best + 1e-6:
                    best, model = value, other
        if best == before:
            break
    return model


def _changed(model: SentenceModel, name: str, step: float) -> SentenceModel:
    if name == "candidate":
        factor = max(0.0, 1 + 2 * step)
        return model.model_copy(update={name: {kind: round(factor * w, 3) for kind, w in model.candidate.items()}})
    most = 1.0 if name == "cosine" else 2.0
    return model.model_copy(update={name: round(min(most, max(0.0, getattr(model, name) + step)), 3)})


def main() -> None:
    """Fit, leave sets out, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", type=Path, metavar="SET")
    parser.add_argument("--out", type=Path, help="write the fitted weights here")
    options = parser.parse_args()
    settings = load_settings()
    encoder, ways = open_encoder(settings, building=True), [True, False] if settings.reader else [False]
    sets = {folder.resolve().name: QuestionSet(folder) for folder in options.sets}
    with ProgressBar(Console(stderr=True)) as bar:
        found = {name: list(collected(questions, encoder, settings, bar)) for name, questions in sets.items()}
    found = {name: marked for name, marked in found.items() if marked}
    packaged = packaged_sentence_model(encoder.model_id)
    of_all = fitted(list(found.values()), packaged, ways)
    others = {
        name: fitted([m for other, m in found.items() if other != name] or [marked], packaged, ways)
        for name, marked in found.items()
    }
    table = Table("weights: share read / unread" if any(ways) else "weights: share unread", *found, box=None)
    for label, models in {
        "as packaged": dict.fromkeys(found, packaged),
        "fitted on all": dict.fromkeys(found, of_all),
        "fitted on the others": others,
    }.items():
        cells = [[measured(found[name], models[name], read=read)[0] for read in ways] for name in found]
        table.add_row(label, *(" / ".join(f"{share:.3f}" for share in cell) for cell in cells))
    console = Console()
    console.print(table)
    console.print_json(of_all.model_dump_json())
    if options.out:
        options.out.write_text(f"{of_all.model_dump_json(indent=2)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
