"""How far passages meet the time and the source that a question names."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from askbrief.language.english.dates import written
from askbrief.query.constraints import parse_constraints
from askbrief.query.expansion import Alternative
from askbrief.records import Metadata, Passage, Span
from askbrief.retrieval.soft_filters import (
    CONSTRAINT_WEIGHT,
    MATCHES_BY_DOCUMENT_DATE,
    MATCHES_NEARBY,
    OTHER_TIME,
    DocumentNames,
    SoftFilter,
)
from askbrief.storage.embedded.store import StoredDocument
from tests.fakes import document_table

DOCUMENTS = {
    document.doc_id: document
    for document in (
        StoredDocument(
            "a.md", "Strength", Metadata(date="2022-06-14", publisher="Oren Institute for Peace Data"), 0, 2
        ),
        StoredDocument("b.md", "Annual review 2021", Metadata(date="2022-01-18", author=("S. Iwu",)), 2, 3),
        StoredDocument("c.md", "Undated", Metadata(), 3, 5),
    )
}
TABLE = document_table(list(DOCUMENTS.values()))


def soft_filter(question: str, *alternatives: Alternative) -> SoftFilter:
    return SoftFilter(parse_constraints(question, TABLE.newest(None)), alternatives)


def by_document(question: str) -> list[float]:
    """How far each document as a whole meets a question."""
    asked = soft_filter(question)
    columns = TABLE.columns(asked)
    assert columns.dated is not None
    assert columns.named is not None
    assert columns.lift is not None
    found = asked.combine(columns.dated, columns.named)
    assert columns.lift == pytest.approx(CONSTRAINT_WEIGHT * found)
    return list(map(float, found))


def goes_by(names: DocumentNames, name: frozenset[str]) -> bool:
    """Whether a name is one of a document's; a name of one term may also be the beginning of the initials of one."""
    initials = len(name) == 1 and any(len(t) > 1 and some.startswith(t) for t in name for some in names.initials)
    return name <= names.terms or initials


@pytest.mark.parametrize(
    "question", ["how many in 2022?", "What did the Oren Institute say in 2021?", "What does the OIPD say?"]
)
def test_all_documents_at_once_meet_a_question_as_each_does_alone(question: str) -> None:
    asked = parse_constraints(question, TABLE.newest(None))
    alone = []
    for document in DOCUMENTS.values():
        when = written(document.title, document.metadata)
        names = DocumentNames.of(document.title, document.metadata)
        in_time = when is not None and any(when.meets(period) for period in asked.periods)
        of_source = any(goes_by(names, name) for name in asked.sources)
        alone.append((MATCHES_BY_DOCUMENT_DATE * in_time + of_source) / (bool(asked.periods) + bool(asked.sources)))
    assert by_document(question) == pytest.approx(alone)
    assert any(alone)


def matched(asked: SoftFilter, passage: Passage, sentence: str) -> float:
    document, columns = DOCUMENTS[passage.doc_id], TABLE.columns(asked)
    assert columns.dated is not None
    assert columns.named is not None
    place = list(DOCUMENTS).index(passage.doc_id)
    dated, named = float(columns.dated[place]), float(columns.named[place])
    return asked.match(passage, document.title, document.metadata, sentence, dated=dated, named=named)


def met(question: str, doc_id: str, text: str, *, sentence: str | None = None) -> float:
    passage = Passage(doc_id, 0, len(text), text, (Span(0, len(text)),), (1, 1))
    return matched(soft_filter(question), passage, text if sentence is None else sentence)


@pytest.mark.parametrize(
    ("doc_id", "text", "expected"),
    [
        ("c.md", "In 2022 there were 262 attacks.", 1.0),
        ("c.md", "On 5 July 2022 they came.", 1.0),
        ("c.md", "In 2021 there were 207 attacks.", OTHER_TIME),
        ("a.md", "The institute counts 3,000 fighters.", MATCHES_BY_DOCUMENT_DATE),
        ("a.md", "In 2019 it counted 2,000 fighters.", OTHER_TIME),
        ("b.md", "The institute counts 3,000 fighters.", 0.0),  # it appeared in 2022, and is about 2021
        ("c.md", "The institute counts 3,000 fighters.", 0.0),
    ],
)
def test_its_own_words_date_a_passage_before_its_document_does(doc_id: str, text: str, expected: float) -> None:
    assert met("how many in 2022?", doc_id, text) == expected


def test_a_year_elsewhere_in_the_passage_counts_where_its_best_sentence_has_none() -> None:
    text = "They met in 2022. Some 3,000 came."
    assert met("how many in 2022?", "c.md", text, sentence="Some 3,000 came.") == MATCHES_NEARBY


def test_words_that_name_the_year_before_which_it_was_speak_of_that_time() -> None:
    assert met("how many before 2020?", "c.md", "Before 2020 there were 90.") == 1.0
    assert met("how many before 2020?", "c.md", "In March 2020 there were 90.") == OTHER_TIME


@pytest.mark.parametrize(
    ("question", "doc_id", "text", "expected"),
    [
        ("how many according to the Oren Institute?", "a.md", "There are 90.", 1.0),
        ("how many according to OIPD?", "a.md", "There are 90.", 1.0),
        ("how many in the annual review?", "b.md", "There are 90.", 0.0),  # any review is annual: that is no name
        ("how many according to Iwu?", "b.md", "There are 90.", 1.0),
        ("how many according to the Oren Institute?", "c.md", "There are 90, said the Oren Institute.", 1.0),
        ("how many according to the Oren Institute?", "c.md", "The Oren Institute has 90 desks.", 0.0),
        ("how many according to the Oren Institute?", "c.md", "There are 90, said the institute.", 0.0),
    ],
)
def test_a_source_is_the_documents_own_or_one_to_whom_its_words_are_put(
    question: str, doc_id: str, text: str, expected: float
) -> None:
    assert met(question, doc_id, text) == expected


def test_another_name_of_the_source_will_do() -> None:
    known_as = Alternative(frozenset({"lco"}), frozenset({"lakesid", "conflict", "observatori"}), 0.9)
    text = "There are 90, said the Lakeside Conflict Observatory."
    passage = Passage("c.md", 0, len(text), text, (Span(0, len(text)),), (1, 1))
    assert matched(soft_filter("how many according to the LCO?", known_as), passage, text) == 1.0
    assert matched(soft_filter("how many according to the LCO?"), passage, text) == 0.0


def test_a_time_and_a_source_count_half_each() -> None:
    asked = "how many in 2022 according to the Kestrel Monitor?"
    assert met(asked, "c.md", "In 2022 there were 90.") == 0.5
    assert met(asked, "c.md", "In 2022 there were 90, according to the Kestrel Monitor.") == 1.0


def test_documents_as_a_whole_are_told_by_their_date_and_their_names() -> None:
    assert by_document("how many in 2022?") == pytest.approx([MATCHES_BY_DOCUMENT_DATE, 0, 0])
    assert by_document("how many according to Iwu?") == [0, 1, 0]


def test_the_newest_day_is_that_of_a_document_in_scope_with_words_in_it() -> None:
    assert TABLE.newest(None) == dt.date(2022, 6, 14)
    assert TABLE.newest(np.array([False, False, True, True, True])) == dt.date(2022, 1, 18)
    assert TABLE.newest(np.array([False, False, False, True, True])) is None
    assert document_table([]).newest(None) is None
