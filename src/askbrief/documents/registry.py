"""Which parser reads which file, and the one function that turns a seed file into its documents."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from askbrief.documents import metadata
from askbrief.documents.attachments import Folder, UniqueNames, checked_name
from askbrief.documents.builder import ParsedFile
from askbrief.documents.limits import ParsingLimits
from askbrief.errors import ParsingError, in_words
from askbrief.records import Block, BlockKind, Document, Form, Metadata, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from askbrief.documents.builder import NestedFile, ParsedText
    from askbrief.documents.sources import SeedFile

_FAMILIES = {
    "text.plain": ".txt .text",
    "text.markdown": ".md .markdown",
    "pdf.parser": ".pdf",
    "office.docx": ".docx .docm .dotx .dotm",
    "office.odf": ".odt .ott .fodt .ods .ots .fods .odp .otp .fodp",
    "office.pptx": ".pptx .pptm .ppsx .ppsm .potx",
    "office.xlsx": ".xlsx .xlsm .xltx .xltm",
    "office.xls": ".xls",
    "text.csv": ".csv .tsv .tab",
    "office.rtf": ".rtf",
    "html.webpage": ".html .htm .xhtml",
    "html.mhtml": ".mhtml .mht",
    "html.epub": ".epub",
    "email.eml": ".eml",
    "email.outlook": ".msg",
    "archive": ".zip",
}
PARSERS: Mapping[str, str] = {suffix: module for module, suffixes in _FAMILIES.items() for suffix in suffixes.split()}
"""The module that reads each format; it is imported, with what it stands on, when a file of that format is read."""
INSTEAD: Mapping[str, str] = {
    ".doc": "save it as .docx",
    ".ppt": "save it as .pptx",
    ".xlsb": "save it as .xlsx",
    ".pages": "export it as .docx or .pdf",
    ".numbers": "export it as .xlsx or .csv",
    ".key": "export it as .pptx or .pdf",
    ".rar": "unpack it, or pack it as .zip",
    ".7z": "unpack it, or pack it as .zip",
    ".tar": "unpack it, or pack it as .zip",
    ".gz": "unpack it",
    ".pst": "export its mails as .eml",
    ".mbox": "export its mails as .eml",
}
"""What to do with files that are in use and that nobody reads here."""
ALIASES = "aliases.yaml"
"""Where the team's own names are, below seeds/: it is no document."""
PLAIN: AbstractSet[str] = frozenset({".txt", ".text", ".md", ".markdown"})
"""The formats that are text already: no library takes them apart, so that a little of them may be read anywhere."""
_DEEPEST = 3
"""A mail in an archive in an archive is read; what is further inside is not."""
_RECOGNISED = frozenset({"pdf.parser"})
"""The modules that can have pages without text read by Tesseract."""
_WITHOUT_LIMIT = ParsingLimits()


def parse_file(file: SeedFile, bounds: ParsingLimits = _WITHOUT_LIMIT) -> ParsedFile:
    """Read one seed file with its side-car, and the files within it.

    Args:
        file: which.
        bounds: how much text may come of it, and whether pages without text are to be recognised.

    Raises:
        ParsingError: with the reason, when the file or its side-car cannot be read.
    """
    given = Metadata() if file.sidecar is None else _sidecar_of(file.sidecar)
    gathered = _Gathered(bounds)
    gathered.read(file.doc_id, _content(file.path), given)
    return ParsedFile(tuple(gathered.documents), tuple(gathered.failed), tuple(gathered.warnings))


class _Gathered:
    """The documents of a file and of the files within it, as they are read, and what is to be said of them."""

    def __init__(self, bounds: ParsingLimits) -> None:
        self._bounds = bounds
        self._characters = 0
        self.documents: list[Document] = []
        self.failed: list[Problem] = []
        self.warnings: list[Problem] = []

    def read(self, doc_id: str, content: bytes, given: Metadata, depth: int = 0) -> None:
        """Read a file, whose side-car says what is `given`, and then the files within it.

        Raises:
            ParsingError: it cannot be read. Where a file within it cannot, that is noted.
        """
        parsed = parser_for(doc_id, self._bounds.ocr)(content)
        self._count(len(parsed.text))
        about = given.over(parsed.metadata)
        if parsed.text or not parsed.nested_files:
            name, blocks = title(doc_id, about.title, parsed), _never_only_headings(parsed.blocks)
            self.documents.append(Document(doc_id, name, parsed.text, blocks, about, parsed.form, parsed.pages))
        self.warnings += [Problem(doc_id, note) for note in parsed.notes]
        self._read_parts(doc_id, parsed.nested_files, given, depth + 1)

    def _read_parts(self, doc_id: str, parts: tuple[NestedFile, ...], given: Metadata, depth: int) -> None:
        """Read the files within a file. What its side-car says holds for each of them, but for the title."""
        folder, names = Folder(parts), UniqueNames()
        for part in folder.files:
            name = checked_name(part.name, names)
            if name is None:
                self.failed.append(Problem(doc_id, f"holds a file whose name is none: {part.name[:60]!r}: rename it"))
                continue
            path = f"{doc_id}/{name}"
            try:
                _check_depth(depth)
                sidecar = folder.sidecar_of(part)
                own = metadata.read_sidecar(sidecar.name, sidecar.content) if sidecar else Metadata()
                self.read(path, part.content, own.over(given.without_title()), depth)
            except ParsingError as error:
                self.failed.append(Problem(path, str(error)))

    def _count(self, characters: int) -> None:
        """Refuse what would be too much text in all."""
        most = self._bounds.characters
        if self._characters + characters > most:
            where = " with what was in it before" if self._characters else ""
            raise ParsingError(
                f"has {self._characters + characters:,} characters of text{where}; the limit is {most:,} "
                "(ASKBRIEF_MAX_DOCUMENT_CHARS): split it or raise the limit"
            )
        self._characters += characters


def _check_depth(depth: int) -> None:
    if depth > _DEEPEST:
        raise ParsingError(f"is more than {_DEEPEST} files deep in other files: unpack them")


def read_aliases(file: SeedFile) -> tuple[tuple[str, ...], ...]:
    """Read the team's own names.

    Raises:
        ParsingError: with the reason, when the file cannot be read.
    """
    from askbrief.documents import metadata

    return metadata.read_alias_groups(_content(file.path))


def parser_for(doc_id: str, ocr: str | None = None) -> Callable[[bytes], ParsedText]:
    """The parser for a file by its suffix.

    Args:
        doc_id: the file.
        ocr: the languages in which Tesseract is to read pages without text, if it is.

    Raises:
        ParsingError: no parser is there for this suffix.
    """
    check_readable(doc_id)
    name = PARSERS[_suffix(doc_id)]
    parser: Callable[..., ParsedText] = import_module(f"askbrief.documents.{name}").parse
    return partial(parser, ocr=ocr) if name in _RECOGNISED else parser


def check_readable(doc_id: str) -> None:
    """Refuse a file that no parser is there for.

    Raises:
        ParsingError: by its suffix there is none.
    """
    suffix = _suffix(doc_id)
    if suffix in PARSERS:
        return
    if suffix in INSTEAD:
        raise ParsingError(f"{suffix} files are not readable: {INSTEAD[suffix]}")
    what = f"{suffix[:20]} files" if suffix else "files without a suffix"
    raise ParsingError(f"{what} are not readable: save it as .pdf, .docx, .html or .txt (docs/formats.md lists all)")


def _suffix(doc_id: str) -> str:
    return PurePosixPath(doc_id).suffix.lower()


def title(doc_id: str, given: str | None, parsed: ParsedText) -> str:
    """The title given, else the first heading of a text, else the file's name in words."""
    if given:
        return given
    if parsed.form is not Form.ROWS:
        for block in parsed.blocks:
            if block.kind is BlockKind.HEADING:
                return " ".join(parsed.text[block.start : block.end].split())
    stem = PurePosixPath(doc_id).stem
    return " ".join(stem.replace("_", " ").replace("-", " ").split()) or stem


def _never_only_headings(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """A note of one short line looks like a heading; its words must be findable all the same."""
    if any(block.kind is BlockKind.PARAGRAPH for block in blocks):
        return blocks
    return tuple(Block(block.start, block.end) for block in blocks)


def _sidecar_of(path: Path) -> Metadata:
    return metadata.read_sidecar(path.name, _content(path, f"side-car {path.name}: "))


def _content(path: Path, what: str = "") -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ParsingError(f"{what}cannot be read: {in_words(error)}") from error
