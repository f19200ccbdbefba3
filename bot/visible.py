"""Reports and changes, cut down to what somebody may see: the files, and the counts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from askbrief.records import BuildReport, Changes, Metadata, Scope

if TYPE_CHECKING:
    from bot.cards.coverage import Coverage


def visible_changes(changed: Changes, scope: Scope) -> Changes:
    """The changed files that a scope admits."""
    return Changes(
        _admitted(changed.added, scope), _admitted(changed.changed, scope), _admitted(changed.removed, scope)
    )


def visible_report(report: BuildReport, scope: Scope, coverage: Coverage) -> BuildReport:
    """A build report of the files that a scope admits, with the counts of what it covers."""
    return replace(
        report,
        added=_admitted(report.added, scope),
        changed=_admitted(report.changed, scope),
        removed=_admitted(report.removed, scope),
        unchanged=_admitted(report.unchanged, scope),
        empty=_admitted(report.empty, scope),
        failed=tuple(problem for problem in report.failed if _admits(problem.path, scope)),
        warnings=tuple(problem for problem in report.warnings if _admits(problem.path, scope)),
        documents=coverage.documents,
        passages=coverage.passages,
    )


def _admitted(paths: tuple[str, ...], scope: Scope) -> tuple[str, ...]:
    return tuple(path for path in paths if _admits(path, scope))


def _admits(path: str, scope: Scope) -> bool:
    """By the collection alone: what a changed file says of itself is not known yet."""
    return Scope(collections=scope.collections).admits(path, Metadata())
