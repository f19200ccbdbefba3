"""The library that serves, while the index is rebuilt, damaged and closed beneath those who read it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from askbrief.errors import IndexDamaged
from askbrief.library import Library
from askbrief.service.hot_reload import HotReload
from askbrief.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Workplace


@pytest.fixture
def serving(workplace: Workplace) -> Iterator[HotReload]:
    """An index over one document, served."""
    workplace.write("dock.txt", "The dock of Larkmouth opened in 1911.\n")
    workplace.build()
    settings = Settings(seeds_dir=workplace.seeds, index_dir=workplace.index, state_dir=workplace.state)
    with HotReload(settings, workplace.encoder) as serving:
        yield serving


def rebuild(workplace: Workplace, number: int) -> str:
    workplace.write(f"quay-{number}.txt", f"Quay {number} has a depth of {number + 2} metres.\n")
    return workplace.build().generation


def named(serving: HotReload) -> str:
    with serving.newest() as library:
        return library.generation_name


def test_the_newest_generation_is_read_and_who_reads_the_one_before_finishes_with_it(
    serving: HotReload, workplace: Workplace
) -> None:
    with serving.newest() as before:
        newest = rebuild(workplace, 1)
        assert named(serving) == newest
        assert len(before.sources()) == 1
        assert before.ask("When did the dock open?").hits
    with pytest.raises(IndexDamaged, match="closed"):
        before.sources()


def test_a_generation_that_cannot_be_opened_is_tried_once_a_minute_and_the_one_before_keeps_serving(
    serving: HotReload, workplace: Workplace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    before, damaged = named(serving), rebuild(workplace, 1)
    manifest = workplace.index / "generations" / damaged / "manifest.json"
    whole = manifest.read_bytes()
    manifest.write_bytes(whole[:-9])
    assert {named(serving) for _ in range(5)} == {before}
    [said] = caplog.messages
    assert "keeps serving: manifest.json of the index is damaged" in said
    manifest.write_bytes(whole)
    assert named(serving) == before
    monkeypatch.setattr("askbrief.service.hot_reload._RETRY_SECONDS", 0)
    assert named(serving) == damaged


def test_while_one_opens_the_newest_generation_others_read_the_one_before(
    serving: HotReload, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, newest = named(serving), rebuild(workplace, 1)
    opening, may_open, opened = threading.Event(), threading.Event(), Library.open

    def open_slowly(*arguments: Any, **options: Any) -> Library:
        opening.set()
        assert may_open.wait(60)
        return opened(*arguments, **options)

    monkeypatch.setattr(Library, "open", open_slowly)
    first = threading.Thread(target=named, args=(serving,))
    first.start()
    assert opening.wait(60)
    assert named(serving) == before
    may_open.set()
    first.join()
    assert named(serving) == newest


def test_what_is_closed_opens_nothing_any_more(serving: HotReload, workplace: Workplace) -> None:
    rebuild(workplace, 1)
    serving.close()
    assert not serving.renew()
