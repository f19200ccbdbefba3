"""Exports of chats as JSON: Discord (DiscordChatExporter), Slack, Telegram, Mattermost, and others of their shape."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from askbrief.core.text import pattern
from askbrief.documents.chat import ChatMessage, Conversation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_TIMES = ("timestamp", "ts", "date", "time", "created_at", "createdAt", "create_at", "sent_at", "datetime")
_SPEAKERS = ("author", "user", "from", "sender", "username", "user_name", "speaker", "name", "from_name")
_TEXTS = ("content", "text", "message", "body", "msg")
_LISTS = ("messages", "posts", "conversation", "chat")
_NAMES = ("nickname", "display_name", "real_name", "displayName", "name", "username", "full_name", "id")
_MENTION = pattern(r"<([@#!])([\w]+)(?:\|([^<>]*))?>")
_LINK = pattern(r"<((?:https?|mailto):[^<>|\s]+)(?:\|([^<>]*))?>")
_EMOJI = pattern(r"<a?(:\w+:)\d+>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_MOST_SECONDS, _MILLISECONDS = 32_503_680_000, 1_000  # the year 3000
_SHARE = 0.5


def messages_in(value: Any) -> Conversation | None:  # noqa: ANN401 - any value of JSON
    """Return the conversation in a value of JSON; None if it is no export of a chat."""
    for known in (_mattermost, _telegram_all, _conversation):
        found = known(value)
        if found is not None:
            return found
    return None


def _conversation(value: Any) -> Conversation | None:  # noqa: ANN401
    title = None
    entries = value
    if isinstance(value, dict):
        entries = next((value[name] for name in _LISTS if isinstance(value.get(name), list)), None)
        title = _title(value)
    if not isinstance(entries, list) or not entries:
        return None
    messages, left_out = [], 0
    by_id = {str(entry.get("id")): entry for entry in entries if isinstance(entry, dict)}
    for entry in entries:
        message = _message(entry, by_id)
        left_out += message is None
        messages += [message] if message else []
    if len(messages) < _SHARE * len(entries):
        return None
    said = [message for message in messages if message.text.strip()]
    left_out += len(messages) - len(said)
    notes = [f"{left_out:,} entr{'ies' if left_out > 1 else 'y'} without words (joined, pinned, pictures) left out"]
    return Conversation(said, title, notes if left_out else ())


def _title(value: Mapping[str, Any]) -> str | None:
    channel, guild = value.get("channel"), value.get("guild")
    name = channel.get("name") if isinstance(channel, dict) else channel if isinstance(channel, str) else None
    where = guild.get("name") if isinstance(guild, dict) else None
    name = name or next((value[key] for key in ("title", "name") if isinstance(value.get(key), str)), None)
    return " – ".join(filter(None, (where, name))) or None


def _message(entry: Any, by_id: Mapping[str, Any]) -> ChatMessage | None:  # noqa: ANN401
    """Return a message, or None if an entry has no speaker, time and text."""
    if not isinstance(entry, dict):
        return None
    speaker, time = _speaker(entry), _first(entry, _TIMES, _time)
    body = next((entry[name] for name in _TEXTS if name in entry), None)
    if not speaker or time is None or body is None:
        return None
    pieces = [_readable(_flat(body), entry), *_attached(entry)]
    reference = entry.get("reference")
    answered = entry.get("reply_to_message_id") or (reference.get("messageId") if isinstance(reference, dict) else None)
    other = by_id.get(str(answered)) if answered else None
    text = "\n".join(filter(None, pieces))
    return ChatMessage(speaker, time, text, _speaker(other) if isinstance(other, dict) else "")


def _first(entry: Mapping[str, Any], names: Iterable[str], read: Callable[[Any], Any]) -> Any:  # noqa: ANN401
    return next((found for name in names if name in entry and (found := read(entry[name])) is not None), None)


def _speaker(entry: Mapping[str, Any]) -> str:
    profile = entry.get("user_profile")
    named = _first(profile, ("real_name", "display_name", "name"), _name) if isinstance(profile, dict) else None
    return str(named or _first(entry, _SPEAKERS, _name) or "")


def _name(value: Any) -> str | None:  # noqa: ANN401
    if isinstance(value, dict):
        return _first(value, _NAMES, _name)  # type: ignore[no-any-return]
    return " ".join(value.split())[:100] or None if isinstance(value, str) else None


def _time(value: Any) -> dt.datetime | None:  # noqa: ANN401
    """Return a time in ISO 8601, or in seconds or milliseconds since 1970; None if it is none."""
    if not isinstance(value, str):
        return None
    with suppress(ValueError, OverflowError, OSError):
        number = float(value)
        return dt.datetime.fromtimestamp(number if number < _MOST_SECONDS else number / _MILLISECONDS, dt.UTC)
    with suppress(ValueError):
        return dt.datetime.fromisoformat(value.strip())
    return None


def _flat(body: Any) -> str:  # noqa: ANN401
    """Return a text that Telegram gives in pieces as one."""
    if isinstance(body, list):
        return "".join(map(_flat, body))
    if isinstance(body, dict):
        return _flat(body.get("text", ""))
    return body if isinstance(body, str) else ""


def _readable(text: str, entry: Mapping[str, Any]) -> str:
    """Return a text with names and addresses in place of the marks of Slack and Discord."""
    names = {str(one.get("id")): _name(one) for one in entry.get("mentions") or () if isinstance(one, dict)}

    def mention(match: Any) -> str:  # noqa: ANN401 - a match of regex
        sign, key, label = match.groups()
        return f"{'#' if sign == '#' else '@'}{label or names.get(key.lstrip('!')) or key}"

    text = _EMOJI.sub(r"\1", _MENTION.sub(mention, text))
    text = _LINK.sub(lambda match: f"{match[2]} ({match[1]})" if match[2] else match[1], text)
    for entity, sign in _ENTITIES:
        text = text.replace(entity, sign)
    return text


def _attached(entry: Mapping[str, Any]) -> list[str]:
    """Return the words of what is attached to a message: the names of files, and the texts of previews."""
    pieces = []
    for kind in ("attachments", "files", "embeds"):
        for one in entry.get(kind) or ():
            if isinstance(one, dict):
                named = [one.get(name) for name in ("fileName", "name", "title", "description", "text")]
                words = ": ".join(
                    dict.fromkeys(" ".join(text.split()) for text in named if isinstance(text, str) and text)
                )
                pieces += [f"[{words}]"] if words else []
    media = [entry.get(name) for name in ("photo", "file", "media_type")]
    name = next((one for one in media if isinstance(one, str) and one), None)
    return [*pieces, *([f"[{name}]"] if name else [])]


def _telegram_all(value: Any) -> Conversation | None:  # noqa: ANN401
    """Return all chats of a full export of Telegram, one after the other."""
    chats = value.get("chats") if isinstance(value, dict) else None
    listed = chats.get("list") if isinstance(chats, dict) else None
    if not isinstance(listed, list):
        return None
    found = [one for one in map(_conversation, listed) if one is not None]
    messages = [
        ChatMessage(
            f"{one.title}, {message.speaker}" if one.title else message.speaker,
            message.time,
            message.text,
            message.answers,
        )
        for one in found
        for message in one.messages
    ]
    return Conversation(messages, None, [note for one in found for note in one.notes]) if found else None


def _mattermost(value: Any) -> Conversation | None:  # noqa: ANN401
    """Return the posts of a bulk export of Mattermost, which has one entry a line, with the replies of each."""
    if not isinstance(value, list) or not any(
        isinstance(one, dict) and one.get("type") == "version" for one in value[:3]
    ):
        return None
    messages: list[ChatMessage] = []
    for entry in value:
        post = (entry.get("post") or entry.get("direct_post")) if isinstance(entry, dict) else None
        if isinstance(post, dict):
            where = f" in {post['channel']}" if isinstance(post.get("channel"), str) else ""
            messages += _posted([post, *(post.get("replies") or ())], where)
    return Conversation(messages, None) if messages else None


def _posted(posts: Sequence[Any], where: str) -> list[ChatMessage]:
    first = _speaker(posts[0])
    messages = []
    for index, post in enumerate(posts):
        if isinstance(post, dict) and isinstance(post.get("message"), str):
            speaker = f"{_speaker(post)}{where}"
            time = _first(post, ("create_at",), _time)
            messages.append(ChatMessage(speaker, time, _readable(post["message"], post), first if index else ""))
    return messages
