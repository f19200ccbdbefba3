"""The parser of each file format, imported when a file of that format is parsed."""

from __future__ import annotations

import re
from functools import partial
from importlib import import_module
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from askbrief.errors import ParsingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet

    from askbrief.documents.builder import ParsedText

_SUFFIX = re.compile(r"\.[\w+~-]*[^\W\d_][\w+~-]*")
_WITH_OCR, _WITH_SUFFIX, _WITH_NAME = {"pdf", "image"}, {"office.legacy", "text.source"}, {"archive.tar"}
"""Parsers that need more than the bytes: the languages of OCR, the suffix, or the name of the file."""
_SUFFIXES = {
    "text.plain": ".txt .text", "text.markdown": ".md .markdown .mdx .qmd .rmd", "pdf": ".pdf",
    "text.markup": ".rst .org .adoc .asciidoc .tex .latex",
    "text.subtitles": ".srt .vtt .sbv",
    "text.source": (
        ".py .pyi .js .mjs .cjs .jsx .ts .tsx .java .kt .kts .scala .groovy .c .h .cc .cpp .cxx .hh .hpp .cs .fs .go "
        ".rs .rb .php .swift .m .mm .dart .lua .pl .pm .r .jl .hs .ml .ex .exs .erl .clj .sh .bash .zsh .fish .ps1 "
        ".bat .cmd .sql .css .scss .less .vue .tf .proto .graphql .toml .ini .cfg .conf .properties .env .mk .cmake "
        ".gradle .diff .patch .log .out"
    ),
    "data.json": ".json .jsonl .ndjson .geojson",
    "data.xml": ".xml .rss .atom .opml .fb2 .dbk .tei", "data.yaml": ".yaml .yml",
    "data.notebook": ".ipynb",
    "html": ".html .htm .xhtml", "html.epub": ".epub",
    "office.docx": ".docx .docm .dotx .dotm", "office.odf": ".odt .ott .fodt .ods .ots .fods .odp .otp .fodp",
    "office.pptx": ".pptx .pptm .ppsx .ppsm .potx", "office.excel": ".xlsx .xlsm .xltx .xltm .xls",
    "office.csv": ".csv .tsv .tab", "office.rtf": ".rtf", "office.legacy": ".doc .dot .ppt .pps .pot .xlsb .wps .wpd",
    "image": ".png .jpg .jpeg .tif .tiff .bmp .gif .webp",
    "email": ".eml .mbox", "email.mhtml": ".mhtml .mht", "email.outlook": ".msg", "email.invitation": ".ics .ical",
    "archive.zip": ".zip", "archive.tar": ".tar .tgz .tbz2 .txz .gz .bz2 .xz", "archive.seven_zip": ".7z",
}  # fmt: skip
PARSERS: Mapping[str, str] = {suffix: module for module, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}
"""The module that parses each format. It is imported, with the libraries it needs, at the first file of its format."""
COMMON = (
    ".pdf .docx .doc .odt .rtf .pptx .ppt .odp .xlsx .xls .ods .csv .html .md .txt .eml .msg .mbox .ics .epub .json "
    ".xml .yaml .srt .vtt .log .zip .tar .gz .7z"
).split()
"""The suffixes to name in a message; PARSERS has them all."""
WITHOUT_SUFFIX = "text.plain"
"""The parser of a file without a suffix, such as README: it is text, or refused."""
PLAIN_TEXT: AbstractSet[str] = frozenset({".txt", ".text", ".md", ".markdown"})
"""The formats that are plain text: no library unpacks them, so a small file is safe to parse in any process."""
UNSUPPORTED: Mapping[str, str] = {
    ".pages": "export it as .docx or .pdf", ".numbers": "export it as .xlsx or .csv",
    ".key": "export it as .pptx or .pdf", ".pst": "export its mails as .eml or .mbox",
    ".ost": "export its mails as .eml or .mbox", ".rar": "unpack it, or pack it as .zip",
    ".cab": "unpack it, or pack it as .zip", ".iso": "unpack it, or pack it as .zip",
    ".zst": "unpack it, or pack it as .zip", ".lz4": "unpack it, or pack it as .zip",
    ".mobi": "convert it to .epub", ".azw3": "convert it to .epub", ".djvu": "convert it to .pdf",
    ".xps": "print it as .pdf", ".vsdx": "export it as .pdf", ".one": "export it as .docx or .pdf",
    ".heic": "save the picture as .jpg or .png", ".svg": "save it as .pdf", ".psd": "save it as .png",
    ".mp3": "transcribe it, and add the transcript as .srt, .vtt or .txt",
    ".wav": "transcribe it, and add the transcript as .srt, .vtt or .txt",
    ".m4a": "transcribe it, and add the transcript as .srt, .vtt or .txt",
    ".ogg": "transcribe it, and add the transcript as .srt, .vtt or .txt",
    ".mp4": "transcribe it, and add the transcript as .srt, .vtt or .txt",
    ".mov": "transcribe it, and add the transcript as .srt, .vtt or .txt",
    ".mkv": "transcribe it, and add the transcript as .srt, .vtt or .txt",
    ".webm": "transcribe it, and add the transcript as .srt, .vtt or .txt",
    ".mdb": "export its tables as .csv", ".accdb": "export its tables as .csv",
    ".sqlite": "export its tables as .csv", ".db": "export its tables as .csv", ".parquet": "export it as .csv",
    ".exe": "it is a program", ".dll": "it is a program",
}  # fmt: skip
"""Formats in common use that have no parser, and what to do with such a file."""


def parser_for(doc_id: str, ocr: str | None = None) -> Callable[[bytes], ParsedText]:
    """Return the parser for a file, by its suffix; ParsingError if there is none.

    `ocr` names the languages in which Tesseract reads pages without text, such as "eng+deu"; None disables it.
    """
    check_supported(doc_id)
    suffix = _suffix(doc_id)
    name = PARSERS[suffix] if suffix else WITHOUT_SUFFIX
    parser: Callable[..., ParsedText] = import_module(f"askbrief.documents.{name}").parse
    if name in _WITH_OCR:
        return partial(parser, ocr=ocr)
    if name in _WITH_NAME:
        return partial(parser, name=PurePosixPath(doc_id).name)
    return partial(parser, suffix=suffix) if name in _WITH_SUFFIX else parser


def check_supported(doc_id: str) -> None:
    """Raise ParsingError, which says what to do, for a file whose suffix has no parser."""
    suffix = _suffix(doc_id)
    if not suffix or suffix in PARSERS:
        return
    if suffix in UNSUPPORTED:
        raise ParsingError(f"{suffix} files are not readable: {UNSUPPORTED[suffix]}")
    advice = "rename it to .txt if it is text, else save it as .pdf, .docx or .html (docs/formats.md lists all formats)"
    raise ParsingError(f"{suffix[:20]} files are not readable: {advice}")


def _suffix(doc_id: str) -> str:
    """Return the suffix in lower case; that of `server.log.1` is that of the log, and `No. 5` has none.

    >>> _suffix("a/Report.PDF"), _suffix("server.log.1"), _suffix("Minutes of 3.4."), _suffix("README")
    ('.pdf', '.log', '', '')
    """
    path = PurePosixPath(doc_id)
    while path.suffix[1:].isdecimal() and len(path.suffixes) > 1:  # a rotated log
        path = path.with_suffix("")
    suffix = path.suffix.lower()
    return suffix if _SUFFIX.fullmatch(suffix) else ""
