"""What programs and agents look up, as the shapes of `models.py`: one function a question, within a scope."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from askbrief.citations.locators import parse_place
from askbrief.ingest.sources import seed_changes
from askbrief.records import Changes, Metadata
from askbrief.service import serialisation

if TYPE_CHECKING:
    from askbrief.library import Library
    from askbrief.records import Scope
    from askbrief.settings import Settings

Shape = dict[str, Any]


def cited(library: Library, where: str, scope: Scope) -> Shape | list[Shape]:
    """A key resolved; of a place, a list of what stands there."""
    found = [library.cite(key, scope) for key in library.locate(where, scope)]
    shape: Shape | list[Shape] = serialisation.citations(found, several=parse_place(where) is not None)
    return shape


def read_around(library: Library, where: str, scope: Scope) -> Shape:
    """A key, or the first passage at a place, with today's words before and after it."""
    return serialisation.surroundings(library.read_around(library.locate(where, scope)[0], scope))


def sources_page(library: Library, scope: Scope, limit: int, offset: int) -> Shape:
    """Some of the sources by path, how many there are, where the next page begins; and what gave no text."""
    listed = library.sources(scope)
    failed = [problem for problem in library.problems() if _may_see(scope, problem.path)]
    following = offset + limit
    shape = serialisation.sources(library.status(), listed[offset:following], failed)
    return {**shape, "total": len(listed), "next": following if following < len(listed) else None}


def standing(library: Library, scope: Scope, settings: Settings) -> Shape:
    """How the index stands to its sources; where only a part may be seen, to that part."""
    status = library.status()
    changed = seed_changes(settings.seeds_dir, library.source_rows(), max_file_mib=settings.max_file_mib)
    age = (dt.datetime.now(dt.UTC) - status.built_at).total_seconds()
    if scope.is_everything:
        return serialisation.status(status, age, changed)
    listed = library.sources(scope)
    counts = {"documents": len(listed), "passages": sum(one.passages for one in listed), "terms": None}
    return {**serialisation.status(status, age, _within(changed, scope)), **counts}


def _within(changed: Changes, scope: Scope) -> Changes:
    added, altered, removed = (
        tuple(path for path in paths if _may_see(scope, path))
        for paths in (changed.added, changed.changed, changed.removed)
    )
    return Changes(added, altered, removed)


def _may_see(scope: Scope, path: str) -> bool:
    """Whether somebody may hear of a file that is in no index: by its folder."""
    return scope.admits(path, Metadata())
