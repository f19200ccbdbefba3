"""The code keeps its order: names, folders, imports."""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

from tests.architecture.source_tree import imports_on_loading, module_paths, syntax_tree
from tests.conftest import ROOT

MODULES_IN_A_FOLDER = 18
MODULES = 225
HEAVY = {"torch", "transformers", "sentence_transformers"}
"""Packages that take over a second to import: `askbrief ask` starts without them."""


def test_no_two_public_classes_share_a_name() -> None:
    places = defaultdict(list)
    for path in module_paths():
        for node in syntax_tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(path.relative_to(ROOT)))

    shared = [f"{name}: {', '.join(paths)}" for name, paths in sorted(places.items()) if len(paths) > 1]
    assert not shared, "\n".join(shared)


def test_folders_stay_small() -> None:
    modules = Counter(str(path.parent.relative_to(ROOT)) for path in module_paths())

    assert {folder: count for folder, count in modules.items() if count > MODULES_IN_A_FOLDER} == {}


def test_there_are_not_too_many_modules() -> None:
    assert len(module_paths()) <= MODULES, f"{len(module_paths())} modules"


def test_no_import_goes_in_a_circle() -> None:
    """Imports inside functions count: a circle through one of them is still two modules that need each other."""
    graph = grimp.build_graph("askbrief", "bot", exclude_type_checking_imports=True, cache_dir=None)
    try:
        TopologicalSorter({name: graph.find_modules_directly_imported_by(name) for name in graph.modules}).prepare()
    except CycleError as error:
        pytest.fail(f"an import circle: {' <- '.join(error.args[1])}")


def test_heavy_packages_are_imported_inside_functions() -> None:
    heavy = {
        str(path.relative_to(ROOT)): name
        for path in module_paths()
        for name in imports_on_loading(syntax_tree(path))
        if name.split(".")[0] in HEAVY
    }

    assert heavy == {}
