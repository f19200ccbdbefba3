"""Fuzz a reader or the key parser, led by which branches an input takes: atheris, installed for this alone.

    pip install --target DIR atheris
    PYTHONPATH=DIR:src:. python -m benchmarks.fuzz DOOR [options of libFuzzer, such as -max_total_time=60]

DOOR is plain, markdown, html, mhtml, epub, mail, outlook, zipped, aliases, metadata or key. An input that raises
anything but an AskbriefError, or takes longer than five seconds, is written to a file here and ends the run.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import atheris

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

with atheris.instrument_imports(include=["askbrief", "frontmatter", "yaml", "markdown_it"]):
    from askbrief.citing.keys import parse_key
    from askbrief.errors import AskbriefError
    from askbrief.reading import aliases, epub, html, mail, markdown, metadata, mhtml, outlook, plain, zipped

DOORS: Mapping[str, Callable[[bytes], object]] = {
    "plain": plain.read,
    "markdown": markdown.read,
    "html": html.read,
    "mhtml": mhtml.read,
    "epub": epub.read,
    "mail": mail.read,
    "outlook": outlook.read,
    "zipped": zipped.read,
    "aliases": aliases.read,
    "metadata": lambda data: metadata.parse(data.decode(errors="replace"), "side-car"),
    "key": lambda data: parse_key(data.decode(errors="surrogateescape")),
}


def main() -> None:
    """Fuzz the door that is named first."""
    enter = DOORS[sys.argv.pop(1)]

    def let_in(data: bytes) -> None:
        with suppress(AskbriefError):
            enter(data)

    atheris.Setup([*sys.argv, "-timeout=5"], let_in)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
