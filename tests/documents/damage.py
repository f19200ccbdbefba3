"""Files as they come after a bad disk, a broken download or a hand that means harm."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def damaged(data: bytes, times: int, seed: int = 0) -> Iterator[bytes]:
    """The file cut off, with bytes changed, with a piece taken out, put in twice, or noise in it; always the same."""
    draw = random.Random(seed)
    for _ in range(times):
        changed = bytearray(data)
        at, other = sorted((draw.randrange(len(data) + 1), draw.randrange(len(data) + 1)))
        match draw.randrange(5):
            case 0:
                del changed[at:]
            case 1:
                for _ in range(draw.choice((1, 3, 30))):
                    changed[draw.randrange(len(data))] = draw.randrange(256)
            case 2:
                del changed[at : min(other, at + 200)]
            case 3:
                changed[at:at] = data[at:other][:2000]
            case _:
                changed[at : at + 16] = draw.randbytes(16)
        yield bytes(changed)
