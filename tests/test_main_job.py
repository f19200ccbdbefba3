"""The main job, on the real document with the real model: the passage, quoted exactly, with its citation."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree
from typing import TYPE_CHECKING

import pytest

from askbrief import Library, build
from askbrief.records import Verdict
from tests.conftest import ROOT, SEED, TTP_QUESTION

if TYPE_CHECKING:
    from askbrief.inference.encoder import Encoder


def test_the_ttp_question_is_answered_by_the_sentence_that_holds_the_figure(seed_library: Library) -> None:
    answer = seed_library.ask(TTP_QUESTION)
    assert answer.verdict is Verdict.STRONG
    assert "3,000 to 4,000 fighters" in answer.hits[0].answer_sentence


def test_it_is_as_sure_of_it_among_briefs_about_other_fighters(encoder: Encoder, tmp_path: Path) -> None:
    for folder in (ROOT / "seeds", Path(__file__).parent / "briefs"):
        copytree(folder, tmp_path / "seeds", dirs_exist_ok=True)
    build(tmp_path / "seeds", tmp_path / "index", encoder=encoder)
    with Library.open(tmp_path / "index", encoder=encoder) as library:
        answer = library.ask(TTP_QUESTION)
    assert answer.verdict is Verdict.STRONG
    assert answer.hits[0].doc_id == SEED


def test_every_quote_stands_in_the_file_at_its_offsets(seed_library: Library) -> None:
    text = (ROOT / "seeds" / SEED).read_text(encoding="utf-8")
    for hit in seed_library.ask(TTP_QUESTION, top=15).hits:
        assert text[hit.start : hit.end] == hit.quote
        assert text[hit.highlight.start : hit.highlight.end] == hit.answer_sentence


@pytest.mark.parametrize("question", ["what is the capital of France", "asdf qwerty"])
def test_what_the_sources_do_not_say_gets_no_answer(seed_library: Library, question: str) -> None:
    assert seed_library.ask(question).verdict is Verdict.NONE
