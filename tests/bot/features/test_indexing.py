"""Adding and removing by the people who manage a server, and the refusal of all others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from askbrief.records import Scope
from bot.discord_io.cards import Button, Card, Text, row
from bot.discord_io.components import rendered
from tests.bot.conftest import HARBOUR, QUESTION, buttons, text
from tests.documents.wholeness import zipped

if TYPE_CHECKING:
    from pathlib import Path

    import simcord

    from tests.bot.conftest import BotWorkspace, SimulatedServer


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def show_to_all(server: SimulatedServer, channel: simcord.ChannelHandle, label: str, custom_id: str) -> Any:
    """A button where everybody sees it, as if somebody had forged it."""
    card = Card((Text("?"), *row(Button(label, custom_id))))
    shown: Any = server.bot.get_channel(channel.id)
    return shown.send(**rendered(card))


def let_everybody_use(server: SimulatedServer, person: simcord.MemberActor) -> None:
    """What a server's managers can do in Discord's own settings."""
    command = server.env.backend.find_command("index", server.guild.id, type=1)
    assert command is not None
    server.guild.set_command_permissions(int(command["id"]), {person: True})


async def add(server: SimulatedServer, name: str, content: str | bytes, **options: str) -> Any:
    data = content if isinstance(content, bytes) else content.encode()
    return await server.mara.slash(server.intel, "index add", file=(name, data), **options)


# ---------------------------------------------------------------------------------------------------- adding


async def test_a_document_is_previewed_confirmed_built_in_a_process_of_its_own_and_found(
    seed_workspace: BotWorkspace,
) -> None:
    async with seed_workspace.open() as server:
        preview = await add(server, "larkmouth.md", f"# Ports of the north\n\n{HARBOUR}", collection="ports")
        shown_text = text(preview.response)
        assert preview.ephemeral
        assert "As **ports/larkmouth.md**, titled **Ports of the north**" in shown_text
        assert "The harbour of Larkmouth opened in 1904" in shown_text
        assert not (seed_workspace.root / "seeds" / "ports").exists()
        await server.mara.click(preview.response, label="Add it")
        report = text(preview.response)
        assert "**Added** (1)\n- ports/larkmouth.md" in report
        assert not buttons(preview.response)
        answered = text((await server.alice.slash(server.intel, "ask", question=QUESTION)).response)
        assert "> **The harbour of Larkmouth opened in __1904__" in answered
        assert files(seed_workspace.root / "seeds" / "ports") == {
            "larkmouth.md": f"# Ports of the north\n\n{HARBOUR}".encode()
        }


async def test_an_archive_is_previewed_with_all_that_is_in_it_and_goes_as_a_whole(mill_workspace: BotWorkspace) -> None:
    archive = zipped({"north/larkmouth.txt": HARBOUR, "oxbow.md": "# Oxbow\n\nA mill.", "old.xyz": "words"})
    async with mill_workspace.open() as server:
        preview = await add(server, "ports.zip", archive)
        shown_text = text(preview.response).replace("\\", "")
        assert "As **ports.zip**, titled **larkmouth**" in shown_text
        assert "It contains 1 more document." in shown_text
        assert "ports.zip/old.xyz: .xyz files are not readable: rename it to .txt if it is text" in shown_text
        await server.mara.click(preview.response, label="Add it")
        assert "**Added** (1)\n- ports.zip" in text(preview.response)
        answered = text((await server.alice.slash(server.intel, "ask", question=QUESTION)).response)
        assert "> **The harbour of Larkmouth opened in __1904__" in answered
        choices = await server.mara.autocomplete(server.intel, "index remove", "document", "larkmouth")
        assert [choice["name"] for choice in choices] == ["larkmouth (ports.zip/north/larkmouth.txt)"]
        confirmation = await server.mara.slash(server.intel, "index remove", document=choices[0]["value"])
        assert confirmation.response
        assert "**ports.zip**" in text(confirmation.response)
        await server.mara.click(confirmation.response, label="Remove it")
        assert set(files(mill_workspace.root / "seeds")) == {"mill.txt"}
        assert list(files(mill_workspace.root / "state" / "removed").values()) == [archive]


async def test_a_cancelled_document_leaves_nothing_behind(mill_workspace: BotWorkspace) -> None:
    async with mill_workspace.open() as server:
        preview = await add(server, "larkmouth.txt", HARBOUR)
        await server.mara.click(preview.response, label="Cancel")
        assert text(preview.response) == "Not added."
        assert set(files(mill_workspace.root / "seeds")) == {"mill.txt"}
        assert not files(mill_workspace.root / "state" / "uploads")


async def test_replacing_a_document_is_announced_and_the_old_one_is_kept(mill_workspace: BotWorkspace) -> None:
    async with mill_workspace.open() as server:
        preview = await add(server, "mill.txt", "The mill at Oxbow was closed in 1940.\n")
        assert "A document of this name is there already: it would be replaced" in text(preview.response)
        await server.mara.click(preview.response, label="Add it")
        assert "**Changed** (1)\n- mill.txt" in text(preview.response)
        assert list(files(mill_workspace.root / "state" / "removed").values()) == [
            b"The mill at Oxbow was closed in 1931.\n"
        ]
        answered = await server.alice.slash(server.intel, "ask", question="When was the mill at Oxbow closed?")
        assert "1940" in text(answered.response)
        assert "1931" not in text(answered.response)


@pytest.mark.parametrize(
    ("name", "content", "options", "sentence"),
    [
        ("tool.exe", b"MZ", {}, 'I cannot read "tool\\.exe"'),
        ("notes.txt.meta.yaml", b"title: x", {}, "I cannot read"),
        (".hidden.txt", b"words", {}, "cannot be the name of a document"),
        ("x" * 300 + ".txt", b"words", {}, "cannot be the name of a document"),
        ("a\u2215b.txt", b"words", {}, "cannot be the name of a document"),
        ("notes.txt", b"words", {"collection": "../../etc"}, "cannot be a collection"),
        ("notes.txt", b"words", {"collection": "/.ssh"}, "cannot be a collection"),
        ("notes.txt", b"words", {"collection": "mill.txt"}, "cannot be the name of a document"),
        ("notes.txt", b"", {}, "There is no text in"),
        ("notes.txt", b"\x7fELF\x02\0\0\0\xff", {}, "This file is not text"),
        ("notes.txt", b"words " * 400, {}, "is too big: 0"),
    ],
)
async def test_a_file_that_cannot_be_added_is_refused_in_a_sentence(
    mill_workspace: BotWorkspace,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    content: bytes,
    options: dict[str, str],
    sentence: str,
) -> None:
    monkeypatch.setenv("ASKBRIEF_MAX_FILE_MIB", "0.002")
    async with mill_workspace.open() as server:
        refused = await add(server, name, content, **options)
        shown_text = text(refused.response).replace("\\.", ".")
        assert sentence.replace("\\.", ".") in shown_text
        assert "id " in shown_text
        assert not buttons(refused.response)
        assert set(files(mill_workspace.root)) - set(files(mill_workspace.root / "index")) >= {"seeds/mill.txt"}
        assert set(files(mill_workspace.root / "seeds")) == {"mill.txt"}
        assert not files(mill_workspace.root / "state" / "uploads")


async def test_a_preview_shows_a_files_words_as_themselves(mill_workspace: BotWorkspace) -> None:
    async with mill_workspace.open() as server:
        preview = await add(
            server, "spam.txt", f"**Free** [money](https://x.test) @everyone <@{server.alice.id}>\n" * 200
        )
        shown_text = text(preview.response)
        assert "\\*\\*Free\\*\\*" in shown_text
        assert "@everyone" not in shown_text
        assert f"<@{server.alice.id}>" not in shown_text.replace("\\<", "")
        assert len(shown_text) <= 4_000


async def test_a_click_after_a_restart_works(mill_workspace: BotWorkspace) -> None:
    async with mill_workspace.open() as server:
        preview = await add(server, "larkmouth.txt", HARBOUR)
        restarted = mill_workspace.bot()
        await server.env.restart_bot(restarted)
        await server.mara.click(preview.response, label="Add it")
        assert "**Added** (1)\n- larkmouth.txt" in text(preview.response)
        await restarted.close()


async def test_a_second_click_adds_nothing_and_says_so(mill_workspace: BotWorkspace) -> None:
    async with mill_workspace.open() as server:
        preview = await add(server, "larkmouth.txt", HARBOUR)
        again = await show_to_all(server, server.intel, "Add it", buttons(preview.response)["Add it"])
        await server.mara.click(preview.response, label="Add it")
        second = await server.mara.click(again, label="Add it")
        assert "no longer waiting to be added" in text(second.response)
        assert files(mill_workspace.root / "seeds")["larkmouth.txt"] == HARBOUR.encode()


@pytest.mark.parametrize("label", ["Add it", "Cancel"])
async def test_another_manager_can_neither_confirm_nor_cancel(mill_workspace: BotWorkspace, label: str) -> None:
    async with mill_workspace.open() as server:
        owner = server.guild.create_role("Owners", permissions=manage())
        other = server.guild.add_member(server.env.create_user("otto"), roles=[owner])
        preview = await add(server, "larkmouth.txt", HARBOUR)
        shown = await show_to_all(server, server.intel, label, buttons(preview.response)[label])
        refused = await other.click(shown, label=label)
        assert "This button is for the person who asked" in text(refused.response)
        assert set(files(mill_workspace.root / "seeds")) == {"mill.txt"}
        await server.mara.click(preview.response, label="Add it")
        assert "**Added** (1)" in text(preview.response)


def manage() -> Any:
    import discord

    return discord.Permissions(manage_guild=True)


# -------------------------------------------------------------------------------------------------- removing


async def test_a_removed_document_is_found_no_more_and_its_file_is_kept(mill_workspace: BotWorkspace) -> None:
    mill_workspace.write("ports/larkmouth.txt", HARBOUR)
    mill_workspace.build()
    async with mill_workspace.open() as server:
        choices = await server.mara.autocomplete(server.intel, "index remove", "document", "larkmouth")
        assert [choice["name"] for choice in choices] == ["larkmouth (ports/larkmouth.txt)"]
        confirmation = await server.mara.slash(server.intel, "index remove", document=choices[0]["value"])
        assert confirmation.response
        assert "**ports/larkmouth.txt**" in text(confirmation.response)
        assert "ports/larkmouth.txt" in files(mill_workspace.root / "seeds")
        await server.mara.click(confirmation.response, label="Remove it")
        assert "**Removed** (1)\n- ports/larkmouth.txt" in text(confirmation.response)
        assert list(files(mill_workspace.root / "state" / "removed").values()) == [HARBOUR.encode()]
        answered = text((await server.alice.slash(server.intel, "ask", question=QUESTION)).response)
        assert "1904" not in answered


async def test_nothing_is_removed_when_a_manager_thinks_again(mill_workspace: BotWorkspace) -> None:
    async with mill_workspace.open() as server:
        confirmation = await server.mara.slash(server.intel, "index remove", document="mill.txt")
        assert confirmation.response
        await server.mara.click(confirmation.response, label="Cancel")
        assert text(confirmation.response) == "Nothing was removed."
        assert set(files(mill_workspace.root / "seeds")) == {"mill.txt"}


async def test_a_document_that_is_not_there_cannot_be_removed(mill_workspace: BotWorkspace) -> None:
    async with mill_workspace.open() as server:
        for name in ("../../etc/passwd", "nothing.txt"):
            refused = await server.mara.slash(server.intel, "index remove", document=name)
            assert "There is no source" in text(refused.response)
        confirmation = await server.mara.slash(server.intel, "index remove", document="mill.txt")
        assert confirmation.response
        (mill_workspace.root / "seeds" / "mill.txt").unlink()
        clicked = await server.mara.click(confirmation.response, label="Remove it")
        assert "This document no longer exists" in text(clicked.followups[0])


# ------------------------------------------------------------------------------------------------ permission


async def test_who_does_not_manage_the_server_is_refused_also_where_discord_lets_them(
    mill_workspace: BotWorkspace,
) -> None:
    async with mill_workspace.open() as server:
        let_everybody_use(server, server.alice)
        for command, options in (
            ("rebuild", {}),
            ("add", {"file": ("a.txt", b"words")}),
            ("remove", {"document": "x"}),
        ):
            refused = await server.alice.slash(server.intel, f"index {command}", **options)
            assert refused.ephemeral
            assert "Only those who may manage this server can do this" in text(refused.response)
        assert set(files(mill_workspace.root / "seeds")) == {"mill.txt"}
        assert server.env.errors  # the refusals, which discord.py hands on as errors


async def test_who_does_not_manage_the_server_is_offered_no_document_and_no_collection(
    mill_workspace: BotWorkspace,
) -> None:
    mill_workspace.write("ports/larkmouth.txt", HARBOUR)
    mill_workspace.build()
    async with mill_workspace.open() as server:
        let_everybody_use(server, server.alice)
        assert await server.alice.autocomplete(server.intel, "index remove", "document", "") == []
        assert await server.alice.autocomplete(server.intel, "index add", "collection", "") == []
        assert len(await server.mara.autocomplete(server.intel, "index remove", "document", "")) == 2
        assert [c["name"] for c in await server.mara.autocomplete(server.intel, "index add", "collection", "")] == [
            "ports"
        ]


async def test_who_does_not_manage_the_server_is_refused_at_every_button(mill_workspace: BotWorkspace) -> None:
    async with mill_workspace.open() as server:
        added = buttons((await add(server, "larkmouth.txt", HARBOUR)).response)
        confirmation = buttons((await server.mara.slash(server.intel, "index remove", document="mill.txt")).response)
        for label, custom_id in (*added.items(), *confirmation.items()):
            shown = await show_to_all(server, server.intel, label, custom_id)
            refused = await server.alice.click(shown, label=label)
            assert "Only those who may manage this server can do this" in text(refused.response)
            assert refused.ephemeral
        assert set(files(mill_workspace.root / "seeds")) == {"mill.txt"}
        assert len(files(mill_workspace.root / "state" / "uploads")) == 2


async def test_a_server_adds_to_removes_from_and_hears_of_its_own_collections_only(
    mill_workspace: BotWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    mill_workspace.write("ports/larkmouth.txt", HARBOUR)
    mill_workspace.write("other/secret.txt", "The vault is below the mill.\n")
    mill_workspace.build()
    async with mill_workspace.open() as server:
        monkeypatch.setattr(server.bot.access, "ceiling", lambda _: Scope(collections=frozenset({"ports"})))
        for collection in ("", "other", "portside"):
            refused = await add(server, "new.txt", HARBOUR, **({"collection": collection} if collection else {}))
            assert "There is no collection" in text(refused.response)
        assert buttons((await add(server, "new.txt", HARBOUR, collection="ports/north")).response)
        choices = await server.mara.autocomplete(server.intel, "index remove", "document", "")
        assert [choice["name"] for choice in choices] == ["larkmouth (ports/larkmouth.txt)"]
        refused = await server.mara.slash(server.intel, "index remove", document="other/secret.txt")
        assert "There is no source" in text(refused.response)
        mill_workspace.write("other/secret2.txt", "The key is under the stone.\n")
        mill_workspace.write("ports/second.txt", "The second harbour opened in 1950.\n")
        report = text((await server.mara.slash(server.intel, "index rebuild")).response)
        assert "ports/second.txt" in report
        assert "secret" not in report
        assert "2 documents" in report
