"""PowerPoint files: slide by slide, in reading order."""

from __future__ import annotations

import pytest

from askbrief.documents.office import pptx
from askbrief.errors import ParsingError
from askbrief.records import Form
from tests.conftest import ROOT
from tests.documents.wholeness import LAUGHS, assert_whole, check_damaged, check_damaged_inside, hostile, seen, zipped

REAL = ROOT / "tests" / "samples" / "other" / "test.pptx"
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
R = f'xmlns:r="{KIND}"'
OTHERS = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
)
CM = 360_000


def paragraphs(*words: str) -> str:
    return "".join(word if word.startswith("<") else f"<a:p><a:r><a:t>{word}</a:t></a:r></a:p>" for word in words)


def shape(*words: str, at: tuple[float, float] | None = (1, 1), kind: str = "", mark: str = "") -> str:
    """Return a shape with paragraphs, at a distance from the top and the left in centimetres."""
    place = f'<a:xfrm><a:off x="{int(at[1] * CM)}" y="{int(at[0] * CM)}"/></a:xfrm>' if at else ""
    holder = f'<p:ph type="{kind}" {mark}/>' if kind else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="1" name="x"/><p:nvPr>{holder}</p:nvPr></p:nvSpPr><p:spPr>{place}</p:spPr>'
        f"<p:txBody>{paragraphs(*words)}</p:txBody></p:sp>"
    )


def slide(*shapes: str, more: str = "") -> str:
    return f"<p:sld {P} {A} {R} {OTHERS} {more}><p:cSld><p:spTree>{''.join(shapes)}</p:spTree></p:cSld></p:sld>"


def members(*slides: str, own: str = "", **parts: str) -> dict[str, str]:
    """Return the parts of a presentation; every slide refers to the same parts."""
    ids = "".join(f'<p:sldId id="{256 + n}" r:id="r{n}"/>' for n in range(len(slides)))
    names = "".join(
        f'<Relationship Id="r{n}" Type="{KIND}/slide" Target="slides/s{n}.xml"/>' for n in range(len(slides))
    )
    files = {
        "_rels/.rels": f'<Relationships><Relationship Id="a" Type="{KIND}/officeDocument" Target="/ppt/p.xml"/>'
        "</Relationships>",
        "ppt/p.xml": f"<p:presentation {P} {R}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
        "ppt/_rels/p.xml.rels": f"<Relationships>{names}</Relationships>",
    }
    for number, content in enumerate(slides):
        files[f"ppt/slides/s{number}.xml"] = content
        files[f"ppt/slides/_rels/s{number}.xml.rels"] = f"<Relationships>{own}</Relationships>"
    return files | {f"ppt/{name}.xml": content for name, content in parts.items()}


def lines(*slides: str, own: str = "", **parts: str) -> list[str]:
    parsed = pptx.parse(zipped(members(*slides, own=own, **parts)))
    assert_whole(parsed)
    return seen(parsed)


def relation(kind: str, name: str) -> str:
    return f'<Relationship Id="x" Type="{KIND}/{kind}" Target="../{name}.xml"/>'


# ---------------------------------------------------------------------------------------------- a real file


def test_a_real_presentation_is_parsed_slide_by_slide() -> None:
    parsed = pptx.parse(REAL.read_bytes())
    assert_whole(parsed)
    assert parsed.form is Form.SLIDES
    assert len(parsed.pages) == 6
    read = seen(parsed)
    assert read[0] == "# AutoGen: Enabling Next-Gen LLM Applications via Multi-Agent Conversation"
    assert "ColA: 1; ColB: 2; ColC: 3; ColD: 4; ColE: 5; ColF: 6" in read
    assert "This is a nested shape with content in 2 shapes" in read, "from within a group"
    assert "a3f6004b-6f4f-4ea8-bee3-3741f4dc385f" in read, "a chart's title"
    assert "2000; Series 1: 2000" in read, "a chart's category and its value"
    assert read[-1] == "# These Test Strings are in the Image!"


# ---------------------------------------------------------------------------------------- generated files


def test_shapes_follow_the_title_from_top_to_bottom_and_left_to_right() -> None:
    shapes = (
        shape("right", at=(5, 12)),
        shape("bottom", at=(15, 1)),
        shape("left", at=(5.1, 1)),
        shape("Rise", at=(2, 1), kind="title"),
        shape("7", at=(0, 0), kind="sldNum"),
    )
    assert lines(slide(*shapes)) == ["# Rise", "left", "right", "bottom"]


def test_a_placeholder_without_a_position_has_that_of_its_layout() -> None:
    layout = f"<p:sldLayout {P} {A}>{shape(at=(3, 1), kind='body', mark=f'idx={chr(34)}1{chr(34)}')}</p:sldLayout>"
    body = shape("from the layout", at=None, kind="body", mark='idx="1"')
    assert lines(slide(shape("below", at=(9, 1)), body), own=relation("slideLayout", "layout"), layout=layout) == [
        "from the layout",
        "below",
    ]


def test_shapes_in_a_group_are_placed_by_the_group() -> None:
    frame = (
        '<p:grpSpPr><a:xfrm><a:off x="0" y="3600000"/><a:ext cx="100" cy="100"/><a:chOff x="0" y="0"/>'
        '<a:chExt cx="100" cy="100"/></a:xfrm></p:grpSpPr>'
    )
    group = f"<p:grpSp>{frame}{shape('in the group', at=(1, 1))}</p:grpSp>"
    assert lines(slide(group, shape("above", at=(8, 1)), shape("below", at=(13, 1)))) == [
        "above",
        "in the group",
        "below",
    ]


def test_empty_slides_are_pages_and_hidden_slides_and_pictures_are_noted() -> None:
    picture = '<p:pic><p:nvPicPr><p:cNvPr id="1" name="x"/><p:nvPr/></p:nvPicPr></p:pic>'
    slides = slide(shape("one")), slide(picture * 2), slide(shape("three"), more='show="0"'), slide(picture, shape("x"))
    parsed = pptx.parse(zipped(members(*slides)))
    assert_whole(parsed)
    assert seen(parsed) == ["one", "three", "x"]
    assert len(parsed.pages) == 4
    assert parsed.notes == ("slide 2 has 2 pictures and no text", "slide 3 is hidden, and read all the same")


def test_a_missing_slide_is_an_empty_page_with_a_note() -> None:
    parts = members(slide(shape("one")), slide(shape("two")), slide(shape("three")))
    del parts["ppt/slides/s1.xml"]
    parsed = pptx.parse(zipped(parts))
    assert seen(parsed) == ["one", "three"]
    assert (len(parsed.pages), parsed.notes) == (3, ("slide 2 is missing in the file",))


def test_speaker_notes_follow_their_slide() -> None:
    notes = f"<p:notes {P} {A}>{shape('Say it slowly.', kind='body')}{shape('3', kind='sldNum')}</p:notes>"
    assert lines(slide(shape("Words.")), own=relation("notesSlide", "notes"), notes=notes) == [
        "Words.",
        "Say it slowly.",
    ]


def test_list_items_have_their_own_numbers_and_bullets() -> None:
    def item(words: str, mark: str, level: int = 0) -> str:
        return f'<a:p><a:pPr lvl="{level}">{mark}</a:pPr><a:r><a:t>{words}</a:t></a:r></a:p>'

    number, letter = '<a:buAutoNum type="arabicPeriod"/>', '<a:buAutoNum type="alphaLcParenR"/>'
    body = shape(item("one", number), item("deep", letter, 1), item("two", number), item("dot", '<a:buChar char="•"/>'))
    assert lines(slide(body)) == ["1. one", "a) deep", "2. two", "• dot"]


def test_tables_are_rows_with_the_names_of_the_columns() -> None:
    def row(*words: str) -> str:
        cells = "".join(f"<a:tc><a:txBody>{paragraphs(word)}</a:txBody></a:tc>" for word in words)
        return f"<a:tr>{cells}</a:tr>"

    rows = row("Name", "Office") + row("A. Analyst", "Kabul")
    table = f'<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tblPr firstRow="1"/>{rows}</a:tbl></a:graphicData>'
    assert lines(slide(table + "</a:graphic></p:graphicFrame>")) == ["Name: A. Analyst; Office: Kabul"]


def test_a_diagram_gives_its_text() -> None:
    frame = "<p:graphicFrame><a:graphic><a:graphicData><dgm:relIds r:dm='x'/></a:graphicData></a:graphic>"
    points = "".join(f"<dgm:pt><dgm:t>{paragraphs(word)}</dgm:t></dgm:pt>" for word in ("Plan", "Act"))
    data = f"<dgm:dataModel {OTHERS} {A}><dgm:ptLst>{points}</dgm:ptLst></dgm:dataModel>"
    assert lines(slide(frame + "</p:graphicFrame>"), own=relation("diagramData", "data"), data=data) == ["Plan", "Act"]


def test_a_file_of_another_kind_is_refused_with_the_reason() -> None:
    parts = members(slide(shape("x")))
    del parts["ppt/p.xml"]
    for data, reason in (
        (b"plain words", "not what its suffix says"),
        (zipped(parts), r"ppt/p\.xml is missing"),
        (REAL.with_name("test.xlsx").read_bytes(), "main part is a workbook"),
        (REAL.read_bytes()[:-200], "damaged"),
    ):
        with pytest.raises(ParsingError, match=reason):
            pptx.parse(data)


@pytest.mark.parametrize(("entities", "use"), [(LAUGHS, "&j;"), ('<!ENTITY x SYSTEM "file:///etc/hostname">', "&x;")])
def test_entities_are_refused_and_never_expanded(entities: str, use: str) -> None:
    with pytest.raises(ParsingError, match="entit"):
        pptx.parse(zipped(members(hostile(slide(shape("here")), entities, use, "here"))))


def test_a_damaged_file_is_parsed_or_refused_with_a_reason() -> None:
    check_damaged(pptx.parse, REAL.read_bytes(), tries=40)
    layout = f"<p:sldLayout {P} {A}>{shape(at=(3, 1), kind='body')}</p:sldLayout>"
    parts = members(slide(shape("x"), shape("y", at=None, kind="body")), own=relation("slideLayout", "l"), l=layout)
    check_damaged_inside(pptx.parse, zipped(parts))
