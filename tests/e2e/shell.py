"""The command line as tests run it: in this process, in folders of their own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from askbrief.cli.commands import run

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


@dataclass
class Shell:
    """Runs commands in this process, in folders of their own that hold the seed, built."""

    root: Path
    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        code = run(arguments)
        out, err = self.capture.readouterr()
        return code, out, err

    def json(self, *arguments: str) -> tuple[int, Any]:
        code, out, _ = self(*arguments, "--json")
        return code, json.loads(out)

    def fails(self, *arguments: str, code: int = 2) -> str:
        """Run what must fail with this code, nothing on standard output and one line on the other; give the line."""
        actual, out, err = self(*arguments)
        assert (actual, out) == (code, "")
        assert err.startswith("askbrief: ")
        assert err.count("\n") == 1
        assert "Traceback" not in err
        return err
