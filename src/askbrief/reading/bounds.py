"""What reading one file may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from askbrief.settings import Settings


@dataclass(frozen=True, slots=True)
class Bounds:
    """What reading one file may take: seconds, MiB of memory, and characters of text that come of it.

    `ocr` are the languages, such as "eng+deu", in which Tesseract is to read pages without text; None where it is not.
    """

    seconds: float = 120
    mib: int = 2048
    characters: int = 10_000_000
    ocr: str | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the settings have them."""
        return cls(settings.read_seconds, settings.read_mib, settings.max_document_chars, settings.ocr)
