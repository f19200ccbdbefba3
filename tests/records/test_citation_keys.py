"""Citation keys: the same everywhere, different for anything else, and forgiving to paste."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from askbrief.errors import InputError
from askbrief.records import Passage, Span
from askbrief.records.citations import citation_key, parse_key, slug

TEXT = "The TTP has 3,000 to 4,000 fighters."
PASSAGE = Passage("reports/ttp.txt", 120, 120 + len(TEXT), TEXT, (Span(120, 120 + len(TEXT)),), (2, 3))
KEY = "emboldened-resurgent-ttp-dlqep2"


def test_a_key_is_the_same_on_every_machine_and_in_every_version() -> None:
    assert citation_key("Emboldened and Resurgent: the TTP", PASSAGE) == KEY


@pytest.mark.parametrize(
    "change", [{"doc_id": "reports/ttp2.txt"}, {"start": 121}, {"end": 157}, {"text": TEXT.replace("4", "5")}]
)
def test_another_document_place_or_wording_has_another_key(change: dict[str, Any]) -> None:
    assert citation_key("TTP", replace(PASSAGE, **change)) != citation_key("TTP", PASSAGE)


def test_what_is_known_about_a_passage_leaves_its_key_alone() -> None:
    described = replace(PASSAGE, section="Strength", pages=(4, 5), paragraphs=(9, 9), sentences=())
    assert citation_key("TTP", described) == citation_key("TTP", PASSAGE)


def test_the_parts_of_an_identity_cannot_run_into_each_other() -> None:
    one = replace(PASSAGE, start=1, end=23)
    assert citation_key("TTP", one) != citation_key("TTP", replace(one, start=12, end=3))


def test_a_longer_key_begins_with_the_shorter() -> None:
    assert citation_key("TTP", PASSAGE, hash_length=12).startswith(citation_key("TTP", PASSAGE))


@pytest.mark.parametrize(
    ("title", "readable"),
    [
        ("The Taliban's return: what Pakistan got wrong", "talibans-return-what"),
        ("The Taliban’s return", "talibans-return"),
        ("Of the and to", "of-the-and-to"),  # nothing but small words
        ("", "doc"),
        ("—!?…", "doc"),
        ("\u0301\u0302 \u0303", "doc"),  # marks without a letter
        ("../../etc/passwd", "etc-passwd"),
        ("<@everyone> `rm -rf`", "everyone-rm-rf"),
        ("report_2022.final", "report-2022-final"),
        ("A" * 90, "a" * 28),
        ("Ｆｕｌｌ ｗｉｄｔｈ", "full-width"),
        ("東京の報告", "東京の報告"),
        ("हिन्दी रिपोर्ट", "हिन्दी-रिपोर्ट"),
        ("Straße", "strasse"),
    ],
)
def test_a_title_is_shortened_to_what_can_be_read_and_typed(title: str, readable: str) -> None:
    assert slug(title) == readable


@settings(derandomize=True, deadline=None)
@given(st.text() | st.text(alphabet="ßΐᾳİ'’ʼ\u0301\u0308\u0323\u0345ﬁ가\u1100\u1161 -"), st.sampled_from([6, 10]))
@example("Mitß\u0301", 6)  # letters whose small form and marks compose anew
@example("Ϊ\u0301", 6)
@example("a'\u0323", 6)
def test_every_key_that_is_made_is_read_back_as_itself(title: str, length: int) -> None:
    key = citation_key(title, PASSAGE, hash_length=length)
    assert parse_key(key) == key


@pytest.mark.parametrize(
    "pasted",
    [
        KEY.upper(),
        f"  {KEY}\n",
        f"[{KEY}]",
        f"[^{KEY}]",
        f"[^{KEY}]: ",
        f"`{KEY}`",
        f"({KEY})",
        f"<{KEY}>",
        f'"{KEY}"',
        f"`[{KEY}]`",
        KEY.replace("ttp", "ｔｔｐ"),
    ],
)
def test_a_key_is_read_as_people_paste_it(pasted: str) -> None:
    assert parse_key(pasted) == KEY


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "[]", "ttp", "two words-k7f3qa", "ttp--k7f3qa", "-ttp-k7f3qa", "ttp-", "../ttp-k7f3qa"),
        *("a-b\nc-d", "a-b\0", "https://example.org/a-b", "<@123456>", "' OR 1=1 --"),
        *("a-" + "b" * 79, "ttp report " * 900),
    ],
)
def test_what_is_no_key_is_refused_in_one_short_line_that_shows_a_key(text: str) -> None:
    with pytest.raises(InputError, match="keys look like 'ttp-report-k7f3qa'") as caught:
        parse_key(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200
