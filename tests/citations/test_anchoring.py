"""Finding a quote again in a text that has changed."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from askbrief.citations.resolving import CLOSE, closest, nearest_exact
from askbrief.records import Span

QUOTE = "The TTP has between 3,000 and 4,000 fighters in Afghanistan, the monitors say."
CHANGED = "The TTP has between 4,000 and 6,500 fighters in Afghanistan, the monitors say."
BEFORE = "An unrelated sentence about saffron stands first. "
INSIDE_A_WORD = regex.compile(r"(?<=[\p{L}\p{M}\p{N}])[\p{L}\p{M}\p{N}]")
AFTER = " And a last one about the price of bread."
words = st.lists(
    st.sampled_from("ttp has 3,000 fighters in the valley U.S. don't cease-fire 東京 हिन्दी".split()), min_size=1
)


def whole(text: str) -> list[Span]:
    return [Span(0, len(text))]


def quoted(quote: str, text: str, windows: list[Span] | None = None) -> str | None:
    match = closest(quote, text, whole(text) if windows is None else windows)
    return text[match.span.start : match.span.end] if match else None


# ------------------------------------------------------------------------------------------ exact words


@pytest.mark.parametrize(
    ("start", "found"), [(0, 0), (3, 0), (5, 8), (8, 8), (11, 8), (12, 8), (13, 16), (16, 16), (9_000, 16)]
)
def test_of_several_places_the_nearest_is_found_and_of_two_as_near_the_first(start: int, found: int) -> None:
    assert nearest_exact("ab", "ab cdef ab cdef ab", start) == Span(found, found + 2)


def test_places_that_overlap_are_all_looked_at() -> None:
    assert nearest_exact("aa", "aaaa", 1) == Span(1, 3)


@pytest.mark.parametrize("text", ["", "The TTP", CHANGED, QUOTE.lower(), QUOTE.replace(" ", "  ")])
def test_words_that_do_not_stand_there_exactly_are_not_found(text: str) -> None:
    assert nearest_exact(QUOTE, text, 0) is None


@settings(derandomize=True, deadline=None)
@given(st.text(), st.text(min_size=1), st.text(), st.integers(0, 50))
def test_an_exact_quote_is_always_found(before: str, quote: str, after: str, start: int) -> None:
    text = before + quote + after
    found = nearest_exact(quote, text, start)
    assert found is not None
    assert text[found.start : found.end] == quote
    assert abs(found.start - start) <= abs(len(before) - start)


# ------------------------------------------------------------------------------------------ close words


def test_changed_words_are_found_whole_in_place_of_the_quote() -> None:
    assert quoted(QUOTE, BEFORE + CHANGED + AFTER) == CHANGED


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (QUOTE.replace("monitors", "monitoring team"), "The TTP has between 3,000 and 4,000 fighters in Afghanistan"),
        (QUOTE.replace("Afghanistan,", "Afghanistan"), "fighters in Afghanistan the monitors say."),
        (QUOTE.upper().lower().replace("ttp", "TTP"), "TTP has between 3,000 and 4,000 fighters"),
        (QUOTE.replace(" ", "\n"), "3,000\nand\n4,000\nfighters"),
    ],
)
def test_a_lightly_edited_quote_is_recognised(today: str, expected: str) -> None:
    assert expected in (quoted(QUOTE, BEFORE + today + AFTER) or "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        BEFORE,
        "The TTP.",  # a small part of it alone
        "Officials in the capital have denied that any militants live across the border at all.",
        "The TTP has between two and three bases in Afghanistan, say officials there.",  # alike, and not enough
        "fighters Afghanistan monitors TTP 4,000 3,000 between say the has in and",  # its words, in no order
    ],
)
def test_words_that_are_too_different_are_not_taken_for_the_quote(text: str) -> None:
    assert quoted(QUOTE, text) is None


def test_of_several_windows_the_likest_words_are_taken() -> None:
    nearly = QUOTE.replace("monitors", "monitor")
    text = f"{CHANGED} {nearly} {CHANGED}"
    first, second = len(CHANGED) + 1, len(CHANGED) + 1 + len(nearly) + 1
    windows = [Span(0, first), Span(first, second), Span(second, len(text))]
    assert quoted(QUOTE, text, windows) == nearly


def test_words_outside_the_windows_are_not_looked_at() -> None:
    text = BEFORE + QUOTE
    assert quoted(QUOTE, text, [Span(0, len(BEFORE))]) is None
    assert quoted(QUOTE, text, []) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"counterintelligence{QUOTE[9:-1]}", f"counterintelligence{QUOTE[9:-1]}"),
        (f"{QUOTE[:-1]}worthy", f"{QUOTE[:-1]}worthy"),
        (f"\n \t{QUOTE[9:-9]}", QUOTE[9:-9]),  # shrunk, so that the space around it is as near
        (f"{QUOTE[9:-9]}\n \t", QUOTE[9:-9]),
        (f"{QUOTE[:-1]}!”) they wrote.", f"{QUOTE[:-1]}!”)"),  # a quotation is closed
    ],
)
def test_the_words_found_end_where_words_end(text: str, words: str) -> None:
    assert quoted(QUOTE, text) == words


def test_marks_on_letters_belong_to_their_word() -> None:
    quote = "उन्होंने कहा कि लड़ाके घाटी में हैं और नदी"
    assert quoted(quote, f"{quote}ो के पास") == f"{quote}ो"


@settings(derandomize=True, deadline=None)
@given(words, words, words)
def test_an_exact_quote_of_whole_words_is_found_as_itself(
    before: list[str], quote: list[str], after: list[str]
) -> None:
    text = " ".join([*before, *quote, *after])
    match = closest(" ".join(quote), text, whole(text))
    assert match is not None
    assert match.likeness == pytest.approx(100)
    assert text[match.span.start : match.span.end] == " ".join(quote)


@settings(derandomize=True, deadline=None)
@given(words, st.integers(0, 30), st.integers(0, 30), words)
def test_what_is_found_is_whole_words_and_close(quote: list[str], cut: int, more: int, around: list[str]) -> None:
    text = " ".join([*around, *quote[cut:], *around[:more]])
    match = closest(" ".join(quote), text, whole(text))
    if match is not None:
        start, end = match.span.start, match.span.end
        assert match.likeness >= CLOSE
        assert text[start:end] == text[start:end].strip()
        assert not INSIDE_A_WORD.match(text, start)
        assert not INSIDE_A_WORD.match(text, end)


def test_words_that_grew_longer_are_found_to_their_end() -> None:
    quote = "The institute puts them at 3,000, most of them in the hills, and says that some 300 came back with them."
    today = quote.replace("most of them", "nearly every one of them")
    found = closest(quote, f"Before. {today} Afterwards it rained for days.", [Span(0, 150)])
    assert found is not None
    text = f"Before. {today} Afterwards it rained for days."
    assert text[found.span.start : found.span.end] == today
