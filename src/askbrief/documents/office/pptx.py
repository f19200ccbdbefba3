"""PowerPoint files (.pptx, .pptm, .ppsx, .potx): slide by slide, as a person reads them, then the speaker's notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from askbrief.documents.builder import DocumentBuilder
from askbrief.documents.office.flow import in_reading_order, letters, put_rows, roman
from askbrief.documents.office.ooxml import Package, attribute, child, children, local, whole
from askbrief.documents.office.sheets import shown
from askbrief.records import Form

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from askbrief.documents.builder import ParsedText
    from askbrief.documents.limits import Element
    from askbrief.documents.office.ooxml import Relation

_SHAPES = frozenset({"sp", "grpSp", "graphicFrame", "pic", "cxnSp", "contentPart"})
_TITLES = frozenset({"title", "ctrTitle"})
_FURNITURE = frozenset({"dt", "ftr", "sldNum", "hdr", "sldImg"})
_EMU_A_POINT = 12_700
_MOST_COLUMNS = 1_000
_SHOWN_BULLETS = "•◦▪■□○●–—-→➢✓*"


def parse(data: bytes) -> ParsedText:
    """Read a PowerPoint file; a slide is a page, its title a heading."""
    package = Package(data)
    name, root = package.main("presentation", "a PowerPoint presentation")
    relations = package.relations(name)
    builder = DocumentBuilder()
    notes: list[str] = []
    for number, item in enumerate(root.iterfind("{*}sldIdLst/{*}sldId"), 1):
        builder.page()
        slide = relations.get(_relation_id(item) or "")
        if slide is None or not package.has(slide.target):
            notes.append(f"slide {number} is missing in the file")
        else:
            notes += [f"slide {number} {said}" for said in _Slide(package, slide.target).put(builder)]
    return builder.build(package.metadata(), form=Form.SLIDES, notes=notes)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a group's shapes lie on the slide: the group has measures of its own."""

    left: float = 0.0
    top: float = 0.0
    across: float = 1.0
    down: float = 1.0


class _Slide:
    """One slide, with the layout that gives its placeholders their places."""

    def __init__(self, package: Package, name: str) -> None:
        self._package = package
        self._root = package.part(name)
        self._relations = package.relations(name)
        self._layouts = list(_layouts(package, self._relations))
        self._pictures = 0

    def put(self, builder: DocumentBuilder) -> list[str]:
        """Add the slide; give what is to be said of it."""
        before = builder.characters
        tree = child(self._root, "cSld", "spTree")
        shapes = [] if tree is None else list(self._shapes(tree, _Place()))
        titles = [shape for shape, _ in shapes if _placeholder(shape)[0] in _TITLES]
        for title in titles[:1]:
            builder.heading(" ".join(_texts(title)))
        rest = [entry for entry in shapes if entry[0] not in titles[:1]]
        for shape, _ in in_reading_order(rest, lambda entry: entry[1]):
            self._put_shape(builder, shape)
        said = [] if attribute(self._root, "show") not in {"0", "false"} else ["is hidden, and read all the same"]
        if builder.characters == before and self._pictures:
            count = self._pictures
            said.append(f"has {count} picture{'s' if count > 1 else ''} and no text")
        self._put_notes(builder)
        return said

    def _shapes(self, parent: Element, place: _Place) -> Iterator[tuple[Element, tuple[float, float] | None]]:
        """Yield the shapes, also those in groups, with how far each is from the top and the left."""
        for item in parent.iterchildren("*"):
            name = local(item)
            if name == "AlternateContent":
                chosen = next(children(item, "Choice"), None)
                fallback = next(children(item, "Fallback"), None)
                for content in (chosen, fallback):
                    found = [] if content is None else list(self._shapes(content, place))
                    if found:
                        yield from found
                        break
            elif name == "grpSp":
                yield from self._shapes(item, _inside(item, place))
            elif name in _SHAPES and _placeholder(item)[0] not in _FURNITURE and not _is_hidden(item):
                yield item, self._position(item, place)

    def _position(self, shape: Element, place: _Place) -> tuple[float, float] | None:
        """Its own place, or the one that the layout has for such a placeholder."""
        kind, index = _placeholder(shape)
        offset = _offset(shape)
        for layout in self._layouts if offset is None and kind is not None else ():
            offset = layout.get(("index", index)) or layout.get(("kind", kind))
            if offset is not None:
                break
        if offset is None:
            return None
        top, left = place.top + offset[0] * place.down, place.left + offset[1] * place.across
        return top / _EMU_A_POINT, left / _EMU_A_POINT

    def _put_shape(self, builder: DocumentBuilder, shape: Element) -> None:
        self._pictures += local(shape) == "pic"
        for words in _texts(shape):
            builder.paragraph(words)
        for table in shape.iterfind("{*}graphic/{*}graphicData/{*}tbl"):
            rows = [[_cell(cell) for cell in children(row, "tc")][:_MOST_COLUMNS] for row in children(table, "tr")]
            marked = child(table, "tblPr")
            first = marked is not None and (attribute(marked, "firstRow") or "0") in {"1", "true"}
            put_rows(builder, rows, headers=1 if first and len(rows) > 1 else None)
        for data in shape.iterfind("{*}graphic/{*}graphicData/*"):
            if local(data) == "chart":
                self._put_chart(builder, _relation_id(data))
            elif local(data) == "relIds":
                self._put_diagram(builder, attribute(data, "dm"))

    def _put_chart(self, builder: DocumentBuilder, relation: str | None) -> None:
        """Add a chart: its title, and a row for each category with the values of the series."""
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
        put_rows(builder, rows, headers=1)

    def _put_diagram(self, builder: DocumentBuilder, relation: str | None) -> None:
        """Add the words of a SmartArt graphic, in the order of its outline."""
        part = self._related(relation)
        for point in [] if part is None else part.iterfind("{*}ptLst/{*}pt"):
            for words in _texts(point):
                builder.paragraph(words)

    def _related(self, relation: str | None) -> Element | None:
        found = self._relations.get(relation or "")
        return self._package.part(found.target) if found and self._package.has(found.target) else None

    def _put_notes(self, builder: DocumentBuilder) -> None:
        """Add what the speaker has noted; the words alone, since they are quoted."""
        for relation in self._relations.values():
            if relation.kind == "notesSlide" and self._package.has(relation.target):
                for shape in self._package.part(relation.target).iter("{*}sp"):
                    if _placeholder(shape)[0] not in _FURNITURE:
                        for words in _texts(shape):
                            builder.paragraph(words)


def _layouts(
    package: Package, relations: Mapping[str, Relation]
) -> Iterator[dict[tuple[str, str | None], tuple[float, float]]]:
    """Yield the places of the placeholders of a slide's layout, then of its master."""
    for kind in ("slideLayout", "slideMaster"):
        found = next((one for one in relations.values() if one.kind == kind and package.has(one.target)), None)
        if found is None:
            return
        places: dict[tuple[str, str | None], tuple[float, float]] = {}
        for shape in package.part(found.target).iter("{*}sp"):
            (sort, index), offset = _placeholder(shape), _offset(shape)
            if sort is not None and offset is not None:
                places.setdefault(("index", index), offset) if kind == "slideLayout" else None
                places.setdefault(("kind", sort), offset)
        yield places
        relations = package.relations(found.target)


def _placeholder(shape: Element) -> tuple[str | None, str | None]:
    """Which kind of placeholder a shape is, and which of them; None where it is none."""
    for properties in shape.iterchildren("{*}nvSpPr", "{*}nvPicPr", "{*}nvGraphicFramePr"):
        mark = child(properties, "nvPr", "ph")
        if mark is not None:
            return attribute(mark, "type") or "obj", attribute(mark, "idx") or "0"
    return None, None


def _is_hidden(shape: Element) -> bool:
    return any(
        local(mark) == "cNvPr" and attribute(mark, "hidden") in {"1", "true"} for mark in shape.iterfind("*/{*}cNvPr")
    )


def _offset(shape: Element) -> tuple[float, float] | None:
    frame = child(shape, "spPr", "xfrm")
    point = child(frame if frame is not None else child(shape, "xfrm"), "off")
    if point is None:
        return None
    return float(whole(attribute(point, "y"), 0)), float(whole(attribute(point, "x"), 0))


def _inside(group: Element, place: _Place) -> _Place:
    """The measures inside a group, which may be those of a larger drawing made small."""
    frame = child(group, "grpSpPr", "xfrm")
    sizes = {
        local(item): [whole(str(text), 0) for text in item.values()]
        for item in ([] if frame is None else frame.iterchildren("*"))
    }
    if any(len(sizes.get(name, ())) != 2 for name in ("off", "ext", "chOff", "chExt")):  # noqa: PLR2004 - x and y
        return place
    across = sizes["ext"][0] / (sizes["chExt"][0] or 1) * place.across
    down = sizes["ext"][1] / (sizes["chExt"][1] or 1) * place.down
    left = place.left + sizes["off"][0] * place.across - sizes["chOff"][0] * across
    top = place.top + sizes["off"][1] * place.down - sizes["chOff"][1] * down
    return _Place(left, top, across, down)


def _texts(shape: Element) -> Iterator[str]:
    """Yield the paragraphs of a shape, each with the number or bullet printed before it."""
    bodies = shape.iterchildren("{*}txBody", "{*}txbxContent", "{*}t")
    counts: dict[int, int] = {}
    for body in bodies:
        for paragraph in children(body, "p"):
            words = "".join(_runs(paragraph)).strip()
            mark = _mark(paragraph, counts) if words else ""
            if words:
                yield f"{mark} {words}" if mark else words


def _runs(paragraph: Element) -> Iterator[str]:
    for item in paragraph.iterchildren("*"):
        name = local(item)
        if name in {"r", "fld"}:
            yield "".join(text.text or "" for text in children(item, "t"))
        elif name == "br":
            yield " "
        elif name in {"AlternateContent", "m"}:
            yield "".join(text.text or "" for text in next(item.iterchildren("*"), item).iter("{*}t"))


def _mark(paragraph: Element, counts: dict[int, int]) -> str:
    """A number or bullet that the paragraph itself asks for; those of the master's are only there for the look."""
    properties = child(paragraph, "pPr")
    depth = whole(None if properties is None else attribute(properties, "lvl"), 0)
    for deeper in [at for at in counts if at > depth]:
        del counts[deeper]
    automatic, bullet = child(properties, "buAutoNum"), child(properties, "buChar")
    if automatic is None:
        counts.pop(depth, None)
        shown = None if bullet is None else attribute(bullet, "char")
        return "" if shown is None else shown if shown in _SHOWN_BULLETS else "•"
    counts[depth] = counts.get(depth, whole(attribute(automatic, "startAt"), 1) - 1) + 1
    form = attribute(automatic, "type") or ""
    number = counts[depth]
    numeral = letters(number) if "alpha" in form else roman(number) if "roman" in form else str(number)
    numeral = numeral.upper() if "Uc" in form else numeral
    if form.endswith("ParenBoth"):
        return f"({numeral})"
    return f"{numeral})" if form.endswith("ParenR") else f"{numeral}." if form.endswith("Period") else numeral


def _cell(cell: Element) -> str | None:
    """The words of a cell; None where the one to the left reaches over, nothing where the one above does."""
    if attribute(cell, "hMerge") in {"1", "true"}:
        return None
    return "" if attribute(cell, "vMerge") in {"1", "true"} else " ".join(_texts(cell))


def _either(series: Element, *names: str) -> Element | None:
    return next(series.iterchildren(*(f"{{*}}{name}" for name in names)), None)


def _points(holder: Element | None) -> dict[int, str]:
    """The values of a series, a category or a name, by their places; those stored when the file was saved."""
    if holder is None:
        return {}
    found = {
        whole(attribute(point, "idx"), 0): "".join(text.text or "" for text in children(point, "v"))
        for point in holder.iter("{*}pt")
    }
    code = "".join(item.text or "" for item in holder.iter("{*}formatCode"))
    return {at: _figure(words, code) for at, words in found.items()} or {
        0: "".join(text.text or "" for text in holder.iter("{*}v"))
    }


def _figure(words: str, code: str) -> str:
    try:
        return shown(float(words), code)
    except ValueError:
        return words


def _relation_id(element: Element) -> str | None:
    """The relation that an element names; its own `id`, which some elements have too, is in no name space."""
    for key, text in element.items():
        if str(key).startswith("{") and str(key).endswith("}id"):
            return str(text)
    return None
