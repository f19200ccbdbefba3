"""Commands: their names in every language, their registration with Discord, and the choices of their options."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import structlog
from discord import Locale, app_commands
from rapidfuzz import fuzz, process, utils

from askbrief.documents.metadata import iso_date
from askbrief.errors import InputError, in_words
from askbrief.records import Metadata, Scope
from askbrief.service.scoping import with_parents
from bot.discord_io import language
from bot.discord_io.language import Refusal
from bot.discord_io.markup import clean, cut_to_fit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from askbrief.records import Source
    from bot.discord_io.language import Localization

    Choices = list[app_commands.Choice[str]]

MAX_CHOICES = 25
MAX_CHOICE = 100
"""Discord's limit for the label and the value of a choice, in characters."""
_MIN_SIMILARITY = 55
"""Of 100; below it rapidfuzz's WRatio matches names that share only a few letters."""
_FILE = "commands.sha256"
_Location = app_commands.TranslationContextLocation
log = structlog.get_logger("askbrief.bot")


class CommandTranslator(app_commands.Translator):
    """Takes names and descriptions from the language files: message `command-index-add`, an attribute an option."""

    def __init__(self, languages: Mapping[str, Localization]) -> None:
        self._languages = languages

    async def translate(
        self, string: app_commands.locale_str, locale: Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        """Translate a name or description, or return None if the language has none."""
        del string
        words = language.best_match(self._languages, locale.value)
        if locale.value.partition("-")[0] != words.locale or words.locale == language.FALLBACK:
            return None
        name = message_of(context)
        return words.own(name) if name else None


def message_of(context: app_commands.TranslationContextTypes) -> str | None:
    """Return the message for a part of a command, such as `command-ask.question-description`."""
    data: Any = context.data
    match context.location:
        case _Location.command_name | _Location.group_name:
            return _command(data)
        case _Location.command_description | _Location.group_description:
            return f"{_command(data)}.description"
        case _Location.parameter_name:
            return f"{_command(data.command)}.{_attribute(data.name)}"
        case _Location.parameter_description:
            return f"{_command(data.command)}.{_attribute(data.name)}-description"
        case _Location.choice_name:
            return f"choice-{_attribute(str(data.value))}"
        case _:
            return None


def _command(command: Any) -> str:  # noqa: ANN401 - a command, a group or a context menu
    name = getattr(command, "qualified_name", command.name)
    return f"command-{str(name).lower().replace(' ', '-')}"


def _attribute(name: str) -> str:
    return name.replace("_", "-")


async def command_payload(tree: app_commands.CommandTree[Any]) -> list[dict[str, Any]]:
    commands = tree.get_commands()
    if tree.translator is None:
        return [command.to_dict(tree) for command in commands]
    return [await command.get_translated_payload(tree, tree.translator) for command in commands]


async def sync_if_changed(tree: app_commands.CommandTree[Any], state: Path, *, always: bool = False) -> bool:
    """Send the commands to Discord if they differ from those sent last, or `always`; say whether they were sent.

    A checksum of what was sent is kept in the folder `state`.
    """
    payload = json.dumps([tree.client.application_id, await command_payload(tree)], sort_keys=True)
    checksum = hashlib.sha256(payload.encode()).hexdigest()
    file = state / _FILE
    if not always and file.is_file() and file.read_text(encoding="ascii", errors="replace").strip() == checksum:
        return False
    synced = await tree.sync()
    log.info("commands-synced", commands=len(synced))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{checksum}\n", encoding="ascii")
    except OSError as error:  # they are sent again at the next start
        log.warning("commands-not-marked", error=in_words(error))
    return True


def collections_of(sources: Iterable[Source]) -> list[str]:
    """Return the collections of some sources and the folders above them, sorted."""
    return sorted(with_parents(source.collection for source in sources))


def matching_choices(typed: str, labels: Iterable[tuple[str, str]]) -> Choices:
    """Return up to 25 choices that match what is typed so far, best first; typing errors are tolerated.

    `labels` are pairs of a label and its value; the first of them match if nothing is typed.
    """
    shown = [app_commands.Choice(name=_label(label), value=value) for label, value in labels]
    if not typed.strip():
        return shown[:MAX_CHOICES]
    matches = process.extract(
        typed,
        [choice.name for choice in shown],
        scorer=fuzz.WRatio,
        processor=utils.default_process,
        limit=MAX_CHOICES,
        score_cutoff=_MIN_SIMILARITY,
    )
    return [shown[place] for _, _, place in matches]


def name_choices(typed: str, names: Iterable[str]) -> Choices:
    """Return the matching choices among names that are their own values; names too long for Discord are left out."""
    return matching_choices(typed, own_labels(names))


def own_labels(names: Iterable[str]) -> list[tuple[str, str]]:
    """Pair each name with itself; names too long for Discord are left out."""
    return [(name, name) for name in names if len(name) <= MAX_CHOICE]


def source_choices(typed: str, sources: Sequence[Source]) -> Choices:
    """Return the matching collections, then the matching documents by title; the values are tokens."""
    collections = [(f"📁 {name}", collection_token(name)) for name in collections_of(sources)]
    documents = ((source.title, document_token(source.doc_id)) for source in sources)
    return matching_choices(typed, [*collections, *documents])


def document_choices(typed: str, sources: Sequence[Source]) -> Choices:
    labels = [(f"{source.title} ({source.doc_id})", document_token(source.doc_id)) for source in sources]
    return matching_choices(typed, labels)


def source_scope(chosen: str, sources: Sequence[Source]) -> Scope:
    """Return the scope of a choice, or of a collection, title or path typed by hand; refuse one not in `sources`."""
    by_collection = {name: Scope(collections=frozenset({name})) for name in collections_of(sources)}
    by_document = {source.doc_id: Scope(documents=frozenset({source.doc_id})) for source in sources}
    known = {
        **{source.title.casefold(): by_document[source.doc_id] for source in sources},
        **{name.casefold(): scope for name, scope in {**by_document, **by_collection}.items()},
        **{document_token(name): scope for name, scope in by_document.items()},
        **{collection_token(name): scope for name, scope in by_collection.items()},
    }
    scope = known.get(chosen) or known.get(chosen.strip().casefold())
    if scope is None:
        raise Refusal("error-unknown-source", name=chosen)
    return scope


def chosen_document(chosen: str, sources: Sequence[Source]) -> Source:
    """Return the one document behind a choice, or refuse what is none of the sources."""
    doc_ids = source_scope(chosen, sources).documents or frozenset()
    for source in sources:
        if source.doc_id in doc_ids:
            return source
    raise Refusal("error-unknown-source", name=chosen)


def document_token(doc_id: str) -> str:
    """Return a short text that stands for a document in a button or choice."""
    return _token("d", doc_id)


def collection_token(name: str) -> str:
    return _token("c", name)


def date_scope(since: str | None, until: str | None) -> Scope:
    """Return the scope between two dates, each a year, a month or a day; refuse what is not a date."""
    return Scope(since=_date("since", since).first_day(), until=_date("until", until).last_day())


def _date(option: str, given: str | None) -> Metadata:
    try:
        return Metadata(date=iso_date(given))
    except (ValueError, InputError):
        raise Refusal("error-date", option=option, value=given or "") from None


def _token(kind: str, name: str) -> str:
    return f"{kind}:{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def _label(text: str) -> str:
    return cut_to_fit(" ".join(clean(text).split()), MAX_CHOICE, str) or "…"
