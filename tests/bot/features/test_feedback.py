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

    from tests.bot.conftest import Office, Town

QUESTION = "when does the red door open?"
UP, DOWN = "👍", "👎"


@pytest.fixture
def doors(small_office: Office) -> Office:
    """An office with one small document, built."""
    small_office.write("doors.txt", "Doors\n\nThe red door opens at nine. The blue door stays shut.\n")
    small_office.build()
    return small_office


def votes(office: Office) -> list[tuple[str, str | None, str]]:
    """Each vote that is kept in the state directory: up or down, the reason and the comment."""
    kept = Journal(office.settings.state_dir).votes()
    return [(str(one.vote), one.reason and str(one.reason), one.comment) for one in kept]


async def answered(town: Town, question: str = QUESTION, **options: Any) -> simcord.ResponseMessage:
    found = (await town.alice.slash(town.intel, "ask", question=question, **options)).response
    assert found is not None
    return found


async def press(town: Town, who: Any, message: Any, thumb: str) -> simcord.InteractionResult:
    del town
    pressed: simcord.InteractionResult = await who.click(message, custom_id=buttons(message)[thumb])
    return pressed


# ------------------------------------------------------------------------------------------------- votes


async def test_a_thumb_up_is_kept_and_thanked_for_in_private(doors: Office) -> None:
    async with doors.open() as town:
        pressed = await press(town, town.bob, await answered(town), UP)
        assert pressed.ephemeral
        assert text(pressed.response) == "Thank you."
        assert votes(doors) == [("up", None, "")]


@pytest.mark.parametrize("options", [{}, {"private": True}])
async def test_every_answer_has_thumbs(doors: Office, options: dict[str, Any]) -> None:
    """Also an answer that says that the sources don't say, and a private one."""
    async with doors.open() as town:
        for question in (QUESTION, "xylophone?"):
            assert {UP, DOWN} <= set(buttons(await answered(town, question, **options)))


async def test_a_thumb_down_asks_what_was_wrong_and_keeps_the_answer(doors: Office) -> None:
    async with doors.open() as town:
        form = await press(town, town.bob, await answered(town), DOWN)
        assert form.modal is not None
        assert form.modal["title"] == "What was wrong?"
        reason = form.modal["components"][0]["component"]
        assert [option["value"] for option in reason["options"]] == [str(one) for one in Reason]
        assert [option["label"] for option in reason["options"]] == [
            "The wrong passage",
            "A document is missing",
            "It should have said nothing",
            "Something else",
        ]
        done = await town.bob.submit_modal(form, {"reason": ["other"], "comment": "  It is the green door.\n"})
        assert done.ephemeral
        assert text(done.response) == "Thank you."
        assert votes(doors) == [("down", "other", "It is the green door.")]


@pytest.mark.parametrize("reason", list(Reason))
async def test_each_reason_can_be_given_without_more_words(doors: Office, reason: Reason) -> None:
    async with doors.open() as town:
        form = await press(town, town.bob, await answered(town), DOWN)
        await town.bob.submit_modal(form, {"reason": [str(reason)]})
        assert votes(doors) == [("down", str(reason), "")]


async def test_a_form_that_is_dismissed_leaves_the_vote_down(doors: Office) -> None:
    async with doors.open() as town:
        await press(town, town.bob, await answered(town), DOWN)
        assert votes(doors) == [("down", None, "")]


async def test_a_form_that_was_dismissed_can_be_opened_again(doors: Office) -> None:
    async with doors.open() as town:
        message = await answered(town)
        await press(town, town.bob, message, DOWN)
        form = await press(town, town.bob, message, DOWN)
        await town.bob.submit_modal(form, {"reason": ["wrong-passage"]})
        assert votes(doors) == [("down", "wrong-passage", "")]


async def test_several_people_may_have_the_form_of_one_answer_open(doors: Office) -> None:
    """Whoever submits first does not close the others' forms."""
    async with doors.open() as town:
        message = await answered(town)
        bobs, maras = [await press(town, who, message, DOWN) for who in (town.bob, town.mara)]
        await town.bob.submit_modal(bobs, {"reason": ["other"], "comment": "bob"})
        done = await town.mara.submit_modal(maras, {"reason": ["missing-document"], "comment": "mara"})
        assert text(done.response) == "Thank you."
        assert sorted(votes(doors)) == [("down", "missing-document", "mara"), ("down", "other", "bob")]


async def test_the_last_of_several_votes_of_a_person_counts(doors: Office) -> None:
    async with doors.open() as town:
        message = await answered(town)
        form = await press(town, town.bob, message, DOWN)
        await town.bob.submit_modal(form, {"reason": ["other"], "comment": "no"})
        await press(town, town.bob, message, UP)
        await press(town, town.alice, message, DOWN)
        assert sorted(votes(doors)) == [("down", None, ""), ("up", None, "")]


async def test_the_longest_comment_is_kept_whole(doors: Office) -> None:
    async with doors.open() as town:
        form = await press(town, town.bob, await answered(town), DOWN)
        comment = form.modal["components"][1]["component"] if form.modal else {}
        assert comment["max_length"] == COMMENT_CHARS
        longest = "é😀" * (COMMENT_CHARS // 3)
        await town.bob.submit_modal(form, {"reason": ["other"], "comment": longest})
        assert votes(doors) == [("down", "other", longest)]


async def test_an_answer_from_before_a_restart_can_be_voted_on(doors: Office) -> None:
    async with doors.open() as town:
        message = await answered(town)
        await town.env.restart_bot(doors.bot())
        assert text((await press(town, town.alice, message, UP)).response) == "Thank you."
        form = await press(town, town.bob, message, DOWN)
        await town.bob.submit_modal(form, {"reason": ["wrong-passage"]})
        assert sorted(votes(doors)) == [("down", "wrong-passage", ""), ("up", None, "")]


@pytest.mark.parametrize("thumb", [UP, DOWN])
async def test_a_vote_on_a_forgotten_answer_is_told_so(doors: Office, thumb: str) -> None:
    """No form opens for it, and nothing is kept."""
    async with doors.open() as town:
        message = await answered(town)
        (doors.settings.state_dir / "journal.sqlite").unlink()
        pressed = await press(town, town.bob, message, thumb)
        assert pressed.modal is None
        assert pressed.ephemeral
        assert "no longer know this answer" in text(pressed.response)
        assert votes(doors) == []


async def test_an_answer_forgotten_while_the_form_was_open_is_told_so(doors: Office) -> None:
    async with doors.open() as town:
        form = await press(town, town.bob, await answered(town), DOWN)
        (doors.settings.state_dir / "journal.sqlite").unlink()
        done = await town.bob.submit_modal(form, {"reason": ["other"]})
        assert "no longer know this answer" in text(done.response)


async def test_a_journal_that_cannot_be_written_is_told_without_its_path(doors: Office) -> None:
    async with doors.open() as town:
        message = await answered(town)
        (doors.settings.state_dir / "journal.sqlite").write_bytes(b"no database" * 200)
        pressed = await press(town, town.bob, message, UP)
        assert "went wrong on my side" in text(pressed.response)
        assert "journal" not in text(pressed.response)


async def test_answers_in_direct_messages_can_be_voted_on(doors: Office) -> None:
    async with doors.open() as town:
        await town.alice.send_dm(QUESTION)
        channel = town.alice.user.dm_channel
        message = channel.last_message
        pressed = await town.alice.user.click(message, custom_id=buttons(message)[UP])
        assert text(pressed.response) == "Thank you."
        assert votes(doors) == [("up", None, "")]


# --------------------------------------------------------------------------------- what becomes of votes


async def test_what_was_voted_on_becomes_a_question_set_and_a_list_of_gaps(office: Office) -> None:
    """With the real model: an answer that was liked, one that should have said nothing, and one to which it did."""
    unanswered = "who won the 1998 football world cup?"
    async with office.open() as town:
        liked = await answered(town, TTP_QUESTION)
        await press(town, town.alice, liked, UP)
        await press(town, town.bob, liked, UP)
        bad = await answered(town, "how large is the army of Pakistan?")
        form = await press(town, town.bob, bad, DOWN)
        await town.bob.submit_modal(form, {"reason": [str(Reason.NOTHING_TO_SAY)], "comment": "no such thing"})
        none = await answered(town, unanswered)
        assert "The sources don't say" in text(none)

    journal, settings = Journal(office.settings.state_dir), office.settings
    with Library.open(settings.index_dir, state=settings.state_dir, encoder=office.encoder) as library:
        report = feedback.export(journal, library, office.root / "set")
    assert (report.answerable, report.unanswerable) == (1, 1)
    questions = QuestionSet(office.root / "set")
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
