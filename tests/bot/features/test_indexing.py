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

    from tests.bot.conftest import Office, Town


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def show_to_all(town: Town, channel: simcord.ChannelHandle, label: str, custom_id: str) -> Any:
    """A button where everybody sees it, as if somebody had forged it."""
    card = Card((Text("?"), *row(Button(label, custom_id))))
    shown: Any = town.bot.get_channel(channel.id)
    return shown.send(**rendered(card))


def let_everybody_use(town: Town, person: simcord.MemberActor) -> None:
    """What a server's managers can do in Discord's own settings."""
    command = town.env.backend.find_command("index", town.guild.id, type=1)
    assert command is not None
    town.guild.set_command_permissions(int(command["id"]), {person: True})


async def add(town: Town, name: str, content: str | bytes, **options: str) -> Any:
    data = content if isinstance(content, bytes) else content.encode()
    return await town.mara.slash(town.intel, "index add", file=(name, data), **options)


# ---------------------------------------------------------------------------------------------------- adding


async def test_a_document_is_previewed_confirmed_built_in_a_process_of_its_own_and_found(office: Office) -> None:
    async with office.open() as town:
        preview = await add(town, "larkmouth.md", f"# Ports of the north\n\n{HARBOUR}", collection="ports")
        said = text(preview.response)
        assert preview.ephemeral
        assert "As **ports/larkmouth.md**, titled **Ports of the north**" in said
        assert "The harbour of Larkmouth opened in 1904" in said
        assert not (office.root / "seeds" / "ports").exists()
        await town.mara.click(preview.response, label="Add it")
        report = text(preview.response)
        assert "**Added** (1)\n- ports/larkmouth.md" in report
        assert not buttons(preview.response)
        answered = text((await town.alice.slash(town.intel, "ask", question=QUESTION)).response)
        assert "> **The harbour of Larkmouth opened in __1904__" in answered
        assert files(office.root / "seeds" / "ports") == {"larkmouth.md": f"# Ports of the north\n\n{HARBOUR}".encode()}


async def test_an_archive_is_previewed_with_all_that_is_in_it_and_goes_as_a_whole(built: Office) -> None:
    archive = zipped({"north/larkmouth.txt": HARBOUR, "oxbow.md": "# Oxbow\n\nA mill.", "old.doc": "words"})
    async with built.open() as town:
        preview = await add(town, "ports.zip", archive)
        said = text(preview.response).replace("\\", "")
        assert "As **ports.zip**, titled **larkmouth**" in said
        assert "There is 1 more document in it." in said
        assert "ports.zip/old.doc: .doc files are not readable: save it as .docx" in said
        await town.mara.click(preview.response, label="Add it")
        assert "**Added** (1)\n- ports.zip" in text(preview.response)
        answered = text((await town.alice.slash(town.intel, "ask", question=QUESTION)).response)
        assert "> **The harbour of Larkmouth opened in __1904__" in answered
        choices = await town.mara.autocomplete(town.intel, "index remove", "document", "larkmouth")
        assert [choice["name"] for choice in choices] == ["larkmouth (ports.zip/north/larkmouth.txt)"]
        asked = await town.mara.slash(town.intel, "index remove", document=choices[0]["value"])
        assert asked.response
        assert "**ports.zip**" in text(asked.response)
        await town.mara.click(asked.response, label="Remove it")
        assert set(files(built.root / "seeds")) == {"mill.txt"}
        assert list(files(built.root / "state" / "removed").values()) == [archive]


async def test_a_cancelled_document_leaves_nothing_behind(built: Office) -> None:
    async with built.open() as town:
        preview = await add(town, "larkmouth.txt", HARBOUR)
        await town.mara.click(preview.response, label="Cancel")
        assert text(preview.response) == "Not added."
        assert set(files(built.root / "seeds")) == {"mill.txt"}
        assert not files(built.root / "state" / "uploads")


async def test_replacing_a_document_is_announced_and_the_old_one_is_kept(built: Office) -> None:
    async with built.open() as town:
        preview = await add(town, "mill.txt", "The mill at Oxbow was closed in 1940.\n")
        assert "A document of this name is there already: it would be replaced" in text(preview.response)
        await town.mara.click(preview.response, label="Add it")
        assert "**Changed** (1)\n- mill.txt" in text(preview.response)
        assert list(files(built.root / "state" / "removed").values()) == [b"The mill at Oxbow was closed in 1931.\n"]
        answered = await town.alice.slash(town.intel, "ask", question="When was the mill at Oxbow closed?")
        assert "1940" in text(answered.response)
        assert "1931" not in text(answered.response)


@pytest.mark.parametrize(
    ("name", "content", "options", "sentence"),
    [
        ("tool.exe", b"MZ", {}, 'I cannot read "tool\\.exe"'),
        ("notes.txt.meta.yaml", b"title: x", {}, "I cannot read"),
        (".hidden.txt", b"words", {}, "is no name for a document"),
        ("x" * 300 + ".txt", b"words", {}, "is no name for a document"),
        ("a\u2215b.txt", b"words", {}, "is no name for a document"),
        ("notes.txt", b"words", {"collection": "../../etc"}, "is no name for a collection"),
        ("notes.txt", b"words", {"collection": "/.ssh"}, "is no name for a collection"),
        ("notes.txt", b"words", {"collection": "mill.txt"}, "is no name for a document"),
        ("notes.txt", b"", {}, "There is no text in"),
        ("notes.txt", b"\x7fELF\x02\0\0\0\xff", {}, "This file is not text"),
        ("notes.txt", b"words " * 400, {}, "is too big: 0"),
    ],
)
async def test_a_file_that_cannot_be_added_is_refused_in_a_sentence(
    built: Office, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, options: dict[str, str], sentence: str
) -> None:
    monkeypatch.setenv("ASKBRIEF_MAX_FILE_MIB", "0.002")
    async with built.open() as town:
        refused = await add(town, name, content, **options)
        said = text(refused.response).replace("\\.", ".")
        assert sentence.replace("\\.", ".") in said
        assert "id " in said
        assert not buttons(refused.response)
        assert set(files(built.root)) - set(files(built.root / "index")) >= {"seeds/mill.txt"}
        assert set(files(built.root / "seeds")) == {"mill.txt"}
        assert not files(built.root / "state" / "uploads")


async def test_a_preview_shows_a_files_words_as_themselves(built: Office) -> None:
    async with built.open() as town:
        preview = await add(town, "spam.txt", f"**Free** [money](https://x.test) @everyone <@{town.alice.id}>\n" * 200)
        said = text(preview.response)
        assert "\\*\\*Free\\*\\*" in said
        assert "@everyone" not in said
        assert f"<@{town.alice.id}>" not in said.replace("\\<", "")
        assert len(said) <= 4_000


async def test_a_click_after_a_restart_works(built: Office) -> None:
    async with built.open() as town:
        preview = await add(town, "larkmouth.txt", HARBOUR)
        restarted = built.bot()
        await town.env.restart_bot(restarted)
        await town.mara.click(preview.response, label="Add it")
        assert "**Added** (1)\n- larkmouth.txt" in text(preview.response)
        await restarted.close()


async def test_a_second_click_adds_nothing_and_says_so(built: Office) -> None:
    async with built.open() as town:
        preview = await add(town, "larkmouth.txt", HARBOUR)
        again = await show_to_all(town, town.intel, "Add it", buttons(preview.response)["Add it"])
        await town.mara.click(preview.response, label="Add it")
        second = await town.mara.click(again, label="Add it")
        assert "no longer waiting to be added" in text(second.response)
        assert files(built.root / "seeds")["larkmouth.txt"] == HARBOUR.encode()


@pytest.mark.parametrize("label", ["Add it", "Cancel"])
async def test_another_manager_can_neither_confirm_nor_cancel(built: Office, label: str) -> None:
    async with built.open() as town:
        owner = town.guild.create_role("Owners", permissions=manage())
        other = town.guild.add_member(town.env.create_user("otto"), roles=[owner])
        preview = await add(town, "larkmouth.txt", HARBOUR)
        shown = await show_to_all(town, town.intel, label, buttons(preview.response)[label])
        refused = await other.click(shown, label=label)
        assert "This button is for the person who asked" in text(refused.response)
        assert set(files(built.root / "seeds")) == {"mill.txt"}
        await town.mara.click(preview.response, label="Add it")
        assert "**Added** (1)" in text(preview.response)


def manage() -> Any:
    import discord

    return discord.Permissions(manage_guild=True)


# -------------------------------------------------------------------------------------------------- removing


async def test_a_removed_document_is_found_no_more_and_its_file_is_kept(built: Office) -> None:
    built.write("ports/larkmouth.txt", HARBOUR)
    built.build()
    async with built.open() as town:
        choices = await town.mara.autocomplete(town.intel, "index remove", "document", "larkmouth")
        assert [choice["name"] for choice in choices] == ["larkmouth (ports/larkmouth.txt)"]
        asked = await town.mara.slash(town.intel, "index remove", document=choices[0]["value"])
        assert asked.response
        assert "**ports/larkmouth.txt**" in text(asked.response)
        assert "ports/larkmouth.txt" in files(built.root / "seeds")
        await town.mara.click(asked.response, label="Remove it")
        assert "**Removed** (1)\n- ports/larkmouth.txt" in text(asked.response)
        assert list(files(built.root / "state" / "removed").values()) == [HARBOUR.encode()]
        answered = text((await town.alice.slash(town.intel, "ask", question=QUESTION)).response)
        assert "1904" not in answered


async def test_nothing_is_removed_when_a_manager_thinks_again(built: Office) -> None:
    async with built.open() as town:
        asked = await town.mara.slash(town.intel, "index remove", document="mill.txt")
        assert asked.response
        await town.mara.click(asked.response, label="Cancel")
        assert text(asked.response) == "Nothing was removed."
        assert set(files(built.root / "seeds")) == {"mill.txt"}


async def test_a_document_that_is_not_there_cannot_be_removed(built: Office) -> None:
    async with built.open() as town:
        for name in ("../../etc/passwd", "nothing.txt"):
            refused = await town.mara.slash(town.intel, "index remove", document=name)
            assert "There is no source" in text(refused.response)
        asked = await town.mara.slash(town.intel, "index remove", document="mill.txt")
        assert asked.response
        (built.root / "seeds" / "mill.txt").unlink()
        clicked = await town.mara.click(asked.response, label="Remove it")
        assert "There is no such document any more" in text(clicked.followups[0])


# ------------------------------------------------------------------------------------------------ permission


async def test_who_does_not_manage_the_server_is_refused_also_where_discord_lets_them(built: Office) -> None:
    async with built.open() as town:
        let_everybody_use(town, town.alice)
        for command, options in (
            ("rebuild", {}),
            ("add", {"file": ("a.txt", b"words")}),
            ("remove", {"document": "x"}),
        ):
            refused = await town.alice.slash(town.intel, f"index {command}", **options)
            assert refused.ephemeral
            assert "Only those who may manage this server can do this" in text(refused.response)
        assert set(files(built.root / "seeds")) == {"mill.txt"}
        assert town.env.errors  # the refusals, which discord.py hands on as errors


async def test_who_does_not_manage_the_server_is_offered_no_document_and_no_collection(built: Office) -> None:
    built.write("ports/larkmouth.txt", HARBOUR)
    built.build()
    async with built.open() as town:
        let_everybody_use(town, town.alice)
        assert await town.alice.autocomplete(town.intel, "index remove", "document", "") == []
        assert await town.alice.autocomplete(town.intel, "index add", "collection", "") == []
        assert len(await town.mara.autocomplete(town.intel, "index remove", "document", "")) == 2
        assert [c["name"] for c in await town.mara.autocomplete(town.intel, "index add", "collection", "")] == ["ports"]


async def test_who_does_not_manage_the_server_is_refused_at_every_button(built: Office) -> None:
    async with built.open() as town:
        added = buttons((await add(town, "larkmouth.txt", HARBOUR)).response)
        asked = buttons((await town.mara.slash(town.intel, "index remove", document="mill.txt")).response)
        for label, custom_id in (*added.items(), *asked.items()):
            shown = await show_to_all(town, town.intel, label, custom_id)
            refused = await town.alice.click(shown, label=label)
            assert "Only those who may manage this server can do this" in text(refused.response)
            assert refused.ephemeral
        assert set(files(built.root / "seeds")) == {"mill.txt"}
        assert len(files(built.root / "state" / "uploads")) == 2


async def test_a_server_adds_to_removes_from_and_hears_of_its_own_collections_only(
    built: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    built.write("ports/larkmouth.txt", HARBOUR)
    built.write("other/secret.txt", "The vault is below the mill.\n")
    built.build()
    async with built.open() as town:
        monkeypatch.setattr(town.bot.access, "ceiling", lambda _: Scope(collections=frozenset({"ports"})))
        for collection in ("", "other", "portside"):
            refused = await add(town, "new.txt", HARBOUR, **({"collection": collection} if collection else {}))
            assert "There is no collection" in text(refused.response)
        assert buttons((await add(town, "new.txt", HARBOUR, collection="ports/north")).response)
        choices = await town.mara.autocomplete(town.intel, "index remove", "document", "")
        assert [choice["name"] for choice in choices] == ["larkmouth (ports/larkmouth.txt)"]
        refused = await town.mara.slash(town.intel, "index remove", document="other/secret.txt")
        assert "There is no source" in text(refused.response)
        built.write("other/secret2.txt", "The key is under the stone.\n")
        built.write("ports/second.txt", "The second harbour opened in 1950.\n")
        report = text((await town.mara.slash(town.intel, "index rebuild")).response)
        assert "ports/second.txt" in report
        assert "secret" not in report
        assert "2 documents" in report
