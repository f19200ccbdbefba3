"""The verdict means the same in an index of one document, of twenty, and of thousands.

The real model encodes the seed, the questions and the briefs. The rest of the large indexes consists of the briefs'
words in random order, with random vectors, because encoding thousands of passages is not the point.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
import regex

from askbrief import Library, build
from askbrief.records import Verdict
from tests.conftest import ROOT
from tests.test_briefs import BRIEFS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from askbrief.inference.encoder import Encoder

ANSWERED = {
    "how many TTP fighters are in Afghanistan?": "3,000 to 4,000",
    "When did the Taliban seize control of Kabul?": "August 15",
    "how many people were killed by Pakistan's airstrikes in Kunar and Khost?": "47 people",
    "how much protection money did Khyber Pakhtunkhwa's former governor pay?": "$36,350",
    "by how much did terrorist attacks in Pakistan increase in 2021?": "42%",
}
UNANSWERED = {
    "off topic": ["who won the 2018 world cup?", "how do I bake sourdough bread?"],
    "near miss": ["what is the population of Peshawar?", "when was Claude Rakisits born?"],
    "false presupposition": [
        "Why did the TTP sign a peace treaty with India in 2015?",
        "who didn't celebrate the Taliban's return?",
    ],
}
FILLED = "Notice "


class PartlyMadeUp:
    """The real model, except for filler text, which gets random vectors, the same for the same text."""

    def __init__(self, real: Encoder) -> None:
        self._real = real
        self.model_id, self.form = real.model_id, real.form
        self.dimension, self.max_tokens = real.dimension, real.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._real.count_tokens(texts)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        return self._real.encode_query(text)

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        real = [place for place, text in enumerate(texts) if FILLED not in text]
        rows[real] = self._real.encode_documents([texts[place] for place in real])
        for place in set(range(len(texts))).difference(real):
            vector = np.random.default_rng(len(texts[place]) + place).standard_normal(self.dimension)
            rows[place] = vector / np.linalg.norm(vector)
        return rows


def filled(seeds: Path, count: int) -> None:
    """Add documents of the briefs' words in random order, one sentence each."""
    words = regex.findall(r"\p{Ll}{3,}", " ".join(path.read_text("utf-8") for path in sorted(BRIEFS.rglob("*.md"))))
    random = np.random.default_rng(7)
    for number in range(count):
        text = f"{FILLED}{number} {' '.join(random.choice(words, 60).tolist())}."
        (seeds / f"filler-{number:05d}.txt").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module", params=[1, 20, 2_000])
def library(
    request: pytest.FixtureRequest, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Library]:
    """Build the seed alone, with the briefs, and with thousands of other documents."""
    folder = tmp_path_factory.mktemp("size")
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    if request.param > 1:
        shutil.copytree(BRIEFS, folder / "seeds" / "briefs")
        filled(folder / "seeds", request.param - 13)
    mixed = PartlyMadeUp(encoder)
    report = build(folder / "seeds", folder / "index", encoder=mixed)
    assert report.documents == request.param
    with Library.open(folder / "index", encoder=mixed) as library:
        yield library


@pytest.mark.parametrize("question", ANSWERED)
def test_what_a_document_says_is_answered_however_many_there_are(library: Library, question: str) -> None:
    answer = library.ask(question)
    assert answer.verdict is not Verdict.NONE
    assert ANSWERED[question] in answer.hits[0].answer_sentence


@pytest.mark.parametrize("kind", UNANSWERED)
def test_what_none_of_them_says_is_not_answered_however_many_there_are(library: Library, kind: str) -> None:
    assert [library.ask(question).verdict for question in UNANSWERED[kind]] == [Verdict.NONE] * len(UNANSWERED[kind])
