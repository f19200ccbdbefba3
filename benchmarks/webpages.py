"""Compare the text that we read from web pages with the articles that trafilatura extracts.

    pip install trafilatura lxml_html_clean
    python -m benchmarks.webpages PAGE.html ...

For each page: the words of each, how many words only one of them has, and the seconds of each.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import regex
import trafilatura

from askbrief.documents import html

if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> None:
    """Compare on the pages of the command line."""
    print(f"{'page':30} {'ours':>7} {'theirs':>7} {'only ours':>10} {'only theirs':>12} {'s':>6} {'theirs':>7}")
    for name in sys.argv[1:]:
        data = Path(name).read_bytes()
        ours, seconds = _words(lambda data: html.parse(data).text, data)
        theirs, their_seconds = _words(_article, data)
        print(
            f"{Path(name).name[:30]:30} {ours.total():7,} {theirs.total():7,} {(ours - theirs).total():10,} "
            f"{(theirs - ours).total():12,} {seconds:6.2f} {their_seconds:7.2f}"
        )


def _article(page: bytes) -> str:
    return trafilatura.extract(page, include_comments=False, favor_recall=True) or ""


def _words(read: Callable[[bytes], str], page: bytes) -> tuple[Counter[str], float]:
    read(page)
    begun = time.perf_counter()
    text = read(page)
    seconds = time.perf_counter() - begun
    return Counter(regex.findall(r"\w+", text)), seconds


if __name__ == "__main__":
    main()
