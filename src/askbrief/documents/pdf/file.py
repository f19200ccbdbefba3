"""A PDF file, opened with PDFium: its pages, outline, metadata and attachments."""

from __future__ import annotations

import ctypes
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import pypdfium2
import pypdfium2.raw as pdfium

from askbrief.core.text import pattern
from askbrief.documents.builder import NestedFile
from askbrief.documents.metadata import iso_date
from askbrief.documents.pdf.annotations import has_form
from askbrief.documents.pdf.hidden import HiddenBox, hidden_boxes
from askbrief.documents.pdf.text_runs import UNREADABLE, PageText, TextRun
from askbrief.errors import ParsingError
from askbrief.records import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_PAGES = 5_000
MOST_CHARACTERS_OF_PAGE = 1_000_000
_MAX_BOOKMARKS = 10_000
_MAX_ATTACHMENTS = 100
_MAX_ATTACHMENTS_MIB = 64
_MIB = 1024 * 1024
_PASSWORD = 4  # PDFium's error code for a missing or wrong password
_OCR_DPI, _MAX_PIXELS = 300, 5_000  # the picture of a page for OCR: its resolution, and the limit of a side
_MANY_PATHS = 20  # a page with more drawn paths than this may show words as drawings
_RIGHT_ANGLES = (0, 90, 180, 270)
_DATE = pattern(r"(?:D:)?(\d{4})(\d{2})(\d{2})")
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_JUNK_TITLE = pattern(
    r"(?i)\s*(?:microsoft (?:word|powerpoint|excel)\b.*|untitled\b.*|powerpoint presentation|presentation\d*|slide \d+"
    r"|document\d*|layout ?\d*|title|unknown|\(?anonymous\)?|none|null|print|template|doc|test|draft|[\W\d_]*"
    r"|\S*\.(?:docx?|pptx?|xlsx?|pdf|indd|qxd|p65|dvi|tex|rtf|odt|html?|ai|eps|pages|cdr|wpd|pub)\d*)\s*"
)
_JUNK_AUTHOR = pattern(
    r"(?i)\s*(?:user\d*|admin(?:istrator)?|owner|unknown|author|microsoft(?: office user)?|pc|root|guest|default|none"
    r"|\(?anonymous\)?|[\W\d_]*)\s*"
)


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the outline: its title, its level from 1, and the page from 1 to which it links."""

    title: str
    level: int
    page: int


@dataclass(slots=True)
class PageContent:
    """The text of a page: the runs in its main direction (`runs`), and those in another one (`turned`).

    `unreadable` is the share of glyphs without a meaning. `has_pictures` is whether something is drawn that may show
    words; it is only determined if there are such glyphs, or no glyphs at all.
    `hidden` is the number of words that nobody sees on the page; they are in neither.
    """

    runs: list[TextRun]
    turned: list[TextRun]
    has_pictures: bool = False
    unreadable: float = 0.0
    hidden: int = 0


@contextmanager
def open_pdf(data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """Open a PDF file; ParsingError if it is no PDF, it is damaged or encrypted, or it has no pages or too many."""
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == _PASSWORD:
            raise ParsingError("is encrypted with a password: save a copy without one") from error
        raise ParsingError("is damaged, or no PDF: save it again") from error
    try:
        pages = len(document)
        if has_form(document):
            with suppress(pypdfium2.PdfiumError):
                document.init_forms()
        if not pages:
            raise ParsingError("has no pages: save it again")
        if pages > MOST_PAGES:
            raise ParsingError(f"has {pages:,} pages; the limit is {MOST_PAGES:,}: split it")
        yield document
    finally:
        document.close()


def page_content(document: pypdfium2.PdfDocument, index: int) -> PageContent | None:
    """Return the text of a page, counted from 0; None if it is damaged, ParsingError if it exceeds the limit."""
    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        return None
    text = PageText(page.raw, page.get_height())
    try:
        if text.count > MOST_CHARACTERS_OF_PAGE:
            most = f"the limit is {MOST_CHARACTERS_OF_PAGE:,}"
            raise ParsingError(f"has {text.count:,} characters on page {index + 1}; {most}: split it")
        runs = _visible(list(text.runs()), page)
        words = sum(len(run.text.split()) for run in runs)
        boxes = hidden_boxes(page) if runs else []
        runs = _seen(runs, boxes, page.get_height()) if boxes else runs
        content = _by_direction(_without_copies(runs))
        content.hidden = words - sum(len(run.text.split()) for run in runs)
        if not content.runs or content.unreadable:
            content.has_pictures = _has_pictures(page)
        return content
    finally:
        text.close()
        page.close()


def page_image(document: pypdfium2.PdfDocument, index: int) -> tuple[bytes, int, int, int]:
    """Return a page as grey pixels, a byte each, with width, height and dots per inch; ParsingError if it fails."""
    try:
        page = document[index]
        longest = max(*page.get_size(), 1.0)
        scale = min(_OCR_DPI / 72, _MAX_PIXELS / longest)
        bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
        rows = memoryview(bitmap.buffer).cast("B")
        grey = b"".join(rows[at : at + bitmap.width] for at in range(0, bitmap.height * bitmap.stride, bitmap.stride))
        size = bitmap.width, bitmap.height
        bitmap.close()
        page.close()
    except (pypdfium2.PdfiumError, MemoryError) as error:
        raise ParsingError("it could not be drawn for OCR") from error
    return grey, *size, max(round(scale * 72), 70)


def outline_of(document: pypdfium2.PdfDocument) -> list[Bookmark]:
    bookmarks = []
    with suppress(pypdfium2.PdfiumError, UnicodeDecodeError, RecursionError):
        for bookmark in islice(document.get_toc(), _MAX_BOOKMARKS):
            target = bookmark.get_dest()
            page = target.get_index() if target else None
            if page is not None:
                bookmarks.append(Bookmark(bookmark.get_title(), bookmark.level + 1, page + 1))
    return bookmarks


def metadata_of(document: pypdfium2.PdfDocument) -> Metadata:
    """Return title, authors and date, without values that software fills in by default."""
    stated = {name: _stated(document, name) for name in ("Title", "Author", "CreationDate")}
    authors = [author.strip() for author in stated["Author"].split(";")]
    return Metadata(
        title=None if _JUNK_TITLE.fullmatch(stated["Title"]) else stated["Title"],
        author=tuple(author for author in authors if not _JUNK_AUTHOR.fullmatch(author)),
        date=_date(stated["CreationDate"]),
    )


def attachments_of(document: pypdfium2.PdfDocument) -> tuple[list[NestedFile], list[str]]:
    """Return the attachments, and a note on those that are left out."""
    files: list[NestedFile] = []
    left_out = max(document.count_attachments() - _MAX_ATTACHMENTS, 0)
    for index in range(min(document.count_attachments(), _MAX_ATTACHMENTS)):
        try:
            attachment = document.get_attachment(index)
            name, size = attachment.get_name(), ctypes.c_ulong()
            pdfium.FPDFAttachment_GetFile(attachment, None, 0, size)
            if size.value + sum(len(file.content) for file in files) > _MAX_ATTACHMENTS_MIB * _MIB:
                left_out += 1
                continue
            files.append(NestedFile(name or f"attachment {index + 1}", bytes(attachment.get_data())))
        except (pypdfium2.PdfiumError, UnicodeDecodeError):
            left_out += 1
    return files, [f"{left_out} file{'s' if left_out > 1 else ''} within it left out"] if left_out else []


def _stated(document: pypdfium2.PdfDocument, name: str) -> str:
    try:
        value = str(document.get_metadata_value(name))
    except (pypdfium2.PdfiumError, UnicodeDecodeError):
        return ""
    value = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return "" if UNREADABLE in value else value[:500]


def _date(text: str) -> str | None:
    match = _DATE.match(text)
    if not match or not _FIRST_YEAR <= int(match[1]) <= _LAST_YEAR:
        return None
    with suppress(ValueError):
        return iso_date("-".join(match.groups()))
    return None


def _visible(runs: list[TextRun], page: pypdfium2.PdfPage) -> list[TextRun]:
    """Return the runs on the visible page; printers' marks and forgotten text stand beside it."""
    left, bottom, right, top = page.get_cropbox()
    height = page.get_height()
    if right - left < 1 or top - bottom < 1:
        return runs
    boxes = ((run, *_box(run, height)) for run in runs)
    return [run for run, x0, x1, y0, y1 in boxes if x1 > left and x0 < right and y1 > bottom and y0 < top]


def _seen(runs: list[TextRun], boxes: list[HiddenBox], height: float) -> list[TextRun]:
    """Return the runs whose middle is not in a box in which text is hidden."""
    seen = []
    for run in runs:
        x0, x1, y0, y1 = _box(run, height)
        lift = 0.3 * run.size if run.style.angle == 0 else 0.0
        x, y = (x0 + x1) / 2, (y0 + y1) / 2 + lift
        if not any(box.holds(x, y) for box in boxes):
            seen.append(run)
    return seen


def _box(run: TextRun, height: float) -> tuple[float, float, float, float]:
    """Return left, right, bottom and top of a run on the page before it was turned."""
    if run.style.angle == 90:  # noqa: PLR2004 - degrees
        return run.y, run.y, run.x0, run.x1
    if run.style.angle == 180:  # noqa: PLR2004
        return -run.x1, -run.x0, run.y, run.y
    if run.style.angle == 270:  # noqa: PLR2004
        return -run.y, -run.y, -run.x1, -run.x0
    return run.x0, run.x1, height - run.y, height - run.y


def _without_copies(runs: list[TextRun]) -> list[TextRun]:
    """Remove runs printed again over themselves, to look bold or to cast a shadow."""
    seen: dict[tuple[str, float], list[TextRun]] = {}
    single = []
    for run in runs:
        before = seen.setdefault((run.text.strip(), run.size), [])
        near = 0.15 * run.size
        if not any(abs(run.x0 - other.x0) < near and abs(run.y - other.y) < near for other in before[-3:]):
            before.append(run)
            single.append(run)
    return single


def _by_direction(runs: list[TextRun]) -> PageContent:
    """Divide runs by the main direction of the page; stamps in the margin and across the page are left out."""
    angles = Counter[int]()
    unreadable = total = 0
    for run in runs:
        angles[run.style.angle] += len(run.text)
        unreadable += run.text.count(UNREADABLE)
        total += len(run.text.strip())
    if not runs:
        return PageContent([], [])
    main = max(angles, key=lambda angle: (angles[angle], -angle))
    upright = [run for run in runs if run.style.angle == main]
    others = [p for p in runs if p.style.angle != main and p.style.angle in _RIGHT_ANGLES and main in _RIGHT_ANGLES]
    turned = [run for run in others if not _is_margin(run, upright)]
    return PageContent(upright, turned, unreadable=unreadable / max(total, 1))


def _is_margin(run: TextRun, upright: list[TextRun]) -> bool:
    """Return whether a turned run stands to the left or to the right of all upright ones."""
    if abs(run.style.angle - upright[0].style.angle) % 180 != 90:  # noqa: PLR2004 - degrees
        return False
    left, right = min(p.x0 for p in upright), max(p.x1 for p in upright)
    across = run.y if run.style.angle == 90 else -run.y  # noqa: PLR2004 - see _box
    return upright[0].style.angle == 0 and not left < across < right


def _has_pictures(page: pypdfium2.PdfPage) -> bool:
    objects = (pdfium.FPDFPage_GetObject(page, index) for index in range(pdfium.FPDFPage_CountObjects(page)))
    kinds = Counter(map(pdfium.FPDFPageObj_GetType, objects))
    shown = kinds[pdfium.FPDF_PAGEOBJ_IMAGE] + kinds[pdfium.FPDF_PAGEOBJ_FORM]
    return shown > 0 or kinds[pdfium.FPDF_PAGEOBJ_PATH] > _MANY_PATHS
