"""Sentences as a reader sees them, with nothing lost between them."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from askbrief.language.analysis import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentence_spans(text, 0, len(text))]


@pytest.mark.parametrize(
    "sentence",
    [
        "A report by the U.S. said so.",
        "Dr. No met Mr. Khan at 5 p.m. in Kabul.",
        "It was signed by Lt. Col. Smith and Brig. Gen. Khan.",
        "They rose by 3.5 percent, i.e. more than ever.",
        "The mosquito Ae. albopictus is not Cx. pipiens.",
        "The wall is high (max. 6.5 m) and long.",
        "“It is over,” she said.",
        "no capital and no full stop",
        "Really?!",
        "x",
    ],
)
def test_a_full_stop_inside_a_sentence_does_not_end_it(sentence: str) -> None:
    assert sentences(sentence) == [sentence]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It rose. Then it fell.", 2),
        ("Did it rise? It did! Then it fell.", 3),
        ("“It rose.” Then it fell.", 2),
        ("It rose.\nThen it fell.", 2),
        ("It rose.  \t Then it fell.", 2),
        ("A widow had 310 pounds a month. Orphans had less.", 2),
        ("They were paid by the week. Iran was not.", 2),
        ("He moved to Poland. Anna stayed at rest. Nobody came.", 3),
    ],
)
def test_a_sentence_ends_where_it_ends(text: str, count: int) -> None:
    assert len(sentences(text)) == count
    assert " ".join(" ".join(sentences(text)).split()) == " ".join(text.split())


@pytest.mark.parametrize("reference", ["[3]", "[3][4]", "[citation needed]", ":19-1", ":19", "[1]:7"])
def test_a_reference_glued_to_a_full_stop_belongs_to_the_sentence_before(reference: str) -> None:
    assert sentences(f"They went to Kabul.{reference} Then they fell.") == [
        f"They went to Kabul.{reference}",
        "Then they fell.",
    ]


@pytest.mark.parametrize("number", ["2.", "(a)", "B)", "12)"])
def test_a_list_number_belongs_to_the_sentence_after_it(number: str) -> None:
    assert sentences(f"{number} Save the file. Then close it.") == [f"{number} Save the file.", "Then close it."]


def test_a_list_number_at_the_end_is_not_lost() -> None:
    assert "".join(sentences("Save the file. 2.")).replace(" ", "") == "Savethefile.2."


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("昨日会議が開かれた。今日は休みだ。", ["昨日会議が開かれた。", "今日は休みだ。"]),
        ("本当？！はい。", ["本当？！", "はい。"]),
        ("「行く。」と言った。「来い。」次だ。", ["「行く。」と言った。", "「来い。」", "次だ。"]),
        ("終わった。 次の文。\n最後。", ["終わった。", "次の文。", "最後。"]),
    ],
)
def test_a_full_width_full_stop_ends_a_sentence_without_a_space(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


def test_offsets_are_into_the_whole_text() -> None:
    text = "Heading\n\nIt rose. Then it fell.\n\nAnother one."
    start = text.index("It rose")
    spans = sentence_spans(text, start, text.index("\n\nAnother"))
    assert [text[span.start : span.end] for span in spans] == ["It rose.", "Then it fell."]


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_nothing_has_no_sentences(text: str) -> None:
    assert sentences(text) == []


PIECES = st.sampled_from(
    [
        "The U.S. said",
        "e.g. this.",
        "。",
        "「",
        "」",
        "[3]",
        " ",
        "1.",
        "(a)",
        ":19-1",
        "Dr. No.",
        "?!",
        "\n",
        "  ",
        "x.",
    ]
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=15).map("".join)), st.integers(0, 3))
@example("。 0", 0)
@example("。\n\n。", 0)
def test_every_character_but_white_space_is_in_exactly_one_sentence(text: str, start: int) -> None:
    end = start
    for span in sentence_spans(text, start, len(text)):
        assert end <= span.start < span.end <= len(text)
        assert not text[end : span.start].strip()
        assert text[span.start : span.end].strip() == text[span.start : span.end]
        end = span.end
    assert not text[end:].strip()
