"""The everyday commands: options in, answers out. Exit codes are those of grep: 0 found, 1 not found, 2 error."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

import typer

from askbrief import __version__
from askbrief.cli.common import (
    ERROR,
    FOUND,
    INTERRUPTED,
    NOT_FOUND,
    Index,
    Json,
    Notices,
    Seeds,
    State,
    errors,
    load_model,
    load_settings,
    open_library,
    output,
    say,
    show,
)
from askbrief.cli.measuring import calibrate, evaluate, feedback
from askbrief.cli.serving import mcp, serve
from askbrief.errors import AskbriefError, BuildInterrupted, SeedsError
from askbrief.records import Scope, SourceList, Style, Verdict
from askbrief.service.error_sentences import ErrorKind, error_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.library import Library
    from askbrief.records import BuildReport
    from askbrief.settings import Settings

app = typer.Typer(
    name="askbrief",
    help=(
        "Ask your own documents: exact quotes, citations that keep working, and a plain word when they don't say."
        '\n\n\b\nExample:\n  askbrief build\n  askbrief ask "how many TTP fighters are in Afghanistan?"'
    ),
    epilog="Exit codes: 0 answered, 1 nothing in the sources answers it, 2 an error.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("eval")(evaluate)
app.command()(calibrate)
app.add_typer(feedback, name="feedback")
app.command()(serve)
app.command()(mcp)


def run(arguments: Sequence[str]) -> int:
    """Run one command; every failure becomes one line on the error stream and an exit code."""
    logging.basicConfig(level=logging.WARNING, handlers=[Notices()], format="%(message)s")
    logging.getLogger("askbrief").setLevel(logging.INFO)
    try:
        code = app(list(arguments), standalone_mode=False)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains when it leaves
        return FOUND
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except Exception as error:
        if os.environ.get("ASKBRIEF_DEBUG"):
            raise
        return _failed(error)
    if code == INTERRUPTED:  # typer gives this for Ctrl-C, without a word
        return _fail("interrupted; nothing is lost", INTERRUPTED)
    return code if isinstance(code, int) else FOUND


def _failed(error: Exception) -> int:
    """Write what failed to the error stream and return the exit code."""
    if isinstance(error, typer.TyperException):
        return _fail(f"{error.format_message().rstrip('.')} (see: askbrief --help)")
    failure = error_sentence(error, operator=True)
    if isinstance(error, BuildInterrupted):
        return _fail(failure.text, INTERRUPTED)
    if failure.kind is ErrorKind.UNEXPECTED:
        return _fail(f"{failure.text} (set ASKBRIEF_DEBUG=1 for the details, and report it)")
    return _fail(failure.text, NOT_FOUND if failure.kind is ErrorKind.UNKNOWN else ERROR)


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False,
) -> None:
    """Hold the options that need no command; without a command, show the help."""
    if version:
        output().print(f"askbrief {__version__}")
    elif context.invoked_subcommand is None:
        sys.stdout.write(f"{context.get_help()}\n")


@app.command()
def build(
    *,
    seeds: Seeds = None,
    index: Index = None,
    full: Annotated[bool, typer.Option("--full", help="Read and encode everything again.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing where nothing changed.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and build whenever documents change.")] = False,
    as_json: Json = False,
) -> int:
    """Bring the index up to date with the source documents.

    Only new and changed documents are read, and only new passages are encoded. A build that is broken off leaves
    what it has encoded to the next one. With --watch, each build is a line; Ctrl-C ends the watch.

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
        _keep_fresh(settings, as_json=as_json)
    return FOUND


@app.command()
def ask(  # noqa: PLR0913 - one for each option
    question: Annotated[str, typer.Argument(help="What you want to know, in words.", show_default=False)],
    *,
    top: Annotated[int, typer.Option("--top", help="How many passages at the most.")] = 5,
    collection: Annotated[
        list[str] | None, typer.Option("--collection", help="Only this sub-folder; repeatable.")
    ] = None,
    document: Annotated[list[str] | None, typer.Option("--document", help="Only this document; repeatable.")] = None,
    since: Annotated[
        str | None, typer.Option(help="Only documents dated 2022, 2022-07 or 2022-07-05, or later.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Only documents dated then or earlier.")] = None,
    why: Annotated[bool, typer.Option("--why", help="Show the signals behind each score.")] = False,
    nearest: Annotated[bool, typer.Option("--nearest", help="Show the nearest passages even if none answers.")] = False,
    seeds: Seeds = None,
    index: Index = None,
    state: State = None,
    as_json: Json = False,
) -> int:
    """Find the passages that answer a question, quoted exactly.

    \b
    Example:
      askbrief ask "how many TTP fighters are in Afghanistan?"
      askbrief ask "who led the talks?" --collection un --since 2022 --top 3
    """
    settings = load_settings(seeds_dir=seeds, index_dir=index, state_dir=state)
    model = load_model(settings)
    from askbrief.cli.terminal import answer
    from askbrief.service.scoping import narrowed

    with open_library(settings, model) as library:
        scope = narrowed(library, Scope(), collection, document, since, until)
        with errors().status("loading the model and searching"):
            found = library.ask(question, top, scope)
        _say_if_stale(library, settings)
    for note in found.notes:
        say(note)
    show(as_json, found, lambda: answer(found, why=why, nearest=nearest))
    return NOT_FOUND if found.verdict is Verdict.NONE else FOUND


@app.command()
def cite(
    where: Annotated[str, typer.Argument(help="A citation key, or a place: report.pdf p. 12", show_default=False)],
    *,
    style: Annotated[Style, typer.Option(help="How to write it.")] = Style.PLAIN,
    index: Index = None,
    state: State = None,
    as_json: Json = False,
) -> int:
    """Resolve a citation key: the quote, and whether it still stands in the sources; or cite what stands at a place.

    The style json gives CSL-JSON for reference managers; --json gives the whole record (of a place: a list of them).
    Exit code 1: the quote is gone from the sources, the key was never shown, or there is no such place.

    \b
    Example:
      askbrief cite ttp-report-k7f3qa --style markdown
      askbrief cite "report.pdf p. 12"
      askbrief cite "costs.xlsx sheet Plan, row 7"
    """
    from askbrief.citations.locators import parse_place
    from askbrief.citations.styles import csl_json, written
    from askbrief.cli.terminal import citations
    from askbrief.core.unsafe_characters import without_unsafe
    from askbrief.records import CitationStatus

    settings = load_settings(index_dir=index, state_dir=state)
    with open_library(settings) as library:
        found = [library.cite(key) for key in library.locate(where)]
    texts = [written(one, style, settings.url) for one in found]
    if style is Style.JSON and not as_json:
        sys.stdout.write(f"{csl_json(found)}\n")
    elif style is not Style.PLAIN and not as_json:
        errors().print(", ".join(one.status for one in found), style="dim")
        sys.stdout.write("".join(f"{without_unsafe(text)}\n" for text in texts))
    else:
        show(as_json, found if parse_place(where) else found[0], lambda: citations(found, texts))
    return NOT_FOUND if all(one.status is CitationStatus.GONE for one in found) else FOUND


@app.command()
def sources(*, index: Index = None, as_json: Json = False) -> int:
    """List what is indexed, when, how many passages, and what failed.

    \b
    Example:
      askbrief sources --json
    """
    from askbrief.cli import terminal
    from askbrief.storage.engines import open_engine

    with open_engine(load_settings(index_dir=index).index_dir) as engine:
        index, listed, problems = engine.head.status(), engine.head.sources(Scope()), engine.head.problems()
    result = SourceList(index.generation, index.built_at, tuple(listed), tuple(problems))
    show(as_json, result, lambda: terminal.sources(index, result))
    return FOUND


@app.command()
def status(*, seeds: Seeds = None, index: Index = None, as_json: Json = False) -> int:
    """Say which index serves, how old it is, and which files changed since.

    \b
    Example:
      askbrief status
    """
    from askbrief.cli import terminal
    from askbrief.ingest.sources import seed_changes
    from askbrief.service.serialisation import status_report
    from askbrief.storage.engines import open_engine

    settings = load_settings(seeds_dir=seeds, index_dir=index)
    with open_engine(settings.index_dir) as engine:
        index, built_from = engine.head.status(), engine.head.source_rows()
    changes = seed_changes(settings.seeds_dir, built_from, max_file_mib=settings.max_file_mib)
    report = status_report(index, changes)
    show(as_json, report, lambda: terminal.status(report))
    return FOUND


@app.command()
def check(*, seeds: Seeds = None, index: Index = None, as_json: Json = False) -> int:
    """Verify every checksum of the index, and every quote against its source.

    Exit code 1: a quote does not stand in its source file as it is now.

    \b
    Example:
      askbrief check
    """
    from askbrief.cli.terminal import check_report
    from askbrief.core.progress import Bar
    from askbrief.documents.limits import ParsingLimits
    from askbrief.ingest.sources import check_index, seed_files
    from askbrief.storage.engines import open_engine

    settings = load_settings(seeds_dir=seeds, index_dir=index)
    with open_engine(settings.index_dir) as engine, Bar(errors()) as bar:
        files = seed_files(settings.seeds_dir, max_file_mib=settings.max_file_mib)
        report = check_index(engine, files, ParsingLimits.of(settings), bar)
    show(as_json, report, lambda: check_report(report))
    return NOT_FOUND if report.problems else FOUND


# ------------------------------------------------------------------------------------------------- helpers


def _built(settings: Settings, *, full: bool = False) -> BuildReport:
    from askbrief.core.progress import Bar
    from askbrief.ingest.build import build as build_index
    from askbrief.ingest.embedding import journalled_passages

    try:
        with Bar(errors()) as bar:
            return build_index(settings.seeds_dir, settings.index_dir, settings=settings, full=full, progress=bar)
    except KeyboardInterrupt as error:
        kept = journalled_passages(settings.index_dir)
        raise BuildInterrupted(
            f"interrupted; {kept:,} encoded passages are kept for the next build, and the old index keeps serving"
        ) from error


def _keep_fresh(settings: Settings, *, as_json: bool) -> None:
    """Build whenever documents have changed and settled, a line for each build, until Ctrl-C."""
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


def _say_if_stale(library: Library, settings: Settings) -> None:
    from askbrief.cli.terminal import staleness
    from askbrief.ingest.sources import seed_changes

    try:
        changed = seed_changes(settings.seeds_dir, library.source_rows(), max_file_mib=settings.max_file_mib)
    except SeedsError as error:
        say(f"{error}; answering from the index as it is")
        return
    if changed:
        say(staleness(changed))


def _fail(message: str, code: int = ERROR) -> int:
    from askbrief.cli.terminal import line

    say(line(message))
    return code


@app.command()
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
    from askbrief.cli.terminal import definitions
    from askbrief.service.serialisation import definitions_json

    settings = load_settings(index_dir=index, state_dir=state)
    with open_library(settings) as library:
        found = library.define(name)
        similar = [] if found else library.names(like=name)
    for note in dict.fromkeys(note for one in found for note in one.notes):
        say(note)
    show(as_json, definitions_json(name, found, similar), lambda: definitions(name, found, similar))
    return FOUND if found else NOT_FOUND
