"""A PDF file as PDFium opens it: its pages, its outline, what it says of itself, the files within it."""

from __future__ import annotations

import ctypes
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import pypdfium2
import pypdfium2.raw as pdfium

from askbrief.core.lazy_regex import pattern
from askbrief.documents.builder import NestedFile
from askbrief.documents.metadata import iso_date
from askbrief.documents.pdf.flow import UNREADABLE, PageText, Piece
from askbrief.errors import ParsingError
from askbrief.records import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_PAGES = 5_000
MOST_CHARACTERS_OF_PAGE = 1_000_000
_MOST_BOOKMARKS = 10_000
_MOST_PARTS = 100
_MOST_PART_MIB = 64
_MIB = 1024 * 1024
_PASSWORD = 4
"""PDFium's number for a password that is missing or wrong."""
_OCR_DPI, _MOST_PIXELS = 300, 5_000
_MANY_PATHS = 20
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
    """An entry of the outline: its words, its depth from 1, and the page from 1 that it leads to."""

    title: str
    level: int
    page: int


@dataclass(slots=True)
class Page:
    """What stands on a page: the pieces that run as most of it does, and those that run otherwise.

    `unreadable` is the share of glyphs without a meaning. `has_pictures` says that something is drawn which may show
    words; it is only found out where there are such glyphs, or none at all.
    """

    pieces: list[Piece]
    turned: list[Piece]
    has_pictures: bool = False
    unreadable: float = 0.0


@contextmanager
def opened(data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """Open a PDF file.

    Raises:
        ParsingError: it is none, it is damaged or encrypted, or it has no pages or too many.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == _PASSWORD:
            raise ParsingError("is encrypted with a password: save a copy without one") from error
        raise ParsingError("is damaged, or no PDF: save it anew") from error
    try:
        pages = len(document)
        if not pages:
            raise ParsingError("has no pages: save it anew")
        if pages > MOST_PAGES:
            raise ParsingError(f"has {pages:,} pages; the limit is {MOST_PAGES:,}: split it")
        yield document
    finally:
        document.close()


def page_of(document: pypdfium2.PdfDocument, index: int) -> Page | None:
    """What stands on a page, counted from 0; None where the page is damaged.

    Raises:
        ParsingError: the page has more characters than any page.
    """
    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        return None
    text = PageText(page.raw, page.get_height())
    try:
        if text.count > MOST_CHARACTERS_OF_PAGE:
            most = f"the limit is {MOST_CHARACTERS_OF_PAGE:,}"
            raise ParsingError(f"has {text.count:,} characters on page {index + 1}; {most}: split it")
        pieces = _on_page(list(text.pieces()), page)
        found = _upright(_once(pieces))
        if not found.pieces or found.unreadable:
            found.has_pictures = _has_pictures(page)
        return found
    finally:
        text.close()
        page.close()


def picture_of(document: pypdfium2.PdfDocument, index: int) -> tuple[bytes, int, int, int]:
    """A page as grey pixels, with its width, height and dots an inch.

    Raises:
        ParsingError: it cannot be drawn.
    """
    try:
        page = document[index]
        longest = max(*page.get_size(), 1.0)
        scale = min(_OCR_DPI / 72, _MOST_PIXELS / longest)
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
    """The bookmarks that lead to a page."""
    found = []
    with suppress(pypdfium2.PdfiumError, UnicodeDecodeError, RecursionError):
        for bookmark in islice(document.get_toc(), _MOST_BOOKMARKS):
            target = bookmark.get_dest()
            page = target.get_index() if target else None
            if page is not None:
                found.append(Bookmark(bookmark.get_title(), bookmark.level + 1, page + 1))
    return found


def metadata_of(document: pypdfium2.PdfDocument) -> Metadata:
    """What the file says of itself, where that says something."""
    said = {name: _said(document, name) for name in ("Title", "Author", "CreationDate")}
    authors = [author.strip() for author in said["Author"].split(";")]
    return Metadata(
        title=None if _JUNK_TITLE.fullmatch(said["Title"]) else said["Title"],
        author=tuple(author for author in authors if not _JUNK_AUTHOR.fullmatch(author)),
        date=_date(said["CreationDate"]),
    )


def parts_of(document: pypdfium2.PdfDocument) -> tuple[list[NestedFile], list[str]]:
    """The files within the file, and what is said of those that are left out."""
    parts: list[NestedFile] = []
    left_out = max(document.count_attachments() - _MOST_PARTS, 0)
    for index in range(min(document.count_attachments(), _MOST_PARTS)):
        try:
            attachment = document.get_attachment(index)
            name, size = attachment.get_name(), ctypes.c_ulong()
            pdfium.FPDFAttachment_GetFile(attachment, None, 0, size)
            if size.value + sum(len(part.content) for part in parts) > _MOST_PART_MIB * _MIB:
                left_out += 1
                continue
            parts.append(NestedFile(name or f"attachment {index + 1}", bytes(attachment.get_data())))
        except (pypdfium2.PdfiumError, UnicodeDecodeError):
            left_out += 1
    return parts, [f"{left_out} file{'s' if left_out > 1 else ''} within it left out"] if left_out else []


def _said(document: pypdfium2.PdfDocument, name: str) -> str:
    try:
        value = str(document.get_metadata_value(name))
    except (pypdfium2.PdfiumError, UnicodeDecodeError):
        return ""
    value = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return "" if UNREADABLE in value else value[:500]


def _date(said: str) -> str | None:
    match = _DATE.match(said)
    if not match or not _FIRST_YEAR <= int(match[1]) <= _LAST_YEAR:
        return None
    with suppress(ValueError):
        return iso_date("-".join(match.groups()))
    return None


def _on_page(pieces: list[Piece], page: pypdfium2.PdfPage) -> list[Piece]:
    """Without what stands beside the visible page, where printers' marks and forgotten words are."""
    left, bottom, right, top = page.get_cropbox()
    height = page.get_height()
    if right - left < 1 or top - bottom < 1:
        return pieces
    kept = []
    for piece in pieces:
        x0, x1, y0, y1 = _box(piece, height)
        if x1 > left and x0 < right and y1 > bottom and y0 < top:
            kept.append(piece)
    return kept


def _box(piece: Piece, height: float) -> tuple[float, float, float, float]:
    """Where a piece is on the page that was not turned: left, right, bottom, top."""
    if piece.style.angle == 90:  # noqa: PLR2004 - degrees
        return piece.y, piece.y, piece.x0, piece.x1
    if piece.style.angle == 180:  # noqa: PLR2004
        return -piece.x1, -piece.x0, piece.y, piece.y
    if piece.style.angle == 270:  # noqa: PLR2004
        return -piece.y, -piece.y, -piece.x1, -piece.x0
    return piece.x0, piece.x1, height - piece.y, height - piece.y


def _once(pieces: list[Piece]) -> list[Piece]:
    """Without those that stand on themselves again, to look bold or to cast a shadow."""
    seen: dict[tuple[str, float], list[Piece]] = {}
    kept = []
    for piece in pieces:
        before = seen.setdefault((piece.text.strip(), piece.size), [])
        near = 0.15 * piece.size
        if any(abs(piece.x0 - other.x0) < near and abs(piece.y - other.y) < near for other in before[-3:]):
            continue
        before.append(piece)
        kept.append(piece)
    return kept


def _upright(pieces: list[Piece]) -> Page:
    """Divide by the way in which most of the page runs; stamps in the margin and across the page are left out."""
    angles = Counter[int]()
    unreadable = total = 0
    for piece in pieces:
        angles[piece.style.angle] += len(piece.text)
        unreadable += piece.text.count(UNREADABLE)
        total += len(piece.text.strip())
    if not pieces:
        return Page([], [])
    main = max(angles, key=lambda angle: (angles[angle], -angle))
    upright = [piece for piece in pieces if piece.style.angle == main]
    others = [p for p in pieces if p.style.angle != main and p.style.angle in _RIGHT_ANGLES and main in _RIGHT_ANGLES]
    turned = [piece for piece in others if not _is_margin(piece, upright)]
    return Page(upright, turned, unreadable=unreadable / max(total, 1))


def _is_margin(piece: Piece, upright: list[Piece]) -> bool:
    """Whether a piece that is turned stands to the left or to the right of all that is not."""
    if abs(piece.style.angle - upright[0].style.angle) % 180 != 90:  # noqa: PLR2004 - degrees
        return False
    left, right = min(p.x0 for p in upright), max(p.x1 for p in upright)
    across = piece.y if piece.style.angle == 90 else -piece.y  # noqa: PLR2004 - see _Place
    return upright[0].style.angle == 0 and not left < across < right


def _has_pictures(page: pypdfium2.PdfPage) -> bool:
    paths = 0
    for index in range(pdfium.FPDFPage_CountObjects(page)):
        kind = pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page, index))
        if kind in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM):
            return True
        paths += kind == pdfium.FPDF_PAGEOBJ_PATH
        if paths > _MANY_PATHS:
            return True
    return False
