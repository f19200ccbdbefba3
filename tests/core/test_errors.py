"""Each failure has one sentence, and nobody but the operator reads about this machine."""

from __future__ import annotations

import pytest

from askbrief import errors
from askbrief.errors import UNAVAILABLE, UNEXPECTED, AskbriefError, ErrorKind, error_sentence


def every_error() -> list[type[AskbriefError]]:
    return [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, AskbriefError)]


@pytest.mark.parametrize("kind", every_error())
def test_the_operator_reads_the_message_of_every_error(kind: type[AskbriefError]) -> None:
    assert error_sentence(kind("the index in /srv/x is gone"), operator=True).text == "the index in /srv/x is gone"


@pytest.mark.parametrize("kind", every_error())
def test_everybody_else_reads_it_only_where_it_is_about_the_request(kind: type[AskbriefError]) -> None:
    failure = error_sentence(kind("the index in /srv/x is gone"))
    about = issubclass(kind, errors.InputError | errors.CitationUnknown | errors.BuildError)
    assert failure.is_about_the_request == about
    assert failure.text == ("the index in /srv/x is gone" if about else UNAVAILABLE)


def test_a_defect_is_named_to_the_operator_alone() -> None:
    defect = RuntimeError("a wheel came off")
    assert error_sentence(defect).text == UNEXPECTED
    assert error_sentence(defect, operator=True).text == "unexpected RuntimeError: a wheel came off"
    assert error_sentence(defect).kind is ErrorKind.UNEXPECTED
