"""Attachments on their way into seeds/, and documents on their way out."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from askbrief.errors import InputError
from askbrief.settings import Settings
from bot.discord_io.language import Refusal
from bot.features.indexing.uploads import Upload, Uploads, checked_collection

if TYPE_CHECKING:
    from pathlib import Path

TEXT = b"The harbour opened in 1904.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "seeds").mkdir()
    return tmp_path


@pytest.fixture
def uploads(folder: Path) -> Uploads:
    return Uploads(Settings(seeds_dir=folder / "seeds", state_dir=folder / "state", max_file_mib=1))


def keep(uploads: Uploads, doc_id: str, content: bytes = TEXT) -> Upload:
    return uploads.store(content, doc_id, person=1, guild=2)[0]


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its contents."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def removed(folder: Path) -> dict[str, bytes]:
    """What is kept among the removed, without the random folder that each removal has."""
    return {name.partition("/")[2]: content for name, content in files(folder / "state" / "removed").items()}


# ----------------------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "..\\evil.txt",
        "/etc/cron.d/evil.txt",
        "C:\\evil.txt",
        ".hidden.txt",
        ".txt",
        "..txt",
        "-rf.txt",
        "~root.txt",
        "$HOME.txt",
        "a\0b.txt",
        "evil.txt\0.txt",
        "line\nbreak.txt",
        "sub/evil.txt",
        "sub\\evil.txt",
        "a\u2215b.txt",  # division slash
        "a\uff0fb.txt",  # full-width solidus
        "\u2024\u2024\u2215evil.txt",  # one-dot leaders
        "\uff0e\uff0e\uff0fevil.txt",  # full-width stops
        "report\u202etxt.md.txt",  # turns the direction of what follows
        "re\u200bport.txt",  # zero width
        "%2e%2e%2fevil.txt",
        "<b>.txt",
        "a:stream.txt",
        "x" * 5_000 + ".txt",
        "ж" * 120 + ".txt",  # few enough characters, too many bytes for a file system
        "\U0001d51e" * 80 + ".txt",
    ],
)
def test_a_name_that_is_not_plain_is_refused(uploads: Uploads, name: str) -> None:
    with pytest.raises(Refusal, match=r"error-upload-(name|type)"):
        uploads.doc_id(name, "", 10)


@pytest.mark.parametrize(
    "name",
    ["report.txt.meta.yaml", "report.meta.yaml", "report.mp3", "report", "report.txt.exe", "aliases.yaml", "txt", ""],
)
def test_only_files_that_can_be_read_are_taken_and_never_a_side_car(uploads: Uploads, name: str) -> None:
    with pytest.raises(Refusal, match="error-upload-type"):
        uploads.doc_id(name, "", 10)


@pytest.mark.parametrize(
    "name",
    [
        "report.txt",
        "REPORT.TXT",
        "notes 2022-07 (final), v1.2.md",
        "Übersicht.markdown",
        "доклад.txt",
        "報告.text",
        "1.txt",
    ],
)
def test_ordinary_names_of_any_language_are_taken_as_they_are(uploads: Uploads, name: str) -> None:
    assert uploads.doc_id(name, "reports/2022", 10) == f"reports/2022/{name}"


def test_one_name_in_two_unicode_forms_is_one_document(uploads: Uploads) -> None:
    assert uploads.doc_id("Cafe\u0301.txt", "", 10) == uploads.doc_id("Caf\u00e9.txt", "", 10)


def test_the_longest_name_that_is_taken_can_be_written_replaced_and_removed(uploads: Uploads, folder: Path) -> None:
    name = uploads.doc_id("ж" * 98 + ".txt", "/".join(["д" * 90] * 2), 10)
    for _ in range(2):
        uploads.add(keep(uploads, name))
    (folder / "seeds" / f"{name}.meta.yaml").write_text("title: T", encoding="utf-8")
    uploads.remove(name)
    assert not files(folder / "seeds")
    assert set(removed(folder)) == {name, f"{name}.meta.yaml"}


@pytest.mark.parametrize(
    "typed", ["..", "../x", "a/../b", ".git", "a/.hidden", "a\0b", "~", "x.meta.yaml", "a\u2215b/..", "x" * 300]
)
def test_a_collection_cannot_lead_out_of_the_documents(typed: str) -> None:
    with pytest.raises(InputError, match="cannot be a collection"):
        checked_collection(typed)


@pytest.mark.parametrize(
    ("typed", "name"),
    [("", ""), ("  ", ""), ("/", ""), ("reports", "reports"), (" un / 2022 ", "un/2022"), ("un\\2022\\", "un/2022")],
)
def test_a_collection_is_read_as_people_type_it(typed: str, name: str) -> None:
    assert checked_collection(typed) == name


def test_a_path_longer_than_any_file_system_takes_is_refused(uploads: Uploads) -> None:
    with pytest.raises(Refusal, match="error-upload-name"):
        uploads.doc_id("report.txt", checked_collection("/".join(["deep"] * 1_200)), 10)


def test_a_link_below_seeds_leads_nowhere_else(uploads: Uploads, folder: Path) -> None:
    (folder / "secret").mkdir()
    (folder / "seeds" / "linked").symlink_to(folder / "secret")
    (folder / "seeds" / "file.txt").symlink_to(folder / "secret" / "file.txt")
    for name, collection in (("report.txt", "linked"), ("file.txt", "")):
        with pytest.raises(Refusal, match="error-upload-name"):
            uploads.doc_id(name, collection, 10)


def test_a_document_is_no_collection_and_a_collection_no_document(uploads: Uploads, folder: Path) -> None:
    (folder / "seeds" / "notes.txt").write_bytes(TEXT)
    (folder / "seeds" / "un.md").mkdir()
    for name, collection in (("a.txt", "notes.txt"), ("a.txt", "notes.txt/deeper"), ("un.md", "")):
        with pytest.raises(Refusal, match="error-upload-name"):
            uploads.doc_id(name, collection, 10)


# --------------------------------------------------------------------------------------- size and content


def test_the_limit_of_a_file_is_exact(uploads: Uploads) -> None:
    assert uploads.doc_id("a.txt", "", 1024 * 1024) == "a.txt"
    with pytest.raises(Refusal, match="error-upload-size"):
        uploads.doc_id("a.txt", "", 1024 * 1024 + 1)


@pytest.mark.parametrize("content", [b"", b" \n\t\n", b"\xef\xbb\xbf"])
def test_a_file_without_text_is_refused_and_not_kept(uploads: Uploads, folder: Path, content: bytes) -> None:
    with pytest.raises(Refusal, match="error-upload-empty"):
        keep(uploads, "a.txt", content)
    assert not files(folder)


@pytest.mark.parametrize(
    "content", [b"\x7fELF\x02\x01\0\0\0\xff\xfe" * 50, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", bytes(range(256))]
)
def test_binary_rubbish_is_refused_with_the_reason_and_not_kept(uploads: Uploads, folder: Path, content: bytes) -> None:
    with pytest.raises(InputError, match="this file is not text"):
        keep(uploads, "a.txt", content)
    assert not files(folder)


# ------------------------------------------------------------------------------------------- adding, removing


def test_nothing_is_in_seeds_before_the_second_click(uploads: Uploads, folder: Path) -> None:
    upload = keep(uploads, "un/a.txt")
    assert not files(folder / "seeds")
    uploads.add(upload)
    assert files(folder / "seeds") == {"un/a.txt": TEXT}
    assert not files(folder / "state")


def test_a_waiting_file_is_found_after_a_restart(uploads: Uploads, folder: Path) -> None:
    upload = keep(uploads, "a.txt")
    restarted = Uploads(Settings(seeds_dir=folder / "seeds", state_dir=folder / "state"))
    assert restarted.find(upload.upload_id) == upload


@pytest.mark.parametrize("upload_id", ["", ".", "..", "../removed", "0" * 15, "0" * 16, "G" * 16, "0" * 16 + "/.."])
def test_an_id_that_never_was_is_gone(uploads: Uploads, upload_id: str) -> None:
    keep(uploads, "a.txt")
    with pytest.raises(Refusal, match="error-upload-gone"):
        uploads.find(upload_id)


def test_what_is_replaced_is_kept_with_its_sidecar(uploads: Uploads, folder: Path) -> None:
    (folder / "seeds" / "a.txt").write_bytes(b"old words")
    (folder / "seeds" / "a.txt.meta.yaml").write_bytes(b"title: Old")
    assert uploads.exists("a.txt")
    uploads.add(keep(uploads, "a.txt"))
    assert files(folder / "seeds") == {"a.txt": TEXT}
    assert removed(folder) == {"a.txt": b"old words", "a.txt.meta.yaml": b"title: Old"}


def test_two_clicks_at_once_add_a_file_once_and_lose_nothing(uploads: Uploads, folder: Path) -> None:
    (folder / "seeds" / "a.txt").write_bytes(b"old words")
    for _ in range(25):
        upload = keep(uploads, "a.txt")
        with ThreadPoolExecutor(4) as threads:
            outcomes = [future.exception() for future in [threads.submit(uploads.add, upload) for _ in range(4)]]
        assert sorted(str(outcome) for outcome in outcomes) == ["None", *["error-upload-gone"] * 3]
        assert files(folder / "seeds") == {"a.txt": TEXT}


def test_a_disk_that_is_full_does_not_cost_the_document_that_is_there(
    uploads: Uploads, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "seeds" / "a.txt").write_bytes(b"old words")
    upload = keep(uploads, "a.txt")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bot.features.indexing.uploads.shutil.copyfile", full)
    with pytest.raises(OSError, match="No space left"):
        uploads.add(upload)
    assert files(folder / "seeds")["a.txt"] == b"old words"


def test_files_of_one_name_that_are_removed_again_and_again_are_all_kept(uploads: Uploads, folder: Path) -> None:
    for number in range(3):
        (folder / "seeds" / "a.txt").write_bytes(b"%d" % number)
        uploads.remove("a.txt")
    kept = files(folder / "state" / "removed")
    assert sorted(kept.values()) == [b"0", b"1", b"2"]


def test_a_sidecar_goes_with_its_document_and_one_that_is_shared_stays(uploads: Uploads, folder: Path) -> None:
    for name in ("a.txt", "a.md", "a.meta.yaml", "b.txt", "b.meta.yaml"):
        (folder / "seeds" / name).write_bytes(b"title: T")
    uploads.remove("a.txt")
    uploads.remove("b.txt")
    assert set(files(folder / "seeds")) == {"a.md", "a.meta.yaml"}
    assert set(removed(folder)) == {"a.txt", "b.txt", "b.meta.yaml"}


@pytest.mark.parametrize("doc_id", ["../outside.txt", "missing.txt", "un", "/etc/hostname"])
def test_only_documents_below_seeds_can_be_removed(uploads: Uploads, folder: Path, doc_id: str) -> None:
    (folder / "outside.txt").write_bytes(TEXT)
    (folder / "seeds" / "un").mkdir()
    with pytest.raises(Refusal, match="error-document-gone"):
        uploads.remove(doc_id)
    assert (folder / "outside.txt").exists()


def test_a_file_that_nobody_confirms_is_forgotten_after_a_day(uploads: Uploads, folder: Path) -> None:
    old, recent = keep(uploads, "old.txt"), keep(uploads, "recent.txt")
    waiting = folder / "state" / "uploads" / old.upload_id
    os.utime(waiting, (waiting.stat().st_atime, waiting.stat().st_mtime - 25 * 3600))
    keep(uploads, "another.txt")
    assert uploads.find(recent.upload_id) == recent
    with pytest.raises(Refusal, match="error-upload-gone"):
        uploads.find(old.upload_id)
