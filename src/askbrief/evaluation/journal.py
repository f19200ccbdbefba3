"""The journal: questions, answers and votes, in a small SQLite file outside the index."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from askbrief.core.sqlite_state import BUSY_SECONDS, connect_to_read, is_there, mapped_errors, mapped_rows
from askbrief.errors import InputError, JournalError
from askbrief.records import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from askbrief.records import Answer, Hit

Context: TypeAlias = "Mapping[str, str | int | bool | None]"

COMMENT_CHARS = 1_000
_WHAT = "the journal of questions and answers"
_SCHEMA = (
    """
    CREATE TABLE IF NOT EXISTS exchanges (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, asked_at TEXT NOT NULL, person TEXT NOT NULL,
        conversation TEXT NOT NULL, message TEXT, question TEXT NOT NULL, searched_for TEXT NOT NULL,
        verdict TEXT NOT NULL, confidence REAL NOT NULL, generation TEXT NOT NULL, shown TEXT NOT NULL,
        context TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE IF NOT EXISTS votes (
        exchange_id TEXT NOT NULL REFERENCES exchanges (id), person TEXT NOT NULL, vote TEXT NOT NULL, reason TEXT,
        comment TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (exchange_id, person)
    ) STRICT
    """,
    "CREATE INDEX IF NOT EXISTS exchange_of_message ON exchanges (message)",
    "CREATE INDEX IF NOT EXISTS exchanges_of_conversation ON exchanges (conversation)",
)
_COLUMNS = (
    "id, asked_at, person, conversation, message, question, searched_for, verdict, confidence, generation, shown, "
    "context"
)
_ID_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"  # base32, as in RFC 4648, in lower case
_ID_LENGTH = 8
_moment = dt.datetime.fromisoformat
_RECENT_EXCHANGES = 2_000
"""Number of exchanges whose keys are offered, so that this stays quick however long the journal grows."""


class Vote(StrEnum):
    """A vote on an answer."""

    UP = "up"
    DOWN = "down"


class Reason(StrEnum):
    """Why an answer was voted down."""

    WRONG_PASSAGE = "wrong-passage"
    MISSING_DOCUMENT = "missing-document"
    NOTHING_TO_SAY = "nothing-to-say"  # it should have said that the sources don't say
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A passage as it was shown; all four offsets are into the document's text, two of the marked sentence."""

    key: str
    doc_id: str
    start: int
    end: int
    answer_start: int
    answer_end: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and what was shown for it."""

    id: str
    asked_at: dt.datetime  # in UTC
    person: str
    conversation: str
    message: str | None  # that shows the answer, once there is one
    question: str  # as the person wrote it
    searched_for: str
    verdict: Verdict
    confidence: float
    generation: str
    shown: tuple[ShownHit, ...] = ()
    context: Context = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opinion:
    """A person's last vote on an exchange, and when, in UTC."""

    exchange_id: str
    person: str
    vote: Vote
    reason: Reason | None
    comment: str
    at: dt.datetime


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Journal:
    """Exchanges and votes. Threads and processes may share it: every call has its own connection.

    Every call raises JournalError where the file cannot be read or written.
    """

    def __init__(self, state: Path, *, clock: Callable[[], dt.datetime] = _now) -> None:
        """Take the state directory; it and the file are created with the first exchange."""
        self._path = state / "journal.sqlite"
        self._clock = clock

    # ----------------------------------------------------------------------------------------- writing

    def record(
        self,
        answer: Answer,
        *,
        person: str,
        conversation: str,
        question: str,
        context: Context | None = None,
        shown: Sequence[Hit] | None = None,
    ) -> Exchange:
        """Record an answer that is about to be shown.

        Args:
            answer: its `question` is what was searched for.
            person: who asked.
            conversation: where, such as a thread: `latest` finds exchanges by it.
            question: what the person wrote.
            context: further values that the caller needs with the exchange.
            shown: the passages that are shown; by default all, and none if the verdict is NONE.
        """
        hits = shown if shown is not None else () if answer.verdict is Verdict.NONE else answer.hits
        with self._writing() as connection:
            exchange = Exchange(
                id=_unused_id(connection),
                asked_at=self._clock().astimezone(dt.UTC),
                person=person,
                conversation=conversation,
                message=None,
                question=_storable(question),
                searched_for=_storable(answer.question),
                verdict=answer.verdict,
                confidence=answer.confidence,
                generation=answer.generation,
                shown=tuple(map(_shown, hits)),
                context=dict(context or {}),
            )
            marks = ", ".join("?" * 12)
            connection.execute(f"INSERT INTO exchanges ({_COLUMNS}) VALUES ({marks})", _row(exchange))  # noqa: S608 - constants
        return exchange

    def posted(self, exchange_id: str, message: str) -> None:
        """Record the last message that shows an exchange, for `at_message`; InputError if there is no exchange."""
        with self._changing(exchange_id) as connection:
            connection.execute("UPDATE exchanges SET message = ? WHERE id = ?", (message, exchange_id))

    def vote(self, exchange_id: str, person: str, vote: Vote, reason: Reason | None = None, comment: str = "") -> None:
        """Record a vote; of several votes of one person, the last counts.

        Raises:
            InputError: there is no such exchange, the comment is longer than COMMENT_CHARS, or a vote for it has a
            reason.
        """
        comment = _storable(comment.strip())
        if len(comment) > COMMENT_CHARS:
            raise InputError(
                f"the comment has {len(comment):,} characters, the limit is {COMMENT_CHARS:,}: make it shorter"
            )
        if reason is not None and vote is Vote.UP:
            raise InputError(f"the reason {str(reason)!r} goes with a vote down: leave it out, or vote down")
        row = (exchange_id, person, vote, reason, comment, _stamp(self._clock()))
        with self._changing(exchange_id) as connection:
            connection.execute("INSERT OR REPLACE INTO votes VALUES (?, ?, ?, ?, ?, ?)", row)

    def forget(self, before: dt.datetime) -> int:
        """Delete old exchanges and their votes, overwritten in the file, and return the number of exchanges."""
        with self._errors("written"):
            if not is_there(self._path):
                return 0
        with self._writing() as connection:
            old = (_stamp(before),)
            connection.execute(
                "DELETE FROM votes WHERE exchange_id IN (SELECT id FROM exchanges WHERE asked_at < ?)", old
            )
            return connection.execute("DELETE FROM exchanges WHERE asked_at < ?", old).rowcount

    # ----------------------------------------------------------------------------------------- reading

    def find(self, exchange_id: str) -> Exchange | None:
        return next(iter(self._exchanges("WHERE id = ?", exchange_id)), None)

    def at_message(self, message: str) -> Exchange | None:
        """Return the exchange that a message shows, the last of several, or None."""
        return next(iter(self._exchanges("WHERE message = ? ORDER BY number DESC LIMIT 1", message)), None)

    def latest(self, conversation: str, limit: int = 10) -> list[Exchange]:
        """Return the last exchanges of a conversation, newest first."""
        return self._exchanges(f"WHERE conversation = ? ORDER BY number DESC LIMIT {int(limit)}", conversation)

    def exchanges(self) -> list[Exchange]:
        """Return all exchanges, oldest first."""
        return self._exchanges("ORDER BY number")

    def votes(self) -> list[Opinion]:
        """Return the last vote of each person on each exchange, oldest first."""
        rows = self._read("SELECT exchange_id, person, vote, reason, comment, at FROM votes ORDER BY at, rowid")
        with self._rows():
            return [
                Opinion(
                    exchange_id,
                    person,
                    Vote(vote),
                    Reason(reason) if reason else None,
                    comment,
                    _moment(at),
                )
                for exchange_id, person, vote, reason, comment, at in rows
            ]

    def recent_keys(self, limit: int = 200) -> list[str]:
        """Return the keys shown in the last 2,000 exchanges, newest first and best first within one, each once."""
        query = "SELECT shown FROM exchanges WHERE shown != '[]' ORDER BY number DESC LIMIT ?"
        rows = self._read(query, _RECENT_EXCHANGES)
        keys: dict[str, None] = {}
        with self._rows():
            for (shown,) in rows:
                keys |= dict.fromkeys(hit.key for hit in _shown_from(shown))
                if len(keys) >= limit:
                    break
        return list(keys)[:limit]

    # ----------------------------------------------------------------------------------------- the file

    def _exchanges(self, which: str, *values: str) -> list[Exchange]:
        rows = self._read(f"SELECT {_COLUMNS} FROM exchanges {which}", *values)  # noqa: S608 - constants
        with self._rows():
            return [_exchange(row) for row in rows]

    def _read(self, query: str, *values: str | int) -> list[tuple[str, ...]]:
        with self._errors("read"):
            if not is_there(self._path):
                return []
            with closing(connect_to_read(self._path)) as connection:
                return connection.execute(query, values).fetchall()

    @contextmanager
    def _changing(self, exchange_id: str) -> Iterator[sqlite3.Connection]:
        """Open a transaction on an existing exchange."""
        unknown = InputError(f"no exchange is known by the id {exchange_id!r}: it was never kept, or is forgotten")
        with self._errors("written"):
            if not is_there(self._path):
                raise unknown
        with self._writing() as connection:
            if connection.execute("SELECT 1 FROM exchanges WHERE id = ?", (exchange_id,)).fetchone() is None:
                raise unknown
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction; the file is created if it does not exist."""
        with self._errors("written"):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
                connection.execute("PRAGMA secure_delete = ON")  # deleted rows are overwritten
                connection.execute("BEGIN IMMEDIATE")  # a reader sees all tables or none
                with connection:  # commits, or takes everything back
                    for statement in _SCHEMA:
                        connection.execute(statement)
                    yield connection

    def _errors(self, verb: str) -> AbstractContextManager[None]:
        return mapped_errors(JournalError, _WHAT, self._path, verb)

    def _rows(self) -> AbstractContextManager[None]:
        return mapped_rows(JournalError, _WHAT, self._path)


# ------------------------------------------------------------------------------------------------- rows


def _row(exchange: Exchange) -> tuple[str | float | None, ...]:
    return (
        exchange.id,
        _stamp(exchange.asked_at),
        exchange.person,
        exchange.conversation,
        exchange.message,
        exchange.question,
        exchange.searched_for,
        exchange.verdict,
        exchange.confidence,
        exchange.generation,
        json.dumps([asdict(hit) for hit in exchange.shown]),
        json.dumps(dict(exchange.context)),
    )


def _exchange(row: Sequence[str]) -> Exchange:
    exchange_id, asked_at, person, conversation, message, question, searched_for, verdict = row[:8]
    confidence, generation, shown, context = row[8:]
    return Exchange(
        id=exchange_id,
        asked_at=_moment(asked_at),
        person=person,
        conversation=conversation,
        message=message,
        question=question,
        searched_for=searched_for,
        verdict=Verdict(verdict),
        confidence=float(confidence),
        generation=generation,
        shown=_shown_from(shown),
        context=json.loads(context),
    )


def _shown(hit: Hit) -> ShownHit:
    return ShownHit(hit.key, hit.doc_id, hit.start, hit.end, hit.highlight.start, hit.highlight.end)


def _shown_from(text: str) -> tuple[ShownHit, ...]:
    return tuple(ShownHit(**hit) for hit in json.loads(text))


def _unused_id(connection: sqlite3.Connection) -> str:
    while True:
        new = "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))
        if connection.execute("SELECT 1 FROM exchanges WHERE id = ?", (new,)).fetchone() is None:
            return new


def _storable(text: str) -> str:
    """Return the text with question marks for lone surrogates, which no file can store."""
    return text.encode(errors="replace").decode()


def _stamp(moment: dt.datetime) -> str:
    """Return a moment in UTC with microseconds, so that stamps sort by time."""
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")
