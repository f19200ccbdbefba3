"""Exports of chats: who said what and when."""

from __future__ import annotations

import json

import pytest

from askbrief.documents.archive import zip as archive
from askbrief.documents.data import json as data
from askbrief.documents.text import plain
from askbrief.records import Form
from tests.documents.format_samples import DISCORD, MATTERMOST, SLACK, TELEGRAM, WHATSAPP
from tests.documents.wholeness import seen, zipped


def test_discord() -> None:
    parsed = data.parse(json.dumps(DISCORD).encode())
    assert seen(parsed) == [
        "## 2023-05-12",
        "[2023-05-12 07:15] Amira Sow: The convoy left at dawn.\n[route.pdf]",
        "## 2023-05-13",
        "[2023-05-13 08:00] bilal (to Amira Sow): With @Amira Sow? The café is closed.",
    ]
    assert (parsed.metadata.title, parsed.metadata.date, parsed.form) == ("Harbour – convoys", "2023-05", Form.TIMES)


def test_a_day_of_slack() -> None:
    assert seen(data.parse(json.dumps(SLACK).encode())) == [
        "## 2023-05-12",
        "[2023-05-12 07:15] U1: The spare key is with the cook & his aide.",
        "[2023-05-12 07:16] Bilal Keita: Thanks @U1",
    ]


def test_an_archive_of_slack_names_people() -> None:
    users = [{"id": "U1", "name": "amira", "profile": {"real_name": "Amira Sow"}}, {"id": "U2", "real_name": "Bo"}]
    parsed = archive.parse(zipped({"users.json": json.dumps(users), "general/2023-05-12.json": json.dumps(SLACK)}))
    (day,) = parsed.nested_files
    assert "users.json gives the names of 2 people" in parsed.notes[0]
    conversation = data.parse(day.content)
    assert conversation.metadata.title == "general"
    assert "Amira Sow: The spare key" in conversation.text
    assert "Bo: Thanks @Amira Sow" in conversation.text


def test_a_users_file_alone_is_no_export() -> None:
    assert len(archive.parse(zipped({"users.json": "[]", "a.txt": "x"})).nested_files) == 2


def test_telegram() -> None:
    parsed = data.parse(json.dumps(TELEGRAM).encode())
    assert seen(parsed) == [
        "## 2023-05-12",
        "[2023-05-12 07:15] Ana: The lock is shut.",
        "[2023-05-12 07:16] Bo (to Ana): Until when?",
    ]
    assert parsed.notes == ("1 entry without words (joined, pinned, pictures) left out",)


def test_all_chats_of_telegram() -> None:
    parsed = data.parse(json.dumps({"chats": {"list": [TELEGRAM]}}).encode())
    assert "Canal group, Ana: The lock is shut." in parsed.text


def test_mattermost() -> None:
    assert seen(data.parse(MATTERMOST.encode())) == [
        "## 2023-05-12",
        "[2023-05-12 07:15] ana in town: The weir has five gates.",
        "[2023-05-12 07:16] bo in town (to ana): Six since May.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        WHATSAPP,
        "13/05/2023, 07:10 - You joined\n13/05/2023, 07:15 - Amira Sow: The convoy left\nwith nine trucks.\n",
        "5/13/23, 7:15 AM - Amira Sow: The convoy left\nwith nine trucks.\n5/14/23, 7:15 PM - Bo: Good.\n",
    ],
)
def test_whatsapp(text: str) -> None:
    parsed = plain.parse(text.encode())
    assert "Amira Sow: The convoy left\nwith nine trucks." in parsed.text
    assert parsed.form is Form.TIMES
    assert parsed.blocks[1].number in {"2023-05-12 07:15", "2023-05-13 07:15"}


def test_dates_that_may_be_read_in_two_ways_are_noted() -> None:
    parsed = plain.parse(b"05/06/2023, 07:10 - A: x\n05/06/2023, 07:15 - B: y\n")
    assert parsed.metadata.date == "2023-06-05"
    assert "day/month" in parsed.notes[0]


@pytest.mark.parametrize("value", [[{"name": "a", "text": "b"}], {"messages": []}, [1, 2], {"messages": "none"}, "x"])
def test_other_json_is_no_chat(value: object) -> None:
    assert data.parse(json.dumps(value).encode()).form is Form.RECORDS
