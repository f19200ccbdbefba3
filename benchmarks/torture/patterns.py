"""Long runs of one pattern, as in tables of contents, scans or attacks: no parser and no question may hang.

Each pattern is repeated to a size and to four times that size. Time that grows with the square of the size shows as a
ratio of 16; extrapolated to the largest permitted document, it counts as hung if it exceeds the limit.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from askbrief.errors import AskbriefError
from askbrief.ingest.build import build
from askbrief.library import Library
from askbrief.settings import Settings
from benchmarks.torture.count import Count
from benchmarks.torture.process import run
from tests.fakes import HashEncoder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_LONGEST_QUESTION_SECONDS = 5.0
_GROWTH, _LEAST_SECONDS = 3.0, 0.5
_TIMES = 4
_ROW = " the fighters 7 of Brenk"
PATTERNS = (
    *(
        "1",
        " ",
        "\n",
        "\r\n",
        "\t",
        "(",
        "[",
        "{",
        "<",
        ")",
        "]",
        "()",
        '"',
        "'",
        "-",
        "--- ",
        "---\n",
        ".",
        "a.",
        "A.",
    ),
    *(
        "A ",
        "Aa ",
        "a b ",
        "a",
        "A",
        "1,",
        "1.",
        "1,000,",
        "1-",
        "U.S. ",
        "(A",
        "(AB) ",
        "[x]",
        "[1]:",
        ":1-",
        "#",
        "# a\n",
    ),
    *(
        "> ",
        ">",
        "- ",
        "* ",
        "*",
        "`",
        "*a",
        "_a_",
        "_",
        "![",
        "<a ",
        "|a",
        "|a|b|\n|-|-|\n",
        "a\u0301",
        "\u0301",
        "。",
        "！",
    ),
    *(
        "“",
        "”",
        "\u2028",
        "é",
        "😀",
        "''",
        "'s ",
        "May ",
        "May 1 ",
        "2020-",
        "the ",
        "of the ",
        "and ",
        "al-",
        "Al of the ",
    ),
    *(
        "& ",
        "-\n",
        "Mr. ",
        "e.g. ",
        "%",
        "$1 ",
        "one hundred ",
        "twenty-",
        "million ",
        "between 1 and ",
        "from 2001 to ",
    ),
    *(
        "known as ",
        '"A" ',
        ";",
        ",",
        ", the ",
        "a\n",
        "a\n\n",
        "A\n\n",
        "Aa\n\nbb cc dd.\n\n",
        "A. B. ",
        "?!",
        '!"',
        "! ",
    ),
    *(
        "\\",
        "&#1;",
        "a-",
        "a'",
        "1 000 ",
        "1 ",
        "\u00a0",
        "\u200b",
        "ß",
        "İ",
        "ﬀ",
        "a/",
        "http://",
        "a@",
        "AB (",
        "(Aa Bb",
    ),
    *(
        "Aa Bb (AB) ",
        "a)b(",
        "[^",
        "[a](",
        "[a]: b\n",
        "    a\n",
        "1. a\n",
        "a: b\n",
        "+",
        "=\n",
        "\f",
        "中文",
        "中文。",
    ),
)


class OneWordOneToken(HashEncoder):
    """Count one piece for each word, like a word-piece tokenizer for an unknown word of any length."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [2 + len(text.split()) for text in texts]


def long_runs(root: Path, size: int, patterns: Sequence[str] = PATTERNS) -> Iterator[Count]:
    """Build and ask documents that are long runs, of the given number of characters and of four times as many."""
    count = Count(f"long runs of {size * _TIMES:,} characters")
    for number, pattern in enumerate(patterns):
        count.trials += 1
        little, much = (_seconds(root / f"{number}-{times}", pattern, size * times, count) for times in (1, _TIMES))
        if much is None or little is None:
            continue
        count.opened += 1
        slow = [
            f"{pattern!r}: {name} {a:.2f} s, {b:.2f} s for {_TIMES} times as much"
            for name, (a, b) in {name: (little[name], much[name]) for name in much}.items()
            if (b > _LEAST_SECONDS and b > _GROWTH * _TIMES * a)
            or (name == "question" and b > _LONGEST_QUESTION_SECONDS)
        ]
        count.right += not slow
        count.hung += bool(slow)
        for note in slow:
            count.note(note)
    yield count


def _seconds(root: Path, pattern: str, size: int, count: Count) -> dict[str, float] | None:
    """Return the seconds of the build and of the slowest question, on documents of one run."""

    def measure() -> int:
        text = (pattern * (size // len(pattern) + 1))[:size]
        (root / "seeds").mkdir(parents=True)
        (root / "seeds" / "a.txt").write_text(f"How many fighters of Brenk? {text}{_ROW}", newline="")
        (root / "seeds" / "b.md").write_text(f"{text}{_ROW} since May 2020", newline="")
        began = time.process_time()
        build(root / "seeds", root / "index", encoder=OneWordOneToken())
        print("build", time.process_time() - began)
        print("question", max(_asked(root, pattern)))
        return 0

    ended = run(measure, patience=300)
    if ended.code:
        count.broke(ended, f"{size} characters of {pattern!r}")
        return None
    return {name: float(value) for name, value in (line.split() for line in ended.out.splitlines())}


def _asked(root: Path, pattern: str) -> Iterator[float]:
    questions = ("How many fighters of Brenk?", "When did fighters leave Brenk?", f"fighters {pattern * 2000}"[:1990])
    with Library.open(root / "index", state=root / "state", encoder=OneWordOneToken(), settings=Settings()) as library:
        for question in questions:
            began = time.process_time()
            try:
                for hit in library.ask(question).hits:
                    library.cite(hit.key)
            except AskbriefError:
                pass
            yield time.process_time() - began
