"""The scan of seeds/: every file is listed, or refused with a reason; nothing outside is touched."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from askbrief.documents.sources import scan
from askbrief.errors import SeedsError

if TYPE_CHECKING:
    from pathlib import Path

    from askbrief.documents.sources import SeedFile

MIB = 1024 * 1024


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    return folder


def write(seeds: Path, *names: str, content: str = "Some text.") -> None:
    for name in names:
        path = seeds / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def look(seeds: Path, max_file_mib: float = 1, known: dict[str, SeedFile] | None = None) -> dict[str, SeedFile]:
    files = scan(seeds, max_file_mib=max_file_mib, known=known)
    assert len({file.doc_id for file in files}) == len(files)
    return {file.doc_id: file for file in files}


def refusals(seeds: Path) -> dict[str, str]:
    return {doc_id: file.refusal for doc_id, file in look(seeds).items() if file.refusal}


# ------------------------------------------------------------------------------------------------ what is there


def test_files_are_listed_in_order_with_sub_folders_as_collections(seeds: Path) -> None:
    write(seeds, "b.txt", "a/z.md", "a/deep/er.txt", "a.txt", "B.txt")
    assert [file.doc_id for file in scan(seeds, max_file_mib=1)] == sorted(
        ["b.txt", "a/z.md", "a/deep/er.txt", "a.txt", "B.txt"]
    )


def test_the_same_name_in_two_collections_is_two_documents(seeds: Path) -> None:
    write(seeds, "un/report.txt", content="One text.")
    write(seeds, "voa/report.txt", content="Another text.")
    files = look(seeds)
    assert set(files) == {"un/report.txt", "voa/report.txt"}
    assert len({file.sha256 for file in files.values()}) == 2


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.txt",
        ".git/config.txt",
        "~$report.txt",
        "report.txt~",
        "report.txt.swp",
        "report.tmp",
        "Thumbs.db",
        "sub/desktop.ini",
        "sub/.DS_Store",
    ],
)
def test_hidden_files_and_editors_leftovers_are_ignored(seeds: Path, name: str) -> None:
    write(seeds, "report.txt", name)
    assert list(look(seeds)) == ["report.txt"]


def test_an_empty_folder_holds_nothing(seeds: Path) -> None:
    assert look(seeds) == {}


def test_a_missing_folder_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SeedsError, match=r"is not there: .*nowhere \(create it, or set ASKBRIEF_SEEDS_DIR\)"):
        scan(tmp_path / "nowhere", max_file_mib=1)


def test_a_file_in_place_of_the_folder_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, "seeds")
    with pytest.raises(SeedsError, match="is not a folder"):
        scan(tmp_path / "seeds", max_file_mib=1)


def test_the_folder_itself_may_be_a_link(seeds: Path, tmp_path: Path) -> None:
    write(seeds, "a.txt")
    (tmp_path / "link").symlink_to(seeds)
    assert refusals(tmp_path / "link") == {}
    assert list(look(tmp_path / "link")) == ["a.txt"]


# ---------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("name", ["a.mp3", "a.xyz", "a.txt.rar"])
def test_a_file_without_a_parser_is_named(seeds: Path, name: str) -> None:
    write(seeds, name, "fine.txt")
    assert list(refusals(seeds)) == [name]
    assert "not readable: " in refusals(seeds)[name]


def test_a_link_that_leaves_the_folder_is_refused(seeds: Path, tmp_path: Path) -> None:
    write(tmp_path, "secret.txt", "outside/a.txt")
    (seeds / "link.txt").symlink_to(tmp_path / "secret.txt")
    (seeds / "relative.txt").symlink_to("../secret.txt")
    (seeds / "folder").symlink_to(tmp_path / "outside")
    assert set(refusals(seeds)) == {"link.txt", "relative.txt", "folder"}
    assert all("leaves seeds/" in reason for reason in refusals(seeds).values())
    assert all(file.sha256 == "" for file in look(seeds).values())


def test_a_link_to_a_folder_whose_name_begins_like_seeds_is_refused(seeds: Path, tmp_path: Path) -> None:
    write(tmp_path / "seeds-private", "a.txt")
    (seeds / "link.txt").symlink_to(tmp_path / "seeds-private" / "a.txt")
    assert "leaves seeds/" in refusals(seeds)["link.txt"]


def test_a_link_inside_the_folder_is_read_like_a_file(seeds: Path) -> None:
    write(seeds, "a.txt")
    (seeds / "b.txt").symlink_to("a.txt")
    files = look(seeds)
    assert refusals(seeds) == {}
    assert files["a.txt"].sha256 == files["b.txt"].sha256


@pytest.mark.parametrize(("link", "target"), [("broken.txt", "nowhere.txt"), ("loop.txt", "loop.txt")])
def test_a_link_that_is_broken_is_refused(seeds: Path, link: str, target: str) -> None:
    (seeds / link).symlink_to(target)
    assert "cannot be read" in refusals(seeds)[link]


def test_a_link_to_a_folder_is_not_followed_even_if_it_is_circular(seeds: Path) -> None:
    write(seeds, "sub/a.txt")
    (seeds / "sub" / "up").symlink_to(seeds)
    (seeds / "again").symlink_to("sub")
    assert set(look(seeds)) == {"sub/a.txt", "sub/up", "again"}
    assert all("link to a folder" in reason for reason in refusals(seeds).values())


def test_a_pipe_is_refused_without_waiting_for_it(seeds: Path) -> None:
    os.mkfifo(seeds / "pipe.txt")
    assert refusals(seeds) == {"pipe.txt": "is not a regular file"}


def test_a_file_over_the_limit_is_refused_and_one_at_the_limit_is_not(seeds: Path) -> None:
    (seeds / "at.txt").write_bytes(b"a" * (MIB // 2))
    (seeds / "over.txt").write_bytes(b"a" * (MIB // 2 + 1))
    files = look(seeds, max_file_mib=0.5)
    assert files["at.txt"].refusal is None
    assert "the limit is 0.5 MiB (ASKBRIEF_MAX_FILE_MIB)" in (files["over.txt"].refusal or "")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(seeds: Path) -> None:
    write(seeds, "a.txt", "b.txt")
    (seeds / "a.txt").chmod(0)
    assert refusals(seeds) == {"a.txt": "cannot be read: permission denied"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_sub_folder_that_may_not_be_listed_is_an_error_and_not_an_empty_one(seeds: Path) -> None:
    write(seeds, "sub/a.txt")
    (seeds / "sub").chmod(0)
    try:
        with pytest.raises(SeedsError, match=r"cannot list .*sub: permission denied"):
            scan(seeds, max_file_mib=1)
    finally:
        (seeds / "sub").chmod(0o700)


@pytest.mark.parametrize("name", [b"caf\xe9.txt", b"caf\xe9/a.txt", b"caf\xe9/a.pdf"])
def test_a_name_that_is_no_unicode_is_refused_and_can_be_shown(seeds: Path, name: bytes) -> None:
    write(seeds, os.fsdecode(name), "fine.txt")
    ((doc_id, reason),) = refusals(seeds).items()
    assert doc_id.encode() == name.replace(b"\xe9", rb"\udce9")
    assert "not valid Unicode" in reason


# --------------------------------------------------------------------------------------------------- side-cars


def test_a_sidecar_belongs_to_its_document_and_is_none_itself(seeds: Path) -> None:
    write(seeds, "a.txt", "a.txt.meta.yaml", "b.md", "b.meta.yaml")
    files = look(seeds)
    assert refusals(seeds) == {}
    assert {doc_id: file.sidecar and file.sidecar.name for doc_id, file in files.items()} == {
        "a.txt": "a.txt.meta.yaml",
        "b.md": "b.meta.yaml",
    }


@pytest.mark.parametrize("name", ["lost.meta.yaml", "sub/a.meta.yaml", "a.md.meta.yaml"])
def test_a_sidecar_without_its_document_is_named(seeds: Path, name: str) -> None:
    write(seeds, "a.txt", name)
    assert list(refusals(seeds)) == [name]
    assert "side-car without a document" in refusals(seeds)[name]


def test_the_sidecar_of_a_refused_document_is_not_called_an_orphan(seeds: Path) -> None:
    write(seeds, "report.mp3", "report.meta.yaml")
    assert list(refusals(seeds)) == ["report.mp3"]


def test_a_sidecar_that_leaves_the_folder_is_named_as_the_reason(seeds: Path, tmp_path: Path) -> None:
    write(tmp_path, "secret.yaml", content="title: x")
    write(seeds, "a.txt")
    (seeds / "a.meta.yaml").symlink_to(tmp_path / "secret.yaml")
    assert refusals(seeds)["a.txt"].startswith("side-car a.meta.yaml is a link that leaves seeds/")


# ----------------------------------------------------------------------------------------------- what changed


def same_stamp(path: Path, content: str) -> None:
    """Write other content of the same size, and restore the time."""
    before = path.stat()
    path.write_text(content)
    assert path.stat().st_size == before.st_size
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def touch(path: Path, seconds: int = 10) -> None:
    """Make a file older by some seconds."""
    os.utime(path, ns=(0, path.stat().st_mtime_ns - seconds * 10**9))


def test_the_same_content_has_the_same_fingerprint_wherever_it_is_and_whenever_written(seeds: Path) -> None:
    write(seeds, "a.txt", "sub/b.txt")
    touch(seeds / "a.txt")
    files = look(seeds)
    assert files["a.txt"].fingerprint == files["sub/b.txt"].fingerprint
    assert files["a.txt"].stamp != files["sub/b.txt"].stamp


@pytest.mark.parametrize("what", ["content", "side-car added", "side-car changed", "side-car removed"])
def test_a_change_to_a_document_or_its_sidecar_changes_its_fingerprint(seeds: Path, what: str) -> None:
    write(seeds, "a.txt")
    if what != "side-car added":
        write(seeds, "a.meta.yaml", content="title: x")
    before = look(seeds)["a.txt"]
    if what == "content":
        write(seeds, "a.txt", content="Other text, longer.")
    elif what == "side-car removed":
        (seeds / "a.meta.yaml").unlink()
    else:
        write(seeds, "a.meta.yaml", content="title: xy")
    after = look(seeds, known={"a.txt": before})["a.txt"]
    assert after.fingerprint != before.fingerprint
    assert after.stamp != before.stamp


def test_a_known_file_of_the_same_size_and_time_is_not_read_again(seeds: Path) -> None:
    write(seeds, "a.txt", content="Some text.")
    before = look(seeds)
    same_stamp(seeds / "a.txt", "Same size.")
    assert look(seeds, known=before)["a.txt"].sha256 == before["a.txt"].sha256
    assert look(seeds)["a.txt"].sha256 != before["a.txt"].sha256


def test_a_known_sidecar_of_the_same_size_and_time_is_not_read_again(seeds: Path) -> None:
    write(seeds, "a.txt")
    write(seeds, "a.meta.yaml", content="title: x")
    before = look(seeds)
    same_stamp(seeds / "a.meta.yaml", "title: y")
    assert look(seeds, known=before)["a.txt"].fingerprint == before["a.txt"].fingerprint
    assert look(seeds)["a.txt"].fingerprint != before["a.txt"].fingerprint


def test_a_known_file_with_another_time_is_read_again(seeds: Path) -> None:
    write(seeds, "a.txt", content="Some text.")
    before = look(seeds)
    write(seeds, "a.txt", content="Same size.")
    touch(seeds / "a.txt")
    assert look(seeds, known=before)["a.txt"].sha256 == look(seeds)["a.txt"].sha256 != before["a.txt"].sha256


def test_a_refused_file_is_checked_again(seeds: Path) -> None:
    (seeds / "a.txt").symlink_to("nowhere.txt")
    before = look(seeds)
    (seeds / "a.txt").unlink()
    write(seeds, "a.txt")
    after = look(seeds, known=before)["a.txt"]
    assert after.refusal is None
    assert after.fingerprint != before["a.txt"].fingerprint
