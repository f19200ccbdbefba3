"""Slides: the order in which a person reads what lies on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_Shape = TypeVar("_Shape")
_SAME_LINE = 12.0


def in_reading_order(shapes: Sequence[_Shape], place: Callable[[_Shape], tuple[float, float] | None]) -> list[_Shape]:
    """Top to bottom, and left to right where shapes begin at nearly the same height.

    Args:
        shapes: as the file has them.
        place: how far one is from the top and the left, in points; None where that is not said: it keeps its place
            after the one before it.

    >>> in_reading_order(["right", "below", "left"], {"right": (10, 300), "below": (90, 0), "left": (14, 0)}.get)
    ['left', 'right', 'below']
    """
    placed: list[tuple[float, float, int]] = []
    last = (0.0, 0.0)
    for index, shape in enumerate(shapes):
        last = place(shape) or last
        placed.append((*last, index))
    placed.sort()
    ordered: list[_Shape] = []
    line: list[tuple[float, float, int]] = []
    for entry in placed:
        if line and entry[0] - line[0][0] > _SAME_LINE:
            ordered += _along(line, shapes)
            line = []
        line.append(entry)
    return ordered + _along(line, shapes)


def _along(line: Sequence[tuple[float, float, int]], shapes: Sequence[_Shape]) -> list[_Shape]:
    return [shapes[index] for _, _, index in sorted(line, key=lambda entry: entry[1:])]
