"""The bot's own words, in the language of the person who reads them (Project Fluent, `locales/*.ftl`)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from babel.dates import format_timedelta
from fluent.runtime import FluentBundle, FluentResource

if TYPE_CHECKING:
    from collections.abc import Mapping

FALLBACK = "en"
LOCALES = ("en", "de")


@dataclass(frozen=True, slots=True)
class Words:
    """The messages of one language; what it lacks is said in English.

    >>> languages = load()
    >>> languages["de"]("verdict-none"), languages["en"]("passages", count=1)
    ('Die Quellen sagen es nicht', '1 passage')
    """

    locale: str
    bundle: FluentBundle
    fallback: FluentBundle

    def __call__(self, message: str, /, **values: str | float) -> str:
        """Say a message.

        Args:
            message: its name in the .ftl file, or `name.attribute`.
            values: what its places are filled with.

        Raises:
            KeyError: no language has it.
        """
        found = _said(self.bundle, message, values) or _said(self.fallback, message, values)
        if found is None:
            raise KeyError(message)
        return found

    def own(self, message: str) -> str | None:
        """A message without places that this very language has, or None."""
        return _said(self.bundle, message, {})

    def ago(self, since: dt.datetime, now: dt.datetime) -> str:
        """How long ago something was, in words: "3 hours ago"; never in the future, whatever the clocks say."""
        return str(format_timedelta(min(since - now, -dt.timedelta.resolution), add_direction=True, locale=self.locale))


def _said(bundle: FluentBundle, message: str, values: Mapping[str, str | float]) -> str | None:
    name, _, attribute = message.partition(".")
    entry = bundle.get_message(name) if bundle.has_message(name) else None
    pattern = entry and (entry.attributes.get(attribute) if attribute else entry.value)
    return str(bundle.format_pattern(pattern, dict(values))[0]) if pattern else None


def load() -> Mapping[str, Words]:
    """Read every language there is, by locale."""
    bundles = {locale: _bundle(locale) for locale in LOCALES}
    return {locale: Words(locale, bundle, bundles[FALLBACK]) for locale, bundle in bundles.items()}


def _bundle(locale: str) -> FluentBundle:
    bundle = FluentBundle([locale], use_isolating=False)
    bundle.add_resource(FluentResource(files("bot").joinpath("locales", f"{locale}.ftl").read_text(encoding="utf-8")))
    return bundle


def best(languages: Mapping[str, Words], locale: str | None) -> Words:
    """The words for a locale such as "de" or "en-GB"; English where there are none."""
    return languages.get((locale or "").partition("-")[0], languages[FALLBACK])
