"""What holds for every extract, whatever the file was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import regex

from askbrief.records import BlockKind

if TYPE_CHECKING:
    from askbrief.reading.extract import Extract

_NEVER_IN_A_TEXT = regex.compile(r"[\0\ufffd\ufffe\uffff\p{Cs}]")


def assert_whole(extract: Extract) -> None:
    """Blocks stand in order within the text, never over each other, and hold words; nothing unreadable is in them."""
    end = 0
    for block in extract.blocks:
        assert end <= block.start < block.end <= len(extract.text)
        assert (block.level > 0) == (block.kind is BlockKind.HEADING)
        assert extract.text[block.start : block.end].strip()
        end = block.end
    assert list(extract.pages) == sorted(extract.pages)
    assert not _NEVER_IN_A_TEXT.search(extract.text)
    said = extract.metadata.as_mapping().values()
    assert not any(_NEVER_IN_A_TEXT.search(str(value)) for value in said)
    extract.metadata.first_day()
    names = [part.name for part in extract.parts]
    assert len(set(names)) == len(names)
    assert not any(_NEVER_IN_A_TEXT.search(name) or name.startswith("/") or ".." in name.split("/") for name in names)
