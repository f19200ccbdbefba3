"""A team's own names: `aliases.yaml` at the top of seeds/, groups of names that mean the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from askbrief.errors import ReadingError
from askbrief.patterns import pattern
from askbrief.reading.decoding import decode
from askbrief.reading.metadata import careful_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_NAMES = 50
_LONGEST_NAME = 200
_WORD = pattern(r"[\p{L}\p{N}]")
_EXAMPLE = "such as 'TTP: [Tehreek-e-Taliban Pakistan, Pakistani Taliban]'"


def read(content: bytes) -> tuple[tuple[str, ...], ...]:
    """Read the groups: a mapping from a name to its other names, or a list of lists of names.

    Raises:
        ReadingError: it is neither; it says what is wrong, and at which line.

    >>> read(b"TTP: [Tehreek-e-Taliban Pakistan, Pakistani Taliban]")
    (('TTP', 'Tehreek-e-Taliban Pakistan', 'Pakistani Taliban'),)
    """
    node = careful_yaml(decode(content), "the names", lambda source: yaml.compose(source, Loader=yaml.BaseLoader))
    if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
        return ()
    if isinstance(node, yaml.MappingNode):
        groups = [[key, *_items(value)] for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        groups = [list(_items(value)) for value in node.value]
    else:
        raise _wrong(node, f"should be lines of 'name: [other names]', {_EXAMPLE}")
    return tuple(_group(group) for group in groups)


def _items(node: yaml.Node) -> Iterator[yaml.Node]:
    """The names of a list, or the one name that stands in its place."""
    if isinstance(node, yaml.MappingNode):
        raise _wrong(node, f"should be a name or a list of names, {_EXAMPLE}")
    yield from node.value if isinstance(node, yaml.SequenceNode) else [node]


def _group(nodes: list[yaml.Node]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(map(_name, nodes)))
    if len(names) == 1:
        raise _wrong(nodes[0], f"{names[0]!r:.60} stands alone: give another name for it, {_EXAMPLE}")
    if len(names) > _MOST_NAMES:
        raise _wrong(nodes[0], f"has {len(names)} names for one thing; the limit is {_MOST_NAMES}")
    return names


def _name(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _wrong(node, f"should be a name, not a list in a list or a mapping, {_EXAMPLE}")
    name = " ".join(str(node.value).split())
    if not _WORD.search(name) or len(name) > _LONGEST_NAME:
        raise _wrong(node, f"{name!r:.60} is no name: give one with a letter, of at most {_LONGEST_NAME} characters")
    return name


def _wrong(node: yaml.Node, what: str) -> ReadingError:
    return ReadingError(f"line {node.start_mark.line + 1}: {what}")
