"""Arrays of a generation: threads that open it load them one after the other."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from askbrief.storage.embedded.generation import load

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_no_two_threads_parse_the_header_of_an_array_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.save(tmp_path / "some.npy", np.arange(3))
    original, inside, others, overlaps = np.load, threading.Lock(), threading.Barrier(2), []

    def watched(*arguments: Any, **named: Any) -> Any:
        if not inside.acquire(blocking=False):
            overlaps.append(threading.get_ident())
            return original(*arguments, **named)
        try:
            try:
                others.wait(0.05)  # a second thread would come here meanwhile, if nothing held it back
            except threading.BrokenBarrierError:
                others.reset()
            return original(*arguments, **named)
        finally:
            inside.release()

    monkeypatch.setattr(np, "load", watched)
    with ThreadPoolExecutor(4) as pool:
        arrays = list(pool.map(load, [tmp_path / "some.npy"] * 8))
    assert [array.tolist() for array in arrays] == [[0, 1, 2]] * 8
    assert overlaps == []
