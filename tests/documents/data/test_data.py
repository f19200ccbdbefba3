"""JSON, XML, YAML and notebooks as readable text."""

from __future__ import annotations

import json

import pytest

from askbrief.documents.data import json as json_files
from askbrief.documents.data import notebook, xml, yaml
from askbrief.errors import ParsingError
from tests.documents.format_samples import NOTEBOOK, SAMPLES
from tests.documents.wholeness import seen


def of_json(value: object) -> list[str]:
    return seen(json_files.parse(json.dumps(value).encode()))


def test_records_are_paragraphs_of_names_and_values() -> None:
    assert of_json([{"city": "Sarvand", "people": 410000, "port": True, "mayor": None}, {"city": "Tarn"}]) == [
        "[1] city: Sarvand; people: 410000; port: true",
        "[2] city: Tarn",
    ]


def test_what_is_within_a_record_is_named_by_the_way_to_it() -> None:
    assert of_json([{"ship": {"name": "Bora", "tons": 9}, "ports": ["Tarn", "Kap"]}]) == [
        "[1] ship name: Bora; ship tons: 9; ports: Tarn, Kap"
    ]


def test_long_texts_are_paragraphs_and_names_above_values_headings() -> None:
    long = "The pump stood still for the whole of May. " * 8
    assert of_json({"site": "Tarn", "pump_log": [{"day": "2 May", "report": long}]}) == [
        "site: Tarn",
        "# pump log",
        "[1] day: 2 May",
        f"[1] report: {long.strip()}",
    ]


def test_a_name_that_is_given_twice_keeps_both_values() -> None:
    assert json_files.parse(b'{"a": "one", "a": "two"}').text == "a: one; a (2): two"


def test_values_without_words_are_left_out_and_counted() -> None:
    parsed = json_files.parse(json.dumps({"name": "Tarn", "picture": "iVBO" * 500}).encode())
    assert (parsed.text, parsed.notes) == ("name: Tarn", ("1 value without words (over 500 signs) left out",))


def test_lines_that_are_no_json_are_noted() -> None:
    parsed = json_files.parse(b'{"a": 1}\n{"a": 2}\n{"a": \n')
    assert seen(parsed) == ["[1] a: 1", "[2] a: 2"]
    assert parsed.notes == ("1 line is not valid JSON and left out: 3",)


def test_a_file_that_is_no_json_is_read_as_text_with_a_note() -> None:
    parsed = json_files.parse(b"{\n  // the limit\n  limit: 7,\n}")
    assert "// the limit" in parsed.text
    assert "is not valid JSON (line 2" in parsed.notes[0]


def test_prose_in_xml_has_headings_and_paragraphs() -> None:
    source = b"<book><chapter><title>Kiln</title><para>It is <em>hot</em> there.</para><!-- no --></chapter></book>"
    assert seen(xml.parse(source)) == ["# Kiln", "It is hot there."]


def test_records_in_xml_keep_fields_and_attributes() -> None:
    bora = b'<ship imo="77"><name>Bora</name><tons unit="t">1200</tons></ship>'
    source = b"<ships>" + bora + b"<ship><name>Elba</name></ship></ships>"
    assert seen(xml.parse(source)) == ["[1] imo: 77; name: Bora; tons: 1200 (unit: t)", "[2] name: Elba"]


def test_html_in_a_feed_is_taken_out() -> None:
    words = b"&lt;p&gt;It &lt;b&gt;rose&lt;/b&gt;.&lt;/p&gt;"
    source = b"<rss><item><title>Tide</title><description>" + words + b"</description></item></rss>"
    assert seen(xml.parse(source))[-1] == "[1] title: Tide; description: It rose."


@pytest.mark.parametrize("source", [b"", b"<a>", b"no xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"])
def test_xml_that_is_damaged_or_defines_entities_is_refused(source: bytes) -> None:
    with pytest.raises(ParsingError):
        xml.parse(source)


def test_yaml_keeps_comments_and_values_as_they_are_written() -> None:
    assert seen(yaml.parse(SAMPLES[".yaml"])) == [
        "[1] how long backups stay",
        "# backup",
        "[3] keep_days: 45 # days",
        "[4] folders:\n  - vault\n  - attic",
    ]


def test_a_notebook_gives_words_code_and_what_it_printed() -> None:
    parsed = notebook.parse(json.dumps(NOTEBOOK).encode())
    assert seen(parsed) == ["# Ferry delays", "[1] The median was 37 minutes.", "[2] delays.median()", "[2] 37.0"]
    assert parsed.notes == ("1 picture in outputs left out",)


@pytest.mark.parametrize("source", [b"{}", b"[]", b'{"cells": [1]}', b"x"])
def test_what_is_no_notebook_is_refused(source: bytes) -> None:
    with pytest.raises(ParsingError, match="notebook"):
        notebook.parse(source)
