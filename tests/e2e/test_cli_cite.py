"""`askbrief cite` from outside: every style, and how a quote stands after the sources have changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.conftest import SEED, TTP_QUESTION

if TYPE_CHECKING:
    import pytest

    from tests.e2e.shell import Shell


def test_cite_writes_every_style_and_says_how_the_quote_stands(shell: Shell) -> None:
    _, answer = shell.json("ask", TTP_QUESTION)
    key = answer["hits"][0]["key"]
    _, out, _ = shell("cite", key)
    assert out.startswith("intact: the same words stand at the same place")
    assert "3,000 to 4,000 fighters" in " ".join(out.split())
    _, out, err = shell("cite", key, "--style", "markdown")
    assert out.startswith("> A July 5 report")
    assert err == "intact\n"
    _, out, _ = shell("cite", key, "--style", "footnote")
    assert out.startswith(f"[^{key}]: Emboldened, resurgent TTP")
    _, out, _ = shell("cite", key, "--style", "json")
    assert json.loads(out)[0]["id"] == key


def test_a_moved_and_a_changed_quote_are_shown_with_where_and_what_they_are_now(shell: Shell) -> None:
    _, answer = shell.json("ask", TTP_QUESTION)
    key = answer["hits"][0]["key"]
    seed = shell.root / "seeds" / SEED
    text = seed.read_text(encoding="utf-8")
    seed.write_text(f"A line on top, put there by somebody.\n{text}", encoding="utf-8")
    shell("build")
    code, out, _ = shell("cite", key)
    assert code == 0
    assert out.startswith("moved: ")
    assert f"today in {SEED}" in " ".join(out.split())
    seed.write_text(text.replace("3,000 to 4,000 fighters", "5,000 to 6,000 fighters"), encoding="utf-8")
    shell("build")
    code, out, _ = shell("cite", key)
    assert code == 0
    assert out.startswith("changed: ")
    shown = " ".join(out.split())
    assert "3,000 to 4,000" in shown
    assert "5,000 to 6,000" in shown


def test_a_quote_that_is_gone_is_exit_code_one_and_remembered(shell: Shell) -> None:
    _, answer = shell.json("ask", TTP_QUESTION)
    key = answer["hits"][0]["key"]
    (shell.root / "seeds" / SEED).write_text("Quite another story about the weather in the mountains, and no more.")
    shell("build")
    code, out, _ = shell("cite", key)
    assert code == 1
    assert out.startswith("gone: ")
    assert "3,000 to 4,000 fighters" in " ".join(out.split())


def test_a_key_that_was_never_shown_is_exit_code_one(shell: Shell) -> None:
    assert "no passage is known by the key" in shell.fails("cite", "ttp-report-aaaaaa", code=1)


def test_where_there_is_a_web_page_every_written_style_links_to_it(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, answer = shell.json("ask", TTP_QUESTION)
    key = answer["hits"][0]["key"]
    monkeypatch.setenv("ASKBRIEF_URL", "https://askbrief.example.org/")
    for style in ("plain", "markdown", "footnote"):
        _, out, _ = shell("cite", key, "--style", style)
        assert f"https://askbrief.example.org/c/{key}" in "".join(out.split())
