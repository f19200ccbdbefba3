"""The limits that Discord's description lacks: each fault is found, and nothing else is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulated import limits
from tests.simulated.bodies import CALLBACK, COMMANDS, MESSAGES, button, layout, row, said, text


def option(**keys: Any) -> dict[str, Any]:
    return {"type": 3, "name": "word", "description": "A word", **keys}


def slash(**keys: Any) -> list[dict[str, Any]]:
    return [{"type": 1, "name": "ask", "description": "Ask", **keys}]


def rows(*buttons: dict[str, Any]) -> dict[str, Any]:
    """A message of the old kind, each button in a row of its own."""
    return said(components=[row(one) for one in buttons])


def modal(*components: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {"type": 9, "data": {"custom_id": "form", "title": "Form", "components": list(components), **keys}}


def choices(*given: dict[str, Any]) -> dict[str, Any]:
    return {"type": 8, "data": {"choices": list(given)}}


def fields(*given: dict[str, Any]) -> dict[str, Any]:
    return said(embeds=[{"fields": list(given)}])


FIELD = {"type": 4, "custom_id": "why", "style": 1, "label": "Why"}
CHOICE = {"name": "a", "value": "a"}
BIG = {"title": "t" * 256, "description": "d" * 4096, "footer": {"text": "f" * 1649}}
SECTION = {"type": 9, "components": [text()], "accessory": button()}
SELECT: dict[str, Any] = {"type": 3, "custom_id": "pick", "options": [{"label": "a", "value": "a"}]}
FIRST = "components/0/components/0"
MESSAGE_PROBLEMS: list[tuple[Any, str]] = [
    (said(embed={}), "body: unknown key 'embed'"),
    (said("x" * 2001), "content: 2001 characters, at most 2000"),
    (said("🔎" * 1001), "content: 2002 characters, at most 2000"),
    (said(embeds=[BIG]), "embeds: 6001 characters in all embeds, at most 6000"),
    (said(embeds=[{"title": "x" * 257}]), "embeds/0/title: 257 characters, at most 256"),
    (said(embeds=[{"description": "x" * 4097}]), "embeds/0/description: 4097 characters, at most 4096"),
    (said(embeds=[{"footer": {"text": "x" * 2049}}]), "embeds/0/footer/text: 2049 characters, at most 2048"),
    (said(embeds=[{"author": {"name": "x" * 257}}]), "embeds/0/author/name: 257 characters, at most 256"),
    (fields(*[{"name": "a", "value": "b"}] * 26), "embeds/0/fields: 26 fields, at most 25"),
    (fields({"name": "x" * 257, "value": "b"}), "embeds/0/fields/0/name: 257 characters, at most 256"),
    (fields({"name": "a", "value": "x" * 1025}), "embeds/0/fields/0/value: 1025 characters, at most 1024"),
    (fields({"name": "a", "value": "x", "text": "a"}), "embeds/0/fields/0: unknown key 'text'"),
    (said(embeds=[{}] * 11), "embeds: 11 embeds, at most 10"),
    (said(embeds=[{"colour": 1}]), "embeds/0: unknown key 'colour'"),
    (said(embeds=[{"footer": {"content": "a"}}]), "embeds/0/footer: unknown key 'content'"),
    (said(attachments=[{"id": 0, "name": "a"}]), "attachments/0: unknown key 'name'"),
    (layout(text("x" * 4000), text("y")), "components: 4001 characters in all text displays, at most 4000"),
    (layout(text("🔎" * 2001)), "components: 4002 characters in all text displays, at most 4000"),
    (layout(*[{"type": 17, "components": [text()] * 3}] * 10, text()), "41 components through all levels, at most 40"),
    (layout(*[SECTION | {"accessory": button(custom_id=str(n))} for n in range(14)]), "42 components through all"),
    (layout(text(), content="words"), "content: not together with components v2"),
    (layout(text(), embeds=[{"title": "a"}]), "embeds: not together with components v2"),
    (layout(text(), flags=64), "components/0: text display without the flag for components v2"),
    (rows(*(button(custom_id=str(n)) for n in range(6))), "components: 6 rows, at most 5"),
    (rows(button(custom_id=None)), f"{FIRST}: button without custom_id"),
    (rows({"type": 2, "style": 6}), f"{FIRST}: button without sku_id"),
    (
        rows({"type": 2, "style": 5, "label": "a", "url": "ftp://a"}),
        f"{FIRST}: link button without an http(s) URL: 'ftp",
    ),
    (rows(button(url="https://a")), f"{FIRST}: a button of style 1 takes no url"),
    (rows(button(label=None)), f"{FIRST}: button with neither label nor emoji"),
    (rows(button(label="x" * 81)), f"{FIRST}/label: 81 characters, at most 80"),
    (rows(button(custom_id="x" * 101)), f"{FIRST}/custom_id: 101 characters, at most 100"),
    (rows(button(colour=1)), f"{FIRST}: unknown key 'colour'"),
    (rows(button(emoji={"text": "a"})), f"{FIRST}/emoji: unknown key 'text'"),
    (rows(button(), button()), "components: custom_id 'press' is there 2 times"),
    (rows(SELECT | {"options": SELECT["options"] * 26}), f"{FIRST}/options: 26 options, at most 25"),
    (rows({"type": 3, "options": []}), f"{FIRST}: string select without custom_id"),
    (said(components=[row()]), "components/0: an empty action row"),
    (said(components=[row(*(button(custom_id=str(n)) for n in range(6)))]), "components/0: 6 buttons in a row"),
    (said(components=[row(button(), SELECT)]), "components/0: a select or text input shares its row"),
    (layout({"type": 98}), "components/0: unknown component type 98"),
    (layout(SECTION | {"accessory": None}), "components/0: section without accessory"),
    (layout(SECTION | {"accessory": text()}), "components/0/accessory: text display does not belong in accessory"),
    (layout(SECTION | {"components": []}), "components/0: section with 0 texts, 1 to 3"),
    (layout(SECTION | {"components": [text()] * 4}), "components/0: section with 4 texts, 1 to 3"),
    (layout({"type": 17, "components": [{"type": 17}]}), f"{FIRST}: container does not belong in container"),
    (layout(button()), "components/0: button does not belong in message"),
    (layout(row(FIELD)), f"{FIRST}: text input does not belong in action row"),
    (layout(text("")), "components/0: an empty text display"),
    (
        layout({"type": 13, "file": {"url": "attachment://b.txt"}}, attachments=[{"id": 0, "filename": "a.txt"}]),
        "components/0: 'attachment://b.txt' is not among the attachments",
    ),
    ({"content": "words"}, "allowed_mentions: allowed_mentions missing"),
    (layout(text(), allowed_mentions=None), "allowed_mentions: allowed_mentions missing"),
    (said(allowed_mentions={"parse": ["users"]}), "allowed_mentions: could ping: parse ['users']"),
    (said(allowed_mentions={"parse": [], "roles": ["1"]}), "allowed_mentions: could ping: roles ['1']"),
    (said(allowed_mentions={"parse": [], "replied_user": True}), "allowed_mentions: could ping: replied_user True"),
    (said(allowed_mentions={}), "allowed_mentions: no parse: []"),
    (said(allowed_mentions={"parse": [], "all": 1}), "allowed_mentions: unknown key 'all'"),
]
COMMAND_PROBLEMS: list[tuple[Any, str]] = [
    (slash(name="Ask"), "0: name: not a command name: 'Ask'"),
    (slash(name="ask me"), "0: name: not a command name: 'ask me'"),
    (slash(name="x" * 33), "0: name: not a command name: 'xxx"),
    (slash(name_localizations={"de": "Frag"}), "0: de: not a command name: 'Frag'"),
    (slash(description=""), "0: description: a description of 0 characters, 1 to 100"),
    (slash(description="x" * 101), "0: description: a description of 101 characters, 1 to 100"),
    (slash(hidden=True), "0: unknown key 'hidden'"),
    (slash(type=3), "0: a command of a menu takes no description"),
    (slash(options=[option(name="A")]), "0/options/0: name: not a command name: 'A'"),
    (slash(options=[option(hint="a")]), "0/options/0: unknown key 'hint'"),
    (slash(options=[option(description="")]), "0/options/0: description: a description of 0 characters"),
    (slash(options=[option(type=1, options=[option(name="B")])]), "0/options/0/options/0: name: not a command name"),
    (slash(options=[option(name=f"a{n}") for n in range(26)]), "0/options: 26 options, at most 25"),
    (slash(options=[option(), option()]), "0/options: 'word' is there 2 times"),
    (slash(options=[option(), option(name="b", required=True)]), "0/options: a required option after one that is not"),
    (slash(options=[option(choices=[CHOICE] * 26)]), "0/options/0/choices: 26 choices, at most 25"),
    ([{"type": 3, "name": str(n)} for n in range(16)], "body: 16 message-menu commands, at most 15"),
]
CALLBACK_PROBLEMS: list[tuple[Any, str]] = [
    (choices(*[CHOICE] * 26), "data/choices: 26 choices, at most 25"),
    (choices(CHOICE | {"name": "x" * 101}), "data/choices/0/name: 101 characters, at most 100"),
    (choices(CHOICE | {"value": "x" * 101}), "data/choices/0/value: 101 characters, at most 100"),
    (choices(CHOICE | {"name": ""}), "data/choices/0: choice without name"),
    ({"type": 5, "ephemeral": True}, "body: unknown key 'ephemeral'"),
    ({"type": 4, "data": said(ephemeral=True)}, "data: unknown key 'ephemeral'"),
    ({"type": 4, "data": {"content": "a"}}, "data/allowed_mentions: allowed_mentions missing"),
    ({"type": 7, "data": layout(text(), flags=0)}, "data/components/0: text display without the flag"),
    (modal(row(FIELD), title="x" * 46), "data/title: 46 characters, at most 45"),
    (modal(*[text()] * 6), "data/components: 6 components in a modal, at most 5"),
    (modal(row(FIELD), row(FIELD)), "components: custom_id 'why' is there 2 times"),
    (modal(row(button())), f"data/{FIRST}: button does not belong in modal's action row"),
    (modal({"type": 18, "label": "a"}), "data/components/0: label without component"),
    (modal(), "data: modal without components"),
]
OTHER_PROBLEMS: list[tuple[str, str, Any, str]] = [
    ("POST", COMMANDS, slash(name="a b")[0], "body: name: not a command name: 'a b'"),
    ("PUT", "/applications/1/guilds/2/commands", slash(name="a b"), "0: name: not a command name: 'a b'"),
    ("PATCH", "/channels/1/messages/2", said(nonce=1), "body: unknown key 'nonce'"),
    ("PATCH", "/channels/1/messages/2", {"content": "a"}, "allowed_mentions: allowed_mentions missing"),
    ("PATCH", "/webhooks/1/token/messages/2", layout(text(), allowed_mentions=None), "allowed_mentions missing"),
    ("POST", "/webhooks/1/token", {"content": "a"}, "allowed_mentions: allowed_mentions missing"),
    ("PATCH", "/webhooks/1/token/messages/@original", said(username="a"), "body: unknown key 'username'"),
    ("POST", "/channels/1/threads", {"name": "a", "message": {"content": "a"}}, "message/allowed_mentions: allowed"),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "found"),
    [
        *(("POST", MESSAGES, body, found) for body, found in MESSAGE_PROBLEMS),
        *(("PUT", COMMANDS, body, found) for body, found in COMMAND_PROBLEMS),
        *(("POST", CALLBACK, body, found) for body, found in CALLBACK_PROBLEMS),
        *OTHER_PROBLEMS,
    ],
)
def test_our_own_checks_find(method: str, path: str, body: Any, found: str) -> None:
    """Of a request with one fault, this fault and nothing else is found."""
    (finding,) = limits.findings(method, path, body)
    assert finding.startswith(f"{method} {path}: ")
    assert found in finding


@pytest.mark.parametrize("body", [None, [], "text", {"components": "x", "embeds": 5, "allowed_mentions": []}])
def test_a_malformed_body_is_no_reason_to_stumble(body: Any) -> None:
    """Whatever the body is, the checks give findings and no exception."""
    for method, path in (("POST", MESSAGES), ("POST", CALLBACK), ("PUT", COMMANDS), ("POST", COMMANDS)):
        assert isinstance(limits.findings(method, path, body), list)
