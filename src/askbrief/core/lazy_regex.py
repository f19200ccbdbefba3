"""Patterns that are compiled when they are first used: all of them together take a fifth of a second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import regex

if TYPE_CHECKING:
    from regex import Pattern


def pattern(source: str, flags: int = 0) -> Pattern[str]:
    """Give a pattern of the `regex` package that is compiled at its first use.

    >>> pattern(r"\\p{Lu}").findall("As it Is")
    ['A', 'I']
    """
    return cast("Pattern[str]", _Pattern(source, flags))


class _Pattern:
    """Stands for a compiled pattern, and takes over its methods one by one as they are asked for."""

    def __init__(self, source: str, flags: int) -> None:
        self.pattern = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a pattern has
        method = getattr(regex.compile(self.pattern, self._flags), name)  # regex keeps what it compiled
        setattr(self, name, method)
        return method
