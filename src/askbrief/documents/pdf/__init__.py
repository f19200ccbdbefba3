"""PDF files: pages to paragraphs in reading order, with OCR for pages that are pictures."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from askbrief.core.text import pattern
from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.pdf.file import attachments_of, metadata_of, open_pdf, outline_of, page_content, page_image
from askbrief.documents.pdf.layout import in_reading_order
from askbrief.documents.pdf.paragraphs import Dehyphenator, join_columns, notes_first, paragraphs_of, paragraphs_of_scan
from askbrief.documents.pdf.structure import FurnitureDetector, body_size, roles_of, without
from askbrief.errors import ParsingError
from askbrief.records import Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pypdfium2

    from askbrief.documents.builder import ParsedText
    from askbrief.documents.pdf.file import PageContent
    from askbrief.documents.pdf.paragraphs import PdfParagraph
    from askbrief.documents.pdf.structure import ParagraphRoles

_MAX_UNREADABLE = 0.3  # a page with a larger share of glyphs without a meaning is treated as a picture
_TESSERACT = "tesseract"
_OCR_SECONDS = 60
_LANGUAGES = pattern(r"[A-Za-z][A-Za-z0-9_/]*(?:\+[A-Za-z][A-Za-z0-9_/]*)*")


def parse(data: bytes, *, ocr: str | None = None) -> ParsedText:
    """Parse a PDF file; ParsingError if it is none, is damaged or encrypted, or exceeds a limit.

    `ocr` names the languages in which Tesseract reads pages without text, such as "eng+deu"; None disables it.
    """
    with open_pdf(data) as document:
        pages = [page_content(document, index) for index in range(len(document))]
        scans = _Scans(document, ocr)
        columns = [_columns(page, number, scans) for number, page in _without_furniture(pages)]
        paragraphs = _in_sequence(columns)
        dehyphenator = Dehyphenator(line for paragraph in paragraphs for line in paragraph.lines)
        texts = ["\n".join(p.lines) if p.keeps_lines else dehyphenator.text(p.lines) for p in paragraphs]
        roles = roles_of(paragraphs, texts, outline_of(document))
        builder = _build(paragraphs, texts, roles, dehyphenator, len(pages))
        attachments, left_out = attachments_of(document)
        notes = (*scans.notes(), *left_out)
        return builder.build(metadata_of(document), form=Form.PAGES, nested_files=attachments, notes=notes)


def _without_furniture(pages: Sequence[PageContent | None]) -> Iterable[tuple[int, PageContent | None]]:
    detector = FurnitureDetector()
    for number, page in enumerate(pages, 1):
        if page is not None and page.runs:
            detector.add(number, page.runs)
    furniture = detector.furniture()
    for number, page in enumerate(pages, 1):
        if page is not None:
            page.runs = without(page.runs, furniture.get(number, set()))
        yield number, page


def _columns(page: PageContent | None, number: int, scans: _Scans) -> list[list[PdfParagraph]]:
    if page is None:
        scans.damaged.append(number)
        return []
    legible = page.runs and page.unreadable <= _MAX_UNREADABLE
    if not legible and (page.has_pictures or page.runs) and (recognised := scans.recognise(number)) is not None:
        return [recognised]
    regions = [*in_reading_order(page.runs), *in_reading_order(page.turned)]
    return [paragraphs_of(region, number) for region in regions]


def _in_sequence(pages: Iterable[list[list[PdfParagraph]]]) -> list[PdfParagraph]:
    """Return all paragraphs in reading order; those that continue one of another column or page are marked."""
    columns = [column for page in pages for column in page if column]
    body = body_size(paragraph for column in columns for paragraph in column)
    sequence: list[PdfParagraph] = []
    last: list[PdfParagraph] = []
    for column in columns:
        joined = join_columns(last, column, body)
        if joined[0].continues:
            sequence[len(sequence) - len(last) :] = notes_first(last, body)
        sequence += joined
        last = joined
    return sequence


def _build(
    paragraphs: Sequence[PdfParagraph],
    texts: Sequence[str],
    roles: ParagraphRoles,
    dehyphenator: Dehyphenator,
    pages: int,
) -> DocumentBuilder:
    builder = DocumentBuilder()
    page = 0
    for index, (paragraph, text) in enumerate(zip(paragraphs, texts, strict=True)):
        while page < paragraph.page:
            builder.page()
            page += 1
        following = paragraphs[index + 1] if index + 1 < len(paragraphs) else None
        hyphen = following and following.continues and dehyphenator.joint(paragraph.last, following.first)[0]
        words = text[:-1] if hyphen else text
        if index in roles.levels:
            builder.heading(words, roles.levels[index])
        elif paragraph.continues:
            builder.continued(words, between=dehyphenator.joint(paragraphs[index - 1].last, paragraph.first)[1])
        else:
            builder.paragraph(words, number=roles.numbers.get(index), keep_lines=paragraph.keeps_lines)
    for _ in range(page, pages):
        builder.page()
    return builder


@dataclass(slots=True)
class _Scans:
    """Recognises the text of pages that are pictures, and notes what people should know about them."""

    document: pypdfium2.PdfDocument
    languages: str | None
    unread: list[int] = field(default_factory=list)
    recognised: list[int] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)
    failed: dict[str, list[int]] = field(default_factory=dict)
    _obstacle: str | None = None
    _checked: bool = False

    def recognise(self, number: int) -> list[PdfParagraph] | None:
        """Return the paragraphs in the picture of a page, numbered from 1; None if there is no OCR, or it failed."""
        if self.languages and not self._checked:
            self._obstacle, self._checked = ocr_obstacle(self.languages), True
        if self.languages is None or self._obstacle:
            self.unread.append(number)
            return None
        try:
            blocks = _recognised(*page_image(self.document, number - 1), self.languages)
        except ParsingError as error:
            self.failed.setdefault(str(error), []).append(number)
            return None
        if not blocks:
            self.failed.setdefault("OCR found no words", []).append(number)
            return None
        self.recognised.append(number)
        return paragraphs_of_scan(blocks, number)

    def notes(self) -> list[str]:
        remedy = f"OCR needed ({self._obstacle or 'set ASKBRIEF_OCR'})"
        notes = [f"{_pages(self.unread, 'has', 'have')} no text: {remedy}"] if self.unread else []
        notes += [f"{_pages(self.recognised, 'was', 'were')} read by OCR"] if self.recognised else []
        notes += [f"{_pages(pages, '', '').strip()}: {reason}" for reason, pages in self.failed.items()]
        return notes + ([f"{_pages(self.damaged, 'is', 'are')} damaged"] if self.damaged else [])


def _pages(numbers: Sequence[int], singular: str, plural: str) -> str:
    """Return pages by their numbers, with the verb.

    >>> _pages([3, 4, 5, 9], "has", "have")
    'pages 3–5 and 9 have'
    """
    ranges = [[numbers[0], numbers[0]]]
    for last, number in pairwise(numbers):
        if number == last + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    texts = [str(first) if first == last else f"{first}–{last}" for first, last in ranges]
    listed = texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"
    return f"page {listed} {singular}" if len(numbers) == 1 else f"pages {listed} {plural}"


def ocr_obstacle(languages: str) -> str | None:
    """Return why Tesseract cannot read these languages (such as "eng" or "eng+deu"); None if it can."""
    if not _LANGUAGES.fullmatch(languages):
        return f"{languages!r:.40} names no languages of Tesseract: set ASKBRIEF_OCR to such as eng or eng+deu"
    program = shutil.which(_TESSERACT)
    if program is None:
        return "Tesseract is not installed: install tesseract-ocr, or unset ASKBRIEF_OCR"
    try:
        listed = _run_tesseract([program, "--list-langs"], b"")
    except ParsingError as error:
        return str(error)
    missing = [language for language in languages.split("+") if language not in listed.split()]
    if missing:
        return f"Tesseract has no language {', '.join(missing)}: install tesseract-ocr-{missing[0].replace('_', '-')}"
    return None


def _recognised(grey: bytes, width: int, height: int, dpi: int, languages: str) -> list[list[str]]:
    """Return the lines of each paragraph in a picture, which has a byte for each pixel, row by row.

    Raises ParsingError if Tesseract fails, or takes longer than a minute.
    """
    program = shutil.which(_TESSERACT) or _TESSERACT
    image = b"P5 %d %d 255\n" % (width, height) + grey
    text = _run_tesseract([program, "stdin", "stdout", "-l", languages, "--dpi", str(dpi), "--psm", "3"], image)
    blocks = text.replace("\f", "\n\n").split("\n\n")
    lines = ([line.strip() for line in block.splitlines() if line.strip()] for block in blocks)
    return [block for block in lines if block]


def _run_tesseract(command: list[str], image: bytes) -> str:
    one_thread = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        process = subprocess.run(  # noqa: S603 - no shell, and every argument is checked
            command, input=image, capture_output=True, timeout=_OCR_SECONDS, env=one_thread, check=True
        )
    except subprocess.TimeoutExpired as error:
        raise ParsingError(f"Tesseract took longer than {_OCR_SECONDS} s: make its picture smaller") from error
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode(errors="replace").strip().splitlines()
        raise ParsingError(f"Tesseract failed ({lines[-1][:100] if lines else error.returncode})") from error
    except OSError as error:
        raise ParsingError(f"Tesseract failed ({error})") from error
    return process.stdout.decode(errors="replace")
