"""What a scope covers and hides, and how old things are, in one place for every front end."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from askbrief.errors import InputError
from askbrief.records import BuildReport, Changes, Problem, Scope
from askbrief.service.scoping import Coverage, age_seconds, ago, narrowed, visible_changes, visible_report

if TYPE_CHECKING:
    from tests.conftest import Workplace

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
PORT = Scope(collections=frozenset({"port"}))


@pytest.fixture(autouse=True)
def built(workplace: Workplace) -> None:
    workplace.write("mill.md", "---\ndate: 1931-05\n---\n\nThe mill at Oxbow was closed in 1931.\n")
    workplace.write("port/east/harbour.md", "---\ndate: 1904\n---\n\nThe harbour of Larkmouth opened in 1904.\n")
    workplace.write("secret/tunnel.txt", "The tunnel under Larkmouth opened in 1943.\n")
    workplace.build()


def test_names_narrow_a_scope_and_a_parent_collection_is_one(workplace: Workplace) -> None:
    with workplace.open() as library:
        assert narrowed(library, Scope(), ["port"]) == PORT
        assert narrowed(library, PORT, ["port/east"]) == Scope(collections=frozenset({"port/east"}))
        assert narrowed(library, PORT, since="", until="1950").until == dt.date(1950, 12, 31)


@pytest.mark.parametrize("options", [{"collections": ["secret"]}, {"documents": ["secret/tunnel.txt"]}])
def test_what_is_outside_the_scope_is_as_unknown_as_what_does_not_exist(
    workplace: Workplace, options: dict[str, Any]
) -> None:
    with workplace.open() as library, pytest.raises(InputError, match=r"there is no .* there are: port"):
        narrowed(library, PORT, **options)


def test_coverage_counts_what_a_scope_admits(workplace: Workplace) -> None:
    with workplace.open() as library:
        everything, port = (Coverage.of(library.sources(scope), NOW) for scope in (Scope(), PORT))
    assert (everything.documents, everything.years) == (3, (1904, 1931))
    assert everything.collections == ("port/east", "secret")
    assert (port.documents, port.years, port.collections) == (1, (1904, 1904), ("port/east",))


def test_reports_and_changes_name_only_files_of_the_scope() -> None:
    paths = ("port/a.txt", "secret/b.txt", "c.txt")
    assert visible_changes(Changes(paths, paths, paths), PORT) == Changes(*[("port/a.txt",)] * 3)
    problems = tuple(Problem(path, "damaged") for path in paths)
    report = BuildReport("1", added=paths, failed=problems, warnings=problems, documents=9, passages=99)
    seen = visible_report(report, PORT, Coverage(1, 4, (), (), None, NOW))
    assert (seen.added, seen.failed, seen.warnings) == (("port/a.txt",), problems[:1], problems[:1])
    assert (seen.documents, seen.passages) == (1, 4)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (7_199, "1 hour ago"),
        (172_800, "2 days ago"),
        (864_000_000, "10,000 days ago"),
    ],
)
def test_how_long_ago_something_was(seconds: int, words: str) -> None:
    assert ago(NOW - dt.timedelta(seconds=seconds), NOW) == words
    assert age_seconds(NOW - dt.timedelta(seconds=seconds), NOW) == max(0, seconds)
