"""Asking, citing and listing with `Library`."""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest

from askbrief.answering.verdict import packaged_calibration, write_calibration
from askbrief.errors import CitationUnknown, IndexDamaged, InputError
from askbrief.records import Changes, CitationStatus, Scope, Verdict
from askbrief.service.serialisation import status_report
from tests.conftest import Workplace
from tests.fakes import HashEncoder, text_of

if TYPE_CHECKING:
    from pathlib import Path

RIVER = "The river flooded the northern valley in March, and 214 families lost their homes."
MARKET = "Traders in the old market say that the price of saffron doubled within a single week."
BRIDGE = "Engineers closed the iron bridge because its second pillar had moved by nine centimetres."
FILLERS = {
    RIVER: "Rescue boats came from three provinces, officials in the district said, and tents stood on every hill. ",
    MARKET: "A poor harvest abroad is blamed by officials in the district, who have promised to look into hoarding. ",
    BRIDGE: "Lorries must take the ferry until the autumn, officials in the district announced to angry drivers. ",
}


def passages(*sentences: str) -> str:
    """Return paragraphs, each long enough to be a passage."""
    filler = next(text for start, text in FILLERS.items() if sentences[0][:9] == start[:9])
    return "\n\n".join(f"{sentence} {filler * 4}".strip() for sentence in sentences)


@pytest.fixture
def briefs(workplace: Workplace) -> Workplace:
    """Build two collections with a dated document each, and an undated one at the top."""
    workplace.write("floods/river.txt", f"---\ntitle: River brief\ndate: 2021-03\n---\n{passages(RIVER)}")
    workplace.write("trade/market.txt", f"---\ntitle: Market brief\ndate: 2022-07-05\n---\n{passages(MARKET)}")
    workplace.write("bridge.txt", passages(BRIDGE))
    workplace.build()
    return workplace


def doc_ids(workplace: Workplace, question: str, scope: Scope) -> set[str]:
    with workplace.open() as library:
        return {hit.doc_id for hit in library.ask(question, top=20, scope=scope).hits}


# ------------------------------------------------------------------------------------------------ asking


def test_the_sentence_that_answers_is_marked_in_the_first_hit(briefs: Workplace) -> None:
    with briefs.open() as library:
        first = library.ask("how many families lost their homes to the river?").hits[0]
    assert first.answer_sentence == RIVER
    assert (first.rank, first.title, first.metadata.date) == (1, "River brief", "2021-03")


DATES = [
    pytest.param({"floods/a.txt": "2021", "b.txt": "2022", "trade/c.txt": "2023"}, id="one order"),
    pytest.param({"floods/a.txt": "2023-04-01", "b.txt": "1999", "trade/c.txt": "2022-07"}, id="another"),
]


@pytest.mark.parametrize("dates", DATES)
@pytest.mark.parametrize("question", ["what did officials in the district say?", "who closed the bridge, and why now?"])
def test_the_dates_of_documents_change_nothing_where_the_question_names_no_time(
    workplace: Workplace, dates: dict[str, str], question: str
) -> None:
    found = []
    for with_dates in (False, True):
        for (name, date), sentence in zip(dates.items(), FILLERS, strict=True):
            workplace.write(name, passages(sentence))
            workplace.write(name.replace(".txt", ".meta.yaml"), f"date: {date}" if with_dates else "tags: [brief]")
        workplace.build()
        with workplace.open() as library:
            found.append([(hit.doc_id, hit.start, hit.score, hit.signals) for hit in library.ask(question).hits])
    assert found[0] == found[1]
    assert found[0]


def test_the_date_of_a_document_counts_where_the_question_names_a_time(workplace: Workplace) -> None:
    for name, date in {"a.txt": "2021", "b.txt": "2022", "c.txt": "2023"}.items():
        workplace.write(name, f"---\ntitle: Brief\ndate: {date}\n---\n{passages(RIVER)} {name[0] * 9}")
    workplace.build()
    with workplace.open() as library:
        assert library.ask("how many families lost their homes in 2022?").hits[0].doc_id == "b.txt"
        assert library.ask("how many families lost their homes since 2023?").hits[0].doc_id == "c.txt"
        # the last two years are relative to the newest document in scope
        recent = "how many families lost their homes in the last year?"
        in_scope = Scope(documents=frozenset({"a.txt", "b.txt"}))
        assert library.ask(recent, scope=in_scope).hits[0].doc_id == "b.txt"


def test_more_passages_asked_for_than_there_are_gives_those_there_are(briefs: Workplace) -> None:
    with briefs.open() as library:
        assert len(library.ask("officials in the district", top=100).hits) == library.status().passages


def test_the_same_question_has_the_same_answer(briefs: Workplace) -> None:
    with briefs.open() as one, briefs.open() as other:
        assert one.ask("the price of saffron") == other.ask("the price of saffron")


@pytest.mark.parametrize(
    ("question", "complaint"),
    [
        ("", "the question is empty"),
        (" \n\t ", "the question is empty"),
        ("?!… --- ,,,", "has no words"),
        ("why " * 2_500, "has 9,999 characters, the limit is 2,000"),
    ],
)
def test_a_question_that_is_none_gets_one_clear_line(briefs: Workplace, question: str, complaint: str) -> None:
    with briefs.open() as library, pytest.raises(InputError, match=complaint) as caught:
        library.ask(question)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("top", [0, -1, 101])
def test_a_number_of_passages_out_of_range_is_refused(briefs: Workplace, top: int) -> None:
    with briefs.open() as library, pytest.raises(InputError, match="give a number from 1 to 100"):
        library.ask("the river", top=top)


@pytest.mark.parametrize(
    "question", ["سیلاب سے کتنے خاندان متاثر ہوئے؟", "Сколько семей?", "洪水で何世帯が家を失いましたか", "🙂 river"]
)
def test_a_question_in_another_script_is_answered_or_not_but_never_fails(briefs: Workplace, question: str) -> None:
    with briefs.open() as library:
        assert library.ask(question).verdict in Verdict


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(), {"floods/river.txt", "trade/market.txt", "bridge.txt"}),
        (Scope(collections=frozenset({"floods"})), {"floods/river.txt"}),
        (Scope(collections=frozenset({"", "trade"})), {"bridge.txt", "trade/market.txt"}),
        (Scope(documents=frozenset({"bridge.txt"})), {"bridge.txt"}),
        (Scope(collections=frozenset()), set()),
        (Scope(collections=frozenset({"flood"})), set()),
    ],
)
def test_only_what_is_in_scope_is_found(briefs: Workplace, scope: Scope, expected: set[str]) -> None:
    assert doc_ids(briefs, "officials in the district", scope) == expected


def test_near_duplicates_are_shown_once_and_the_others_named(workplace: Workplace) -> None:
    workplace.write("a.txt", passages(RIVER))
    workplace.write("b.txt", passages(RIVER).replace("northern valley", "northern valleys"))
    workplace.write("c.txt", passages(RIVER.replace("214", "412")))
    workplace.build()
    with workplace.open() as library:
        hits = library.ask("how many families lost their homes to the river?").hits
        assert {hit.doc_id for hit in hits} == {"a.txt", "c.txt"}
        twins = [key for hit in hits for key in hit.also]
        assert [library.cite(key).doc_id for key in twins] == ["b.txt"]


def test_many_threads_may_ask_one_library(briefs: Workplace) -> None:
    answers: list[object] = []
    with briefs.open() as library:
        expected = library.ask("the price of saffron")

        def ask() -> None:
            for _ in range(10):
                answers.append(library.ask("the price of saffron"))  # noqa: PERF401 - what fails must keep the rest

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [expected] * 80


def test_where_keys_cannot_be_remembered_the_answer_says_so(briefs: Workplace) -> None:
    briefs.state.write_text("a file where the folder should be")
    with briefs.open() as library:
        answer = library.ask("the price of saffron")
    assert answer.hits[0].quote.startswith(MARKET)
    assert len(answer.notes) == 1
    assert "could not be written" in answer.notes[0]
    assert "set ASKBRIEF_STATE_DIR" in answer.notes[0]


def test_a_model_without_weights_is_named_in_the_first_answer(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    workplace = Workplace(tmp_path, HashEncoder("their-model@1"))
    workplace.write("a.txt", MARKET)
    workplace.build()
    with workplace.open() as library:
        first, second = (library.ask("the price of saffron") for _ in range(2))
        assert not status_report(library.status(), Changes()).fitted
    assert "not fitted with the model their-model" in first.notes[0]
    assert "askbrief calibrate" in first.notes[0]
    assert second.notes == ()
    path = tmp_path / "calibration.json"
    write_calibration(packaged_calibration(read=True), path)
    with workplace.open(calibration=path) as library:
        assert library.ask("the price of saffron").notes == ()


# ------------------------------------------------------------------------------------------------ citing


def shown_key(workplace: Workplace, question: str) -> str:
    with workplace.open() as library:
        return library.ask(question, top=1).hits[0].key


def test_a_quote_that_still_stands_is_intact(briefs: Workplace) -> None:
    key = shown_key(briefs, "the price of saffron")
    with briefs.open() as library:
        citation = library.cite(f" [{key.upper()}] ")
    assert citation.status is CitationStatus.INTACT
    assert citation.quote.startswith(MARKET)
    assert (citation.current_start, citation.current_end) == (citation.start, citation.end)


def test_a_key_survives_a_rebuild_from_nothing(briefs: Workplace) -> None:
    key = shown_key(briefs, "the price of saffron")
    for path in sorted(briefs.index.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    briefs.build()
    assert shown_key(briefs, "the price of saffron") == key


def test_words_that_stand_further_down_are_moved(briefs: Workplace) -> None:
    key = shown_key(briefs, "the iron bridge")
    briefs.write("bridge.txt", f"A line that was put on top of everything else, by somebody.\n\n{passages(BRIDGE)}")
    briefs.build()
    with briefs.open() as library:
        citation = library.cite(key)
    assert citation.status is CitationStatus.MOVED
    assert citation.current_text == citation.quote
    assert citation.current_start is not None
    assert citation.current_start > citation.start


def test_words_in_a_renamed_file_are_moved_and_the_file_is_named(briefs: Workplace) -> None:
    key = shown_key(briefs, "the iron bridge")
    (briefs.seeds / "bridge.txt").rename(briefs.seeds / "trade" / "bridge-2021.txt")
    briefs.build()
    with briefs.open() as library:
        citation = library.cite(key)
    assert (citation.status, citation.current_doc_id) == (CitationStatus.MOVED, "trade/bridge-2021.txt")


def test_other_words_in_its_place_are_changed_and_shown(briefs: Workplace) -> None:
    key = shown_key(briefs, "the iron bridge")
    briefs.write("bridge.txt", passages(BRIDGE.replace("nine centimetres", "eleven centimetres")))
    briefs.build()
    with briefs.open() as library:
        citation = library.cite(key)
        today = text_of(library, "bridge.txt")
    assert citation.status is CitationStatus.CHANGED
    assert "nine centimetres" in citation.quote
    assert "eleven centimetres" in str(citation.current_text)
    assert citation.current_text == today[citation.current_start : citation.current_end]


def test_a_quote_that_nothing_is_left_of_is_gone_but_remembered(briefs: Workplace) -> None:
    key = shown_key(briefs, "the price of saffron")
    (briefs.seeds / "trade" / "market.txt").unlink()
    briefs.build()
    with briefs.open() as library:
        citation = library.cite(key)
    assert citation.status is CitationStatus.GONE
    assert citation.quote.startswith(MARKET)
    assert citation.current_text is None


def test_a_key_outside_the_scope_is_as_unknown_as_one_that_never_was(briefs: Workplace) -> None:
    key = shown_key(briefs, "the price of saffron")
    others = Scope(collections=frozenset({"floods"}))
    with briefs.open() as library:
        for unseen in (key, "market-brief-aaaaaa"):
            with pytest.raises(CitationUnknown, match="no passage is known by the key"):
                library.cite(unseen, others)


def test_a_moved_quote_is_not_found_in_a_document_outside_the_scope(briefs: Workplace) -> None:
    key = shown_key(briefs, "the iron bridge")
    (briefs.seeds / "bridge.txt").rename(briefs.seeds / "trade" / "bridge-2021.txt")
    briefs.build()
    with briefs.open() as library:
        assert library.cite(key, Scope(collections=frozenset({""}))).status is CitationStatus.GONE


def test_a_key_never_shown_here_resolves_while_its_passage_stands(briefs: Workplace) -> None:
    key = shown_key(briefs, "the price of saffron")
    (briefs.state / "ledger.sqlite").unlink()
    with briefs.open() as library:
        assert library.cite(key).status is CitationStatus.INTACT


# ----------------------------------------------------------------------------------------------- listing


def test_sources_are_listed_with_what_they_say_of_themselves(briefs: Workplace) -> None:
    with briefs.open() as library:
        listed = {source.doc_id: source for source in library.sources()}
    assert listed["trade/market.txt"].metadata.date == "2022-07-05"
    assert listed["bridge.txt"].metadata.as_mapping() == {}
    assert all(source.passages and len(source.sha256) == 64 for source in listed.values())


def test_a_passage_that_is_not_its_documents_text_is_never_shown(briefs: Workplace) -> None:
    with briefs.open() as library:
        with sqlite3.connect(library.reference.folder / "text.sqlite") as tampered:
            tampered.execute("UPDATE passages SET text = replace(text, 'saffron', 'pepper')")
        with pytest.raises(IndexDamaged, match="is not its document's text"):
            library.ask("the price of saffron")
