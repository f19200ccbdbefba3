"""Question sets: read strictly, asked completely, measured as worked out by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from askbrief.errors import EvaluationError
from askbrief.evaluation.question_sets import DEPTH, AskedQuestion, Question, QuestionSet, ask_all, measure, write_run
from askbrief.records import Answer, Hit, Metadata, Method, Span, Verdict
from askbrief.settings import Settings
from tests.fakes import HashEncoder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SETS = ["squad2_half_400", "clapnq_dev", "covidqa", "anthropic_docs"]
APPLES = "Apples are picked in September. They keep until spring in a cool cellar."
PEARS = "Pears ripen off the tree. A pear that is soft at the neck is ready to be eaten."


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Indexes of question sets go into the test's own folder."""
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))


def write_set(folder: Path, documents: Sequence[dict[str, Any]], questions: Sequence[dict[str, Any]]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, rows in (("corpus", documents), ("queries", questions)):
        (folder / f"{name}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return folder


@pytest.fixture
def fruit(tmp_path: Path) -> Path:
    """Two documents; two answerable questions, one of them by document only, and one that is not."""
    start = APPLES.index("September")
    return write_set(
        tmp_path / "fruit",
        [{"doc_id": "a", "title": "Apples", "text": APPLES}, {"doc_id": "p", "title": "Pears", "text": PEARS}],
        [
            {"qid": "1", "question": "When are apples picked?", "answerable": True,
             "gold": [{"doc_id": "a", "start": start, "end": start + 9}]},
            {"qid": "2", "question": "Which pear is ready to be eaten?", "answerable": True,
             "gold": [{"doc_id": "p", "start": None, "end": None}]},
            {"qid": "3", "question": "Who invented the telegraph?", "answerable": False, "gold": []},
        ],
    )  # fmt: skip


def test_every_question_is_asked_and_a_run_is_written_line_by_line(fruit: Path, tmp_path: Path) -> None:
    questions = QuestionSet(fruit)
    run = ask_all(questions, HashEncoder(), Settings())
    write_run(run, tmp_path / "run.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    assert [line["qid"] for line in lines] == ["1", "2", "3"]
    assert lines[0].keys() == {"qid", "verdict", "confidence", "seconds", "hits"}
    first = lines[0]["hits"][0]
    assert first.keys() == {"doc_id", "start", "end", "highlight", "score"}
    assert APPLES[slice(*first["highlight"])] == "Apples are picked in September."
    measures = measure(questions, run)
    assert measures.hit_at == {1: 1.0, 3: 1.0, 5: 1.0, 10: 1.0}
    assert measures.marked_sentence == 1.0
    assert measures.auroc == 1.0


def hit(rank: int, doc_id: str, start: int, end: int, highlight: tuple[int, int] = (0, 1)) -> Hit:
    quote = "w " * 10
    return Hit(rank, f"k-{rank}", doc_id, "", Metadata(), "", start, end, quote, Span(*highlight), 1.0, {})


def asked(question: Question, confidence: float, *hits: Hit) -> AskedQuestion:
    return AskedQuestion(question, Answer(question.question, Verdict.WEAK, confidence, "g", hits), 0.01)


def test_measures_are_those_worked_out_by_hand(fruit: Path) -> None:
    questions = QuestionSet(fruit)
    one, two, three = questions.questions
    start = APPLES.index("September")
    run = [
        # found second, in the document found second; the sentence marked in the first hit does not hold it
        asked(one, 0.4, hit(1, "p", 0, 20), hit(2, "a", start - 3, start + 9)),
        asked(two, 0.9, hit(1, "p", 0, 5)),
        asked(three, 0.6),
    ]
    measures = measure(questions, run)
    assert measures.hit_at == {1: 0.5, 3: 1.0, 5: 1.0, 10: 1.0}
    assert measures.mrr_at_10 == pytest.approx((1 / 2 + 1) / 2)
    assert measures.ndcg_at_10_by_document == pytest.approx((1 / 1.5849625 + 1) / 2)
    assert measures.marked_sentence == 0.0
    assert measures.auroc == 0.5  # 0.9 is above 0.6, 0.4 is below
    assert measures.words_per_passage == 10
    assert measures.median_ms == pytest.approx(10)


@pytest.mark.parametrize(("words", "share"), [("September", 1.0), ("in Sept", 1.0), ("Apples", 0.0), (None, None)])
def test_an_answer_counts_where_it_is_shown_and_when_it_overlaps_the_gold(
    fruit: Path, words: str | None, share: float | None
) -> None:
    questions = QuestionSet(fruit)
    found = hit(1, "a", 0, len(APPLES), (0, len(APPLES)))
    if words:
        start = APPLES.index(words)
        found = replace(found, answer=Span(start, start + len(words)))
    assert measure(questions, [asked(questions.questions[0], 0.5, found)]).answer_overlap == share


def test_a_passage_that_covers_half_of_the_answer_is_no_hit(fruit: Path) -> None:
    questions = QuestionSet(fruit)
    start = APPLES.index("September")
    half = [asked(questions.questions[0], 0.5, hit(1, "a", 0, start + 5))]
    assert measure(questions, half).hit_at[10] == 0.0


def test_white_space_at_the_ends_of_a_gold_span_asks_for_nothing(tmp_path: Path) -> None:
    end = APPLES.index("They")
    gold = {"doc_id": "a", "start": 0, "end": end}
    row = {"qid": "1", "question": "?", "answerable": True, "gold": [gold]}
    questions = QuestionSet(write_set(tmp_path / "s", [{"doc_id": "a", "title": "", "text": APPLES}], [row]))
    assert questions.spans(questions.questions[0]) == [("a", 0, end - 1)]


@pytest.mark.parametrize("method", list(Method))
def test_every_method_can_be_compared(fruit: Path, method: Method) -> None:
    run = ask_all(QuestionSet(fruit), HashEncoder(), Settings(), method=method)
    assert [asked.answer.hits[0].doc_id for asked in run[:2]] == ["a", "p"]


@pytest.mark.parametrize(
    ("corpus", "said"),
    [
        ('{"doc_id": "a", "title": "", "text": ""}\n{"doc_id": 3}\n', "corpus.jsonl line 2: doc_id"),
        ("not json\n", "corpus.jsonl line 1: the line"),
        ('{"doc_id": "a", "title": "", "text": ""}\n' * 2, "two documents of the same doc_id"),
    ],
)
def test_a_malformed_set_is_refused_with_the_line(tmp_path: Path, corpus: str, said: str) -> None:
    write_set(tmp_path / "s", [], [])
    (tmp_path / "s" / "corpus.jsonl").write_text(corpus)
    with pytest.raises(EvaluationError, match=said):
        QuestionSet(tmp_path / "s")


def test_a_set_in_another_encoding_or_missing_is_refused(tmp_path: Path) -> None:
    write_set(tmp_path / "s", [], [])
    (tmp_path / "s" / "queries.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(EvaluationError, match="is not UTF-8 text"):
        QuestionSet(tmp_path / "s")
    with pytest.raises(EvaluationError, match="a question set is a folder with"):
        QuestionSet(tmp_path / "nowhere")


def test_a_run_that_cannot_be_written_is_one_line(fruit: Path, tmp_path: Path) -> None:
    run = ask_all(QuestionSet(fruit), HashEncoder(), Settings())
    with pytest.raises(EvaluationError, match="cannot be written"):
        write_run(run, tmp_path)


@pytest.mark.parametrize("name", SETS)
def test_every_quote_over_real_sets_is_the_document_at_its_offsets(shared: Path, name: str) -> None:
    questions = QuestionSet(shared / "eval" / name)
    questions.questions = questions.questions[::20]
    run = ask_all(questions, HashEncoder(), Settings())
    hits = [hit for asked in run for hit in asked.answer.hits]
    assert len(hits) > DEPTH
    for one in hits:
        text = questions.texts[one.doc_id]
        assert text[one.start : one.end] == one.quote
        assert one.start <= one.highlight.start < one.highlight.end <= one.end
        assert len(one.quote.split()) <= 120
