"""Find passages that don't answer a question: the closest others, and its own passage without the answer."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from askbrief.language.analysis import analyse
from training.passages import sentences
from training.questions import occurrences

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from askbrief.inference.encoder import Encoder

K1, B = 1.5, 0.75
"""The BM25 parameters of rank-bm25."""
LEXICAL_WEIGHT = 0.5
"""Weight of BM25, as in askbrief's first ranking."""
CLOSEST = 12
"""Number of closest passages to keep for each question, without those that have the answer."""
_LOOKED_AT = 24
_BLOCK = 256
_LEAST_WORDS = 15


def closest(
    questions: Sequence[tuple[str, str, int]],
    passages: Sequence[str],
    encoder: Encoder,
    advance: Callable[[int], None] = lambda _: None,
) -> list[list[int]]:
    """Find for each question the passages of askbrief's first ranking that hold no answer.

    Args:
        questions: questions with their answers and the number of the passage that answers.
        passages: all passages.
        encoder: computes the vectors for the cosines.
        advance: called with the number of further texts that are done.

    Returns:
        For each question the numbers of at most `CLOSEST` passages, the closest first.
    """
    lexical, column = _lexical(passages)
    dense = _encoded(encoder.encode_documents, passages, advance)
    found: list[list[int]] = []
    for at in range(0, len(questions), _BLOCK):
        block = questions[at : at + _BLOCK]
        terms = [[column[t] for t in set(analyse(question)) if t in column] for question, _, _ in block]
        rows = np.repeat(np.arange(len(block)), [len(some) for some in terms])
        asked = sparse.csr_matrix(
            (np.ones(len(rows), np.float32), (rows, np.array([t for some in terms for t in some], dtype=np.int64))),
            shape=(len(block), lexical.shape[1]),
        )
        scores = (asked @ lexical.T).toarray()
        scores /= np.maximum(scores.max(axis=1, keepdims=True), 1e-6)
        cosines = np.stack([encoder.encode_query(question) for question, _, _ in block]) @ dense.T
        scores = LEXICAL_WEIGHT * scores + (1 - LEXICAL_WEIGHT) * cosines
        best = np.argpartition(-scores, min(_LOOKED_AT, scores.shape[1] - 1), axis=1)[:, :_LOOKED_AT]
        for row, (_, answer, own) in enumerate(block):
            order = best[row][np.argsort(-scores[row, best[row]])].tolist()
            others = [n for n in order if n != own and not occurrences(answer, passages[n])]
            found.append(others[:CLOSEST])
        advance(len(block))
    return found


def without_answer(passage: str, answer: str) -> str | None:
    """Return a passage without the sentences that hold the answer; None if too little is left."""
    kept = " ".join(sentence for sentence in sentences(passage) if not occurrences(answer, sentence))
    return kept if len(kept.split()) >= _LEAST_WORDS and not occurrences(answer, kept) else None


def _encoded(
    encode: Callable[[Sequence[str]], NDArray[np.float32]], texts: Sequence[str], advance: Callable[[int], None]
) -> NDArray[np.float32]:
    made = []
    for at in range(0, len(texts), _BLOCK):
        made.append(encode(texts[at : at + _BLOCK]))
        advance(len(made[-1]))
    return np.concatenate(made)


def _lexical(passages: Sequence[str]) -> tuple[sparse.csr_matrix, dict[str, int]]:
    """Return BM25 of each term in each passage (float32 [passages, terms]), and the column of each term."""
    counts = [Counter(analyse(text)) for text in passages]
    lengths = np.array([sum(some.values()) for some in counts], dtype=np.float32)
    column: dict[str, int] = {}
    for some in counts:
        for term in some:
            column.setdefault(term, len(column))
    columns = np.array([column[term] for some in counts for term in some], dtype=np.int64)
    rows = np.repeat(np.arange(len(counts)), [len(some) for some in counts])
    frequency = np.array([count for some in counts for count in some.values()], dtype=np.float32)
    idf = np.log((len(passages) + 1) / np.bincount(columns, minlength=len(column))).astype(np.float32)
    norm = K1 * (1 - B + B * lengths / lengths.mean())
    weights = idf[columns] * frequency * (K1 + 1) / (frequency + norm[rows])
    return sparse.csr_matrix((weights, (rows, columns)), shape=(len(passages), len(column))), column
