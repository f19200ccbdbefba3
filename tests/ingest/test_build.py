"""Building: what is parsed and encoded again, what is reported, and incremental builds that equal full ones."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

import pytest

from askbrief.documents.sources import parse_file
from askbrief.errors import BuildInProgress, SeedsError
from askbrief.records import Problem
from askbrief.settings import Settings
from askbrief.storage.embedded.generation import BuildLock, Generation, current_name
from tests.fakes import HashEncoder

if TYPE_CHECKING:
    from pathlib import Path

    from askbrief.documents.builder import ParsedFile
    from askbrief.documents.limits import ParsingLimits
    from askbrief.documents.sources import SeedFile
    from tests.conftest import Workplace

SENTENCES = [
    "The committee met on Tuesday and heard {n} witnesses from the border districts.",
    "Officials counted {n} attacks in the province, more than in any year before.",
    "A spokesman denied that {n} fighters had crossed the river during the night.",
    "Prices of wheat rose by {n} percent after the road to the capital was closed.",
    "The report names {n} factions, and says that most of them have joined forces.",
]


def article(seed: int, paragraphs: int = 6) -> str:
    """Return a generated article, the same for the same seed."""
    chance = random.Random(seed)
    return "\n\n".join(
        " ".join(chance.choice(SENTENCES).format(n=chance.randint(2, 9000)) for _ in range(chance.randint(3, 9)))
        for _ in range(paragraphs)
    )


def contents(index: Path) -> dict[str, str]:
    """Return the checksums of all files of the current generation."""
    with Generation.open_current(index) as generation:
        return generation.manifest.files


def test_the_first_build_adds_every_readable_file(workplace: Workplace) -> None:
    workplace.write("a.txt", article(1))
    workplace.write("un/b.md", f"# Report\n\n{article(2)}")
    report = workplace.build()
    assert report.added == ("a.txt", "un/b.md")
    assert (report.documents, report.encoded) == (2, report.passages)
    assert report.rebuilt_because is None


def test_a_build_with_nothing_to_do_writes_nothing(workplace: Workplace) -> None:
    workplace.write("a.txt", article(1))
    first = workplace.build()
    before = sorted((path, path.stat().st_mtime_ns) for path in workplace.index.rglob("*") if path.is_file())
    workplace.encoder.encoded.clear()
    second = workplace.build()
    assert second.up_to_date
    assert second.generation == first.generation
    assert workplace.encoder.encoded == []
    assert before == sorted((path, path.stat().st_mtime_ns) for path in workplace.index.rglob("*") if path.is_file())


def test_every_kind_of_change_is_reported_by_name(workplace: Workplace) -> None:
    for name in ("kept.txt", "edited.txt", "deleted.txt"):
        workplace.write(name, article(len(name)))
    workplace.build()
    workplace.write("edited.txt", article(99))
    workplace.write("new.txt", article(98))
    workplace.write("blank.txt", " \n\n ")
    workplace.write("scan.png", b"%PDF-1.7")
    (workplace.seeds / "deleted.txt").unlink()
    report = workplace.build()
    assert report.added == ("new.txt",)
    assert report.changed == ("edited.txt",)
    assert report.removed == ("deleted.txt",)
    assert report.unchanged == ("kept.txt",)
    assert report.empty == ("blank.txt",)
    assert [problem.path for problem in report.failed] == ["scan.png"]
    assert "is damaged, or no picture" in report.failed[0].reason


def test_a_file_that_fails_later_leaves_the_index_and_returns_when_repaired(workplace: Workplace) -> None:
    workplace.write("a.txt", article(1))
    workplace.write("b.txt", article(2))
    workplace.build()
    workplace.write("b.txt", b"\x00\x01\x02")
    broken = workplace.build()
    assert broken.removed == ("b.txt",)
    assert [problem.path for problem in broken.failed] == ["b.txt"]
    workplace.write("b.txt", article(2))
    assert workplace.build().added == ("b.txt",)


def test_only_passages_with_new_words_are_encoded(workplace: Workplace) -> None:
    paragraphs = article(5, paragraphs=12).split("\n\n")
    workplace.write("a.txt", "\n\n".join(paragraphs))
    workplace.build()
    workplace.encoder.encoded.clear()
    workplace.write("a.txt", "\n\n".join([*paragraphs, "A paragraph that is new and stands at the very end of it."]))
    report = workplace.build()
    assert 0 < report.encoded < report.passages
    assert any("that is new" in text for text in workplace.encoder.encoded)
    assert not any(paragraphs[0] in text for text in workplace.encoder.encoded)


def test_equal_passages_are_encoded_once(workplace: Workplace) -> None:
    workplace.write("a.txt", f"---\ntitle: Same\n---\n{article(3)}")
    workplace.write("b.txt", f"---\ntitle: Same\n---\n{article(3)}")
    report = workplace.build()
    assert report.passages == 2 * report.encoded


@pytest.mark.parametrize("seed", range(5))
def test_an_incremental_build_equals_a_full_one_to_the_byte(workplace: Workplace, seed: int) -> None:
    chance = random.Random(seed)
    for number in range(6):
        workplace.write(f"c{number % 3}/d{number}.txt", article(number))
    workplace.build()
    for step in range(8):
        files = sorted(path for path in workplace.seeds.rglob("*.txt"))
        match chance.choice(["add", "edit", "append", "delete", "title", "break"]):
            case "add":
                workplace.write(f"c{step}/new{step}.txt", article(100 + step))
            case "edit":
                chance.choice(files).write_text(article(chance.randint(200, 300)))
            case "append":
                path = chance.choice(files)
                path.write_text(
                    f"{path.read_text(errors='replace')}\n\nOne more line that nobody has seen before {step}."
                )
            case "delete" if len(files) > 1:
                chance.choice(files).unlink()
            case "title":
                path = chance.choice(files)
                path.with_name(f"{path.name}.meta.yaml").write_text(f"title: Named {step}\ndate: 2022-0{step + 1}")
            case _:
                chance.choice(files).write_bytes(b"\xff\x00")
        workplace.build()
        full = type(workplace)(workplace.root / f"full{step}", HashEncoder())
        shutil.copytree(workplace.seeds, full.seeds)
        full.build()
        assert contents(workplace.index) == contents(full.index)


def test_an_incremental_build_resolves_colliding_keys_as_a_full_one_does(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("askbrief.storage.embedded.writer.SHORTEST_HASH", 1)  # 32 keys, fewer than passages
    for number in range(12):
        workplace.write(f"d{number:02}.txt", f"---\ntitle: Same\n---\n{article(number)}")
    workplace.build()
    (workplace.seeds / "d00.txt").unlink()
    workplace.write("d05.txt", f"---\ntitle: Same\n---\n{article(99)}")
    assert workplace.build().passages > 32
    before = contents(workplace.index)
    workplace.build(full=True)
    assert contents(workplace.index) == before


def test_unchanged_documents_are_neither_parsed_nor_encoded_again(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        workplace.write(f"d{number}.txt", article(number))
    workplace.build()
    workplace.write("d1.txt", article(77))
    read: list[str] = []
    real = parse_file

    def noted(file: SeedFile, limits: ParsingLimits) -> ParsedFile:
        read.append(file.doc_id)
        return real(file, limits)

    monkeypatch.setattr("askbrief.documents.sandbox.parse_file", noted)
    report = workplace.build()
    assert read == ["d1.txt"]
    assert 0 < report.encoded < report.passages


def test_more_files_than_the_limit_are_refused_and_the_old_index_keeps_serving(workplace: Workplace) -> None:
    workplace.write("a.txt", article(1))
    before = workplace.build().generation
    workplace.write("b.txt", article(2))
    with pytest.raises(SeedsError, match=r"holds 2 files; the limit is 1 \(ASKBRIEF_MAX_DOCUMENTS\)"):
        workplace.build(settings=Settings(max_documents=1))
    assert current_name(workplace.index) == before


def test_a_file_that_stalls_its_parser_is_a_row_and_the_others_are_built(workplace: Workplace) -> None:
    workplace.write("a.txt", article(1))
    workplace.write("stalling.md", "- a\n" * 2_000_000)
    report = workplace.build(settings=Settings(read_seconds=3))
    assert report.added == ("a.txt",)
    assert [problem.path for problem in report.failed] == ["stalling.md"]
    assert "took longer than 3 s to read (ASKBRIEF_READ_SECONDS)" in report.failed[0].reason


def test_the_same_input_gives_the_same_bytes(workplace: Workplace) -> None:
    workplace.write("a.txt", article(1))
    workplace.build()
    before = contents(workplace.index)
    assert workplace.build(full=True).rebuilt_because == "asked for in full"
    assert contents(workplace.index) == before


def test_everything_is_encoded_again_for_another_model(workplace: Workplace) -> None:
    workplace.write("a.txt", article(1))
    first = workplace.build()
    report = workplace.build(encoder=HashEncoder("other@2"))
    assert report.encoded == first.passages
    assert report.unchanged == ("a.txt",)
    assert report.rebuilt_because == "the model was all-MiniLM-L6-v2@hash (exact), and is other@2 (exact) now"


def test_two_files_of_the_same_name_in_two_collections_are_two_documents(workplace: Workplace) -> None:
    workplace.write("un/report.txt", article(1))
    workplace.write("voa/report.txt", article(2))
    report = workplace.build()
    assert report.added == ("un/report.txt", "voa/report.txt")
    with workplace.open() as library:
        assert {source.collection for source in library.sources()} == {"un", "voa"}


def test_a_sentence_too_long_for_a_passage_is_cut_and_the_report_says_so(workplace: Workplace) -> None:
    workplace.write("a.txt", "word " * 400 + "end.")
    report = workplace.build()
    assert report.warnings == (Problem("a.txt", "1 sentence was too long for one passage, and cut"),)
    assert report.passages > 2


def test_an_emptied_folder_gives_an_empty_index_that_answers_nothing(workplace: Workplace) -> None:
    path = workplace.write("a.txt", article(1))
    workplace.build()
    path.unlink()
    assert workplace.build().removed == ("a.txt",)
    with workplace.open() as library:
        assert library.ask("how many attacks?").hits == ()


def test_a_missing_seeds_folder_is_an_error_and_the_old_index_keeps_serving(workplace: Workplace) -> None:
    workplace.write("a.txt", article(1))
    workplace.build()
    shutil.rmtree(workplace.seeds)
    with pytest.raises(SeedsError, match="is not there"):
        workplace.build()
    with workplace.open() as library:
        assert library.ask("how many attacks?").hits


def test_a_second_build_at_the_same_time_is_refused(workplace: Workplace) -> None:
    workplace.write("a.txt", article(1))
    with BuildLock(workplace.index), pytest.raises(BuildInProgress, match="another build is running"):
        workplace.build()
    assert workplace.build().added == ("a.txt",)


def test_progress_receives_each_stage_and_all_its_steps(workplace: Workplace) -> None:
    class Watcher:
        def __init__(self) -> None:
            self.stages: dict[str, list[int]] = {}

        def stage(self, name: str, total: int) -> None:
            self.stages[name] = [total, 0]

        def advance(self, steps: int = 1) -> None:
            self.stages[list(self.stages)[-1]][1] += steps

    workplace.write("a.txt", article(1))
    watcher = Watcher()
    report = workplace.build(progress=watcher)
    assert watcher.stages == {
        "reading": [1, 1],
        "encoding": [report.passages, report.passages],
        "counting terms": [report.passages, report.passages],
        "learning names": [report.passages, report.passages],
    }


def test_a_generation_is_named_by_number_and_contents(workplace: Workplace) -> None:
    workplace.write("a.txt", article(1))
    report = workplace.build()
    assert report.generation == current_name(workplace.index)
    assert report.generation.startswith("000001-")
