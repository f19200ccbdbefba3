"""Read damaged PDF files: `python -m tests.documents.pdf_damage FIRST COUNT`, in a process that may crash.

Each is a real or made file, cut short, with bytes changed, or with pieces of another in it; a number always gives the
same damage. It says which number it is at, so that a crash can be told.
"""

from __future__ import annotations

import random
import sys
import time
from typing import TYPE_CHECKING

from askbrief.documents import pdf
from askbrief.errors import ParsingError
from tests.documents.pdf.test_pdf import PROSE, REAL, check_sound
from tests.documents.pdfs import Made

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_SECONDS = 10
_HOSTILE = (b"-1", b"0", b"2147483648", b"99999999999", b"1e38", b"<<", b">>", b"[", b"]", b"null", b"2 0 R", b"20 0 R")


def damaged(files: Sequence[bytes], number: int) -> bytes:
    """A file with the damage of that number."""
    chance = random.Random(number)
    data = bytearray(chance.choice(files))
    for _ in range(chance.choice((1, 1, 3, 10, 100))):
        at = chance.randrange(len(data) or 1)
        kind = chance.randrange(6)
        if kind == 0:
            del data[at:]
        elif kind == 1:
            data[at : at + 1] = bytes([chance.randrange(256)])
        elif kind == 2:
            del data[at : at + chance.randrange(1, 2000)]
        elif kind == 3:
            other = chance.choice(files)
            start = chance.randrange(len(other))
            data[at:at] = other[start : start + chance.randrange(1, 2000)]
        elif kind == 4:
            data[at : at + chance.randrange(1, 8)] = chance.choice(_HOSTILE)
        elif digits := [index for index in range(at, min(at + 400, len(data))) if 48 <= data[index] <= 57]:
            data[chance.choice(digits)] = chance.randrange(48, 58)
    return bytes(data)


def main(first: int, count: int) -> None:
    """Read so many files."""
    made = Made(bookmarks=[("Overview", 1)], info={"Title": "Report"}, attached=("a.txt", b"words"))
    made.page().put(72, 40, "Overview", size=16).lines(72, 90, PROSE).scan().page().lines(72, 90, PROSE)
    files = [*(path.read_bytes() for path in sorted(REAL.glob("*.pdf"))), *[made.data()] * 6]
    read = refused = 0
    for number in range(first, first + count):
        print(number, end="\r", flush=True)  # noqa: T201
        begun = time.process_time()
        try:
            check_sound(pdf.parse(damaged(files, number)))
            read += 1
        except ParsingError:
            refused += 1
        took = time.process_time() - begun
        assert took < _MOST_SECONDS, f"{number} took {took:.1f} s"
    print(f"\n{read} read, {refused} refused")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
