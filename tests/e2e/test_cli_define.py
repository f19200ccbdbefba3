"""`askbrief define` from outside, and what `askbrief ask` says that it searched for beside the question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.e2e.shell import Shell


@pytest.mark.parametrize("name", ["TTP", "ttp", "T.T.P."])
def test_define_shows_each_meaning_with_its_passage_and_key(shell: Shell, name: str) -> None:
    code, out, err = shell("define", name)
    shown = " ".join(out.split())
    assert (code, err) == (0, "")
    assert shown.startswith("TTP: Tehreek-e-Taliban Pakistan (in 1 document)")
    assert "TTP: Pakistani Taliban (in 1 document)" in shown
    assert "»Islamabad had long accused" in shown
    assert shown.count("[emboldened-resurgent-ttp-") == 2


def test_define_gives_json_whose_key_is_cited(shell: Shell) -> None:
    code, found = shell.json("define", "Pak Institute for Peace Studeis")
    (one,) = found["definitions"]
    assert (code, one["forms"], one["from_aliases"]) == (0, ["PIPS"], False)
    start, end = one["passage"]["highlight"]
    assert "(PIPS)" in one["passage"]["quote"][start - one["passage"]["start"] : end - one["passage"]["start"]]
    assert shell("cite", one["passage"]["key"])[0] == 0


def test_a_name_that_nothing_defines_is_exit_code_one_with_similar_names(shell: Shell) -> None:
    code, out, err = shell("define", "TPT")
    assert (code, err) == (1, "")
    assert out == "The sources don't say what TPT stands for\nSimilar names: TTP\n"
    code, found = shell.json("define", "TPT")
    assert (code, found) == (1, {"name": "TPT", "definitions": [], "similar": ["TTP"]})


def test_what_is_no_name_is_one_line_and_exit_code_two(shell: Shell) -> None:
    assert "has no letters" in shell.fails("define", "??")


def test_the_teams_names_are_defined_without_a_passage(shell: Shell) -> None:
    (shell.root / "seeds" / "aliases.yaml").write_text("the fleet: [the navy, the ships]", encoding="utf-8")
    code, out, _ = shell("build")
    assert (code, "aliases.yaml" in out) == (0, True)
    assert shell("define", "The Navy")[1] == "the navy: the fleet, the ships  (in the team's aliases)\n"


def test_an_answer_says_what_was_searched_for_beside_the_question(shell: Shell) -> None:
    question = "how many ttp fihters are in Afganistan?"
    also = ["Tehreek-e-Taliban Pakistan", "Pakistani Taliban", "fighters", "Afghanistan"]
    code, out, _ = shell("ask", question)
    assert code == 0
    assert f"Searched also for {', '.join(also)}" in " ".join(out.split())
    assert shell.json("ask", question)[1]["searched_also"] == also
    assert "Searched also" not in shell("ask", "what was reported in June?")[1]
