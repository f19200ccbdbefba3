"""`python -m askbrief` and the `askbrief` command: errors become one line and an exit code."""

from __future__ import annotations

import gc
import sys

from askbrief.cli.commands import run

_GARBAGE = 50_000
"""Objects between two looks for garbage: the half a million that imports leave are none, and there is little else."""


def main() -> None:
    """Run the command line and leave with its exit code, without taking everything apart first."""
    gc.set_threshold(_GARBAGE)
    code = run(sys.argv[1:])
    gc.freeze()
    sys.exit(code)


if __name__ == "__main__":
    main()
