"""Buttons of one card that do the same."""

from __future__ import annotations

from bot.discord_io.cards import Button, Card, Section, action_id
from bot.discord_io.components import ActionButton, rendered


def test_equal_buttons_of_a_card_get_ids_of_their_own_and_run_the_same_action() -> None:
    cite = Button("Cite", action_id("cite", "ttp-report-k7f3qa"))
    view = rendered(Card((Section("one", cite), Section("two", cite))))["view"]
    ids = [item.custom_id for item in view.walk_children() if isinstance(item, ActionButton)]
    assert len(set(ids)) == 2
    matches = [ActionButton.__discord_ui_compiled_template__.fullmatch(one) for one in ids]
    assert [match and (match["name"], match["argument"]) for match in matches] == [("cite", "ttp-report-k7f3qa")] * 2
