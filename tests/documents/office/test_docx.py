"""Word files: the text that is visible in print."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from askbrief.documents import limits
from askbrief.documents.office import docx
from askbrief.errors import ParsingError
from askbrief.records import Form
from tests.conftest import ROOT
from tests.documents.wholeness import LAUGHS, assert_whole, check_damaged, check_damaged_inside, hostile, seen, zipped

if TYPE_CHECKING:
    from pathlib import Path

FILES = ROOT / "tests" / "samples" / "docx"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OTHERS = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CORE = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
STYLES = """
<w:style w:type="paragraph" w:default="1" w:styleId="Standard"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/><w:basedOn w:val="Standard"/>
  <w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Ours"><w:name w:val="Our section"/><w:basedOn w:val="berschrift1"/></w:style>
<w:style w:type="paragraph" w:styleId="H2"><w:name w:val="heading 2"/></w:style>
<w:style w:type="paragraph" w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Para"><w:name w:val="Numbered"/>
  <w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="character" w:styleId="Secret"><w:name w:val="Secret"/><w:rPr><w:vanish/></w:rPr></w:style>"""


def level(depth: int, form: str, text: str) -> str:
    return f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'


NUMBERING = f"""
<w:abstractNum w:abstractNumId="7">{level(0, "decimal", "%1.")}{level(1, "lowerLetter", "(%2)")}</w:abstractNum>
<w:abstractNum w:abstractNumId="8">{level(0, "bullet", chr(0xF0B7))}{level(1, "bullet", "–")}</w:abstractNum>
<w:abstractNum w:abstractNumId="9">{level(0, "upperRoman", "%1")}{level(1, "decimal", "%1.%2")}</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="9"/></w:num>
<w:num w:numId="4"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>
</w:num>"""
REF = "<w:r><w:footnoteRef/></w:r>"
NOTES = '<w:footnote w:id="-1" w:type="separator"><w:p><w:r><w:t>no</w:t></w:r></w:p></w:footnote>' + "".join(
    f'<w:footnote w:id="{n}"><w:p>{REF}<w:r><w:t> See S/2021/65{n}.</w:t></w:r></w:p></w:footnote>' for n in (1, 2)
)
ENDNOTES = '<w:endnote w:id="5"><w:p><w:r><w:t>At the very end.</w:t></w:r></w:p></w:endnote>'


def members(body: str, core: str = "") -> dict[str, str]:
    """Return the parts of a Word file."""
    kinds = ("styles", "numbering", "footnotes", "endnotes")
    own = "".join(f'<Relationship Id="r{kind}" Type="{KIND}/{kind}" Target="{kind}.xml"/>' for kind in kinds)
    return {
        "_rels/.rels": f'<Relationships><Relationship Id="r1" Type="{KIND}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="r2" Type="{CORE}" Target="docProps/core.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f"<Relationships>{own}</Relationships>",
        "word/document.xml": f"<w:document {W} {OTHERS}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"<w:styles {W}>{STYLES}</w:styles>",
        "word/numbering.xml": f"<w:numbering {W}>{NUMBERING}</w:numbering>",
        "word/footnotes.xml": f"<w:footnotes {W}>{NOTES}</w:footnotes>",
        "word/endnotes.xml": f"<w:endnotes {W}>{ENDNOTES}</w:endnotes>",
        "docProps/core.xml": f'<core xmlns:dc="dc" xmlns:dcterms="dcterms">{core}</core>',
    }


def p(words: str = "", properties: str = "", runs: str = "") -> str:
    """Return a paragraph."""
    text = f'<w:r><w:t xml:space="preserve">{words}</w:t></w:r>' if words else ""
    return f"<w:p><w:pPr>{properties}</w:pPr>{text}{runs}</w:p>"


def styled(words: str, style: str) -> str:
    return p(words, f'<w:pStyle w:val="{style}"/>')


def item(words: str, number: int, depth: int = 0) -> str:
    return p(words, f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>')


def table(*rows: list[str], header: bool = False) -> str:
    cells = ("".join(cell if cell.startswith("<w:tc") else f"<w:tc>{p(cell)}</w:tc>" for cell in row) for row in rows)
    marks = ["<w:trPr><w:tblHeader/></w:trPr>" if header else "", *[""] * len(rows)]
    return f"<w:tbl>{''.join(f'<w:tr>{mark}{row}</w:tr>' for mark, row in zip(marks, cells, strict=False))}</w:tbl>"


def lines(body: str) -> list[str]:
    parsed = docx.parse(zipped(members(body)))
    assert_whole(parsed)
    assert parsed.form is Form.PROSE
    return seen(parsed)


# -------------------------------------------------------------------------------------------- real files


@pytest.mark.parametrize("path", sorted(FILES.glob("*.docx")), ids=lambda path: path.stem)
def test_every_real_file_is_parsed_completely(path: Path) -> None:
    parsed = docx.parse(path.read_bytes())
    assert_whole(parsed)
    assert parsed.blocks


def test_headings_and_lists_of_a_real_file_have_their_levels_and_numbers() -> None:
    read = seen(docx.parse((FILES / "word_sample.docx").read_bytes()))
    assert read[1] == "# Swimming in the lake"
    assert "## Let’s eat" in read
    assert "1. Wear sunglasses" in read
    assert "• Paddle about" in read
    assert "Figure 1: This is a cute duckling" in read, "a field's result, not its code"


def test_headings_of_a_real_file_have_their_automatic_numbers() -> None:
    read = seen(docx.parse((FILES / "unit_test_headers_numbered.docx").read_bytes()))
    assert "## 1.2. Section 1.2" in read
    assert "### 2.1.1. Section 2.1.1" in read


def test_a_text_box_of_a_real_file_occurs_once() -> None:
    text = docx.parse((FILES / "textbox.docx").read_bytes()).text
    assert text.count("Student falls ill") == 1
    assert text.count("The Health Bureau will handle reporting and specimen collection.") == 1


def test_tables_of_a_real_file_name_their_columns() -> None:
    read = seen(docx.parse((FILES / "word_tables.docx").read_bytes()))
    assert "Header 0.0: Cell 1.0; Header 0.1: Cell 1.1; Header 0.2: Cell 1.2" in read
    assert "Header 0.0: Cell 1.0; Header 0.1: Merged Cell 1.1 1.2; Header 0.3: Cell 1.3" in read


# ---------------------------------------------------------------------------------------------- headings


def test_headings_are_recognised_by_their_style_or_its_ancestors_in_any_language() -> None:
    body = styled("Anfang", "berschrift1") + styled("Ours too", "Ours") + styled("Deeper", "H2") + p("Words.")
    assert lines(body) == ["# Anfang", "# Ours too", "## Deeper", "Words."]


def test_a_paragraph_with_an_outline_level_of_its_own_is_a_heading() -> None:
    assert lines(p("Third", '<w:outlineLvl w:val="2"/>') + p("Words.", '<w:outlineLvl w:val="9"/>')) == [
        "### Third",
        "Words.",
    ]


def test_a_short_bold_line_is_a_heading_in_a_document_without_heading_styles() -> None:
    bold = "<w:r><w:rPr><w:b/></w:rPr><w:t>Rise in attacks</w:t></w:r>"
    assert lines(p(runs=bold) + p("They rose.")) == ["# Rise in attacks", "They rose."]
    assert lines(styled("Real", "H2") + p(runs=bold) + p("They rose.")) == ["## Real", "Rise in attacks", "They rose."]


def test_a_table_of_contents_is_left_out_with_a_note() -> None:
    parsed = docx.parse(zipped(members(styled("Rise in attacks 12", "TOC1") + p("They rose."))))
    assert seen(parsed) == ["They rose."]
    assert parsed.notes == ("the table of contents left out",)


# --------------------------------------------------------------------------------------- lists and numbers


def test_list_items_have_their_printed_marks() -> None:
    body = (
        item("one", 1) + item("deep", 1, 1) + item("deeper", 1, 1) + item("two", 1) + item("dot", 2) + item("x", 2, 1)
    )
    assert lines(body) == ["1. one", "(a) deep", "(b) deeper", "2. two", "• dot", "– x"]


def test_numbers_of_several_levels_are_combined() -> None:
    assert lines(item("a", 3) + item("b", 3, 1) + item("c", 3, 1) + item("d", 3) + item("e", 3, 1)) == [
        "I a",
        "I.1 b",
        "I.2 c",
        "II d",
        "II.1 e",
    ]


def test_a_list_of_the_same_definition_continues_unless_it_restarts() -> None:
    assert lines(item("a", 1) + p("between") + item("b", 1) + item("c", 4)) == ["1. a", "between", "2. b", "1. c"]


def test_paragraphs_numbered_throughout_the_document_have_numbers() -> None:
    body = (
        styled("I. Overview", "H2")
        + styled("The Team met.", "Para")
        + styled("It found this:", "Para")
        + item("a first thing", 1, 1)
        + styled("II. Finances", "H2")
        + styled("Money came.", "Para")
    )
    assert lines(body) == [
        "## I. Overview",
        "[1] The Team met.",
        "[2] It found this:",
        "[2 (a)] (a) a first thing",
        "## II. Finances",
        "[3] Money came.",
    ]


# ------------------------------------------------------------------------------------------------- tables


def test_each_row_of_a_table_is_a_paragraph_with_the_names_of_the_columns() -> None:
    body = table(["Province", "Fighters"], ["Kunar", "300"], ["Logar", ""])
    assert lines(body) == ["Province: Kunar; Fighters: 300", "Province: Logar"]


def test_a_first_row_of_data_is_no_header_unless_it_is_marked() -> None:
    rows = ["Name", "A. Analyst"], ["Office", "Kabul"]
    assert lines(table(*rows)) == ["Name; A. Analyst", "Office; Kabul"]
    assert lines(table(*rows, header=True)) == ["Name: Office; A. Analyst: Kabul"]


def test_a_merged_cell_occurs_once_and_the_next_cells_keep_their_columns() -> None:
    wide = f'<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>{p("both")}</w:tc>'
    start = f'<w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>{p("East")}</w:tc>'
    goes_on = f"<w:tc><w:tcPr><w:vMerge/></w:tcPr>{p()}</w:tc>"
    body = table(["Region", "2021", "Fighters"], [start, "1", "300"], [goes_on, "2", "400"], [wide, "500"], header=True)
    assert lines(body) == [
        "Region: East; 2021: 1; Fighters: 300",
        "2021: 2; Fighters: 400",
        "Region: both; Fighters: 500",
    ]


def test_a_table_in_a_cell_follows_the_row() -> None:
    inner = table(["Inner", "Count"], ["x", "1"])
    body = table(["Name", "What", "More"], [f"<w:tc>{p('A')}{inner}{p()}</w:tc>", "b", "c"], header=True)
    assert lines(body) == ["Name: A; What: b; More: c", "Inner: x; Count: 1"]


def test_a_table_of_one_column_is_only_a_frame() -> None:
    assert lines(table([f"<w:tc>{styled('Box', 'H2')}{p('Its words.')}</w:tc>"])) == ["## Box", "Its words."]


# ---------------------------------------------------------------------------- what is and is not in the text


def test_a_text_box_stored_twice_for_older_programs_occurs_once() -> None:
    box = f"<w:txbxContent>{p('In the box.')}</w:txbxContent>"
    twice = (
        f"<w:r><mc:AlternateContent><mc:Choice Requires='wps'><wps:txbx>{box}</wps:txbx></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert lines(p("Before.", runs=twice) + p("After.")) == ["Before.", "In the box.", "After."]


def test_footnotes_end_their_section_and_endnotes_the_document() -> None:
    def reference(kind: str, number: int) -> str:
        return f'<w:r><w:{kind}Reference w:id="{number}"/></w:r>'

    body = (
        styled("One", "H2")
        + p("Said.", runs=reference("footnote", 1) + reference("endnote", 5))
        + styled("Two", "H2")
        + p("Again.", runs=reference("footnote", 2))
    )
    assert lines(body) == [
        "## One",
        "Said.",
        "¹ See S/2021/651.",
        "## Two",
        "Again.",
        "² See S/2021/652.",
        "i At the very end.",
    ]


def test_insertions_are_included_and_deletions_are_not() -> None:
    runs = (
        "<w:ins><w:r><w:t>new </w:t></w:r></w:ins><w:del><w:r><w:delText>old </w:delText></w:r></w:del>"
        "<w:moveFrom><w:r><w:t>away</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>here</w:t></w:r></w:moveTo>"
    )
    assert lines(p("The ", runs=runs)) == ["The new here"]


def test_a_paragraph_whose_end_is_deleted_continues_in_the_next() -> None:
    assert lines(p("One half ", "<w:rPr><w:del/></w:rPr>") + p("and the other.")) == ["One half and the other."]
    last = p("The last", "<w:rPr><w:del/></w:rPr>")
    assert lines(table(["A", "B"], [f"<w:tc>{last}</w:tc>", "b"], header=True) + last) == [
        "A: The last; B: b",
        "The last",
    ]


def test_a_drop_cap_is_part_of_its_word() -> None:
    assert lines(p("O", '<w:framePr w:dropCap="drop"/>') + p("nce upon.")) == ["Once upon."]


@pytest.mark.parametrize("properties", ["<w:vanish/>", '<w:rStyle w:val="Secret"/>'])
def test_hidden_text_is_left_out(properties: str) -> None:
    assert lines(p("Seen.", runs=f"<w:r><w:rPr>{properties}</w:rPr><w:t> Hidden.</w:t></w:r>")) == ["Seen."]


def test_a_field_gives_its_result_and_never_its_code() -> None:
    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    inner = f"{mark('begin')}<w:r><w:instrText>MERGEFIELD x</w:instrText></w:r>{mark('separate')}"
    runs = (
        f"{mark('begin')}<w:r><w:instrText>IF </w:instrText></w:r>{inner}<w:r><w:t>code too</w:t></w:r>{mark('end')}"
        f"{mark('separate')}<w:r><w:t>42</w:t></w:r>{mark('end')}<w:r><w:t> fighters</w:t></w:r>"
    )
    assert lines(p("Some ", runs=runs)) == ["Some 42 fighters"]
    assert lines(p(runs=mark("begin") + "<w:r><w:t>code</w:t></w:r>") + p("Not lost.")) == ["Not lost."]


def test_links_tabs_breaks_and_symbols_are_parsed_as_shown() -> None:
    runs = (
        "<w:hyperlink><w:r><w:t>a link</w:t></w:r></w:hyperlink><w:r><w:tab/><w:t>x</w:t><w:br/><w:t>y</w:t>"
        '<w:noBreakHyphen/><w:t>z</w:t><w:softHyphen/><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>'
    )
    assert lines(p("See ", runs=runs)) == ["See a link x y-z✓"]


def test_content_controls_are_included_and_their_prompts_are_not() -> None:
    prompt = "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>" + p("Click here") + "</w:sdtContent></w:sdt>"
    filled = "<w:sdt><w:sdtContent>" + p("Filled in.") + "</w:sdtContent></w:sdt>"
    assert lines(prompt + filled) == ["Filled in."]


def with_parts(body: str, **parts: tuple[str, str]) -> bytes:
    """Return a file with further parts, each given as its kind of relation and its content, by its name."""
    files = members(body)
    name = "word/_rels/document.xml.rels"
    relations = "".join(
        f'<Relationship Id="x{key}" Type="{KIND}/{kind}" Target="{key}.xml"/>' for key, (kind, _) in parts.items()
    )
    files[name] = files[name].replace("</Relationships>", f"{relations}</Relationships>")
    return zipped({**files, **{f"word/{key}.xml": content for key, (_, content) in parts.items()}})


def test_comments_follow_the_text_under_the_name_of_their_author() -> None:
    about = 'w:id="0" w:author="A. Khan" w:date="2024-06-03T10:00:00Z"'
    comment = f"<w:comments {W}><w:comment {about}>{p('Not so.')}</w:comment></w:comments>"
    parsed = docx.parse(with_parts(p("Said."), comments=("comments", comment)))
    assert seen(parsed) == ["Said.", "Comment by A. Khan, 2024-06-03: Not so."]
    assert seen(parsed.without_asides()) == ["Said."]
    assert "1 comments" in parsed.without_asides().notes[0]


def test_page_headers_and_footers_are_read_once_and_page_numbers_are_not() -> None:
    parts = {
        "header1": ("header", f"<w:hdr {W}>{p('Ref. KX-4471/22')}</w:hdr>"),
        "header2": ("header", f"<w:hdr {W}>{p('Ref. KX-4471/22')}</w:hdr>"),
        "footer1": ("footer", f"<w:ftr {W}>{p('Page 3 of 4')}</w:ftr>"),
    }
    assert seen(docx.parse(with_parts(p("Said."), **parts))) == ["Said.", "Page header: Ref. KX-4471/22"]


def test_an_imported_chunk_is_a_document_within() -> None:
    chunk = f'<w:altChunk xmlns:r="{KIND}" r:id="xchunk"/>'
    parsed = docx.parse(with_parts(p("Said.") + chunk, chunk=("aFChunk", "<html>More.</html>")))
    assert [(file.name, file.content) for file in parsed.nested_files] == [("chunk.xml", b"<html>More.</html>")]


def test_the_strict_variant_of_the_standard_gives_the_same_text() -> None:
    strict = {
        name: text.replace("http://schemas.openxmlformats.org/wordprocessingml/2006/main", "http://purl.oclc.org/w")
        .replace("http://schemas.openxmlformats.org/officeDocument/2006", "http://purl.oclc.org/ooxml/officeDocument")
        for name, text in members(styled("Anfang", "berschrift1") + item("one", 1)).items()
    }  # fmt: skip
    assert seen(docx.parse(zipped(strict))) == ["# Anfang", "1. one"]


# ------------------------------------------------------------------------------------------------ metadata


def test_metadata_has_title_author_keywords_and_the_date_of_the_last_change() -> None:
    core = (
        "<dc:title>Monitoring report</dc:title><dc:creator>A. Analyst; B. Analyst</dc:creator>"
        "<keywords>un, ttp</keywords>"
        "<dcterms:created>2019-01-02T00:00:00Z</dcterms:created><dcterms:modified>2022-07-05T08:00:00Z</dcterms:modified>"
    )
    metadata = docx.parse(zipped(members(p("Words."), core))).metadata
    assert metadata.title == "Monitoring report"
    assert metadata.author == ("A. Analyst", "B. Analyst")
    assert metadata.date == "2022-07-05"
    assert metadata.tags == ("un", "ttp")


def test_placeholders_of_programs_are_no_metadata() -> None:
    core = "<dc:title>Word Document</dc:title><dc:creator>python-docx</dc:creator><modified>1601-01-01</modified>"
    assert docx.parse(zipped(members(p("Words."), core))).metadata.as_mapping() == {}


# ------------------------------------------------------------------------------------------------- refused


def test_a_file_of_another_kind_is_refused_with_the_reason() -> None:
    for data, reason in (
        (b"plain words", "not what its suffix says"),
        (zipped({"a.txt": "x"}), "names no main part"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old binary format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        ((FILES.parent / "other" / "test.xlsx").read_bytes(), "main part is a workbook"),
        ((FILES / "simple.docx").read_bytes()[:-400], "damaged"),
    ):
        with pytest.raises(ParsingError, match=reason):
            docx.parse(data)


def test_a_missing_main_part_is_named() -> None:
    parts = members(p("x"))
    del parts["word/document.xml"]
    with pytest.raises(ParsingError, match=r"word/document\.xml is missing"):
        docx.parse(zipped(parts))


def test_missing_styles_and_notes_are_tolerated() -> None:
    parts = members(item("x", 1) + p("y", runs='<w:r><w:footnoteReference w:id="1"/></w:r>'))
    for name in ("styles", "numbering", "footnotes", "endnotes"):
        del parts[f"word/{name}.xml"]
    assert seen(docx.parse(zipped(parts))) == ["x", "y"]


@pytest.mark.parametrize(
    ("entities", "use"),
    [
        (LAUGHS, "&j;"),
        ('<!ENTITY x SYSTEM "file:///etc/hostname">', "&x;"),
        ('<!ENTITY % p SYSTEM "file:///x"> %p;', ""),
    ],
)
def test_entities_are_refused_and_never_expanded(entities: str, use: str) -> None:
    parts = members(p("here"))
    parts["word/document.xml"] = hostile(parts["word/document.xml"], entities, use, "here")
    with pytest.raises(ParsingError, match=r"entities|damaged"):
        docx.parse(zipped(parts))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_UNPACKED_MIB", 1)
    with pytest.raises(ParsingError, match="MiB unpacked"):
        docx.parse(zipped({"word/document.xml": b"\0" * (2 * 1024 * 1024)}))


def test_very_deep_nesting_is_refused() -> None:
    with pytest.raises(ParsingError, match="damaged"):
        docx.parse(zipped(members("<w:tbl><w:tr><w:tc>" * 2000 + "</w:tc></w:tr></w:tbl>" * 2000)))
    deep = "<w:ins>" * 240 + p("deep") + "</w:ins>" * 240
    assert lines(deep) == ["deep"]


def test_circular_styles_are_tolerated() -> None:
    parts = members(styled("x", "A"))
    parts["word/styles.xml"] = (
        f'<w:styles {W}><w:style w:styleId="A"><w:basedOn w:val="B"/></w:style>'
        '<w:style w:styleId="B"><w:basedOn w:val="A"/></w:style></w:styles>'
    )
    assert seen(docx.parse(zipped(parts))) == ["x"]


def test_a_damaged_file_is_parsed_or_refused_with_a_reason() -> None:
    check_damaged(docx.parse, (FILES / "simple.docx").read_bytes(), tries=60)
    body = styled("One", "H2") + item("x", 1) + table(["A", "B"], ["c", "1"])
    check_damaged_inside(docx.parse, zipped(members(body + p("y", runs='<w:r><w:footnoteReference w:id="1"/></w:r>'))))
