"""Recognition of the words in pictures, with Tesseract where it is installed and the operator asks for it."""

from __future__ import annotations

import os
import shutil
import subprocess

from askbrief.core.text import pattern
from askbrief.errors import ParsingError

_TESSERACT = "tesseract"
_OCR_SECONDS = 60
_LANGUAGES = pattern(r"[A-Za-z][A-Za-z0-9_/]*(?:\+[A-Za-z][A-Za-z0-9_/]*)*")


def ocr_obstacle(languages: str) -> str | None:
    """Return why Tesseract cannot read these languages (such as "eng" or "eng+deu"); None if it can."""
    if not _LANGUAGES.fullmatch(languages):
        return f"{languages!r:.40} names no languages of Tesseract: set ASKBRIEF_OCR to such as eng or eng+deu"
    program = shutil.which(_TESSERACT)
    if program is None:
        return "Tesseract is not installed: install tesseract-ocr, or unset ASKBRIEF_OCR"
    try:
        listed = _run_tesseract([program, "--list-langs"], b"")
    except ParsingError as error:
        return str(error)
    missing = [language for language in languages.split("+") if language not in listed.split()]
    if missing:
        return f"Tesseract has no language {', '.join(missing)}: install tesseract-ocr-{missing[0].replace('_', '-')}"
    return None


def recognised(grey: bytes, width: int, height: int, dpi: int, languages: str) -> list[list[str]]:
    """Return the lines of each paragraph in a picture, which has a byte for each pixel, row by row.

    Raises ParsingError if Tesseract fails, or takes longer than a minute.
    """
    return recognised_image(b"P5 %d %d 255\n" % (width, height) + grey, languages, dpi)


def recognised_image(image: bytes, languages: str, dpi: int | None = None) -> list[list[str]]:
    """Return the lines of each paragraph in an image file, with its dots per inch if they are known.

    Raises ParsingError as `recognised` does.
    """
    program = shutil.which(_TESSERACT) or _TESSERACT
    resolution = ["--dpi", str(dpi)] if dpi else []
    text = _run_tesseract([program, "stdin", "stdout", "-l", languages, *resolution, "--psm", "3"], image)
    blocks = text.replace("\f", "\n\n").split("\n\n")
    lines = ([line.strip() for line in block.splitlines() if line.strip()] for block in blocks)
    return [block for block in lines if block]


def _run_tesseract(command: list[str], image: bytes) -> str:
    one_thread = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        process = subprocess.run(  # noqa: S603 - no shell, and every argument is checked
            command, input=image, capture_output=True, timeout=_OCR_SECONDS, env=one_thread, check=True
        )
    except subprocess.TimeoutExpired as error:
        raise ParsingError(f"Tesseract took longer than {_OCR_SECONDS} s: make its picture smaller") from error
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode(errors="replace").strip().splitlines()
        raise ParsingError(f"Tesseract failed ({lines[-1][:100] if lines else error.returncode})") from error
    except OSError as error:
        raise ParsingError(f"Tesseract failed ({error})") from error
    return process.stdout.decode(errors="replace")
