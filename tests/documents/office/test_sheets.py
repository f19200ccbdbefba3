"""Sheets, of Excel and as text: each row with its number and the names of its columns."""

from __future__ import annotations

import pytest

from askbrief.documents.office import csv, excel, sheets
from askbrief.documents.registry import parser_for
from askbrief.errors import ParsingError
from askbrief.records import Form
from tests.conftest import ROOT
from tests.documents.wholeness import LAUGHS, assert_whole, check_damaged, check_damaged_inside, hostile, seen, zipped

FILES = ROOT / "tests" / "samples" / "other"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
R = f'xmlns:r="{KIND}"'
EURO = '[$€-407] #,##0.00;[Red]"-"0'
CODES = ("General", "0%", "0.0%", "#,##0", "#,##0.00", "yyyy-mm-dd", "d/m/yyyy h:mm", EURO, "@")
STYLE = {code: index for index, code in enumerate(CODES)}


def members(*sheets: str, names: tuple[str, ...] = (), more: str = "") -> dict[str, str]:
    """Return the parts of a workbook."""
    named = names or tuple(f"Sheet{n}" for n in range(1, len(sheets) + 1))
    ids = "".join(f'<sheet name="{name}" r:id="r{n}" {more}/>' for n, name in enumerate(named))
    own = "".join(f'<Relationship Id="r{n}" Type="{KIND}/worksheet" Target="s{n}.xml"/>' for n in range(len(sheets)))
    own += f'<Relationship Id="a" Type="{KIND}/sharedStrings" Target="strings.xml"/>'
    own += f'<Relationship Id="b" Type="{KIND}/styles" Target="styles.xml"/>'
    formats_ = "".join(
        f'<numFmt numFmtId="{164 + n}" formatCode="{code.replace(chr(34), "&quot;")}"/>' for n, code in enumerate(CODES)
    )
    cells = "".join(f'<xf numFmtId="{164 + n}"/>' for n in range(len(CODES)))
    return {
        "_rels/.rels": f'<Relationships><Relationship Id="x" Type="{KIND}/officeDocument" Target="xl/w.xml"/>'
        "</Relationships>",
        "xl/w.xml": f"<workbook {MAIN} {R}><sheets>{ids}</sheets></workbook>",
        "xl/_rels/w.xml.rels": f"<Relationships>{own}</Relationships>",
        "xl/strings.xml": f"<sst {MAIN}><si><t>Shared</t></si><si><r><t>in </t></r><r><t>parts</t></r>"
        "<rPh><t>no</t></rPh></si><si><t>two_x000D_lines</t></si></sst>",
        "xl/styles.xml": f"<styleSheet {MAIN}><numFmts>{formats_}</numFmts><cellXfs>{cells}</cellXfs></styleSheet>",
        **{f"xl/s{n}.xml": sheet for n, sheet in enumerate(sheets)},
    }


def cell(value: str | float, at: str = "", code: str = "General", kind: str = "") -> str:
    where = f'r="{at}"' if at else ""
    if isinstance(value, str) and not kind:
        return f'<c {where} t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c {where} s="{STYLE[code]}" t="{kind or "n"}"><v>{value}</v></c>'


def row(*values: str | float, number: int | None = None, more: str = "") -> str:
    cells = (value if str(value).startswith("<c") else cell(value) for value in values)
    where = f'r="{number}"' if number else ""
    return f"<row {where} {more}>{''.join(map(str, cells))}</row>"


def sheet(*rows: str) -> str:
    return f"<worksheet {MAIN}><sheetData>{''.join(rows)}</sheetData></worksheet>"


def lines(*rows: str) -> list[str]:
    parsed = excel.parse(zipped(members(sheet(*rows))))
    assert_whole(parsed)
    assert parsed.form is Form.ROWS
    return seen(parsed)[1:]


def table(text: str | bytes) -> list[str]:
    parsed = csv.parse(text.encode() if isinstance(text, str) else text)
    assert_whole(parsed)
    assert parsed.form is Form.ROWS
    return seen(parsed)


# --------------------------------------------------------------------------------------------------- Excel


def test_a_real_workbook_is_parsed_sheet_by_sheet() -> None:
    parsed = excel.parse((FILES / "test.xlsx").read_bytes())
    assert_whole(parsed)
    read = seen(parsed)
    assert read[:3] == ["# Sheet1", "[1] Alpha; Beta; Gamma; Delta", "[2] Alpha: 89; Beta: 82; Gamma: 100; Delta: 12"]
    assert "# 09060124-b5e7-4717-9d07-3c046eb" in read
    assert read[-1] == "[5] ColA: 13; ColB: 14; ColC: 15; ColD: affc7dad-52dc-4b98-9b5d-51e65d8a8ad0"


def test_titles_above_the_header_stay_paragraphs() -> None:
    assert lines(
        row("Attacks by province", number=1),
        row("Province", "2021", "Killed", number=3),
        row("Kunar", 12, 30, number=4),
        row("Source: UN", number=9),
    ) == [
        "[1] Attacks by province",
        "[3] Province; 2021; Killed",
        "[4] Province: Kunar; 2021: 12; Killed: 30",
        "[9] Source: UN",
    ]


def test_cells_are_placed_by_their_references_and_empty_rows_are_skipped() -> None:
    rows = row("A", "B", "C", number=1), row(number=2), row(cell(1, "A3"), cell(3, "C3"), number=3)
    assert lines(*rows) == ["[1] A; B; C", "[3] A: 1; C: 3"]


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        (3.0000000000000004, "General", "3"),
        (0.30000000000000004, "General", "0.3"),
        (1234567, "General", "1234567"),
        (0.42, "0%", "42%"),
        (0.4217, "0.0%", "42.2%"),
        (1234567.4, "#,##0", "1,234,567"),
        (-1234.5, "#,##0.00", "-1,234.50"),
        (44747, "yyyy-mm-dd", "2022-07-05"),
        (44747.4375, "d/m/yyyy h:mm", "2022-07-05 10:30"),
        (1200, EURO, "€ 1,200.00"),
        (5, "@", "5"),
    ],
)
def test_numbers_are_as_they_are_shown(number: float, code: str, shown: str) -> None:
    assert lines(row("Name", "Value"), row("x", cell(number, code=code)))[1] == f"[2] Name: x; Value: {shown}"


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        (0.5, "h:mm", "12:00"),
        (1.5, "[h]:mm", "36:00"),
        (44747, "mmm-yy", "2022-07"),
        (44747, "yyyy", "2022"),
        (44747, "dddd, d mmmm yyyy", "2022-07-05"),
        (44747.5, "[$-409]d/m/yy h:mm AM/PM;@", "2022-07-05 12:00"),
        (59, "yyyy-mm-dd", "1900-02-28"),
        (-5, "yyyy-mm-dd", "-5"),
        (7, "00000", "00007"),
        (-12.5, "#,##0.0;(#,##0.0)", "(12.5)"),
        (1500000, '0.0,,"M"', "1.5M"),
        (12, '0" kg"', "12 kg"),
        (1200, "$#,##0", "$1,200"),
        (-1200, "$#,##0", "-$1,200"),
        (1e-9, "General", "1e-09"),
        (1e300, "General", "1e+300"),
        (5, ";;;", ""),
        (12345, "0.00E+00", "1.23E+04"),
        (0, '0;-0;"none"', "none"),
    ],
)
def test_custom_number_formats(number: float, code: str, shown: str) -> None:
    assert sheets.formatted(number, code) == shown


def test_a_workbook_may_count_days_from_1904() -> None:
    parts = members(sheet(row("Day", "x"), row(cell(43285, code="yyyy-mm-dd"), "y")))
    parts["xl/w.xml"] = parts["xl/w.xml"].replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
    assert seen(excel.parse(zipped(parts)))[2] == "[2] Day: 2022-07-05; x: y"


def test_shared_strings_in_runs_are_joined_without_phonetic_guides() -> None:
    assert lines(row("A", "B"), row(cell("1", kind="s"), cell("2", kind="s")))[1] == "[2] A: in parts; B: two lines"


def test_formulas_give_stored_results_and_errors_and_missing_results_are_left_out() -> None:
    stored = '<c t="str"><f>A1</f><v>result</v></c>'
    unknown, wrong, true = "<c><f>B1</f></c>", '<c t="e"><f>1/0</f><v>#DIV/0!</v></c>', '<c t="b"><v>1</v></c>'
    parsed = excel.parse(zipped(members(sheet(row("A", "B", "C", "D"), row(stored, unknown, wrong, true)))))
    assert seen(parsed)[2] == "[2] A: result; D: TRUE"
    assert parsed.notes == (
        (
            "1 formula of the sheet Sheet1 without a stored result left out: "
            "open and save the file in a spreadsheet program"
        ),
    )


def test_hidden_sheets_and_rows_are_included_with_a_note() -> None:
    parts = members(sheet(row("x", "y", more='hidden="1"')), names=("Old",), more='state="veryHidden"')
    parsed = excel.parse(zipped(parts))
    assert seen(parsed) == ["# Old", "[1] x; y"]
    assert parsed.notes == (
        "the sheet Old is hidden, and read all the same",
        "1 hidden row of the sheet Old read all the same",
    )


def test_a_long_cell_stays_one_paragraph() -> None:
    words = "word " * 3000
    assert lines(row("Name", "Story"), row("x", words))[1] == f"[2] Name: x; Story: {words.strip()}"


def test_too_many_cells_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_CELLS", 10)
    with pytest.raises(ParsingError, match="more than 10 filled cells: divide it"):
        lines(*[row("a", "b")] * 6)


def test_a_distant_row_or_column_costs_nothing() -> None:
    far = row(cell("x", "XFD1048576"), cell("y", "ZZZ1048576"), number=1_048_576)
    assert lines(far)[0].startswith("[1048576] ")


def test_a_file_of_another_kind_is_refused_with_the_reason() -> None:
    for data, reason in (
        (b"plain words", "not what its suffix says"),
        ((FILES / "test.pptx").read_bytes(), "main part is a presentation"),
        ((FILES / "test.xlsx").read_bytes()[:-99], "damaged"),
        (zipped(members("<worksheet><row>")), "damaged"),
    ):
        with pytest.raises(ParsingError, match=reason):
            excel.parse(data)


@pytest.mark.parametrize(("entities", "use"), [(LAUGHS, "&j;"), ('<!ENTITY x SYSTEM "file:///etc/hostname">', "&x;")])
@pytest.mark.parametrize("part", ["xl/s0.xml", "xl/strings.xml"])
def test_entities_are_refused_and_never_expanded(entities: str, use: str, part: str) -> None:
    parts = members(sheet(row("here", "Shared"), row(cell("0", kind="s"), "x")))
    parts[part] = hostile(parts[part], entities, use, "here" if "s0" in part else "Shared")
    with pytest.raises(ParsingError, match="entit"):
        excel.parse(zipped(parts))


def test_a_workbook_in_the_old_binary_format_is_parsed_as_it_is_shown() -> None:
    parsed = excel.parse((FILES / "made.xls").read_bytes())
    assert_whole(parsed)
    assert seen(parsed) == [
        "# Attacks",
        "[1] Province; Day; Share; Killed; Seen",
        "[2] Province: Kunar; Day: 2022-07-05; Share: 42%; Killed: 0.3; Seen: TRUE",
        "[4] Province: Logar; Day: 2022-07-06 10:30; Killed: 1200",
        "# Sources",
        "[1] UN",
    ]
    assert parsed.notes == ("the sheet Sources is hidden, and read all the same",)


def test_an_encrypted_workbook_is_refused() -> None:
    encrypted = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(ParsingError, match="is encrypted: save it without a password"):
        excel.parse(encrypted)


def test_a_workbook_is_parsed_by_its_content_whatever_its_suffix() -> None:
    for name in ("x.xls", "x.xlsx"):
        parse = parser_for(name)
        assert seen(parse((FILES / "test.xlsx").read_bytes()))[0] == "# Sheet1"
        assert seen(parse((FILES / "made.xls").read_bytes()))[0] == "# Attacks"


@pytest.mark.parametrize("data", [b"<html>", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), b"PK\x03\x04", b"\x09"])
def test_damaged_headers_of_workbooks_are_refused(data: bytes) -> None:
    with pytest.raises(ParsingError, match="save it"):
        excel.parse(data)


# -------------------------------------------------------------------------------------------- tables as text


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_inferred_from_the_file(delimiter: str) -> None:
    text = "Province,Fighters,Note\nKunar,300,estimated\nLogar,1200,counted\n".replace(",", delimiter)
    assert table(text) == [
        "[1] Province; Fighters; Note",
        "[2] Province: Kunar; Fighters: 300; Note: estimated",
        "[3] Province: Logar; Fighters: 1200; Note: counted",
    ]


def test_decimal_commas_and_commas_in_text_are_no_delimiters() -> None:
    text = "province;share\nKunar;1,5\nLogar;2,5\n"
    assert table(text)[1] == "[2] province: Kunar; share: 1,5"
    text = "name;said;year\nA;well, yes;2020\nB;no;2021\nC;it rose, fell, and rose;2022\n"
    assert table(text)[3] == "[4] name: C; said: it rose, fell, and rose; year: 2022"


def test_a_japanese_file_in_a_legacy_encoding_is_decoded() -> None:
    assert table((FILES / "test_mskanji.csv").read_bytes())[:2] == [
        "[1] 名前; 年齢; 住所",
        "[2] 名前: 佐藤太郎; 年齢: 30; 住所: 東京",
    ]


def test_quoted_cells_may_hold_delimiters_lines_and_quotation_marks() -> None:
    text = 'name,said,year\r\n"A, B","one\r\ntwo",1\r\nC,"he said ""no""",2\r\n'
    assert table(text)[1:] == ["[2] name: A, B; said: one two; year: 1", '[3] name: C; said: he said "no"; year: 2']
    assert table('a,b,c\nx,"he said \\"no\\", twice",1\ny,z,2\n')[1] == '[2] a: x; b: he said "no", twice; c: 1'


def test_a_quotation_mark_that_is_never_closed_does_not_swallow_the_file() -> None:
    text = 'name,height\nboard,6"\n' + 'bolt,"5 inch\n' + "nut,1\n" * 400
    assert len(table(text)) > 400


def test_empty_and_ragged_rows_are_counted_as_in_a_spreadsheet() -> None:
    assert table("a,b,c\n1,2,3\n\n4\n5,6,7,8\n")[1:] == ["[2] a: 1; b: 2; c: 3", "[4] 4", "[5] a: 5; b: 6; c: 7; 8"]


def test_a_first_line_may_declare_the_delimiter() -> None:
    assert table("sep=|\na|b;c\n1|2\n") == ["[1] a; b;c", "[2] a: 1; b;c: 2"]


def test_rows_without_a_header_are_values_alone() -> None:
    assert table("1,2,3\n4,5,6\n") == ["[1] 1; 2; 3", "[2] 4; 5; 6"]


def test_a_file_of_one_column_is_its_lines() -> None:
    assert table("Kunar\nLogar\n") == ["[1] Kunar", "[2] Logar"]


def test_a_cell_of_a_million_characters_is_parsed() -> None:
    assert len(table("a,b\nx," + "y" * 1_000_000 + "\n")[1]) > 1_000_000


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(ParsingError, match="not text"):
        csv.parse((FILES / "random.bin").read_bytes())


# ------------------------------------------------------------------------------------------------- damaged


def test_a_damaged_file_is_parsed_or_refused_with_a_reason() -> None:
    check_damaged(excel.parse, (FILES / "test.xlsx").read_bytes(), tries=40)
    parts = members(sheet(row("A", "B"), row("x", cell(44747.5, code="yyyy-mm-dd"), cell("1", kind="s"))))
    check_damaged_inside(excel.parse, zipped(parts))
    check_damaged(csv.parse, b'Name,"Said, so",Year\nx,"y ""z""",2020\n' * 5, tries=200)
    check_damaged(excel.parse, (FILES / "made.xls").read_bytes(), tries=200)


def read(*rows: str, merged: tuple[str, ...] = ()) -> list[str]:
    """Return the lines of a workbook of one sheet, after its name."""
    refs = "".join(f'<mergeCell ref="{one}"/>' for one in merged)
    made = sheet(*rows).replace("</sheetData>", f"</sheetData><mergeCells>{refs}</mergeCells>")
    return excel.parse(zipped(members(made))).text.split("\n\n")[1:]


def test_each_of_several_tables_on_a_sheet_has_its_own_header() -> None:
    lines = read(
        row("Crop", "Sown", "Reaped", number=1),
        row("Rye", 30, 28, number=2),
        row("Oats", 12, 11, number=3),
        row("Mill", "Wheels", number=5),
        row("Upper", 4, number=6),
        row("Lower", 3, number=7),
    )
    assert lines[1] == "Crop: Rye; Sown: 30; Reaped: 28"
    assert lines[3:] == ["Mill; Wheels", "Mill: Upper; Wheels: 4", "Mill: Lower; Wheels: 3"]


@pytest.mark.parametrize("last", [("Ida", "Ulm"), ("Ida", "", "baker")])
def test_rows_after_an_empty_row_stay_under_the_header(last: tuple[str, ...]) -> None:
    lines = read(
        row("Name", "Town", "Trade", number=1),
        row("Ann", "Bonn", "smith", number=2),
        row(*last, number=4),
        row("Eve", "Jena", "cook", number=5),
    )
    assert lines[2].startswith("Name: Ida; T")
    assert lines[3] == "Name: Eve; Town: Jena; Trade: cook"


def test_a_header_is_found_across_empty_rows() -> None:
    lines = read(
        row("Mills", number=1), row("Mill", "Wheels", number=3), row("Upper", 4, number=5), row("Low", 3, number=6)
    )
    assert lines == ["Mills", "Mill; Wheels", "Mill: Upper; Wheels: 4", "Mill: Low; Wheels: 3"]


@pytest.mark.parametrize("merged", [("B1:C1", "D1:E1"), ()])
def test_a_header_of_two_rows_names_each_column_by_both(merged: tuple[str, ...]) -> None:
    lines = read(
        row("", "2031", "", "2032", "", number=1),
        row("Mill", "Rye", "Oats", "Rye", "Oats", number=2),
        row("Upper", 4, 5, 6, 7, number=3),
        row("Lower", 1, 2, 3, 8, number=4),
        merged=merged,
    )
    assert lines[2] == "Mill: Upper; 2031 Rye: 4; 2031 Oats: 5; 2032 Rye: 6; 2032 Oats: 7"


def test_a_cell_merged_over_rows_holds_for_each_of_them() -> None:
    lines = read(
        row("Valley", "Mill", "Wheels", number=1),
        row("North", "Upper", 4, number=2),
        row("", "Lower", 3, number=3),
        row("", "Old", 1, number=4),
        merged=("A2:A3",),
    )
    assert lines[2:] == ["Valley: North; Mill: Lower; Wheels: 3", "Mill: Old; Wheels: 1"]
