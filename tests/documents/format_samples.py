"""A small file of each format that is made of text, or packs others: for tests, and first inputs of the fuzzer.

`python -m tests.documents.format_samples FOLDER` writes them to a folder for each parser.
"""

# ruff: noqa: E501 - a sample is one line

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

from askbrief.documents.registry import PARSERS

if TYPE_CHECKING:
    from collections.abc import Mapping


def tar(*members: tuple[str, bytes]) -> bytes:
    """Return a tar archive, not compressed."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for name, content in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return data.getvalue()


def seven_zip(*members: tuple[str, bytes]) -> bytes:
    """Return a 7-Zip archive."""
    import py7zr

    data = io.BytesIO()
    with py7zr.SevenZipFile(data, "w") as archive:
        for name, content in members:
            archive.writestr(content, name)
    return data.getvalue()


DISCORD = {
    "guild": {"id": "1", "name": "Harbour"},
    "channel": {"id": "2", "name": "convoys"},
    "messages": [
        {
            "id": "10",
            "type": "Default",
            "timestamp": "2023-05-12T07:15:00+00:00",
            "content": "The convoy left at dawn.",
            "author": {"id": "5", "name": "amira", "nickname": "Amira Sow"},
            "attachments": [{"fileName": "route.pdf"}],
            "embeds": [],
        },
        {
            "id": "11",
            "type": "Reply",
            "timestamp": "2023-05-13T08:00:00+00:00",
            "content": "With <@5>? The café is closed.",
            "author": {"id": "6", "name": "bilal"},
            "mentions": [{"id": "5", "nickname": "Amira Sow"}],
            "reference": {"messageId": "10"},
        },
    ],
}
SLACK = [
    {
        "type": "message",
        "user": "U1",
        "text": "The spare key is with the cook &amp; his aide.",
        "ts": "1683875700.000100",
    },
    {
        "type": "message",
        "user": "U2",
        "user_profile": {"real_name": "Bilal Keita"},
        "text": "Thanks <@U1>",
        "ts": "1683875760.0",
    },
]
TELEGRAM = {
    "name": "Canal group",
    "type": "private_group",
    "messages": [
        {
            "id": 1,
            "type": "service",
            "date": "2023-05-12T07:00:00",
            "actor": "Ana",
            "action": "create_group",
            "text": "",
        },
        {
            "id": 2,
            "type": "message",
            "date": "2023-05-12T07:15:00",
            "from": "Ana",
            "text": ["The ", {"type": "bold", "text": "lock"}, " is shut."],
        },
        {
            "id": 3,
            "type": "message",
            "date": "2023-05-12T07:16:00",
            "from": "Bo",
            "text": "Until when?",
            "reply_to_message_id": 2,
        },
    ],
}
MATTERMOST = "\n".join(
    json.dumps(entry)
    for entry in (
        {"type": "version", "version": 1},
        {"type": "channel", "channel": {"team": "t", "name": "town"}},
        {
            "type": "post",
            "post": {
                "team": "t", "channel": "town", "user": "ana", "message": "The weir has five gates.", "create_at": 1683875700000,
                "replies": [{"user": "bo", "message": "Six since May.", "create_at": 1683875760000}],
            },
        },
    )
)  # fmt: skip
WHATSAPP = (
    "[12/05/2023, 07:15:00] Messages and calls are end-to-end encrypted.\n[12/05/2023, 07:15:02] Amira Sow: The convoy left\n"
    "with nine trucks.\n[13/05/2023, 08:01:00] Bilal: Good.\n"
)
NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Ferry delays\n", "\n", "The median was 37 minutes."]},
        {
            "cell_type": "code", "execution_count": 1, "metadata": {}, "source": "delays.median()",
            "outputs": [
                {"output_type": "execute_result", "data": {"text/plain": ["37.0"]}, "metadata": {}},
                {"output_type": "display_data", "data": {"image/png": "iVBO", "text/plain": ["<Figure>"]}, "metadata": {}},
            ],
        },
    ],
    "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
}  # fmt: skip
CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\nBEGIN:VEVENT\r\nUID:1@example.org\r\nSUMMARY:Steering committee\r\n"
    "DTSTART;TZID=Europe/Berlin:20240611T090000\r\nDTEND;TZID=Europe/Berlin:20240611T100000\r\nLOCATION:Room Kepler\\, east wing\r\n"
    "ORGANIZER;CN=Ana Ruiz:mailto:ana@example.org\r\nATTENDEE;CN=Bo Lind:mailto:bo@example.org\r\nRRULE:FREQ=WEEKLY;COUNT=4\r\n"
    "DESCRIPTION:Bring the plans of the ca\r\n nal.\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
SUBTITLES = (
    "1\n00:00:01,000 --> 00:00:04,000\nANN: The witness said that the barge\n\n2\n00:00:04,500 --> 00:00:08,000\n"
    "<i>carried eleven crates.</i>\n\n3\n00:00:09,000 --> 00:00:11,000\n- Who saw it?\n- Nobody.\n"
)
SAMPLES: Mapping[str, bytes] = {
    ".log": b"2024-01-01 11:58:02 INFO pump-1 started\n2024-01-01 12:00:07 WARN low pressure\n  at gauge 3\n",
    ".py": b'"""Talk to the gateway.\n\nIt drops the eighth request.\n"""\n# Seven, so that\n# it never does.\nRETRIES = 7\n\n\ndef retry():\n    return RETRIES\n',
    ".js": b"/**\n * Opens the sluice.\n */\nfunction open() {\n  // by hand\n  return 1;\n}\n",
    ".sql": b"-- Old invoices are moved.\nCREATE TABLE invoice (id INTEGER);\n",
    ".rst": b"Kiln handbook\n=============\n\n.. note:: It is hot.\n\nThe kiln reaches 1,240 degrees.\n\nFiring\n------\n\n* Beech.\n* Oak.\n",
    ".org": b"#+TITLE: Orchard\n* Yield\nNine tonnes of fruit.\n** Staff :hr:\n- Six pickers.\n",
    ".adoc": b"= Crane manual\n:toc:\n\n== Load\n\n// inside\nIt lifts 18 tonnes.\n",
    ".tex": b"\\documentclass{article}\n\\title{Lagoon}\n\\author{A. Ruiz \\and B. Lind}\n\\begin{document}\n\\section{Method}\nSalinity at 14 stations.\n% inside\n\\end{document}\n",
    ".srt": SUBTITLES.encode(),
    ".vtt": b"WEBVTT - Hearing\n\nNOTE inside\n\n00:01.000 --> 00:04.000 align:start\n<v Ann Leto>The ledger was burned\n\n00:04.500 --> 00:08.000\n<v Ann Leto>in the stove.\n",
    ".sbv": b"0:00:01.000,0:00:04.000\nThe ledger was burned.\n",
    ".json": json.dumps(DISCORD).encode(),
    ".jsonl": b'{"t": "2024-02-03T04:05", "msg": "the gate jammed at level 1.10"}\n{"t": "2024-02-03T04:50", "msg": "freed"}\n',
    ".xml": b"<?xml version='1.0'?><feed><title>Coast news</title><entry lang='en'><title>Keeper retires</title><summary>After 31 years.</summary></entry></feed>",
    ".yaml": b"# how long backups stay\nbackup:\n  keep_days: 45 # days\n  folders:\n    - vault\n    - attic\n",
    ".ipynb": json.dumps(NOTEBOOK).encode(),
    ".ics": CALENDAR.encode(),
    ".mbox": b"From a@b Thu Jun  6 10:00:00 2024\nFrom: A <a@example.org>\nSubject: x\n\nOne.\n\nFrom c@d Thu Jun  6 11:00:00 2024\nFrom: C <c@example.org>\n\nTwo.\n",
    ".txt": WHATSAPP.encode(),
    ".tar": tar(("a/b.txt", b"The weir has five gates."), ("c.md", b"# C")),
    ".tgz": gzip.compress(tar(("a/b.txt", b"The weir has five gates."))),
    ".gz": gzip.compress(b"The weir has five gates."),
    ".bz2": bz2.compress(b"The weir has five gates."),
    ".xz": lzma.compress(b"The weir has five gates."),
    ".7z": seven_zip(("a/b.txt", b"The weir has five gates."), ("c.md", b"# C")),
}


def main() -> None:
    """Write the samples below the folder that the first argument names."""
    for suffix, data in SAMPLES.items():
        folder = Path(sys.argv[1], PARSERS[suffix])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"sample{suffix}").write_bytes(data)


if __name__ == "__main__":
    main()
