"""Waiting for documents to change, also while the folder itself goes and comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from askbrief.errors import SeedsError
from askbrief.ingest.sources import watch

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("looked", [1, 2], ids=["as the watch begins", "as a change is built"])
def test_a_folder_that_goes_while_a_change_is_taken_in_is_told_of_and_watched_when_it_is_back(
    tmp_path: Path, looked: int
) -> None:
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    settles = watch(seeds, settle_ms=50)
    for number in range(looked):
        if number:
            (seeds / "new.txt").write_text("New.")
        next(settles)
    seeds.rename(tmp_path / "elsewhere")
    next(settles)
    (tmp_path / "elsewhere").rename(seeds)
    next(settles)
    (seeds / "late.txt").write_text("Late.")
    next(settles)


def test_a_folder_that_is_not_there_from_the_start_cannot_be_watched(tmp_path: Path) -> None:
    with pytest.raises(SeedsError, match="seeds cannot be watched"):
        next(watch(tmp_path / "seeds"))
