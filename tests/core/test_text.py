"""One set of unsafe characters: what is in it, and what every script needs is not."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from askbrief.core.text import UNSAFE, visible_title, without_unsafe


def members() -> set[str]:
    return {chr(code) for code in range(sys.maxunicode + 1) if UNSAFE.match(chr(code))}


def test_every_control_character_but_tab_and_newline_is_unsafe() -> None:
    controls = {chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Cc"}
    assert controls - members() == {"\t", "\n"}


def test_every_character_that_sets_a_direction_is_unsafe() -> None:
    directions = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    setting = {chr(code) for code in range(0x2FFFF) if unicodedata.bidirectional(chr(code)) in directions}
    marks = {"\u061c", "\u200e", "\u200f"}
    assert setting | marks <= members()


def test_only_controls_format_characters_and_unassigned_code_points_are_unsafe() -> None:
    """No letter, digit, mark or punctuation of any script is lost; variation selectors of plane 14 are marks."""
    categories = {unicodedata.category(character) for character in members() if character < "\U000e0000"}
    assert categories == {"Cc", "Cf", "Cn"}


@pytest.mark.parametrize("text", ["می\u200cخواهم", "क्\u200dष", "👩\u200d🚀", "❤\ufe0f", "Ⅷ\t½\n"])
def test_what_scripts_and_emoji_need_stays(text: str) -> None:
    assert without_unsafe(text) == text


@pytest.mark.parametrize("title", ["", " ", "\u202e", "\u200b\u00ad", "\u3164", "\u2800"])
def test_a_title_without_anything_visible_is_the_path(title: str) -> None:
    assert visible_title(title, "un/a.pdf") == "un/a.pdf"
