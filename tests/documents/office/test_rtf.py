"""Rich Text Format: text and structure, without fonts, styles and pictures."""

from __future__ import annotations

import pytest

from askbrief.documents.office import rtf
from askbrief.errors import ParsingError
from askbrief.records import Form
from tests.documents.wholeness import assert_whole, check_damaged, seen

FONTS = (
    r"{\fonttbl{\f0\froman\fcharset0 Times;}{\f1\fcharset204 Arial Cyr;}{\f2\fcharset128 MS Mincho;}"
    r"{\f3\fcharset2 Symbol;}}{\colortbl;\red0\green0\blue255;}"
    r"{\stylesheet{\ql Normal;}{\s1\outlinelevel0\b heading 1;}{\s2 heading 2;}{\s9 toc 1;}{\*\cs10 Default Font;}}"
)


def rtf_file(body: str, info: str = "") -> bytes:
    return (r"{\rtf1\ansi\ansicpg1252\deff0" + FONTS + info + body + "}").encode("latin-1")


def lines(body: str) -> list[str]:
    parsed = rtf.parse(rtf_file(body))
    assert_whole(parsed)
    assert parsed.form is Form.PROSE
    return seen(parsed)


def test_paragraphs_have_no_fonts_styles_pictures_and_page_headers() -> None:
    body = (
        r"{\header Page header\par}{\footer 7\par}\pard They {\b rose}\line by {\cf1 42%}.\par"
        "\r\n" + r"{\pict\wmetafile8 0100090000}{\*\shppict{\pict\pngblip 89504e47}}{\object{\*\objdata 0105}}More.\par"
    )
    assert lines(body) == ["They rose by 42%.", "More."]


def test_binary_pictures_are_skipped_whatever_they_hold() -> None:
    assert lines(r"Before.\par{\pict\bin6 }}{{\par}After.\par") == ["Before.", "After."]


def test_headings_are_recognised_by_their_style_or_level() -> None:
    body = r"\pard\s1 One\par\pard\s2 Two\par\pard\outlinelevel2 Three\par\pard Words.\par"
    assert lines(body) == ["# One", "## Two", "### Three", "Words."]


def test_text_is_decoded_with_the_code_page_of_the_file_or_the_font() -> None:
    assert lines(r"caf\'e9 {\f1 \'cf\'f0\'e8} {\f2 \'93\'fa\'96\'7b\'8d\'5c} \'80\par") == ["café При 日本構 €"]
    polish = b"{\\rtf1\\ansi\\ansicpg1250 \\'b3\\'f3d\\'9f}"
    assert seen(rtf.parse(polish)) == ["łódź"]


def test_unicode_characters_replace_their_fallback_characters() -> None:
    assert lines(r"\u8217?s \uc2\u26085\'93\'fa x {\uc0\u8364 5} \uc1\u-10179?\u-8704?\par") == ["’s 日 x €5 😀"]


def test_control_words_for_dashes_quotation_marks_and_spaces_become_characters() -> None:
    assert lines(r"\ldblquote A\rdblquote\emdash B\~C\_D\-E\{\}\\\tab F\par") == ["“A”—B C-DE{}\\ F"]


def test_list_items_have_the_marks_stored_in_the_file() -> None:
    bullet = r"{\listtext\pard\plain\f3 \'b7\tab}"
    body = rf"{bullet}\pard\ls1 dot\par{{\listtext 1.\tab}}\pard\ls2 one\par{{\pntext 2)\tab}}\pard two\par"
    assert lines(body) == ["• dot", "1. one", "2) two"]


def test_paragraphs_numbered_throughout_the_document_have_numbers() -> None:
    body = (
        r"\pard\s2 One\par{\listtext 1.\tab}\pard\ls4 The Team met.\par"
        r"\pard\s2 Two\par{\listtext 2.\tab}\pard\ls4 Money came.\par"
    )
    assert lines(body) == ["## One", "[1] The Team met.", "## Two", "[2] Money came."]


def test_rows_name_their_columns() -> None:
    def row(*cells: str, more: str = "") -> str:
        edges = "".join(rf"\cellx{1000 * n}" for n in range(1, len(cells) + 1))
        return rf"\trowd{more}{edges}\pard\intbl " + "".join(rf"{cell}\cell " for cell in cells) + r"\row "

    assert lines(r"\pard Before.\par" + row("Province", "Fighters") + row("Kunar", "300") + r"\pard After.\par") == [
        "Before.",
        "Province: Kunar; Fighters: 300",
        "After.",
    ]
    assert lines(row("Name", "Office", more=r"\trhdr") + row("A", "Kabul")) == ["Name: A; Office: Kabul"]


def test_a_cell_across_two_columns_leaves_the_next_cell_in_its_column() -> None:
    body = (
        r"\trowd\trhdr\cellx1000\cellx2000\cellx3000\pard\intbl A\cell B\cell C\cell\row"
        r"\trowd\cellx2000\cellx3000\pard\intbl both\cell c\cell\row\pard\par"
    )
    assert lines(body) == ["A: both; C: c"]


def test_notes_boxes_and_fields_are_included_and_hidden_and_deleted_text_is_not() -> None:
    body = (
        r"Said{\footnote\pard {\chftn} See S/2021/655.}{\footnote\ftnalt At the end.} {\v hidden}{\deleted old}"
        r'{\field{\*\fldinst{HYPERLINK "http://x"}}{\fldrslt{a link}}}.\par'
        r"{\shp{\*\shpinst{\sp{\sn a}{\sv b}}{\shptxt\pard In the box.\par}}{\shprslt no}}Next.\par"
    )
    assert lines(body) == ["Said a link.", "Next.", "In the box.", "¹ See S/2021/655.", "i At the end."]


def test_comments_and_tables_of_contents_are_left_out_with_a_note() -> None:
    parsed = rtf.parse(rtf_file(r"\pard\s9 One 12\par\pard Words.{\*\annotation Really?}\par"))
    assert seen(parsed) == ["Words."]
    assert parsed.notes == ("1 comment left out", "the table of contents left out")


def test_metadata_has_title_author_keywords_and_the_date_of_the_last_change() -> None:
    info = (
        r"{\info{\title Monitoring report}{\author A. Analyst}{\operator X}{\keywords un; ttp}"
        r"{\creatim\yr2019\mo1\dy2}{\revtim\yr2022\mo7\dy5\hr3}}"
    )
    metadata = rtf.parse(rtf_file(r"Words.\par", info)).metadata
    assert (metadata.title, metadata.author, metadata.date) == ("Monitoring report", ("A. Analyst",), "2022-07-05")
    assert metadata.tags == ("un", "ttp")


def test_bytes_after_the_end_of_the_document_are_ignored() -> None:
    assert seen(rtf.parse(rtf_file(r"Words.\par") + b"\0\0 rest")) == ["Words."]


def test_a_truncated_file_is_parsed_as_far_as_it_goes() -> None:
    assert lines(r"One.\par Two {\b and") == ["One.", "Two and"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"plain words", "not RTF"),
        (b"", "not RTF"),
        (b"PK\x03\x04", "not RTF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "binary Word file"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ParsingError, match=reason):
        rtf.parse(data)


def test_deeply_nested_groups_are_parsed() -> None:
    assert lines("{" * 20_000 + "deep" + "}" * 20_000) == ["deep"]


def test_a_damaged_file_is_parsed_or_refused_with_a_reason() -> None:
    body = (
        r"\pard\s1 One\par{\listtext 1.\tab}\pard\ls1 caf\'e9 \u8217?s{\footnote\pard{\chftn} Note.}\par"
        r"\trowd\trhdr\cellx1000\cellx2000\pard\intbl A\cell B\cell\row\trowd\cellx2000\pard\intbl c\cell\row"
        r"{\shp{\*\shpinst{\shptxt\pard Box\par}}}\pard{\f2 \'93\'fa}{\v x}\par"
    )
    check_damaged(rtf.parse, rtf_file(body), tries=250)
