"""Source code, logs, light markup and subtitles."""

from __future__ import annotations

import pytest

from askbrief.citations.locators import locator, parse_place, spans
from askbrief.documents.text import markup, source, subtitles
from askbrief.errors import ParsingError
from askbrief.records import Document, Form, Passage
from tests.documents.format_samples import SAMPLES
from tests.documents.wholeness import seen


def of(suffix: str) -> list[str]:
    return seen(source.parse(SAMPLES[suffix], suffix=suffix))


def test_comments_are_prose_and_code_keeps_its_lines() -> None:
    assert of(".py") == [
        "[1] Talk to the gateway.",
        "[3] It drops the eighth request.",
        "[5] Seven, so that it never does.",
        "[7] RETRIES = 7",
        "[10] def retry():\n    return RETRIES",
    ]


def test_comments_of_other_languages_are_told_by_the_suffix() -> None:
    assert of(".js")[0] == "[2] Opens the sluice."
    assert "[5] by hand" in of(".js")
    assert of(".sql") == ["[1] Old invoices are moved.", "[2] CREATE TABLE invoice (id INTEGER);"]


def test_an_entry_of_a_log_keeps_the_lines_below_it() -> None:
    assert of(".log") == [
        "[1] 2024-01-01 11:58:02 INFO pump-1 started",
        "[2] 2024-01-01 12:00:07 WARN low pressure\n  at gauge 3",
    ]


@pytest.mark.parametrize(
    ("suffix", "blocks"),
    [
        (
            ".rst",
            [
                "# Kiln handbook",
                ".. note:: It is hot.",
                "The kiln reaches 1,240 degrees.",
                "## Firing",
                "* Beech.",
                "* Oak.",
            ],
        ),
        (".org", ["# Yield", "Nine tonnes of fruit.", "## Staff", "- Six pickers."]),
        (".adoc", ["# Crane manual", "## Load", "It lifts 18 tonnes."]),
        (".tex", ["### Method", "Salinity at 14 stations."]),
    ],
)
def test_markup_gives_headings_and_what_is_printed(suffix: str, blocks: list[str]) -> None:
    assert seen(markup.parse(SAMPLES[suffix])) == blocks


def test_latex_and_org_state_title_and_authors() -> None:
    assert markup.parse(SAMPLES[".tex"]).metadata.author == ("A. Ruiz", "B. Lind")
    assert markup.parse(SAMPLES[".org"]).metadata.title == "Orchard"


def test_subtitles_are_sentences_with_their_speakers_and_times() -> None:
    assert seen(subtitles.parse(SAMPLES[".srt"])) == [
        "[00:00:01] ANN: The witness said that the barge carried eleven crates.",
        "[00:00:09] – Who saw it?",
        "[00:00:09] – Nobody.",
    ]
    parsed = subtitles.parse(SAMPLES[".vtt"])
    assert seen(parsed) == ["[00:00:01] Ann Leto: The ledger was burned in the stove."]
    assert parsed.metadata.title == "Hearing"


def test_words_that_a_rolling_caption_repeats_are_kept_once() -> None:
    rolling = b"1\n00:00:01,000 --> 00:00:02,000\nthe barge\n\n2\n00:00:02,000 --> 00:00:03,000\nthe barge sank.\n"
    assert seen(subtitles.parse(rolling)) == ["[00:00:01] the barge sank."]


def test_a_file_without_times_is_refused_with_what_to_do() -> None:
    with pytest.raises(ParsingError, match=r"rename it to \.txt"):
        subtitles.parse(b"The ledger was burned.")


def test_a_time_is_a_place() -> None:
    parsed = subtitles.parse(SAMPLES[".srt"])
    document = Document("a.srt", "a", parsed.text, parsed.blocks, form=Form.TIMES)
    for typed, first in (("a.srt at 00:00:03", 0), ("a.srt at 0:09", 1), ("a.srt at 00:00:09-00:00:10", 1)):
        place = parse_place(typed)
        assert place is not None
        assert spans(place, document)[0].start == parsed.blocks[first].start


@pytest.mark.parametrize(
    ("form", "numbers", "words"),
    [
        (Form.TIMES, ("00:00:01", "00:00:09"), "at 00:00:01–00:00:09"),
        (Form.LINES, ("12", "12"), "line 12"),
        (Form.RECORDS, ("2", "4"), "records 2–4"),
        (Form.CELLS, ("3", "3"), "cell 3"),
    ],
)
def test_a_locator_names_times_lines_records_and_cells(form: Form, numbers: tuple[str, str], words: str) -> None:
    assert locator(Passage("a", 0, 9, "…", (), (1, 1), numbers=numbers, form=form)).startswith(words)
