"""The command line from outside: real model, real seed, exit codes as grep's, one line for each error."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from askbrief import __version__
from askbrief.cli.commands import app, run
from askbrief.storage.embedded.generation import current_name
from tests.conftest import ROOT, SEED, TTP_QUESTION

if TYPE_CHECKING:
    from tests.e2e.shell import Shell


# --------------------------------------------------------------------------------------------------- ask


def test_ask_shows_the_passage_its_marked_sentence_and_its_key(shell: Shell) -> None:
    code, out, err = shell("ask", TTP_QUESTION)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("Strong match")
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in out
    text = " ".join(out.split())
    assert "»A July 5 report by the United Nations Security Council" in text
    assert (
        "3,000 to 4,000 fighters, many of whom were freed from Afghan jails shortly after the fall of Kabul.«" in text
    )
    assert "[emboldened-resurgent-ttp-" in out
    assert "¶ 12" in out


def test_what_was_asked_for_is_shown_by_itself_without_colour_too(shell: Shell) -> None:
    code, out, _ = shell("ask", "when did the Taliban seize Kabul?", "--top", "1")
    assert code == 0
    lines = [line.strip() for line in out.splitlines()]
    assert lines[2] == "August 15"
    assert "→ August 15" in lines
    assert "seizing control of Kabul on August 15.«" in " ".join(out.split())


def test_ask_as_json_has_the_documented_shape_and_exact_offsets(shell: Shell) -> None:
    code, answer = shell.json("ask", TTP_QUESTION, "--top", "3")
    assert code == 0
    assert answer["verdict"] == "strong"
    assert 0 <= answer["confidence"] <= 1
    assert answer["question"] == TTP_QUESTION
    assert answer["generation"] == current_name(shell.root / "index")
    assert [hit["rank"] for hit in answer["hits"]] == [1, 2, 3]
    text = (ROOT / "seeds" / SEED).read_text(encoding="utf-8")
    for hit in answer["hits"]:
        expected = {
            "rank",
            "key",
            "doc_id",
            "title",
            "locator",
            "start",
            "end",
            "quote",
            "highlight",
            "answer",
            "score",
            "signals",
        }
        assert expected <= hit.keys()
        assert text[hit["start"] : hit["end"]] == hit["quote"]
        assert hit["start"] <= hit["highlight"][0] < hit["highlight"][1] <= hit["end"]
        if hit["answer"]:
            start, end = hit["answer"]["start"], hit["answer"]["end"]
            assert hit["highlight"][0] <= start < end <= hit["highlight"][1]
            assert text[start:end] == hit["answer"]["text"]
    assert answer["hits"][0]["answer"]["text"] == "3,000 to 4,000"


@pytest.mark.parametrize("question", ["what is the capital of France", "asdf qwerty"])
def test_what_the_sources_do_not_say_is_exit_code_one_and_no_passage(shell: Shell, question: str) -> None:
    code, out, _ = shell("ask", question)
    assert code == 1
    assert out.startswith("The sources don't say")
    assert "[emboldened" not in out


def test_the_nearest_passages_are_shown_only_when_asked_for(shell: Shell) -> None:
    code, out, _ = shell("ask", "who brews the best coffee in Islamabad")
    assert code == 1
    assert "shown with --nearest" in out
    code, out, _ = shell("ask", "who brews the best coffee in Islamabad", "--nearest")
    assert code == 1
    assert out.startswith("The sources don't say")
    assert "[emboldened" in out


def test_the_command_line_prints_figures_as_json(shell: Shell) -> None:
    _, answer = shell.json("ask", TTP_QUESTION)
    (group,) = answer["figures"]
    assert group["figures"][0]["key"] == answer["hits"][0]["key"]
    assert shell.json("ask", "who leads the TTP?")[1]["figures"] == []


def test_the_command_line_shows_a_table_of_figures(shell: Shell) -> None:
    _, out, _ = shell("ask", "how many attacks were there in 2021?")
    lines = out.splitlines()
    head = next(place for place, line in enumerate(lines) if line.split() == ["figure", "dated", "source"])
    table = "\n".join(lines[head : head + 12])
    assert "63 attacks" in table
    assert "undated" in table
    assert "These figures differ" in table
    assert max(map(len, lines)) <= 80
    assert "figure" not in shell("ask", "who leads the TTP?")[1].split()


def test_why_shows_the_signals(shell: Shell) -> None:
    _, out, _ = shell("ask", TTP_QUESTION, "--why")
    assert "cosine" in out
    assert "bm25" in out


def test_a_question_may_begin_with_a_dash(shell: Shell) -> None:
    code, _, _ = shell("ask", "--", "-how many TTP fighters are in Afghanistan")
    assert code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ask", ""], "the question is empty"),
        (["ask", "?!… ---"], "has no words"),
        (["ask", "x" * 10_000], "has 10,000 characters, the limit is 2,000"),
        (["ask", "who?", "--top", "0"], "give a number from 1 to 100"),
        (["ask", "who?", "--top", "many"], "should be a valid integer"),
        (["ask", "who?", "--collection", "un"], "there is no collection 'un'; there are: none"),
        (["ask", "who?", "--document", "x.txt"], f"there is no document 'x.txt'; there are: {SEED}"),
        (["ask", "who?", "--since", "soon"], "since is 'soon': should be a date such as 2022-07-05"),
        (["ask"], "Missing argument 'question'"),
        (["asks", "who?"], "No such command 'asks'"),
        (["cite", "no key at all"], "not a citation key"),
        (["cite", "k" * 500], "not a citation key"),
        (["eval", "nowhere"], "corpus.jsonl cannot be read"),
        (["build", "--seeds", "nowhere"], "the folder of source documents is not there: nowhere"),
        (["ask", "who?", "--index", "nowhere"], "there is no index in nowhere: run: askbrief build"),
        (["status", "--index", "nowhere"], "there is no index in nowhere"),
        (["sources", "--index", "nowhere"], "there is no index in nowhere"),
        (["check", "--index", "nowhere"], "there is no index in nowhere"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_two(shell: Shell, arguments: list[str], said: str) -> None:
    assert said in shell.fails(*arguments)


@pytest.mark.parametrize("question", ["کتنے جنگجو؟", "巴基斯坦塔利班有多少战士", "\u202esrethgif ynam woh"])
def test_another_script_is_answered_or_not_without_an_error(shell: Shell, question: str) -> None:
    code, _, err = shell("ask", question)
    assert code in (0, 1)
    assert err == ""


def test_a_scope_of_dates_leaves_undated_documents_out(shell: Shell) -> None:
    code, answer = shell.json("ask", TTP_QUESTION, "--since", "2020", "--until", "2023-01")
    assert (code, answer["hits"], answer["verdict"]) == (1, [], "none")


# ----------------------------------------------------------------------------------- staleness and rebuilds


def test_a_stale_index_is_said_in_one_line_with_what_changed(shell: Shell) -> None:
    (shell.root / "seeds" / "new.txt").write_text("A new brief counts 5,000 fighters.")
    code, out, err = shell("ask", TTP_QUESTION)
    assert code == 0
    assert out.startswith("Strong match")
    assert err == "askbrief: the index is stale: 1 added (new.txt). Run: askbrief build\n"


def test_without_seeds_the_index_still_answers_and_says_so(shell: Shell) -> None:
    shutil.rmtree(shell.root / "seeds")
    code, _, err = shell("ask", TTP_QUESTION)
    assert code == 0
    assert "answering from the index as it is" in err


def test_a_touched_file_is_not_a_changed_one(shell: Shell) -> None:
    os.utime(shell.root / "seeds" / SEED, (1, 1))
    _, _, err = shell("ask", TTP_QUESTION)
    assert err == ""


def test_a_file_added_and_built_is_found_and_the_old_key_still_resolves(shell: Shell) -> None:
    _, before = shell.json("ask", TTP_QUESTION)
    (shell.root / "seeds" / "un").mkdir()
    (shell.root / "seeds" / "un" / "brief.md").write_text(
        "---\ntitle: Monitoring brief\ndate: 2023-05\npublisher: UN\n---\n# Numbers\n\n"
        "The monitoring team now estimates that 5,800 TTP fighters are based in eastern Afghanistan.\n"
    )
    code, report = shell.json("build")
    assert code == 0
    assert report["added"] == ["un/brief.md"]
    assert report["unchanged"] == [SEED]
    assert {"changed", "removed", "empty", "failed"} <= report.keys()
    _, after = shell.json("ask", TTP_QUESTION, "--collection", "un")
    assert [hit["doc_id"] for hit in after["hits"]] == ["un/brief.md"]
    _, citation = shell.json("cite", before["hits"][0]["key"])
    assert citation["status"] == "intact"


def test_status_names_the_files_that_changed_since(shell: Shell) -> None:
    (shell.root / "seeds" / SEED).write_text("Something else entirely.")
    (shell.root / "seeds" / "new.txt").write_text("New.")
    code, out, _ = shell("status")
    assert code == 0
    assert "multilingual-e5-small" in out
    assert "new.txt" in out
    _, status = shell.json("status")
    assert (status["stale"], status["added"], status["changed"]) == (True, ["new.txt"], [SEED])


def test_what_was_not_read_is_a_list_to_go_through(shell: Shell) -> None:
    (shell.root / "seeds" / "talk.mp3").write_bytes(b"x")
    (shell.root / "seeds" / "mixed.txt").write_bytes("À côté, déjà vu. ".encode() + b"Caf\xe9 is closed.")
    shell("build")
    _, out, _ = shell("sources", "--problems")
    assert "talk.mp3: not read" in out
    assert "[ ] ✗ .mp3 files are not readable: transcribe it" in out
    assert "mixed.txt: read: 1 document, 1 passage" in out
    assert "[ ] ! 1 byte is not UTF-8" in out
    assert "1 file read completely" in out
    _, listed = shell.json("sources", "--problems")
    assert [file["path"] for file in listed["files"]] == ["mixed.txt", "talk.mp3"]
    assert listed["whole"] == 1


def test_failed_files_are_listed_by_build_and_by_sources_with_the_reason(shell: Shell) -> None:
    seeds = shell.root / "seeds"
    (seeds / "empty.txt").write_text("")
    (seeds / "binary.txt").write_bytes(bytes(range(256)) * 4)
    (seeds / "broken.md").write_text("---\ntitle: [unclosed\n---\nText that is long enough to be read.\n")
    (seeds / "scan.pdf").write_bytes(b"%PDF-1.7")
    (seeds / "outside.txt").symlink_to("/etc/hostname")
    with (seeds / "huge.txt").open("wb") as huge:
        huge.truncate(50 * 1024 * 1024)
    code, report = shell.json("build")
    assert code == 0
    assert report["empty"] == ["empty.txt"]
    reasons = {row["path"]: row["reason"] for row in report["failed"]}
    assert reasons.keys() == {"binary.txt", "scan.pdf", "outside.txt", "huge.txt"}
    assert "NUL bytes" in reasons["binary.txt"]
    (warning,) = report["warnings"]
    assert warning["path"] == "broken.md"
    assert "front matter: is not valid YAML at line" in warning["reason"]
    assert "leaves seeds/" in reasons["outside.txt"]
    assert "is 50.0 MiB; the limit is 32 MiB" in reasons["huge.txt"]
    _, out, _ = shell("sources")
    assert "not indexed: huge.txt" in out
    assert max(map(len, out.splitlines())) <= 80
    _, listed = shell.json("sources")
    assert {source["doc_id"] for source in listed["sources"]} == {"broken.md", SEED}
    assert {row["path"] for row in listed["problems"]} == {*reasons, "empty.txt"}
    assert shell("ask", TTP_QUESTION)[0] == 0


def test_build_says_what_it_did_and_then_that_there_is_nothing_to_do(shell: Shell) -> None:
    (shell.root / "seeds" / "new.txt").write_text("A new brief counts 5,000 fighters in the east of the country.")
    _, out, _ = shell("build")
    assert out.startswith("Index built: 2 documents, 16 passages, 1 encoded")
    assert "new.txt" in out
    _, out, _ = shell("build")
    assert out.startswith("The index is up to date: 2 documents, 16 passages")
    assert shell("build", "--quiet")[1] == ""


# ------------------------------------------------------------------------------------------ damage and care


def test_a_damaged_index_is_one_line_and_check_and_ask_both_say_it(shell: Shell) -> None:
    vectors = shell.root / "index" / "generations" / str(current_name(shell.root / "index")) / "vectors.npy"
    vectors.write_bytes(vectors.read_bytes()[:-1] + b"\x01")
    for command in (["ask", TTP_QUESTION], ["check"]):
        assert "vectors.npy of the index is damaged" in shell.fails(*command)


def test_check_verifies_everything_and_names_quotes_that_no_longer_stand(shell: Shell) -> None:
    code, out, _ = shell("check")
    assert code == 0
    said = "All is well: 11 files match their checksums; 15 passages of 1 document compared with their sources"
    assert " ".join(out.split()) == said
    (shell.root / "seeds" / SEED).write_text("Something else entirely.")
    code, report = shell.json("check")
    assert code == 1
    assert report["problems"][0]["path"] == SEED
    assert "15 of its 15 quotes do not stand" in report["problems"][0]["reason"]


def test_a_model_directory_that_is_none_is_one_line_and_the_old_index_answers_again(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKBRIEF_MODEL", str(shell.root / "seeds"))
    for command in (["build"], ["ask", TTP_QUESTION]):
        assert "no model: " in shell.fails(*command)
    monkeypatch.delenv("ASKBRIEF_MODEL")
    assert shell("ask", TTP_QUESTION)[0] == 0


def test_a_setting_that_cannot_be_used_is_named(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKBRIEF_LEXICAL_WEIGHT", "7")
    assert "ASKBRIEF_LEXICAL_WEIGHT is '7'" in shell.fails("ask", TTP_QUESTION)


# ------------------------------------------------------------------------------------------------ the rest


def test_eval_measures_a_set_and_writes_its_answers(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(shell.root))
    text = (ROOT / "seeds" / SEED).read_text(encoding="utf-8")
    start = text.index("3,000 to 4,000 fighters")
    gold = [{"doc_id": "d", "start": start, "end": start + 23}]
    questions = [
        {"qid": "1", "question": TTP_QUESTION, "answerable": True, "gold": gold},
        {"qid": "2", "question": "asdf qwerty", "answerable": False, "gold": []},
    ]
    (shell.root / "corpus.jsonl").write_text(json.dumps({"doc_id": "d", "title": "", "text": text}))
    (shell.root / "queries.jsonl").write_text("\n".join(map(json.dumps, questions)))
    code, out, _ = shell("eval", str(shell.root), "--out", str(shell.root / "run.jsonl"))
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    assert "marked sentence holds gold" in out
    assert [json.loads(line)["qid"] for line in (shell.root / "run.jsonl").read_text().splitlines()] == ["1", "2"]
    code, rows = shell.json("eval", str(shell.root), "--method", "bm25", "--method", "hybrid")
    assert [(row["method"], row["hit@1"], row["auroc"]) for row in rows] == [("bm25", 1.0, 1.0), ("hybrid", 1.0, 1.0)]
    assert "--out takes the answers of one set" in shell.fails(
        "eval", str(shell.root), "--method", "bm25", "--method", "rrf", "--out", "x"
    )


def test_an_unforeseen_error_is_one_line_too(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("askbrief.library.Library.ask", lambda *_: int("no number"))
    assert "unexpected ValueError" in shell.fails("ask", TTP_QUESTION)
    monkeypatch.setenv("ASKBRIEF_DEBUG", "1")
    with pytest.raises(ValueError, match="no number"):
        run(["ask", TTP_QUESTION])


def test_ctrl_c_is_one_line_and_its_own_exit_code(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("askbrief.library.Library.ask", interrupt)
    assert "interrupted; nothing is lost" in shell.fails("ask", TTP_QUESTION, code=130)


def test_hostile_text_cannot_reach_the_terminal_as_control(shell: Shell) -> None:
    (shell.root / "seeds" / "hostile.txt").write_text(
        "---\ntitle: 'Evil [red]title[/red]'\n---\n"
        "The zebra counter \x1b[31mreports\x1b[0m \u202e42 zebras\u202c today, "
        "[bold]@everyone[/bold] in the zebra park.\n"
    )
    shell("build")
    _, out, _ = shell("ask", "how many zebras are in the zebra park?", "--nearest")
    assert "42 zebras" in out
    assert "[bold]@everyone[/bold]" in out
    assert not {"\x1b", "\x07", "\u202e", "\u202c"} & set(out)


def test_version_and_help_have_an_example_for_every_command(shell: Shell) -> None:
    assert shell("--version")[1] == f"askbrief {__version__}\n"
    commands = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    looking = {"ask", "cite", "define", "sources", "status", "check"}
    assert set(commands) == {*looking, "build", "eval", "calibrate", "serve", "mcp"}
    for command in commands:
        _, out, _ = shell(command, "--help")
        assert "Example:\n" in out
        assert f"askbrief {command}" in out.partition("Example:")[2]
        assert max(map(len, out.splitlines())) <= 80


def test_a_process_of_its_own_answers_and_a_closed_pipe_is_no_error(shell: Shell) -> None:
    done = subprocess.run(  # noqa: S602 - a pipe that closes early is the point
        f"{sys.executable} -m askbrief ask '{TTP_QUESTION}' | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
        cwd=shell.root,
    )
    assert done.stdout.startswith("Strong match")
    assert done.stderr == ""
