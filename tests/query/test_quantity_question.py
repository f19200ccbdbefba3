"""Questions for a quantity: which kind, and of what."""

from __future__ import annotations

import pytest

from askbrief.query.quantity_question import QuantityTarget, parse_quantity
from tests.conftest import TTP_QUESTION


@pytest.mark.parametrize(
    ("question", "target", "counted"),
    [
        (TTP_QUESTION, QuantityTarget.COUNT, {"fighter"}),
        ("How many people died in Kunar?", QuantityTarget.COUNT, {"peopl"}),
        ("how many of the group's fighters were freed", QuantityTarget.COUNT, {"fighter"}),
        ("how many law enforcement personnel were hit?", QuantityTarget.COUNT, {"personnel"}),
        ("how many attacks killed civilians?", QuantityTarget.COUNT, {"attack"}),
        ("how many tons of wheat arrived?", QuantityTarget.COUNT, {"ton"}),
        ("what is the number of schools in Kunar?", QuantityTarget.COUNT, {"school"}),
        ("how much wheat arrived?", QuantityTarget.COUNT, {"wheat"}),
        ("how many rupees did he pay?", QuantityTarget.MONEY, {"rupe"}),
        ("how much did the governor pay?", QuantityTarget.MONEY, set()),
        ("how much money did it cost?", QuantityTarget.MONEY, set()),
        ("what share of households paid?", QuantityTarget.SHARE, set()),
        ("by what percentage did attacks rise?", QuantityTarget.SHARE, set()),
        ("how much did attacks increase?", QuantityTarget.EITHER, set()),
        ("how large is the TTP?", QuantityTarget.SIZE, set()),
    ],
)
def test_a_question_for_a_quantity_says_of_what(question: str, target: QuantityTarget, counted: set[str]) -> None:
    quantity = parse_quantity(question)
    assert quantity is not None
    assert (quantity.target, set(quantity.counted)) == (target, counted)


@pytest.mark.parametrize(
    "question", ["who leads the TTP?", "where are the fighters?", "numbers", "how many", "how many ?", "why so many?"]
)
def test_another_question_asks_for_none(question: str) -> None:
    assert parse_quantity(question) is None
