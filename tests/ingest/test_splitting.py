"""Splitting: passages of whole sentences, exact slices of the text, each with its header within the model's input."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from askbrief.citations.locators import parse_place, spans
from askbrief.documents.text import plain, plain_blocks
from askbrief.ingest.splitting import MAX_WORDS, SplitDocument, indexed_text, split_document
from askbrief.language.analysis import sentence_spans
from askbrief.records import Block, BlockKind, Document, Form, Passage
from tests.conftest import ROOT, SEED
from tests.fakes import HashEncoder

if TYPE_CHECKING:
    from askbrief.inference.encoder import Encoder
    from askbrief.records import Passage

SENTENCE = "The report says that attacks have risen since the year before, and nobody knows why."  # 15 words


def document(text: str, title: str = "Report") -> Document:
    return Document("report.txt", title, text, plain_blocks(text))


def divide(text: str, title: str = "Report", max_tokens: int = 256) -> SplitDocument:
    return split_document(document(text, title), HashEncoder(max_tokens=max_tokens))


def texts(done: SplitDocument) -> list[str]:
    return [passage.text for passage in done.passages]


def words(passage: Passage) -> int:
    return len(passage.text.split())


def sound(document: Document, encoder: Encoder) -> SplitDocument:
    """Split a document, and check the rules that always hold."""
    done = split_document(document, encoder)
    assert len(done.passages) == len(done.encoded_texts)
    end = 0
    for passage, encoded in zip(done.passages, done.encoded_texts, strict=True):
        assert passage.doc_id == document.doc_id
        assert document.text[passage.start : passage.end] == passage.text
        assert end <= passage.start < passage.end
        assert (passage.sentences[0].start, passage.sentences[-1].end) == (passage.start, passage.end)
        assert encoded.endswith(f"\n{passage.text}")
        assert words(passage) <= MAX_WORDS
        end = passage.end
    assert all(count <= encoder.max_tokens for count in encoder.count_tokens(done.encoded_texts))
    return done


# ------------------------------------------------------------------------------------------------- any text

WORDS = st.sampled_from(
    [
        "the",
        "fighters",
        "rose.",
        "U.S.",
        "42%",
        "attacks,",
        "resurgent;",
        "Kabul.",
        "extraordinarily",
        "日本。語",
        "x" * 80,
    ]
)
LINES = st.one_of(
    st.lists(WORDS, min_size=1, max_size=150).map(" ".join),
    st.sampled_from(["A heading", "Another one", "-----", "- " * 60]),
)
TEXTS = st.lists(LINES, max_size=10).flatmap(
    lambda lines: st.sampled_from(["\n", "\n\n"]).map(lambda gap: gap.join(lines))
)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(TEXTS, st.sampled_from([40, 64, 256, 10_000]), st.sampled_from(["T", "A title " * 40]))
@example("x" * 4_000, 40, "T")
@example(f"{'x' * 4_000} word.\n\nA heading\n\n{'y, ' * 500}", 40, "A title " * 40)
@example(f"a{' ' * 400}b " * 100, 40, "T")
@example(f"He came.\n{'- ' * 60}\n" * 9, 256, "T")
def test_passages_are_exact_slices_in_order_that_fit_the_models_input(text: str, max_tokens: int, title: str) -> None:
    whole = document(text, title)
    done = sound(whole, HashEncoder(max_tokens=max_tokens))
    headings = [block for block in whole.blocks if block.kind is BlockKind.HEADING]
    for passage in done.passages:
        assert not any(passage.start < heading.end and heading.start < passage.end for heading in headings)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(TEXTS, st.sampled_from([40, 256]))
def test_every_sentence_is_in_exactly_one_passage_whole_or_cut(text: str, max_tokens: int) -> None:
    whole = document(text)
    done = split_document(whole, HashEncoder(max_tokens=max_tokens))
    pieces = [span for passage in done.passages for span in passage.sentences]
    paragraphs = [block for block in whole.blocks if block.kind is BlockKind.PARAGRAPH]
    expected = [span for block in paragraphs for span in sentence_spans(text, block.start, block.end)]
    cut = 0
    for sentence in expected:
        inside = [span for span in pieces if sentence.start <= span.start < sentence.end]
        assert (inside[0].start, inside[-1].end) == (sentence.start, sentence.end)
        assert all(not text[one.end : two.start].strip() for one, two in pairwise(inside))
        cut += len(inside) > 1
        pieces = [span for span in pieces if span not in inside]
    assert pieces == []
    assert done.cut_sentences == cut


# ------------------------------------------------------------------------------------------------ sentences


def test_a_sentence_that_fits_is_never_cut() -> None:
    done = divide("\n\n".join([" ".join([SENTENCE] * 9)] * 4))
    assert done.cut_sentences == 0
    assert all(text.startswith("The report") and text.endswith("knows why.") for text in texts(done))


@pytest.mark.parametrize("clause_end", [";", ",", ":", ")"])
def test_a_sentence_that_is_too_long_is_cut_at_the_end_of_a_clause_and_counted(clause_end: str) -> None:
    done = divide(f"{'word ' * 90}first{clause_end} second {'word ' * 80}end.")
    assert done.cut_sentences == 1
    assert [text.split()[-1] for text in texts(done)] == [f"first{clause_end}", "end."]


def test_a_sentence_without_clauses_is_cut_between_words() -> None:
    done = divide(f"{'word ' * 300}end.")
    assert done.cut_sentences == 1
    assert " ".join(texts(done)) == f"{'word ' * 300}end."


def test_one_word_that_is_too_long_is_cut_and_none_of_it_is_lost() -> None:
    word = "".join(chr(ord("a") + n % 26) for n in range(4_000))
    done = sound(document(word), HashEncoder(max_tokens=40))
    assert "".join(texts(done)) == word
    assert done.cut_sentences == 1


# ------------------------------------------------------------------------------------------------- sections

TWO_SECTIONS = f"{SENTENCE}\n\nRise in  attacks\n\n{SENTENCE} {SENTENCE}\n\n{SENTENCE}\n\nThe end of it\n\n{SENTENCE}"


def test_a_passage_has_the_heading_above_it_and_never_crosses_one() -> None:
    done = divide(TWO_SECTIONS)
    assert [passage.section for passage in done.passages] == [None, "Rise in attacks", "The end of it"]


def test_paragraphs_are_numbered_through_the_document_without_its_headings() -> None:
    assert [passage.paragraphs for passage in divide(TWO_SECTIONS).passages] == [(1, 1), (2, 3), (4, 4)]


def test_short_paragraphs_below_one_heading_share_a_passage() -> None:
    assert texts(divide("It rose in May.\n\nIt fell in June.")) == ["It rose in May.\n\nIt fell in June."]


def under_headings(*parts: tuple[int, str], title: str = "Report", form: Form = Form.PROSE) -> Document:
    """Return a document of headings, by their level, and paragraphs, of level 0; each heading begins a slide."""
    text, blocks, pages = "", [], []
    for level, words in parts:
        pages += [len(text)] if level and form is Form.SLIDES else []
        kind = BlockKind.HEADING if level else BlockKind.PARAGRAPH
        blocks.append(Block(len(text), len(text) + len(words), kind, level))
        text += f"{words}\n\n"
    return Document("a", title, text, tuple(blocks), form=form, pages=tuple(pages))


def test_a_section_is_the_path_of_its_headings_without_the_title_of_the_document() -> None:
    document = under_headings(
        *((1, "Report"), (2, "North"), (3, "Roads"), (0, "They are closed.")),
        *((3, "Schools"), (0, "They are open."), (2, "South"), (0, "All is calm.")),
    )
    passages = split_document(document, HashEncoder()).passages
    assert [passage.section for passage in passages] == ["North > Roads", "North > Schools", "South"]


def test_a_heading_that_is_a_sentence_stands_in_its_passage() -> None:
    document = under_headings((1, "Costs"), (2, "Cement prices rose by a third."), (0, "Mostly in spring."))
    [passage] = split_document(document, HashEncoder()).passages
    assert passage.sentence_texts() == ["Cement prices rose by a third.", "Mostly in spring."]
    assert passage.section == "Costs > Cement prices rose by a third."
    assert passage.paragraphs == (1, 1)


def test_a_slide_that_has_only_a_title_is_a_passage_on_its_own_slide() -> None:
    document = under_headings(
        (1, "Volume fell by a tenth"), (1, "Rotterdam overtook us"), (0, "In spring."), form=Form.SLIDES
    )
    passages = split_document(document, HashEncoder()).passages
    assert [(passage.pages, passage.sentence_texts()) for passage in passages] == [
        ((1, 1), ["Volume fell by a tenth"]),
        ((2, 2), ["Rotterdam overtook us", "In spring."]),
    ]


def test_of_two_headings_in_a_row_the_lower_one_is_the_section() -> None:
    text = f"Annual Report\n\nIntroduction\n\n{SENTENCE}"
    assert [passage.section for passage in divide(text).passages] == ["Introduction"]


def test_a_passage_is_on_the_pages_on_which_it_begins_and_ends_and_paragraphs_are_counted_on_each() -> None:
    text = "It rose. It fell."
    blocks = (Block(0, 8), Block(9, 17))
    (passage,) = split_document(Document("a.pdf", "A", text, blocks, pages=(0, 0, 0, 9)), HashEncoder()).passages
    assert passage.pages == (3, 4)
    assert passage.paragraphs == (1, 1)


def test_a_paragraph_that_continues_on_the_next_page_is_the_first_there() -> None:
    text = "One. Two is here.\n\nThree."
    blocks = (Block(0, 4), Block(5, 17), Block(19, 25))
    pages = (0, 9)
    passages = split_document(Document("a.pdf", "A", text, blocks, pages=pages), HashEncoder()).passages
    assert [(one.pages, one.paragraphs) for one in passages] == [((1, 2), (1, 2))]
    place = parse_place("a.pdf p. 2, ¶ 1")
    assert place is not None
    (span,) = spans(place, Document("a.pdf", "A", text, blocks, pages=pages))
    assert text[span.start : span.end] == "is here."


@pytest.mark.parametrize("blocks", [(), (Block(0, 5, BlockKind.HEADING, 1),)])
def test_a_document_without_paragraphs_has_no_passages(blocks: tuple[Block, ...]) -> None:
    assert split_document(Document("a.txt", "A", "Title", blocks), HashEncoder()) == SplitDocument((), (), 0)


def test_the_same_document_is_split_in_the_same_way_every_time() -> None:
    text = "\n\n".join([TWO_SECTIONS, " ".join([SENTENCE] * 20)])
    assert divide(text) == divide(text)


# --------------------------------------------------------------------------------------------------- headers


@pytest.mark.parametrize(
    ("title", "header"), [("Report", "Report. Rise in attacks"), ("Rise in attacks", "Rise in attacks")]
)
def test_a_passage_is_encoded_after_its_title_and_section_without_repetition(title: str, header: str) -> None:
    done = divide(f"Rise in attacks\n\n{SENTENCE}", title)
    assert done.encoded_texts == (f"{header}\n{SENTENCE}",)
    assert texts(done) == [SENTENCE]


@pytest.mark.parametrize("title", ["A title of many words " * 100, "x" * 4_000])
def test_a_header_that_would_crowd_out_its_passage_is_shortened(title: str) -> None:
    encoder = HashEncoder(max_tokens=90)
    (encoded,) = sound(document(f"{SENTENCE} {SENTENCE}", title.strip()), encoder).encoded_texts
    header = encoded.partition("\n")[0]
    assert title.startswith(header)
    assert encoder.count_tokens([header])[0] <= 30


def test_the_lexical_index_reads_title_section_and_text() -> None:
    (passage,) = divide(f"Rise in attacks\n\n{SENTENCE}").passages
    assert indexed_text("Report", passage) == f"Report\nRise in attacks\n{SENTENCE}"


def test_the_lexical_index_reads_title_and_text_where_there_is_no_section() -> None:
    (passage,) = divide(SENTENCE).passages
    assert indexed_text("Report", passage) == f"Report\n{SENTENCE}"


# ------------------------------------------------------------------------------------ with the packaged model


def test_the_seed_fits_the_real_model_with_every_sentence_whole(encoder: Encoder) -> None:
    parsed = plain.parse((ROOT / "seeds" / SEED).read_bytes())
    done = sound(Document(SEED, "Emboldened, resurgent TTP", parsed.text, parsed.blocks), encoder)
    assert done.cut_sentences == 0
    assert {passage.section for passage in done.passages} == {
        None,
        "Emboldened, resurgent TTP",
        "Rise in attacks, extortion",
        "Taliban reluctant to act",
    }
    assert (done.passages[0].paragraphs[0], done.passages[-1].paragraphs[1]) == (1, 27)


@pytest.mark.parametrize(
    "text",
    [
        "x" * 4_000,
        "日本語の文章" * 400,
        "antidisestablishmentarianism " * 200,
        "1,234.56 " * 300,
        "🙂a" * 600,
        "a-b" * 1_000,
        "https://example.org/" + "path/" * 400,
    ],
)
def test_passages_of_any_words_fit_the_real_model(encoder: Encoder, text: str) -> None:
    done = sound(document(text, "Emboldened, resurgent TTP " * 30), encoder)
    assert "".join("".join(texts(done)).split()) == "".join(text.split())
