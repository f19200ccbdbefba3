"""What can go wrong, as one tree.

    AskbriefError
    ├── InputError            a question, key, date or option that cannot be used
    ├── SettingsError         an ASKBRIEF_* value that cannot be used
    ├── SeedsError            the folder of source documents is missing, no folder or too full
    ├── ParsingError          one file could not be read: becomes a row in the build report
    ├── ModelError            the embedding model is missing, damaged or no model
    ├── BuildError            a build was refused or broke off; the old index keeps serving
    │   ├── BuildInProgress   another build holds the lock
    │   └── BuildInterrupted  somebody broke it off; what it encoded is kept
    ├── IndexUnusable         an index cannot be opened
    │   ├── IndexMissing      nothing has been built there
    │   ├── IndexMismatch     built by another format, analyser or model
    │   └── IndexDamaged      a file is missing or does not match its checksum
    ├── AskingError           the processes that answer questions ended, or have been closed
    ├── LedgerError           the memory of citation keys cannot be read or written
    ├── JournalError          the journal of questions, answers and votes cannot be read or written
    ├── CitationUnknown       no passage was ever shown under this key
    └── EvaluationError       a question set is missing or malformed

Every message says what went wrong, which value, and what to do about it, in one line.
"""

from __future__ import annotations


class AskbriefError(Exception):
    """The root: catch this at an edge and show `str(error)` to the person."""


class InputError(AskbriefError):
    """A question, key, date or option cannot be used."""


class SettingsError(AskbriefError):
    """An ASKBRIEF_* setting cannot be used."""


class SeedsError(AskbriefError):
    """The folder of source documents is missing, is no folder, or holds too many files."""


class ParsingError(AskbriefError):
    """One file could not be read; its message is the reason in the build report."""


class ModelError(AskbriefError):
    """The embedding model is missing, damaged or no model at all."""


class BuildError(AskbriefError):
    """A build was refused or broke off; the index that was there keeps serving."""


class BuildInProgress(BuildError):
    """Another build holds the lock."""


class BuildInterrupted(BuildError):
    """Somebody broke the build off; what it encoded is kept for the next one."""


class IndexUnusable(AskbriefError):
    """An index cannot be opened."""


class IndexMissing(IndexUnusable):
    """Nothing has been built there yet."""


class IndexMismatch(IndexUnusable):
    """The index was built by another format, analyser or model."""


class IndexDamaged(IndexUnusable):
    """A file of the index is missing or does not match its checksum."""


class AskingError(AskbriefError):
    """The processes that answer questions ended, or have been closed."""


class LedgerError(AskbriefError):
    """The memory of citation keys cannot be read or written."""


class JournalError(AskbriefError):
    """The journal of questions, answers and votes cannot be read or written."""


class CitationUnknown(AskbriefError):
    """No passage was ever shown under this key, and none has it today."""


class EvaluationError(AskbriefError):
    """A question set is missing or malformed."""


def in_words(error: Exception) -> str:
    """What the operating system or a library says went wrong, to be put into a sentence.

    >>> in_words(FileNotFoundError(2, "No such file or directory", "a.txt"))
    'no such file or directory'
    """
    return str(getattr(error, "strerror", None) or error).lower()
