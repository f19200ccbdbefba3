"""Count what happens to files (read, read with loss, refused, crashed), and measure how fast each format is parsed.

    python -m benchmarks.reading FOLDER... [--slowest 5] [--refused] [--out FILE] [--markdown FILE]

Every file below the folders is read as in a build, in a separate process with the limits of the settings; a file that
crashes its parser, or takes too long or too much memory, counts as crashed. Then each file that gave text is parsed
again in this process, for the time. The last line is the encoder, on passages of the same files: parsing should be
faster. Everything runs in one thread and is measured in processor time, so that other work does not affect it.
"""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from askbrief.documents import registry
from askbrief.documents.limits import ParsingLimits
from askbrief.documents.sandbox import parse_all
from askbrief.documents.sources import parse_file, scan
from askbrief.errors import ParsingError
from askbrief.inference.loading import open_encoder
from askbrief.ingest.splitting import split_document
from askbrief.settings import load_settings
from benchmarks.timings import parser, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from askbrief.documents.builder import ParsedFile
    from askbrief.documents.sources import SeedFile

CRASHED = ("ended its parser", "took longer than", "took more than")
"""How the reasons begin that do not come from a parser."""
PASSAGES = 200
SMALL = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one file; `seconds` is the processor time of parsing it again."""

    file: SeedFile
    what: str
    reason: str = ""
    reading: ParsedFile | None = None
    seconds: float = 0.0

    @property
    def family(self) -> str:
        """Return the module that parses the file, or its suffix if there is none."""
        suffix = PurePosixPath(self.file.doc_id).suffix.lower()
        return registry.PARSERS.get(suffix, suffix or "no suffix")

    @property
    def characters(self) -> int:
        return sum(len(document.text) for document in self.reading.documents) if self.reading else 0


def main() -> None:
    """Read the files, count, and print."""
    arguments = parser(__doc__)
    arguments.add_argument("--slowest", type=int, default=5, help="list this many of the slowest files")
    arguments.add_argument("--refused", action="store_true", help="list every file that was not read, with the reason")
    options = arguments.parse_args()
    settings = load_settings()
    files = [file for folder in options.sets for file in scan(folder, max_file_mib=settings.max_file_mib)]
    outcomes = list(_outcomes(files, ParsingLimits.of(settings)))
    rows = [*_rows(outcomes), _encoder_row(outcomes)]
    written(rows, options)
    for outcome in sorted(outcomes, key=lambda one: -one.seconds)[: options.slowest]:
        print(f"{outcome.seconds:6.2f} s  {outcome.characters:9,} characters  {outcome.file.path}")
    for outcome in outcomes:
        if outcome.what == "crashed" or (options.refused and outcome.reason):
            print(f"{outcome.what}: {outcome.file.path}: {outcome.reason}")


def _outcomes(files: Sequence[SeedFile], bounds: ParsingLimits) -> Iterator[Outcome]:
    readable = [file for file in files if not file.refusal]
    yield from (Outcome(file, "refused", file.refusal) for file in files if file.refusal)
    with closing(parse_all(readable, bounds)) as readings:
        for file, reading in zip(readable, readings, strict=True):
            yield _outcome(file, reading, bounds)


def _outcome(file: SeedFile, reading: ParsedFile | ParsingError, bounds: ParsingLimits) -> Outcome:
    if isinstance(reading, ParsingError):
        reason = str(reading)
        return Outcome(file, "crashed" if reason.startswith(CRASHED) else "refused", reason)
    said = [*reading.failed, *reading.warnings]
    if file.size < SMALL:
        parse_file(file, bounds)  # once before, so that its imports do not count
    started = time.process_time()
    parse_file(file, bounds)
    seconds = time.process_time() - started
    what = "read with loss" if said else "read"
    if not any(document.text for document in reading.documents):
        what = "refused" if said else "empty"
    return Outcome(file, what, "; ".join(problem.reason for problem in said), reading, seconds)


def _rows(outcomes: Sequence[Outcome]) -> Iterator[dict[str, object]]:
    families: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        families[outcome.family].append(outcome)
        families["all"].append(outcome)
    for family in sorted(families, key=lambda name: (name == "all", name)):
        some = families[family]
        counts = {what: sum(one.what == what for one in some) for what in ("read", "read with loss", "empty")}
        refused, crashed = (sum(one.what == what for one in some) for what in ("refused", "crashed"))
        characters, seconds = sum(one.characters for one in some), sum(one.seconds for one in some)
        yield {
            "format": family,
            "files": len(some),
            **counts,
            "refused": refused,
            "crashed": crashed,
            "characters": characters,
            "characters a second": round(characters / seconds) if seconds else "",
        }


def _encoder_row(outcomes: Sequence[Outcome]) -> dict[str, object]:
    """Measure the encoder on passages of these files: characters a second on one processor."""
    encoder = open_encoder(load_settings())
    texts: list[str] = []
    for outcome in outcomes:
        for document in outcome.reading.documents if outcome.reading else ():
            texts += [passage.text for passage in split_document(document, encoder).passages[:20]]
    texts = texts[:: max(1, len(texts) // PASSAGES)]
    encoder.encode_documents(texts[:2])
    started = time.process_time()
    encoder.encode_documents(texts)
    seconds = time.process_time() - started
    characters = sum(map(len, texts))
    return {
        "format": "(encoder)",
        "files": len(texts),
        "characters": characters,
        "characters a second": round(characters / seconds),
    }


if __name__ == "__main__":
    main()
