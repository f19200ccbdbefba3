"""The `source` of a question: choices for what is typed, and the scope behind what was chosen."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process, utils

from askbrief.documents.metadata import iso_date
from askbrief.errors import InputError
from askbrief.records import Metadata, Scope
from bot.discord_io.markup import clean, fitted
from bot.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from askbrief.records import Source

MOST_CHOICES = 25
LONGEST_CHOICE = 100
_ALIKE = 55


def collections_of(sources: Iterable[Source]) -> list[str]:
    """The collections of some sources, and the folders above them, in order."""
    names = {source.collection for source in sources if source.collection}
    return sorted(names | {name[:place] for name in names for place, letter in enumerate(name) if letter == "/"})


def choices(typed: str, labels: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Up to 25 (label, value) that fit what is typed so far, the likeliest first; typing errors are forgiven."""
    shown = [(_label(label), value) for label, value in labels]
    if not typed.strip():
        return shown[:MOST_CHOICES]
    found = process.extract(
        typed,
        [label for label, _ in shown],
        scorer=fuzz.WRatio,
        processor=utils.default_process,
        limit=MOST_CHOICES,
        score_cutoff=_ALIKE,
    )
    return [shown[place] for _, _, place in found]


def named(names: Iterable[str]) -> list[tuple[str, str]]:
    """Names as choices that stand for themselves; those that Discord finds too long are left out."""
    return [(name, name) for name in names if len(name) <= LONGEST_CHOICE]


def source_choices(typed: str, sources: Sequence[Source]) -> list[tuple[str, str]]:
    """Collections first, then titles, with what stands for each."""
    collections = [(f"📁 {name}", _mark("c", name)) for name in collections_of(sources)]
    return choices(typed, [*collections, *((source.title, _mark("d", source.doc_id)) for source in sources)])


def document_choices(typed: str, sources: Sequence[Source]) -> list[tuple[str, str]]:
    """Titles with their paths."""
    return choices(typed, [(f"{source.title} ({source.doc_id})", _mark("d", source.doc_id)) for source in sources])


def scope_of(chosen: str, sources: Sequence[Source]) -> Scope:
    """The scope of a choice; also of a collection, title or path typed by hand.

    Raises:
        Refusal: nothing that this person may see has that name.
    """
    by_collection = {name: Scope(collections=frozenset({name})) for name in collections_of(sources)}
    by_document = {source.doc_id: Scope(documents=frozenset({source.doc_id})) for source in sources}
    known = {
        **{source.title.casefold(): by_document[source.doc_id] for source in sources},
        **{name.casefold(): scope for name, scope in {**by_document, **by_collection}.items()},
        **{_mark("d", name): scope for name, scope in by_document.items()},
        **{_mark("c", name): scope for name, scope in by_collection.items()},
    }
    found = known.get(chosen) or known.get(chosen.strip().casefold())
    if found is None:
        raise Refusal("error-unknown-source", name=chosen)
    return found


def document_of(chosen: str, sources: Sequence[Source]) -> Source:
    """The one document behind a choice.

    Raises:
        Refusal: there is none.
    """
    documents = scope_of(chosen, sources).documents or frozenset()
    found = [source for source in sources if source.doc_id in documents]
    if not found:
        raise Refusal("error-unknown-source", name=chosen)
    return found[0]


def mark_of(doc_id: str) -> str:
    """What stands for a document in a button."""
    return _mark("d", doc_id)


def since_until(since: str | None, until: str | None) -> Scope:
    """The scope between two dates, each as precise as it was given.

    Raises:
        Refusal: one of them is no date.
    """
    return Scope(since=_date("since", since).first_day(), until=_date("until", until).last_day())


def _date(option: str, given: str | None) -> Metadata:
    try:
        return Metadata(date=iso_date(given))
    except (ValueError, InputError):
        raise Refusal("error-date", option=option, value=given or "") from None


def _mark(kind: str, name: str) -> str:
    return f"{kind}:{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def _label(text: str) -> str:
    return fitted(" ".join(clean(text).split()), LONGEST_CHOICE, str) or "…"
