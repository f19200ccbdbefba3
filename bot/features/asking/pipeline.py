"""From a question in Discord to a card: whoever asks, wherever, by whatever way, goes through here."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from askbrief.errors import JournalError
from askbrief.query.parsed_question import resolve_follow_up
from askbrief.records import Scope, Verdict
from bot.discord_io.cards import linking
from bot.discord_io.choices import scope_of, since_until
from bot.discord_io.markup import titled
from bot.errors import Refusal
from bot.features.asking.cards import Page, answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from askbrief.evaluation.journal import Exchange, Journal
    from askbrief.records import Answer
    from askbrief.service.links import Links
    from bot.coverage import Coverage
    from bot.discord_io.cards import Card, Link
    from bot.discord_io.language import Words
    from bot.discord_io.people import Asker, Audience
    from bot.limits import Cooldowns
    from bot.metrics import Metrics
    from bot.search_service import Desk

MOST_PASSAGES = 10
"""Over all pages. Every search is for all of them: so pages fit together, whatever their size, and the verdict too."""
PAGE_SIZE = 3
log = structlog.get_logger("askbrief.bot")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants to know, and how."""

    question: str
    source: str | None = None
    since: str | None = None
    until: str | None = None
    size: int = PAGE_SIZE
    private: bool = False
    target: int | None = None
    """The message whose claim is checked, where it is one."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A card, and the exchange behind it where it could be kept."""

    card: Card
    exchange: Exchange | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks the desk within a person's scope, keeps a journal of it, and lays out the card."""

    desk: Desk
    audience: Audience
    journal: Journal
    cooldowns: Cooldowns
    metrics: Metrics
    links: Links | None = None

    async def ask(
        self, asker: Asker, wanted: Wanted, words: Words, *, previous: Exchange | None = None, via: str = "slash"
    ) -> Reply:
        """Answer a new question.

        Args:
            asker: who asks, and where.
            wanted: the question and its options.
            words: the language of the card.
            previous: the exchange that this may be a follow-up of.
            via: how it came in, for the figures.

        Raises:
            Refusal: too many questions, or an option that cannot be used.
            InputError: the question cannot be used.
        """
        self.cooldowns.check(asker.person, asker.guild)
        question = resolve_follow_up(wanted.question, previous.searched_for if previous else None)
        with self.metrics.searching():
            reply = await self._reply(asker, wanted, question, words)
        self.metrics.answered(via, reply.verdict)
        log.info("answered", via=via, verdict=str(reply.verdict), exchange=reply.exchange and reply.exchange.id)
        return reply

    async def again(
        self,
        exchange: Exchange,
        asker: Asker,
        words: Words,
        *,
        private: bool,
        first: int = 0,
        nearest: bool = False,
        in_place: bool = False,
    ) -> Card:
        """The same question for whoever asks for it now, with what they may see: another page, or the nearest.

        `in_place` is for the card that takes the place of the one it came from, and keeps its buttons.
        """
        wanted = wanted_of(exchange, private=private)
        with _not_naming_the_source("error-not-yours"):
            found = await self._found(exchange.searched_for, asker, wanted)
        if first >= max(1, len(found.answer.hits)):
            raise Refusal("error-too-old")  # the index has changed since
        page = replace(_page(found, asker, wanted, exchange, first), nearest=nearest)
        if not in_place:
            page = replace(page, share=False, discuss=False, vote=False)
        return answer(found.answer, page, words)

    async def share(self, exchange: Exchange, asker: Asker, words: Words, *, note: str) -> Reply:
        """A private answer for the channel: asked again with what everybody there may see."""
        self.cooldowns.check(asker.person, asker.guild)
        wanted = wanted_of(exchange, private=False)
        with _not_naming_the_source("error-not-for-channel"):
            return await self._reply(asker, wanted, exchange.searched_for, words, note=note)

    async def _reply(self, asker: Asker, wanted: Wanted, question: str, words: Words, *, note: str = "") -> Reply:
        found = await self._found(question, asker, wanted)
        for problem in found.answer.notes:
            log.warning("answer-note", note=problem)
        exchange = await self._record(found.answer, asker, wanted)
        page = replace(_page(found, asker, wanted, exchange), note=note)
        return Reply(answer(found.answer, page, words), exchange, found.answer.verdict)

    async def _found(self, question: str, asker: Asker, wanted: Wanted) -> _Found:
        """Search what this person may see and wants to see."""
        allowed = await self.audience.scope(asker, private=wanted.private)
        within, narrowed = await self._narrowed(allowed, wanted)
        found, coverage = await self.desk.ask(question, MOST_PASSAGES, within)
        if narrowed and not coverage.documents:  # then what there is elsewhere is worth knowing
            coverage = await self.desk.coverage(allowed)
        return _Found(found, coverage, narrowed, linking(self.links, allowed))

    async def _narrowed(self, allowed: Scope, wanted: Wanted) -> tuple[Scope, str]:
        """What is left of a scope with the options of a question, and what they are in a person's words."""
        names, within = [], since_until(wanted.since, wanted.until).within(allowed)
        if wanted.source:
            sources = await self.desk.read(lambda library: library.sources(allowed))
            chosen = scope_of(wanted.source, sources)
            within = chosen.within(within)
            documents = [source for source in sources if source.doc_id in (chosen.documents or ())]
            names = [*(chosen.collections or ()), *(titled(source.title, source.doc_id) for source in documents)]
        if wanted.since or wanted.until:
            names.append(f"{wanted.since or '…'} – {wanted.until or '…'}")
        return within, ", ".join(names)

    async def _record(self, found: Answer, asker: Asker, wanted: Wanted) -> Exchange | None:
        """Keep what was asked; an answer is given also where that fails."""
        shown = () if found.verdict is Verdict.NONE else found.hits[: wanted.size]
        context = {
            "guild": asker.guild,
            "channel": asker.channel,
            "source": wanted.source,
            "since": wanted.since,
            "until": wanted.until,
            "size": wanted.size,
            "private": wanted.private,
            "target": wanted.target,
        }
        try:
            return await asyncio.to_thread(
                self.journal.record,
                found,
                person=str(asker.person),
                conversation=str(asker.conversation),
                question=wanted.question,
                context=context,
                shown=shown,
            )
        except JournalError as error:
            log.error("not-recorded", error=str(error))  # noqa: TRY400 - the message says all
            return None


@dataclass(frozen=True, slots=True)
class _Found:
    """An answer, what was searched for it, what the search was narrowed to in words, and how it is linked to."""

    answer: Answer
    coverage: Coverage
    narrowed: str
    link: Link


def _page(found: _Found, asker: Asker, wanted: Wanted, exchange: Exchange | None, first: int = 0) -> Page:
    """A page of an answer; what could not be kept in the journal has no buttons that need it."""
    kept, in_guild = exchange is not None, asker.guild is not None
    return Page(
        exchange=exchange.id if exchange else "",
        question=wanted.question,
        coverage=found.coverage,
        first=first,
        size=wanted.size,
        more=kept and len(found.answer.hits) > first + wanted.size,
        share=kept and wanted.private and in_guild,
        discuss=kept and not wanted.private and in_guild and asker.channel == asker.conversation,
        vote=kept,
        narrowed=found.narrowed,
        link=found.link,
    )


@contextmanager
def _not_naming_the_source(instead: str) -> Iterator[None]:
    """A source that was typed by who asked is not told to those who may not see it."""
    try:
        yield
    except Refusal as refusal:
        if refusal.message != "error-unknown-source":
            raise
        raise Refusal(instead) from None


def wanted_of(exchange: Exchange, *, private: bool) -> Wanted:
    """What was wanted in an exchange."""
    context = exchange.context
    source, since, until = (str(context[name]) if context.get(name) else None for name in ("source", "since", "until"))
    size, target = int(context.get("size") or PAGE_SIZE), context.get("target")
    return Wanted(exchange.question, source, since, until, size, private, int(target) if target else None)
