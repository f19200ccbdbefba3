"""What people see when they ask a handful of briefs, with the real model.

The briefs in `briefs/` are invented, including country, groups and institutes. They disagree on figures, repeat each
other, and name times and sources.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from askbrief import Library, build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from askbrief.inference.encoder import Encoder
    from askbrief.records import Answer, Hit

BRIEFS = Path(__file__).parent / "briefs"
ATTACKS = "how many attacks did the Northern Free Movement carry out"


@pytest.fixture(scope="session")
def briefs_index(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the briefs with the real model."""
    index = tmp_path_factory.mktemp("briefs") / "index"
    report = build(BRIEFS, index, encoder=encoder)
    assert not report.failed
    assert not report.warnings
    return index


@pytest.fixture
def briefs(briefs_index: Path, encoder: Encoder) -> Iterator[Library]:
    """Open the briefs."""
    with Library.open(briefs_index, encoder=encoder) as library:
        yield library


def first(library: Library, question: str) -> Hit:
    return library.ask(question).hits[0]


def shown(answer: Answer) -> list[str]:
    return [figure.text for group in answer.figures for figure in group.figures]


# ------------------------------------------------------------------------------------- figures side by side


def test_figures_of_three_years_stand_side_by_side_the_newest_first_and_are_said_to_differ(briefs: Library) -> None:
    answer = briefs.ask("how many NFM fighters are in Ostrel?")
    assert shown(answer) == ["some 7,000", "6,000 to 6,500", "3,000 to 4,000"]
    assert all(group.differs for group in answer.figures)
    assert [group.figures[0].date for group in answer.figures] == ["2023-07-21", "2023-03-09", "2022-06-14"]


def test_sources_that_agree_stand_in_one_group_beside_the_one_that_differs(briefs: Library) -> None:
    answer = briefs.ask("how many people were killed in the ambush at the Brenk bridge?")
    groups = {group.low: {figure.doc_id for figure in group.figures} for group in answer.figures}
    assert groups[34] == {"news/2021-08-13-brenk-bridge.txt", "news/2021-08-14-courier.txt"}
    assert groups[31] == {"news/2021-08-12-brenk-bridge.txt"}
    assert all(group.differs for group in answer.figures)


def test_a_story_told_again_is_cited_with_the_first_and_not_shown_twice(briefs: Library) -> None:
    hits = briefs.ask("who blew up the first and the last lorry at the Brenk bridge?").hits
    stories = [hit for hit in hits if hit.quote.startswith("At least 3")]
    assert [len(hit.also) for hit in stories if "34 people" in hit.quote] == [1]
    assert [len(hit.also) for hit in stories if "31 people" in hit.quote] == [0]


# --------------------------------------------------------------------------------------------- times


def test_a_year_decides_between_figures_that_fit_equally(briefs: Library) -> None:
    assert first(briefs, "how many NFM fighters were there in 2022?").doc_id == "security/2022-06-northern-front.md"
    assert "262 attacks" in first(briefs, f"{ATTACKS} in 2022?").answer_sentence
    assert "207 attacks" in first(briefs, f"{ATTACKS} in 2021?").answer_sentence
    assert "17.3 percent" in first(briefs, "how high was inflation in 2021?").quote


def test_a_time_with_an_open_end_steers_to_its_side(briefs: Library) -> None:
    displaced = "how many people were displaced in Selmar"
    assert first(briefs, f"{displaced} before 2023?").doc_id == "relief/2022-09-flood-appeal.md"
    assert first(briefs, f"{displaced} since January 2023?").doc_id == "relief/2023-04-displacement.txt"
    assert first(briefs, "how many NFM fighters are there since March 2023?").metadata.date >= "2023-03"  # type: ignore[operator]


def test_what_steers_is_shown_among_the_signals_only_where_the_question_names_a_time_or_a_source(
    briefs: Library,
) -> None:
    assert first(briefs, f"{ATTACKS} in 2021?").signals["constraint"] == 1.0
    assert all("constraint" not in hit.signals for hit in briefs.ask(f"{ATTACKS}?").hits)


def test_a_time_that_nothing_fits_leaves_the_answer_where_it_is(briefs: Library) -> None:
    asked = "how high is the median monthly wage"
    assert first(briefs, f"{asked} in 1987?").key == first(briefs, f"{asked}?").key


@pytest.mark.parametrize("time", ["in 2021", "in 2022", "since July 2021", "before 2023"])
def test_a_time_never_lifts_what_does_not_answer_over_what_does(briefs: Library, time: str) -> None:
    assert "scanners" in first(briefs, f"how many containers do customs officers search at the port {time}?").quote


# ------------------------------------------------------------------------------------------- sources


@pytest.mark.parametrize(
    ("source", "doc_id"),
    [
        ("according to the Kestrel Monitor", "security/kestrel-2021.txt"),
        ("according to the Oren Institute", "security/2021-annual-review.md"),
        ("as reported by the Lakeside Conflict Observatory", "security/2023-03-northern-front.md"),
    ],
)
def test_the_source_that_is_named_comes_first(briefs: Library, source: str, doc_id: str) -> None:
    assert first(briefs, f"{ATTACKS} {source}?").doc_id == doc_id


def test_a_report_is_found_by_the_name_people_give_it(briefs: Library) -> None:
    panel = "security/2023-07-panel-report.md"
    assert first(briefs, "how many fighters does the NFM have in the Panel report?").doc_id == panel
    assert first(briefs, "how many NFM fighters are there according to the Panel of Monitors?").doc_id == panel


def test_a_source_is_known_by_the_initials_of_its_publisher(briefs: Library) -> None:
    hits = briefs.ask("how many people were displaced in Selmar according to the JRO?").hits
    assert {hit.metadata.publisher for hit in hits[:2]} == {"Joint Relief Office"}


def test_a_passage_that_attributes_to_the_source_counts_like_the_sources_own(briefs: Library) -> None:
    hits = briefs.ask("how high is inflation according to the Harbour Bank?").hits[:2]
    (hit,) = [hit for hit in hits if hit.metadata.publisher == "National Statistics Bureau"]
    assert "Harbour Bank" in hit.answer_sentence


# ----------------------------------------------------------------------------------------- comparisons


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        (
            "Compare attacks by the Northern Free Movement and the Kadun Workers' Army in 2021",
            "207 attacks",
            "81 attacks",
        ),
        ("Compare the Northern Free Movement and the Red Lanterns", "Northern Free Movement", "Red Lanterns"),
        ("Compare displacement in Ostrel with Selmar", "fighting in Ostrel has displaced", "floods in Selmar"),
        ("Compare inflation in 2021 with inflation in 2023", "17.3 percent", "31 percent"),
        ("compare remittances and the budget of the general staff", "Remittances", "general staff"),
    ],
)
def test_a_question_for_two_things_gets_a_passage_on_each_among_the_first_three(
    briefs: Library, question: str, one: str, other: str
) -> None:
    quotes = [hit.quote.casefold() for hit in briefs.ask(question).hits[:3]]
    assert any(one.casefold() in quote for quote in quotes)
    assert any(other.casefold() in quote for quote in quotes)


def test_the_second_thing_is_found_though_the_question_as_a_whole_hardly_finds_it(briefs: Library) -> None:
    question = "Compare donors' funding of the floods with defence spending"
    assert "security/2023-03-northern-front.md" in {hit.doc_id for hit in briefs.ask(question, top=2).hits}


def test_a_question_with_one_clear_answer_keeps_its_order_whatever_and_stands_in_it(briefs: Library) -> None:
    hits = briefs.ask("who was seen at a funeral and in what month?").hits
    assert "Ilyan Torv" in hits[0].quote
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


# ------------------------------------------------------------------------------------------- other names


def test_a_name_in_one_form_finds_the_passages_that_have_another(briefs: Library) -> None:
    by_acronym, by_name = (
        briefs.ask(f"how many attacks did the {name} claim in 2021?") for name in ("KWA", "Kadun Workers' Army")
    )
    for answer in (by_acronym, by_name):
        assert any("81 attacks" in hit.answer_sentence for hit in answer.hits[:2])
    assert "Kadun Workers' Army" in by_acronym.searched_also
    assert "KWA" in by_name.searched_also


def test_a_name_is_defined_by_the_passage_that_explains_it(briefs: Library) -> None:
    meaning = briefs.define("lco")[0]
    assert meaning.forms[0] == "Lakeside Conflict Observatory"
    assert meaning.hit is not None
    assert "(LCO)" in meaning.hit.answer_sentence


def test_two_things_compared_by_their_acronyms_both_come_first(briefs: Library) -> None:
    hits = briefs.ask("Compare NFM and KWA attacks in 2021").hits[:2]
    sentences = " ".join(hit.quote for hit in hits)
    assert "Kadun Workers' Army" in sentences
    assert "Northern Free Movement" in sentences
    assert all("2021" in hit.quote for hit in hits)


def test_a_typing_error_is_searched_as_what_it_was_meant_to_be_and_said(briefs: Library) -> None:
    answer = briefs.ask("how many figthers does the NFM have in Ostrel?")
    assert "fighters" in answer.searched_also
    assert shown(answer)
