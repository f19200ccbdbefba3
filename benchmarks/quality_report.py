"""Format the results of benchmarks/quality.py: tables, Markdown for docs/quality.md, JSON with everything."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from rich.box import SIMPLE_HEAD
from rich.table import Table

from benchmarks.peers import OURS, PEERS
from benchmarks.quality_figures import RESAMPLES, SEED, Ahead, Figures, ahead, measure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from askbrief.core.progress import Progress
    from askbrief.evaluation.question_sets import Question
    from benchmarks.peers import Peer
    from benchmarks.peers.outcome import Outcome

_CAPTION = (
    "Ahead: askbrief minus the peer, 95% interval. AUROC: of the peer's own score of its first passage. "
    "Lost: passages that do not occur in the documents.\n"
    "* passages of its own splitter; the others have askbrief's, as plain text without titles"
)


@dataclass(frozen=True, slots=True)
class Row:
    """The result of a peer on a set."""

    peer: Peer
    outcome: Outcome
    figures: Figures
    ahead: Mapping[str, Ahead | None]


@dataclass(frozen=True, slots=True)
class SetResults:
    """The results of all peers on a set, in their order."""

    name: str
    qids: Sequence[str]
    answerable: Sequence[bool]
    rows: Sequence[Row]

    @classmethod
    def of(cls, name: str, questions: Sequence[Question], outcomes: Mapping[str, Outcome], progress: Progress) -> Self:
        """Measure every outcome, and compare askbrief's with it if there is one."""
        answerable = [question.answerable for question in questions]
        ours = outcomes.get(OURS.name)
        rows = []
        progress.stage("comparing", len(outcomes))
        for peer in PEERS:
            if peer.name in outcomes:
                theirs = outcomes[peer.name]
                compared = ahead(ours, theirs, answerable) if ours and peer is not OURS else {}
                rows.append(Row(peer, theirs, measure(theirs, answerable), compared))
                progress.advance()
        return cls(name, [question.qid for question in questions], answerable, rows)


def shown_as_table(results: SetResults) -> Table:
    """Format one line for each peer, in 80 columns."""
    title = f"{results.name}: {_kinds(results)}"
    table = Table(title=title, caption=_CAPTION, box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.caption_justify = "left"
    table.add_column("peer", no_wrap=True)
    for name in ("hit@1", "hit@5", "MRR@10", "AUROC", "words", "lost", "ahead hit@1", "ahead MRR"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in results.rows:
        mark = "*" if row.peer.splits and row.peer is not OURS else ""
        intervals = [_interval(row.ahead.get(measure)) for measure in ("hit_at_1", "mrr_at_10")]
        table.add_row(f"{row.peer.name}{mark}", *_cells(row), *intervals)
    return table


def shown_as_markdown(everything: Sequence[SetResults]) -> str:
    """Format the tables of docs/quality.md: the figures, and the set-up of each peer."""
    columns = ["set", "peer", "hit@1", "hit@5", "MRR@10", "area under ROC", "words", "lost"]
    columns += [f"ahead by {measure}" for measure in ("hit@1", "MRR@10", "area under ROC")]
    lines = [_markdown_row(columns), "|---|---|" + "---:|" * (len(columns) - 2)]
    for results in everything:
        first = f"**{results.name}** ({_kinds(results)})"
        for row in results.rows:
            compared = [_difference(row.ahead.get(measure)) for measure in ("hit_at_1", "mrr_at_10", "auroc")]
            lines.append(_markdown_row([first, row.peer.name, *_cells(row), *compared]))
            first = ""
    lines += ["", "| peer | versions | passages | set up as |", "|---|---|---|---|"]
    for peer in PEERS:
        if any(row.peer is peer for results in everything for row in results.rows):
            lines.append(
                _markdown_row([peer.name, _versions(peer), "its own" if peer.splits else "askbrief's", peer.setup])
            )
    return "\n".join(lines)


def as_json(everything: Sequence[SetResults], left_out: Mapping[str, str]) -> dict[str, Any]:
    """Return all figures, and rank and score of every question, from which everything else can be computed."""
    return {
        "bootstrap": {"resamples": RESAMPLES, "seed": SEED, "interval": 0.95, "difference": "askbrief minus peer"},
        "left_out": dict(left_out),
        "peers": {p.name: {"versions": p.versions(), "own_splitter": p.splits, "setup": p.setup} for p in PEERS},
        "sets": [
            {
                "name": results.name,
                "qids": list(results.qids),
                "answerable": list(results.answerable),
                "peers": {row.peer.name: _row_as_json(row) for row in results.rows},
            }
            for results in everything
        ],
    }


def _row_as_json(row: Row) -> dict[str, Any]:
    compared = {name: asdict(one) if one else None for name, one in row.ahead.items()}
    return {"figures": asdict(row.figures), "ahead": compared, **row.outcome.model_dump()}


def _kinds(results: SetResults) -> str:
    unanswerable = len(results.answerable) - sum(results.answerable)
    return f"{len(results.qids):,} questions" + (f", {unanswerable:,} unanswerable" if unanswerable else "")


def _cells(row: Row) -> list[str]:
    figures = row.figures
    shares = (figures.hit_at_1, figures.hit_at_5, figures.mrr_at_10, figures.auroc)
    return [*map(_share, shares), f"{row.outcome.words:.0f}", str(row.outcome.lost)]


def _share(value: float | None) -> str:
    """Format a share with three decimals and no zero before the point.

    >>> _share(0.8764), _share(1), _share(None)
    ('.876', '1.000', '-')
    """
    return "-" if value is None else f"{value:.3f}".removeprefix("0")


def _signed(value: float) -> str:
    return f"{round(value, 3) + 0.0:+.3f}".replace("0.", ".", 1)  # + 0.0 turns negative zero into zero


def _interval(one: Ahead | None) -> str:
    return "-" if one is None else f"{_signed(one.low)} {_signed(one.high)}"


def _difference(one: Ahead | None) -> str:
    return "-" if one is None else f"{_signed(one.difference)} ({_signed(one.low)} to {_signed(one.high)})"


def _versions(peer: Peer) -> str:
    return ", ".join(f"{package} {version}" for package, version in peer.versions().items())


def _markdown_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
