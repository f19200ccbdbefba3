"""The modules of `src/askbrief` and `bot`, as files and as syntax trees."""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING

from tests.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROOMS = (ROOT / "src" / "askbrief", ROOT / "bot")


@cache
def module_paths() -> tuple[Path, ...]:
    """Return the path of every module, sorted, `__init__.py` included."""
    return tuple(sorted(path for room in ROOMS for path in room.rglob("*.py")))


@cache
def syntax_tree(path: Path) -> ast.Module:
    """Parse a module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imports_on_loading(tree: ast.Module) -> Iterator[str]:
    """Yield the names of the modules that are imported when this one is.

    Imports inside functions and under `if TYPE_CHECKING:` are left out.
    """
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            pending += node.orelse
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            pending += ast.iter_child_nodes(node)
