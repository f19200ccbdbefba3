"""Records as JSON: the shapes behind every `--json`, stable for programs that read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.evaluation.calibration import CalibrationReport
    from askbrief.evaluation.feedback import ExportReport, Gap
    from askbrief.evaluation.question_sets import Measures
    from askbrief.ingest.sources import CheckReport
    from askbrief.records import (
        Answer,
        BuildReport,
        Changes,
        Citation,
        Definition,
        Figure,
        FigureGroup,
        Hit,
        IndexStatus,
        Problem,
        Source,
        Surroundings,
    )


def answer(answer: Answer) -> dict[str, Any]:
    """An answer; the offsets of its hits count characters of the document's text."""
    return {
        "question": answer.question,
        "verdict": answer.verdict,
        "confidence": answer.confidence,
        "signals": dict(answer.signals),
        "generation": answer.generation,
        "searched_also": list(answer.searched_also),
        "hits": [_hit(hit) for hit in answer.hits],
        "figures": [_figures(group) for group in answer.figures],
    }


def _figures(group: FigureGroup) -> dict[str, Any]:
    return {
        "low": group.low,
        "high": group.high,
        "unit": group.unit,
        "differs": group.differs,
        "figures": [_figure(figure) for figure in group.figures],
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "text": figure.text,
        "low": figure.low,
        "high": figure.high,
        "unit": figure.unit,
        "approximate": figure.approximate,
        "key": figure.key,
        "doc_id": figure.doc_id,
        "title": figure.title,
        "date": figure.date,
        "as_of": figure.as_of,
        "sentence": [figure.sentence.start, figure.sentence.end],
        "start": figure.start,
        "end": figure.end,
    }


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "rank": hit.rank,
        "key": hit.key,
        "doc_id": hit.doc_id,
        "title": hit.title,
        "metadata": hit.metadata.as_mapping(),
        "locator": hit.locator,
        "start": hit.start,
        "end": hit.end,
        "quote": hit.quote,
        "highlight": [hit.highlight.start, hit.highlight.end],
        "answer": _answer_span(hit),
        "score": hit.score,
        "signals": dict(hit.signals),
        "also": list(hit.also),
    }


def _answer_span(hit: Hit) -> dict[str, Any] | None:
    if hit.answer is None:
        return None
    return {"start": hit.answer.start, "end": hit.answer.end, "text": hit.words(hit.answer)}


def definitions(name: str, found: Sequence[Definition], similar: Sequence[str]) -> dict[str, Any]:
    """What a name stands for; where nothing says it, names that may have been meant."""
    return {"name": name, "definitions": [_definition(one) for one in found], "similar": list(similar)}


def _definition(definition: Definition) -> dict[str, Any]:
    hit = definition.hit
    about = ("key", "doc_id", "title", "locator", "start", "end", "quote", "highlight")
    return {
        "name": definition.name,
        "forms": list(definition.forms),
        "documents": definition.documents,
        "passages": definition.passages,
        "from_aliases": definition.from_aliases,
        "passage": {field: value for field, value in _hit(hit).items() if field in about} if hit else None,
    }


def citations(citations: Sequence[Citation], several: bool) -> Any:  # noqa: ANN401, FBT001 - an object or a list
    """A resolved key, or a list of them for what stands at a place."""
    return [citation(one) for one in citations] if several else citation(citations[0])


def citation(citation: Citation) -> dict[str, Any]:
    """A resolved key; `current` is null where the quote is gone."""
    found = citation.current_doc_id is not None
    return {
        "key": citation.key,
        "status": citation.status,
        "doc_id": citation.doc_id,
        "title": citation.title,
        "metadata": citation.metadata.as_mapping(),
        "locator": citation.locator,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "current": {
            "doc_id": citation.current_doc_id,
            "locator": citation.current_locator,
            "start": citation.current_start,
            "end": citation.current_end,
            "text": citation.current_text,
        }
        if found
        else None,
    }


def surroundings(found: Surroundings) -> dict[str, Any]:
    """A resolved key with today's words around it."""
    return {"citation": citation(found.citation), "before": found.before, "after": found.after}


def build_report(report: BuildReport) -> dict[str, Any]:
    """What a build did."""
    return {
        "generation": report.generation,
        "added": list(report.added),
        "changed": list(report.changed),
        "removed": list(report.removed),
        "unchanged": list(report.unchanged),
        "empty": list(report.empty),
        "failed": [_problem(problem) for problem in report.failed],
        "warnings": [_problem(problem) for problem in report.warnings],
        "documents": report.documents,
        "passages": report.passages,
        "encoded": report.encoded,
        "rebuilt_because": report.rebuilt_because,
        "seconds": report.seconds,
    }


def sources(index: IndexStatus, sources: list[Source], problems: list[Problem]) -> dict[str, Any]:
    """What is indexed, and what is not, with the reasons."""
    return {
        "generation": index.generation,
        "built_at": index.built_at.isoformat(),
        "sources": [
            {
                "doc_id": source.doc_id,
                "title": source.title,
                "collection": source.collection,
                "metadata": source.metadata.as_mapping(),
                "passages": source.passages,
                "characters": source.characters,
                "sha256": source.sha256,
            }
            for source in sources
        ],
        "problems": [_problem(problem) for problem in problems],
    }


def status(index: IndexStatus, age_seconds: float, changed: Changes) -> dict[str, Any]:
    """How the index stands to its sources."""
    return {
        "generation": index.generation,
        "built_at": index.built_at.isoformat(),
        "age_seconds": round(age_seconds),
        "model": index.model,
        "dimension": index.dimension,
        "documents": index.documents,
        "passages": index.passages,
        "terms": index.terms,
        "stale": bool(changed),
        "added": list(changed.added),
        "changed": list(changed.changed),
        "removed": list(changed.removed),
    }


def check_report(report: CheckReport) -> dict[str, Any]:
    """What was verified, and what did not hold."""
    return {
        "generation": report.generation,
        "files": report.files,
        "documents": report.documents,
        "passages": report.passages,
        "problems": [_problem(problem) for problem in report.problems],
    }


def measures(name: str, method: str, measures: Measures) -> dict[str, Any]:
    """What a run over a question set came to; shares are 0..1."""
    return {
        "set": name,
        "method": method,
        "questions": measures.questions,
        **{f"hit@{k}": value for k, value in measures.hit_at.items()},
        "mrr@10": measures.mrr_at_10,
        "ndcg@10_by_document": measures.ndcg_at_10_by_document,
        "marked_sentence": measures.marked_sentence,
        "answer_overlap": measures.answer_overlap,
        "auroc": measures.auroc,
        "words_per_passage": measures.words_per_passage,
        "p50_ms": measures.median_ms,
        "p95_ms": measures.p95_ms,
    }


def calibration(report: CalibrationReport) -> dict[str, Any]:
    """A fitted calibration and what it comes to; shares are 0..1."""
    return {
        "calibration": report.calibration.model_dump(),
        "reliability": [
            {"answers": tenth.answers, "confidence": tenth.confidence, "right": tenth.right}
            for tenth in report.reliability
        ],
        "answers": report.answers,
        "strong": report.strong,
        "strong_right": report.strong_right,
        "off_topic": report.off_topic,
    }


def export_report(report: ExportReport) -> dict[str, Any]:
    """What an export of votes came to; `left_out` counts questions by reason."""
    return {
        "folder": str(report.folder),
        "generation": report.generation,
        "documents": report.documents,
        "questions": report.questions,
        "answerable": report.answerable,
        "unanswerable": report.unanswerable,
        "left_out": dict(report.left_out),
    }


def gap(gap: Gap) -> dict[str, Any]:
    """A question that the sources could not answer."""
    return {
        "question": gap.question,
        "count": gap.count,
        "people": gap.people,
        "last_asked": gap.last_asked.isoformat(),
        "why": gap.why,
    }


def _problem(problem: Problem) -> dict[str, str]:
    return {"path": problem.path, "reason": problem.reason}
