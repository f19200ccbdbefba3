"""Notebooks (.ipynb): the words of Markdown cells, the code, and what the code printed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.text import decode, markdown
from askbrief.errors import ParsingError
from askbrief.records import BlockKind, Form, Metadata

if TYPE_CHECKING:
    from collections.abc import Mapping

    from askbrief.documents.builder import ParsedText

_MAX_OUTPUT_LINES = 200


def parse(data: bytes) -> ParsedText:
    """Parse a notebook; ParsingError if it is none."""
    try:
        notebook = json.loads(decode(data))
    except (ValueError, RecursionError) as error:
        raise ParsingError(f"is damaged, or no notebook ({error}): save it again") from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if cells is None and isinstance(notebook, dict):  # before version 4
        sheets = notebook.get("worksheets")
        cells = [cell for sheet in sheets or () for cell in sheet.get("cells") or ()] if _are_mappings(sheets) else None
    if not _are_mappings(cells):
        raise ParsingError("is no notebook (it has no cells): save it again")
    assert isinstance(cells, list)  # noqa: S101 - for mypy
    writer = _CellWriter()
    for number, cell in enumerate(cells, 1):
        writer.add(cell, number)
    described = notebook.get("metadata")
    title = described.get("title") if isinstance(described, dict) else None
    return writer.builder.build(
        Metadata(title=title if isinstance(title, str) else None), form=Form.CELLS, notes=writer.notes()
    )


def _are_mappings(values: Any) -> bool:  # noqa: ANN401
    return isinstance(values, list) and all(isinstance(value, dict) for value in values)


class _CellWriter:
    def __init__(self) -> None:
        self.builder = DocumentBuilder()
        self._pictures = self._cut = 0

    def notes(self) -> list[str]:
        notes = (
            [f"{self._pictures:,} picture{'s' if self._pictures > 1 else ''} in outputs left out"]
            if self._pictures
            else []
        )
        return notes + ([f"{self._cut:,} long outputs cut after {_MAX_OUTPUT_LINES} lines"] if self._cut else [])

    def add(self, cell: Mapping[str, Any], number: int) -> None:
        source, kind = _joined(cell.get("source", cell.get("input"))), cell.get("cell_type")
        if kind == "code":
            self.builder.code(source, number=str(number))
            for output in cell.get("outputs") or ():
                if isinstance(output, dict):
                    self._output(output, number)
        elif kind == "heading":
            level = cell.get("level")
            self.builder.heading(source, level if isinstance(level, int) and 0 < level <= 6 else 1)  # noqa: PLR2004
        elif kind == "markdown":
            for block in markdown.parse_text(source).blocks:
                words = source[block.start : block.end]
                if block.kind is BlockKind.HEADING:
                    self.builder.heading(words, block.level)
                else:
                    self.builder.paragraph(words, number=str(number), keep_lines="```" in words)
        else:
            self.builder.code(source, number=str(number))

    def _output(self, output: Mapping[str, Any], number: int) -> None:
        shown = output.get("data") if isinstance(output.get("data"), dict) else output
        assert isinstance(shown, dict)  # noqa: S101 - for mypy
        pictures = any(str(kind).startswith("image/") for kind in shown)
        self._pictures += pictures
        lines = _joined(output.get("text") or shown.get("text/plain") or shown.get("text/markdown")).splitlines()
        self._cut += len(lines) > _MAX_OUTPUT_LINES
        if not (pictures and len(lines) == 1):  # "<Figure size 640x480 with 1 Axes>"
            self.builder.code("\n".join(lines[:_MAX_OUTPUT_LINES]), number=str(number))


def _joined(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, list):
        return "".join(piece for piece in value if isinstance(piece, str))
    return value if isinstance(value, str) else ""
