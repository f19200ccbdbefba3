"""Feedback: export votes as a question set, and list what the sources lack.

    export   journal --by question--> a verdict on each --> corpus.jsonl, queries.jsonl
    gaps     journal --not answered--> by question --> what to write or to find a document for

Questions are the same when they differ in capitals and white space only. What was searched for counts, not what
was written: "and in 2021?" is a question only together with the one before it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from askbrief.errors import CitationUnknown, EvaluationError, InputError, in_words
from askbrief.evaluation.journal import Reason, Vote
from askbrief.evaluation.question_sets import CorpusDocument, Gold, Question
from askbrief.records import CitationStatus, Verdict

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pydantic import BaseModel

    from askbrief.evaluation.journal import Exchange, Journal, Opinion, ShownHit
    from askbrief.library import Library

MARK = "askbrief-feedback.json"
"""The file that marks a folder as written by `export`; it names the generation."""

_CORPUS, _QUERIES = "corpus.jsonl", "queries.jsonl"
_NOTHING_THERE = frozenset({Reason.NOTHING_TO_SAY, Reason.MISSING_DOCUMENT})
_QID_DIGITS = 16


# ------------------------------------------------------------------------------------------------ records


class ExclusionReason(StrEnum):
    """Why a question is not exported."""

    NO_VOTES = "no votes"
    TIE = "as many votes up as down"
    NO_REASON = "voted down without a reason"
    WRONG_PASSAGE = "voted down as a wrong passage"
    OTHER = "voted down for another reason"
    PASSAGE_GONE = "the passage has changed or is gone"


@dataclass(frozen=True, slots=True)
class ExportReport:
    """The result of an export; without questions, nothing is written."""

    folder: Path
    generation: str
    documents: int
    answerable: int
    unanswerable: int
    left_out: Mapping[ExclusionReason, int]

    @property
    def questions(self) -> int:
        return self.answerable + self.unanswerable


class GapReason(StrEnum):
    """Why the sources did not answer."""

    NOT_FOUND = "not found"
    MISSING_DOCUMENT = "missing document"
    NOTHING_TO_SAY = "should have said nothing"


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that the sources could not answer: how often, by how many people, and when last in UTC."""

    question: str
    count: int
    people: int
    last_asked: dt.datetime
    why: GapReason


@dataclass(frozen=True, slots=True)
class _Ballot:
    """Votes on one or several exchanges."""

    up: int
    down: int
    reasons: Counter[Reason]

    @classmethod
    def of(cls, opinions: Iterable[Opinion]) -> _Ballot:
        opinions = list(opinions)
        up = sum(opinion.vote is Vote.UP for opinion in opinions)
        reasons = Counter(opinion.reason for opinion in opinions if opinion.reason is not None)
        return cls(up, len(opinions) - up, reasons)


# -------------------------------------------------------------------------------------------------- export


def export(journal: Journal, library: Library, folder: Path) -> ExportReport:
    """Export the questions that people voted on as a question set.

    More votes up than down: the question is answerable, and its gold is the marked sentence of the first passage shown
    (if none was shown, people agree that there is no answer: unanswerable). More votes down, all for reasons that mean
    that the sources hold no answer: unanswerable. The rest is left out. The corpus is every document of the index.

    Args:
        journal: the questions and votes.
        library: opened with the state that remembers keys, so that moved passages are found again.
        folder: new, empty, or written by an earlier export, which is replaced.

    Raises:
        InputError: the folder holds something else.
        EvaluationError: a file cannot be written.
        JournalError, LedgerError: what was shown cannot be read.
    """
    _refuse_foreign(folder)
    left_out: Counter[ExclusionReason] = Counter()
    questions = []
    opinions = _by_exchange(journal.votes())
    for text, exchanges in _by_question(journal.exchanges()).items():
        question = _question_by_votes(text, exchanges, opinions, library)
        if isinstance(question, ExclusionReason):
            left_out[question] += 1
        else:
            questions.append(question)
    if questions:
        _write_set(folder, library, questions)
    answerable = sum(question.answerable for question in questions)
    return ExportReport(
        folder=folder,
        generation=library.generation_name,
        documents=library.status().documents,
        answerable=answerable,
        unanswerable=len(questions) - answerable,
        left_out={why: left_out[why] for why in ExclusionReason if left_out[why]},
    )


def _question_by_votes(
    text: str, exchanges: Sequence[Exchange], opinions: Mapping[str, Sequence[Opinion]], library: Library
) -> Question | ExclusionReason:
    """Return a question with its gold by the votes, or why it is left out."""
    ballot = _Ballot.of(opinion for exchange in exchanges for opinion in opinions.get(exchange.id, ()))
    if ballot.up == ballot.down:
        return ExclusionReason.TIE if ballot.up else ExclusionReason.NO_VOTES
    gold: Gold | None = None
    if ballot.up > ballot.down:
        liked = [exchange for exchange in reversed(exchanges) if _is_liked(opinions.get(exchange.id, ()))]
        if liked[0].shown:
            gold = next(filter(None, (_gold(one.shown[0], library) for one in liked if one.shown)), None)
            if gold is None:
                return ExclusionReason.PASSAGE_GONE
    elif not ballot.reasons:
        return ExclusionReason.NO_REASON
    elif not ballot.reasons.keys() <= _NOTHING_THERE:
        return ExclusionReason.WRONG_PASSAGE if Reason.WRONG_PASSAGE in ballot.reasons else ExclusionReason.OTHER
    return Question(
        qid=hashlib.sha256(text.encode()).hexdigest()[:_QID_DIGITS],
        question=exchanges[-1].searched_for,
        answerable=gold is not None,
        gold=(gold,) if gold else (),
    )


def _is_liked(opinions: Iterable[Opinion]) -> bool:
    ballot = _Ballot.of(opinions)
    return ballot.up > ballot.down


def _gold(shown: ShownHit, library: Library) -> Gold | None:
    """Return where the marked sentence is today, if the passage still contains the text that was shown."""
    try:
        today = library.cite(shown.key)
    except CitationUnknown:
        return None
    if today.status not in (CitationStatus.INTACT, CitationStatus.MOVED) or today.current_start is None:
        return None
    moved = today.current_start - shown.start
    return Gold(doc_id=today.current_doc_id or "", start=shown.answer_start + moved, end=shown.answer_end + moved)


# ------------------------------------------------------------------------------------------------ the files


def _refuse_foreign(folder: Path) -> None:
    try:
        holds = {path.name for path in folder.iterdir()} if folder.exists() else set()
    except OSError as error:
        raise InputError(f"{folder} cannot be written to: {in_words(error)}; give another folder") from error
    if holds and MARK not in holds:
        raise InputError(
            f"{folder} is not empty and was not written by askbrief feedback export: give a new or an empty folder"
        )


def _write_set(folder: Path, library: Library, questions: Sequence[Question]) -> None:
    """Write new files, then rename them; an interrupted export has no questions and is refused as a set."""
    mark = {"written_by": "askbrief feedback export", "format": 1, "generation": library.generation_name}
    contents: dict[str, Iterable[BaseModel]] = {_CORPUS: _corpus(library), _QUERIES: questions}
    new = {name: folder / f"{name}.new" for name in contents}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / MARK, [f"{json.dumps(mark)}\n"])
        for name, rows in contents.items():
            _write(new[name], (f"{row.model_dump_json(exclude_none=True)}\n" for row in rows))
        (folder / _QUERIES).unlink(missing_ok=True)
        for name, path in new.items():
            path.replace(folder / name)
    except OSError as error:
        raise EvaluationError(f"{folder} cannot be written: {in_words(error)}; give another folder") from error
    finally:
        for path in new.values():
            with suppress(OSError):  # it does not exist after a success, or if nothing can be written
                path.unlink()


def _write(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())


def _corpus(library: Library) -> Iterator[CorpusDocument]:
    for source in library.sources():
        document = library.document(source.doc_id)
        if document is not None:
            about = document.metadata
            yield CorpusDocument(
                doc_id=source.doc_id, title=document.title, text=document.text, url=about.url, date=about.date
            )


# ---------------------------------------------------------------------------------------------------- gaps


def gaps(journal: Journal) -> list[Gap]:
    """Return the questions that the sources could not answer, the most frequent first, then the latest.

    No passage was found, or more votes are down than up and give as a reason that a document is missing or that the
    sources hold no answer. `why` is the most frequent reason of the exchanges; of equally frequent ones, the latest.

    Raises:
        JournalError: the journal cannot be read.
    """
    opinions = _by_exchange(journal.votes())
    gaps = []
    for exchanges in _by_question(journal.exchanges()).values():
        reasons = [(exchange, _gap_reason(exchange, opinions.get(exchange.id, ()))) for exchange in exchanges]
        unanswered = [(exchange, reason) for exchange, reason in reasons if reason]
        if unanswered:
            gaps.append(_gap(unanswered))
    return sorted(gaps, key=lambda gap: (-gap.count, -gap.last_asked.timestamp(), gap.question))


def _gap(unanswered: Sequence[tuple[Exchange, GapReason]]) -> Gap:
    last = unanswered[-1][0]
    return Gap(
        question=last.searched_for,
        count=len(unanswered),
        people=len({exchange.person for exchange, _ in unanswered}),
        last_asked=last.asked_at,
        why=Counter(reason for _, reason in reversed(unanswered)).most_common(1)[0][0],  # of several, the latest
    )


def _gap_reason(exchange: Exchange, opinions: Sequence[Opinion]) -> GapReason | None:
    """Return why the sources did not answer, by the votes, else by the verdict; None if they did."""
    ballot = _Ballot.of(opinions)
    missing, silent = ballot.reasons[Reason.MISSING_DOCUMENT], ballot.reasons[Reason.NOTHING_TO_SAY]
    if ballot.down > ballot.up and (missing or silent):
        return GapReason.MISSING_DOCUMENT if missing >= silent else GapReason.NOTHING_TO_SAY
    return GapReason.NOT_FOUND if exchange.verdict is Verdict.NONE else None


# ------------------------------------------------------------------------------------------------ grouping


def _by_question(exchanges: Iterable[Exchange]) -> dict[str, list[Exchange]]:
    """Group exchanges by question, oldest first."""
    groups: dict[str, list[Exchange]] = {}
    for exchange in exchanges:
        groups.setdefault(" ".join(exchange.searched_for.casefold().split()), []).append(exchange)
    return groups


def _by_exchange(opinions: Iterable[Opinion]) -> dict[str, list[Opinion]]:
    groups: dict[str, list[Opinion]] = {}
    for opinion in opinions:
        groups.setdefault(opinion.exchange_id, []).append(opinion)
    return groups
