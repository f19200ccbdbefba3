"""Nobody sees a word, a title, a key or a count from a collection that is not theirs, by whatever way they try."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from askbrief.records import Scope
from askbrief.service.scoping import Coverage
from tests.bot.isolation import CHANNELS, MARA, GuildPlan, Leak, World
from tests.bot.isolation_archive import Archive
from tests.bot.isolation_play import KINDS, Play, Step, guild_plan, step

if TYPE_CHECKING:
    from random import Random

    from askbrief.library import Library
    from bot.discord_io.people import Asker, Audience


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return Archive.make(tmp_path_factory.mktemp("archive"))


def play(archive: Archive, plans: tuple[GuildPlan, ...], steps: list[Step]) -> World:
    """Do the steps in a world of these guilds, checked after each."""

    async def run(root: Path) -> World:
        async with World.open(archive.copy(root), archive, plans) as world:
            acting = Play(world)
            for step in steps:
                await acting.do(step)
            return world

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(run(Path(folder)))


def test_whatever_people_do_they_see_nothing_outside_their_scope(archive: Archive) -> None:
    """Random guilds, rules, roles and deeds, the same at every run; and enough is seen for this to mean something."""
    seen: Counter[str] = Counter()

    @settings(
        max_examples=30,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # another seed is no simpler one
        suppress_health_check=list(HealthCheck),
    )
    @given(st.randoms(use_true_random=True))
    def whatever(random: Random) -> None:
        plans = tuple(guild_plan(random) for _ in range(random.randint(1, 3)))
        seen.update(play(archive, plans, [step(random, len(plans)) for _ in range(60)]).tally)

    whatever()
    assert seen["telling"] > 400
    assert all(seen[what] > 10 for what in ("counts", "rest", "years", "files"))
    assert all(seen[kind] > 10 for kind in KINDS if not kind.startswith("change"))
    assert seen["attachments"]
    assert all(seen[f"press {name}"] for name in "more nearest share discuss cite style post around up down".split())


# ------------------------------------------------------------------------- would the checks find a leak?

ANN, BEN = 0, 1
HOUSE = GuildPlan(
    ceiling=frozenset({"vaulta", "vaultc"}),
    is_open=False,
    rules=(("vaultc", 0), ("vaulta", CHANNELS)),  # to the first channel, and to the first role, which ann has
    members=(frozenset({0}), frozenset(), None),
)
HERE, DIRECT = 0, 1
FIRST_KEY, ALL_KEYS, ALL_SOURCES, ALL_NAMES = 0, 2, 0, 6


def _of(library: Library, scope: Scope) -> Coverage:
    del scope
    return Coverage.of(library.sources(), library.status().built_at)


async def _everything(*_: object, **__: object) -> Scope:
    return Scope()


async def _always_private(self: Audience, asker: Asker, *, private: bool) -> Scope:
    del private
    return self._access.member_scope(asker.guild or 0, asker.channel, asker.roles)


BROKEN: list[tuple[str, Any, list[Step]]] = [
    ("bot.discord_io.people.Audience.scope", _everything, [Step("ask", BEN, HERE, 0, 0)]),
    ("bot.discord_io.people.Audience.scope", _everything, [Step("complete", BEN, HERE, 0, ALL_SOURCES)]),
    ("bot.discord_io.people.Audience.scope", _everything, [Step("sources", BEN, HERE, 0, 0)]),
    ("bot.discord_io.people.Audience.scope", _always_private, [Step("ask", ANN, HERE, 0, 0)]),
    ("bot.access_rules.AccessRules.direct_message_scope", lambda *_: Scope(), [Step("say", BEN, DIRECT, 0, 0)]),
    ("bot.access_rules.AccessRules.ceiling", lambda *_: Scope(), [Step("complete_as_manager", MARA, HERE, 0, 0)]),
    ("askbrief.citations.resolving.Citations._may_see", lambda *_: True, [Step("cite", BEN, HERE, 0, FIRST_KEY)]),
    ("askbrief.citations.resolving.Citations._may_see", lambda *_: True, [Step("passage", BEN, HERE, 0, FIRST_KEY)]),
    (
        "askbrief.citations.resolving.Citations._may_see",
        lambda *_: True,
        [Step("ask", ANN, HERE, 0, 1), Step("complete", BEN, HERE, 0, ALL_KEYS)],
    ),
    ("bot.discord_io.people.Audience.scope", _everything, [Step("define", BEN, HERE, 0, 0)]),
    ("askbrief.language.names.NameIndex._may_see", lambda *_: True, [Step("define", BEN, HERE, 0, 0)]),
    ("askbrief.language.names.NameIndex._may_see", lambda *_: True, [Step("complete", BEN, HERE, 0, ALL_NAMES)]),
    ("bot.search_service.coverage_of", _of, [Step("ask", BEN, HERE, 0, 0)]),
    ("askbrief.service.scoping.visible_changes", lambda changed, _: changed, [Step("status", BEN, HERE, 0, 0)]),
    ("askbrief.service.scoping.visible_report", lambda report, *_: report, [Step("rebuild", MARA, HERE, 0, 0)]),
]


@pytest.mark.parametrize(("broken", "instead", "steps"), BROKEN, ids=[f"{one[0]}-{one[2][-1].kind}" for one in BROKEN])
def test_the_checks_find_a_leak_where_there_is_one(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, broken: str, instead: Any, steps: list[Step]
) -> None:
    play(archive, (HOUSE,), steps)
    monkeypatch.setattr(broken, instead)
    with pytest.raises(Leak):
        play(archive, (HOUSE,), steps)
