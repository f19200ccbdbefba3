"""Thumbs under answers, what was wrong with them, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from askbrief import Library
from askbrief.evaluation import feedback
from askbrief.evaluation.journal import COMMENT_CHARS, Journal, Reason, Vote
from askbrief.evaluation.question_sets import QuestionSet
from tests.bot.conftest import buttons, text
from tests.conftest import TTP_QUESTION

if TYPE_CHECKING:
    import simcord

    from tests.bot.conftest import BotWorkspace, SimulatedServer

QUESTION = "when does the red door open?"
UP, DOWN = "👍", "👎"


@pytest.fixture
def doors(bot_workspace: BotWorkspace) -> BotWorkspace:
    """A workspace with one small document, built."""
    bot_workspace.write("doors.txt", "Doors\n\nThe red door opens at nine. The blue door stays shut.\n")
    bot_workspace.build()
    return bot_workspace


def votes(workspace: BotWorkspace) -> list[tuple[str, str | None, str]]:
    """Each vote that is kept in the state directory: up or down, the reason and the comment."""
    kept = Journal(workspace.settings.state_dir).votes()
    return [(str(one.vote), one.reason and str(one.reason), one.comment) for one in kept]


async def answered(server: SimulatedServer, question: str = QUESTION, **options: Any) -> simcord.ResponseMessage:
    found = (await server.alice.slash(server.intel, "ask", question=question, **options)).response
    assert found is not None
    return found


async def press(server: SimulatedServer, who: Any, message: Any, thumb: str) -> simcord.InteractionResult:
    del server
    pressed: simcord.InteractionResult = await who.click(message, custom_id=buttons(message)[thumb])
    return pressed


# ------------------------------------------------------------------------------------------------- votes


async def test_a_thumb_up_is_kept_and_thanked_for_in_private(doors: BotWorkspace) -> None:
    async with doors.open() as server:
        pressed = await press(server, server.bob, await answered(server), UP)
        assert pressed.ephemeral
        assert text(pressed.response) == "Thank you."
        assert votes(doors) == [("up", None, "")]


@pytest.mark.parametrize("options", [{}, {"private": True}])
async def test_every_answer_has_thumbs(doors: BotWorkspace, options: dict[str, Any]) -> None:
    """Also an answer that says that the sources don't say, and a private one."""
    async with doors.open() as server:
        for question in (QUESTION, "xylophone?"):
            assert {UP, DOWN} <= set(buttons(await answered(server, question, **options)))


async def test_a_thumb_down_asks_what_was_wrong_and_keeps_the_answer(doors: BotWorkspace) -> None:
    async with doors.open() as server:
        form = await press(server, server.bob, await answered(server), DOWN)
        assert form.modal is not None
        assert form.modal["title"] == "What was wrong?"
        reason = form.modal["components"][0]["component"]
        assert [option["value"] for option in reason["options"]] == [str(one) for one in Reason]
        assert [option["label"] for option in reason["options"]] == [
            "The wrong passage",
            "A document is missing",
            "There should have been no answer",
            "Something else",
        ]
        done = await server.bob.submit_modal(form, {"reason": ["other"], "comment": "  It is the green door.\n"})
        assert done.ephemeral
        assert text(done.response) == "Thank you."
        assert votes(doors) == [("down", "other", "It is the green door.")]


@pytest.mark.parametrize("reason", list(Reason))
async def test_each_reason_can_be_given_without_more_words(doors: BotWorkspace, reason: Reason) -> None:
    async with doors.open() as server:
        form = await press(server, server.bob, await answered(server), DOWN)
        await server.bob.submit_modal(form, {"reason": [str(reason)]})
        assert votes(doors) == [("down", str(reason), "")]


async def test_a_form_that_is_dismissed_leaves_the_vote_down(doors: BotWorkspace) -> None:
    async with doors.open() as server:
        await press(server, server.bob, await answered(server), DOWN)
        assert votes(doors) == [("down", None, "")]


async def test_a_form_that_was_dismissed_can_be_opened_again(doors: BotWorkspace) -> None:
    async with doors.open() as server:
        message = await answered(server)
        await press(server, server.bob, message, DOWN)
        form = await press(server, server.bob, message, DOWN)
        await server.bob.submit_modal(form, {"reason": ["wrong-passage"]})
        assert votes(doors) == [("down", "wrong-passage", "")]


async def test_several_people_may_have_the_form_of_one_answer_open(doors: BotWorkspace) -> None:
    """Whoever submits first does not close the others' forms."""
    async with doors.open() as server:
        message = await answered(server)
        bobs, maras = [await press(server, who, message, DOWN) for who in (server.bob, server.mara)]
        await server.bob.submit_modal(bobs, {"reason": ["other"], "comment": "bob"})
        done = await server.mara.submit_modal(maras, {"reason": ["missing-document"], "comment": "mara"})
        assert text(done.response) == "Thank you."
        assert sorted(votes(doors)) == [("down", "missing-document", "mara"), ("down", "other", "bob")]


async def test_the_last_of_several_votes_of_a_person_counts(doors: BotWorkspace) -> None:
    async with doors.open() as server:
        message = await answered(server)
        form = await press(server, server.bob, message, DOWN)
        await server.bob.submit_modal(form, {"reason": ["other"], "comment": "no"})
        await press(server, server.bob, message, UP)
        await press(server, server.alice, message, DOWN)
        assert sorted(votes(doors)) == [("down", None, ""), ("up", None, "")]


async def test_the_longest_comment_is_kept_whole(doors: BotWorkspace) -> None:
    async with doors.open() as server:
        form = await press(server, server.bob, await answered(server), DOWN)
        comment = form.modal["components"][1]["component"] if form.modal else {}
        assert comment["max_length"] == COMMENT_CHARS
        longest = "é😀" * (COMMENT_CHARS // 3)
        await server.bob.submit_modal(form, {"reason": ["other"], "comment": longest})
        assert votes(doors) == [("down", "other", longest)]


async def test_an_answer_from_before_a_restart_can_be_voted_on(doors: BotWorkspace) -> None:
    async with doors.open() as server:
        message = await answered(server)
        await server.env.restart_bot(doors.bot())
        assert text((await press(server, server.alice, message, UP)).response) == "Thank you."
        form = await press(server, server.bob, message, DOWN)
        await server.bob.submit_modal(form, {"reason": ["wrong-passage"]})
        assert sorted(votes(doors)) == [("down", "wrong-passage", ""), ("up", None, "")]


@pytest.mark.parametrize("thumb", [UP, DOWN])
async def test_a_vote_on_a_forgotten_answer_is_told_so(doors: BotWorkspace, thumb: str) -> None:
    """No form opens for it, and nothing is kept."""
    async with doors.open() as server:
        message = await answered(server)
        (doors.settings.state_dir / "journal.sqlite").unlink()
        pressed = await press(server, server.bob, message, thumb)
        assert pressed.modal is None
        assert pressed.ephemeral
        assert "no longer know this answer" in text(pressed.response)
        assert votes(doors) == []


async def test_an_answer_forgotten_while_the_form_was_open_is_told_so(doors: BotWorkspace) -> None:
    async with doors.open() as server:
        form = await press(server, server.bob, await answered(server), DOWN)
        (doors.settings.state_dir / "journal.sqlite").unlink()
        done = await server.bob.submit_modal(form, {"reason": ["other"]})
        assert "no longer know this answer" in text(done.response)


async def test_a_journal_that_cannot_be_written_is_told_without_its_path(doors: BotWorkspace) -> None:
    async with doors.open() as server:
        message = await answered(server)
        (doors.settings.state_dir / "journal.sqlite").write_bytes(b"no database" * 200)
        pressed = await press(server, server.bob, message, UP)
        assert "went wrong on my side" in text(pressed.response)
        assert "journal" not in text(pressed.response)


async def test_answers_in_direct_messages_can_be_voted_on(doors: BotWorkspace) -> None:
    async with doors.open() as server:
        await server.alice.send_dm(QUESTION)
        channel = server.alice.user.dm_channel
        message = channel.last_message
        pressed = await server.alice.user.click(message, custom_id=buttons(message)[UP])
        assert text(pressed.response) == "Thank you."
        assert votes(doors) == [("up", None, "")]


# --------------------------------------------------------------------------------- what becomes of votes


async def test_what_was_voted_on_becomes_a_question_set_and_a_list_of_gaps(seed_workspace: BotWorkspace) -> None:
    """With the real model: an answer that was liked, one that should have said nothing, and one to which it did."""
    unanswered = "who won the 1998 football world cup?"
    async with seed_workspace.open() as server:
        liked = await answered(server, TTP_QUESTION)
        await press(server, server.alice, liked, UP)
        await press(server, server.bob, liked, UP)
        bad = await answered(server, "how large is the army of Pakistan?")
        form = await press(server, server.bob, bad, DOWN)
        await server.bob.submit_modal(form, {"reason": [str(Reason.NOTHING_TO_SAY)], "comment": "no such thing"})
        none = await answered(server, unanswered)
        assert "The sources don't say" in text(none)

    journal, settings = Journal(seed_workspace.settings.state_dir), seed_workspace.settings
    with Library.open(settings.index_dir, state=settings.state_dir, encoder=seed_workspace.encoder) as library:
        report = feedback.export(journal, library, seed_workspace.root / "set")
    assert (report.answerable, report.unanswerable) == (1, 1)
    questions = QuestionSet(seed_workspace.root / "set")
    by_text = {question.question: question for question in questions.questions}
    assert not by_text["how large is the army of Pakistan?"].answerable
    assert by_text[TTP_QUESTION].answerable
    (span,) = questions.spans(by_text[TTP_QUESTION])
    assert "3,000 to 4,000 fighters" in questions.texts[span[0]][slice(*span[1:])]
    lacks = {gap.question: str(gap.why) for gap in feedback.gaps(journal)}
    assert lacks == {
        unanswered: "not found",
        "how large is the army of Pakistan?": "should have said nothing",
    }
    assert {one.vote for one in journal.votes()} == {Vote.UP, Vote.DOWN}
