"""Formats that LibreOffice converts (.doc, .ppt, .xlsb, .wpd and others), where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from askbrief.errors import ParsingError

if TYPE_CHECKING:
    from askbrief.documents.builder import ParsedText

_TARGETS = {
    ".doc": "docx", ".dot": "docx", ".wps": "docx", ".wpd": "docx", ".ppt": "pptx", ".pps": "pptx", ".pot": "pptx",
    ".xlsb": "xlsx",
}  # fmt: skip
_PARSERS = {"docx": "docx", "pptx": "pptx", "xlsx": "excel"}
_PROGRAMS = ("soffice", "libreoffice")
_SECONDS = 100
_ZIP_MARK, _RTF_MARK, _HTML_MARKS = b"PK\x03\x04", b"{\\rtf", (b"<html", b"<!doctype html", b"<?xml")


def parse(data: bytes, *, suffix: str = "") -> ParsedText:
    """Convert a file with LibreOffice, and parse the result; ParsingError if that is not installed, or fails.

    A file whose content is not what its suffix says (a .doc that is RTF or .docx) is parsed as what it is.
    """
    target = _TARGETS.get(suffix, "docx")
    module = _PARSERS[target]
    if data.startswith(_RTF_MARK):
        module = "rtf"
    elif not data.startswith(_ZIP_MARK) or suffix == ".xlsb":
        data = _converted(data, suffix or ".doc", target)
    parsed: ParsedText = import_module(f"askbrief.documents.office.{module}").parse(data)
    return parsed


def _converted(data: bytes, suffix: str, target: str) -> bytes:
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise ParsingError(f"{suffix} files are read with LibreOffice, which is not installed: save it as .{target}")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, f"source{suffix}")
        source.write_bytes(data)
        command = [
            program, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--norestore", "--safe-mode",
            "--convert-to", target, "--outdir", f"{folder}/out", str(source),
        ]  # fmt: skip
        try:
            subprocess.run(  # noqa: S603 - no shell, and every argument is ours
                command,
                capture_output=True,
                timeout=_SECONDS,
                check=True,
                cwd=folder,
                env={**os.environ, "HOME": folder},
            )
            return Path(folder, "out", f"source.{target}").read_bytes()
        except subprocess.TimeoutExpired as error:
            raise ParsingError(f"took LibreOffice over {_SECONDS} s: save it as .{target}") from error
        except (subprocess.CalledProcessError, OSError) as error:
            raise ParsingError(f"could not be converted by LibreOffice: save it as .{target}") from error
