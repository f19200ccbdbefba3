"""The command on names: `askbrief define`."""

from __future__ import annotations

from typing import Annotated

import typer

from askbrief.cli_common import FOUND, NOT_FOUND, Index, Json, State, load_settings, open_library, say, show


def define(
    name: Annotated[str, typer.Argument(help="An acronym or another name, such as TTP.", show_default=False)],
    *,
    index: Index = None,
    state: State = None,
    as_json: Json = False,
) -> int:
    """Say what a name stands for, with the passage that defines it.

    Exit code 1: neither the sources nor the team's list of aliases say it.

    \b
    Example:
      askbrief define TTP
    """
    from askbrief.terminal import definitions

    settings = load_settings(index_dir=index, state_dir=state)
    with open_library(settings) as library:
        found = library.define(name)
        similar = [] if found else library.names(like=name)
    for note in dict.fromkeys(note for one in found for note in one.notes):
        say(note)
    show(
        as_json, lambda payloads: payloads.definitions(name, found, similar), lambda: definitions(name, found, similar)
    )
    return FOUND if found else NOT_FOUND
