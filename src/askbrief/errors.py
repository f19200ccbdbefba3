"""The errors of askbrief. Every message says in one line what went wrong, which value, and what to do about it."""

from __future__ import annotations


class AskbriefError(Exception):
    """The root; front ends turn it into a sentence (service/error_sentences.py)."""


class InputError(AskbriefError):
    """A question, key, date or option cannot be used."""


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


class EvaluationError(AskbriefError):
    """A question set is missing or malformed."""


def in_words(error: Exception) -> str:
    """Return the message of the operating system or a library, for use inside a sentence.

    >>> in_words(FileNotFoundError(2, "No such file or directory", "a.txt"))
    'no such file or directory'
    """
    return str(getattr(error, "strerror", None) or error).lower()
