"""Figures that six short briefs and the packaged brief give for a question, grouped where they agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from askbrief.answering.figures import find_figures, group_figures
from askbrief.query.parsed_question import parse_question
from askbrief.records import Figure, FigureGroup, Scope, Verdict
from askbrief.service.serialisation import to_json
from tests.conftest import SEED, TTP_QUESTION
from tests.fakes import text_of

if TYPE_CHECKING:
    from askbrief import Answer, Library
    from tests.conftest import Workplace

RAIDERS = "how many raiders does the Black Banner have in the Koram valley?"
BRIEFS = {
    "a/2019.txt": """date: 2019-03-02
---
The Black Banner has some 7,000 raiders in the Koram valley. It was founded in 1990, and the army killed 50 raiders of
the Black Banner in the Koram valley last spring.
""",
    "a/2020.txt": """date: 2020-11
---
Elders say that the raiders of the Black Banner in the Koram valley number seven thousand. Section 12 of the truce
covers them, and 300 farmers left the Koram valley.
""",
    "b/2021.txt": """date: 2021-06-30
---
Two U.S. envoys came to the Koram valley.
As of March 2021 the Black Banner had between 3,000 and 4,000 armed raiders in the Koram valley. In 2020, 42% of the
households in the Koram valley paid a levy to the Black Banner.
""",
    "b/2022.txt": """date: 2022-08-01
---
The Black Banner now keeps over 9,000 raiders in the Koram valley, a report of July 5 says. The share of households in
the Koram valley that paid a levy to the Black Banner fell to 35 per cent in 2022.
""",
    "c/money.txt": """date: 2022-09-12
---
A miller in the Koram valley paid $36,350 (7.5 million rupees) as ransom to the Black Banner. His neighbour, a dyer,
paid nothing.
""",
    "undated.txt": """author: A trader
---
Traders have heard of 3,000-4,000 raiders whom the Black Banner feeds in the Koram valley. They ride 12,000 horses.
""",
}


def write(workplace: Workplace, name: str, text: str) -> None:
    """Write a file with front matter and its text on one line."""
    about, words = text.split("---\n")
    workplace.write(name, f"---\n{about}---\n{' '.join(words.split())}\n")


@pytest.fixture
def briefs(workplace: Workplace) -> Workplace:
    for name, text in BRIEFS.items():
        write(workplace, name, f"title: Brief {name}\n{text}")
    workplace.build()
    return workplace


def ask(workplace: Workplace, question: str, scope: Scope = Scope()) -> Answer:  # noqa: B008 - frozen
    with workplace.open() as library:
        answer = library.ask(question, top=10, scope=scope)
        assert_exact(library, answer)
        return answer


def assert_exact(library: Library, answer: Answer) -> None:
    """Check that every figure quotes its source and that its key is shown."""
    shown = {key for hit in answer.hits for key in (hit.key, *hit.also)}
    for group in answer.figures:
        for figure in group.figures:
            text = text_of(library, figure.doc_id)
            sentence = text[figure.sentence.start : figure.sentence.end]
            assert text[figure.start : figure.end] == figure.text
            assert figure.sentence.start <= figure.start < figure.end <= figure.sentence.end
            assert figure.as_of is None or figure.as_of in sentence
            assert not figure.counted or figure.unit in sentence
            assert figure.key in shown


def given(workplace: Workplace, question: str) -> tuple[FigureGroup, ...]:
    """Return the figures of the passages whatever the verdict, which means little with the hashing encoder."""
    parsed = parse_question(question)
    return group_figures(figure for hit in ask(workplace, question).hits for figure in find_figures(parsed, hit))


def rows(answer: Answer) -> list[tuple[str, str | None]]:
    return [(figure.words, figure.date) for group in answer.figures for figure in group.figures]


# -------------------------------------------------------------------------------- what the sources give


def test_conflicting_figures_stand_side_by_side_newest_first_and_undated_last(briefs: Workplace) -> None:
    answer = ask(briefs, RAIDERS)
    assert rows(answer) == [
        ("over 9,000 raiders", "2022-08-01"),
        ("between 3,000 and 4,000 raiders", "2021-06-30"),
        ("3,000-4,000 raiders", None),
        ("seven thousand raiders", "2020-11"),
        ("some 7,000 raiders", "2019-03-02"),
    ]


def test_figures_that_agree_are_one_group_with_all_citations_and_others_are_said_to_differ(briefs: Workplace) -> None:
    groups = ask(briefs, RAIDERS).figures
    assert [(group.low, group.high, len(group.figures), group.differs) for group in groups] == [
        (9000, None, 1, True),
        (3000, 4000, 2, True),
        (7000, 7000, 2, True),
    ]
    assert len({figure.key for group in groups for figure in group.figures}) == 5


def test_the_date_in_the_sentence_is_given_as_written(briefs: Workplace) -> None:
    dates = {figure.date: figure.as_of for group in ask(briefs, RAIDERS).figures for figure in group.figures}
    assert dates == {
        "2022-08-01": "July 5",
        "2021-06-30": "As of March 2021",
        None: None,
        "2020-11": None,
        "2019-03-02": None,
    }


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("how many raiders of the Black Banner did the army kill?", ["50 raiders"]),
        ("how many envoys came to the Koram valley?", ["Two envoys"]),
        ("how many farmers left the Koram valley?", ["300 farmers"]),
        ("what share of households in the Koram valley paid a levy?", ["35 per cent", "42%"]),
        ("what percentage of households paid a levy to the Black Banner in 2020?", ["42%"]),
        ("how much ransom did the miller pay to the Black Banner?", ["$36,350 (7.5 million rupees)"]),
        ("how many rupees did the miller pay to the Black Banner?", ["$36,350 (7.5 million rupees)"]),
        ("how many horses do the raiders ride?", ["12,000 horses"]),
        ("how many raiders does the Black Banner have in the Zhob valley?", []),
        ("how many millers live in the Koram valley?", []),
        ("who are the raiders of the Black Banner?", []),
    ],
)
def test_only_what_counts_the_thing_asked_for_is_given(briefs: Workplace, question: str, expected: list[str]) -> None:
    assert [figure.words for group in given(briefs, question) for figure in group.figures] == expected


def test_a_sum_in_two_currencies_has_the_value_of_the_one_asked_for(briefs: Workplace) -> None:
    (dollars,) = given(briefs, "how much ransom did the miller pay to the Black Banner?")
    (rupees,) = given(briefs, "how many rupees did the miller pay to the Black Banner?")
    assert (dollars.low, dollars.unit, dollars.differs) == (36_350, "dollars", False)
    assert (rupees.low, rupees.unit, rupees.differs) == (7_500_000, "rupees", False)


def test_figures_out_of_scope_are_not_there(briefs: Workplace) -> None:
    answer = ask(briefs, RAIDERS, Scope(collections=frozenset({"a"})))
    assert rows(answer) == [("seven thousand raiders", "2020-11"), ("some 7,000 raiders", "2019-03-02")]
    assert [group.differs for group in answer.figures] == [False]


def test_a_near_duplicate_that_is_not_shown_again_is_still_cited(briefs: Workplace) -> None:
    later = BRIEFS["b/2022.txt"].replace("2022-08-01", "2023-01-01")
    write(briefs, "copy.txt", f"title: Brief b/2022.txt\n{later}")
    briefs.build()
    first = ask(briefs, RAIDERS).figures[0]
    assert [figure.doc_id for figure in first.figures] == ["copy.txt", "b/2022.txt"]
    assert len({figure.key for figure in first.figures}) == 2


def test_where_nothing_answers_there_are_no_figures(briefs: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("askbrief.answering.verdict.Calibration.verdict", lambda *_: Verdict.NONE)
    assert ask(briefs, RAIDERS).figures == ()


# --------------------------------------------------------------------------------------- the real seed


def found_in_seed(library: Library, question: str) -> list[Figure]:
    answer = library.ask(question)
    assert_exact(library, answer)
    return [figure for group in answer.figures for figure in group.figures]


def test_the_fighters_of_the_seed(seed_library: Library) -> None:
    (fighters,) = found_in_seed(seed_library, TTP_QUESTION)
    assert (fighters.text, fighters.low, fighters.high, fighters.unit) == ("3,000 to 4,000", 3000, 4000, "fighters")
    assert (fighters.key, fighters.doc_id, fighters.as_of) == ("emboldened-resurgent-ttp-x243xb", SEED, "July 5")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("how many soldiers does the TTP have?", []),
        ("how many attacks were Baloch insurgents tied to in 2021?", ["63 attacks"]),
        ("how many people were killed by airstrikes in Kunar and Khost?", ["47 people"]),
        ("how many militant attacks in Khyber Pakhtunkhwa?", ["247 attacks"]),
        ("how much protection money did the former governor pay?", ["$36,350 (7.5 million rupees)"]),
        ("how large is the TTP?", ["3,000 to 4,000 fighters"]),
        ("who leads the TTP?", []),
    ],
)
def test_other_figures_of_the_seed(seed_library: Library, question: str, expected: list[str]) -> None:
    assert [figure.words for figure in found_in_seed(seed_library, question)] == expected


# ------------------------------------------------------------------------------------ how it is shown


def test_json_holds_every_field_of_a_group(briefs: Workplace) -> None:
    first = to_json(ask(briefs, RAIDERS))["figures"][0]
    (figure,) = first.pop("figures")
    assert first == {"low": 9000, "high": None, "unit": "raiders", "differs": True}
    assert (figure["text"], figure["date"], figure["as_of"]) == ("over 9,000", "2022-08-01", "July 5")
    assert set(figure) == {
        *("text", "low", "high", "unit", "approximate", "key", "doc_id", "title", "date", "as_of"),
        *("sentence", "start", "end"),
    }
