"""Who may see what: collections given to channels and roles, and the scope that follows from them.

A guild begins *open*: its members see all that the operator lets it see (its ceiling). With the first rule it is
*closed*: a channel shows what was given to it or to everyone, and a person sees that and what their roles give.
What is posted for a channel follows the channel alone, whoever asks: nobody reads there what is not theirs.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from askbrief.errors import AskbriefError, in_words
from askbrief.records import Scope
from bot.settings import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

NOTHING = Scope(collections=frozenset())

_SCHEMA = """
CREATE TABLE IF NOT EXISTS rules (
    guild INTEGER NOT NULL, collection TEXT NOT NULL, kind TEXT NOT NULL, target INTEGER NOT NULL,
    PRIMARY KEY (guild, collection, kind, target)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS closed (guild INTEGER PRIMARY KEY) STRICT;
"""
_CLOSE = "INSERT OR IGNORE INTO closed VALUES (?)"


class AccessError(AskbriefError):
    """The access rules cannot be read or written."""


class Kind(StrEnum):
    """What a collection is given to."""

    CHANNEL = "channel"
    ROLE = "role"


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """In one guild, a collection given to a channel or to a role; `*` stands for every collection."""

    guild: int
    collection: str
    kind: Kind
    target: int


@dataclass(frozen=True, slots=True)
class Membership:
    """A person in a guild: the roles they have there, without @everyone."""

    guild: int
    roles: frozenset[int] = field(default_factory=frozenset)


class Access:
    """The rules of every guild, in memory and in `access.sqlite`; written before they count."""

    def __init__(self, state: Path, ceilings: Mapping[int, frozenset[str]] | None = None) -> None:
        """Read the rules.

        Args:
            state: the state directory.
            ceilings: for each guild that is served, what it may see at the most; None: any guild, everything.

        Raises:
            AccessError: the rules cannot be read; nobody sees anything then, instead of everybody everything.
        """
        self._path = state / "access.sqlite"
        self._ceilings = ceilings
        self._rules: set[Rule] = set()
        self._closed: set[int] = set()
        self._read()

    def _read(self) -> None:
        try:
            for guild, collection, kind, target in self._execute("SELECT guild, collection, kind, target FROM rules"):
                self._rules.add(Rule(guild, collection, Kind(kind), target))
        except ValueError as error:  # a kind that this version does not know
            raise self._failed(error) from error
        self._closed.update(guild for (guild,) in self._execute("SELECT guild FROM closed"))

    # ------------------------------------------------------------------------------------- what follows

    def ceiling(self, guild: int) -> Scope:
        """What a guild may see at the most, and what its admins may give out."""
        if self._ceilings is None:
            return Scope()
        return _scope(self._ceilings.get(guild, frozenset()))

    def serves(self, guild: int) -> bool:
        """Whether the operator lets this guild see anything."""
        return self._ceilings is None or guild in self._ceilings

    def is_open(self, guild: int) -> bool:
        """Whether everybody in the guild sees all that it may."""
        return guild not in self._closed

    def in_channel(self, guild: int, channel: int) -> Scope:
        """What everybody who reads a channel may see there: the scope of all that is posted in it."""
        return self._given(guild, {(Kind.CHANNEL, channel)})

    def to_person(self, guild: int, channel: int, roles: Collection[int]) -> Scope:
        """What one person may see in a channel when nobody else reads it."""
        return self._given(guild, {(Kind.CHANNEL, channel), *((Kind.ROLE, role) for role in roles)})

    def in_direct_messages(self, memberships: Iterable[Membership]) -> Scope:
        """What a person may see in direct messages: what their roles give, over the guilds they are in."""
        scopes = [self._given(one.guild, {(Kind.ROLE, role) for role in one.roles}) for one in memberships]
        if any(scope.collections is None for scope in scopes):
            return Scope()
        return Scope(collections=frozenset().union(*(scope.collections or () for scope in scopes)))

    def _given(self, guild: int, targets: Collection[tuple[Kind, int]]) -> Scope:
        ceiling = self.ceiling(guild)
        if self.is_open(guild):
            return ceiling
        everyone = (Kind.ROLE, guild)  # Discord gives the role @everyone the number of its guild
        given = {
            rule.collection
            for rule in self._rules
            if rule.guild == guild and ((rule.kind, rule.target) in targets or (rule.kind, rule.target) == everyone)
        }
        return _scope(given).within(ceiling)

    # -------------------------------------------------------------------------------------- the rules

    def rules(self, guild: int) -> list[Rule]:
        """The rules of a guild, in order."""
        return sorted(rule for rule in self._rules if rule.guild == guild)

    def allow(self, rule: Rule) -> None:
        """Give a collection to a channel or role; the guild is closed from then on."""
        self._execute("INSERT OR IGNORE INTO rules VALUES (?, ?, ?, ?)", _row(rule), closing_guild=rule.guild)
        self._rules.add(rule)
        self._closed.add(rule.guild)

    def revoke(self, rule: Rule) -> bool:
        """Take a rule back, and say whether there was one. The guild stays closed, also without rules."""
        self._execute("DELETE FROM rules WHERE guild = ? AND collection = ? AND kind = ? AND target = ?", _row(rule))
        known = rule in self._rules
        self._rules.discard(rule)
        return known

    def close(self, guild: int) -> None:
        """Show only what is given by rules."""
        self._execute(_CLOSE, (guild,))
        self._closed.add(guild)

    def open(self, guild: int) -> None:
        """Show everybody in the guild all that it may see; its rules are kept for when it is closed again."""
        self._execute("DELETE FROM closed WHERE guild = ?", (guild,))
        self._closed.discard(guild)

    def _execute(
        self, statement: str, values: tuple[object, ...] = (), *, closing_guild: int | None = None
    ) -> list[tuple[Any, ...]]:
        """Run a statement and, with it or not at all, close a guild."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=10)) as connection:
                connection.executescript(_SCHEMA)
                with connection:
                    found = connection.execute(statement, values).fetchall()
                    if closing_guild is not None:
                        connection.execute(_CLOSE, (closing_guild,))
                return found
        except (sqlite3.Error, OSError) as error:
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> AccessError:
        return AccessError(
            f"the access rules in {self._path.name} cannot be read or written: {in_words(error)}; mend the file "
            "or its rights, or set ASKBRIEF_STATE_DIR to a folder that can be written"
        )


def _row(rule: Rule) -> tuple[int, str, str, int]:
    return rule.guild, rule.collection, str(rule.kind), rule.target


def _scope(collections: Collection[str]) -> Scope:
    return Scope() if EVERYTHING in collections else Scope(collections=frozenset(collections))
