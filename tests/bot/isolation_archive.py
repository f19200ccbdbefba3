"""Documents whose every word tells where it is from, in collections inside each other, and an index over them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from askbrief.library import Library
from askbrief.records import Span
from tests.bot.conftest import BotWorkspace
from tests.fakes import HashEncoder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

COLLECTIONS = ("", "vaulta", "vaulta/vaultb", "vaultc", "vaultd")
FATES = ("kept", "changed", "removed", "added")
"""What became of a document in the files since the index was built."""
FILES_OF = {"Added": "added", "Changed": "changed", "Removed": "removed"}
ANSWERED, UNANSWERED = "which ships carry cargo to the harbour?", "do giraffes enjoy singing at the opera?"
ACRONYM = "LL"

Letters = frozenset[str]


@dataclass(frozen=True)
class Doc:
    """A document all of whose words begin with `leak` and its letter, but for one sentence that all share."""

    letter: str
    collection: str
    fate: str

    @property
    def doc_id(self) -> str:
        return f"{self.collection}/{self._word(1)}.txt".lstrip("/")

    @property
    def title(self) -> str:
        return f"{self._word(2)} {self._word(3)}"

    @property
    def year(self) -> int:
        return 2001 + COLLECTIONS.index(self.collection)

    @property
    def long_form(self) -> str:
        """What the acronym that all documents define stands for in this one."""
        return f"{self._word(9_001)} {self._word(9_002)}"

    def content(self, paragraphs: int) -> str:
        parts = [self._paragraph(number) for number in range(1, paragraphs + 1)]
        return "\n\n".join([f"---\ntitle: {self.title}\ndate: {self.year}\n---", *parts])

    def _paragraph(self, number: int) -> str:
        words = iter(range(number * 1_000, number * 1_000 + 200))
        sentences = [" ".join(self._word(next(words)) for _ in range(9)).capitalize() + "." for _ in range(9)]
        fence = " ``` " if self.fate in {"changed", "removed"} else " "  # such a citation is sent as a file
        defined = f" The {self.long_form} ({ACRONYM}) sailed." if number == 1 else ""
        return f"Ships carry cargo to the harbour, {self._word(next(words))}.{defined}{fence}{' '.join(sentences)}"

    def _word(self, number: int) -> str:
        return f"leak{self.letter}{number}"


DOCS = {
    letter: Doc(letter, COLLECTIONS[place // len(FATES)], FATES[place % len(FATES)])
    for place, letter in enumerate("abcdefghijklmnopqrst")
}
EVERY = frozenset(DOCS)


def under(name: str, letters: Iterable[str] = EVERY) -> Letters:
    """The documents in a collection and those below it; `*` is every collection."""
    return frozenset(
        letter
        for letter in letters
        if name in {"*", DOCS[letter].collection} or (name and DOCS[letter].collection.startswith(f"{name}/"))
    )


def under_any(names: Iterable[str]) -> Letters:
    return frozenset().union(*(under(name) for name in names))


@dataclass
class Archive:
    """The folders that every world starts from, and the number of passages of each document before and after."""

    root: Path
    passages: dict[str, int]
    passages_rebuilt: dict[str, int]
    keys: dict[str, list[str]]

    @classmethod
    def make(cls, root: Path) -> Archive:
        workspace = BotWorkspace(root, HashEncoder(), reader=False)
        for doc in DOCS.values():
            if doc.fate != "added":
                workspace.write(doc.doc_id, doc.content(2))
        workspace.build()
        passages, keys = _read(workspace)
        shutil.copytree(root / "index", root / "before")
        for doc in DOCS.values():
            if doc.fate == "removed":
                (root / "seeds" / doc.doc_id).unlink()
            elif doc.fate != "kept":
                workspace.write(doc.doc_id, doc.content(3))
        workspace.build()
        return cls(root, passages, _read(workspace)[0], keys)

    def copy(self, root: Path) -> BotWorkspace:
        """Folders whose files have changed since the index was built."""
        shutil.copytree(self.root / "seeds", root / "seeds")
        shutil.copytree(self.root / "before", root / "index")
        return BotWorkspace(root, HashEncoder(), reader=False)


def _read(workspace: BotWorkspace) -> tuple[dict[str, int], dict[str, list[str]]]:
    by_path = {doc.doc_id: doc.letter for doc in DOCS.values()}
    keys: dict[str, list[str]] = {}
    with Library.open(workspace.root / "index", encoder=workspace.encoder, settings=workspace.settings) as library:
        for source in library.sources():
            found = library.passages_within(source.doc_id, Span(0, source.characters))[0]
            keys.setdefault(by_path[source.doc_id], []).extend(key for key, _ in found)
    return {letter: len(found) for letter, found in keys.items()}, keys
