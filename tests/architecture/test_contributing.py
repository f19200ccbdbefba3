"""The tree in CONTRIBUTING.md shows the folders that there are."""

from __future__ import annotations

from pathlib import PurePosixPath

import regex

from tests.architecture.source_tree import ROOMS, module_paths
from tests.conftest import ROOT

LINE = regex.compile(r"^(?P<indent> {4,})(?P<names>(?:[\w.]+/?)+(?:, [\w.]+\.py)*)(?: {2,}(?P<text>.*))?$")


def folders_and_modules_in_tree() -> tuple[set[PurePosixPath], set[PurePosixPath]]:
    """Read the indented block below "Where things live".

    Returns:
        The folders that have a line of their own, and the modules that are named: at the start of a line, or in the
        text of a folder's line.
    """
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = page.partition("## Where things live\n")[2].partition("\n## ")[0]
    folders, modules = set(), set()
    parents: dict[int, PurePosixPath] = {}
    for line in section.splitlines():
        if not line.startswith("    "):
            continue
        match = LINE.match(line)
        indent = len(match["indent"]) if match else len(line) - len(line.lstrip())
        above = [depth for depth in parents if depth < indent]
        parent = parents[max(above)] if above else PurePosixPath()
        if match and match["names"].endswith("/"):
            parents = {depth: folder for depth, folder in parents.items() if depth < indent}
            parents[indent] = parent = parent / match["names"]
            folders.add(parent)
        modules |= {parent / name for name in regex.findall(r"[\w/]+\.py", line)}
    return folders, modules


def test_every_folder_of_the_code_has_a_line() -> None:
    folders, _ = folders_and_modules_in_tree()
    present = {PurePosixPath(path.parent.relative_to(ROOT).as_posix()) for path in module_paths()}

    assert sorted(map(str, present - folders)) == []


def test_every_module_outside_a_folder_is_named() -> None:
    _, modules = folders_and_modules_in_tree()
    present = {PurePosixPath(path.relative_to(ROOT).as_posix()) for room in ROOMS for path in room.glob("*.py")}
    dunder = {path for path in present if path.name.startswith("__")}

    assert sorted(map(str, present - dunder - modules)) == []


def test_everything_in_the_tree_exists() -> None:
    folders, modules = folders_and_modules_in_tree()

    assert [str(folder) for folder in sorted(folders) if not (ROOT / folder).is_dir()] == []
    assert [str(module) for module in sorted(modules) if not (ROOT / module).is_file()] == []
