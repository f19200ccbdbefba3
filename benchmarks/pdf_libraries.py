"""Compare PDF libraries: files read, sentences extracted whole, characters a second of processor time.

    python -m benchmarks.pdf_libraries [FILE ...]       # without files, those of tests/samples/pdf

Besides pypdfium2, it compares pdfminer.six, pdfplumber, pypdf and pdftext, if they are installed. The sentences
are those of tests/documents/pdf/test_pdf.py, looked for after lines are joined and hyphens at their ends taken out.
"""

from __future__ import annotations

import io
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import regex

from askbrief.documents import pdf
from tests.documents.pdf import test_pdf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _pdfium(data: bytes) -> str:
    import pypdfium2

    with pypdfium2.PdfDocument(data) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def _pdfminer(data: bytes) -> str:
    from pdfminer.high_level import extract_text

    return str(extract_text(io.BytesIO(data)))


def _pdfplumber(data: bytes) -> str:
    import pdfplumber

    with pdfplumber.open(io.BytesIO(data)) as document:
        return "\n".join(page.extract_text() or "" for page in document.pages)


def _pypdf(data: bytes) -> str:
    import pypdf

    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def _pdftext(data: bytes) -> str:
    from pdftext.extraction import plain_text_output

    return str(plain_text_output(io.BytesIO(data)))


LIBRARIES: Mapping[str, tuple[str, Callable[[bytes], str]]] = {
    "askbrief": ("askbrief", lambda data: pdf.parse(data).text),
    "pypdfium2": ("pypdfium2", _pdfium),
    "pdfminer.six": ("pdfminer", _pdfminer),
    "pdfplumber": ("pdfplumber", _pdfplumber),
    "pypdf": ("pypdf", _pypdf),
    "pdftext": ("pdftext", _pdftext),
}


def _plain(text: str) -> str:
    return regex.sub(r"\s+", " ", regex.sub(r"[-\x02\ufffe]\s*\n(?=\p{Ll})", "", text))


def main(paths: list[Path]) -> None:
    """Read the files twice with each library, and count the second time."""
    for name, (module, text_of) in LIBRARIES.items():
        if find_spec(module) is None:
            continue
        texts: dict[str, str] = {}
        seconds = 0.0
        for path in paths * 2:
            data, begun = path.read_bytes(), time.process_time()
            try:
                text = text_of(data)
            except Exception:  # noqa: BLE001, S112 - every library has its own
                continue
            seconds += (time.process_time() - begun) * (path.stem in texts)
            texts[path.stem] = text
        whole = sum(words in _plain(texts.get(stem, "")) for stem, words in test_pdf.SENTENCES)
        characters = sum(map(len, texts.values()))
        print(
            f"{name:14}{len(texts):3} of {len(paths)} files {whole:3} of {len(test_pdf.SENTENCES)} sentences "
            f"{characters:9,} characters {characters / seconds:9,.0f} a second"
        )


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]] or sorted(test_pdf.REAL.glob("*.pdf")))
