"""Reading a picture of a page with Tesseract, where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess

from askbrief.errors import ReadingError
from askbrief.patterns import pattern

_PROGRAM = "tesseract"
_SECONDS = 60
_LANGUAGES = pattern(r"[A-Za-z][A-Za-z0-9_/]*(?:\+[A-Za-z][A-Za-z0-9_/]*)*")


def why_not(languages: str) -> str | None:
    """Why pages cannot be read in these languages (such as "eng" or "eng+deu"), or None where they can."""
    if not _LANGUAGES.fullmatch(languages):
        return f"{languages!r:.40} names no languages of Tesseract: set ASKBRIEF_OCR to such as eng or eng+deu"
    program = shutil.which(_PROGRAM)
    if program is None:
        return "Tesseract is not installed: install tesseract-ocr, or unset ASKBRIEF_OCR"
    try:
        listed = _run([program, "--list-langs"], b"")
    except ReadingError as error:
        return str(error)
    missing = [language for language in languages.split("+") if language not in listed.split()]
    if missing:
        return f"Tesseract has no language {', '.join(missing)}: install tesseract-ocr-{missing[0].replace('_', '-')}"
    return None


def paragraphs(grey: bytes, width: int, height: int, dpi: int, languages: str) -> list[list[str]]:
    """The lines of each paragraph in a picture.

    Args:
        grey: a byte for each pixel, row by row.
        width: pixels of a row.
        height: rows.
        dpi: pixels an inch.
        languages: as Tesseract names them, with + between.

    Raises:
        ReadingError: Tesseract fails, or takes longer than a minute.
    """
    program = shutil.which(_PROGRAM) or _PROGRAM
    image = b"P5 %d %d 255\n" % (width, height) + grey
    text = _run([program, "stdin", "stdout", "-l", languages, "--dpi", str(dpi), "--psm", "3"], image)
    blocks = text.replace("\f", "\n\n").split("\n\n")
    lines = ([line.strip() for line in block.splitlines() if line.strip()] for block in blocks)
    return [block for block in lines if block]


def _run(command: list[str], picture: bytes) -> str:
    one_thread = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and every argument is checked
            command, input=picture, capture_output=True, timeout=_SECONDS, env=one_thread, check=True
        )
    except subprocess.TimeoutExpired as error:
        raise ReadingError(f"Tesseract took longer than {_SECONDS} s: make its picture smaller") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines()
        raise ReadingError(f"Tesseract failed ({said[-1][:100] if said else error.returncode})") from error
    except OSError as error:
        raise ReadingError(f"Tesseract failed ({error})") from error
    return done.stdout.decode(errors="replace")
