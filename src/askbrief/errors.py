"""The errors of askbrief, and the sentence that each front end shows for a failure.

Every message says in one line what went wrong, which value, and what to do about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class ErrorKind(StrEnum):
    """What kind of failure it was for the person who asked; a front end maps it to its exit code, status or colour."""

    INPUT = "input"  # what was typed cannot be used
    UNKNOWN = "unknown"  # nothing is known under this citation key
    REFUSED = "refused"  # a build failed or is running already
    UNAVAILABLE = "unavailable"  # the index, a model or a state file cannot be used
    UNEXPECTED = "unexpected"  # a defect


class AskbriefError(Exception):
    """The root; see `error_sentence`."""

    kind: ClassVar = ErrorKind.UNAVAILABLE


class InputError(AskbriefError):
    """A question, key, date or option cannot be used."""

    kind = ErrorKind.INPUT


class SettingsError(AskbriefError):
    """An ASKBRIEF_* setting cannot be used."""


class SeedsError(AskbriefError):
    """The folder of source documents is missing, is not a folder, or holds too many files."""


class ParsingError(AskbriefError):
    """One file could not be read; its message is the reason in the build report."""


class ModelError(AskbriefError):
    """A model is missing or damaged."""


class BuildError(AskbriefError):
    """A build was refused or failed; the old index keeps serving."""

    kind = ErrorKind.REFUSED


class BuildInProgress(BuildError):
    """Another build holds the lock."""


class BuildInterrupted(BuildError):
    """Somebody stopped the build; what it encoded is kept for the next one."""


class IndexUnusable(AskbriefError):
    """An index cannot be opened."""


class IndexMissing(IndexUnusable):
    """Nothing has been built there yet."""


class IndexMismatch(IndexUnusable):
    """The index was built by another format, analyser or model."""


class IndexDamaged(IndexUnusable):
    """A file of the index is missing or does not match its checksum."""


class WorkerError(AskbriefError):
    """The processes that answer questions ended, or are closed."""


class LedgerError(AskbriefError):
    """The file of citation keys cannot be read or written."""


class JournalError(AskbriefError):
    """The journal of questions, answers and votes cannot be read or written."""


class CitationUnknown(AskbriefError):
    """No passage was ever shown under this key, and none has it today."""

    kind = ErrorKind.UNKNOWN


class EvaluationError(AskbriefError):
    """A question set is missing or malformed."""


UNAVAILABLE = "askbrief cannot answer at the moment: try again later; the operator finds the reason in the log"
UNEXPECTED = "something unexpected went wrong: the operator finds the reason in the log"
_GENERAL = {ErrorKind.UNAVAILABLE: UNAVAILABLE, ErrorKind.UNEXPECTED: UNEXPECTED}


@dataclass(frozen=True, slots=True)
class ErrorSentence:
    """A failure in words."""

    kind: ErrorKind
    text: str

    @property
    def is_about_the_request(self) -> bool:
        """Whether the person can do something about it; the other kinds are the operator's and belong in the log."""
        return self.kind not in _GENERAL


def error_sentence(error: BaseException, *, operator: bool = False) -> ErrorSentence:
    """Return what to tell about anything that was raised.

    Messages about this machine (paths, settings) are only for the `operator`, who runs askbrief and its command line.
    """
    kind = error.kind if isinstance(error, AskbriefError) else ErrorKind.UNEXPECTED
    if operator and kind is ErrorKind.UNEXPECTED:
        return ErrorSentence(kind, f"unexpected {type(error).__name__}: {error}")
    return ErrorSentence(kind, str(error) if operator else _GENERAL.get(kind, str(error)))


def in_words(error: Exception) -> str:
    """Return the message of the operating system or a library, for use inside a sentence.

    >>> in_words(FileNotFoundError(2, "No such file or directory", "a.txt"))
    'no such file or directory'
    """
    return str(getattr(error, "strerror", None) or error).lower()
