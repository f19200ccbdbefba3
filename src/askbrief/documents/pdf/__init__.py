"""PDF files: pages to paragraphs in reading order, with OCR for pages that are pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.ocr import ocr_obstacle, recognised
from askbrief.documents.pdf.annotations import asides_of
from askbrief.documents.pdf.file import attachments_of, metadata_of, open_pdf, outline_of, page_content, page_image
from askbrief.documents.pdf.layout import in_reading_order
from askbrief.documents.pdf.paragraphs import Dehyphenator, join_columns, notes_first, paragraphs_of, paragraphs_of_scan
from askbrief.documents.pdf.structure import FurnitureDetector, body_size, roles_of, without
from askbrief.errors import ParsingError
from askbrief.records import Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pypdfium2

    from askbrief.documents.builder import ParsedText
    from askbrief.documents.pdf.file import PageContent
    from askbrief.documents.pdf.paragraphs import PdfParagraph
    from askbrief.documents.pdf.structure import ParagraphRoles

_MAX_UNREADABLE = 0.3  # a page with a larger share of glyphs without a meaning is treated as a picture


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
        asides = [asides_of(document, index) for index in range(len(document))]
        builder = _build(paragraphs, texts, roles, dehyphenator, asides)
        attachments, left_out = attachments_of(document)
        hidden = {number: page.hidden for number, page in enumerate(pages, 1) if page is not None and page.hidden}
        notes = (*scans.notes(), *_hidden_notes(hidden), *left_out)
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
    asides: Sequence[Sequence[tuple[str, str]]],
) -> DocumentBuilder:
    builder = DocumentBuilder()
    page = done = 0
    for index, (paragraph, text) in enumerate(zip(paragraphs, texts, strict=True)):
        while page < paragraph.page:
            if not paragraph.continues:  # else they would stand within a sentence
                done = _add_asides(builder, asides, done, page)
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
    for number in range(page, len(asides)):
        done = _add_asides(builder, asides, done, number)
        builder.page()
    _add_asides(builder, asides, done, len(asides))
    return builder


def _add_asides(builder: DocumentBuilder, asides: Sequence[Sequence[tuple[str, str]]], done: int, page: int) -> int:
    """Add the fields and comments of the pages up to one, from 1; return up to which they are added."""
    for label, words in (aside for of_page in asides[done:page] for aside in of_page):
        builder.aside(label, words)
    return max(done, page)


def _hidden_notes(hidden: Mapping[int, int]) -> list[str]:
    if not hidden:
        return []
    words = sum(hidden.values())
    where = _pages(list(hidden), "", "").strip()
    return [
        f"{words:,} word{'s' if words > 1 else ''} on {where} that nobody sees there (invisible or redacted) left out"
    ]


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
            blocks = recognised(*page_image(self.document, number - 1), self.languages)
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
