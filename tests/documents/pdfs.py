"""PDF files made for a test: words at places, as a PDF holds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH, HEIGHT = 595, 842
_CP1252 = str.maketrans(dict.fromkeys("•–—‘’“”…", " "))
_CMAP = (
    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /All def "
    b"1 begincodespacerange <0000> <FFFF> endcodespacerange "
    b"1 beginbfrange <0000> <FFFF> <0000> endbfrange endcmap end end"
)


@dataclass
class Made:
    """A PDF file in the making; places are in points from the top left corner of a page."""

    info: dict[str, str] = field(default_factory=dict)
    pages: list[list[bytes]] = field(default_factory=list)
    bookmarks: list[tuple[str, int]] = field(default_factory=list)
    pictures: set[int] = field(default_factory=set)
    attached: tuple[str, bytes] | None = None
    picture: tuple[int, int, bytes] = (1, 1, b"\x80")

    def page(self) -> Made:
        """Begin a page."""
        self.pages.append([])
        return self

    def put(self, x: float, y: float, text: str, *, size: float = 11, bold: bool = False, turned: bool = False) -> Made:
        """Put words on the last page, running upwards if `turned`."""
        if any(ord(character) > 0xFF for character in text.translate(_CP1252)):
            font, shown = b"F3", b"<" + text.encode("utf-16-be").hex().encode() + b">"
        else:
            font, shown = (b"F2" if bold else b"F1"), _literal(text)
        matrix = b"0 1 -1 0" if turned else b"1 0 0 1"
        self.pages[-1].append(b"BT /%s %.2f Tf %s %.2f %.2f Tm %s Tj ET" % (font, size, matrix, x, HEIGHT - y, shown))
        return self

    def lines(self, x: float, y: float, lines: Iterable[str], *, size: float = 11, leading: float = 14) -> Made:
        """Put lines below each other."""
        for index, line in enumerate(lines):
            self.put(x, y + index * leading, line, size=size)
        return self

    def scan(self) -> Made:
        """A page that is a picture."""
        self.page().pictures.add(len(self.pages) - 1)
        self.pages[-1].append(b"q %d 0 0 %d 0 0 cm /P Do Q" % (WIDTH, HEIGHT))
        return self

    def data(self) -> bytes:
        """The file."""
        objects: dict[int, bytes] = {
            1: b"<< /Type /Catalog /Pages 2 0 R /Outlines 3 0 R %s>>" % (b"/Names 15 0 R " if self.attached else b""),
            4: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
            5: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
            6: b"<< /Type /Font /Subtype /Type0 /BaseFont /Made /Encoding /Identity-H /DescendantFonts [7 0 R] "
            b"/ToUnicode 8 0 R >>",
            7: b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Made /DW 600 /CIDSystemInfo << /Registry (Adobe) "
            b"/Ordering (Identity) /Supplement 0 >> /FontDescriptor 9 0 R >>",
            8: _stream(b"", _CMAP),
            9: b"<< /Type /FontDescriptor /FontName /Made /Flags 4 /FontBBox [0 -200 1000 800] /ItalicAngle 0 "
            b"/Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>",
            10: _stream(
                b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 "
                % self.picture[:2],
                self.picture[2],
            ),
            11: b"<< %s >>" % b" ".join(b"/%s %s" % (n.encode(), _literal(v)) for n, v in self.info.items()),
        }
        if self.attached:
            objects[15] = b"<< /EmbeddedFiles << /Names [%s 16 0 R] >> >>" % _literal(self.attached[0])
            objects[16] = b"<< /Type /Filespec /F %s /UF %s /EF << /F 17 0 R >> >>" % (
                (_literal(self.attached[0]),) * 2
            )
            objects[17] = _stream(b"/Type /EmbeddedFile ", self.attached[1])
        kids = [20 + 2 * index for index in range(len(self.pages))]
        objects[2] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(b"%d 0 R" % k for k in kids))
        for number, page in zip(kids, self.pages, strict=True):
            objects[number] = (
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R /Resources << /Font << /F1 4 0 R "
                b"/F2 5 0 R /F3 6 0 R >> /XObject << /P 10 0 R >> >> >>" % (WIDTH, HEIGHT, number + 1)
            )
            objects[number + 1] = _stream(b"", b"\n".join(page))
        first = 20 + 2 * len(kids)
        objects |= _outline(self.bookmarks, first, kids)
        return _file(objects)


def _outline(bookmarks: Sequence[tuple[str, int]], first: int, kids: Sequence[int]) -> dict[int, bytes]:
    if not bookmarks:
        return {3: b"<< /Type /Outlines /Count 0 >>"}
    last = first + len(bookmarks) - 1
    objects = {3: b"<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count %d >>" % (first, last, len(bookmarks))}
    for number, (title, page) in enumerate(bookmarks, first):
        following = b"/Next %d 0 R " % (number + 1) if number < last else b""
        objects[number] = b"<< /Title %s /Parent 3 0 R %s/Dest [%d 0 R /Fit] >>" % (
            _literal(title),
            following,
            kids[page - 1],
        )
    return objects


def _literal(text: str) -> bytes:
    data = text.encode("cp1252")
    return b"(" + data.replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)") + b")"


def _stream(entries: bytes, content: bytes) -> bytes:
    return b"<< %s/Length %d >>\nstream\n%s\nendstream" % (entries, len(content), content)


def _file(objects: dict[int, bytes]) -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, content in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start, size = len(out), max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 00000 f \n"
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 11 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(out)
