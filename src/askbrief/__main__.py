"""`python -m askbrief` and the `askbrief` command: errors become one line and an exit code."""

from __future__ import annotations

import sys

from askbrief.cli import run


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
