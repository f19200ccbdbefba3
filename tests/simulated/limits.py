"""What Discord refuses and its description does not tell, and what this bot must never send: mentions that ping."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import regex

from tests.simulated.limit_components import FILE, NESTED, ROW, TEXT, Part, component_problems, kind_name, walk
from tests.simulated.limit_values import as_dict, as_dicts, as_int, as_text, too_long, unknown, utf16_length

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

COMPONENTS_V2 = 1 << 15
_ALWAYS = "content embeds allowed_mentions components flags attachments tts"  # discord.py sends `tts` with edits too
_MESSAGE = frozenset(f"{_ALWAYS} sticker_ids poll shared_client_theme message_reference nonce enforce_nonce".split())
_EDIT = frozenset(f"{_ALWAYS} sticker_ids".split())
_WEBHOOK = frozenset(f"{_ALWAYS} poll username avatar_url thread_name applied_tags".split())
_RESPONSE = frozenset(f"{_ALWAYS} poll".split())
_CALLBACK = frozenset({"type", "data"})
_MODAL = frozenset({"custom_id", "title", "components"})
_MENTIONS = frozenset({"parse", "users", "roles", "replied_user"})
_EMBED = {  # discord.py always sends `flags`
    "": frozenset(
        "title type description url timestamp color footer image thumbnail video provider author fields flags".split()
    ),
    "footer": frozenset("text icon_url proxy_icon_url".split()),
    "author": frozenset("name url icon_url proxy_icon_url".split()),
    "provider": frozenset({"name", "url"}),
    **dict.fromkeys(("image", "thumbnail", "video"), frozenset("url proxy_url height width description".split())),
}
_FIELD = frozenset({"name", "value", "inline"})
_ATTACHMENT = frozenset(  # discord.py gives whole attachments back to keep them
    "id filename title description duration_secs waveform is_spoiler is_remix "
    "proxy_url size url spoiler height width content_type".split()
)
_COMMAND = frozenset(
    "id type name name_localizations description description_localizations options default_member_permissions "
    "dm_permission default_permission nsfw contexts integration_types handler".split()
)
_OPTION = frozenset(
    "type name name_localizations description description_localizations required choices options channel_types "
    "min_value max_value min_length max_length autocomplete".split()
)
_CHOICE = frozenset({"name", "name_localizations", "value"})
_CHAT_INPUT, _SUBCOMMAND, _SUBCOMMAND_GROUP = 1, 1, 2
_MOST_COMMANDS = {1: ("slash", 100), 2: ("user-menu", 15), 3: ("message-menu", 15)}
_COMMAND_NAME = regex.compile(r"[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}")
_AUTOCOMPLETE, _OPENS_MODAL = 8, 9


def findings(method: str, path: str, body: Any) -> list[str]:
    """What is wrong with a request, one line each; whatever carries no message, modal or command is left alone.

    Args:
        method: such as POST.
        path: relative to /api/v10, such as /channels/123/messages.
        body: the JSON, or the `payload_json` of a form; None without one.
    """
    return [f"{method} {path}: {problem}" for problem in _problems(method, path, body)]


def _problems(method: str, path: str, body: Any) -> Iterator[str]:
    match (method, path.partition("?")[0].strip("/").split("/")):
        case "POST", ["channels", _, "messages"]:
            yield from _message(as_dict(body), _MESSAGE)
        case "PATCH", ["channels", _, "messages", _]:
            yield from _message(as_dict(body), _EDIT)
        case "POST", ["channels", _, "threads"] if "message" in as_dict(body):
            yield from _message(as_dict(body["message"]), _MESSAGE, "message/")
        case "POST", ["webhooks", _, _]:
            yield from _message(as_dict(body), _WEBHOOK)
        case "PATCH", ["webhooks", _, _, "messages", _]:
            yield from _message(as_dict(body), _RESPONSE)
        case "POST", ["interactions", _, _, "callback"]:
            yield from _callback(as_dict(body))
        case "PUT" | "POST" | "PATCH", ["applications", _, *rest] if "commands" in rest and "permissions" not in rest:
            yield from _commands(body) if isinstance(body, list) else _command(as_dict(body), "body")


# ---------------------------------------------------------------------------------------------- messages


def _callback(body: Mapping[str, Any]) -> Iterator[str]:
    yield from unknown(body, _CALLBACK, "body")
    data = as_dict(body.get("data"))
    kind = body.get("type")
    if kind == _OPENS_MODAL:
        yield from _modal(data)
    elif kind == _AUTOCOMPLETE:
        yield from unknown(data, frozenset({"choices"}), "data")
        yield from _choices(data, "data/choices")
    else:
        yield from _message(data, _RESPONSE, "data/")


def _message(message: Mapping[str, Any], known: frozenset[str], at: str = "") -> Iterator[str]:
    yield from unknown(message, known, at.rstrip("/") or "body")
    yield from too_long(message, f"{at}content", 2000)
    yield from _embeds(message, f"{at}embeds")
    yield from _attachments(message, at)
    parts = list(walk(message.get("components"), f"{at}components", "message"))
    yield from component_problems(parts)
    yield from _layout(message, parts, at)
    texts = [as_text(part.get("content")) for _, part, _ in parts if part.get("type") == TEXT]
    if sum(map(utf16_length, texts)) > 4000:
        yield f"{at}components: {sum(map(utf16_length, texts))} characters in all text displays, at most 4000"
    if known is _EDIT:  # discord.py leaves it out where only the view changes, and such an edit pings nobody
        texts = []
    yield from _mentions(message, f"{at}allowed_mentions", says=any([message.get("content"), *texts]))


def _layout(message: Mapping[str, Any], parts: Sequence[Part], at: str) -> Iterator[str]:
    new = bool(as_int(message.get("flags")) & COMPONENTS_V2)
    if new:
        for key in ("content", "embeds", "poll", "sticker_ids"):
            if message.get(key):
                yield f"{at}{key}: not together with components v2"
    else:
        for here, part, where in parts:
            if where == "message" and as_int(part.get("type")) in NESTED["message"] - {ROW}:
                yield f"{here}: {kind_name(part)} without the flag for components v2"
        if len(as_dicts(message.get("components"))) > 5:
            yield f"{at}components: {len(as_dicts(message.get('components')))} rows, at most 5"
    if len(parts) > 40:
        yield f"{at}components: {len(parts)} components through all levels, at most 40"


def _mentions(message: Mapping[str, Any], at: str, *, says: bool) -> Iterator[str]:
    allowed = message.get("allowed_mentions")
    if allowed is None:
        if says:
            yield f"{at}: allowed_mentions missing"
        return
    yield from unknown(as_dict(allowed), _MENTIONS, at)
    if "parse" not in as_dict(allowed):
        yield f"{at}: no parse: []"
    for key in sorted(_MENTIONS):
        if as_dict(allowed).get(key):
            yield f"{at}: could ping: {key} {allowed[key]!r}"


def _attachments(message: Mapping[str, Any], at: str) -> Iterator[str]:
    listed = as_dicts(message.get("attachments"))
    for number, attachment in enumerate(listed):
        yield from unknown(attachment, _ATTACHMENT, f"{at}attachments/{number}")
    names = {as_text(one.get("filename")) for one in listed}
    for here, part, _ in walk(message.get("components"), f"{at}components", "message"):
        url = as_text(as_dict(part.get("file")).get("url"))
        if part.get("type") == FILE and listed and url.removeprefix("attachment://") not in names:
            yield f"{here}: {url!r} is not among the attachments"


def _embeds(message: Mapping[str, Any], at: str) -> Iterator[str]:
    embeds = as_dicts(message.get("embeds"))
    if len(embeds) > 10:
        yield f"{at}: {len(embeds)} embeds, at most 10"
    total = 0
    for number, embed in enumerate(embeds):
        here = f"{at}/{number}"
        for key, known in _EMBED.items():
            yield from unknown(as_dict(embed.get(key)) if key else embed, known, f"{here}/{key}".rstrip("/"))
        texts = [(embed, f"{here}/title", 256), (embed, f"{here}/description", 4096)]
        texts.append((as_dict(embed.get("footer")), f"{here}/footer/text", 2048))
        texts.append((as_dict(embed.get("author")), f"{here}/author/name", 256))
        fields = as_dicts(embed.get("fields"))
        if len(fields) > 25:
            yield f"{here}/fields: {len(fields)} fields, at most 25"
        for index, field in enumerate(fields):
            place = f"{here}/fields/{index}"
            yield from unknown(field, _FIELD, place)
            texts += [(field, f"{place}/name", 256), (field, f"{place}/value", 1024)]
        for part, place, most in texts:
            yield from too_long(part, place, most)
            total += utf16_length(as_text(part.get(place.rpartition("/")[2])))
    if total > 6000:
        yield f"{at}: {total} characters in all embeds, at most 6000"


def _modal(modal: Mapping[str, Any]) -> Iterator[str]:
    yield from unknown(modal, _MODAL, "data")
    yield from too_long(modal, "data/title", 45)
    yield from too_long(modal, "data/custom_id", 100)
    for key in sorted(_MODAL):
        if not modal.get(key):
            yield f"data: modal without {key}"
    top = as_dicts(modal.get("components"))
    if len(top) > 5:
        yield f"data/components: {len(top)} components in a modal, at most 5"
    yield from component_problems(list(walk(top, "data/components", "modal")))


# ---------------------------------------------------------------------------------------------- commands


def _commands(body: Any) -> Iterator[str]:
    commands = as_dicts(body)
    for number, command in enumerate(commands):
        yield from _command(command, str(number))
    counts = Counter(as_int(command.get("type") or _CHAT_INPUT) for command in commands)
    for kind, (name, most) in _MOST_COMMANDS.items():
        if counts[kind] > most:
            yield f"body: {counts[kind]} {name} commands, at most {most}"


def _command(command: Mapping[str, Any], here: str) -> Iterator[str]:
    yield from unknown(command, _COMMAND, here)
    if (command.get("type") or _CHAT_INPUT) == _CHAT_INPUT:
        yield from _named(command, here)
        yield from _options(command, here)
        return
    for key in ("description", "options"):
        if command.get(key):
            yield f"{here}: a command of a menu takes no {key}"
    yield from too_long(command, f"{here}/name", 32)


def _named(thing: Mapping[str, Any], here: str) -> Iterator[str]:
    names = {"name": thing.get("name"), **as_dict(thing.get("name_localizations"))}
    for language, name in names.items():
        if not _COMMAND_NAME.fullmatch(as_text(name)) or as_text(name) != as_text(name).lower():
            yield f"{here}: {language}: not a command name: {name!r}"
    descriptions = {"description": thing.get("description"), **as_dict(thing.get("description_localizations"))}
    for language, description in descriptions.items():
        if not 1 <= utf16_length(as_text(description)) <= 100:
            yield f"{here}: {language}: a description of {utf16_length(as_text(description))} characters, 1 to 100"


def _options(thing: Mapping[str, Any], here: str) -> Iterator[str]:
    options = as_dicts(thing.get("options"))
    if len(options) > 25:
        yield f"{here}/options: {len(options)} options, at most 25"
    for number, option in enumerate(options):
        inside = f"{here}/options/{number}"
        yield from unknown(option, _OPTION, inside)
        yield from _named(option, inside)
        yield from _choices(option, f"{inside}/choices")
        if option.get("type") in (_SUBCOMMAND, _SUBCOMMAND_GROUP):
            yield from _options(option, inside)
    needed = [bool(one.get("required")) for one in options]
    if needed != sorted(needed, reverse=True):
        yield f"{here}/options: a required option after one that is not"
    names = Counter(as_text(one.get("name")) for one in options)
    yield from (f"{here}/options: {name!r} is there {count} times" for name, count in names.items() if count > 1)


def _choices(holder: Mapping[str, Any], here: str) -> Iterator[str]:
    choices = as_dicts(holder.get("choices"))
    if len(choices) > 25:
        yield f"{here}: {len(choices)} choices, at most 25"
    for number, choice in enumerate(choices):
        yield from unknown(choice, _CHOICE, f"{here}/{number}")
        for key in ("name", "value"):
            yield from too_long(choice, f"{here}/{number}/{key}", 100)
            if choice.get(key) in (None, ""):
                yield f"{here}/{number}: choice without {key}"
