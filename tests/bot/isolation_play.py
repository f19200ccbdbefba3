"""Guilds and deeds at random: every command, button, choice and forgery that people can try."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, NamedTuple

from simcord.actors import _component_interaction
from simcord.results import ResponseMessage

from bot.discord_io.commands import collection_token, document_token
from bot.features.browsing import page_token
from tests.bot.isolation import CHANNELS, MARA, ROLES, Action, GuildPlan, Participant, World
from tests.bot.isolation_archive import ACRONYM, ANSWERED, COLLECTIONS, DOCS, UNANSWERED, under

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from random import Random

    from tests.bot.isolation_archive import Letters

CHOSEN: list[tuple[str, Letters]] = [
    *((document_token(doc.doc_id), frozenset({doc.letter})) for doc in DOCS.values()),
    *((collection_token(name), under(name)) for name in COLLECTIONS if name),
]
TYPED: list[tuple[str, Letters]] = [
    *((doc.title, frozenset({doc.letter})) for doc in DOCS.values()),
    *((doc.doc_id, frozenset({doc.letter})) for doc in DOCS.values()),
    *((name, under(name)) for name in COLLECTIONS if name),
]
COMPLETED = (
    *(("ask", "source"), ("ask", "source"), ("cite", "key"), ("cite", "key")),
    *(("passage", "key"), ("sources", "collection"), ("define", "name"), ("define", "name")),
)
MANAGED = (
    *(("access allow", "collection"), ("access revoke", "collection")),
    *(("index remove", "document"), ("index add", "collection")),
)


class Step(NamedTuple):
    """What somebody does: who, in which guild (the last of them: direct messages), in which channel, and what of it."""

    kind: str
    person: int
    guild: int
    channel: int
    pick: int


class Play:
    """Does the steps of a plan, and has all that is sent checked after each."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.keys = [key for keys in world.archive.keys.values() for key in keys]

    async def do(self, step: Step) -> None:
        seat = self._seat(step)
        if seat is not None:
            act: Callable[[Participant, int], Coroutine[Any, Any, Action | None]] = getattr(self, step.kind)
            happened = await act(seat, step.pick)
            if happened is not None:
                self.world.tally[step.kind] += 1
                self.world.check(seat, happened)

    def _seat(self, step: Step) -> Participant | None:
        world = self.world
        user, guild = world.users[step.person], step.guild % (len(world.guilds) + 1)
        if guild == len(world.guilds):
            return Participant(step.person, None, user.dm_channel, user)
        if step.person not in world.members[guild]:
            return None
        channel = world.channels[guild][step.channel]
        places = [channel, *channel.threads]
        return Participant(step.person, guild, places[step.pick % len(places)], user, world.members[guild][step.person])

    # ---------------------------------------------------------------------------------------------- asking

    async def ask(self, seat: Participant, pick: int) -> Action:
        await seat.slash("ask", question=(ANSWERED, ANSWERED, UNANSWERED)[pick % 3], private=bool(pick % 2))
        return Action()

    async def ask_narrowly(self, seat: Participant, pick: int) -> Action:
        sources = [*CHOSEN, *TYPED]
        source, narrow = sources[pick % len(sources)]
        await seat.slash("ask", question=ANSWERED, source=source, private=bool(pick % 2))
        return Action((source,), narrow)

    async def ask_for_hidden(self, seat: Participant, pick: int) -> Action | None:
        """The name of a source that may not be shown here, typed by hand: it is as unknown as one that never was."""
        private = bool(pick % 2)
        shown = self.world.private(seat) if private else self.world.public(seat.channel.id)
        hidden = [name for name, letters in TYPED if not letters & shown]
        if not hidden:
            return None
        source = hidden[pick % len(hidden)]
        await seat.slash("ask", question=ANSWERED, source=source, private=private)
        return Action((source,), frozenset())

    async def say(self, seat: Participant, pick: int) -> Action:
        await seat.say(self.world.bot, (ANSWERED, UNANSWERED, "and then?")[pick % 3])
        return Action()

    async def reply(self, seat: Participant, pick: int) -> Action | None:
        posted = [one for one in self.world.messages(seat) if not one.is_ephemeral]
        if seat.guild is None or not posted:
            return None
        to = ResponseMessage(self.world.env, posted[pick % len(posted)])
        await seat.say(self.world.bot, "and the others?", reply_to=to)
        return Action()

    async def find_sources(self, seat: Participant, pick: int) -> Action | None:
        if seat.guild is None:
            return None
        claim = await seat.member.send(seat.channel, (ANSWERED, UNANSWERED)[pick % 2])
        await seat.member.context_menu(seat.channel, "Find sources", claim)
        return Action()

    # ---------------------------------------------------------------------------------- choices and listings

    async def complete(self, seat: Participant, pick: int) -> Action:
        command, option = COMPLETED[pick % len(COMPLETED)]
        typed = ("", "leak", "vault", TYPED[pick % len(DOCS)][0])[pick // 10 % 4]
        filled = {"private": True} if command == "ask" and pick // 100 % 2 else {}
        await seat.complete(command, option, typed, **filled)
        return Action((typed,) if typed else ())

    async def complete_as_manager(self, seat: Participant, pick: int) -> Action | None:
        if seat.guild is None:
            return None
        command, option = MANAGED[pick % len(MANAGED)]
        choices = await seat.complete(command, option, ("", "leak", "vault")[pick // 10 % 3])
        if seat.person != MARA:
            assert choices == []
        return Action(allowed=self.world.ceiling(seat.guild))

    async def sources(self, seat: Participant, pick: int) -> Action:
        name = COLLECTIONS[pick % len(COLLECTIONS)]
        await (seat.slash("sources", collection=name) if name else seat.slash("sources"))
        return Action((name,) if name else (), under(name) if name else None)

    async def status(self, seat: Participant, pick: int) -> Action:
        del pick
        await seat.slash("status")
        return Action()

    async def rebuild(self, seat: Participant, pick: int) -> Action | None:
        if seat.guild is None:
            return None
        await seat.slash("index rebuild")
        if seat.person != MARA or self.world.plans[seat.guild].ceiling is None:
            return Action(allowed=frozenset())
        self.world.rebuilt = True
        del pick
        return Action(allowed=self.world.ceiling(seat.guild))

    # ---------------------------------------------------------------------------------- keys and buttons

    async def cite(self, seat: Participant, pick: int) -> Action:
        key = self._key(seat, pick)
        style = {"style": ("markdown", "plain")[pick % 2]} if pick % 3 else {}
        await seat.slash("cite", key=key, **style)
        return Action((key,))

    async def define(self, seat: Participant, pick: int) -> Action:
        docs = list(DOCS.values())
        name = (ACRONYM, docs[pick % len(docs)].long_form, f"{docs[pick % len(docs)].long_form}s")[pick // 20 % 3]
        await seat.slash("define", name=name)
        return Action((name, *name.split(), name.removesuffix("s")))

    async def passage(self, seat: Participant, pick: int) -> Action:
        key = self._key(seat, pick)
        await seat.slash("passage", key=key)
        return Action((key,))

    def _key(self, seat: Participant, pick: int) -> str:
        """One that this person may see as often as any at all."""
        theirs = [key for letter in sorted(self.world.private(seat)) for key in self.world.archive.keys.get(letter, [])]
        pool = theirs if theirs and pick // 7 % 2 else self.keys
        return pool[pick % len(pool)]

    async def press(self, seat: Participant, pick: int) -> Action | None:
        """Any button of any message that is seen here, whoever it was for."""
        there = [(message, action) for message in self.world.messages(seat) for action in _actions(message)]
        if not there:
            return None
        names = sorted({action.split(":")[1] for _, action in there})
        name = names[pick % len(names)]
        there = [(message, action) for message, action in there if action.split(":")[1] == name]
        message, action = there[pick // 10 % len(there)]
        self.world.tally[f"press {name}"] += 1
        await seat.click(ResponseMessage(self.world.env, message), action)
        return Action((action.rpartition(":")[2],), self._narrow(action))  # a refusal names the key in the button

    async def forge(self, seat: Participant, pick: int) -> Action | None:
        """A button that was never shown to this person, on a message of theirs."""
        theirs = [one for one in self.world.messages(seat) if _actions(one)]
        if not theirs:
            return None
        action = self._forged()[pick % len(self._forged())]
        message = copy.deepcopy(theirs[pick // 10 % len(theirs)])
        _set_action(message.components, action)
        data = {"custom_id": action, "component_type": 2}
        await _component_interaction(seat.member or seat.user, message, data)
        return Action((action, action.rpartition(":")[2]), self._narrow(action))

    def _forged(self) -> list[str]:
        exchanges = [f"ab:{name}:{one}" for one in self.world.narrowed for name in ("more", "nearest", "share")]
        keys = [f"ab:{name}:{key}" for key in self.keys for name in ("cite", "around", "post", "style:plain")]
        listed = [f"ab:sources:0:{page_token(name)}" for name in COLLECTIONS]
        removals = [f"ab:remove:{document_token(doc.doc_id)}" for doc in DOCS.values()]
        return [*keys[:: 1 + len(keys) // 40], *listed, *removals[::5], *exchanges]

    def _narrow(self, action: str) -> Letters | None:
        _, name, *arguments = action.split(":")
        if name == "sources":
            marks = {page_token(collection): under(collection) for collection in COLLECTIONS}
            return marks.get(arguments[1])
        return self.world.narrowed.get(arguments[0]) if arguments else None

    # ---------------------------------------------------------------------------- what is changed meanwhile

    async def change_rule(self, seat: Participant, pick: int) -> None:
        if seat.guild is not None:
            name = ("*", *COLLECTIONS)[pick % (len(COLLECTIONS) + 1)]
            self.world.toggle_rule(seat.guild, name, pick % (CHANNELS + ROLES + 1))

    async def change_role(self, seat: Participant, pick: int) -> None:
        if seat.guild is not None:
            self.world.toggle_role(seat.guild, seat.person, pick % ROLES)

    async def change_openness(self, seat: Participant, pick: int) -> None:
        if seat.guild is not None:
            self.world.set_open(seat.guild, is_open=bool(pick % 2))


def _actions(message: Any) -> list[str]:
    found: list[str] = []
    parts = list(message.components)
    while parts:
        part = parts.pop(0)
        if str(part.get("custom_id", "")).startswith("ab:"):
            found.append(part["custom_id"])
        parts = [*part.get("components", []), *([part["accessory"]] if part.get("accessory") else []), *parts]
    return list(dict.fromkeys(found))


def _set_action(parts: list[dict[str, Any]], action: str) -> bool:
    for part in parts:
        if "custom_id" in part:
            part["custom_id"] = action
            return True
        inner = [*part.get("components", []), *([part["accessory"]] if part.get("accessory") else [])]
        if _set_action(inner, action):
            return True
    return False


KINDS = (
    *(
        "ask",
        "ask",
        "ask_narrowly",
        "ask_narrowly",
        "ask_for_hidden",
        "say",
        "say",
        "reply",
        "find_sources",
        "complete",
        "complete",
    ),
    *("complete_as_manager", "sources", "status", "rebuild", "cite", "passage", "define", "define", "forge", "forge"),
    *("press",) * 10,
    *("change_rule", "change_role", "change_openness"),
)


def guild_plan(random: Random) -> GuildPlan:
    """A guild that may see everything, or some collections, or (seldom) nothing because it is not served."""
    some = frozenset(random.sample(COLLECTIONS, random.randint(1, 3)))
    names = ("*", *COLLECTIONS)
    rules = {(random.choice(names), random.randrange(CHANNELS + ROLES + 1)) for _ in range(random.randint(0, 6))}
    held = [frozenset(random.sample(range(ROLES), random.randint(0, ROLES))) for _ in range(MARA)]
    return GuildPlan(
        ceiling=random.choice([frozenset({"*"}), frozenset({"*"}), some, some, some, None]),
        is_open=random.random() < 0.2,
        rules=tuple(sorted(rules)),
        members=tuple(None if random.random() < 0.15 else roles for roles in held),
    )


def step(random: Random, guilds: int) -> Step:
    """Mostly in one channel, so that people meet there."""
    return Step(
        kind=random.choice(KINDS),
        person=random.choice((0, 0, 1, 1, 2, MARA)),
        guild=random.choice((0, 0, 0, *range(guilds + 1))),
        channel=random.choice((0, 0, 0, 1)),
        pick=random.randrange(10_000),
    )
