"""OpenDocument files: texts, sheets and slides as they are shown."""

from __future__ import annotations

import pytest

from askbrief.documents.office import odf
from askbrief.errors import ParsingError
from askbrief.records import Form
from tests.conftest import ROOT
from tests.documents.wholeness import LAUGHS, assert_whole, check_damaged, check_damaged_inside, hostile, seen, zipped

SIMPLE = ROOT / "tests" / "samples" / "other" / "simple.odt"
SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "text": "text",
        "table": "table",
        "draw": "drawing",
        "style": "style",
        "fo": "xsl-fo-compatible",
        "svg": "svg-compatible",
        "presentation": "presentation",
        "meta": "meta",
    }.items()
)
STYLES = """
<style:style style:name="Heading" style:family="paragraph" style:default-outline-level="2"/>
<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Heading"/>
<style:style style:name="Gone" style:family="text"><style:text-properties text:display="none"/></style:style>
<style:style style:name="Bold" style:family="paragraph"><style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="Off" style:family="table"><style:table-properties table:display="false"/></style:style>
<text:list-style style:name="L1">
<text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>
<text:list-level-style-number text:level="2" style:num-format="a" style:num-prefix="(" style:num-suffix=")"/>
</text:list-style>
<text:list-style style:name="L2"><text:list-level-style-bullet text:level="1" text:bullet-char="&#xF0B7;"/>
</text:list-style>
<text:list-style style:name="L3"><text:list-level-style-number text:level="1" style:num-format="1"/>
<text:list-level-style-number text:level="2" style:num-format="1" text:display-levels="2"/></text:list-style>"""


def content(body: str, kind: str = "text") -> str:
    return (
        f'<?xml version="1.0"?><office:document-content {SPACES}><office:automatic-styles>{STYLES}'
        f"</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}></office:body>"
        "</office:document-content>"
    )


def odf_file(body: str, kind: str = "text", meta: str = "") -> bytes:
    about = f'<office:document-meta {SPACES} xmlns:dc="dc"><office:meta>{meta}</office:meta></office:document-meta>'
    return zipped({"content.xml": content(body, kind), "meta.xml": about})


def lines(body: str, kind: str = "text") -> list[str]:
    parsed = odf.parse(odf_file(body, kind))
    assert_whole(parsed)
    return seen(parsed)


def p(words: str, style: str = "") -> str:
    return f'<text:p text:style-name="{style}">{words}</text:p>'


def listed(*items: str, style: str = "L1", more: str = "") -> str:
    inside = "".join(f"<text:list-item>{item}</text:list-item>" for item in items)
    return f'<text:list text:style-name="{style}" {more}>{inside}</text:list>'


# -------------------------------------------------------------------------------------------------- texts


def test_a_real_text_is_parsed() -> None:
    parsed = odf.parse(SIMPLE.read_bytes())
    assert_whole(parsed)
    assert parsed.form is Form.PROSE
    assert seen(parsed)[:2] == ["# These are a few of my favorite things:", "• Parrots"]
    assert "This is my first thought. This is my second thought." in seen(parsed)


def test_headings_are_recognised_by_their_level_or_style() -> None:
    heading = '<text:h text:outline-level="3">Deep</text:h>'
    assert lines(heading + p("By style", "P1") + p("Words.")) == ["### Deep", "## By style", "Words."]


def test_a_short_bold_line_is_a_heading_in_a_document_without_headings() -> None:
    assert lines(p("Rise in attacks", "Bold") + p("They rose.")) == ["# Rise in attacks", "They rose."]


def test_list_items_have_their_printed_marks() -> None:
    deep = listed(p("deep"), p("deeper"))
    body = listed(p("one") + p("more of one") + deep, p("two")) + listed(p("dot"), style="L2")
    assert lines(body) == ["1. one", "more of one", "(a) deep", "(b) deeper", "2. two", "• dot"]


def test_a_list_restarts_unless_it_continues_another() -> None:
    body = listed(p("a"), more='xml:id="x"') + p("between") + listed(p("b"), more='text:continue-list="x"')
    assert lines(body + listed(p("c"))) == ["1. a", "between", "2. b", "1. c"]


def test_numbers_of_several_levels_are_combined() -> None:
    assert lines(listed(p("a") + listed(p("b"), p("c"), style="L3"), p("d"), style="L3")) == [
        "1 a",
        "1.1 b",
        "1.2 c",
        "2 d",
    ]


def test_paragraphs_numbered_throughout_the_document_have_numbers() -> None:
    first = listed(p("The Team met."), p("It left."), more='xml:id="x"')
    body = p("One", "P1") + first + p("Two", "P1") + listed(p("Money came."), more='text:continue-numbering="true"')
    assert lines(body) == ["## One", "[1] The Team met.", "[2] It left.", "## Two", "[3] Money came."]


def test_spaces_tabs_breaks_and_links_are_parsed_as_shown() -> None:
    words = 'a<text:s text:c="3"/>b<text:tab/>c<text:line-break/>d <text:a>link</text:a><text:soft-page-break/>.'
    assert lines(p(words)) == ["a b c d link."]


def test_notes_end_their_section_and_comments_and_hidden_text_are_left_out() -> None:
    note = (
        "<text:note text:note-class='footnote'><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>See S/2021/655.</text:p></text:note-body></text:note>"
    )
    comment = "<office:annotation><text:p>Really?</text:p></office:annotation>"
    hidden = '<text:span text:style-name="Gone"> hidden</text:span>'
    parsed = odf.parse(odf_file(p(f"Said{note}{comment}{hidden}.") + p("Next", "P1") + p("More.")))
    assert seen(parsed) == ["Said.", "¹ See S/2021/655.", "## Next", "More."]
    assert parsed.notes == ("1 comment left out",)


def test_tracked_deletions_are_left_out() -> None:
    deleted = "<text:tracked-changes><text:changed-region><text:deletion><text:p>old</text:p></text:deletion>"
    assert lines(deleted + "</text:changed-region></text:tracked-changes>" + p("new")) == ["new"]


def test_rows_name_their_columns_and_merged_cells_occur_once() -> None:
    def row(*cells: str) -> str:
        return "<table:table-row>" + "".join(cells) + "</table:table-row>"

    def cell(words: str, more: str = "") -> str:
        return f"<table:table-cell {more}>{p(words)}</table:table-cell>"

    covered = "<table:covered-table-cell/>"
    header = f"<table:table-header-rows>{row(cell('A'), cell('B'), cell('C'))}</table:table-header-rows>"
    wide = row(cell("both", 'table:number-columns-spanned="2"'), covered, cell("c"))
    assert lines(f"<table:table>{header}{row(cell('1'), cell('2'), cell('3'))}{wide}</table:table>") == [
        "A: 1; B: 2; C: 3",
        "A: both; C: c",
    ]


def test_a_text_box_follows_the_paragraph_in_which_it_is_anchored() -> None:
    frame = f"<draw:frame><draw:text-box>{p('In the box.')}</draw:text-box></draw:frame>"
    assert lines(p(f"Before{frame}.") + p("After.")) == ["Before.", "In the box.", "After."]


def test_a_table_of_contents_is_left_out() -> None:
    listing = f"<text:table-of-content><text:index-body>{p('One 12')}</text:index-body></text:table-of-content>"
    assert lines(listing + p("Words.")) == ["Words."]


def test_a_flat_file_gives_the_same_text() -> None:
    parsed = odf.parse(content(p("Flat.")).encode())
    assert seen(parsed) == ["Flat."]


def test_metadata_has_title_author_date_and_keywords() -> None:
    meta = (
        "<dc:title>Report</dc:title><meta:initial-creator>A. Analyst</meta:initial-creator><dc:creator>B</dc:creator>"
        "<dc:date>2022-07-05T10:00:00.123</dc:date><meta:keyword>un</meta:keyword><meta:keyword>ttp</meta:keyword>"
    )
    metadata = odf.parse(odf_file(p("x"), meta=meta)).metadata
    assert (metadata.title, metadata.author, metadata.date) == ("Report", ("A. Analyst",), "2022-07-05")
    assert metadata.tags == ("un", "ttp")


# ------------------------------------------------------------------------------------------ sheets, slides


def sheet(*rows: str, name: str = "Attacks", style: str = "") -> str:
    return f'<table:table table:name="{name}" table:style-name="{style}">{"".join(rows)}</table:table>'


def cells(*words: str, more: str = "") -> str:
    inside = "".join(f"<table:table-cell>{p(word) if word else ''}</table:table-cell>" for word in words)
    return f"<table:table-row {more}>{inside}</table:table-row>"


def test_rows_of_sheets_keep_their_numbers_after_repeated_rows() -> None:
    empty = '<table:table-row table:number-rows-repeated="5"><table:table-cell table:number-columns-repeated="900"/>'
    rest = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    body = sheet(cells("Province", "Share"), f"{empty}</table:table-row>", cells("Kunar", "42 %"), rest)
    parsed = odf.parse(odf_file(body, "spreadsheet"))
    assert seen(parsed) == ["# Attacks", "[1] Province; Share", "[7] Province: Kunar; Share: 42 %"]
    assert parsed.form is Form.ROWS


def test_dates_in_sheets_are_iso_and_errors_are_left_out() -> None:
    date = (
        '<table:table-cell office:value-type="date" office:date-value="2022-07-05"><text:p>05.07.22</text:p>'
        "</table:table-cell>"
    )
    row = f"<table:table-row>{date}<table:table-cell>{p('#DIV/0!')}</table:table-cell></table:table-row>"
    assert lines(sheet(cells("Day", "Share"), row), "spreadsheet")[2:] == ["[2] Day: 2022-07-05"]


def test_hidden_sheets_and_rows_are_included_with_a_note() -> None:
    hidden = cells("x", "y", more='table:visibility="collapse"')
    parsed = odf.parse(odf_file(sheet(hidden, style="Off"), "spreadsheet"))
    assert seen(parsed) == ["# Attacks", "[1] x; y"]
    assert parsed.notes == (
        "the sheet Attacks is hidden, and read all the same",
        "1 hidden row of the sheet Attacks read all the same",
    )


def test_a_row_that_is_repeated_too_often_is_refused() -> None:
    with pytest.raises(ParsingError, match="repeats row 1"):
        odf.parse(odf_file(sheet(cells("x", more='table:number-rows-repeated="1048576"')), "spreadsheet"))


def test_slides_are_pages_in_reading_order() -> None:
    def frame(words: str, y: str, more: str = "") -> str:
        return f'<draw:frame svg:x="1cm" svg:y="{y}" {more}><draw:text-box>{p(words)}</draw:text-box></draw:frame>'

    notes = f"<presentation:notes>{frame('Say it slowly.', '1cm')}</presentation:notes>"
    title = frame("Rise", "9cm", 'presentation:class="title"')
    first = f"<draw:page>{frame('below', '8cm')}{frame('above', '20mm')}{title}{notes}</draw:page>"
    parsed = odf.parse(
        odf_file(first + "<draw:page/>" + f"<draw:page>{frame('last', '1cm')}</draw:page>", "presentation")
    )
    assert_whole(parsed)
    assert seen(parsed) == ["# Rise", "above", "below", "Say it slowly.", "last"]
    assert parsed.form is Form.SLIDES
    assert len(parsed.pages) == 3


# ------------------------------------------------------------------------------------------------- refused


def test_a_file_of_another_kind_is_refused_with_the_reason() -> None:
    manifest = {"content.xml": content(p("x")), "META-INF/manifest.xml": "<m><encryption-data/></m>"}
    for data, reason in (
        (b"plain words", "not what its suffix says"),
        (zipped({"a.txt": "x"}), r"content\.xml is missing"),
        (odf_file("", "chart"), "no text, sheet or presentation"),
        (zipped(manifest), "encrypted"),
        (SIMPLE.read_bytes()[:-100], "damaged"),
    ):
        with pytest.raises(ParsingError, match=reason):
            odf.parse(data)


@pytest.mark.parametrize(("entities", "use"), [(LAUGHS, "&j;"), ('<!ENTITY x SYSTEM "file:///etc/hostname">', "&x;")])
def test_entities_are_refused_and_never_expanded(entities: str, use: str) -> None:
    with pytest.raises(ParsingError, match="entit"):
        odf.parse(zipped({"content.xml": hostile(content(p("here")), entities, use, "here")}))


def test_a_damaged_file_is_parsed_or_refused_with_a_reason() -> None:
    check_damaged(odf.parse, SIMPLE.read_bytes(), tries=60)
    check_damaged_inside(odf.parse, odf_file(p("One", "P1") + listed(p("a") + listed(p("b"))) + sheet(cells("a", "b"))))
    check_damaged_inside(odf.parse, odf_file(sheet(cells("A", "B"), cells("c", "1")), "spreadsheet"))
