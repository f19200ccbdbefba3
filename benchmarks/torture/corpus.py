"""Some tens of generated documents in several formats, the same for the same seed, and their changes."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTS = 30
_PLACES = (
    "Ardel Brenk Corvane Dunmar Estrel Fallow Gorsk Hesten Irvale Jorund Kestrel Lunden Marrow Nestor Orvik Pellan "
    "Quarn Rosval Sendar Tormik Ulven Varda Wexley Yarrow Zelmar Ashvale Birkat Cindral Dorven Elmstad Farrow Gilden"
).split()
_COLLECTIONS = ("", "north", "south", "south/coast")
_SENTENCES = (
    "The committee of {place} met on {day} May {year} and heard {n} witnesses from the border districts.",
    "Officials counted {n} attacks in {place} in {year}, more than in any year before.",
    "A spokesman denied that {n} fighters had crossed the river at {place} during the night.",
    "Prices of wheat in {place} rose by {share} percent after the road to the capital was closed.",
    "The report on {place} names {few} factions, and says that most of them have joined forces.",
    "The {place} Relief Agency (PRA) said that it needed {n} tents before the winter of {year}.",
    "Engineers closed the bridge at {place} for {few} weeks, and repaired it at a cost of ${n} million.",
    "“We counted {n} families,” said the mayor of {place}, “and most of them came on foot.”",
)
QUESTIONS = (
    "How many attacks were counted in Brenk?",
    "How many fighters crossed the river at Gorsk?",
    "By how much did prices of wheat rise in Pellan?",
    "When did the committee of Corvane meet?",
    "What does PRA need before the winter?",
    "Which bridge was closed in Sendar, and for how many weeks?",
)


def write_corpus(seeds: Path, seed: int, change: int = 0) -> None:
    """Write the documents of one moment to a folder.

    Args:
        seeds: the folder; other files in it are deleted.
        seed: of everything that is written.
        change: the moment; between two moments a fifth of the documents change, some are added, some removed.
    """
    wanted = dict(_files(seed, change))
    for path in sorted(seeds.rglob("*"), reverse=True):
        if path.is_file() and path.relative_to(seeds).as_posix() not in wanted:
            path.unlink()
    for name, content in wanted.items():
        path = seeds / name
        if not path.is_file() or path.read_text(encoding="utf-8") != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")


def _files(seed: int, change: int) -> list[tuple[str, str]]:
    files = [("aliases.yaml", "PRA: [People's Relief Agency, the relief people]\n"), ("empty.txt", "\n")]
    files.append(("broken.md", "---\ntitle: [never closed\n---\nWords.\n"))
    for number in range(DOCUMENTS):
        if (number + change) % 10 == 0:  # away for one moment, then back
            continue
        files += _document(seed, number, (change + number % 5) // 5)
    return files


def _document(seed: int, number: int, version: int) -> list[tuple[str, str]]:
    chance = random.Random(f"{seed}/{number}/{version}")
    place, collection = _PLACES[number], _COLLECTIONS[number % len(_COLLECTIONS)]
    paragraphs = [
        " ".join(_sentence(chance, place) for _ in range(chance.randint(3, 8))) for _ in range(chance.randint(3, 7))
    ]
    name = f"{collection}/{place.lower()}".lstrip("/")
    date = f"20{10 + number % 14}-0{1 + number % 9}"
    if number % 3 == 0:
        head = f"---\ntitle: The state of {place}\ndate: {date}\n---\n\n"
        return [(f"{name}.md", head + "\n\n".join(f"## Part {i}\n\n{text}" for i, text in enumerate(paragraphs, 1)))]
    document = [(f"{name}.txt", "\n\n".join([f"Report from {place}", *paragraphs]))]
    sidecar = [(f"{name}.meta.yaml", f"title: Report from {place}\ndate: {date}\n")] if number % 2 else []
    return document + sidecar


def _sentence(chance: random.Random, place: str) -> str:
    return chance.choice(_SENTENCES).format(
        place=place,
        n=chance.randint(2, 900),
        few=chance.randint(2, 9),
        share=chance.randint(2, 60),
        day=chance.randint(1, 28),
        year=chance.randint(2015, 2023),
    )
