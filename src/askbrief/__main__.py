"""The `askbrief` command, also as `python -m askbrief`."""

from __future__ import annotations

import gc
import sys

from askbrief.cli.commands import run

_GC_THRESHOLD = 50_000
"""New objects between two garbage collections: imports create half a million objects, none of them garbage."""


def main() -> None:
    """Run the command line and exit with its code; `gc.freeze` saves a last garbage collection."""
    gc.set_threshold(_GC_THRESHOLD)
    code = run(sys.argv[1:])
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    main()
