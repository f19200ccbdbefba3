"""What holds for every parser and every file: parsed text that is whole, or a reason. Files made, and unmade."""

from __future__ import annotations

import io
import random
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING

import regex

from askbrief.errors import ParsingError
from askbrief.records import BlockKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from askbrief.documents.builder import ParsedText


_NEVER_IN_A_TEXT = regex.compile(r"[\0\ufffd\ufffe\uffff\p{Cs}]")


def seen(parsed: ParsedText) -> list[str]:
    """The blocks as lines: headings with a # for each level, numbered paragraphs with their number in brackets."""
    return [
        "#" * block.level
        + (" " if block.kind is BlockKind.HEADING else "")
        + (f"[{block.number}] " if block.number else "")
        + parsed.text[block.start : block.end]
        for block in parsed.blocks
    ]


def assert_whole(parsed: ParsedText) -> None:
    """Blocks stand in order within the text, never over each other, and hold words; nothing unreadable is in them."""
    end = 0
    for block in parsed.blocks:
        assert end <= block.start < block.end <= len(parsed.text)
        assert (block.level > 0) == (block.kind is BlockKind.HEADING)
        assert parsed.text[block.start : block.end].strip()
        end = block.end
    assert list(parsed.pages) == sorted(parsed.pages)
    assert not _NEVER_IN_A_TEXT.search(parsed.text)
    said = parsed.metadata.as_mapping().values()
    assert not any(_NEVER_IN_A_TEXT.search(str(value)) for value in said)
    parsed.metadata.first_day()
    names = [part.name for part in parsed.nested_files]
    assert len(set(names)) == len(names)
    assert not any(_NEVER_IN_A_TEXT.search(name) or name.startswith("/") or ".." in name.split("/") for name in names)


def check_damaged(read: Callable[[bytes], ParsedText], data: bytes, *, tries: int = 150) -> None:
    """Read a file cut off, and with bytes changed, lost and repeated: parsed text that is whole, or a reason."""
    for damaged in _damaged(data, tries):
        with suppress(ParsingError):
            assert_whole(read(damaged))


def check_damaged_inside(read: Callable[[bytes], ParsedText], data: bytes, *, tries: int = 40) -> None:
    """The same with what is in a zip file, so that the zip file itself stays whole."""
    members = unzipped(data)
    for name in sorted(members):
        if name.endswith((".xml", ".rels")) and "theme" not in name:
            for damaged in _damaged(members[name], tries):
                with suppress(ParsingError):
                    assert_whole(read(zipped({**members, name: damaged})))


def _damaged(data: bytes, tries: int) -> Iterator[bytes]:
    chance = random.Random(len(data))
    for _ in range(tries):
        at, length = chance.randrange(len(data)), chance.choice((1, 1, 2, 8, 64))
        piece = data[at : at + length]
        yield chance.choice(
            (
                data[:at],
                data[:at] + data[at + length :],
                data[:at] + piece + data[at:],
                data[:at] + bytes(byte ^ 1 << chance.randrange(8) for byte in piece) + data[at + length :],
                data[:at] + chance.randbytes(length) + data[at + length :],
                data[:at] + str(chance.choice((0, -1, 2**31, 10**30))).encode() + data[at + length :],
            )
        )


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    """A zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    """What is in a zip file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def hostile(xml: str, entities: str, use: str, before: str) -> str:
    """An XML file that defines entities and uses one where a certain text stands."""
    root = xml.index("<", xml.index("?>") if "?>" in xml else 0)
    return f"<!DOCTYPE r [{entities}]>{xml[root:]}".replace(before, use)


LAUGHS = '<!ENTITY a "ha">' + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
"""Entities that are a billion letters long: the last is &j;"""
