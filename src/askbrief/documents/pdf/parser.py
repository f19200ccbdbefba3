"""PDF files: pages parsed into a document, with OCR for pages that are pictures."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from askbrief.core.lazy_regex import pattern
from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.pdf.file import metadata_of, opened, outline_of, page_of, parts_of, picture_of
from askbrief.documents.pdf.layout import in_reading_order
from askbrief.documents.pdf.paragraphs import Paragraph, join_columns, notes_first, paragraphs_of, paragraphs_of_scan
from askbrief.documents.pdf.structure import Edges, body_size, roles_of, without
from askbrief.documents.pdf.words import Vocabulary
from askbrief.errors import ParsingError
from askbrief.records import Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pypdfium2

    from askbrief.documents.builder import ParsedText
    from askbrief.documents.pdf.file import Page
    from askbrief.documents.pdf.structure import Roles

_PROGRAM = "tesseract"
_SECONDS = 60
_LANGUAGES = pattern(r"[A-Za-z][A-Za-z0-9_/]*(?:\+[A-Za-z][A-Za-z0-9_/]*)*")


def why_not(languages: str) -> str | None:
    """Why pages cannot be read in these languages (such as "eng" or "eng+deu"), or None where they can."""
    if not _LANGUAGES.fullmatch(languages):
        return f"{languages!r:.40} names no languages of Tesseract: set ASKBRIEF_OCR to such as eng or eng+deu"
    program = shutil.which(_PROGRAM)
    if program is None:
        return "Tesseract is not installed: install tesseract-ocr, or unset ASKBRIEF_OCR"
    try:
        listed = _run([program, "--list-langs"], b"")
    except ParsingError as error:
        return str(error)
    missing = [language for language in languages.split("+") if language not in listed.split()]
    if missing:
        return f"Tesseract has no language {', '.join(missing)}: install tesseract-ocr-{missing[0].replace('_', '-')}"
    return None


def paragraphs(grey: bytes, width: int, height: int, dpi: int, languages: str) -> list[list[str]]:
    """The lines of each paragraph in a picture.

    Args:
        grey: a byte for each pixel, row by row.
        width: pixels of a row.
        height: rows.
        dpi: pixels an inch.
        languages: as Tesseract names them, with + between.

    Raises:
        ParsingError: Tesseract fails, or takes longer than a minute.
    """
    program = shutil.which(_PROGRAM) or _PROGRAM
    image = b"P5 %d %d 255\n" % (width, height) + grey
    text = _run([program, "stdin", "stdout", "-l", languages, "--dpi", str(dpi), "--psm", "3"], image)
    blocks = text.replace("\f", "\n\n").split("\n\n")
    lines = ([line.strip() for line in block.splitlines() if line.strip()] for block in blocks)
    return [block for block in lines if block]


def _run(command: list[str], picture: bytes) -> str:
    one_thread = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and every argument is checked
            command, input=picture, capture_output=True, timeout=_SECONDS, env=one_thread, check=True
        )
    except subprocess.TimeoutExpired as error:
        raise ParsingError(f"Tesseract took longer than {_SECONDS} s: make its picture smaller") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines()
        raise ParsingError(f"Tesseract failed ({said[-1][:100] if said else error.returncode})") from error
    except OSError as error:
        raise ParsingError(f"Tesseract failed ({error})") from error
    return done.stdout.decode(errors="replace")


_MOST_UNREADABLE = 0.3
"""A page of which more glyphs are without a meaning is a picture to us."""


def parse(data: bytes, *, ocr: str | None = None) -> ParsedText:
    """Read a PDF file.

    Args:
        data: the file.
        ocr: the languages, as Tesseract names them, in which pages without text are read, such as "eng" or "eng+deu".

    Raises:
        ParsingError: it is no PDF, it is damaged or encrypted, or it is beyond a bound.
    """
    with opened(data) as document:
        pages = [page_of(document, index) for index in range(len(document))]
        scans = _Scans(document, ocr)
        columns = [_columns(page, number, scans) for number, page in _without_furniture(pages)]
        paragraphs = _in_one_sequence(columns)
        words = Vocabulary(line for paragraph in paragraphs for line in paragraph.lines)
        texts = ["\n".join(p.lines) if p.keeps_lines else words.text(p.lines) for p in paragraphs]
        roles = roles_of(paragraphs, texts, outline_of(document))
        builder = _built(paragraphs, texts, roles, words, len(pages))
        parts, left_out = parts_of(document)
        notes = (*scans.notes(), *left_out)
        return builder.build(metadata_of(document), form=Form.PAGES, nested_files=parts, notes=notes)


def _without_furniture(pages: Sequence[Page | None]) -> Iterable[tuple[int, Page | None]]:
    """The pages, from 1, without running headers, footers and page numbers."""
    edges = Edges()
    for number, page in enumerate(pages, 1):
        if page is not None and page.pieces:
            edges.add(number, page.pieces)
    furniture = edges.furniture()
    for number, page in enumerate(pages, 1):
        if page is not None:
            page.pieces = without(page.pieces, furniture.get(number, set()))
        yield number, page


def _columns(page: Page | None, number: int, scans: _Scans) -> list[list[Paragraph]]:
    """The paragraphs of a page, column by column."""
    if page is None:
        scans.damaged.append(number)
        return []
    legible = page.pieces and page.unreadable <= _MOST_UNREADABLE
    if not legible and (page.has_pictures or page.pieces):
        read = scans.read(number)
        if read is not None:
            return [read]
    regions = [*in_reading_order(page.pieces), *in_reading_order(page.turned)]
    return [paragraphs_of(region, number) for region in regions]


@dataclass(slots=True)
class _Scans:
    """Pages that are pictures: what is read of them, and what is said about them."""

    document: pypdfium2.PdfDocument
    languages: str | None
    unread: list[int] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)
    failed: dict[str, list[int]] = field(default_factory=dict)
    _why_not: str | None = None
    _asked: bool = False

    def read(self, number: int) -> list[Paragraph] | None:
        """The paragraphs in a picture of a page, where OCR is wanted and there."""
        if self.languages is None:
            self.unread.append(number)
            return None
        if not self._asked:
            self._why_not, self._asked = why_not(self.languages), True
        if self._why_not:
            self.unread.append(number)
            return None
        try:
            blocks = paragraphs(*picture_of(self.document, number - 1), self.languages)
        except ParsingError as error:
            self.failed.setdefault(str(error), []).append(number)
            return None
        if not blocks:
            self.failed.setdefault("OCR found no words", []).append(number)
            return None
        self.done.append(number)
        return paragraphs_of_scan(blocks, number)

    def notes(self) -> list[str]:
        """What people should know."""
        remedy = f"OCR needed ({self._why_not or 'set ASKBRIEF_OCR'})"
        said = [f"{_pages(self.unread, 'has', 'have')} no text: {remedy}"] if self.unread else []
        said += [f"{_pages(self.done, 'was', 'were')} read by OCR"] if self.done else []
        said += [f"{_pages(pages, '', '').strip()}: {why}" for why, pages in self.failed.items()]
        return said + ([f"{_pages(self.damaged, 'is', 'are')} damaged"] if self.damaged else [])


def _pages(numbers: Sequence[int], one: str, several: str) -> str:
    """Pages by their numbers, with the verb.

    >>> _pages([3, 4, 5, 9], "has", "have")
    'pages 3–5 and 9 have'
    """
    runs = [[numbers[0], numbers[0]]]
    for last, number in pairwise(numbers):
        if number == last + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    said = [str(first) if first == last else f"{first}–{last}" for first, last in runs]
    listed = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
    return f"page {listed} {one}" if len(numbers) == 1 else f"pages {listed} {several}"


def _in_one_sequence(pages: Iterable[list[list[Paragraph]]]) -> list[Paragraph]:
    """All paragraphs as they are read, those that go on in another column or on another page marked."""
    columns = [column for page in pages for column in page if column]
    body = body_size(paragraph for column in columns for paragraph in column)
    found: list[Paragraph] = []
    last: list[Paragraph] = []
    for column in columns:
        joined = join_columns(last, column, body)
        if joined[0].goes_on:
            found[len(found) - len(last) :] = notes_first(last, body)
        found += joined
        last = joined
    return found


def _built(
    paragraphs: Sequence[Paragraph], texts: Sequence[str], roles: Roles, words: Vocabulary, pages: int
) -> DocumentBuilder:
    builder = DocumentBuilder()
    begun = 0
    for index, (paragraph, text) in enumerate(zip(paragraphs, texts, strict=True)):
        while begun < paragraph.page:
            builder.page()
            begun += 1
        following = paragraphs[index + 1] if index + 1 < len(paragraphs) else None
        hyphen = following and following.goes_on and words.joint(paragraph.ends, following.begins)[0]
        said = text[:-1] if hyphen else text
        if index in roles.levels:
            builder.heading(said, roles.levels[index])
        elif paragraph.goes_on:
            builder.continued(said, between=words.joint(paragraphs[index - 1].ends, paragraph.begins)[1])
        else:
            builder.paragraph(said, number=roles.numbers.get(index), keep_lines=paragraph.keeps_lines)
    for _ in range(begun, pages):
        builder.page()
    return builder
