"""Raised numbers: never digits of the number beside them, in any format."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from askbrief.documents import pdf
from askbrief.documents.office import odf
from askbrief.documents.pdf.paragraphs import Dehyphenator
from tests.documents.html.test_html import lines as html_lines
from tests.documents.office.test_docx import lines as docx_lines
from tests.documents.office.test_odf import STYLES, content
from tests.documents.office.test_pptx import lines as pptx_lines
from tests.documents.office.test_pptx import shape, slide
from tests.documents.office.test_rtf import lines as rtf_lines
from tests.documents.pdfs import Made
from tests.documents.wholeness import seen, zipped

if TYPE_CHECKING:
    from collections.abc import Callable

PIECES = [
    ("It held 10", ""),
    ("6", "up"),
    (" litres and 4,000", ""),
    ("2", "up"),
    (" rods, 30%", ""),
    ("5", "up"),
    (" of H", ""),
]
PIECES += [
    ("2", "down"),
    ("O on 12 km", ""),
    ("2", "up"),
    (", says the 1", ""),
    ("st", "up"),
    (" report", ""),
    ("*", "up"),
    (".", ""),
]
READ = "It held 10^6 litres and 4,000 rods, 30% of H2O on 12 km^2, says the 1st report."


def docx_paragraph() -> list[str]:
    kinds = {"up": '<w:vertAlign w:val="superscript"/>', "down": '<w:vertAlign w:val="subscript"/>', "": ""}
    runs = (f'<w:r><w:rPr>{kinds[how]}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>' for text, how in PIECES)
    return docx_lines(f"<w:p>{''.join(runs)}</w:p>")


def docx_by_position() -> list[str]:
    kinds = {"up": '<w:position w:val="8"/>', "down": '<w:position w:val="-6"/>', "": ""}
    runs = (f'<w:r><w:rPr>{kinds[how]}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>' for text, how in PIECES)
    return docx_lines(f"<w:p>{''.join(runs)}</w:p>")


def pptx_paragraph() -> list[str]:
    kinds = {"up": "30000", "down": "-25000", "": "0"}
    runs = (f'<a:r><a:rPr baseline="{kinds[how]}"/><a:t>{text}</a:t></a:r>' for text, how in PIECES)
    return pptx_lines(slide(shape(f"<a:p>{''.join(runs)}</a:p>")))


def odf_paragraph() -> list[str]:
    styles = "".join(
        f'<style:style style:name="{name}" style:family="text"><style:text-properties style:text-position="{place}"/>'
        "</style:style>"
        for name, place in (("up", "super 58%"), ("down", "sub 58%"))
    )
    spans = (f'<text:span text:style-name="{how}">{text}</text:span>' if how else text for text, how in PIECES)
    source = content(f"<text:p>{''.join(spans)}</text:p>").replace(STYLES, f"{STYLES}{styles}")
    return seen(odf.parse(zipped({"content.xml": source})))


def rtf_paragraph() -> list[str]:
    kinds = {"up": r"{\super ", "down": r"{\sub ", "": "{"}
    return rtf_lines("".join(f"{kinds[how]}{text}}}" for text, how in PIECES) + r"\par")


def html_paragraph() -> list[str]:
    kinds = {"up": ("<sup>", "</sup>"), "down": ("<sub>", "</sub>"), "": ("", "")}
    return html_lines(f"<p>{''.join(text.join(kinds[how]) for text, how in PIECES)}</p>")


@pytest.mark.parametrize(
    "read", [docx_paragraph, docx_by_position, pptx_paragraph, odf_paragraph, rtf_paragraph, html_paragraph]
)
def test_exponents_are_written_out_and_marks_of_notes_leave_the_text(read: Callable[[], list[str]]) -> None:
    assert READ in read()


def test_a_smaller_number_above_the_line_of_a_pdf_is_a_mark_or_an_exponent() -> None:
    page = Made().page()
    page.put(50, 100, "The mission counted 4,000").put(183, 96, "2", size=7).put(190, 100, "fighters in 2019")
    page.put(50, 130, "The tank held 10").put(133, 126, "6", size=7).put(140, 130, "litres of water.")
    text = pdf.parse(page.data()).text
    assert "4,000 fighters in 2019" in text
    assert "10^6 litres" in text


@pytest.mark.parametrize(
    ("above", "below", "joined"),
    [
        ("the cross-", "border trade", "the cross-border trade"),
        ("a well-", "known family", "a well-known family"),
        ("some infor-", "mation on it", "some information on it"),
        ("said Muham-", "mad the elder", "said Muhammad the elder"),
        ("a long-", "term plan", "a long-term plan"),
    ],
)
def test_a_hyphen_at_a_line_end_goes_only_with_evidence(above: str, below: str, joined: str) -> None:
    english = "The council said that the plan was good for the people of the town."
    assert Dehyphenator([english, above, below]).text([above, below]) == joined


def test_the_document_itself_decides_first() -> None:
    lines = [
        "We are the coalfield people of this land and the coalfield is ours.",
        "in the coal-",
        "field of the north",
    ]
    assert Dehyphenator(lines).text(lines[1:]) == "in the coalfield of the north"
