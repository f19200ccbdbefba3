"""The answer pipeline: from a question in Discord to a card; every way of asking goes through it."""

from __future__ import annotations

import asyncio
import math
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import structlog

from askbrief.core.bounded import RateLimit
from askbrief.core.text import visible_title
from askbrief.errors import JournalError
from askbrief.query.parsed_question import resolve_follow_up
from askbrief.records import Scope, Verdict
from bot.discord_io.cards import link_maker
from bot.discord_io.commands import date_scope, source_scope
from bot.discord_io.language import Refusal
from bot.features.asking.cards import AnswerPage, answer_card

if TYPE_CHECKING:
    from collections.abc import Iterator

    from askbrief.evaluation.journal import Exchange, Journal
    from askbrief.records import Answer
    from askbrief.service.links import Links
    from askbrief.service.scoping import Coverage
    from bot.discord_io.cards import Card, LinkMaker
    from bot.discord_io.language import Localization
    from bot.discord_io.people import Asker, Audience
    from bot.metrics import BotMetrics
    from bot.search_service import SearchService

MAX_PASSAGES = 10
"""Passages of an answer over all its pages. Every search asks for all of them, so that pages of any size, and the
verdict, come from the same result."""
PAGE_SIZE = 3
log = structlog.get_logger("askbrief.bot")


@dataclass(frozen=True, slots=True)
class QuestionOptions:
    """A question and its options."""

    question: str
    source: str | None = None
    since: str | None = None
    until: str | None = None
    size: int = PAGE_SIZE
    private: bool = False
    target: int | None = None
    """The id of the message whose claim is checked, if it is one."""


@dataclass(frozen=True, slots=True)
class CardReply:
    """The card of an answer, and its exchange if the journal could record it."""

    card: Card
    exchange: Exchange | None
    verdict: Verdict


class QuestionRateLimits:
    """How many questions one person and one guild may ask per minute."""

    def __init__(self, person_per_minute: int, guild_per_minute: int) -> None:
        self._persons = RateLimit(person_per_minute)
        self._guilds = RateLimit(guild_per_minute)

    def check(self, person: int, guild: int | None) -> None:
        """Count one question; a Refusal gives the seconds to wait after too many."""
        if wait := self._persons.take(person):
            raise Refusal("error-cooling-person", seconds=math.ceil(wait))
        if guild is not None and (wait := self._guilds.take(guild)):
            raise Refusal("error-cooling-guild", seconds=math.ceil(wait))


@dataclass(frozen=True, slots=True)
class QuestionPipeline:
    """Searches within a person's scope, records the exchange in the journal, and lays out the card."""

    search: SearchService
    audience: Audience
    journal: Journal
    rate_limits: QuestionRateLimits
    metrics: BotMetrics
    links: Links | None = None

    async def ask(
        self,
        asker: Asker,
        options: QuestionOptions,
        words: Localization,
        *,
        previous: Exchange | None = None,
        via: str = "slash",
    ) -> CardReply:
        """Answer a new question, which may follow up the `previous` exchange; `via` is the way it was asked.

        Raises:
            Refusal: too many questions, or an option that cannot be used.
            InputError: the question cannot be used.
        """
        self.rate_limits.check(asker.person, asker.guild)
        question = resolve_follow_up(options.question, previous.searched_for if previous else None)
        with self.metrics.time_search():
            reply = await self._reply(asker, options, question, words)
        self.metrics.answered(via, reply.verdict)
        log.info("answered", via=via, verdict=str(reply.verdict), exchange=reply.exchange and reply.exchange.id)
        return reply

    async def again(
        self,
        exchange: Exchange,
        asker: Asker,
        words: Localization,
        *,
        private: bool,
        first: int = 0,
        nearest: bool = False,
        in_place: bool = False,
    ) -> Card:
        """Answer a recorded question again, for the person who presses its button and within their scope.

        The page begins at passage `first`, from 0; `nearest` shows the passages even if none answers. A card
        `in_place` replaces the one that has the button, and keeps its other buttons.
        """
        options = options_of(exchange, private=private)
        with _hide_unknown_source("error-not-yours"):
            result = await self._search(exchange.searched_for, asker, options)
        if first >= max(1, len(result.answer.hits)):
            raise Refusal("error-too-old")  # the index has changed since
        page = replace(_page(result, asker, options, exchange, first), nearest=nearest)
        if not in_place:
            page = replace(page, share=False, discuss=False, vote=False)
        return answer_card(result.answer, page, words)

    async def share(self, exchange: Exchange, asker: Asker, words: Localization, *, note: str) -> CardReply:
        """Answer a private question again for the channel, within the scope of everybody there."""
        self.rate_limits.check(asker.person, asker.guild)
        options = options_of(exchange, private=False)
        with _hide_unknown_source("error-not-for-channel"):
            return await self._reply(asker, options, exchange.searched_for, words, note=note)

    async def _reply(
        self, asker: Asker, options: QuestionOptions, question: str, words: Localization, *, note: str = ""
    ) -> CardReply:
        result = await self._search(question, asker, options)
        for problem in result.answer.notes:
            log.warning("answer-note", note=problem)
        exchange = await self._record(result.answer, asker, options)
        page = replace(_page(result, asker, options, exchange), note=note)
        return CardReply(answer_card(result.answer, page, words), exchange, result.answer.verdict)

    async def _search(self, question: str, asker: Asker, options: QuestionOptions) -> _SearchResult:
        allowed = await self.audience.scope(asker, private=options.private)
        scope, restriction = await self._restrict(allowed, options)
        answer, coverage = await self.search.ask(question, MAX_PASSAGES, scope)
        if restriction and not coverage.documents:  # then the card says what the other sources cover
            coverage = await self.search.coverage(allowed)
        return _SearchResult(answer, coverage, restriction, link_maker(self.links, allowed))

    async def _restrict(self, allowed: Scope, options: QuestionOptions) -> tuple[Scope, str]:
        """Restrict a scope to the source and dates of a question, and describe the restriction for the card."""
        names, scope = [], date_scope(options.since, options.until).within(allowed)
        if options.source:
            sources = await self.search.read(lambda library: library.sources(allowed))
            chosen = source_scope(options.source, sources)
            scope = chosen.within(scope)
            documents = [source for source in sources if source.doc_id in (chosen.documents or ())]
            names = [*(chosen.collections or ()), *(visible_title(source.title, source.doc_id) for source in documents)]
        if options.since or options.until:
            names.append(f"{options.since or '…'} – {options.until or '…'}")
        return scope, ", ".join(names)

    async def _record(self, answer: Answer, asker: Asker, options: QuestionOptions) -> Exchange | None:
        """Record the question in the journal; a failure of this does not prevent the answer."""
        shown = () if answer.verdict is Verdict.NONE else answer.hits[: options.size]
        context = {"guild": asker.guild, "channel": asker.channel, **asdict(options)}
        del context["question"]  # it has its own column
        try:
            return await asyncio.to_thread(
                self.journal.record,
                answer,
                person=str(asker.person),
                conversation=str(asker.conversation),
                question=options.question,
                context=context,
                shown=shown,
            )
        except JournalError as error:
            log.error("not-recorded", error=str(error))  # noqa: TRY400 - the message is complete
            return None


@dataclass(frozen=True, slots=True)
class _SearchResult:
    """An answer, what was searched, the restriction in words, and the links of its card."""

    answer: Answer
    coverage: Coverage
    restriction: str
    link: LinkMaker


def _page(
    result: _SearchResult, asker: Asker, options: QuestionOptions, exchange: Exchange | None, first: int = 0
) -> AnswerPage:
    """Describe a page of an answer; without a recorded exchange it has no buttons that need one."""
    recorded, in_guild = exchange is not None, asker.guild is not None
    return AnswerPage(
        exchange=exchange.id if exchange else "",
        question=options.question,
        coverage=result.coverage,
        first=first,
        size=options.size,
        more=recorded and len(result.answer.hits) > first + options.size,
        share=recorded and options.private and in_guild,
        discuss=recorded and not options.private and in_guild and asker.channel == asker.conversation,
        vote=recorded,
        restriction=result.restriction,
        link=result.link,
    )


@contextmanager
def _hide_unknown_source(instead: str) -> Iterator[None]:
    """Hide the name of a source that only the person who asked may know."""
    try:
        yield
    except Refusal as refusal:
        if refusal.message != "error-unknown-source":
            raise
        raise Refusal(instead) from None


def options_of(exchange: Exchange, *, private: bool) -> QuestionOptions:
    context = exchange.context
    source, since, until = (str(context[name]) if context.get(name) else None for name in ("source", "since", "until"))
    size, target = int(context.get("size") or PAGE_SIZE), context.get("target")
    return QuestionOptions(exchange.question, source, since, until, size, private, int(target) if target else None)
