"""Compare nupunkt and pysbd as sentence splitters with exact character offsets.

Run: python benchmarks/sentences.py EVAL_DIR [--seed-file FILE]

EVAL_DIR holds one folder per question set, each with corpus.jsonl and queries.jsonl. Every text is
split paragraph by paragraph (a paragraph is a non-empty line). Columns of the main table:

whole      gold spans (stripped) inside one paragraph with no sentence boundary strictly inside;
           spans of under 25 words only, except on clapnq, whose gold spans are whole sentences
edges      (clapnq) gold spans whose start and end are both predicted sentence boundaries
exact      paragraphs in which the sentences cover every non-space character exactly once
<4w, >60w  sentences of under 4 and of over 60 words: symptoms of too many and too few boundaries
par/s      paragraphs split per second;  bad: exceptions + paragraphs over the time cap

Both splitters see the same documents: all of them, or a seeded sample of --max-chars characters
per set. A paragraph that fails or runs past --cap seconds counts as one sentence (POSIX timer).
"""

import argparse
import json
import random
import re
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import nupunkt
import pysbd
from rich.console import Console
from rich.markup import escape
from rich.table import Table

Span = tuple[int, int]
Splitter = Callable[[str], list[Span]]
Texts = list[tuple[str, list[Span]]]  # texts with their gold spans

SHORT_WORDS, FEW_WORDS, MANY_WORDS = 25, 4, 60
SENTENCE_SETS = ("clapnq",)  # gold spans are whole sentences
HARD_CASES = (  # "¦" marks the expected boundaries
    "A July 5 report by the U.S. Department said so.¦ Then Mr. Smith left.",
    "U.S. drone strikes had killed leaders.",
    "He moved to the U.S.¦ He liked it there.",
    "He paid $36,350 (7.5 million rupees).¦ It grew 4.2 percent vs. 2020.",
    'He said "it is over."¦ Then he left.¦ “We agree.”¦ They left.',
    '"Is it?" he asked.¦ "Stop!" she said.',
    "al-Qaida et al. reported it (Fig. 2).¦ We agree.",
    "As Smith et al. Report 7 says, see Figs. 2 and 3 (ref. 12).",
    "No. 5 is here.",
    "Approx. 3,000 men, i.e. two units, came at 5 p.m.¦ They left.",
    "It works, e.g. Python or cf. Smith.¦ St. Louis and Gen. Lee vs. Grant.",
    "- First item.¦ It has two sentences.",
    "1. Open the file.¦ 2. Save it.",
    "no final punctuation here",
    "It works 🎉.¦ Try it 😀!¦ Done 👍 Next one.",
    "A\u00a0first one.¦\u00a0A second one, at 5\u00a0p.m. today.",
    "E. coli and S. aureus grew.¦ pH fell.¦ mRNA rose.",
    "It ended in 2020.[3]¦ Then it began again.",
    "Call os.path.join(a) in v2.5.1 at docs.x.com.¦ iPhone works.",
    "Wait... what?¦ Yes.¦ (It was so.)¦ He left.",
)


def _on_alarm(_signum: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def tight(text: str, start: int, end: int) -> Span:
    """Return the span without white space at either end."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())


def make_splitters() -> dict[str, Splitter]:
    """Return the splitters to compare; each returns tight (start, end) spans within a paragraph."""
    segmenter = pysbd.Segmenter(language="en", clean=False, char_span=True)

    def with_pysbd(text: str) -> list[Span]:
        return [tight(text, s.start, s.end) for s in segmenter.segment(text)]

    return {
        "nupunkt": nupunkt.sentence_spans,
        "nupunkt adaptive": lambda text: nupunkt.sentence_spans(text, adaptive=True),
        "pysbd": with_pysbd,
    }


def paragraphs(text: str) -> Iterator[Span]:
    """Return the spans of the non-empty lines."""
    for match in re.finditer(r"[^\n]+", text):
        if match[0].strip():
            yield match.span()


def covers_once(text: str, spans: list[Span]) -> bool:
    """Tell whether the pieces text[start:end] cover every non-space character exactly once."""
    seen = [0] * len(text)
    for start, end in spans:
        for i in range(start, end):
            seen[i] += 1
    return all(n == 1 or (n == 0 and c.isspace()) for n, c in zip(seen, text, strict=True))


@dataclass
class Tally:
    """The counts of one splitter on one question set."""

    paragraphs: int = 0
    exact: int = 0
    bad: int = 0
    seconds: float = 0.0
    words: list[int] = field(default_factory=list)
    gold: int = 0
    whole: int = 0
    edges: int = 0

    def split(self, splitter: Splitter, text: str, cap: float) -> list[Span]:
        """Split one paragraph under the time cap and count it."""
        begun = time.perf_counter()
        try:
            signal.setitimer(signal.ITIMER_REAL, cap)
            spans = splitter(text)
        except Exception:  # noqa: BLE001  # any failure of a splitter is counted
            self.bad += 1
            spans = [tight(text, 0, len(text))]
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        self.seconds += time.perf_counter() - begun
        self.paragraphs += 1
        self.exact += covers_once(text, spans)
        self.words += [len(text[start:end].split()) for start, end in spans]
        return spans

    def row(self, *, has_sentences: bool) -> list[str]:
        """Return the cells of the main table."""
        n = max(1, len(self.words))
        return [
            f"{self.whole / self.gold:.1%}" if self.gold else "-",
            f"{self.edges / self.gold:.1%}" if self.gold and has_sentences else "-",
            f"{self.exact / max(1, self.paragraphs):.2%}",
            f"{len(self.words):,}",
            f"{sum(self.words) / n:.1f}",
            f"{sum(w < FEW_WORDS for w in self.words) / n:.1%}",
            f"{sum(w > MANY_WORDS for w in self.words) / n:.1%}",
            f"{self.paragraphs / max(self.seconds, 1e-9):,.0f}",
            str(self.bad),
        ]


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """Yield the rows of a file with JSON lines."""
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line.strip()]


def read_set(folder: Path, max_chars: int, *, whole_sentences: bool) -> Texts:
    """Return the texts of a set (a seeded sample of max_chars) with their distinct stripped gold spans."""
    documents = {d["doc_id"]: d["text"] for d in read_jsonl(folder / "corpus.jsonl")}
    gold: dict[str, set[Span]] = {}
    for query in read_jsonl(folder / "queries.jsonl"):
        for g in query["gold"]:
            if g["start"] is not None:
                text = documents[g["doc_id"]]
                start, end = tight(text, g["start"], g["end"])
                if whole_sentences or len(text[start:end].split()) < SHORT_WORDS:
                    gold.setdefault(g["doc_id"], set()).add((start, end))
    order = sorted(documents)
    random.Random(0).shuffle(order)
    chosen, size = [], 0
    for doc_id in order:
        if size < max_chars:
            chosen.append((documents[doc_id], sorted(gold.get(doc_id, ()))))
            size += len(documents[doc_id])
    return chosen


def measure(texts: Texts, splitter: Splitter, cap: float) -> Tally:
    """Split every paragraph of the texts and compare with the gold spans."""
    tally = Tally()
    for text, gold in texts:
        lines = list(paragraphs(text))
        found: list[Span] = []
        for start, end in lines:
            spans = tally.split(splitter, text[start:end], cap)
            found += [(start + a, start + b) for a, b in spans]
        starts, ends = {a for a, _ in found}, {b for _, b in found}
        for start, end in gold:
            inside = any(a <= start and end <= b for a, b in lines)
            cut = any(i in starts or i in ends for i in range(start + 1, end))
            tally.gold += 1
            tally.whole += inside and not cut
            tally.edges += start in starts and end in ends
    return tally


def main() -> None:
    """Measure every set with every splitter and print the two tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("eval_dir", type=Path)
    parser.add_argument("--seed-file", type=Path, help="a text file, one paragraph per line")
    parser.add_argument("--max-chars", type=int, default=5_000_000, help="characters per set")
    parser.add_argument("--cap", type=float, default=5.0, help="seconds per paragraph")
    args = parser.parse_args()
    signal.signal(signal.SIGALRM, _on_alarm)
    console = Console()
    if not console.is_terminal:
        console = Console(width=140)
    splitters = make_splitters()

    table = Table("set", "gold", "splitter", title="Sentence splitters, paragraph by paragraph")
    for name in ("whole", "edges", "exact", "sents", "words", "<4w", ">60w", "par/s", "bad"):
        table.add_column(name, justify="right")
    sets: list[tuple[str, Texts, bool]] = []
    for folder in sorted(p.parent for p in args.eval_dir.glob("*/corpus.jsonl")):
        is_sentences = folder.name.startswith(SENTENCE_SETS)
        sets.append(
            (
                folder.name,
                read_set(folder, args.max_chars, whole_sentences=is_sentences),
                is_sentences,
            )
        )
    if args.seed_file:
        sets.append((args.seed_file.stem[:12], [(args.seed_file.read_text("utf-8"), [])], False))
    for set_name, texts, is_sentences in sets:
        for name, splitter in splitters.items():
            tally = measure(texts, splitter, args.cap)
            cells = tally.row(has_sentences=is_sentences)
            table.add_row(set_name, str(tally.gold), name, *cells)
        table.add_section()
    console.print(table)

    cases = Table("case, ¦ = wanted", *splitters, title="Hand-made cases: ¦ marks the cuts made")
    for case in HARD_CASES:
        text, wanted, row = case.replace("¦", ""), [p.strip() for p in case.split("¦")], []
        for splitter in splitters.values():
            got = [text[a:b] for a, b in splitter(text)]
            row.append("ok" if got == wanted else escape("¦ ".join(got)))
        cases.add_row(escape(case), *row)
    console.print(cases)


if __name__ == "__main__":
    main()
