"""What Discord refuses and its description does not tell, and what this bot must never send: mentions that ping."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

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
_SELECT = "custom_id placeholder min_values max_values disabled required"
_COMPONENTS: dict[Any, tuple[str, frozenset[str]]] = {
    kind: (name, frozenset(f"type id {keys}".split()))
    for kind, name, keys in (
        (1, "action row", "components"),
        (2, "button", "style label emoji custom_id sku_id url disabled"),
        (3, "string select", f"{_SELECT} options"),
        (4, "text input", "custom_id style label min_length max_length required value placeholder"),
        (5, "user select", f"{_SELECT} default_values"),
        (6, "role select", f"{_SELECT} default_values"),
        (7, "mentionable select", f"{_SELECT} default_values"),
        (8, "channel select", f"{_SELECT} default_values channel_types"),
        (9, "section", "components accessory"),
        (10, "text display", "content"),
        (11, "thumbnail", "media description spoiler"),
        (12, "media gallery", "items"),
        (13, "file", "file spoiler"),
        (14, "separator", "divider spacing"),
        (17, "container", "components accent_color spoiler"),
        (18, "label", "label description component"),
        (19, "file upload", "custom_id min_values max_values required"),
        (21, "radio group", "custom_id required options"),
        (22, "checkbox group", "custom_id min_values max_values required options"),
        (23, "checkbox", "custom_id default"),
    )
}
_PARTS = {"emoji": frozenset({"id", "name", "animated"}), "media": frozenset({"url"}), "file": frozenset({"url"})}
_ITEMS = {
    "options": frozenset({"label", "value", "description", "emoji", "default"}),
    "items": frozenset({"media", "description", "spoiler"}),
    "default_values": frozenset({"id", "type"}),
}
_ROW, _BUTTON, _SECTION, _TEXT, _FILE, _LABEL = 1, 2, 9, 10, 13, 18
_SELECTS = {3, 5, 6, 7, 8}
_NESTED = {
    "message": {1, 9, 10, 12, 13, 14, 17},
    "container": {1, 9, 10, 12, 13, 14},
    "action row": {2, *_SELECTS},
    "section": {10},
    "accessory": {2, 11},
    "modal": {1, 10, 18},
    "modal's action row": {4},
    "label": {4, *_SELECTS, 19, 21, 22, 23},
}
_NEED_CUSTOM_ID = _NESTED["label"]
_LINK, _PREMIUM = 5, 6
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
            yield from _message(_dict(body), _MESSAGE)
        case "PATCH", ["channels", _, "messages", _]:
            yield from _message(_dict(body), _EDIT)
        case "POST", ["channels", _, "threads"] if "message" in _dict(body):
            yield from _message(_dict(body["message"]), _MESSAGE, "message/")
        case "POST", ["webhooks", _, _]:
            yield from _message(_dict(body), _WEBHOOK)
        case "PATCH", ["webhooks", _, _, "messages", _]:
            yield from _message(_dict(body), _RESPONSE)
        case "POST", ["interactions", _, _, "callback"]:
            yield from _callback(_dict(body))
        case "PUT" | "POST" | "PATCH", ["applications", _, *rest] if "commands" in rest and "permissions" not in rest:
            yield from _commands(body) if isinstance(body, list) else _command(_dict(body), "body")


# ---------------------------------------------------------------------------------------------- messages


def _callback(body: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown(body, _CALLBACK, "body")
    data = _dict(body.get("data"))
    kind = body.get("type")
    if kind == _OPENS_MODAL:
        yield from _modal(data)
    elif kind == _AUTOCOMPLETE:
        yield from _unknown(data, frozenset({"choices"}), "data")
        yield from _choices(data, "data/choices")
    else:
        yield from _message(data, _RESPONSE, "data/")


def _message(message: Mapping[str, Any], known: frozenset[str], at: str = "") -> Iterator[str]:
    yield from _unknown(message, known, at.rstrip("/") or "body")
    yield from _too_long(message, f"{at}content", 2000)
    yield from _embeds(message, f"{at}embeds")
    yield from _attachments(message, at)
    parts = list(_walk(message.get("components"), f"{at}components", "message"))
    yield from _component_problems(parts)
    yield from _layout(message, parts, at)
    texts = [_text(part.get("content")) for _, part, _ in parts if part.get("type") == _TEXT]
    if sum(map(_length, texts)) > 4000:
        yield f"{at}components: {sum(map(_length, texts))} characters in all text displays, at most 4000"
    if known is _EDIT:  # discord.py leaves it out where only the view changes, and such an edit pings nobody
        texts = []
    yield from _mentions(message, f"{at}allowed_mentions", says=any([message.get("content"), *texts]))


def _layout(message: Mapping[str, Any], parts: Sequence[_Part], at: str) -> Iterator[str]:
    new = bool(_int(message.get("flags")) & COMPONENTS_V2)
    if new:
        for key in ("content", "embeds", "poll", "sticker_ids"):
            if message.get(key):
                yield f"{at}{key}: not together with components v2"
    else:
        for here, part, where in parts:
            if where == "message" and _int(part.get("type")) in _NESTED["message"] - {_ROW}:
                yield f"{here}: {_name(part)} without the flag for components v2"
        if len(_dicts(message.get("components"))) > 5:
            yield f"{at}components: {len(_dicts(message.get('components')))} rows, at most 5"
    if len(parts) > 40:
        yield f"{at}components: {len(parts)} components through all levels, at most 40"


def _mentions(message: Mapping[str, Any], at: str, *, says: bool) -> Iterator[str]:
    allowed = message.get("allowed_mentions")
    if allowed is None:
        if says:
            yield f"{at}: allowed_mentions missing"
        return
    yield from _unknown(_dict(allowed), _MENTIONS, at)
    if "parse" not in _dict(allowed):
        yield f"{at}: no parse: []"
    for key in sorted(_MENTIONS):
        if _dict(allowed).get(key):
            yield f"{at}: could ping: {key} {allowed[key]!r}"


def _attachments(message: Mapping[str, Any], at: str) -> Iterator[str]:
    listed = _dicts(message.get("attachments"))
    for number, attachment in enumerate(listed):
        yield from _unknown(attachment, _ATTACHMENT, f"{at}attachments/{number}")
    names = {_text(one.get("filename")) for one in listed}
    for here, part, _ in _walk(message.get("components"), f"{at}components", "message"):
        url = _text(_dict(part.get("file")).get("url"))
        if part.get("type") == _FILE and listed and url.removeprefix("attachment://") not in names:
            yield f"{here}: {url!r} is not among the attachments"


def _embeds(message: Mapping[str, Any], at: str) -> Iterator[str]:
    embeds = _dicts(message.get("embeds"))
    if len(embeds) > 10:
        yield f"{at}: {len(embeds)} embeds, at most 10"
    total = 0
    for number, embed in enumerate(embeds):
        here = f"{at}/{number}"
        for key, known in _EMBED.items():
            yield from _unknown(_dict(embed.get(key)) if key else embed, known, f"{here}/{key}".rstrip("/"))
        texts = [(embed, f"{here}/title", 256), (embed, f"{here}/description", 4096)]
        texts.append((_dict(embed.get("footer")), f"{here}/footer/text", 2048))
        texts.append((_dict(embed.get("author")), f"{here}/author/name", 256))
        fields = _dicts(embed.get("fields"))
        if len(fields) > 25:
            yield f"{here}/fields: {len(fields)} fields, at most 25"
        for index, field in enumerate(fields):
            place = f"{here}/fields/{index}"
            yield from _unknown(field, _FIELD, place)
            texts += [(field, f"{place}/name", 256), (field, f"{place}/value", 1024)]
        for part, place, most in texts:
            yield from _too_long(part, place, most)
            total += _length(_text(part.get(place.rpartition("/")[2])))
    if total > 6000:
        yield f"{at}: {total} characters in all embeds, at most 6000"


# -------------------------------------------------------------------------------------------- components

_Part = tuple[str, dict[str, Any], str]
"""Where a component stands, itself, and in what."""


def _walk(components: Any, at: str, where: str) -> Iterator[_Part]:
    for number, part in enumerate(_dicts(components)):
        yield from _walk_one(part, f"{at}/{number}", where)


def _walk_one(part: dict[str, Any], here: str, where: str) -> Iterator[_Part]:
    yield here, part, where
    name = _name(part)
    inside = f"modal's {name}" if where == "modal" and part.get("type") == _ROW else name
    yield from _walk(part.get("components"), f"{here}/components", inside)
    for key, slot in (("accessory", "accessory"), ("component", name)):
        if _dict(part.get(key)):
            yield from _walk_one(part[key], f"{here}/{key}", slot)


def _component_problems(parts: Sequence[_Part]) -> Iterator[str]:
    for here, part, where in parts:
        kind = part.get("type")
        if not isinstance(kind, int) or kind not in _COMPONENTS:
            yield f"{here}: unknown component type {kind!r}"
            continue
        if kind not in _NESTED.get(where, set()):
            yield f"{here}: {_name(part)} does not belong in {where}"
        yield from _component_keys(part, here)
        yield from _too_long(part, f"{here}/custom_id", 100)
        if kind in _NEED_CUSTOM_ID and not part.get("custom_id"):
            yield f"{here}: {_name(part)} without custom_id"
        if kind in _KIND_PROBLEMS:
            yield from _KIND_PROBLEMS[kind](part, here)
        if len(_dicts(part.get("options"))) > 25:
            yield f"{here}/options: {len(part['options'])} options, at most 25"
    ids = Counter(part["custom_id"] for _, part, _ in parts if isinstance(part.get("custom_id"), str))
    yield from (f"components: custom_id {one!r} is there {count} times" for one, count in ids.items() if count > 1)


def _component_keys(part: Mapping[str, Any], here: str) -> Iterator[str]:
    yield from _unknown(part, _COMPONENTS[part["type"]][1], here)
    for key, known in _PARTS.items():
        yield from _unknown(_dict(part.get(key)), known, f"{here}/{key}")
    for key, known in _ITEMS.items():
        for number, item in enumerate(_dicts(part.get(key))):
            yield from _unknown(item, known, f"{here}/{key}/{number}")


def _row(row: Mapping[str, Any], here: str) -> Iterator[str]:
    kinds = [_int(part.get("type")) for part in _dicts(row.get("components"))]
    if not kinds:
        yield f"{here}: an empty action row"
    if kinds.count(_BUTTON) > 5:
        yield f"{here}: {kinds.count(_BUTTON)} buttons in a row, at most 5"
    if len(kinds) > 1 and set(kinds) != {_BUTTON}:
        yield f"{here}: a select or text input shares its row"


def _button(button: Mapping[str, Any], here: str) -> Iterator[str]:
    yield from _too_long(button, f"{here}/label", 80)
    style = button.get("style")
    needs = {_LINK: "url", _PREMIUM: "sku_id"}.get(_int(style), "custom_id")
    if not button.get(needs):
        yield f"{here}: button without {needs}"
    for key in sorted({"url", "sku_id", "custom_id"} - {needs}):
        if button.get(key):
            yield f"{here}: a button of style {style} takes no {key}"
    if style == _LINK and not _text(button.get("url")).startswith(("https://", "http://")):
        yield f"{here}: link button without an http(s) URL: {button.get('url')!r}"
    if style != _PREMIUM and not button.get("label") and not button.get("emoji"):
        yield f"{here}: button with neither label nor emoji"


def _section(section: Mapping[str, Any], here: str) -> Iterator[str]:
    if not _dict(section.get("accessory")):
        yield f"{here}: section without accessory"
    if not 1 <= len(_dicts(section.get("components"))) <= 3:
        yield f"{here}: section with {len(_dicts(section.get('components')))} texts, 1 to 3"


def _text_display(part: Mapping[str, Any], here: str) -> Iterator[str]:
    if not part.get("content"):
        yield f"{here}: an empty text display"


def _label(label: Mapping[str, Any], here: str) -> Iterator[str]:
    yield from _too_long(label, f"{here}/label", 45)
    if not _dict(label.get("component")):
        yield f"{here}: label without component"


_KIND_PROBLEMS: dict[Any, Callable[[Mapping[str, Any], str], Iterator[str]]] = {
    _ROW: _row,
    _BUTTON: _button,
    _SECTION: _section,
    _TEXT: _text_display,
    _LABEL: _label,
}


def _modal(modal: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown(modal, _MODAL, "data")
    yield from _too_long(modal, "data/title", 45)
    yield from _too_long(modal, "data/custom_id", 100)
    for key in sorted(_MODAL):
        if not modal.get(key):
            yield f"data: modal without {key}"
    top = _dicts(modal.get("components"))
    if len(top) > 5:
        yield f"data/components: {len(top)} components in a modal, at most 5"
    yield from _component_problems(list(_walk(top, "data/components", "modal")))


# ---------------------------------------------------------------------------------------------- commands


def _commands(body: Any) -> Iterator[str]:
    commands = _dicts(body)
    for number, command in enumerate(commands):
        yield from _command(command, str(number))
    counts = Counter(_int(command.get("type") or _CHAT_INPUT) for command in commands)
    for kind, (name, most) in _MOST_COMMANDS.items():
        if counts[kind] > most:
            yield f"body: {counts[kind]} {name} commands, at most {most}"


def _command(command: Mapping[str, Any], here: str) -> Iterator[str]:
    yield from _unknown(command, _COMMAND, here)
    if (command.get("type") or _CHAT_INPUT) == _CHAT_INPUT:
        yield from _named(command, here)
        yield from _options(command, here)
        return
    for key in ("description", "options"):
        if command.get(key):
            yield f"{here}: a command of a menu takes no {key}"
    yield from _too_long(command, f"{here}/name", 32)


def _named(thing: Mapping[str, Any], here: str) -> Iterator[str]:
    names = {"name": thing.get("name"), **_dict(thing.get("name_localizations"))}
    for language, name in names.items():
        if not _COMMAND_NAME.fullmatch(_text(name)) or _text(name) != _text(name).lower():
            yield f"{here}: {language}: not a command name: {name!r}"
    descriptions = {"description": thing.get("description"), **_dict(thing.get("description_localizations"))}
    for language, description in descriptions.items():
        if not 1 <= _length(_text(description)) <= 100:
            yield f"{here}: {language}: a description of {_length(_text(description))} characters, 1 to 100"


def _options(thing: Mapping[str, Any], here: str) -> Iterator[str]:
    options = _dicts(thing.get("options"))
    if len(options) > 25:
        yield f"{here}/options: {len(options)} options, at most 25"
    for number, option in enumerate(options):
        inside = f"{here}/options/{number}"
        yield from _unknown(option, _OPTION, inside)
        yield from _named(option, inside)
        yield from _choices(option, f"{inside}/choices")
        if option.get("type") in (_SUBCOMMAND, _SUBCOMMAND_GROUP):
            yield from _options(option, inside)
    needed = [bool(one.get("required")) for one in options]
    if needed != sorted(needed, reverse=True):
        yield f"{here}/options: a required option after one that is not"
    names = Counter(_text(one.get("name")) for one in options)
    yield from (f"{here}/options: {name!r} is there {count} times" for name, count in names.items() if count > 1)


def _choices(holder: Mapping[str, Any], here: str) -> Iterator[str]:
    choices = _dicts(holder.get("choices"))
    if len(choices) > 25:
        yield f"{here}: {len(choices)} choices, at most 25"
    for number, choice in enumerate(choices):
        yield from _unknown(choice, _CHOICE, f"{here}/{number}")
        for key in ("name", "value"):
            yield from _too_long(choice, f"{here}/{number}/{key}", 100)
            if choice.get(key) in (None, ""):
                yield f"{here}/{number}: choice without {key}"


def _unknown(thing: Mapping[str, Any], known: frozenset[str], at: str) -> Iterator[str]:
    yield from (f"{at}: unknown key {key!r}" for key in sorted(thing.keys() - known))


def _too_long(thing: Mapping[str, Any], at: str, most: int) -> Iterator[str]:
    """Check the value whose key ends the place."""
    length = _length(_text(thing.get(at.rpartition("/")[2])))
    if length > most:
        yield f"{at}: {length} characters, at most {most}"


def _length(text: str) -> int:
    """Count as Discord does where it is strictest: in UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _name(part: Mapping[str, Any]) -> str:
    return _COMPONENTS.get(_int(part.get("type")), ("component", frozenset()))[0]


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list | tuple) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _int(value: Any) -> int:
    return value if isinstance(value, int) else 0
