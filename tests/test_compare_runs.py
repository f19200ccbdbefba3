"""`benchmarks/compare_runs.py` finds every difference between two runs, except the seconds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.compare_runs import main

if TYPE_CHECKING:
    from pathlib import Path


def record(qid: str, *, verdict: str = "weak", score: float = 0.5, seconds: float = 0.1) -> dict[str, Any]:
    hit = {"doc_id": "a.txt", "start": 0, "end": 9, "highlight": [0, 4], "score": score}
    return {"qid": qid, "verdict": verdict, "confidence": 0.4, "seconds": seconds, "hits": [hit, hit]}


@pytest.fixture
def compare(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def write_and_compare(before: list[Any], after: list[Any], *options: str) -> tuple[int, str]:
        for folder, records in (("before", before), ("after", after)):
            (tmp_path / folder).mkdir(exist_ok=True)
            text = "".join(f"{json.dumps(one)}\n" for one in records)
            (tmp_path / folder / "set.jsonl").write_text(text, encoding="utf-8")
        code = main([str(tmp_path / "before"), str(tmp_path / "after"), *options])
        return code, capsys.readouterr().out

    return write_and_compare


def test_runs_that_differ_only_in_seconds_are_equal(compare: Any) -> None:
    code, output = compare([record("1"), record("2")], [record("1", seconds=9.0), record("2")])

    assert code == 0
    assert "set: 2 questions, all equal" in output


def test_each_difference_is_named_with_its_question_and_field(compare: Any) -> None:
    code, output = compare([record("1"), record("2")], [record("1", verdict="none"), record("2", score=0.6)])

    assert code == 1
    assert "set: 2 questions, 2 differ: hits[].score in 1, verdict in 1" in output
    assert '1: verdict "weak" -> "none"' in output
    assert "2: hits[1].score 0.5 -> 0.6" in output


def test_a_missing_question_and_a_missing_hit_are_differences(compare: Any) -> None:
    shorter = record("1")
    shorter["hits"] = shorter["hits"][:1]
    code, output = compare([record("1"), record("2")], [shorter])

    assert code == 1
    assert "2 differ: hits[] in 1, the question in 1" in output


def test_scores_may_differ_by_the_tolerance(compare: Any) -> None:
    before, after = [record("1", score=0.5)], [record("1", score=0.500001)]

    assert compare(before, after)[0] == 1
    assert compare(before, after, "--tolerance", "2e-6")[0] == 0


def test_records_without_qid_are_matched_by_case_and_question(compare: Any) -> None:
    one = {"case": "reports", "question": "how many?", "got": "700"}
    other = {"case": "reports", "question": "how many?", "previous": "in 2020", "got": "800"}

    assert compare([one, other], [other, one])[0] == 0
    assert compare([one, other], [one, other | {"got": "900"}])[0] == 1


def test_a_file_that_one_folder_lacks_is_a_difference(compare: Any, tmp_path: Path) -> None:
    compare([record("1")], [record("1")])
    (tmp_path / "before" / "extra.jsonl").write_text(json.dumps(record("1")), encoding="utf-8")

    assert main([str(tmp_path / "before"), str(tmp_path / "after")]) == 1


def test_nothing_to_compare_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([str(tmp_path / "before"), str(tmp_path / "after")])
    assert stopped.value.code == 2
