"""Words of documents and people show as themselves: nothing formats, links, pings or hides."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from askbrief.records import Hit, Metadata, Span
from bot.discord_io.markup import (
    block_quote,
    clean,
    code_block,
    cut_to_fit,
    inert,
    inert_line,
    length,
    quote,
    shortened,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_ACTIVE = re.compile(r"[*_`~|<>#\[\]()\\]|://|@(?:everyone|here)|:[\w+-]+:", re.IGNORECASE)
_LINE_ACTIVE = re.compile(r"\s*(?:[-+=]|\d+[.)])")
NASTY = [
    "@everyone",
    "@here",
    "<@1>",
    "<@&2>",
    "<#3>",
    "<:a:1>",
    "<t:1:R>",
    "**",
    "__",
    "~~",
    "||",
    "`",
    "```\n",
    "[a](https://x.test)",
    "https://x.test",
    "://",
    "\n# ",
    "\n-# ",
    "\n> ",
    "\n>>> ",
    "\n- ",
    "\n* ",
    "\n1. ",
    "\n  1) ",
    "\u202e",
    "\u200b",
    "\u200f",
    "\u200d",
    "\u2028",
    "\r\n",
    "\0",
    "\x1b",
    "\t",
    "\\",
    ":tada:",
    "e\u0301",
    "\u0336" * 12,
    "👩🏽\u200d🚀",
    "𝔘",
    "ـ",
    " ",
    "word",
    "Sentence.",
]
nasty = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=6)), max_size=8).map("".join)
ANY = settings(derandomize=True, max_examples=300, deadline=None)


def shown(markdown: str) -> tuple[str, list[str]]:
    """What Discord shows of Markdown with escapes, bold and underlining and nothing else, and what of it is bold."""
    plain, bold, start, place, line = "", [], None, 0, True
    underlined = False
    while place < len(markdown):
        rest = markdown[place:]
        if rest[0] == "\\":
            assert len(rest) > 1
            assert re.match(r"[^\w\s]|_", rest[1]), f"shows its backslash: {rest[:20]!r}"
            plain, place = plain + rest[1], place + 2
        elif rest.startswith("**"):
            if start is not None:
                bold.append(plain[start:])
            start, place = (len(plain) if start is None else None), place + 2
        elif rest.startswith("__"):
            underlined, place = not underlined, place + 2
        elif rest.startswith("[…]"):
            plain, place = plain + "[…]", place + 3
        else:
            assert not _ACTIVE.match(rest), f"is active: {rest[:20]!r}"
            assert not (line and _LINE_ACTIVE.match(rest)), f"begins a list or small print: {rest[:20]!r}"
            plain, place = plain + rest[0], place + 1
        line = plain.endswith("\n")
    assert start is None, "bold does not end"
    assert not underlined, "underlining does not end"
    return plain, bold


def quoted(markdown: str) -> tuple[str, list[str]]:
    """The same of a block quote, with its lines joined by blanks."""
    found = [_line(line) for line in markdown.split("\n")] if markdown else []
    return flat(" ".join(plain for plain, _ in found)), [flat(part) for _, bold in found for part in bold]


def _line(line: str) -> tuple[str, list[str]]:
    assert line.startswith("> ")
    return shown(line[2:])


def flat(text: str) -> str:
    """The text as a reader sees it: white space is one blank, and what nobody sees is not there."""
    return " ".join(clean(text.replace("\u200b", "")).split())


def hit_of(sentences: Sequence[str], best_match: int, at: int = 0) -> Hit:
    """A hit at some place of a document, of these sentences."""
    starts = [at + sum(map(len, sentences[:place])) for place in range(len(sentences) + 1)]
    spans = tuple(Span(start, end) for start, end in pairwise(starts))
    return Hit(
        rank=1,
        key="report-k7f3qa",
        doc_id="un/report.txt",
        title="Report",
        metadata=Metadata(),
        locator="¶ 1, characters 0–9",
        start=at,
        end=starts[-1],
        quote="".join(sentences),
        highlight=spans[best_match],
        score=0.5,
        signals={},
        sentences=spans,
    )


def some_hits(words: st.SearchStrategy[str]) -> st.SearchStrategy[Hit]:
    """Hits with any sentences, of which any answers."""
    sentences = st.lists(words.filter(bool), min_size=1, max_size=5)
    return sentences.flatmap(
        lambda made: st.builds(hit_of, st.just(made), st.integers(0, len(made) - 1), st.integers(0, 99))
    )


def with_answer(hit: Hit, start: int, size: int) -> Hit:
    """The same hit with some words of its answering sentence as the answer; none where nothing is left of them."""
    words = hit.answer_sentence[start : start + size]
    first = hit.highlight.start + start + len(words) - len(words.lstrip())
    return replace(hit, answer=Span(first, first + len(words.strip())) if words.strip() else None)


# ----------------------------------------------------------------------------------------------- inert


@ANY
@given(nasty)
def test_any_text_shows_as_its_own_characters(text: str) -> None:
    plain, bold = shown(inert(text))
    assert plain.replace("\u200b", "") == clean(text)
    assert not bold


@pytest.mark.parametrize("text", NASTY)
def test_each_mark_shows_as_itself_also_at_the_beginning_and_after_another(text: str) -> None:
    for whole in (text, f"{text}{text}", f"a{text}", f"\n{text}", f"1{text}", f"{text} b\n{text} c"):
        assert shown(inert(whole))[0].replace("\u200b", "") == clean(whole)


@pytest.mark.parametrize(
    "ping", ["@everyone", "@here", "@EVERYONE", "@Here", "@\u200beveryone", "@\u202ehere", "@\0here"]
)
def test_everyone_is_never_left_in_one_piece(ping: str) -> None:
    assert not re.search("@(everyone|here)", inert(f"x{ping}x"), re.IGNORECASE)


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.test/a?b=c#d",
        "HTTP://EVIL.TEST",
        "<https://evil.test>",
        "[click](https://evil.test)",
        "https\u200b://evil.test",
        "discord://x",
        "https:/\u200b/evil.test",
    ],
)
def test_no_link_can_be_clicked(text: str) -> None:
    assert not re.search(r"\w://|[^\\]\]\(|[^\\]<", f" {inert(text)}")


@pytest.mark.parametrize(
    "unseen", ["\u202e", "\u202a", "\u2066", "\u2069", "\u200e", "\u200f", "\u200b", "\ufeff", "\0", "\x1b", "\xad"]
)
def test_what_hides_or_turns_text_is_taken_out(unseen: str) -> None:
    assert clean(f"a{unseen}b") == "ab"


@pytest.mark.parametrize("text", ["می‌خواهم", "क्‍ष", "👩‍🚀", "Ærø", "e\u0301", "ก็", "a\tb\nc"])
def test_what_scripts_need_is_kept(text: str) -> None:
    assert inert(text) == clean(text) == text


def test_a_heap_of_marks_is_cut_to_what_a_line_can_hold() -> None:
    assert clean("H" + "\u0336\u0489" * 500 + "e") == "H" + "\u0336\u0489" * 4 + "e"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\u2028", "\u2029", "\x85", "\v", "\f"])
def test_every_way_to_end_a_line_is_a_newline(end: str) -> None:
    assert clean(f"a{end}b") == "a\nb"


# ----------------------------------------------------------------------------------------------- cutting


@ANY
@given(nasty, st.integers(8, 60))
def test_a_line_is_one_line_and_never_longer_than_it_may_be_with_its_escapes(text: str, most: int) -> None:
    line = inert_line(text, most)
    assert "\n" not in line
    assert length(line) <= most
    shown(line)
    if length(inert(flat(text))) <= most and "\u200b" not in inert(text):
        assert line == inert(flat(text))


@ANY
@given(st.text(alphabet="ab .👩", max_size=60), st.integers(5, 60))
def test_what_is_cut_is_a_beginning_at_a_words_end_and_is_marked(text: str, most: int) -> None:
    cut = shortened(text, most)
    assert len(cut) <= most
    if cut == text:
        return
    assert cut.endswith("[…]")
    head = cut.removesuffix("[…]").rstrip()
    assert text.startswith(head) or text.lstrip().startswith(head)
    following = text.lstrip()[len(head) : len(head) + 1]
    assert not head or following.isspace() or " " not in head.strip()


def test_as_much_as_fits_is_kept() -> None:
    assert cut_to_fit("one two three", 11, str) == "one two […]"
    assert cut_to_fit("one two three", 13, str) == "one two three"
    assert cut_to_fit("👩👩👩👩", 8, str) == "👩👩👩👩"
    assert length(cut_to_fit("👩👩👩👩 👩👩👩👩", 16, str)) <= 16


@pytest.mark.parametrize(("text", "units"), [("", 0), ("a", 1), ("é", 1), ("👩", 2), ("👩🏽‍🚀", 7), ("\ud800", 1)])
def test_length_is_in_utf_16_units(text: str, units: int) -> None:
    assert length(text) == units


def test_a_text_with_a_fence_is_not_put_in_a_code_block() -> None:
    assert code_block("a `b` ``c``") == "```\na `b` ``c``\n```"
    assert code_block("a\n```\nb") is None


def test_every_line_of_a_block_quote_is_quoted() -> None:
    assert block_quote("a\n\n  b \n \nc") == "> a\n> b\n> c"


# ----------------------------------------------------------------------------------------------- quoting


@ANY
@given(some_hits(nasty))
def test_a_quote_with_room_is_the_passage_word_for_word_with_the_answer_in_bold(hit: Hit) -> None:
    plain, bold = quoted(quote(hit, 100_000))
    assert plain == flat(hit.quote)
    assert " ".join(bold) == flat(hit.answer_sentence)


@ANY
@given(some_hits(nasty), st.integers(20, 200))
def test_a_quote_keeps_its_room_and_the_answer_in_bold(hit: Hit, most: int) -> None:
    markdown = quote(hit, most)
    assert length(markdown) <= most
    plain, bold = quoted(markdown)
    answer = flat(hit.answer_sentence)
    if "[…]" in " ".join(bold):  # the sentence alone was too long: its beginning
        assert answer.startswith(" ".join(bold).removesuffix("[…]").strip())
    else:
        assert " ".join(bold) == answer
        assert plain.removeprefix("[…]").removesuffix("[…]").strip() in flat(hit.quote)


@ANY
@given(st.lists(st.integers(1, 9), min_size=1, max_size=8), st.data())
def test_a_quote_is_shortened_at_sentence_ends_around_the_answer_and_marked(
    words: list[int], data: st.DataObject
) -> None:
    sentences = [f"{' '.join([f'S{place}'] * count)}. " for place, count in enumerate(words)]
    best_match = data.draw(st.integers(0, len(sentences) - 1))
    markdown = quote(hit_of(sentences, best_match), data.draw(st.integers(50, 150)))
    plain, bold = quoted(markdown)
    assert bold == [sentences[best_match].strip()]
    kept = re.findall(r"S\d[^.]*\.", plain)
    first = sentences.index(f"{kept[0]} ")
    assert kept == [sentence.strip() for sentence in sentences[first : first + len(kept)]]
    assert plain.startswith("[…] ") == (first > 0)
    assert plain.endswith(" […]") == (first + len(kept) < len(sentences))


@pytest.mark.parametrize("letter", ["x", "*", "👩", "ﷺ", "\\", "<"])
def test_one_overlong_word_is_cut_and_stays_bold(letter: str) -> None:
    markdown = quote(hit_of([letter * 4_000], 0), 300)
    assert 250 < length(markdown) <= 300
    ((bold,), plain) = quoted(markdown)[::-1]
    assert bold == plain
    assert set(bold.removesuffix("[…]").strip()) == {letter}


def test_an_address_in_two_sentences_is_not_a_link() -> None:
    hit = hit_of(["See https:", "//evil.test for it. ", "This answers."], 2)
    assert "\\://" in quote(hit, 500)


def test_a_passage_in_the_middle_of_a_document_is_quoted_by_its_own_offsets() -> None:
    hit = replace(hit_of(["First. ", "Second."], 1, at=5_000))
    assert quote(hit, 500) == "> First. **Second.**"


# ---------------------------------------------------------------------------------------- the answer in it


def test_the_answer_is_underlined_in_the_bold_sentence_of_a_quote() -> None:
    hit = with_answer(hit_of(["Kabul *fell* on August 15. ", "So it was."], 0), 16, 9)
    assert quote(hit, 500) == r"> **Kabul \*fell\* on __August 15__.** So it was."


@pytest.mark.parametrize(
    "sentence", ["_a_b_", "**", "a@everyone", "https://x.test", ":tada:", "1. one", "\\_\\", "__", "[x](y)"]
)
def test_an_answer_of_marks_shows_as_its_own_characters(sentence: str) -> None:
    for start in range(len(sentence)):
        for size in range(1, len(sentence) - start + 1):
            hit = with_answer(hit_of([sentence], 0), start, size)
            assert quoted(quote(hit, 500))[0] == flat(sentence)


@ANY
@given(some_hits(nasty), st.integers(0, 20), st.integers(0, 20), st.integers(20, 200))
def test_an_answer_anywhere_in_any_text_changes_no_word_and_no_limit(
    hit: Hit, start: int, size: int, most: int
) -> None:
    written = quote(with_answer(hit, start, size), most)
    assert length(written) <= max(most, length(quote(hit, most)))
    plain, bold = quoted(written)
    assert plain.removeprefix("[…]").removesuffix("[…]").strip() in flat(hit.quote)
    if bold and "[…]" not in bold[-1]:
        assert " ".join(bold) == flat(hit.answer_sentence)
