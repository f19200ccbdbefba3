"""The bot's own messages in the reader's language, from `locales/*.ftl` (Project Fluent)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from babel.dates import format_timedelta
from fluent.runtime import FluentBundle, FluentResource

if TYPE_CHECKING:
    from collections.abc import Mapping

FALLBACK = "en"
LOCALES = ("en", "de")


class Refusal(Exception):
    """A request that the bot declines; `message` names a message in the language files, `values` fills it in."""

    def __init__(self, message: str, **values: str | float) -> None:
        super().__init__(message)
        self.message = message
        self.values = values


async def refuse(message: str) -> None:
    raise Refusal(message)


@dataclass(frozen=True, slots=True)
class Localization:
    """The messages of one language; a message that it lacks is taken from English.

    >>> languages = load()
    >>> languages["de"]("verdict-none"), languages["en"]("passages", count=1)
    ('Die Quellen sagen es nicht', '1 passage')
    """

    locale: str
    bundle: FluentBundle
    fallback: FluentBundle

    def __call__(self, message: str, /, **values: str | float) -> str:
        """Format a message, named as in the .ftl file or `name.attribute`; a KeyError if no language has it."""
        text = _format(self.bundle, message, values) or _format(self.fallback, message, values)
        if text is None:
            raise KeyError(message)
        return text

    def own(self, message: str) -> str | None:
        """Return a message without variables if this language itself has it, else None."""
        return _format(self.bundle, message, {})

    def ago(self, since: dt.datetime, now: dt.datetime) -> str:
        """Say how long ago something was, such as "3 hours ago"; never in the future, even if the clocks differ."""
        return str(format_timedelta(min(since - now, -dt.timedelta.resolution), add_direction=True, locale=self.locale))


def _format(bundle: FluentBundle, message: str, values: Mapping[str, str | float]) -> str | None:
    name, _, attribute = message.partition(".")
    entry = bundle.get_message(name) if bundle.has_message(name) else None
    pattern = entry and (entry.attributes.get(attribute) if attribute else entry.value)
    return str(bundle.format_pattern(pattern, dict(values))[0]) if pattern else None


@cache
def load() -> Mapping[str, Localization]:
    """Read every language, by locale; once per process, since parsing the files takes 0.04 s."""
    bundles = {locale: _bundle(locale) for locale in LOCALES}
    return {locale: Localization(locale, bundle, bundles[FALLBACK]) for locale, bundle in bundles.items()}


def _bundle(locale: str) -> FluentBundle:
    bundle = FluentBundle([locale], use_isolating=False)
    bundle.add_resource(FluentResource(files("bot").joinpath("locales", f"{locale}.ftl").read_text(encoding="utf-8")))
    return bundle


def best_match(languages: Mapping[str, Localization], locale: str | None) -> Localization:
    """Return the messages for a locale such as "de" or "en-GB"; English for a language that is not there."""
    return languages.get((locale or "").partition("-")[0], languages[FALLBACK])
