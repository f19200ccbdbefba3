"""Regular expressions that are compiled on first use: compiling all of them takes 0.2 s."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from regex import Pattern


def pattern(source: str, flags: int = 0) -> Pattern[str]:
    """Return a pattern of the `regex` package that is compiled on first use.

    >>> pattern(r"\\p{Lu}").findall("As it Is")
    ['A', 'I']
    """
    return cast("Pattern[str]", _Pattern(source, flags))


class _Pattern:
    """Stand-in for a compiled pattern; it copies the pattern's methods when they are first used."""

    def __init__(self, source: str, flags: int) -> None:
        self.pattern = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any attribute of a pattern
        import regex  # about 20 ms, which --help need not wait for

        method = getattr(regex.compile(self.pattern, self._flags), name)  # regex caches compiled patterns
        setattr(self, name, method)
        return method
