"""Question sets: read them, ask all their questions, and measure the answers.

A set is a folder with `corpus.jsonl` ({doc_id, title, text[, url, date]}) and `queries.jsonl` ({qid, question,
answerable, gold[{doc_id, start, end}]}). Offsets count characters of the document's text; a gold without
offsets asks for the document only. A passage is a hit when it covers a gold span whole, but for white space at
the span's ends.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import ir_measures
import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from askbrief.core.progress import Progress, Silent
from askbrief.documents.builder import ParsedFile
from askbrief.documents.metadata import iso_date
from askbrief.documents.text import plain_blocks
from askbrief.errors import EvaluationError, in_words
from askbrief.ingest.build import build_from
from askbrief.ingest.sources import SourceFile
from askbrief.library import Library
from askbrief.records import Answer, Document, Hit, Metadata, Method
from askbrief.storage.embedded.manifest import SourceRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from askbrief.inference.encoder import Encoder
    from askbrief.settings import Settings

DEPTH = 10
Row = TypeVar("Row", bound=BaseModel)


class CorpusDocument(BaseModel):
    """A line of corpus.jsonl."""

    model_config = ConfigDict(frozen=True)

    doc_id: str
    title: str
    text: str
    url: str | None = None
    date: Annotated[str | None, BeforeValidator(iso_date)] = None


class Gold(BaseModel):
    """The place of an answer; without offsets, anywhere in the document."""

    model_config = ConfigDict(frozen=True)

    doc_id: str
    start: int | None = None
    end: int | None = None


class Question(BaseModel):
    """A line of queries.jsonl."""

    model_config = ConfigDict(frozen=True)

    qid: str
    question: str
    answerable: bool
    gold: tuple[Gold, ...] = ()


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question, its answer, and the seconds that it took."""

    question: Question
    answer: Answer
    seconds: float


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures of a run. Shares are 0..1, and None if the set has no questions for the measure."""

    questions: int
    hit_at: Mapping[int, float]
    mrr_at_10: float
    ndcg_at_10_by_document: float
    marked_sentence: float | None
    answer_overlap: float | None
    auroc: float | None
    words_per_passage: float
    median_ms: float
    p95_ms: float


class QuestionSet:
    """A folder with a corpus and questions on it."""

    def __init__(self, folder: Path) -> None:
        """Read both files; EvaluationError, with the line, if one is missing or malformed."""
        self.folder = folder
        self.corpus = sorted(_lines(folder / "corpus.jsonl", CorpusDocument), key=lambda document: document.doc_id)
        self.questions = list(_lines(folder / "queries.jsonl", Question))
        self.texts = {document.doc_id: document.text for document in self.corpus}
        if len(self.texts) < len(self.corpus):
            raise EvaluationError(f"{folder / 'corpus.jsonl'} has two documents of the same doc_id")
        if len({question.qid for question in self.questions}) < len(self.questions):
            raise EvaluationError(f"{folder / 'queries.jsonl'} has two questions of the same qid")
        if not self.corpus or not self.questions:
            raise EvaluationError(f"{folder} has no {'questions' if self.corpus else 'documents'}: put some in")

    def sources(self) -> list[SourceFile]:
        """Return the corpus, each document as a plain text file to be indexed."""
        return [_source(document) for document in self.corpus]

    def spans(self, question: Question) -> list[tuple[str, int | None, int | None]]:
        """Return the gold of a question, without white space at the ends of the spans."""
        return [_trimmed(gold, self.texts) for gold in question.gold]


def ask_all(
    questions: QuestionSet,
    encoder: Encoder,
    settings: Settings,
    *,
    method: Method = Method.HYBRID,
    progress: Progress | None = None,
) -> list[AskedQuestion]:
    """Index the corpus of a set in a temporary folder, cached by content, and ask every question.

    Returns the answers in the order of the questions, ten hits each whatever the verdict.
    """
    progress = progress or Silent()
    asked = []
    with indexed(questions, encoder, settings, progress) as library:
        progress.stage("asking", len(questions.questions))
        for question in questions.questions:
            started = time.perf_counter()
            answer = library.ask(question.question, DEPTH, method=method)
            asked.append(AskedQuestion(question, answer, time.perf_counter() - started))
            progress.advance()
    return asked


def indexed(questions: QuestionSet, encoder: Encoder, settings: Settings, progress: Progress) -> Library:
    """Index the corpus of a set in a temporary folder, cached by content, and open it."""
    index = _cache(questions.folder)
    build_from(questions.sources(), index, encoder, progress=progress)
    return Library.open(index, encoder=encoder, settings=settings)


def measure(questions: QuestionSet, run: Sequence[AskedQuestion]) -> Measures:
    """Measure a run: the rankings of answerable questions, and the confidence of all."""
    answerable = [asked for asked in run if asked.question.answerable]
    gold = {asked.question.qid: questions.spans(asked.question) for asked in answerable}
    by_passage = _ir(
        [ir_measures.Success @ k for k in (1, 3, 5, DEPTH)] + [ir_measures.RR @ DEPTH],
        {a.question.qid: [covered_by(hit, gold[a.question.qid]) for hit in a.answer.hits] for a in answerable},
    )
    milliseconds = np.array([asked.seconds * 1000 for asked in run])
    words = [len(hit.quote.split()) for asked in run for hit in asked.answer.hits]
    return Measures(
        questions=len(run),
        hit_at={k: by_passage[ir_measures.Success @ k] for k in (1, 3, 5, DEPTH)},
        mrr_at_10=by_passage[ir_measures.RR @ DEPTH],
        ndcg_at_10_by_document=_document_ndcg(answerable, gold),
        marked_sentence=_marked_share(answerable, gold),
        answer_overlap=_overlapping_share(answerable, gold),
        auroc=_auroc(run),
        words_per_passage=float(np.mean(words)) if words else 0.0,
        median_ms=float(np.median(milliseconds)),
        p95_ms=float(np.percentile(milliseconds, 95)),
    )


def write_run(run: Sequence[AskedQuestion], path: Path) -> None:
    """Write a JSON line for each question; EvaluationError if the file cannot be written."""
    try:
        with path.open("w", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(_line(asked), ensure_ascii=False)}\n" for asked in run)
    except OSError as error:
        raise EvaluationError(f"{path} cannot be written: {in_words(error)}") from error


def _line(asked: AskedQuestion) -> dict[str, Any]:
    return {
        "qid": asked.question.qid,
        "verdict": asked.answer.verdict,
        "confidence": asked.answer.confidence,
        "seconds": round(asked.seconds, 6),
        "hits": [
            {
                "doc_id": hit.doc_id,
                "start": hit.start,
                "end": hit.end,
                "highlight": [hit.highlight.start, hit.highlight.end],
                "score": hit.score,
            }
            for hit in asked.answer.hits
        ],
    }


# ---------------------------------------------------------------------------------------------- measures

_Spans = list[tuple[str, int | None, int | None]]
_MISSING = "not found"


def covered_by(hit: Hit, gold: _Spans) -> bool:
    """Return whether a hit covers one of the spans, or is in the document of one without offsets."""
    return holds(hit.doc_id, hit.start, hit.end, gold)


def holds(doc_id: str, start: int, end: int, gold: _Spans) -> bool:
    """Return whether a span of a document covers one of the gold spans; see `covered_by`."""
    return any(
        doc_id == where and (first is None or last is None or (start <= first and last <= end))
        for where, first, last in gold
    )


def _ir(measures: list[Any], relevant: Mapping[str, list[bool]]) -> dict[Any, float]:
    """Return measures of rankings of relevance, best first; a ranking without a relevant hit counts as zero."""
    qrels = {
        qid: {_MISSING: 1} | {str(i): 1 for i, is_hit in enumerate(hits) if is_hit} for qid, hits in relevant.items()
    }
    run = {qid: {str(i): float(-i) for i in range(len(hits))} for qid, hits in relevant.items()}
    if not qrels:
        return dict.fromkeys(measures, 0.0)
    values: dict[Any, float] = ir_measures.calc_aggregate(measures, qrels, run)
    return values


def _document_ndcg(answerable: Sequence[AskedQuestion], gold: Mapping[str, _Spans]) -> float:
    if not answerable:
        return 0.0
    qrels = {qid: {doc_id: 1 for doc_id, _, _ in spans} for qid, spans in gold.items()}
    run = {
        asked.question.qid: {hit.doc_id: -float(hit.rank) for hit in reversed(asked.answer.hits)}
        for asked in answerable
    }
    value: float = ir_measures.calc_aggregate([ir_measures.nDCG @ DEPTH], qrels, run)[ir_measures.nDCG @ DEPTH]
    return value


def _marked_share(answerable: Sequence[AskedQuestion], gold: Mapping[str, _Spans]) -> float | None:
    """Return the share of questions for which the marked sentence of the first hit contains a gold span."""
    marked = []
    for asked in answerable:
        spans = [span for span in gold[asked.question.qid] if span[1] is not None]
        if spans:
            first = asked.answer.hits[:1]
            marked.append(any(holds(h.doc_id, h.highlight.start, h.highlight.end, spans) for h in first))
    return float(np.mean(marked)) if marked else None


def _overlapping_share(answerable: Sequence[AskedQuestion], gold: Mapping[str, _Spans]) -> float | None:
    """Return the share of the answers in the first hits that overlap a gold span."""
    shown = [
        (hit.doc_id, hit.answer, gold[asked.question.qid])
        for asked in answerable
        for hit in asked.answer.hits[:1]
        if hit.answer is not None
    ]
    overlapping = [
        any(
            doc_id == where and answer.start < (last or 0) and (first or 0) < answer.end for where, first, last in spans
        )
        for doc_id, answer, spans in shown
        if any(first is not None for _, first, _ in spans)
    ]
    return float(np.mean(overlapping)) if overlapping else None


def _auroc(run: Sequence[AskedQuestion]) -> float | None:
    """Return the area under the ROC curve of the confidence, for answerable questions against the others."""
    from sklearn.metrics import roc_auc_score

    labels = [asked.question.answerable for asked in run]
    if len(set(labels)) < 2:  # noqa: PLR2004 - a curve needs both kinds
        return None
    return float(roc_auc_score(labels, [asked.answer.confidence for asked in run]))


# ----------------------------------------------------------------------------------------------- reading


def _lines(path: Path, row: type[Row]) -> Iterator[Row]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise EvaluationError(f"{path} is not UTF-8 text") from error
    except OSError as error:
        raise EvaluationError(
            f"{path} cannot be read: {in_words(error)} (a question set is a folder with corpus.jsonl and queries.jsonl)"
        ) from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _parsed(line, row, f"{path} line {number}")


def _parsed(line: str, row: type[Row], where: str) -> Row:
    try:
        return row.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "the line"
        raise EvaluationError(f"{where}: {field}: {first['msg'].lower()}") from error


def _source(document: CorpusDocument) -> SourceFile:
    content = hashlib.sha256(document.model_dump_json().encode()).hexdigest()
    return SourceFile(SourceRow(path=document.doc_id, sha256=content), lambda: ParsedFile((_document(document),)))


def _document(document: CorpusDocument) -> Document:
    metadata = Metadata(title=document.title, date=document.date, url=document.url)
    return Document(document.doc_id, document.title, document.text, plain_blocks(document.text), metadata)


def _trimmed(gold: Gold, texts: Mapping[str, str]) -> tuple[str, int | None, int | None]:
    if gold.start is None or gold.end is None:
        return gold.doc_id, None, None
    span = texts.get(gold.doc_id, "")[gold.start : gold.end]
    return gold.doc_id, gold.start + len(span) - len(span.lstrip()), gold.end - len(span) + len(span.rstrip())


def _cache(folder: Path) -> Path:
    """Return a private folder below the system's temporary one, the same for the same corpus."""
    name = hashlib.sha256((folder / "corpus.jsonl").read_bytes()).hexdigest()[:16]
    path = Path(tempfile.gettempdir()) / f"askbrief-eval-{os.getuid()}" / name
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
