"""Old formats of Office: converted by LibreOffice, here by a program of its name, or refused with what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from askbrief.documents.office import legacy
from askbrief.errors import ParsingError
from tests.documents.office.test_docx import members, p
from tests.documents.wholeness import zipped

if TYPE_CHECKING:
    from pathlib import Path

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def program(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_without_libreoffice_the_reason_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for suffix, advice in ((".doc", "docx"), (".ppt", "pptx"), (".xlsb", "xlsx")):
        with pytest.raises(ParsingError, match=rf"LibreOffice, which is not installed: save it as \.{advice}"):
            legacy.parse(OLE, suffix=suffix)


def test_a_file_is_read_as_libreoffice_converts_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "converted.docx").write_bytes(zipped(members(p("The rent is 900 euros."))))
    script = f'while [ "$1" != --outdir ]; do shift; done; mkdir -p "$2"; cp {tmp_path}/converted.docx "$2/source.docx"'
    program(tmp_path, script, monkeypatch)
    assert legacy.parse(OLE, suffix=".doc").text == "The rent is 900 euros."


@pytest.mark.parametrize("script", ["exit 1", "exit 0"])
def test_a_failed_conversion_is_a_reason(script: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program(tmp_path, script, monkeypatch)
    with pytest.raises(ParsingError, match="could not be converted"):
        legacy.parse(OLE, suffix=".doc")


def test_a_doc_that_is_rtf_or_docx_inside_is_read_as_that() -> None:
    assert legacy.parse(rb"{\rtf1\ansi Closed.\par}", suffix=".doc").text == "Closed."
    assert legacy.parse(zipped(members(p("Open."))), suffix=".doc").text == "Open."
