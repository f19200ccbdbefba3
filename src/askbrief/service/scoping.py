"""What a person may search: narrowed by names and dates, counted, and applied to reports about files."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from askbrief.core.text import visible_title
from askbrief.errors import InputError
from askbrief.records import BuildReport, Changes, Metadata, Problem, Scope

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from askbrief.library import Library
    from askbrief.records import Source

_NAMES_LISTED = 10
"""Maximum number of known names in an error message."""
_NAME_CHARS = 200
"""Maximum length of a name that an error message repeats."""
_TITLES = 3
"""Number of titles that stand for all documents of a scope."""
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def narrowed(
    library: Library,
    allowed: Scope,
    collections: Collection[str] | None = None,
    documents: Collection[str] | None = None,
    since: str | None = None,
    until: str | None = None,
) -> Scope:
    """Return the part of what a person may see that they have chosen; no names or dates mean no limit.

    A name outside the allowed scope is as unknown as one that does not exist. Dates are 2022, 2022-07 or 2022-07-05.

    Raises:
        InputError: a collection or document is unknown, or a date is not a date.
    """
    sources = library.sources(allowed) if collections or documents else []
    _check_known("collection", collections, with_parents(source.collection for source in sources))
    _check_known("document", documents, {source.doc_id for source in sources})
    return Scope(
        collections=frozenset(collections) if collections else None,
        documents=frozenset(documents) if documents else None,
        since=_date("since", since).first_day(),
        until=_date("until", until).last_day(),
    ).within(allowed)


def with_parents(collections: Iterable[str]) -> set[str]:
    """Return the names of collections with all collections above them; the top, which has no name, is left out.

    >>> sorted(with_parents(["un/2022", ""]))
    ['un', 'un/2022']
    """
    names = {name for name in collections if name}
    return names | {name[:i] for name in names for i, letter in enumerate(name) if letter == "/"}


def _check_known(noun: str, names: Collection[str] | None, known: set[str]) -> None:
    for name in names or ():
        if name not in known:
            listed = ", ".join(sorted(known)[:_NAMES_LISTED]) or "none"
            raise InputError(f"there is no {noun} {name[:_NAME_CHARS]!r}; there are: {listed}")


def _date(option: str, text: str | None) -> Metadata:
    if not text:
        return Metadata()
    from askbrief.documents.metadata import iso_date

    try:
        return Metadata(date=iso_date(text))
    except ValueError as error:
        raise InputError(f"{option} is {text[:_NAME_CHARS]!r}: {error}") from error


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a scope covers, counted."""

    documents: int
    passages: int
    titles: tuple[str, ...]  # of the first few documents
    collections: tuple[str, ...]  # the folders that documents are directly in
    years: tuple[int, int] | None  # the first and the last of the dated documents
    built_at: dt.datetime  # when the index was built

    @classmethod
    def of(cls, sources: Sequence[Source], built_at: dt.datetime) -> Self:
        """Count the documents that a scope admits."""
        days = [day for source in sources for day in (source.metadata.first_day(), source.metadata.last_day()) if day]
        return cls(
            documents=len(sources),
            passages=sum(source.passages for source in sources),
            titles=tuple(visible_title(source.title, source.doc_id) for source in sources[:_TITLES]),
            collections=tuple(sorted({source.collection for source in sources if source.collection})),
            years=(min(days).year, max(days).year) if days else None,
            built_at=built_at,
        )


def visible_changes(changes: Changes, scope: Scope) -> Changes:
    """Return the changed files that somebody with this scope may hear of."""
    return Changes(_visible(changes.added, scope), _visible(changes.changed, scope), _visible(changes.removed, scope))


def visible_problems(problems: Iterable[Problem], scope: Scope) -> tuple[Problem, ...]:
    """Return the unread files that somebody with this scope may hear of."""
    return tuple(problem for problem in problems if scope.admits(problem.path, Metadata()))


def visible_report(report: BuildReport, scope: Scope, coverage: Coverage) -> BuildReport:
    """Return a build report about the files that a scope admits, with the counts of what it covers."""
    names = ("added", "changed", "removed", "unchanged", "empty")
    paths: dict[str, Any] = {name: _visible(getattr(report, name), scope) for name in names}
    return replace(
        report,
        **paths,
        failed=visible_problems(report.failed, scope),
        warnings=visible_problems(report.warnings, scope),
        documents=coverage.documents,
        passages=coverage.passages,
    )


def _visible(paths: Sequence[str], scope: Scope) -> tuple[str, ...]:
    """Keep the paths of a scope; of a file that was not read only the path is known, not its date."""
    return tuple(path for path in paths if scope.admits(path, Metadata()))


def age_seconds(since: dt.datetime, now: dt.datetime | None = None) -> float:
    """Return the seconds since a moment, 0 if it is in the future; by default until now."""
    return max(0.0, ((now or dt.datetime.now(dt.UTC)) - since).total_seconds())


def ago(since: dt.datetime, now: dt.datetime | None = None) -> str:
    """Return how long ago a moment was, in English words.

    >>> ago(dt.datetime(2022, 7, 5, 9), dt.datetime(2022, 7, 5, 11, 30))
    '2 hours ago'
    """
    seconds = age_seconds(since, now)
    for size, unit in _UNITS:
        count = int(seconds // size)
        if count >= 1:
            return f"{count:,} {unit}{'' if count == 1 else 's'} ago"
    return "just now"
