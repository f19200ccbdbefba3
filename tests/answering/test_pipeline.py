"""The answer pipeline as a whole."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from askbrief.query import answer_type, aspects, constraints, expansion, parsed_question, quantity_question

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Workplace

PARSERS: list[Callable[..., Any]] = [
    parsed_question.parse_question,
    parsed_question.strip_courtesy,
    parsed_question.is_follow_up,
    expansion.expand,
    aspects.parse_aspects,
    constraints.parse_constraints,
    quantity_question.parse_quantity,
    answer_type.classify_answer_type,
    answer_type.classify_answer_role,
    answer_type.parse_time_precisions,
]


def counting(parser: Callable[..., Any], calls: Counter[str]) -> Callable[..., Any]:
    def counted(*args: Any, **options: Any) -> Any:
        calls[parser.__name__] += 1
        return parser(*args, **options)

    return counted


@pytest.mark.parametrize("reader", [True, False])
@pytest.mark.parametrize(
    "question",
    [
        "how many villages did the river flood in 2021, according to the Kestrel Monitor?",
        "compare the flood of Larkmouth and the drought of Koram",
        "when did the river flood the valley?",
        "who saw zebras?",
    ],
)
def test_each_parser_runs_once_a_question(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, question: str, *, reader: bool
) -> None:
    workplace.write("a.txt", "The river flooded 12 villages of Larkmouth in May 2021. It was the year of the flood.")
    workplace.write("b.txt", "The drought of Koram ended in 2020. The river had been dry.")
    workplace.build()
    calls: Counter[str] = Counter()
    for parser in PARSERS:
        replacement = counting(parser, calls)
        for name in [name for name in sys.modules if name.startswith("askbrief")]:
            if getattr(sys.modules[name], parser.__name__, None) is parser:
                monkeypatch.setattr(f"{name}.{parser.__name__}", replacement)
    with workplace.open(reader=reader) as library:
        assert library.ask(question).hits
    assert calls == {parser.__name__: 1 for parser in PARSERS}
