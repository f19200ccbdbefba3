"""Fit the ranking model to question sets, leave each set out in turn, and measure the value of every feature.

    python -m benchmarks.ranking SET... [--reader] [--out src/askbrief/retrieval/weights/MODEL/scoring.json]

SET is a folder with corpus.jsonl and queries.jsonl, as `askbrief eval` takes it; its index is kept in a temporary
folder. The candidates of every answerable question are ranked by a weighted sum of their signals: of the close look,
or with --reader its score and the reader's outputs (rerank.json). The weights maximise
the likelihood of the right passages under a softmax over the candidates of a question (ListNet, Cao et al. 2007), each
set weighing the same, and then climb, one weight at a time, the sum over the sets of hit@1, MRR and 0.7 hit@5.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.optimize import minimize

from askbrief.core.progress import ProgressBar
from askbrief.evaluation.question_sets import QuestionSet, covered_by, indexed
from askbrief.inference.loading import open_encoder
from askbrief.retrieval.rerank import READ
from askbrief.retrieval.scoring import RANKING, RERANKING, packaged_model
from askbrief.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from askbrief.inference.encoder import Encoder

    Weights = NDArray[np.float64]

CANDIDATES = 30
RIDGE = 0.01
STEPS = (-0.6, -0.3, -0.15, 0.15, 0.3, 0.6)
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Candidates:
    """The candidates of one question: float64 [candidates, features], and bool [candidates]: which are right."""

    signals: NDArray[np.float64]
    right: NDArray[np.bool_]


def collected(
    questions: QuestionSet, encoder: Encoder, names: Sequence[str], count: int, *, read: bool, bar: ProgressBar
) -> Iterator[Candidates]:
    """Return the first `count` candidates of every answerable question of a set, with the named features."""
    with indexed(questions, encoder, load_settings(reader=read), bar) as library:
        answerable = [question for question in questions.questions if question.answerable]
        bar.stage("asking", len(answerable))
        for question in answerable:
            hits = library.ask(question.question, count).hits
            bar.advance()
            if not all(name in hit.signals for hit in hits for name in names):
                continue  # a comparison, which is not re-ranked
            gold = questions.spans(question)
            yield Candidates(
                np.array([[hit.signals[name] for name in names] for hit in hits]).reshape(-1, len(names)),
                np.array([covered_by(hit, gold) for hit in hits], dtype=np.bool_),
            )


def measured(asked: Sequence[Candidates], weights: Weights) -> tuple[float, float, float]:
    """Compute hit@1, hit@5 and the mean reciprocal rank."""
    ranks = []
    for candidates in asked:
        scores = candidates.signals @ weights
        best = scores[candidates.right].max(initial=-np.inf)
        ranks.append(int((scores > best).sum()) + 1 if candidates.right.any() else 0)
    there = np.array(ranks)
    return (
        float((there == 1).mean()),
        float(((there > 0) & (there <= 5)).mean()),  # noqa: PLR2004 - hit@5
        float(np.where(there > 0, 1 / np.maximum(there, 1), 0).mean()),
    )


def fitted(sets: Sequence[Sequence[Candidates]]) -> Weights:
    """Fit the weights to some sets; they add up to 1."""
    useful = [(c, 1 / len(asked)) for asked in sets for c in asked if c.right.any()]
    spread = np.mean([c.signals.std(axis=0) for c, _ in useful], axis=0) + 1e-6

    def loss(values: Weights) -> tuple[float, Weights]:
        total, gradient = RIDGE * len(sets) * values @ values, 2 * RIDGE * len(sets) * values
        for candidates, share in useful:
            standard = candidates.signals / spread
            logits = standard @ values
            likely = np.exp(logits - logits.max())
            among_right = likely * candidates.right
            total -= share * np.log(among_right.sum() / likely.sum())
            gradient = gradient - share * standard.T @ (among_right / among_right.sum() - likely / likely.sum())
        return float(total), gradient

    bounds = [(0, None)] * len(spread)
    start = minimize(loss, np.full(len(spread), 0.1), jac=True, method="L-BFGS-B", bounds=bounds).x / spread
    return _climbed(sets, start / start.sum())


def _climbed(sets: Sequence[Sequence[Candidates]], weights: Weights) -> Weights:
    def worth(of: Weights) -> float:
        return sum(one + mrr + 0.7 * five for one, five, mrr in (measured(asked, of) for asked in sets))

    best = worth(weights)
    for _ in range(ROUNDS):
        for place in range(len(weights)):
            for step in STEPS:
                other = weights.copy()
                other[place] = max(0.0, other[place] + step * weights.mean())
                if worth(other) > best + 1e-6:
                    best, weights = worth(other), other
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def main() -> None:
    """Fit, leave sets and features out, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+", type=Path, metavar="SET")
    parser.add_argument("--out", type=Path, help="write the fitted model here")
    parser.add_argument("--reader", action="store_true", help="fit the weights of the reader's outputs")
    options = parser.parse_args()
    model_of, count = (RERANKING, READ) if options.reader else (RANKING, CANDIDATES)
    encoder = open_encoder(load_settings(), building=True)
    packaged_weights = packaged_model(encoder.model_id, model_of).weights
    signals = tuple(packaged_weights)
    sets = {folder.resolve().name: QuestionSet(folder) for folder in options.sets}
    with ProgressBar(Console(stderr=True)) as bar:
        asked = {
            name: list(collected(questions, encoder, signals, count, read=options.reader, bar=bar))
            for name, questions in sets.items()
        }
    table = Table("weights", *(f"{name}\nhit@1 / @5 / MRR" for name in asked), box=None)
    of_all = fitted(list(asked.values()))
    packaged = np.array(list(packaged_weights.values()))
    _row(table, "as packaged", asked, dict.fromkeys(asked, packaged))
    _row(table, "fitted on all", asked, dict.fromkeys(asked, of_all))
    others = {name: fitted([c for other, c in asked.items() if other != name] or [asked[name]]) for name in asked}
    _row(table, "fitted on the others", asked, others)
    for place, name in enumerate(signals):
        without = np.where(np.arange(len(signals)) == place, 0, packaged)
        _row(table, f"as packaged, without {name}", asked, dict.fromkeys(asked, without))
    console = Console()
    console.print(table)
    model = {
        "encoder": encoder.model_id.partition("@")[0],
        "fitted_on": list(asked),
        "weights": {name: round(float(weight), 3) for name, weight in zip(signals, of_all, strict=True)},
    }
    console.print_json(data=model)
    if options.out:
        options.out.write_text(f"{json.dumps(model, indent=2)}\n", encoding="utf-8")


def _row(table: Table, label: str, asked: dict[str, list[Candidates]], weights: dict[str, Weights]) -> None:
    cells = (measured(candidates, weights[name]) for name, candidates in asked.items())
    table.add_row(label, *(f"{one:.3f} / {five:.3f} / {mrr:.3f}" for one, five, mrr in cells))


if __name__ == "__main__":
    main()
