"""What two scopes have in common, and what a scope hides of citations."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from askbrief.errors import CitationUnknown
from askbrief.records import CitationStatus, Metadata, Scope
from askbrief.storage.engines import open_engine

if TYPE_CHECKING:
    from askbrief.library import Library
    from tests.conftest import Workplace

FOLDERS = ("", "un", "un/2022", "un/2022/q1", "unrest", "press", "press/un")
PATHS = [f"{folder}/{name}".lstrip("/") for folder in FOLDERS for name in ("a.txt", "un", "press.txt")]
DAYS = st.none() | st.dates(dt.date(2020, 12, 1), dt.date(2022, 3, 1))
DATES = st.sampled_from([None, "2020", "2021", "2021-03", "2021-12-31", "2022-01-01", "2022-02"])
SCOPES = st.builds(
    Scope,
    collections=st.none() | st.frozensets(st.sampled_from(FOLDERS), max_size=4),
    documents=st.none() | st.frozensets(st.sampled_from(PATHS), max_size=6),
    since=DAYS,
    until=DAYS,
)

# ----------------------------------------------------------------------------------- what two have in common


@settings(derandomize=True, deadline=None, max_examples=400)
@given(SCOPES, SCOPES, st.builds(lambda date: Metadata(date=date), DATES))
@example(Scope(frozenset({"un"})), Scope(frozenset({"un/2022"})), Metadata())
@example(Scope(frozenset({""})), Scope(frozenset({"un"})), Metadata())
@example(Scope(frozenset({""})), Scope(), Metadata())
@example(Scope(frozenset()), Scope(), Metadata())
def test_one_scope_within_another_admits_what_both_admit(one: Scope, other: Scope, about: Metadata) -> None:
    both = one.within(other)
    for path in PATHS:
        assert both.admits(path, about) == (one.admits(path, about) and other.admits(path, about))


@settings(derandomize=True, deadline=None)
@given(SCOPES, SCOPES)
def test_it_is_the_same_whichever_is_within_the_other(one: Scope, other: Scope) -> None:
    assert one.within(other) == other.within(one)


@settings(derandomize=True, deadline=None)
@given(SCOPES)
def test_a_scope_within_everything_or_within_itself_is_itself(scope: Scope) -> None:
    assert scope.within(Scope()) == Scope().within(scope) == scope.within(scope) == scope


# --------------------------------------------------------------------------------- what it hides of citations

RIVER = "The river flooded the northern valley in March and families lost their homes."
MARKET = "Traders in the old market say that the price of saffron doubled within a week."
BRIDGE = "Engineers closed the iron bridge because its second pillar had moved by a span."
UN, PRESS, TOP, BOTH = (Scope(collections=frozenset(names)) for names in ({"un"}, {"press"}, {""}, {"un", "press"}))


def paragraph(sentence: str, filler: str) -> str:
    """Long enough to be a passage."""
    return f"{sentence} {f'{filler} was said to have been so by those who were there on that very day. ' * 6}".strip()


THREE = [paragraph(RIVER, "The flood"), paragraph(MARKET, "The harvest"), paragraph(BRIDGE, "The ferry")]


@pytest.fixture
def archive(workplace: Workplace) -> Workplace:
    """One document of three passages, in a collection below un."""
    workplace.write("un/2022/brief.txt", "\n\n".join(THREE))
    workplace.write("press/other.txt", "Nothing of this stands here.")
    workplace.build()
    return workplace


def key_of(library: Library, sentence: str) -> str:
    """The key under which a passage is shown, to somebody who may see everything."""
    return next(hit.key for hit in library.ask(sentence, top=5).hits if hit.quote.startswith(sentence))


def key_of_first(archive: Workplace, doc_id: str) -> str:
    """The key of the first passage of a document, which nobody has been shown."""
    with open_engine(archive.index) as engine:
        number = engine.texts.passage_at(doc_id, 0)
        assert number is not None
        return engine.texts.key(number)


@pytest.mark.parametrize("scope", [PRESS, TOP, Scope(collections=frozenset()), Scope(documents=frozenset({"other"}))])
@pytest.mark.parametrize("shown", [True, False], ids=["shown before", "never shown"])
def test_a_key_of_another_collection_is_as_unknown_as_one_that_never_was(
    archive: Workplace, scope: Scope, *, shown: bool
) -> None:
    with archive.open() as library:
        key = key_of(library, MARKET) if shown else key_of_first(archive, "un/2022/brief.txt")
        assert library.recall(key) is not None
        assert library.recall(key, scope) is None
        for resolve in (library.cite, library.read_around):
            with pytest.raises(CitationUnknown) as refused:
                resolve(key, scope)
            with pytest.raises(CitationUnknown) as unknown:
                resolve("never-was-abcdef", scope)
            assert str(refused.value).replace(key, "…") == str(unknown.value).replace("never-was-abcdef", "…")


def test_a_passage_is_read_between_the_one_before_and_the_one_after(archive: Workplace) -> None:
    with archive.open() as library:
        found = library.read_around(key_of(library, MARKET), UN)
    assert (found.before, found.after) == (THREE[0], THREE[2])
    assert found.citation.status is CitationStatus.INTACT


def test_the_first_passage_has_nothing_before_it_and_the_last_nothing_after_it(archive: Workplace) -> None:
    with archive.open() as library:
        first, last = (library.read_around(key_of(library, one)) for one in (RIVER, BRIDGE))
    assert (first.before, first.after) == ("", THREE[1])
    assert (last.before, last.after) == (THREE[1], "")


def test_a_quote_that_moved_to_another_collection_is_followed_only_by_those_who_see_it_too(archive: Workplace) -> None:
    with archive.open() as library:
        key = key_of(library, MARKET)
    (archive.seeds / "un/2022/brief.txt").unlink()
    archive.write("press/moved.txt", "\n\n".join(["Another opening of the same.", *THREE]))
    archive.build()
    with archive.open() as library:
        for_un, for_both = library.read_around(key, UN), library.read_around(key, BOTH)
        assert for_un.citation.status is CitationStatus.GONE
        assert (for_un.before, for_un.after, for_un.citation.current_doc_id) == ("", "", None)
        assert (for_both.citation.status, for_both.citation.current_doc_id) == (CitationStatus.MOVED, "press/moved.txt")
        assert for_both.before.endswith(THREE[0])
        assert library.recall(key, PRESS) is None  # it was shown as the words of un, and press never saw that


def test_a_quote_whose_words_changed_in_another_collection_is_not_matched_there(archive: Workplace) -> None:
    with archive.open() as library:
        key = key_of(library, MARKET)
    (archive.seeds / "un/2022/brief.txt").unlink()
    archive.write("press/changed.txt", THREE[1].replace("a week", "a fortnight"))
    archive.build()
    with archive.open() as library:
        assert library.cite(key, BOTH).status is CitationStatus.CHANGED
        assert library.cite(key, UN).status is CitationStatus.GONE
        assert library.cite(key, UN).current_text is None


def test_what_was_shown_is_recalled_after_its_document_is_gone_within_the_same_scope(archive: Workplace) -> None:
    with archive.open() as library:
        key = key_of(library, MARKET)
    (archive.seeds / "un/2022/brief.txt").unlink()
    archive.build()
    with archive.open() as library:
        remembered = library.recall(key, UN)
        assert remembered is not None
        assert remembered.quote == THREE[1]
        assert library.read_around(key, UN).before == ""
        assert library.recall(key, PRESS) is None


def test_a_key_may_be_pasted_as_people_do(archive: Workplace) -> None:
    with archive.open() as library:
        key = key_of(library, RIVER)
        assert library.read_around(f" [^{key.upper()}] ", UN).citation.key == key
