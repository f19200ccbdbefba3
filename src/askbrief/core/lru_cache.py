"""What was wanted last, kept: making it anew takes its time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Item = TypeVar("Item")


class LruCache(Generic[Item]):
    """The things that were wanted last, at most so many. Threads may share it; two may make the same thing at once."""

    def __init__(self, most: int) -> None:
        """Take how many are kept."""
        self._most = most
        self._things: OrderedDict[Hashable, Item] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: Hashable, make: Callable[[], Item]) -> Item:
        """A thing by its name, made where it is not there."""
        with self._lock:
            if name in self._things:
                self._things.move_to_end(name)
                return self._things[name]
        made = make()
        with self._lock:
            self._things[name] = made
            while len(self._things) > self._most:
                self._things.popitem(last=False)
        return made
