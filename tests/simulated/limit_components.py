"""What Discord refuses of the components of a message or a modal: their keys, their places, their sizes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.simulated.limit_values import as_dict, as_dicts, as_int, as_text, too_long, unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

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
ROW, _BUTTON, _SECTION, TEXT, FILE, _LABEL = 1, 2, 9, 10, 13, 18
_SELECTS = {3, 5, 6, 7, 8}
NESTED = {
    "message": {1, 9, 10, 12, 13, 14, 17},
    "container": {1, 9, 10, 12, 13, 14},
    "action row": {2, *_SELECTS},
    "section": {10},
    "accessory": {2, 11},
    "modal": {1, 10, 18},
    "modal's action row": {4},
    "label": {4, *_SELECTS, 19, 21, 22, 23},
}
_NEED_CUSTOM_ID = NESTED["label"]
_LINK, _PREMIUM = 5, 6

Part = tuple[str, dict[str, Any], str]
"""Where a component stands, itself, and in what."""


def walk(components: Any, at: str, where: str) -> Iterator[Part]:
    for number, part in enumerate(as_dicts(components)):
        yield from _walk_one(part, f"{at}/{number}", where)


def _walk_one(part: dict[str, Any], here: str, where: str) -> Iterator[Part]:
    yield here, part, where
    name = kind_name(part)
    inside = f"modal's {name}" if where == "modal" and part.get("type") == ROW else name
    yield from walk(part.get("components"), f"{here}/components", inside)
    for key, slot in (("accessory", "accessory"), ("component", name)):
        if as_dict(part.get(key)):
            yield from _walk_one(part[key], f"{here}/{key}", slot)


def component_problems(parts: Sequence[Part]) -> Iterator[str]:
    for here, part, where in parts:
        kind = part.get("type")
        if not isinstance(kind, int) or kind not in _COMPONENTS:
            yield f"{here}: unknown component type {kind!r}"
            continue
        if kind not in NESTED.get(where, set()):
            yield f"{here}: {kind_name(part)} does not belong in {where}"
        yield from _component_keys(part, here)
        yield from too_long(part, f"{here}/custom_id", 100)
        if kind in _NEED_CUSTOM_ID and not part.get("custom_id"):
            yield f"{here}: {kind_name(part)} without custom_id"
        if kind in _KIND_PROBLEMS:
            yield from _KIND_PROBLEMS[kind](part, here)
        if len(as_dicts(part.get("options"))) > 25:
            yield f"{here}/options: {len(part['options'])} options, at most 25"
    ids = Counter(part["custom_id"] for _, part, _ in parts if isinstance(part.get("custom_id"), str))
    yield from (f"components: custom_id {one!r} is there {count} times" for one, count in ids.items() if count > 1)


def _component_keys(part: Mapping[str, Any], here: str) -> Iterator[str]:
    yield from unknown(part, _COMPONENTS[part["type"]][1], here)
    for key, known in _PARTS.items():
        yield from unknown(as_dict(part.get(key)), known, f"{here}/{key}")
    for key, known in _ITEMS.items():
        for number, item in enumerate(as_dicts(part.get(key))):
            yield from unknown(item, known, f"{here}/{key}/{number}")


def _row(row: Mapping[str, Any], here: str) -> Iterator[str]:
    kinds = [as_int(part.get("type")) for part in as_dicts(row.get("components"))]
    if not kinds:
        yield f"{here}: an empty action row"
    if kinds.count(_BUTTON) > 5:
        yield f"{here}: {kinds.count(_BUTTON)} buttons in a row, at most 5"
    if len(kinds) > 1 and set(kinds) != {_BUTTON}:
        yield f"{here}: a select or text input shares its row"


def _button(button: Mapping[str, Any], here: str) -> Iterator[str]:
    yield from too_long(button, f"{here}/label", 80)
    style = button.get("style")
    needs = {_LINK: "url", _PREMIUM: "sku_id"}.get(as_int(style), "custom_id")
    if not button.get(needs):
        yield f"{here}: button without {needs}"
    for key in sorted({"url", "sku_id", "custom_id"} - {needs}):
        if button.get(key):
            yield f"{here}: a button of style {style} takes no {key}"
    if style == _LINK and not as_text(button.get("url")).startswith(("https://", "http://")):
        yield f"{here}: link button without an http(s) URL: {button.get('url')!r}"
    if style != _PREMIUM and not button.get("label") and not button.get("emoji"):
        yield f"{here}: button with neither label nor emoji"


def _section(section: Mapping[str, Any], here: str) -> Iterator[str]:
    if not as_dict(section.get("accessory")):
        yield f"{here}: section without accessory"
    if not 1 <= len(as_dicts(section.get("components"))) <= 3:
        yield f"{here}: section with {len(as_dicts(section.get('components')))} texts, 1 to 3"


def _text_display(part: Mapping[str, Any], here: str) -> Iterator[str]:
    if not part.get("content"):
        yield f"{here}: an empty text display"


def _label(label: Mapping[str, Any], here: str) -> Iterator[str]:
    yield from too_long(label, f"{here}/label", 45)
    if not as_dict(label.get("component")):
        yield f"{here}: label without component"


_KIND_PROBLEMS: dict[Any, Callable[[Mapping[str, Any], str], Iterator[str]]] = {
    ROW: _row,
    _BUTTON: _button,
    _SECTION: _section,
    TEXT: _text_display,
    _LABEL: _label,
}


def kind_name(part: Mapping[str, Any]) -> str:
    return _COMPONENTS.get(as_int(part.get("type")), ("component", frozenset()))[0]
