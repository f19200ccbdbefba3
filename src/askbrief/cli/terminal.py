"""Records rendered for a terminal: readable at 80 columns and without colour, and safe whatever a document holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from askbrief.citations.styles import credits_of
from askbrief.core.text import isolated, isolates, pattern, without_unsafe
from askbrief.records import CitationStatus, Problem, Span, Verdict
from askbrief.service.scoping import ago

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from rich.console import RenderableType

    from askbrief.evaluation.calibration import CalibrationReport
    from askbrief.evaluation.feedback import ExportReport, Gap
    from askbrief.evaluation.question_sets import Measures
    from askbrief.ingest.sources import CheckReport
    from askbrief.records import (
        Answer,
        BuildReport,
        Changes,
        Checklist,
        Citation,
        Definition,
        FigureGroup,
        Hit,
        IndexStatus,
        SourceList,
        StatusReport,
    )

_VERDICTS = {
    Verdict.STRONG: ("Strong match", "bold green"),
    Verdict.WEAK: ("Weak match", "bold yellow"),
    Verdict.NONE: ("The sources don't say", "bold red"),
}
_STATUSES = {
    CitationStatus.INTACT: ("intact: the same words stand at the same place", "green"),
    CitationStatus.MOVED: ("moved: the same words stand elsewhere now", "yellow"),
    CitationStatus.CHANGED: ("changed: other words stand in its place now", "yellow"),
    CitationStatus.GONE: ("gone: nothing like it is in the sources any more", "red"),
}
_MARK_OPEN, _MARK_CLOSE = "»", "«"
_ARROW = "→"
_SHORT = "bold underline"
_SPACE = pattern(r"\s+")
_NAMES_SHOWN = 20
_DATE_WIDTH = len("2022-07-05")


def line(text: str) -> str:
    """Return text on one line, without unsafe characters, and isolated if it is read from right to left."""
    return isolated(" ".join(without_unsafe(text).split()))


def answer(answer: Answer, *, why: bool, nearest: bool) -> RenderableType:
    """Render the verdict, then the passages with the answering sentence marked; no passages if none answers."""
    words, style = _VERDICTS[answer.verdict]
    head = Text.assemble((words, style), f"  ({answer.confidence:.0%} sure that the sources answer this)")
    parts: list[RenderableType] = [head]
    if answer.searched_also:
        parts.append(Text(f"Searched also for {', '.join(map(line, answer.searched_also))}", style="dim"))
    if answer.verdict is Verdict.NONE and not nearest:
        hint = "The nearest passages, which do not seem to answer it, are shown with --nearest." if answer.hits else ""
        return Group(*parts, Text(hint, style="dim"))
    if answer.verdict is not Verdict.NONE:
        parts += [Text(), Padding(_headline(answer), (0, 2))]
    if answer.figures:
        parts += [Text(), Padding(_figures(answer.figures), (0, 2))]
    for hit in answer.hits:
        parts += [Text(), _hit(hit, why=why, answered=not answer.figures)]
    return Group(*parts)


def _headline(answer: Answer) -> RenderableType:
    """Render the short answer and the sentence it is in; figures have their own table instead of a short answer."""
    first = answer.hits[0]
    short = [] if answer.figures or first.answer is None else [Text(line(first.words(first.answer)), style=_SHORT)]
    return Group(*short, _answering(first, _on_one_line))


def _figures(groups: Sequence[FigureGroup]) -> RenderableType:
    """Render each figure as its source has it, agreeing ones below each other, and whether any differ."""
    table = _table(
        Column("figure", overflow="fold", ratio=3),
        Column("dated", overflow="fold", width=_DATE_WIDTH),
        Column("source", overflow="fold", ratio=5),
    )
    for group in groups:
        for figure in group.figures:
            source = Text.assemble(line(figure.title), " ", (f"[{figure.key}]", "cyan"))
            dated = [figure.date or "undated", f"“{line(figure.as_of)}”" if figure.as_of else ""]
            table.add_row(Text(line(figure.words), style="bold"), Text("\n".join(filter(None, dated))), source)
    if not any(group.differs for group in groups):
        return table
    return Group(table, Text("These figures differ; each is as its source has it.", style="yellow"))


def _hit(hit: Hit, *, why: bool, answered: bool) -> RenderableType:
    head = " · ".join(map(line, [hit.title, *credits_of(hit.metadata)]))
    parts: list[RenderableType] = [Text(head, style="bold"), Text(line(hit.locator), style="dim"), _quote(hit)]
    if answered and hit.answer is not None:
        parts.append(Text(f"{_ARROW} {line(hit.words(hit.answer))}", style=_SHORT))
    parts.append(Text(f"[{hit.key}]", style="cyan"))
    if hit.also:
        parts.append(Text(f"says the same: {', '.join(f'[{key}]' for key in hit.also)}", style="dim"))
    if why:
        signals = "  ".join(f"{name} {value:.3f}" for name, value in hit.signals.items())
        parts.append(Text(f"score {hit.score:.3f}  =  {signals}", style="dim"))
    table = Table.grid(Column(width=2, justify="right"), Column(overflow="fold"), padding=(0, 1))
    table.add_row(Text(str(hit.rank), style="bold"), Group(*parts))
    return table


def _quote(hit: Hit) -> Text:
    before = without_unsafe(hit.quote[: hit.highlight.start - hit.start])
    after = without_unsafe(hit.quote[hit.highlight.end - hit.start :])
    marked = Text.assemble(_MARK_OPEN, _answering(hit, without_unsafe), _MARK_CLOSE, style="bold")
    quote = Text.assemble(before, marked, after)
    opening, closing = isolates(quote.plain)
    return Text.assemble(opening, quote, closing)


def _answering(hit: Hit, cleaned: Callable[[str], str]) -> Text:
    """Render the answering sentence, with the answer in it underlined; no mark splits a word."""
    if hit.answer is None:
        return Text(cleaned(hit.answer_sentence), style="bold")
    before, after = Span(hit.highlight.start, hit.answer.start), Span(hit.answer.end, hit.highlight.end)
    answer = (cleaned(hit.words(hit.answer)), "underline")
    return Text.assemble(cleaned(hit.words(before)), answer, cleaned(hit.words(after)), style="bold")


def _on_one_line(text: str) -> str:
    return str(_SPACE.sub(" ", without_unsafe(text)))


def definitions(name: str, meanings: Sequence[Definition], similar: Sequence[str]) -> RenderableType:
    """Render what a name stands for, each meaning with the passage that defines it."""
    if not meanings:
        known = f"Similar names: {', '.join(map(line, similar))}" if similar else "There is no similar name."
        return Group(
            Text(f"The sources don't say what {line(name)} stands for", style="bold"), Text(known, style="dim")
        )
    parts: list[RenderableType] = []
    for one in meanings:
        says = "in the team's aliases" if one.from_aliases else f"in {_count(one.documents, 'document')}"
        also = f", also written {', '.join(map(line, one.forms[1:]))}" if one.forms[1:] and not one.from_aliases else ""
        forms = ", ".join(map(line, one.forms)) if one.from_aliases else line(one.forms[0])
        head = Text.assemble((f"{line(one.name)}: {forms}", "bold"), (f"  ({says}{also})", "dim"))
        if parts:
            parts.append(Text())
        parts.append(head)
        if one.hit:
            parts.append(_hit(one.hit, why=False, answered=False))
    return Group(*parts)


def citations(citations: Sequence[Citation], texts: Sequence[str]) -> RenderableType:
    """Render citations, one below the other."""
    shown = [_citation(citation, text) for citation, text in zip(citations, texts, strict=True)]
    return Group(*(Padding(one, (0 if place == 0 else 1, 0, 0, 0)) for place, one in enumerate(shown)))


def _citation(citation: Citation, text: str) -> RenderableType:
    """Render a citation's status, its text, and what is in its place today if that differs."""
    words, style = _STATUSES[citation.status]
    parts: list[RenderableType] = [Text(words, style=f"bold {style}"), Text(), Text(without_unsafe(text))]
    if citation.status in (CitationStatus.MOVED, CitationStatus.CHANGED):
        where = ", ".join(filter(None, [citation.current_doc_id, citation.current_locator]))
        parts += [Text(), Text(f"today in {line(where)}", style="dim")]
    if citation.status is CitationStatus.CHANGED:
        parts.append(Padding(Text(without_unsafe(citation.current_text or "")), (0, 2)))
    return Group(*parts)


def build_report(report: BuildReport) -> RenderableType:
    """Render what a build did, with the name of each file."""
    size = f"{_count(report.documents, 'document')}, {_count(report.passages, 'passage')}"
    head = (
        f"The index is up to date: {size}" if report.up_to_date else f"Index built: {size}, {report.encoded:,} encoded"
    )
    parts: list[RenderableType] = [
        Text(f"{head}, in {report.seconds:.1f} s", style="bold"),
        Text(f"generation {report.generation}", style="dim"),
    ]
    if report.rebuilt_because:
        parts.append(Text(f"built from scratch: {report.rebuilt_because}", style="yellow"))
    table = Table.grid(padding=(0, 2))
    for name, paths in _changed_lists(report, "empty"):
        table.add_row(Text(name), Text(str(len(paths)), justify="right"), Text(_names(paths), overflow="fold"))
    if report.unchanged and not report.up_to_date:
        table.add_row(Text("unchanged"), Text(str(len(report.unchanged)), justify="right"), Text())
    parts.append(table)
    parts += _problems("failed", report.failed, "red")
    parts += _problems("note", report.warnings, "yellow")
    if report.failed or report.warnings:
        parts.append(
            Text("as a list to go through, also for unchanged files: askbrief sources --problems", style="dim")
        )
    return Group(*parts)


def build_line(report: BuildReport) -> RenderableType:
    """Render what a build did in one line."""
    done = [f"{len(paths):,} {name}" for name, paths in _changed_lists(report, "empty")]
    failed = [f"{len(report.failed):,} failed ({_names([problem.path for problem in report.failed], 3)})"]
    size = f"{_count(report.passages, 'passage')}, {report.encoded:,} encoded, in {report.seconds:.1f} s"
    return Text(f"{report.generation}: {', '.join([*done, *(failed if report.failed else [])]) or 'built'}; {size}")


def _changed_lists(report: BuildReport | Changes | StatusReport, *more: str) -> list[tuple[str, Sequence[str]]]:
    """Return the lists that are not empty, by name."""
    return [(name, paths) for name in ("added", "changed", "removed", *more) if (paths := getattr(report, name))]


def _problems(name: str, problems: Iterable[Problem], style: str) -> list[RenderableType]:
    return [
        Text.assemble((f"{name}: ", style), (line(problem.path), "bold"), f": {line(problem.reason)}")
        for problem in problems
    ]


def _names(paths: Sequence[str], limit: int = _NAMES_SHOWN) -> str:
    shown = ", ".join(map(line, paths[:limit]))
    return shown if len(paths) <= limit else f"{shown} and {len(paths) - limit:,} more"


def staleness(changed: Changes) -> str:
    """Return one line about the files that changed since the build."""
    changes = "; ".join(f"{len(paths)} {name} ({_names(paths, 3)})" for name, paths in _changed_lists(changed))
    return f"the index is stale: {changes}. Run: askbrief build"


def sources(index: IndexStatus, listed: SourceList) -> RenderableType:
    """Render what is indexed, and each file that is not, with the reason."""
    table = _table(
        Column("source", overflow="fold", ratio=2),
        Column("title", overflow="fold", ratio=3),
        Column("date", no_wrap=True),
        Column("passages", justify="right", no_wrap=True),
    )
    for source in listed.sources:
        row = (source.doc_id, source.title, source.metadata.date or "")
        table.add_row(*(Text(line(cell)) for cell in row), Text(f"{source.passages:,}"))
    size = f"{_count(index.documents, 'document')}, {_count(index.passages, 'passage')}"
    foot = f"{size}, indexed {ago(index.built_at)}"
    return Group(table, Text(foot, style="dim"), *_problems("not indexed", listed.problems, "red"))


def checklist(checked: Checklist) -> RenderableType:
    """Render, file by file, what was read, what was not, and where to look."""
    parts: list[RenderableType] = []
    for file in checked.files:
        size = f"{_count(file.documents, 'document')}, {_count(file.passages, 'passage')}"
        parts.append(Text.assemble((line(file.path), "bold"), f": read: {size}" if file.documents else ": not read"))
        for sign, style, problems in (("✗", "red", file.not_read), ("!", "yellow", file.missing)):
            parts += [Text.assemble("  [ ] ", (sign, style), f" {_about(file.path, one)}") for one in problems]
    whole = f"{_count(checked.whole, 'file')} read completely" if checked.whole else "no file read completely"
    return Group(*parts, Text(whole, style="dim"))


def _about(path: str, problem: Problem) -> str:
    """Return a problem, with the name of the file within the file that it is about."""
    within = problem.path.removeprefix(path).lstrip("/")
    return f"{line(within)}: {line(problem.reason)}" if within else line(problem.reason)


def status(report: StatusReport) -> RenderableType:
    """Render generation, model and age, and each file that changed since the build."""
    size = f"{_count(report.documents, 'document')}, {_count(report.passages, 'passage')}"
    table = Table.grid(padding=(0, 2))
    rows = {
        "generation": report.generation,
        "built": f"{ago(report.built_at)} ({report.built_at:%Y-%m-%d %H:%M} UTC)",
        "model": f"{report.model}, {report.dimension} dimensions{'' if report.fitted else '; no weights fitted to it'}",
        "holds": f"{size}, {_count(report.terms or 0, 'term')}",
        "sources": "stale: run askbrief build" if report.stale else "unchanged since",
    }
    for name, value in rows.items():
        table.add_row(Text(name, style="dim"), Text(value))
    for change, paths in _changed_lists(report):
        for path in paths:
            table.add_row(Text(change, style="yellow"), Text(line(path), overflow="fold"))
    return table


def check_report(report: CheckReport) -> RenderableType:
    """Render what was verified, and what failed."""
    verified = (
        f"{_count(report.files, 'file')} match their checksums; "
        f"{_count(report.passages, 'passage')} of {_count(report.documents, 'document')} compared with their sources"
    )
    if not report.problems:
        return Text(f"All is well: {verified}", style="green")
    return Group(Text(verified), *_problems("differs", report.problems, "red"))


def measures(rows: Mapping[tuple[str, str], Measures]) -> RenderableType:
    """Render the measures of several runs side by side, one column for each run."""
    columns = [Column(f"{name}\n{method}", justify="right") for name, method in rows]
    table = _table(Column(""), *columns, header_style="bold")
    runs = list(rows.values())
    table.add_row("questions", *(str(run.questions) for run in runs))
    for k in runs[0].hit_at:
        table.add_row(f"hit@{k}", *(_share(run.hit_at[k]) for run in runs))
    table.add_row("MRR@10", *(_share(run.mrr_at_10) for run in runs))
    table.add_row("nDCG@10, by document", *(_share(run.ndcg_at_10_by_document) for run in runs))
    table.add_row("marked sentence holds gold", *(_share(run.marked_sentence) for run in runs))
    table.add_row("answer shown overlaps gold", *(_share(run.answer_overlap) for run in runs))
    table.add_row("area under ROC", *(_share(run.auroc) for run in runs))
    table.add_row("words per passage", *(f"{run.words_per_passage:.0f}" for run in runs))
    table.add_row("p50 / p95 ms", *(f"{run.median_ms:.0f} / {run.p95_ms:.0f}" for run in runs))
    return table


def calibration(report: CalibrationReport, path: Path) -> RenderableType:
    """Render how often answers of each confidence were right, and where the verdicts begin."""
    table = _table(*(Column(name, justify="right") for name in ("confidence", "right", "answers")))
    for tenth in report.reliability:
        table.add_row(_share(tenth.confidence), _share(tenth.right), f"{tenth.answers:,}")
    fitted = report.calibration
    right = f"{report.strong_right:.1%} with the answer in the first three passages"
    off_topic = f"{report.off_topic:.1%} of the questions to a document about something else get no answer"
    lines = [
        f"strong from {fitted.strong:.3f}: {report.strong:,} of {_count(report.answers, 'answer')}, {right}",
        f"weak from {fitted.weak:.3f}: {off_topic}",
        f"written to {path}; use it with ASKBRIEF_CALIBRATION={path}",
    ]
    return Group(table, *(Text(line(words)) for words in lines))


def export_report(report: ExportReport) -> RenderableType:
    """Render what was written, and how many questions were left out, with the reasons."""
    written = (
        f"{_count(report.questions, 'question')} on {_count(report.documents, 'document')} written to {report.folder}: "
        f"{report.answerable:,} answerable, {report.unanswerable:,} not"
    )
    nothing = "Nothing to export: people have not voted clearly on any question yet. Nothing was written."
    table = Table.grid(padding=(0, 2))
    for why, number in report.left_out.items():
        table.add_row(Text("left out", style="yellow"), Text(f"{number:,}", justify="right"), Text(why))
    return Group(Text(line(written) if report.questions else nothing, style="bold"), table)


def gaps(gaps: Sequence[Gap]) -> RenderableType:
    """Render the questions without an answer, with the reason."""
    if not gaps:
        return Text("No gaps: the sources could answer every question so far.")
    table = _table(
        Column("question", overflow="fold", ratio=1),
        Column("asked", justify="right", no_wrap=True),
        Column("people", justify="right", no_wrap=True),
        Column("last", no_wrap=True),
        Column("why", no_wrap=True),
    )
    for gap in gaps:
        numbers = (f"{gap.count:,}", f"{gap.people:,}", f"{gap.last_asked:%Y-%m-%d}")
        table.add_row(Text(line(gap.question)), *map(Text, numbers), Text(gap.why))
    return table


def _table(*columns: Column, header_style: str = "dim") -> Table:
    return Table(*columns, box=None, pad_edge=False, header_style=header_style)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
