"""What of the index somebody may see, counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from bot.markup import titled

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from askbrief.records import Source
    from bot.language import Words

_FEW = 3


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts and names within one scope, and when the index was built."""

    documents: int
    passages: int
    titles: tuple[str, ...]
    collections: tuple[str, ...]
    years: tuple[int, int] | None
    built_at: dt.datetime

    @classmethod
    def of(cls, sources: Sequence[Source], built_at: dt.datetime) -> Self:
        """Count the sources that a scope admits."""
        days = [day for source in sources for day in (source.metadata.first_day(), source.metadata.last_day()) if day]
        return cls(
            documents=len(sources),
            passages=sum(source.passages for source in sources),
            titles=tuple(titled(source.title, source.doc_id) for source in sources[:_FEW]),
            collections=tuple(sorted({source.collection for source in sources if source.collection})),
            years=(min(days).year, max(days).year) if days else None,
            built_at=built_at,
        )

    def footer(self, words: Words, now: dt.datetime) -> str:
        """The quiet line under an answer: how much was searched, and how old the index is."""
        return "-# " + words(
            "footer",
            documents=words("documents", count=self.documents),
            passages=words("passages", count=self.passages),
            ago=words.ago(self.built_at, now),
        )
