"""Text -> unit vectors: what an encoder is, and how it is given many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray


class Encoder(Protocol):
    """Anything that turns passages and questions into unit vectors of the same space."""

    @property
    def model_id(self) -> str:
        """Tells models apart: two encoders of the same id and form give the same vectors."""
        ...

    @property
    def form(self) -> str:
        """How exactly it computes, such as "fp32" or "int8".

        Vectors of one form are found by questions of another, but those of one index are all of the same.
        """
        ...

    @property
    def dimension(self) -> int: ...

    @property
    def max_tokens(self) -> int:
        """How many word pieces of a text the model reads; the rest it would drop in silence."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many word pieces each text has, the model's own marks and document prompt included."""
        ...

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows: float32 [texts, dimension]."""
        ...

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """A unit vector: float32 [dimension]."""
        ...


def encode_in_batches(
    encoder: Encoder,
    texts: Sequence[str],
    *,
    batch: int = 256,
    advance: Callable[[int], None] = lambda _: None,
) -> Iterable[tuple[int, NDArray[np.float32]]]:
    """Encode many texts, the longest first so that batches are padded little.

    Yields:
        The position in `texts` and the unit vector, once each, in no promised order.
    """
    order = sorted(range(len(texts)), key=lambda place: (-len(texts[place]), place))
    for start in range(0, len(order), batch):
        places = order[start : start + batch]
        yield from zip(places, encoder.encode_documents([texts[place] for place in places]), strict=True)
        advance(len(places))
