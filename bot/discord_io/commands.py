"""The commands as Discord registers them: in every language, and sent only when they have changed."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from discord import Locale, app_commands

from askbrief.errors import in_words
from bot.discord_io import language
from bot.errors import log

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bot.discord_io.language import Words

_FILE = "commands.sha256"
_Where = app_commands.TranslationContextLocation


class CommandTranslator(app_commands.Translator):
    """Names and descriptions from the language files: the message `command-index-add`, its attributes the options."""

    def __init__(self, languages: Mapping[str, Words]) -> None:
        """Take the languages; what they lack stays in English."""
        self._languages = languages

    async def translate(
        self, string: app_commands.locale_str, locale: Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        """Say a name or description, or None where the language has none."""
        del string
        words = language.best(self._languages, locale.value)
        if locale.value.partition("-")[0] != words.locale or words.locale == language.FALLBACK:
            return None
        name = message_of(context)
        return words.own(name) if name else None


def message_of(context: app_commands.TranslationContextTypes) -> str | None:
    """The message for a part of a command, such as `command-ask.question-description`."""
    data: Any = context.data
    match context.location:
        case _Where.command_name | _Where.group_name:
            return _command(data)
        case _Where.command_description | _Where.group_description:
            return f"{_command(data)}.description"
        case _Where.parameter_name:
            return f"{_command(data.command)}.{_attribute(data.name)}"
        case _Where.parameter_description:
            return f"{_command(data.command)}.{_attribute(data.name)}-description"
        case _Where.choice_name:
            return f"choice-{_attribute(str(data.value))}"
        case _:
            return None


def _command(command: Any) -> str:  # noqa: ANN401 - a command, a group or a context menu
    name = getattr(command, "qualified_name", command.name)
    return f"command-{str(name).lower().replace(' ', '-')}"


def _attribute(name: str) -> str:
    return name.replace("_", "-")


async def payload_of(tree: app_commands.CommandTree[Any]) -> list[dict[str, Any]]:
    """All commands as they are sent to Discord."""
    commands = tree.get_commands()
    if tree.translator is None:
        return [command.to_dict(tree) for command in commands]
    return [await command.get_translated_payload(tree, tree.translator) for command in commands]


async def sync_if_changed(tree: app_commands.CommandTree[Any], state: Path, *, always: bool = False) -> bool:
    """Send the commands to Discord if they are not those that were sent last, and say whether they were sent."""
    payload = json.dumps([tree.client.application_id, await payload_of(tree)], sort_keys=True)
    mark = hashlib.sha256(payload.encode()).hexdigest()
    file = state / _FILE
    if not always and _read(file) == mark:
        return False
    synced = await tree.sync()
    log.info("commands-synced", commands=len(synced))
    try:
        _write(file, mark)
    except OSError as error:  # they are sent again at the next start
        log.warning("commands-not-marked", error=in_words(error))
    return True


def _read(file: Path) -> str:
    return file.read_text(encoding="ascii", errors="replace").strip() if file.is_file() else ""


def _write(file: Path, mark: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{mark}\n", encoding="ascii")
