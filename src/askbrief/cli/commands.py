"""The command line: asking, citing and listing. Exit codes as grep's: 0 found, 1 not found, 2 error."""

from __future__ import annotations

import logging
import os
import sys
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
from askbrief.cli.operating import build, calibrate, check, evaluate, feedback, mcp, serve
from askbrief.errors import BuildInterrupted, ErrorKind, SeedsError, error_sentence
from askbrief.records import Scope, SourceList, Style, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.library import Library
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


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Handle the options that need no command; without a command, show the help."""
    if version:
        output().print(f"askbrief {__version__}")
    elif context.invoked_subcommand is None:
        sys.stdout.write(f"{context.get_help()}\n")


def ask(  # noqa: PLR0913 - one for each option
    question: Annotated[str, typer.Argument(help="What you want to know, in words.", show_default=False)],
    *,
    top: Annotated[int, typer.Option("--top", help="Maximum number of passages.")] = 5,
    collection: Annotated[
        list[str] | None, typer.Option("--collection", help="Only this sub-folder; repeatable.")
    ] = None,
    document: Annotated[list[str] | None, typer.Option("--document", help="Only this document; repeatable.")] = None,
    since: Annotated[
        str | None, typer.Option(help="Only documents dated 2022, 2022-07 or 2022-07-05, or later.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Only documents dated then or earlier, in the same forms.")] = None,
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
            result = library.ask(question, top, scope)
        _say_if_stale(library, settings)
    for note in result.notes:
        say(note)
    show(as_json, result, lambda: answer(result, why=why, nearest=nearest))
    return NOT_FOUND if result.verdict is Verdict.NONE else FOUND


def cite(
    where: Annotated[str, typer.Argument(help="A citation key, or a place: report.pdf p. 12", show_default=False)],
    *,
    style: Annotated[Style, typer.Option(help="How to write the citation.")] = Style.PLAIN,
    index: Index = None,
    state: State = None,
    as_json: Json = False,
) -> int:
    """Resolve a citation key: the quote, and whether it is still in the sources; or cite what is at a place.

    --style json writes CSL-JSON for reference managers; --json writes the whole record (for a place: a list).
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
    from askbrief.core.text import without_unsafe
    from askbrief.records import CitationStatus

    settings = load_settings(index_dir=index, state_dir=state)
    with open_library(settings) as library:
        resolved = [library.cite(key) for key in library.locate(where)]
    texts = [written(citation, style, settings.url) for citation in resolved]
    if style is Style.JSON and not as_json:
        sys.stdout.write(f"{csl_json(resolved)}\n")
    elif style is not Style.PLAIN and not as_json:
        errors().print(", ".join(citation.status for citation in resolved), style="dim")
        sys.stdout.write("".join(f"{without_unsafe(text)}\n" for text in texts))
    else:
        show(as_json, resolved if parse_place(where) else resolved[0], lambda: citations(resolved, texts))
    return NOT_FOUND if all(citation.status is CitationStatus.GONE for citation in resolved) else FOUND


def sources(
    *,
    problems: Annotated[bool, typer.Option("--problems", help="Only files of which not everything was read.")] = False,
    index: Index = None,
    as_json: Json = False,
) -> int:
    """List the indexed documents with their passages, and the files that failed; or what of each was not read.

    \b
    Example:
      askbrief sources --problems
    """
    from askbrief.cli import terminal
    from askbrief.service.serialisation import checklist
    from askbrief.storage.engines import open_engine

    with open_engine(load_settings(index_dir=index).index_dir) as engine:
        opened, listed, failed = engine.head.status(), engine.head.sources(Scope()), engine.head.problems()
        rows = engine.head.source_rows()
    if problems:
        checked = checklist(opened.generation, rows, listed)
        show(as_json, checked, lambda: terminal.checklist(checked))
        return FOUND
    result = SourceList(opened.generation, opened.built_at, tuple(listed), tuple(failed))
    show(as_json, result, lambda: terminal.sources(opened, result))
    return FOUND


def status(*, seeds: Seeds = None, index: Index = None, as_json: Json = False) -> int:
    """Show which index serves, how old it is, and which files have changed since.

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
        opened, built_from = engine.head.status(), engine.head.source_rows()
    changes = seed_changes(settings.seeds_dir, built_from, max_file_mib=settings.max_file_mib)
    report = status_report(opened, changes)
    show(as_json, report, lambda: terminal.status(report))
    return FOUND


def define(
    name: Annotated[str, typer.Argument(help="An acronym or another name, such as TTP.", show_default=False)],
    *,
    index: Index = None,
    state: State = None,
    as_json: Json = False,
) -> int:
    """Show what a name stands for, with the passage that defines it.

    Exit code 1: neither the sources nor the team's list of aliases define it.

    \b
    Example:
      askbrief define TTP
    """
    from askbrief.cli.terminal import definitions
    from askbrief.service.serialisation import definitions_json

    settings = load_settings(index_dir=index, state_dir=state)
    with open_library(settings) as library:
        meanings = library.define(name)
        similar = [] if meanings else library.names(like=name)
    for note in dict.fromkeys(note for meaning in meanings for note in meaning.notes):
        say(note)
    show(as_json, definitions_json(name, meanings, similar), lambda: definitions(name, meanings, similar))
    return FOUND if meanings else NOT_FOUND


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


for command in (build, ask, cite, define, sources, status, check, evaluate, calibrate, serve, mcp):
    app.command("eval" if command is evaluate else None)(command)  # `eval` is a Python function
app.add_typer(feedback, name="feedback")


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; a failure is one line on the error stream."""
    logging.basicConfig(level=logging.WARNING, handlers=[Notices()], format="%(message)s")
    logging.getLogger("askbrief").setLevel(logging.INFO)
    try:
        code = app(list(arguments), standalone_mode=False)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python reports the error again at exit
        return FOUND
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except Exception as error:
        if os.environ.get("ASKBRIEF_DEBUG"):
            raise
        return _failed(error)
    if code == INTERRUPTED:  # typer returns this for Ctrl-C, without a message
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
