"""Commands for those who run askbrief: build and check the index, serve, measure, calibrate, use feedback."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from askbrief.cli.common import (
    FOUND,
    NOT_FOUND,
    Index,
    Json,
    Seeds,
    State,
    errors,
    load_settings,
    open_library,
    say,
    show,
)
from askbrief.errors import AskbriefError, BuildInterrupted, InputError, in_words
from askbrief.records import Method

if TYPE_CHECKING:
    from askbrief.records import BuildReport
    from askbrief.settings import Settings


def build(
    *,
    seeds: Seeds = None,
    index: Index = None,
    full: Annotated[bool, typer.Option("--full", help="Read and encode everything again.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Write nothing if nothing changed.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Keep running, and build whenever documents change.")] = False,
    as_json: Json = False,
) -> int:
    """Bring the index up to date with the source documents.

    Only new and changed documents are read, and only new passages are encoded. After an interruption, the next build
    continues with what was encoded. With --watch, each build is one line; Ctrl-C ends it.

    \b
    Example:
      askbrief build
      askbrief build --watch
      askbrief build --seeds ~/reports --index ~/reports-index --json
    """
    from askbrief.cli.terminal import build_report

    settings = load_settings(seeds_dir=seeds, index_dir=index)
    report = _built(settings, full=full)
    if as_json or not (quiet and report.up_to_date):
        show(as_json, report, lambda: build_report(report))
    if watch:
        _watch(settings, as_json=as_json)
    return FOUND


def _built(settings: Settings, *, full: bool = False) -> BuildReport:
    from askbrief.core.progress import ProgressBar
    from askbrief.ingest.build import build as build_index
    from askbrief.ingest.embedding import journalled_passages

    try:
        with ProgressBar(errors()) as bar:
            return build_index(settings.seeds_dir, settings.index_dir, settings=settings, full=full, progress=bar)
    except KeyboardInterrupt as error:
        encoded = journalled_passages(settings.index_dir)
        raise BuildInterrupted(
            f"interrupted; {encoded:,} encoded passages are kept for the next build, and the old index keeps serving"
        ) from error


def _watch(settings: Settings, *, as_json: bool) -> None:
    """Build whenever documents have changed and settled, with one line for each build, until Ctrl-C."""
    from askbrief.cli.terminal import build_line
    from askbrief.ingest.sources import watch

    say(f"watching {settings.seeds_dir}; Ctrl-C ends it")
    with suppress(KeyboardInterrupt):
        for _ in watch(settings.seeds_dir):
            try:
                report = _built(settings)
            except BuildInterrupted as error:
                say(str(error))
                return
            except AskbriefError as error:
                say(f"{error}; still watching")
                continue
            if not report.up_to_date:
                show(as_json, report, lambda: build_line(report))  # noqa: B023


def check(*, seeds: Seeds = None, index: Index = None, as_json: Json = False) -> int:
    """Verify every checksum of the index, and every quote against its source.

    Exit code 1: a quote is not in its source file as it is now.

    \b
    Example:
      askbrief check
    """
    from askbrief.cli.terminal import check_report
    from askbrief.core.progress import ProgressBar
    from askbrief.documents.limits import ParsingLimits
    from askbrief.ingest.sources import check_index, seed_files
    from askbrief.storage.engines import open_engine

    settings = load_settings(seeds_dir=seeds, index_dir=index)
    with open_engine(settings.index_dir) as engine, ProgressBar(errors()) as bar:
        files = seed_files(settings.seeds_dir, max_file_mib=settings.max_file_mib)
        report = check_index(engine, files, ParsingLimits.of(settings), bar)
    show(as_json, report, lambda: check_report(report))
    return NOT_FOUND if report.problems else FOUND


def serve(
    *,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="Port; 0 for any free one.")] = 8080,
    seeds: Seeds = None,
    index: Index = None,
    state: State = None,
) -> int:
    """Serve the web page and the JSON API until Ctrl-C.

    Other machines are served only if ASKBRIEF_WEB_TOKEN or ASKBRIEF_WEB_PROXY_HEADER is set.

    \b
    Example:
      askbrief serve
      ASKBRIEF_WEB_TOKEN=$(openssl rand -hex 32) askbrief serve --host 0.0.0.0
    """
    from askbrief.web.server import serve as serve_web

    serve_web(load_settings(seeds_dir=seeds, index_dir=index, state_dir=state), host, port)
    return FOUND


def mcp(
    *,
    collection: Annotated[
        list[str] | None, typer.Option("--collection", help="Only this sub-folder; repeatable.")
    ] = None,
    index: Index = None,
    state: State = None,
) -> int:
    """Serve search, passage, cite and sources to agents over stdin and stdout (Model Context Protocol).

    \b
    Example:
      askbrief mcp
      askbrief mcp --collection press
    """
    from askbrief.web.mcp import serve as serve_mcp

    serve_mcp(load_settings(index_dir=index, state_dir=state), frozenset(collection) if collection else None)
    return FOUND


def evaluate(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR...", help="Folders of question sets.", show_default=False)
    ],
    *,
    method: Annotated[list[Method] | None, typer.Option(help="How to rank; repeatable.", show_default="hybrid")] = None,
    out: Annotated[Path | None, typer.Option(help="Write one line of JSON for each question to this file.")] = None,
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
    from askbrief.core.progress import ProgressBar
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
            with ProgressBar(errors()) as bar:
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
    out: Annotated[Path, typer.Option(help="File to write.")] = Path("calibration.json"),
    as_json: Json = False,
) -> int:
    """Fit the verdict (strong, weak, the sources don't say) to your own question sets, or to another model.

    Set ASKBRIEF_CALIBRATION to the file that is written. Some of the questions must be unanswerable.

    \b
    Example:
      askbrief calibrate my-questions --out calibration.json
    """
    from askbrief.answering.verdict import write_calibration
    from askbrief.cli import terminal
    from askbrief.core.progress import ProgressBar
    from askbrief.evaluation.calibration import calibrate as fit
    from askbrief.evaluation.question_sets import QuestionSet
    from askbrief.inference.loading import open_encoder

    settings = load_settings()
    sets = [QuestionSet(folder) for folder in folders]
    with ProgressBar(errors()) as bar:
        report = fit(sets, open_encoder(settings, building=True), settings, progress=bar)
    try:
        write_calibration(report.calibration, out)
    except OSError as error:
        raise InputError(f"--out is {str(out)!r}: it cannot be written ({in_words(error)})") from error
    show(as_json, report, lambda: terminal.calibration(report, out))
    return FOUND


feedback = typer.Typer(
    help=(
        "Use what people thought of answers."
        "\n\n\b\nExample:\n  askbrief feedback gaps\n  askbrief feedback export my-questions"
    ),
    epilog="Exit codes: 0 done, 1 nothing to export or no gap, 2 an error.",
    rich_markup_mode=None,
)


@feedback.callback(invoke_without_command=True)
def help_alone(context: typer.Context) -> None:
    """Show the help if no command is given."""
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
    """Write the questions that people voted on as a question set for askbrief eval.

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

    Exit code 1: there are none.

    \b
    Example:
      askbrief feedback gaps
    """
    from askbrief.cli import terminal
    from askbrief.evaluation.feedback import gaps as find_gaps
    from askbrief.evaluation.journal import Journal

    rows = find_gaps(Journal(load_settings(state_dir=state).state_dir))
    show(as_json, rows, lambda: terminal.gaps(rows))
    return FOUND if rows else NOT_FOUND
