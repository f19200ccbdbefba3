"""The team's list of aliases: what is read, and what is said of one that is not as it should be."""

from __future__ import annotations

import pytest

from askbrief.documents.metadata import read_alias_groups
from askbrief.errors import ParsingError


@pytest.mark.parametrize(
    ("content", "groups"),
    [
        ("TTP: [Tehreek-e-Taliban, Pakistani Taliban]", [("TTP", "Tehreek-e-Taliban", "Pakistani Taliban")]),
        ("TTP: Pakistani Taliban", [("TTP", "Pakistani Taliban")]),
        ("- [TTP, Pakistani Taliban]\n- [a, b, c]", [("TTP", "Pakistani Taliban"), ("a", "b", "c")]),
        ("TTP: [one]\nTTP: [two]", [("TTP", "one"), ("TTP", "two")]),
        ("9:11: [007]", [("9:11", "007")]),
        ("TTP: [' Pakistani   Taliban ', TTP]", [("TTP", "Pakistani Taliban")]),
        ("", []),
        ("# nothing yet\n", []),
        ("\ufeffTTP: [PT]", [("TTP", "PT")]),
    ],
)  # fmt: skip
def test_groups_of_names_are_read_as_they_are_written(content: str, groups: list[tuple[str, ...]]) -> None:
    assert list(read_alias_groups(content.encode())) == groups


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("TTP: [", "not valid YAML at line"),
        ("just words", "line 1: should be lines of"),
        ("a: [b]\nTTP: {x: y}", "line 2: should be a name or a list"),
        ("- [a, [b, c]]", "line 1: should be a name, not a list in a list"),
        ("TTP: []", "'TTP' stands alone"),
        ("TTP: [TTP]", "'TTP' stands alone"),
        ("TTP: ['']", "is no name"),
        ("TTP: ['???']", "is no name"),
        (f"TTP: [{'x' * 300}]", "of at most 200 characters"),
        (f"TTP: [{', '.join(f'n{number}' for number in range(60))}]", "the limit is 50"),
        ("a: &x [b]\nc: *x", "YAML alias"),
        ("[" * 100, "nested deeper"),
        ("x" * 100_000, "characters long"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(content: str, what: str) -> None:
    with pytest.raises(ParsingError, match=what):
        read_alias_groups(content.encode())


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(ParsingError):
        read_alias_groups(b"\x00\x01\x02")
