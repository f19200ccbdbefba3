"""Names and typing errors with `Library`: learned, listed by the team, searched for, defined, within a scope."""

from __future__ import annotations

import random
import shutil
import time
from typing import TYPE_CHECKING

import pytest

from askbrief.answering.pipeline import IndexKnowledge
from askbrief.errors import InputError
from askbrief.ingest.sources import seed_changes
from askbrief.query.expansion import expand
from askbrief.query.vocabulary import Vocabulary
from askbrief.records import EVERYTHING, CitationStatus, Scope
from askbrief.storage.embedded.generation import Generation
from askbrief.storage.engines import open_engine
from tests.fakes import HashEncoder

if TYPE_CHECKING:
    from pathlib import Path

    from askbrief import Library
    from askbrief.storage.protocol import Engine
    from tests.conftest import Workplace

NEWS = "The mountain rescue union of Larkmouth (MRUL) lost two climbers in the storm of January."
LATER = "Later that winter MRUL bought a helicopter from a farmer for eleven thousand crowns."
LONG = "The mountain rescue union of Larkmouth was praised by the mayor for its courage in the snow."
OTHER = "Nobody in the valley had foreseen that so many sheep would stray across the river."
HIDDEN = "The hidden observers' group (HOG) met. HOG is also known as the Lantern Office."
PRESS, UN = (Scope(collections=frozenset({name})) for name in ("press", "un"))


@pytest.fixture
def village(workplace: Workplace) -> Workplace:
    """Build a definition, passages with only one form, and a document that not everybody may see."""
    workplace.write("press/news.txt", NEWS)
    workplace.write("press/later.txt", LATER)
    workplace.write("press/long.txt", LONG)
    workplace.write("press/other.txt", OTHER)
    workplace.write("un/secret.txt", HIDDEN)
    workplace.build()
    return workplace


def first(library: Library, question: str, scope: Scope = PRESS) -> list[str]:
    return [hit.doc_id for hit in library.ask(question, 5, scope).hits]


# ---------------------------------------------------------------------------------------------- expansion


def test_a_question_with_the_long_form_finds_a_passage_with_the_short_one(village: Workplace) -> None:
    with village.open() as library:
        answer = library.ask(
            "was a helicopter bought from a farmer by the mountain rescue union of Larkmouth?", scope=PRESS
        )
        later = next(hit for hit in answer.hits if hit.doc_id == "press/later.txt")
        assert answer.searched_also == ("MRUL",)
        assert later.signals["coverage"] > 0.85
        assert later.rank < next(hit.rank for hit in answer.hits if hit.doc_id == "press/long.txt")


@pytest.mark.parametrize("asked", ["MRUL", "mrul", "the MRUL's", "MRUL-led"])
def test_a_question_with_the_short_form_finds_a_passage_with_the_long_one(village: Workplace, asked: str) -> None:
    with village.open() as library:
        answer = library.ask(f"was {asked} crew praised by the mayor?", scope=PRESS)
        assert answer.hits[0].doc_id == "press/long.txt"
        assert answer.searched_also == ("mountain rescue union of Larkmouth",)


def test_a_form_that_is_asked_for_already_is_not_told_again(village: Workplace) -> None:
    with village.open() as library:
        assert library.ask("is MRUL the mountain rescue union of Larkmouth?", scope=PRESS).searched_also == ()


def test_the_exact_match_stays_first_where_the_expansion_is_wrong(workplace: Workplace) -> None:
    """Let the team define HEN as harbour and as night, which is in every other passage."""
    workplace.write("aliases.yaml", "HEN: [harbour night]")
    workplace.write("a.txt", "The HEN laid an egg.")
    for number in range(8):
        workplace.write(f"b{number}.txt", f"In the harbour that night, the harbour of night {number}, ships lay.")
    workplace.build()
    with workplace.open() as library:
        answer = library.ask("where is the HEN?", 5)
        assert answer.searched_also == ("harbour night",)
        assert answer.hits[0].doc_id == "a.txt"


def test_an_acronym_with_several_long_forms_stands_for_the_usual_one_or_for_none(workplace: Workplace) -> None:
    for number in range(4):
        workplace.write(f"a{number}.txt", f"The port advisory council (PAC) met for the {number} time.")
    workplace.write("b.txt", "A political action committee (PAC) gave money.")
    workplace.build()
    with workplace.open() as library:
        assert library.ask("who is in the PAC?").searched_also == ("port advisory council",)
        assert library.ask("what gave the political action committee?").searched_also == ()
    (workplace.seeds / "a0.txt").unlink()
    (workplace.seeds / "a1.txt").unlink()
    workplace.build()
    with workplace.open() as library:
        assert library.ask("who is in the PAC?").searched_also == ()
        assert [one.forms[0] for one in library.define("PAC")] == [
            "port advisory council",
            "political action committee",
        ]


def test_a_common_word_is_no_acronym_of_the_same_letters(workplace: Workplace) -> None:
    workplace.write("a.txt", "The agency for inland development (AID) met. It gives aid to the poor.")
    workplace.write("b.txt", "The world health organisation (WHO) met.")
    workplace.build()
    with workplace.open() as library:
        assert library.ask("who gives aid to the poor?").searched_also == ()
        assert library.ask("when did AID meet?").searched_also == ("agency for inland development",)
        assert library.ask("when did WHO meet?").searched_also == ("world health organisation",)


def test_names_inside_a_longer_name_do_not_count(workplace: Workplace) -> None:
    workplace.write("a.txt", "The port council (PC) and the port council of elders (PCE) met.")
    workplace.build()
    with workplace.open() as library:
        assert library.ask("where is the port council of elders?").searched_also == ("PCE",)


def knowledge(engine: Engine, village: Workplace) -> IndexKnowledge:
    vocabulary = Vocabulary(engine.head, engine, engine.head.status().passages)
    return IndexKnowledge(engine, vocabulary, village.encoder, EVERYTHING)


def test_what_the_encoder_reads_is_the_question_without_other_names_and_without_its_typing_errors(
    village: Workplace,
) -> None:
    with open_engine(village.index) as engine:
        known = knowledge(engine, village)
        assert expand("what did MRUL buy?", known).text == "what did MRUL buy?"
        assert expand("who lost two climbrs?", known).text == "who lost two climbers?"


def test_it_costs_little(village: Workplace) -> None:
    with open_engine(village.index) as engine:
        known = knowledge(engine, village)
        expand("what did MRUL buy?", known)
        started = time.process_time()
        for _ in range(200):
            expand("what did MRUL of Larkmouth buy from a farmer?", known)
        assert (time.process_time() - started) / 200 < 0.01


# ------------------------------------------------------------------------------------------------- typos


def test_an_unknown_word_near_a_known_one_is_searched_for_as_that_and_told(village: Workplace) -> None:
    with village.open() as library:
        answer = library.ask("who sold a helicoptre for eleven thousand crowns?", scope=PRESS)
        assert answer.hits[0].doc_id == "press/later.txt"
        assert answer.searched_also == ("helicopter",)


def test_a_typing_error_within_a_name_is_forgiven_too(village: Workplace) -> None:
    with village.open() as library:
        also = library.ask("what did the mountian rescue union of Larkmouth buy?", scope=PRESS).searched_also
        assert also == ("mountain rescue union of Larkmouth", "MRUL")


@pytest.mark.parametrize("word", ["farmer", "farm", "cows", "R2D2XY", "CLIMBRS", "zzzzzz"])
def test_known_words_short_words_numbers_and_capitals_are_left_alone(village: Workplace, word: str) -> None:
    with village.open() as library:
        assert library.ask(f"who saw the {word}?", scope=PRESS).searched_also == ()


def test_a_word_that_the_model_knows_is_no_typing_error(seed_library: Library) -> None:
    assert seed_library.ask("what did the fighter bring in the fighting spring?").searched_also == ()
    assert seed_library.ask("how many fihters are in Afganistan?").searched_also == ("fighters", "Afghanistan")


# ------------------------------------------------------------------------------------------------- scope


@pytest.mark.parametrize("question", ["what does HOG do?", "where is the Lantern Office?", "is there a Lantren about?"])
def test_nothing_of_a_document_out_of_scope_is_searched_for_or_told(village: Workplace, question: str) -> None:
    with village.open() as library:
        assert library.ask(question, scope=PRESS).searched_also == ()
        assert library.ask(question, scope=UN).searched_also != ()


@pytest.mark.parametrize("name", ["HOG", "hidden observers' group", "Lantern Office", "HOGS", "Lantren Office"])
def test_a_name_that_only_a_document_out_of_scope_defines_is_not_known(village: Workplace, name: str) -> None:
    with village.open() as library:
        assert library.define(name, PRESS) == []
        assert "HOG" not in library.names(PRESS, like=name)
        assert library.define(name, UN) != []


def test_names_are_listed_within_a_scope(village: Workplace) -> None:
    with village.open() as library:
        assert set(library.names(PRESS)) == {"MRUL", "mountain rescue union of Larkmouth"}
        assert "HOG" in library.names(UN)
        assert "MRUL" not in library.names(UN)


def test_a_definition_out_of_scope_counts_for_nothing(workplace: Workplace) -> None:
    workplace.write("press/a.txt", "The port advisory council (PAC) met.")
    for number in range(5):
        workplace.write(f"un/b{number}.txt", f"A political action committee (PAC) gave {number} crowns.")
    workplace.build()
    with workplace.open() as library:
        assert library.ask("who is in the PAC?", scope=PRESS).searched_also == ("port advisory council",)
        (one,) = library.define("PAC", PRESS)
        assert (one.forms, one.documents) == (("port advisory council",), 1)


# -------------------------------------------------------------------------------------------- definitions


@pytest.mark.parametrize(
    "name", ["MRUL", "mrul", " Mrul ", "M.R.U.L.", "mountain-rescue union of the larkmouth", "MRULL"]
)
def test_a_name_is_defined_by_its_passage_with_the_sentence_marked(village: Workplace, name: str) -> None:
    with village.open() as library:
        (one,) = library.define(name, PRESS)
        assert one.hit is not None
        assert {one.name, *one.forms} == {"MRUL", "mountain rescue union of Larkmouth"}
        assert (one.hit.quote, one.hit.answer_sentence, one.hit.doc_id) == (NEWS, NEWS, "press/news.txt")
        assert (one.documents, one.passages, one.from_aliases, one.notes) == (1, 1, False, ())


def test_the_seed_defines_the_ttp_twice(seed_library: Library) -> None:
    found = seed_library.define("TTP")
    assert [one.forms for one in found] == [("Tehreek-e-Taliban Pakistan",), ("Pakistani Taliban",)]
    marked = [one.hit.answer_sentence for one in found if one.hit]
    assert "such as the Tehreek-e-Taliban Pakistan (TTP)" in marked[0]
    assert marked[1].startswith("Also collectively known as the Pakistani Taliban, TTP militants")


def test_the_seed_is_found_by_every_name(seed_library: Library) -> None:
    for name in ("TTP", "Tehreek-e-Taliban Pakistan", "Pakistani Taliban"):
        answer = seed_library.ask(f"how many {name} fighters are in Afghanistan?")
        assert "3,000 to 4,000 fighters" in answer.hits[0].answer_sentence
        assert len(answer.searched_also) == 2


def test_a_key_that_a_definition_showed_is_remembered(village: Workplace) -> None:
    with village.open() as library:
        key = next(one.hit.key for one in library.define("MRUL") if one.hit)
    (village.seeds / "press/news.txt").write_text("Something else stands here.")
    village.build()
    with village.open() as library:
        assert library.cite(key).status is CitationStatus.GONE


def test_names_like_another_are_given_where_it_is_not_known(village: Workplace) -> None:
    with village.open() as library:
        assert library.define("MRXX") == []
        assert library.names(PRESS, like="rescue union")[0] == "mountain rescue union of Larkmouth"


@pytest.mark.parametrize("name", ["", "  ", "???", "x" * 201])
def test_what_is_no_name_is_refused(village: Workplace, name: str) -> None:
    with village.open() as library, pytest.raises(InputError, match="the name"):
        library.define(name)


# ------------------------------------------------------------------------------------------------ aliases


def test_the_teams_names_are_searched_for_by_everybody_and_are_no_document(village: Workplace) -> None:
    village.write("aliases.yaml", "the climbers: [MRUL]\nflock: [sheep]")
    report = village.build()
    assert report.added == ("aliases.yaml",)
    assert (report.failed, report.documents) == ((), 5)
    with village.open() as library:
        assert first(library, "where did the flock go?")[0] == "press/other.txt"
        assert library.ask("where did the flock go?", scope=PRESS).searched_also == ("sheep",)
        assert library.ask("where did the flock go?", scope=UN).searched_also == ()  # no such word there
        (one,) = library.define("flock", UN)
        assert (one.forms, one.from_aliases, one.hit) == (("sheep",), True, None)
        assert "aliases.yaml" not in {source.doc_id for source in library.sources()}


def test_a_change_of_the_teams_names_makes_the_index_stale_and_is_picked_up(village: Workplace) -> None:
    def stale() -> tuple[str, ...]:
        with Generation.open_current(village.index) as generation:
            changed = seed_changes(village.seeds, generation.sources(), max_file_mib=1)
        return changed.added + changed.changed + changed.removed

    village.write("aliases.yaml", "flock: [sheep]")
    assert stale() == ("aliases.yaml",)
    village.build()
    assert stale() == ()
    village.write("aliases.yaml", "herd: [sheep]")
    assert stale() == ("aliases.yaml",)
    assert village.build().changed == ("aliases.yaml",)
    with village.open() as library:
        assert library.define("flock") == []
        assert library.define("herd") != []
    (village.seeds / "aliases.yaml").unlink()
    assert village.build().removed == ("aliases.yaml",)
    with village.open() as library:
        assert library.define("herd") == []


def test_a_malformed_list_is_named_with_the_line_and_none_of_its_names_is_used(village: Workplace) -> None:
    village.write("aliases.yaml", "flock: [sheep]")
    village.build()
    village.write("aliases.yaml", "flock: [sheep]\nherd: {a: b}")
    report = village.build()
    assert [problem.path for problem in report.failed] == ["aliases.yaml"]
    assert report.failed[0].reason.startswith("line 2: should be a name or a list of names")
    assert report.documents == 5
    with village.open() as library:
        assert library.define("flock") == []
        assert library.define("MRUL") != []


def test_a_list_of_names_further_down_is_no_list_of_names(workplace: Workplace) -> None:
    workplace.write("un/aliases.yaml", "flock: [sheep]")
    assert [problem.path for problem in workplace.build().failed] == ["un/aliases.yaml"]


# ----------------------------------------------------------------------------------------------- building


@pytest.mark.parametrize("seed", range(3))
def test_an_incremental_build_learns_what_a_full_one_does_to_the_byte(workplace: Workplace, seed: int) -> None:
    chance = random.Random(seed)
    words = "mountain rescue union harbour police council of larkmouth".split()

    def definition() -> str:
        some = [word for word in chance.sample(words, 4) if word != "of"]
        return f"The {' '.join(some)} ({''.join(word[0] for word in some).upper()}) met."

    def files(index: Path) -> dict[str, str]:
        with Generation.open_current(index) as generation:
            return generation.manifest.files

    for step in range(5):
        workplace.write(f"d{chance.randint(0, 4)}.txt", "\n\n".join(definition() for _ in range(4)))
        workplace.write("aliases.yaml", f"MRUL: [{definition()[4:9]}, name {step}]")
        workplace.build()
        full = type(workplace)(workplace.root / f"full{step}", HashEncoder())
        shutil.copytree(workplace.seeds, full.seeds)
        full.build()
        assert files(workplace.index) == files(full.index)
