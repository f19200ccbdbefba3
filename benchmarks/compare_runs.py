"""Compare the answers of two versions of askbrief, question by question.

    .venv/bin/python -m benchmarks.compare_runs before after

`before` and `after` are two files of answers, or two folders that hold files of the same names. A file has one JSON
object per line: what `askbrief eval SET --out FILE.jsonl` writes, or any other records with a `qid` or a `question`.
Two records are equal if all their fields are, except `seconds`.

For each file the program prints how many questions it holds, how many differ and in which fields, and the first
differences. The exit code is 0 if all is equal, 1 if anything differs, 2 if there is nothing to compare.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_IGNORED = frozenset({"seconds"})
_ABSENT = "(absent)"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field whose value is not the same in both runs, such as `hits[2].score`."""

    question: str
    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class SetComparison:
    """All differences between two files of answers to the same questions."""

    name: str
    questions: int
    differences: Sequence[Difference]

    def __str__(self) -> str:
        if not self.differences:
            return f"{self.name}: {self.questions:,} questions, all equal"
        differing = {difference.question for difference in self.differences}
        questions_by_field = Counter(
            field for _, field in {(one.question, re.sub(r"\[\d+\]", "[]", one.field)) for one in self.differences}
        )
        fields = ", ".join(f"{field} in {count:,}" for field, count in sorted(questions_by_field.items()))
        return f"{self.name}: {self.questions:,} questions, {len(differing):,} differ: {fields}"


def compare_sets(
    name: str, before: Mapping[str, Any], after: Mapping[str, Any], *, tolerance: float = 0.0
) -> SetComparison:
    """Compare two runs of one question set.

    A question that only one run holds is one difference.

    Args:
        name: What to call the set.
        before: The records of the first run, by question.
        after: The records of the second run, by question.
        tolerance: By how much two numbers with a fraction may differ and still count as equal.
    """
    questions = list(dict.fromkeys([*before, *after]))
    differences = []
    for question in questions:
        if question in before and question in after:
            fields = _differences("", before[question], after[question], tolerance)
            differences += [Difference(question, *field) for field in fields]
        else:
            presence = ["present" if question in run else _ABSENT for run in (before, after)]
            differences.append(Difference(question, "the question", *presence))
    return SetComparison(name, len(questions), differences)


def _differences(path: str, before: object, after: object, tolerance: float) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys([*before, *after]):
            if name not in _IGNORED:
                below = f"{path}.{name}" if path else str(name)
                yield from _differences(below, before.get(name, _ABSENT), after.get(name, _ABSENT), tolerance)
    elif isinstance(before, list) and isinstance(after, list):
        for position in range(max(len(before), len(after))):
            old, new = (values[position] if position < len(values) else _ABSENT for values in (before, after))
            yield from _differences(f"{path}[{position}]", old, new, tolerance)
    elif not _equal(before, after, tolerance):
        yield path, before, after


def _equal(before: object, after: object, tolerance: float) -> bool:
    if isinstance(before, float) and isinstance(after, float):
        return math.isclose(before, after, rel_tol=0.0, abs_tol=tolerance)
    return type(before) is type(after) and before == after


def load_records(path: Path) -> dict[str, Any]:
    """Load a file of answers.

    Returns:
        The records by question: by `qid`, or else by `case`, `question` and `previous`. A question that is asked more
        than once in a file gets a number.

    Raises:
        ValueError: A line is not a JSON object, or names no question.
    """
    records: dict[str, Any] = {}
    counts: Counter[str] = Counter()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            record = json.loads(line)
            names = [record["qid"]] if "qid" in record else [record.get("case"), record["question"]]
        except (ValueError, TypeError, KeyError) as error:
            message = f"{path}, line {number}: not a JSON object with a qid or a question"
            raise ValueError(message) from error
        names.append(record.get("previous"))
        question = " / ".join(str(name) for name in names if name)
        counts[question] += 1
        records[question if counts[question] == 1 else f"{question} #{counts[question]}"] = record
    return records


def paired_files(before: Path, after: Path) -> list[tuple[str, Path | None, Path | None]]:
    """Return the files to compare, as (name, before, after); None where one folder lacks the file."""
    if not (before.is_dir() and after.is_dir()):
        return [(after.stem, before, after)]
    files = [{path.name: path for path in folder.glob("*.jsonl")} for folder in (before, after)]
    names = sorted({*files[0], *files[1]})
    return [(name.removesuffix(".jsonl"), files[0].get(name), files[1].get(name)) for name in names]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the comparison and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--show", type=int, default=5, metavar="N", help="differences to print for each file (5)")
    parser.add_argument(
        "--tolerance", type=float, default=0.0, metavar="T", help="numbers that differ by at most this are equal (0)"
    )
    options = parser.parse_args(arguments)
    if missing := [str(path) for path in (options.before, options.after) if not path.exists()]:
        parser.error(f"no such file or folder: {', '.join(missing)}")
    if not (pairs := paired_files(options.before, options.after)):
        parser.error("neither folder holds .jsonl files")
    differing = 0
    for name, before, after in pairs:
        if before is None or after is None:
            print(f"{name}: only in {options.after if before is None else options.before}")
            differing += 1
            continue
        compared = compare_sets(name, load_records(before), load_records(after), tolerance=options.tolerance)
        print(compared)
        for one in compared.differences[: options.show]:
            print(f"  {one.question}: {one.field} {json.dumps(one.before)} -> {json.dumps(one.after)}")
        differing += bool(compared.differences)
    print(f"files: {len(pairs):,}, with differences: {differing:,}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
