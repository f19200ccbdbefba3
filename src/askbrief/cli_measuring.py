"""The commands that measure: `askbrief eval` and `askbrief calibrate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from askbrief.choices import Method
from askbrief.cli_common import FOUND, Json, errors, load_settings, show
from askbrief.errors import InputError, in_words


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
    from askbrief import terminal
    from askbrief.bar import Bar
    from askbrief.evaluation import QuestionSet, ask_all, measure, write_run
    from askbrief.ranking.encoders import open_encoder

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
        lambda payloads: [payloads.measures(name, how, values) for (name, how), values in rows.items()],
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
    from askbrief import terminal
    from askbrief.answering.verdict import write_calibration
    from askbrief.bar import Bar
    from askbrief.calibration import calibrate as fit
    from askbrief.evaluation import QuestionSet
    from askbrief.ranking.encoders import open_encoder

    settings = load_settings()
    sets = [QuestionSet(folder) for folder in folders]
    with Bar(errors()) as bar:
        report = fit(sets, open_encoder(settings, building=True), settings, progress=bar)
    try:
        write_calibration(report.calibration, out)
    except OSError as error:
        raise InputError(f"--out is {str(out)!r}: it cannot be written ({in_words(error)})") from error
    show(as_json, lambda payloads: payloads.calibration(report), lambda: terminal.calibration(report, out))
    return FOUND
