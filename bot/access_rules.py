"""Access rules: collections granted to channels and roles, and the scope that follows from them.

A guild starts *open*: its members see everything that the operator allows it (its ceiling). The first rule *closes*
it: a channel then shows what was granted to it or to everyone, and a person also sees what was granted to their roles.
The scope of a message for a channel depends on the channel alone, whoever asks, because everybody there reads it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
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


class RuleTarget(StrEnum):
    """The kind of Discord object that a collection is granted to."""

    CHANNEL = "channel"
    ROLE = "role"


@dataclass(frozen=True, slots=True, order=True)
class AccessRule:
    """In one guild, a collection granted to a channel or a role; `*` stands for every collection."""

    guild: int
    collection: str
    kind: RuleTarget
    target: int


@dataclass(frozen=True, slots=True)
class Membership:
    """A guild that a person belongs to, and their roles there without @everyone."""

    guild: int
    roles: frozenset[int]


class AccessRules:
    """The rules of every guild, in memory and in `access.sqlite`; a change is written before it takes effect."""

    def __init__(self, state: Path, ceilings: Mapping[int, frozenset[str]] | None = None) -> None:
        """Read the rules; `ceilings` are the collections that each served guild may see at most, None all of them.

        Raises:
            AccessError: the rules cannot be read. The bot does not start then, since it would show everything.
        """
        self._path = state / "access.sqlite"
        self._ceilings = ceilings
        self._rules: set[AccessRule] = set()
        self._closed: set[int] = set()
        self._read()

    def _read(self) -> None:
        try:
            for guild, collection, kind, target in self._execute("SELECT guild, collection, kind, target FROM rules"):
                self._rules.add(AccessRule(guild, collection, RuleTarget(kind), target))
        except ValueError as error:  # a kind of target that this version does not know
            raise self._failed(error) from error
        self._closed.update(guild for (guild,) in self._execute("SELECT guild FROM closed"))

    def ceiling(self, guild: int) -> Scope:
        """Return the scope that a guild may see at most, which is also what its managers may grant."""
        if self._ceilings is None:
            return Scope()
        return _scope(self._ceilings.get(guild, frozenset()))

    def serves(self, guild: int) -> bool:
        return self._ceilings is None or guild in self._ceilings

    def is_open(self, guild: int) -> bool:
        """Say whether everybody in the guild sees its whole ceiling."""
        return guild not in self._closed

    def channel_scope(self, guild: int, channel: int) -> Scope:
        """Return what every reader of a channel may see: the scope of everything that is posted in it."""
        return self._granted(guild, {(RuleTarget.CHANNEL, channel)})

    def member_scope(self, guild: int, channel: int, roles: Collection[int]) -> Scope:
        """Return what one member may see in a channel in a message that nobody else reads."""
        return self._granted(guild, {(RuleTarget.CHANNEL, channel), *((RuleTarget.ROLE, role) for role in roles)})

    def direct_message_scope(self, memberships: Iterable[Membership]) -> Scope:
        """Return what a person may see in direct messages: the union of what their roles see in each guild."""
        scopes = [
            self._granted(member.guild, {(RuleTarget.ROLE, role) for role in member.roles}) for member in memberships
        ]
        if any(scope.collections is None for scope in scopes):
            return Scope()
        return Scope(collections=frozenset().union(*(scope.collections or () for scope in scopes)))

    def _granted(self, guild: int, targets: Collection[tuple[RuleTarget, int]]) -> Scope:
        ceiling = self.ceiling(guild)
        if self.is_open(guild):
            return ceiling
        everyone = (RuleTarget.ROLE, guild)  # Discord gives the role @everyone the id of its guild
        granted = {
            rule.collection
            for rule in self._rules
            if rule.guild == guild and ((rule.kind, rule.target) in targets or (rule.kind, rule.target) == everyone)
        }
        return _scope(granted).within(ceiling)

    def rules(self, guild: int) -> list[AccessRule]:
        return sorted(rule for rule in self._rules if rule.guild == guild)

    def allow(self, rule: AccessRule) -> None:
        """Grant a collection to a channel or role; this closes the guild."""
        self._execute("INSERT OR IGNORE INTO rules VALUES (?, ?, ?, ?)", _row(rule), closing_guild=rule.guild)
        self._rules.add(rule)
        self._closed.add(rule.guild)

    def revoke(self, rule: AccessRule) -> bool:
        """Revoke a rule and say whether there was one. The guild stays closed, even without rules."""
        self._execute("DELETE FROM rules WHERE guild = ? AND collection = ? AND kind = ? AND target = ?", _row(rule))
        known = rule in self._rules
        self._rules.discard(rule)
        return known

    def close(self, guild: int) -> None:
        self._execute(_CLOSE, (guild,))
        self._closed.add(guild)

    def open(self, guild: int) -> None:
        """Show everybody in the guild its whole ceiling; its rules are kept for when it is closed again."""
        self._execute("DELETE FROM closed WHERE guild = ?", (guild,))
        self._closed.discard(guild)

    def _execute(
        self, statement: str, values: tuple[object, ...] = (), *, closing_guild: int | None = None
    ) -> list[tuple[Any, ...]]:
        """Run a statement, and close a guild in the same transaction."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=10)) as connection:
                connection.executescript(_SCHEMA)
                with connection:
                    rows = connection.execute(statement, values).fetchall()
                    if closing_guild is not None:
                        connection.execute(_CLOSE, (closing_guild,))
                return rows
        except (sqlite3.Error, OSError) as error:
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> AccessError:
        return AccessError(
            f"the access rules in {self._path.name} cannot be read or written: {in_words(error)}; mend the file "
            "or its rights, or set ASKBRIEF_STATE_DIR to a folder that can be written"
        )


def _row(rule: AccessRule) -> tuple[int, str, str, int]:
    return rule.guild, rule.collection, str(rule.kind), rule.target


def _scope(collections: Collection[str]) -> Scope:
    return Scope() if EVERYTHING in collections else Scope(collections=frozenset(collections))
