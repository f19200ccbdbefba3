"""Training the reader on a tiny set: the loss falls, a stopped run continues, and the result can be exported."""

from __future__ import annotations

import gzip
import json
import sys
from random import Random
from typing import TYPE_CHECKING

import pytest

from askbrief.inference.reader import Reader
from askbrief.records import Passage, Span
from training import prepare
from training.exchanges import exchanged
from training.export import export
from training.negatives import without_answer
from training.pairs import Mix, Pairs
from training.passages import MOST_WORDS, detokenised, passages
from training.questions import occurrences
from training.train import CHECKPOINT, LOG, Recipe, Training, trained

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RIVERS = "Danube Elbe Volga Tagus Loire Thames Vistula Dnieper Ebro Rhone Oder Po".split()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prepare twelve rivers, each with its length and its engineer, like the real data."""
    folder = tmp_path_factory.mktemp("training")
    lines = []
    for number, river in enumerate(RIVERS):
        length, engineer = f"{700 + 37 * number} kilometres", f"Engineer {chr(65 + number)}dams"
        context = (
            f"The {river} is a river with many bends and mills. It is {length} long from its spring to its mouth. "
            f"The first bridge over it was built by {engineer}. Boats with grain and salt went up and down all summer."
        )
        lines += [
            {"source": "squad", "question": f"How long is the {river}?", "context": context, "answer": length},
            {"source": "squad", "question": f"Who built the bridge over the {river}?", "context": context}
            | {"answer": engineer},
        ]
    with gzip.open(folder / "spans.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps({**line, "start": line["context"].find(line["answer"])}) + "\n" for line in lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["prepare", str(folder / "spans.jsonl.gz"), str(folder / "work")])
        prepare.main()
    return folder / "work"


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Train with one thread: the tensors are small, and threads that wait for each other are slow on a busy machine."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def recipe(steps: int) -> Recipe:
    return Recipe(steps=steps, room=600, rate=4e-4, average=0.8, warm_up=5)


def losses(folder: Path) -> list[float]:
    return [json.loads(line)["loss"] for line in (folder / LOG).read_text().splitlines()]


def test_the_negatives_are_the_closest_passages_and_hold_no_answer(prepared: Path) -> None:
    texts = json.loads((prepared / "passages.json").read_text())
    questions = [json.loads(line) for line in (prepared / "questions.jsonl").read_text().splitlines()]
    assert len(questions) == 2 * len(RIVERS)
    for line in questions:
        [[start, end], *_] = line["spans"]
        answer = texts[line["passage"]][start:end]
        assert line["others"]
        assert line["passage"] not in line["others"]
        assert not any(answer in texts[other] for other in line["others"])
        assert answer not in line["without"]
        assert line["question"] not in line["exchanged"]


def test_the_loss_falls_and_the_export_reads_as_it_was_trained(prepared: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    training = Training(Pairs(prepared, Mix(), 7), recipe(24), run)
    training.run(every=24, say_every=4)
    assert losses(run)[-1] < losses(run)[0] / 2
    export(trained(run), tmp_path / "reader")
    text = "The Danube is a river with many bends and mills. It is 700 kilometres long from its spring to its mouth."
    passage = Passage("d", 0, len(text), text, (Span(0, 48), Span(49, len(text))), (1, 1))
    [output] = Reader(tmp_path / "reader").read("How long is the Danube?", [passage])
    assert output.likeliest is not None
    assert "700" in text[output.likeliest.span.start : output.likeliest.span.end]


def test_a_stopped_run_goes_on_where_it_was(prepared: Path, tmp_path: Path) -> None:
    def steps(folder: Path, upto: int) -> None:
        training = Training(Pairs(prepared, Mix(), 7), recipe(6), folder)
        training.run(every=3, say_every=1, upto=upto)

    steps(tmp_path / "whole", 6)
    steps(tmp_path / "stopped", 3)
    assert (tmp_path / "stopped" / CHECKPOINT).is_file()
    steps(tmp_path / "stopped", 6)
    assert losses(tmp_path / "stopped") == pytest.approx(losses(tmp_path / "whole"), abs=0.02)


def test_nothing_prepared_is_said_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"python -m training\.prepare"):
        Pairs(tmp_path, Mix(), 7)
    with pytest.raises(SystemExit, match=r"python -m training\.train"):
        trained(tmp_path)


def test_a_batch_is_the_same_for_the_same_seed_and_another_in_the_next_epoch(prepared: Path) -> None:
    one, again = (Pairs(prepared, Mix(), 7) for _ in range(2))
    first, second, later = (
        [batch.pieces.tolist() for batch in pairs.batches(epoch, 600)]
        for pairs, epoch in ((one, 0), (again, 0), (one, 1))
    )
    assert first == second
    assert first != later


def test_marks_of_the_penn_treebank_are_written_as_people_do() -> None:
    assert (
        detokenised("a site -LRB- 154 km2 -RRB- called ``  the Ranch ''") == 'a site ( 154 km2 ) called " the Ranch "'
    )


def test_passages_are_whole_sentences_of_even_length() -> None:
    text = " ".join(f"Sentence number {n} tells of one more thing that was seen." for n in range(60))
    made = passages(text, Random(1))
    assert " ".join(made) == text
    assert max(len(passage.split()) for passage in made) <= MOST_WORDS
    assert min(len(passage.split()) for passage in made) >= 30


def test_an_answer_is_found_as_whole_words_in_any_case() -> None:
    assert occurrences("ten", "Ten often written as ten.") == [(0, 3), (21, 24)]
    assert not occurrences("", "anything")


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("How many men crossed the Danube in 1809?", {"1812", "Vistula"}),
        ("What is the largest town on the river?", {"smallest", "off"}),
        ("Who did that?", {"not", "never", "no longer"}),
    ],
)
def test_a_changed_question_asks_for_something_else(question: str, other: set[str]) -> None:
    passage = "In 1809 an army crossed the Danube; in 1812 a larger one under Davout crossed the Vistula."
    made = {exchanged(question, passage, "an army", ["Niemen"], Random(seed)) for seed in range(40)} - {None}
    assert question not in made
    assert not any("army" in (text or "") for text in made)
    assert all(any(word in (text or "") for text in made) for word in other)


def test_a_passage_without_its_answer_keeps_the_other_sentences() -> None:
    kept = "Boats went up and down all summer with grain, with salt and with people from the hills."
    assert without_answer(f"The bridge was built by Adams. {kept}", "Adams") == kept
    assert without_answer("The bridge was built by Adams. It stands.", "Adams") is None
