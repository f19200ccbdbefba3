"""PowerPoint files (.pptx, .pptm, .ppsx, .potx): each slide in reading order, then its speaker notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.office import add_table, in_reading_order, letters, roman
from askbrief.documents.office.ooxml import OoxmlPackage, attribute, child, children, integer, local, relation_id
from askbrief.documents.office.sheets import formatted
from askbrief.documents.raised import raised_text
from askbrief.records import Form

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from askbrief.documents.builder import ParsedText
    from askbrief.documents.limits import Element
    from askbrief.documents.office.ooxml import OoxmlRelation

_SHAPES = frozenset({"sp", "grpSp", "graphicFrame", "pic", "cxnSp", "contentPart"})
_TITLES = frozenset({"title", "ctrTitle"})
_FURNITURE = frozenset({"dt", "ftr", "sldNum", "hdr", "sldImg"})
_EMU_PER_POINT = 12_700
_MAX_COLUMNS = 1_000
_SHOWN_BULLETS = "•◦▪■□○●–—-→➢✓*"


def parse(data: bytes) -> ParsedText:
    """Parse a PowerPoint file; a slide becomes a page, its title a heading."""
    package = OoxmlPackage(data)
    name, root = package.main("presentation", "a PowerPoint presentation")
    relations = package.relations(name)
    authors = _authors(package, name)
    builder = DocumentBuilder()
    notes: list[str] = []
    for number, item in enumerate(root.iterfind("{*}sldIdLst/{*}sldId"), 1):
        builder.page()
        slide = relations.get(relation_id(item))
        if slide is None or not package.has(slide.target):
            notes.append(f"slide {number} is missing in the file")
        else:
            notes += [f"slide {number} {note}" for note in _Slide(package, slide.target).add_to(builder, authors)]
    return builder.build(package.metadata(), form=Form.SLIDES, notes=notes)


@dataclass(frozen=True, slots=True)
class _Transform:
    """Converts coordinates inside a group of shapes to coordinates on the slide, in EMU."""

    left: float = 0.0
    top: float = 0.0
    x_scale: float = 1.0
    y_scale: float = 1.0


class _Slide:
    """One slide, with the layouts that give its placeholders their positions."""

    def __init__(self, package: OoxmlPackage, name: str) -> None:
        self._package = package
        self._root = package.part(name)
        self._relations = package.relations(name)
        self._layouts = list(_layouts(package, self._relations))
        self._pictures = 0

    def add_to(self, builder: DocumentBuilder, authors: Mapping[str, str]) -> list[str]:
        before = builder.characters
        tree = child(self._root, "cSld", "spTree")
        shapes = [] if tree is None else list(self._shapes(tree, _Transform()))
        titles = [shape for shape, _ in shapes if _placeholder(shape)[0] in _TITLES]
        for title in titles[:1]:
            builder.heading(" ".join(_texts(title)))
        rest = [entry for entry in shapes if entry[0] not in titles[:1]]
        for shape, _ in in_reading_order(rest, lambda entry: entry[1]):
            self._add_shape(builder, shape)
        notes = ["is hidden, and read all the same"] if attribute(self._root, "show") in {"0", "false"} else []
        if builder.characters == before and self._pictures:
            count = self._pictures
            notes.append(f"has {count} picture{'s' if count > 1 else ''} and no text")
        self._add_notes(builder)
        self._add_comments(builder, authors)
        return notes

    def _shapes(self, parent: Element, outer: _Transform) -> Iterator[tuple[Element, tuple[float, float] | None]]:
        """Yield the shapes, also those in groups, with the distance of each from the top and the left in points."""
        for item in parent.iterchildren("*"):
            name = local(item)
            if name == "AlternateContent":
                versions = (next(children(item, name), None) for name in ("Choice", "Fallback"))
                shapes = (list(self._shapes(version, outer)) for version in versions if version is not None)
                yield from next(filter(None, shapes), [])
            elif name == "grpSp":
                yield from self._shapes(item, _inside(item, outer))
            elif name in _SHAPES and _placeholder(item)[0] not in _FURNITURE and not _is_hidden(item):
                yield item, self._position(item, outer)

    def _position(self, shape: Element, outer: _Transform) -> tuple[float, float] | None:
        """Return the position of a shape, or the one that its layout gives to such a placeholder; None for neither."""
        kind, index = _placeholder(shape)
        offset = _offset(shape)
        for layout in self._layouts if offset is None and kind is not None else ():
            offset = layout.get(("index", index)) or layout.get(("kind", kind))
            if offset is not None:
                break
        if offset is None:
            return None
        top, left = outer.top + offset[0] * outer.y_scale, outer.left + offset[1] * outer.x_scale
        return top / _EMU_PER_POINT, left / _EMU_PER_POINT

    def _add_shape(self, builder: DocumentBuilder, shape: Element) -> None:
        self._pictures += local(shape) == "pic"
        for words in _texts(shape):
            builder.paragraph(words)
        for table in shape.iterfind("{*}graphic/{*}graphicData/{*}tbl"):
            rows = [[_cell(cell) for cell in children(row, "tc")][:_MAX_COLUMNS] for row in children(table, "tr")]
            marked = child(table, "tblPr")
            first = marked is not None and (attribute(marked, "firstRow") or "0") in {"1", "true"}
            add_table(builder, rows, headers=1 if first and len(rows) > 1 else None)
        for data in shape.iterfind("{*}graphic/{*}graphicData/*"):
            if local(data) == "chart":
                self._add_chart(builder, relation_id(data))
            elif local(data) == "relIds":
                self._add_diagram(builder, attribute(data, "dm"))

    def _add_chart(self, builder: DocumentBuilder, relation: str | None) -> None:
        part = self._related(relation)
        chart = child(part, "chart")
        if chart is None:
            return
        for title in children(chart, "title"):
            builder.paragraph("".join(text.text or "" for text in title.iter("{*}t")))
        series = list(chart.iter("{*}ser"))
        names = [" ".join(_points(child(one, "tx")).values()) for one in series]
        values = [_points(_either(one, "val", "yVal")) for one in series]
        categories = _points(next((_either(one, "cat", "xVal") for one in series), None))
        rows: list[list[str | None]] = [["", *names]]
        rows += [[words, *(figures.get(at, "") for figures in values)] for at, words in categories.items()]
        add_table(builder, rows, headers=1)

    def _add_diagram(self, builder: DocumentBuilder, relation: str | None) -> None:
        part = self._related(relation)
        for point in [] if part is None else part.iterfind("{*}ptLst/{*}pt"):
            for words in _texts(point):
                builder.paragraph(words)

    def _related(self, relation: str | None) -> Element | None:
        target = self._relations.get(relation or "")
        return self._package.part(target.target) if target and self._package.has(target.target) else None

    def _add_notes(self, builder: DocumentBuilder) -> None:
        """Add the speaker notes, without a label because the text is quoted."""
        for relation in self._relations.values():
            if relation.kind == "notesSlide" and self._package.has(relation.target):
                for shape in self._package.part(relation.target).iter("{*}sp"):
                    if _placeholder(shape)[0] not in _FURNITURE:
                        for words in _texts(shape):
                            builder.paragraph(words)

    def _add_comments(self, builder: DocumentBuilder, authors: Mapping[str, str]) -> None:
        for relation in self._relations.values():
            if relation.kind == "comments" and self._package.has(relation.target):
                for comment in self._package.part(relation.target).iter("{*}cm", "{*}reply"):
                    own = [item for item in comment.iterchildren("*") if local(item) in {"text", "txBody"}]
                    words = " ".join("".join(map(str, item.itertext())) for item in own)
                    author = authors.get(attribute(comment, "authorId") or "", "")
                    builder.aside(f"Comment{f' by {author}' if author else ''}", words)


def _authors(package: OoxmlPackage, name: str) -> dict[str, str]:
    """Return the names of those who commented, by their ids."""
    parts = [package.related(name, kind) for kind in ("commentAuthors", "authors")]
    return {
        attribute(item, "id") or "": " ".join((attribute(item, "name") or "").split())
        for part in parts
        if part is not None
        for item in part.iterchildren("*")
    }


def _layouts(
    package: OoxmlPackage, relations: Mapping[str, OoxmlRelation]
) -> Iterator[dict[tuple[str, str | None], tuple[float, float]]]:
    """Yield the positions of the placeholders of a slide's layout, then of its master."""
    for kind in ("slideLayout", "slideMaster"):
        relation = next((one for one in relations.values() if one.kind == kind and package.has(one.target)), None)
        if relation is None:
            return
        positions: dict[tuple[str, str | None], tuple[float, float]] = {}
        for shape in package.part(relation.target).iter("{*}sp"):
            (sort, index), offset = _placeholder(shape), _offset(shape)
            if sort is not None and offset is not None:
                if kind == "slideLayout":
                    positions.setdefault(("index", index), offset)
                positions.setdefault(("kind", sort), offset)
        yield positions
        relations = package.relations(relation.target)


def _placeholder(shape: Element) -> tuple[str | None, str | None]:
    for properties in shape.iterchildren("{*}nvSpPr", "{*}nvPicPr", "{*}nvGraphicFramePr"):
        mark = child(properties, "nvPr", "ph")
        if mark is not None:
            return attribute(mark, "type") or "obj", attribute(mark, "idx") or "0"
    return None, None


def _is_hidden(shape: Element) -> bool:
    return any(attribute(mark, "hidden") in {"1", "true"} for mark in shape.iterfind("*/{*}cNvPr"))


def _offset(shape: Element) -> tuple[float, float] | None:
    """Return the distance of a shape from the top and the left of what holds it, in EMU; None where it is not given."""
    frame = child(shape, "spPr", "xfrm")
    point = child(frame if frame is not None else child(shape, "xfrm"), "off")
    if point is None:
        return None
    return float(integer(attribute(point, "y"), 0)), float(integer(attribute(point, "x"), 0))


def _inside(group: Element, outer: _Transform) -> _Transform:
    """Return the transform for the shapes inside a group, which may be scaled."""
    frame = child(group, "grpSpPr", "xfrm")
    sizes = {
        local(item): [integer(str(text), 0) for text in item.values()]
        for item in ([] if frame is None else frame.iterchildren("*"))
    }
    if any(len(sizes.get(name, ())) != 2 for name in ("off", "ext", "chOff", "chExt")):  # noqa: PLR2004 - x and y
        return outer
    x_scale = sizes["ext"][0] / (sizes["chExt"][0] or 1) * outer.x_scale
    y_scale = sizes["ext"][1] / (sizes["chExt"][1] or 1) * outer.y_scale
    left = outer.left + sizes["off"][0] * outer.x_scale - sizes["chOff"][0] * x_scale
    top = outer.top + sizes["off"][1] * outer.y_scale - sizes["chOff"][1] * y_scale
    return _Transform(left, top, x_scale, y_scale)


def _texts(shape: Element) -> Iterator[str]:
    counts: dict[int, int] = {}
    for body in shape.iterchildren("{*}txBody", "{*}txbxContent", "{*}t"):
        for paragraph in children(body, "p"):
            if words := "".join(_runs(paragraph)).strip():
                yield f"{_mark(paragraph, counts)} {words}".lstrip()


def _runs(paragraph: Element) -> Iterator[str]:
    before = ""
    for item in paragraph.iterchildren("*"):
        name = local(item)
        if name in {"r", "fld"}:
            words = "".join(text.text or "" for text in children(item, "t"))
            properties = child(item, "rPr")
            is_raised = properties is not None and integer(attribute(properties, "baseline"), 0) > 0
            words = raised_text(before, words) if is_raised else words
            before += words
            yield words
        elif name == "br":
            yield " "
        elif name in {"AlternateContent", "m"}:
            yield "".join(text.text or "" for text in next(item.iterchildren("*"), item).iter("{*}t"))


def _mark(paragraph: Element, counts: dict[int, int]) -> str:
    """Return the number or bullet that the paragraph itself sets; those of the master only serve the layout."""
    properties = child(paragraph, "pPr")
    depth = integer(None if properties is None else attribute(properties, "lvl"), 0)
    for deeper in [at for at in counts if at > depth]:
        del counts[deeper]
    automatic, bullet = child(properties, "buAutoNum"), child(properties, "buChar")
    if automatic is None:
        counts.pop(depth, None)
        shown = None if bullet is None else attribute(bullet, "char")
        return "" if shown is None else shown if shown in _SHOWN_BULLETS else "•"
    counts[depth] = counts.get(depth, integer(attribute(automatic, "startAt"), 1) - 1) + 1
    form = attribute(automatic, "type") or ""
    number = counts[depth]
    numeral = letters(number) if "alpha" in form else roman(number) if "roman" in form else str(number)
    numeral = numeral.upper() if "Uc" in form else numeral
    if form.endswith("ParenBoth"):
        return f"({numeral})"
    return f"{numeral})" if form.endswith("ParenR") else f"{numeral}." if form.endswith("Period") else numeral


def _cell(cell: Element) -> str | None:
    """Return the text of a cell; None where the cell on the left covers it, nothing where the one above does."""
    if attribute(cell, "hMerge") in {"1", "true"}:
        return None
    return "" if attribute(cell, "vMerge") in {"1", "true"} else " ".join(_texts(cell))


def _either(series: Element, *names: str) -> Element | None:
    return next(series.iterchildren(*(f"{{*}}{name}" for name in names)), None)


def _points(holder: Element | None) -> dict[int, str]:
    if holder is None:
        return {}
    code = "".join(item.text or "" for item in holder.iter("{*}formatCode"))
    points = {
        integer(attribute(point, "idx"), 0): _figure("".join(text.text or "" for text in children(point, "v")), code)
        for point in holder.iter("{*}pt")
    }
    return points or {0: "".join(text.text or "" for text in holder.iter("{*}v"))}


def _figure(text: str, code: str) -> str:
    try:
        return formatted(float(text), code)
    except ValueError:
        return text
