"""The confidence that the sources answer, and the verdict."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from askbrief.answering.verdict import (
    AGAINST,
    SIGNALS,
    Calibration,
    packaged_calibration,
    read_calibration,
    write_calibration,
)
from askbrief.errors import SettingsError
from askbrief.records import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Workplace

SURE = dict.fromkeys(AGAINST, 0.0) | {
    "cosine": 0.8,
    "sentence_cosine": 0.85,
    "sentence_coverage": 1.0,
    "lead": 0.3,
    "answers": 1.0,
    "margin": 1.0,
}
CALIBRATION = Calibration(encoder="m", fitted_on=("a",), intercept=-1, weights={"cosine": 2}, strong=0.6, weak=0.4)


@pytest.mark.parametrize("read", [True, False])
@pytest.mark.parametrize("name", SIGNALS)
def test_more_evidence_never_makes_it_less_sure_nor_a_mismatch_surer(name: str, *, read: bool) -> None:
    calibration = packaged_calibration(read=read)
    values = [calibration.probability(SURE | {name: step / 10}) for step in range(11)]
    ordered = values[::-1] if name in AGAINST else values
    assert all(one <= other for one, other in itertools.pairwise(ordered))


@pytest.mark.parametrize("read", [True, False])
def test_what_fits_in_everything_is_strong_and_what_fits_in_nothing_is_none(*, read: bool) -> None:
    calibration = packaged_calibration(read=read)
    assert calibration.of_unread is not read
    assert calibration.verdict(calibration.probability(SURE)) is Verdict.STRONG
    assert calibration.verdict(calibration.probability(dict.fromkeys(SURE, 0.0))) is Verdict.NONE
    denied = calibration.probability(SURE | {"negation": 1.0})
    assert calibration.verdict(denied) is not Verdict.STRONG


@pytest.mark.parametrize(
    ("probability", "verdict"),
    [(0.6, Verdict.STRONG), (0.59, Verdict.WEAK), (0.4, Verdict.WEAK), (0.39, Verdict.NONE), (0.0, Verdict.NONE)],
)
def test_the_words_change_at_the_bounds(probability: float, verdict: Verdict) -> None:
    assert CALIBRATION.verdict(probability) is verdict


def test_a_calibration_is_written_as_numbers_and_read_back(tmp_path: Path) -> None:
    write_calibration(CALIBRATION, tmp_path / "calibration.json")
    text = (tmp_path / "calibration.json").read_text(encoding="utf-8")
    assert '"strong": 0.6' in text
    assert read_calibration(text) == CALIBRATION


def test_a_team_may_bring_its_own_calibration(workplace: Workplace, tmp_path: Path) -> None:
    workplace.write("a.txt", "The river flooded the northern valley in May.")
    workplace.build()
    path = tmp_path / "ours.json"
    for intercept, verdict in ((9.0, Verdict.STRONG), (-9.0, Verdict.NONE)):
        write_calibration(CALIBRATION.model_copy(update={"intercept": intercept}), path)
        with workplace.open(calibration=path) as library:
            assert library.ask("which valley was flooded?").verdict is verdict


@pytest.mark.parametrize("content", ["", "{}", '{"encoder": 3}', None])
def test_a_calibration_that_cannot_be_read_is_said_in_one_line(
    workplace: Workplace, tmp_path: Path, content: str | None
) -> None:
    workplace.write("a.txt", "The river flooded the northern valley.")
    workplace.build()
    path = tmp_path / "ours.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"ASKBRIEF_CALIBRATION is .*ours.json"):
        workplace.open(calibration=path)


def test_how_many_passages_are_wanted_makes_no_difference(workplace: Workplace) -> None:
    workplace.write("a.txt", "\n\n".join(f"In district {n} the river flooded {n} villages." * 8 for n in range(9)))
    workplace.build()
    with workplace.open() as library:
        confidences = {library.ask("which villages did the river flood?", top).confidence for top in (1, 3, 8)}
    assert len(confidences) == 1


def test_where_a_count_is_asked_for_the_passage_must_have_one(workplace: Workplace) -> None:
    workplace.write("a.txt", "The river flooded 12 villages in May. The convoy with rice came in June.")
    workplace.build()
    with workplace.open() as library:
        uncounted = {
            question: library.ask(question).signals["uncounted"]
            for question in (
                "how many villages did the river flood?",
                "how many people fled the flood in May?",
                "which villages did the river flood?",
            )
        }
    assert list(uncounted.values()) == [0.0, 1.0, 0.0]
