"""Fuzz a file parser or the parser of keys with atheris, guided by the branches that an input takes.

    pip install --target DIR atheris
    PYTHONPATH=DIR:src:. python -m benchmarks.fuzz DOOR [options of libFuzzer, such as -max_total_time=60]

DOOR is plain, markdown, aliases, metadata, key, or the module of a parser, such as office.docx. A folder of files of
the format after it gives the first inputs; `python -m tests.documents.format_samples FOLDER` writes one for each parser
of text and of archives. An input that raises anything but an AskbriefError, or takes longer than
five seconds, is written to a file in the current folder and ends the run.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

import atheris

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

with atheris.instrument_imports(
    include=["askbrief", "frontmatter", "yaml", "markdown_it", "xlrd", "icalendar", "py7zr"]
):
    from askbrief.documents import metadata
    from askbrief.documents.registry import PARSERS
    from askbrief.errors import AskbriefError
    from askbrief.records.citations import parse_key

DOORS: Mapping[str, Callable[[bytes], object]] = {
    **{name: import_module(f"askbrief.documents.{name}").parse for name in sorted(set(PARSERS.values()))},
    "aliases": metadata.read_alias_groups,
    "metadata": lambda data: metadata.parse_metadata(data.decode(errors="replace"), "side-car"),
    "key": lambda data: parse_key(data.decode(errors="surrogateescape")),
}


def main() -> None:
    """Fuzz the door that the first argument names."""
    enter = DOORS[sys.argv.pop(1)]

    def let_in(data: bytes) -> None:
        with suppress(AskbriefError):
            enter(data)

    atheris.Setup([*sys.argv, "-timeout=5"], let_in)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
