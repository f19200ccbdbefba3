"""The commands that measure: `askbrief eval`, `askbrief calibrate`, and `askbrief feedback`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from askbrief.cli.common import FOUND, NOT_FOUND, Index, Json, State, errors, load_settings, open_library, show
from askbrief.errors import InputError, in_words
from askbrief.records import Method


def evaluate(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="Folders of question sets.", show_default=False)
    ],
    *,
    method: Annotated[list[Method] | None, typer.Option(help="How to rank; repeatable.", show_default="hybrid")] = None,
    out: Annotated[Path | None, typer.Option(help="Write one JSON line a question to this file.")] = None,
    as_json: Json = False,
) -> int:
    """Measure the answers on question sets (folders with corpus.jsonl and queries.jsonl).

    \b
    Example:
      askbrief eval my-questions
      askbrief eval sets/one sets/two --method bm25 --method dense --method hybrid
      askbrief eval my-questions --out answers.jsonl
    """
    from askbrief.cli import terminal
    from askbrief.core.progress import Bar
    from askbrief.evaluation.question_sets import QuestionSet, ask_all, measure, write_run
    from askbrief.inference.loading import open_encoder
    from askbrief.service.serialisation import measures_json

    methods = method or [Method.HYBRID]
    if out is not None and (len(folders) > 1 or len(methods) > 1):
        raise InputError("--out takes the answers of one set and one method: give one DIR and one --method")
    settings = load_settings()
    encoder = open_encoder(settings, building=True)
    rows = {}
    for questions in [QuestionSet(folder) for folder in folders]:
        for one in methods:
            with Bar(errors()) as bar:
                answers = ask_all(questions, encoder, settings, method=one, progress=bar)
            rows[questions.folder.resolve().name, str(one)] = measure(questions, answers)
            if out is not None:
                write_run(answers, out)
    show(
        as_json,
        [measures_json(name, how, values) for (name, how), values in rows.items()],
        lambda: terminal.measures(rows),
    )
    return FOUND


def calibrate(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="Folders of question sets.", show_default=False)
    ],
    *,
    out: Annotated[Path, typer.Option(help="The file to write.")] = Path("calibration.json"),
    as_json: Json = False,
) -> int:
    """Fit the verdict (strong, weak, the sources don't say) to question sets of your own, or to another model.

    Point ASKBRIEF_CALIBRATION to the file that is written. Some of the questions must be unanswerable.

    \b
    Example:
      askbrief calibrate my-questions --out calibration.json
    """
    from askbrief.answering.verdict import write_calibration
    from askbrief.cli import terminal
    from askbrief.core.progress import Bar
    from askbrief.evaluation.calibration import calibrate as fit
    from askbrief.evaluation.question_sets import QuestionSet
    from askbrief.inference.loading import open_encoder

    settings = load_settings()
    sets = [QuestionSet(folder) for folder in folders]
    with Bar(errors()) as bar:
        report = fit(sets, open_encoder(settings, building=True), settings, progress=bar)
    try:
        write_calibration(report.calibration, out)
    except OSError as error:
        raise InputError(f"--out is {str(out)!r}: it cannot be written ({in_words(error)})") from error
    show(as_json, report, lambda: terminal.calibration(report, out))
    return FOUND


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
    from askbrief.cli.terminal import export_report
    from askbrief.evaluation.feedback import export as export_set
    from askbrief.evaluation.journal import Journal

    settings = load_settings(index_dir=index, state_dir=state)
    with open_library(settings) as library:
        report = export_set(Journal(settings.state_dir), library, folder)
    show(as_json, report, lambda: export_report(report))
    return FOUND if report.questions else NOT_FOUND


@feedback.command()
def gaps(*, state: State = None, as_json: Json = False) -> int:
    """List the questions that the sources could not answer, most asked first.

    Exit code 1: there is none.

    \b
    Example:
      askbrief feedback gaps
    """
    from askbrief.cli import terminal
    from askbrief.evaluation.feedback import gaps as find_gaps
    from askbrief.evaluation.journal import Journal

    found = find_gaps(Journal(load_settings(state_dir=state).state_dir))
    show(as_json, found, lambda: terminal.gaps(found))
    return FOUND if found else NOT_FOUND
