"""What stands beside the printed text of a PDF, and what nobody sees on its pages."""

from __future__ import annotations

from askbrief.documents import pdf
from tests.documents.pdfs import HEIGHT, Made


def with_annotations(made: Made, annotations: bytes, form: bytes = b"") -> bytes:
    """Return a file with annotations on its first page; objects from 60 on are free."""
    data = made.data()
    start = data.index(b"/Type /Page ")
    data = data[:start] + b"/Annots [" + annotations + b"] " + data[start:]
    if form:
        data = data.replace(b"/Type /Catalog ", b"/Type /Catalog /AcroForm << /Fields [" + form + b"] >> ", 1)
    return data  # PDFium rebuilds the table of objects, whose offsets are now wrong


def test_comments_and_typed_words_follow_their_page_after_a_label() -> None:
    comment = b"<< /Type /Annot /Subtype /Text /Rect [9 9 20 20] /Contents (Not so.) /T (A. Khan) >>"
    typed = b"<< /Type /Annot /Subtype /FreeText /Rect [9 9 90 20] /Contents (Seen on 3 May) /DA (/F1 9 Tf) >>"
    link = b"<< /Type /Annot /Subtype /Link /Rect [9 9 20 20] /Contents (no) >>"
    made = (
        Made().page().put(50, 100, "The quota is set at 12,000 tonnes a year.").page().put(50, 100, "The second page.")
    )
    parsed = pdf.parse(with_annotations(made, comment + typed + link))
    texts = [parsed.text[block.start : block.end] for block in parsed.blocks]
    assert texts[:3] == [
        "The quota is set at 12,000 tonnes a year.",
        "Comment on page 1 by A. Khan: Not so.",
        "Typed on page 1: Seen on 3 May",
    ]
    assert [parsed.text[b.start : b.end] for b in parsed.without_asides().blocks][1] == "The second page."


def test_words_under_a_box_and_invisible_words_are_left_out_and_named() -> None:
    made = Made().page().put(50, 100, "The witness is").put(50, 130, "Secret Name").put(50, 160, "from the harbour.")
    made.pages[-1].append(b"0 g 48 %d 90 14 re f" % (HEIGHT - 133))
    made.pages[-1].append(b"BT 3 Tr /F1 11 Tf 1 0 0 1 50 %d Tm (Nobody sees this) Tj ET" % (HEIGHT - 300))
    parsed = pdf.parse(made.data())
    assert "Secret" not in parsed.text
    assert "Nobody" not in parsed.text
    assert "The witness is" in parsed.text
    assert parsed.notes == ("5 words on page 1 that nobody sees there (invisible or redacted) left out",)


def test_words_on_a_coloured_ground_are_seen() -> None:
    made = Made().page()
    made.pages[-1].append(b"0.9 g 40 %d 300 30 re f 0 g" % (HEIGHT - 110))
    parsed = pdf.parse(made.put(50, 100, "Printed on a grey ground.").data())
    assert (parsed.text, parsed.notes) == ("Printed on a grey ground.", ())
