"""What of the index, of a report and of changes a person may see, counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

from askbrief.records import BuildReport, Changes, Metadata, Scope
from bot.discord_io.markup import titled

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from askbrief.records import Source
    from bot.discord_io.language import Words

_FEW = 3


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts and names within one scope, and when the index was built."""

    documents: int
    passages: int
    titles: tuple[str, ...]
    collections: tuple[str, ...]
    years: tuple[int, int] | None
    built_at: dt.datetime

    @classmethod
    def of(cls, sources: Sequence[Source], built_at: dt.datetime) -> Self:
        """Count the sources that a scope admits."""
        days = [day for source in sources for day in (source.metadata.first_day(), source.metadata.last_day()) if day]
        return cls(
            documents=len(sources),
            passages=sum(source.passages for source in sources),
            titles=tuple(titled(source.title, source.doc_id) for source in sources[:_FEW]),
            collections=tuple(sorted({source.collection for source in sources if source.collection})),
            years=(min(days).year, max(days).year) if days else None,
            built_at=built_at,
        )

    def footer(self, words: Words, now: dt.datetime) -> str:
        """The quiet line under an answer: how much was searched, and how old the index is."""
        return "-# " + words(
            "footer",
            documents=words("documents", count=self.documents),
            passages=words("passages", count=self.passages),
            ago=words.ago(self.built_at, now),
        )


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
