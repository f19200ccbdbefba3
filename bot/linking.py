"""Links to the web page, for those who read a message: signed, with what they may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cards.links import no_link

if TYPE_CHECKING:
    from askbrief.records import Scope
    from askbrief.web.links import Links
    from bot.cards.links import Link


def linking(links: Links | None, scope: Scope) -> Link:
    """What makes the links of a card that is shown to those who see a scope."""
    if links is None:
        return no_link
    return lambda key, doc_id: links.to(key, doc_id, scope)
