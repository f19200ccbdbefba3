"""The commands on what people thought of answers: `askbrief feedback export` and `askbrief feedback gaps`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from askbrief.cli_common import FOUND, NOT_FOUND, Index, Json, State, load_settings, open_library, show

feedback = typer.Typer(
    help=(
        "Put to use what people thought of answers."
        "\n\n\b\nExample:\n  askbrief feedback gaps\n  askbrief feedback export my-questions"
    ),
    epilog="Exit codes: 0 done, 1 nothing to export or no gap, 2 an error.",
    rich_markup_mode=None,
)


@feedback.callback(invoke_without_command=True)
def help_alone(context: typer.Context) -> None:
    """Show the help where no command is given."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@feedback.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the question set: new, or exported before.")],
    *,
    index: Index = None,
    state: State = None,
    as_json: Json = False,
) -> int:
    """Write what people voted on as a question set for askbrief eval.

    Voted up: answerable, by the passage shown. Voted down because the
    sources hold no answer: not answerable. The rest is left out and counted.

    Exit code 1: there is nothing to export, and nothing was written.

    \b
    Example:
      askbrief feedback export my-questions
      askbrief eval my-questions
    """
    from askbrief.feedback import export as export_set
    from askbrief.journal import Journal
    from askbrief.terminal import export_report

    settings = load_settings(index_dir=index, state_dir=state)
    with open_library(settings) as library:
        report = export_set(Journal(settings.state_dir), library, folder)
    show(as_json, lambda payloads: payloads.export_report(report), lambda: export_report(report))
    return FOUND if report.questions else NOT_FOUND


@feedback.command()
def gaps(*, state: State = None, as_json: Json = False) -> int:
    """List the questions that the sources could not answer, most asked first.

    Exit code 1: there is none.

    \b
    Example:
      askbrief feedback gaps
    """
    from askbrief import terminal
    from askbrief.feedback import gaps as find_gaps
    from askbrief.journal import Journal

    found = find_gaps(Journal(load_settings(state_dir=state).state_dir))
    show(as_json, lambda payloads: [payloads.gap(gap) for gap in found], lambda: terminal.gaps(found))
    return FOUND if found else NOT_FOUND
