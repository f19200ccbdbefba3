"""Posting through the bot: nobody says in a channel what they could not write there themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
import pytest

from tests.bot.conftest import buttons, text

if TYPE_CHECKING:
    from simcord import ChannelHandle, MemberActor, ResponseMessage

    from tests.bot.conftest import BotWorkspace, SimulatedServer

QUESTION = "when was the mill at Oxbow closed?"
REFUSED = "You may not write in this channel"


@pytest.fixture
def mill(mill_workspace: BotWorkspace) -> BotWorkspace:
    return mill_workspace


def notice_board(server: SimulatedServer) -> ChannelHandle:
    """A channel that Alice may read, and not write in."""
    mute = discord.PermissionOverwrite(send_messages=False)
    return server.guild.create_text_channel("notices", overwrites={server.alice: mute})


async def ask_privately(who: MemberActor, board: ChannelHandle) -> ResponseMessage:
    """A private answer."""
    found = (await who.slash(board, "ask", question=QUESTION, private=True, top=1)).response
    assert found is not None
    return found


async def menu_of(who: MemberActor, answer: ResponseMessage) -> ResponseMessage:
    opened = (await who.click(answer, custom_id=buttons(answer)["Cite"])).response
    assert opened is not None
    return opened


async def test_a_reader_who_may_not_write_can_ask_in_private_and_share_nothing(mill: BotWorkspace) -> None:
    async with mill.open() as server:
        board = notice_board(server)
        private = await ask_privately(server.alice, board)
        assert "1931" in text(private)
        pressed = await server.alice.click(private, label="Share")
        assert REFUSED in text(pressed.response)
        assert board.history() == []


async def test_a_reader_who_may_not_write_cannot_have_a_quote_posted(mill: BotWorkspace) -> None:
    async with mill.open() as server:
        board = notice_board(server)
        private = await ask_privately(server.alice, board)
        menu = await menu_of(server.alice, private)
        pressed = await server.alice.click(menu, label="Post in channel")
        assert REFUSED in text(pressed.response)
        assert board.history() == []


async def test_who_may_write_there_can_do_both(mill: BotWorkspace) -> None:
    async with mill.open() as server:
        board = notice_board(server)
        private = await ask_privately(server.bob, board)
        await server.bob.click(private, label="Share")
        menu = await menu_of(server.bob, private)
        await server.bob.click(menu, label="Post in channel")
        shared, posted = sorted(board.history(), key=lambda message: message.id)
        assert "Shared by bob" in text(shared)
        assert "cited by bob" in text(posted)
