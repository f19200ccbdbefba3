"""What people are told when something fails: one mapping for every front end, which only chooses how to show it.

A front end maps `ErrorKind` to its exit code, HTTP status or colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from askbrief.errors import AskbriefError, BuildError, CitationUnknown, InputError

UNAVAILABLE = "askbrief cannot answer at the moment: try again later; the operator finds the reason in the log"
UNEXPECTED = "something unexpected went wrong: the operator finds the reason in the log"


class ErrorKind(StrEnum):
    """What kind of failure it was, from the point of view of the person who asked."""

    INPUT = "input"  # what was typed cannot be used
    UNKNOWN = "unknown"  # nothing is known under this citation key
    REFUSED = "refused"  # a build failed or is running already
    UNAVAILABLE = "unavailable"  # the index, a model or a state file cannot be used
    UNEXPECTED = "unexpected"  # a defect


@dataclass(frozen=True, slots=True)
class ErrorSentence:
    """A failure in words."""

    kind: ErrorKind
    text: str

    @property
    def is_about_the_request(self) -> bool:
        """Whether the person can do something about it; the other kinds are the operator's and belong in the log."""
        return self.kind in {ErrorKind.INPUT, ErrorKind.UNKNOWN, ErrorKind.REFUSED}


def error_sentence(error: BaseException, *, operator: bool = False) -> ErrorSentence:
    """Return what to tell about a failure.

    Messages about this machine (paths, settings) are for its operator only; everybody else gets a general sentence.

    Args:
        error: anything that was raised.
        operator: whether the sentence is for the person who runs askbrief, as on the command line.
    """
    kind = _kind(error)
    if operator and kind is ErrorKind.UNEXPECTED:
        return ErrorSentence(kind, f"unexpected {type(error).__name__}: {error}")
    if operator or kind not in _GENERAL:
        return ErrorSentence(kind, str(error))
    return ErrorSentence(kind, _GENERAL[kind])


_GENERAL = {ErrorKind.UNAVAILABLE: UNAVAILABLE, ErrorKind.UNEXPECTED: UNEXPECTED}


def _kind(error: BaseException) -> ErrorKind:
    match error:
        case CitationUnknown():
            return ErrorKind.UNKNOWN
        case InputError():
            return ErrorKind.INPUT
        case BuildError():
            return ErrorKind.REFUSED
        case AskbriefError():
            return ErrorKind.UNAVAILABLE
        case _:
            return ErrorKind.UNEXPECTED
