"""Building, adding and removing, as cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.discord_io.cards import Button, Card, Colour, Look, Text, action_id, row
from bot.discord_io.markup import block_quote, inert, inert_line, inert_sentence, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.documents.builder import ParsedFile
    from askbrief.records import BuildReport, Problem
    from bot.discord_io.language import Words

_BAR = 16
_MOST_LINES = (15, 6, 3, 1)
_MOST_PROBLEMS = 6
_LONGEST_PATH = 90
_LONGEST_REASON = 180
_LONGEST_FAILURE = 600
_LONGEST_PREVIEW = 700


def progress(stage: str, done: int, total: int, words: Words) -> Card:
    """How far a build is: the stage, and a bar of its steps."""
    filled = _BAR * done // total if total else 0
    bar = f"`{'█' * filled}{'░' * (_BAR - filled)}` {100 * done // total}%" if total else ""
    stage = words(f"stage-{stage.replace(' ', '-')}")
    return Card((Text(f"### {words('build-running')}\n{stage}\n{bar}".rstrip()),))


def build_report(report: BuildReport, words: Words) -> Card:
    """What a build did: added, changed, removed, failed with reasons; of long lists as much as fits into a message."""
    cards = (_build_report(report, most, words) for most in _MOST_LINES)
    return next(card for card in cards if card.fits)


def _build_report(report: BuildReport, most: int, words: Words) -> Card:
    title = words("build-nothing-to-do" if report.up_to_date else "build-done")
    size = words(
        "build-size",
        documents=words("documents", count=report.documents),
        passages=words("passages", count=report.passages),
        seconds=f"{report.seconds:.1f}",
    )
    lines = [f"### {title}", size]
    for kind in ("added", "changed", "removed"):
        lines += _files(words(f"files-{kind}"), getattr(report, kind), most, words)
    lines += _problems(words("files-failed"), report.failed, most, words)
    lines += _files(words("files-empty"), report.empty, most, words)
    lines += _problems(words("files-warnings"), report.warnings, most, words)
    lines.append(f"-# {words('build-generation', name=report.generation)}")
    return Card((Text("\n".join(lines)),), Colour.UNSURE if report.failed or report.empty else Colour.GOOD)


def _files(title: str, paths: Sequence[str], most: int, words: Words) -> list[str]:
    return _first(title, [inert_line(path, _LONGEST_PATH) for path in paths], most, words)


def _problems(title: str, problems: Sequence[Problem], most: int, words: Words) -> list[str]:
    lines = [
        f"{inert_line(problem.path, _LONGEST_PATH)}: {inert_line(problem.reason, _LONGEST_REASON)}"
        for problem in problems
    ]
    return _first(title, lines, min(most, _MOST_PROBLEMS), words)


def _first(title: str, lines: Sequence[str], most: int, words: Words) -> list[str]:
    """A heading with the number of lines, and the first of them."""
    if not lines:
        return []
    more = [words("and-more", count=len(lines) - most)] if len(lines) > most else []
    return [f"**{title}** ({len(lines)})", *(f"- {line}" for line in [*lines[:most], *more])]


def build_failed(reason: str, words: Words) -> Card:
    """A build that broke off; the old index keeps serving."""
    return Card((Text(f"### {words('build-failed')}\n{inert_sentence(reason, _LONGEST_FAILURE)}"),), Colour.BAD)


def upload_preview(upload: str, path: str, reading: ParsedFile, *, replaces: bool, words: Words) -> Card:
    """What an attachment would become, to be confirmed."""
    first, *others = reading.documents
    lines = [
        f"### {words('add-title')}",
        words("add-as", path=inert_line(path, _LONGEST_PATH), title=inert_line(first.title, _LONGEST_PATH)),
    ]
    if others:
        lines.append(words("add-others", count=len(others)))
    lines += _problems(words("files-failed"), reading.failed, _MOST_PROBLEMS, words)
    lines += _problems(words("files-warnings"), reading.warnings, _MOST_PROBLEMS, words)
    if replaces:
        lines.append(words("add-replaces"))
    lines.append(words("add-words", count=len(first.text.split())))
    lines.append(block_quote(inert(shortened(first.text, _LONGEST_PREVIEW))))
    return Card(
        (
            Text("\n".join(lines)),
            *row(
                Button(words("button-add"), action_id("add", upload), look=Look.GOOD),
                Button(words("button-cancel"), action_id("discard", upload)),
            ),
        ),
        Colour.UNSURE if replaces else Colour.PLAIN,
    )


def removal(mark: str, path: str, title: str, words: Words) -> Card:
    """Whether a document shall really go."""
    text = f"### {words('remove-title')}\n" + words(
        "remove-sure", path=inert_line(path, _LONGEST_PATH), title=inert_line(title, _LONGEST_PATH)
    )
    buttons = row(
        Button(words("button-remove"), action_id("remove", mark), look=Look.DANGER),
        Button(words("button-cancel"), action_id("keep")),
    )
    return Card((Text(text), *buttons), Colour.BAD)
