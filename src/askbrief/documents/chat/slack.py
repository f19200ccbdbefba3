"""Archives that Slack exports: the names of people, which are in a file of their own, are put into the messages."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from askbrief.core.text import pattern
from askbrief.documents.builder import NestedFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_USERS = "users.json"
_DAY = pattern(r"(?:.*/)?[^/]+/\d{4}-\d\d-\d\d\.json")
_MENTION = pattern(r"<@(\w+)(?:\|[^<>]*)?>")


def with_names(files: Sequence[NestedFile]) -> tuple[Sequence[NestedFile], list[str]]:
    """Return the files of an archive; in an export of Slack, with people's names in the messages, and a note."""
    users = next((file for file in files if file.name.rpartition("/")[2] == _USERS), None)
    days = [file for file in files if _DAY.fullmatch(file.name)]
    if users is None or not days:
        return files, []
    names = dict(_names(_loaded(users.content)))
    if not names:
        return files, []
    changed = [_named(file, names) if file in days else file for file in files if file is not users]
    return changed, [f"{users.name} gives the names of {len(names):,} people, and is no document of its own"]


def _names(users: Any) -> Iterable[tuple[str, str]]:  # noqa: ANN401
    for user in users if isinstance(users, list) else ():
        if isinstance(user, dict) and isinstance(user.get("id"), str):
            profile: Mapping[str, Any] = user["profile"] if isinstance(user.get("profile"), dict) else {}
            candidates = (
                user.get("real_name"),
                profile.get("real_name"),
                profile.get("display_name"),
                user.get("name"),
            )
            name = next((one for one in candidates if isinstance(one, str) and one.strip()), None)
            if name:
                yield user["id"], name


def _named(file: NestedFile, names: Mapping[str, str]) -> NestedFile:
    messages = _loaded(file.content)
    if not isinstance(messages, list):
        return file
    for message in messages:
        if isinstance(message, dict):
            key = message.get("user")
            if isinstance(key, str) and key in names:
                message["user_profile"] = {"real_name": names[key]}
            if isinstance(message.get("text"), str):
                message["text"] = _MENTION.sub(lambda match: f"@{names.get(match[1], match[1])}", message["text"])
    value = {"channel": file.name.split("/")[-2], "messages": messages}
    return NestedFile(file.name, json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def _loaded(content: bytes) -> Any:  # noqa: ANN401
    with suppress(ValueError, RecursionError):
        return json.loads(content)
    return None
