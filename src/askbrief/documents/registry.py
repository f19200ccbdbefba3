"""The parser of each file format, imported when a file of that format is parsed."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from askbrief.errors import ParsingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet

    from askbrief.documents.builder import ParsedText

_SUFFIXES = {
    "text.plain": ".txt .text", "text.markdown": ".md .markdown", "pdf": ".pdf", "archive": ".zip",
    "html": ".html .htm .xhtml", "html.epub": ".epub",
    "office.docx": ".docx .docm .dotx .dotm", "office.odf": ".odt .ott .fodt .ods .ots .fods .odp .otp .fodp",
    "office.pptx": ".pptx .pptm .ppsx .ppsm .potx", "office.excel": ".xlsx .xlsm .xltx .xltm .xls",
    "office.csv": ".csv .tsv .tab", "office.rtf": ".rtf",
    "email": ".eml", "email.mhtml": ".mhtml .mht", "email.outlook": ".msg",
}  # fmt: skip
PARSERS: Mapping[str, str] = {suffix: module for module, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}
"""The module that parses each format. It is imported, with the libraries it needs, at the first file of its format."""
PLAIN_TEXT: AbstractSet[str] = frozenset({".txt", ".text", ".md", ".markdown"})
"""The formats that are plain text: no library unpacks them, so a small file is safe to parse in any process."""
UNSUPPORTED: Mapping[str, str] = {
    ".doc": "save it as .docx", ".ppt": "save it as .pptx", ".xlsb": "save it as .xlsx",
    ".pages": "export it as .docx or .pdf", ".numbers": "export it as .xlsx or .csv",
    ".key": "export it as .pptx or .pdf", ".pst": "export its mails as .eml", ".mbox": "export its mails as .eml",
    ".rar": "unpack it, or pack it as .zip", ".7z": "unpack it, or pack it as .zip",
    ".tar": "unpack it, or pack it as .zip", ".gz": "unpack it",
}  # fmt: skip
"""Formats in common use that have no parser, and what to do with such a file."""


def parser_for(doc_id: str, ocr: str | None = None) -> Callable[[bytes], ParsedText]:
    """Return the parser for a file, by its suffix; ParsingError if there is none.

    `ocr` names the languages in which Tesseract reads pages without text, such as "eng+deu"; None disables it.
    """
    check_supported(doc_id)
    name = PARSERS[_suffix(doc_id)]
    parser: Callable[..., ParsedText] = import_module(f"askbrief.documents.{name}").parse
    return partial(parser, ocr=ocr) if name == "pdf" else parser


def check_supported(doc_id: str) -> None:
    """Raise ParsingError, which says what to do, for a file whose suffix has no parser."""
    suffix = _suffix(doc_id)
    if suffix in PARSERS:
        return
    if suffix in UNSUPPORTED:
        raise ParsingError(f"{suffix} files are not readable: {UNSUPPORTED[suffix]}")
    what = f"{suffix[:20]} files" if suffix else "files without a suffix"
    raise ParsingError(f"{what} are not readable: save it as .pdf, .docx, .html or .txt (docs/formats.md lists all)")


def _suffix(doc_id: str) -> str:
    return PurePosixPath(doc_id).suffix.lower()
