"""Side-cars: small YAML files that describe the file of their name beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from askbrief.errors import ReadingError

if TYPE_CHECKING:
    from askbrief.records import Metadata

SIDECAR = ".meta.yaml"


def sidecar_names(name: str) -> tuple[str, str]:
    """What the side-car of a file may be called, the likelier one first.

    >>> sidecar_names("un/report.txt")
    ('un/report.txt.meta.yaml', 'un/report.meta.yaml')
    """
    stem, dot, suffix = name.rpartition(".")
    return f"{name}{SIDECAR}", f"{stem if dot and stem and '/' not in suffix else name}{SIDECAR}"


def read(name: str, content: bytes) -> Metadata:
    """Read what a side-car says.

    Raises:
        ReadingError: it is no side-car; it says why, and names it.
    """
    from askbrief.reading import metadata
    from askbrief.reading.decoding import decode

    where = f"side-car {name}"
    try:
        source = decode(content)
    except ReadingError as error:
        raise ReadingError(f"{where}: {error}") from error
    return metadata.parse(source, where)
