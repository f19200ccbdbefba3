"""The cards of builds, uploads and removals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.discord_io.cards import Button, ButtonLook, Card, Colour, Text, action_id, row
from bot.discord_io.markup import block_quote, inert, inert_line, inert_sentence, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.documents.builder import ParsedFile
    from askbrief.records import BuildReport, Problem
    from bot.discord_io.language import Localization

_BAR_WIDTH = 16
_LINE_COUNTS = (15, 6, 3, 1)
"""Lists of files are cut to the first of these counts with which the report fits one message."""
_MAX_PROBLEMS = 6
_MAX_PATH = 90
_MAX_REASON = 180
_MAX_FAILURE = 600
_MAX_PREVIEW = 700


def progress_card(stage: str, done: int, total: int, words: Localization) -> Card:
    """Return the progress of a build: its stage, and a bar of the steps done."""
    filled = _BAR_WIDTH * done // total if total else 0
    bar = f"`{'█' * filled}{'░' * (_BAR_WIDTH - filled)}` {100 * done // total}%" if total else ""
    stage = words(f"stage-{stage.replace(' ', '-')}")
    return Card((Text(f"### {words('build-running')}\n{stage}\n{bar}".rstrip()),))


def report_card(report: BuildReport, words: Localization) -> Card:
    """Return what a build added, changed and removed, and what failed with reasons; long lists are cut to fit."""
    cards = (_report(report, limit, words) for limit in _LINE_COUNTS)
    return next(card for card in cards if card.fits)


def _report(report: BuildReport, limit: int, words: Localization) -> Card:
    title = words("build-nothing-to-do" if report.up_to_date else "build-done")
    size = words(
        "build-size",
        documents=words("documents", count=report.documents),
        passages=words("passages", count=report.passages),
        seconds=f"{report.seconds:.1f}",
    )
    lines = [f"### {title}", size]
    for kind in ("added", "changed", "removed"):
        lines += _files(words(f"files-{kind}"), getattr(report, kind), limit, words)
    lines += _problems(words("files-failed"), report.failed, limit, words)
    lines += _files(words("files-empty"), report.empty, limit, words)
    lines += _problems(words("files-warnings"), report.warnings, limit, words)
    lines.append(f"-# {words('build-generation', name=report.generation)}")
    return Card((Text("\n".join(lines)),), Colour.UNSURE if report.failed or report.empty else Colour.GOOD)


def _files(title: str, paths: Sequence[str], limit: int, words: Localization) -> list[str]:
    return _first(title, [inert_line(path, _MAX_PATH) for path in paths], limit, words)


def _problems(title: str, problems: Sequence[Problem], limit: int, words: Localization) -> list[str]:
    lines = [
        f"{inert_line(problem.path, _MAX_PATH)}: {inert_line(problem.reason, _MAX_REASON)}" for problem in problems
    ]
    return _first(title, lines, min(limit, _MAX_PROBLEMS), words)


def _first(title: str, lines: Sequence[str], limit: int, words: Localization) -> list[str]:
    """Write a heading with the number of lines, and the first of them."""
    if not lines:
        return []
    more = [words("and-more", count=len(lines) - limit)] if len(lines) > limit else []
    return [f"**{title}** ({len(lines)})", *(f"- {line}" for line in [*lines[:limit], *more])]


def failure_card(reason: str, words: Localization) -> Card:
    """Return why a build failed; the old index keeps serving."""
    return Card((Text(f"### {words('build-failed')}\n{inert_sentence(reason, _MAX_FAILURE)}"),), Colour.BAD)


def preview_card(upload_id: str, path: str, parsed: ParsedFile, *, replaces: bool, words: Localization) -> Card:
    """Return a preview of an uploaded document, with buttons to confirm or cancel."""
    first, *others = parsed.documents
    lines = [
        f"### {words('add-title')}",
        words("add-as", path=inert_line(path, _MAX_PATH), title=inert_line(first.title, _MAX_PATH)),
    ]
    if others:
        lines.append(words("add-others", count=len(others)))
    lines += _problems(words("files-failed"), parsed.failed, _MAX_PROBLEMS, words)
    lines += _problems(words("files-warnings"), parsed.warnings, _MAX_PROBLEMS, words)
    if replaces:
        lines.append(words("add-replaces"))
    lines.append(words("add-words", count=len(first.text.split())))
    lines.append(block_quote(inert(shortened(first.text, _MAX_PREVIEW))))
    return Card(
        (
            Text("\n".join(lines)),
            *row(
                Button(words("button-add"), action_id("add", upload_id), look=ButtonLook.SUCCESS),
                Button(words("button-cancel"), action_id("discard", upload_id)),
            ),
        ),
        Colour.UNSURE if replaces else Colour.PLAIN,
    )


def removal_card(token: str, path: str, title: str, words: Localization) -> Card:
    """Ask whether a document shall really be removed."""
    text = f"### {words('remove-title')}\n" + words(
        "remove-sure", path=inert_line(path, _MAX_PATH), title=inert_line(title, _MAX_PATH)
    )
    buttons = row(
        Button(words("button-remove"), action_id("remove", token), look=ButtonLook.DANGER),
        Button(words("button-cancel"), action_id("keep")),
    )
    return Card((Text(text), *buttons), Colour.BAD)
