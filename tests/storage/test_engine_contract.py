"""What every engine offers, on the embedded engine and on one that divides its passages over three parts.

The contract: the same ten keys, verdict, marks and answers, and scores that differ by 1e-6 at most. Small made corpora
are asked always, and a few questions of each shared set. All questions of some sets, over their whole corpora:

    python -m tests.storage.test_engine_contract ../shared/eval/*
"""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from askbrief.core.progress import Silent
from askbrief.evaluation.question_sets import QuestionSet, indexed
from askbrief.inference.loading import open_encoder
from askbrief.ingest.build import build_from
from askbrief.language.analysis import analyse
from askbrief.library import Library
from askbrief.query.parsed_question import parse_question
from askbrief.records import EVERYTHING, Document, Method, Scope
from askbrief.retrieval.bm25 import Postings
from askbrief.retrieval.candidates import SHORTLIST, FirstRanking, WeightedQuestion
from askbrief.retrieval.cosine import signs_of
from askbrief.settings import Settings
from askbrief.storage.embedded.generation import (
    SENTENCE_STARTS,
    SENTENCES,
    SIGNS,
    TEXT,
    VECTORS,
    next_name,
    postings_file,
    publish,
)
from askbrief.storage.embedded.manifest import Manifest, SourceRow, Versions, checksums
from askbrief.storage.embedded.writer import StoreWriter
from askbrief.storage.engines import open_engine
from tests.conftest import Workplace
from tests.fakes import HashEncoder, in_a_row
from tests.storage.divided import DividedEngine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from askbrief.inference.encoder import Encoder
    from askbrief.records import Answer
    from askbrief.retrieval.candidates import Candidates
    from askbrief.storage.protocol import Engine

TOLERANCE = 1e-6
TOP = 10
SAMPLED_QUESTIONS, OTHER_DOCUMENTS = 2, 3
"""Of each shared set: the number of questions, and of documents indexed besides those that answer them."""
SUBJECTS = "bridge harbour market school well mill road quay tower ferry bakery library".split()
PLACES = "Larkmouth Oldford Westmere Tarn Ashby Corve".split()
TEMPLATES = [
    "The {subject} in {place} was opened in {year} by {count} masons.",
    "In {year} the {subject} of {place} cost {count} crowns.",
    "The Mountain Rescue Union (MRU) used the {subject} in {place} for {count} days.",
    "Nobody in {place} knows who built the {subject}.",
    "According to the Kestrel Monitor, {count} people crossed the {subject} at {place} in May {year}.",
]
QUESTIONS = [
    "who opened the bridge in Larkmouth?",
    "how many people crossed the ferry at Tarn in May 1923?",
    "what did the market of Oldford cost?",
    "compare the harbour and the school in Ashby",
    "according to the Kestrel Monitor, how many people crossed the mill?",
    "what did the MRU use in Corve?",
    "what did the mountain rescue union use in 1921?",
    "who built the bakkery of Westmere?",
    "what was opened last year?",
    "is there a submarine?",
]


def write_corpus(workplace: Workplace, documents: int = 60, sentences: int = 12) -> None:
    """Documents of several passages each, dated, with names, and with sentences that stand in several of them."""
    random = np.random.default_rng(11)
    for number in range(documents):
        year = 1900 + int(random.integers(0, 30))
        paragraphs = [
            random.choice(TEMPLATES).format(
                subject=random.choice(SUBJECTS),
                place=random.choice(PLACES),
                year=year,
                count=int(random.integers(2, 90)),
            )
            for _ in range(sentences)
        ]
        folder = ("town", "county", "press")[number % 3]
        workplace.write(
            f"{folder}/{number:04}.md", f"---\ndate: {year}\n---\n# Notes {number}\n\n" + "\n\n".join(paragraphs)
        )
    workplace.build()


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """A corpus that no test changes."""
    root = tmp_path_factory.mktemp("town")
    (root / "seeds").mkdir()
    workplace = Workplace(root, HashEncoder())
    write_corpus(workplace)
    return workplace


def scopes_of(index: Path) -> dict[str, Scope]:
    """Everything, half the documents, and one."""
    with open_engine(index) as engine:
        names = [source.doc_id for source in engine.head.sources(EVERYTHING)]
    half, one = frozenset(names[::2]), frozenset(names[len(names) // 2 :][:1])
    return {"everything": EVERYTHING, "half": Scope(documents=half), "one": Scope(documents=one)}


# ------------------------------------------------------------------------------------------- the same answers


def differences(one: Answer, other: Answer) -> list[str]:
    """In what the answers of two engines differ, by the contract."""
    one_by_name, other_by_name = _compared(one), _compared(other)
    found = [name for name, value in one_by_name.items() if value != other_by_name[name]]
    if not found and not np.allclose(_scores(one), _scores(other), rtol=0, atol=2 * TOLERANCE):  # both are rounded
        found.append("scores")
    return found


def _compared(answer: Answer) -> dict[str, object]:
    """What must be equal."""
    return {
        "keys": [hit.key for hit in answer.hits],
        "duplicates": [hit.also for hit in answer.hits],
        "verdict": answer.verdict,
        "marks": [hit.highlight for hit in answer.hits],
        "answers": [hit.answer for hit in answer.hits],
        "figures": answer.figures,
        "searched also": answer.searched_also,
    }


def _scores(answer: Answer) -> list[float]:
    """What may differ by the tolerance."""
    return [answer.confidence, *(hit.score for hit in answer.hits)]


def compare(
    index: Path,
    encoder: Encoder,
    questions: Sequence[str],
    scope: Scope = EVERYTHING,
    settings: Settings | None = None,
    parts: int = 3,
) -> Iterator[tuple[str, list[str]]]:
    """Ask both engines, and yield each question with the differences of their answers."""
    settings = settings or Settings()
    exact_up_to = settings.exact_up_to
    engines: list[Engine] = [open_engine(index, exact_up_to), DividedEngine(index, parts, exact_up_to)]
    libraries = [Library(engine, encoder, settings) for engine in engines]
    try:
        for question in questions:
            whole, divided = (library.ask(question, TOP, scope) for library in libraries)
            yield question, differences(whole, divided)
    finally:
        for library in libraries:
            library.close()


@pytest.mark.parametrize("scope", ["everything", "half", "one"])
@pytest.mark.parametrize("reader", [True, False], ids=["read", "unread"])
def test_a_divided_index_answers_as_a_whole_one(town: Workplace, scope: str, *, reader: bool) -> None:
    asked = compare(town.index, town.encoder, QUESTIONS, scopes_of(town.index)[scope], Settings(reader=reader))
    assert [(question, found) for question, found in asked if found] == []


@pytest.mark.parametrize("parts", [1, 2, 7])
def test_the_number_of_parts_makes_no_difference(town: Workplace, parts: int) -> None:
    asked = compare(town.index, town.encoder, QUESTIONS, settings=Settings(reader=False), parts=parts)
    assert [(question, found) for question, found in asked if found] == []


def test_equal_scores_are_ordered_by_number_wherever_the_passages_are(workplace: Workplace) -> None:
    for number in range(40):
        workplace.write(f"{number:02}.txt", f"The bridge is closed. Sheep number {chr(97 + number % 26) * 3} saw it.")
    workplace.build()
    scopes = scopes_of(workplace.index).values()
    for scope in scopes:
        asked = compare(workplace.index, workplace.encoder, ["is the bridge closed?", "bridge"], scope)
        assert [(question, found) for question, found in asked if found] == []


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of 13,824 passages of three words each, in 96 documents, so that a third is more than a shortlist."""
    words = [*SUBJECTS, *(place.lower() for place in PLACES), "river", "price", "iron", "night", "bread", "winter"]
    texts = [f"{one} {two} {three}." for one in words for two in words for three in words]
    return write_index(tmp_path_factory.mktemp("large") / "index", [texts[start::96] for start in range(96)])


def write_index(index: Path, documents: Sequence[Sequence[str]]) -> Path:
    """Write an index of documents by their passages with the build's own writers; a build would take far longer."""
    building, encoder = index / "building-large", HashEncoder()
    building.mkdir(parents=True)
    passages = [in_a_row(f"{number:02}.txt", texts) for number, texts in enumerate(documents)]
    terms, postings = Postings.from_corpus([analyse(passage.text) for some in passages for passage in some])
    with StoreWriter(building / TEXT) as store:
        for some in passages:
            document = Document(some[0].doc_id, some[0].doc_id, "\n".join(p.text for p in some), ())
            store.add(document, SourceRow(path=document.doc_id), some, [b""] * len(some))
        store.add_terms(terms)
        store.add_names([])
    vectors = encoder.encode_documents([passage.text for some in passages for passage in some])
    arrays: dict[str, NDArray[Any]] = {
        VECTORS: vectors,
        SENTENCES: vectors.astype(np.float16),
        SIGNS: signs_of(vectors),
    }
    arrays[SENTENCE_STARTS] = np.arange(len(vectors) + 1)
    arrays |= {postings_file(array.name): getattr(postings, array.name) for array in fields(postings)}
    for name, array in arrays.items():
        np.save(building / name, array, allow_pickle=False)
    sums = checksums(building)
    manifest = Manifest(
        generation=next_name(index, sums),
        built_at=dt.datetime.now(dt.UTC),
        versions=Versions.of(encoder),
        documents=store.documents,
        passages=store.passages,
        terms=len(terms),
        files=sums,
    )
    publish(building, index, manifest, [])
    return index


@pytest.mark.parametrize("scope", ["everything", "half", "one"])
def test_parts_that_rank_a_shortlist_answer_as_a_whole_that_does(large: Path, scope: str) -> None:
    settings = Settings(reader=False, exact_up_to=0)
    with DividedEngine(large, exact_up_to=0) as divided:
        assert all(len(part.numbers) > SHORTLIST for part in divided.parts)
    questions = ["harbour bridge", "iron price of the market", "which ferry crossed the river at night?", "Tarn bread"]
    asked = compare(large, HashEncoder(), questions, scopes_of(large)[scope], settings)
    assert [(question, found) for question, found in asked if found] == []


def test_a_sample_of_each_shared_set_is_answered_the_same(shared: Path, encoder: Encoder, tmp_path: Path) -> None:
    for folder in sorted(path for path in (shared / "eval").iterdir() if path.is_dir()):
        questions, index = QuestionSet(folder), tmp_path / folder.name
        random = np.random.default_rng(3)
        chosen = random.choice(len(questions.questions), SAMPLED_QUESTIONS, replace=False).tolist()
        sample = [questions.questions[place] for place in chosen]
        wanted = {gold.doc_id for question in sample for gold in question.gold}
        wanted |= set(random.choice(sorted(questions.texts), min(OTHER_DOCUMENTS, len(questions.texts)), replace=False))
        short = [source for source in questions.sources() if source.row.path in wanted]
        build_from(short, index, encoder)
        for scope in scopes_of(index).values():
            asked = compare(index, encoder, [question.question for question in sample], scope)
            assert [(question, found) for question, found in asked if found] == []


# ------------------------------------------------------------------------------------- each engine by itself


@pytest.fixture(params=["embedded", "divided"])
def engine(request: pytest.FixtureRequest, town: Workplace) -> Iterator[Engine]:
    """Open each engine over the same index."""
    opened: Engine = open_engine(town.index) if request.param == "embedded" else DividedEngine(town.index)
    with opened as engine:
        yield engine


def first(engine: Engine, town: Workplace, question: str, scope: Scope = EVERYTHING, count: int = 40) -> Candidates:
    parsed = parse_question(question, None, engine.head.newest(scope))
    weighted = WeightedQuestion.of(parsed, town.encoder.encode_query(parsed.text), engine.head.weigh, Method.HYBRID)
    return engine.first(weighted, scope, FirstRanking(Method.HYBRID, 0.5, count))


@pytest.mark.parametrize("name", ["everything", "half", "one"])
def test_candidates_are_in_scope_match_and_stand_in_order(engine: Engine, town: Workplace, name: str) -> None:
    scope = scopes_of(town.index)[name]
    for question in QUESTIONS:
        found = first(engine, town, question, scope)
        assert found.numbers.tolist() == sorted(set(found.numbers.tolist()))
        assert (found.scores > 0).all()
        assert (found.ranking >= found.scores).all()
        for content in engine.look(found.numbers.tolist()):
            assert scope.admits(content.passage.doc_id, content.metadata)


def test_bm25_and_cosine_of_a_candidate_do_not_depend_on_the_scope(engine: Engine, town: Workplace) -> None:
    for question in QUESTIONS:
        everything = first(engine, town, question, count=10_000)
        columns = dict(zip(everything.numbers.tolist(), everything.bm25.tolist(), strict=True))
        cosines = dict(zip(everything.numbers.tolist(), everything.cosines.tolist(), strict=True))
        some = first(engine, town, question, scopes_of(town.index)["half"])
        for number, bm25, cosine in zip(some.numbers.tolist(), some.bm25.tolist(), some.cosines.tolist(), strict=True):
            assert bm25 == pytest.approx(columns[number], abs=TOLERANCE)
            assert cosine == pytest.approx(cosines[number], abs=TOLERANCE)


def test_a_candidate_is_seen_with_its_words_its_document_and_a_vector_for_each_sentence(
    engine: Engine, town: Workplace
) -> None:
    numbers = first(engine, town, QUESTIONS[0]).numbers.tolist()
    contents = engine.look(numbers)
    assert [content.number for content in contents] == numbers
    for content in contents:
        passage, entry = content.passage, engine.head.find_document(content.passage.doc_id)
        assert entry is not None
        assert (content.title, content.metadata) == (entry.title, entry.metadata)
        assert engine.texts.text(passage.doc_id)[passage.start : passage.end] == passage.text
        expected = town.encoder.encode_documents(passage.sentence_texts())
        assert content.vectors == pytest.approx(expected, abs=1e-3)  # as exact as float16 is


@pytest.mark.parametrize("name", ["everything", "half", "one"])
def test_terms_are_counted_and_found_within_the_scope(engine: Engine, town: Workplace, name: str) -> None:
    scope = scopes_of(town.index)[name]
    everywhere = [
        passage for source in engine.head.sources(scope) for passage in engine.texts.passages_of(source.doc_id)
    ]
    terms = [*{term for subject in SUBJECTS for term in analyse(subject)}, "submarin"]
    expected = {term: [p for p in everywhere if term in analyse(p.text)] for term in terms}
    counts = engine.frequencies(terms, scope)
    assert counts == {term: len(passages) for term, passages in expected.items() if passages}
    assert engine.frequencies(terms, scope, 1).keys() == counts.keys()
    for term, passages in expected.items():
        assert list(engine.passages_with(term, scope, 4)) == passages[:4]


@pytest.mark.parametrize("name", ["everything", "half", "one"])
def test_the_best_by_words_alone_are_in_scope_and_contain_one_of_them(
    engine: Engine, town: Workplace, name: str
) -> None:
    scope = scopes_of(town.index)[name]
    terms = analyse("the harbour of Tarn")
    numbers = engine.lexical_best(terms, scope, 5)
    assert len(numbers) == 5 or name == "one"
    for number in numbers:
        passage = engine.texts.passage(number)
        assert set(terms) & set(analyse(passage.text))
        entry = engine.head.find_document(passage.doc_id)
        assert entry is not None
        assert scope.admits(passage.doc_id, entry.metadata)


def test_both_engines_find_the_same_candidates(town: Workplace) -> None:
    with open_engine(town.index) as whole, DividedEngine(town.index) as divided:
        for question in QUESTIONS:
            one, other = first(whole, town, question), first(divided, town, question)
            assert one.numbers.tolist() == other.numbers.tolist()
            for column in ("scores", "ranking", "bm25", "lexical", "cosines", "coverages", "documents", "aspects"):
                assert getattr(one, column) == pytest.approx(getattr(other, column), abs=TOLERANCE)


def test_a_part_that_cannot_be_read_is_an_error_and_no_shorter_answer(town: Workplace) -> None:
    def unreadable(*_: object) -> None:
        raise OSError

    with DividedEngine(town.index) as divided:
        parts = divided.parts
        parts[1] = replace(parts[1], lexical=type("Unreadable", (), {"match": unreadable})())
        with pytest.raises(OSError):  # noqa: PT011 - the very error
            first(divided, town, QUESTIONS[0])


# ------------------------------------------------------------------------------------- all questions of some sets


def main(folders: Sequence[str]) -> int:
    """Ask every question of some sets, and print a line for each set and scope; 1 if any answer differs."""
    encoder, settings, failed = open_encoder(Settings()), Settings(), 0
    for folder in map(Path, folders):
        questions = QuestionSet(folder)
        with indexed(questions, encoder, settings, Silent()) as library:
            index = library.reference.folder.parents[1]
        texts = [question.question for question in questions.questions]
        for name, scope in scopes_of(index).items():
            different = [(question, found) for question, found in compare(index, encoder, texts, scope) if found]
            failed += len(different)
            print(f"{folder.name}, {name}: {len(texts) - len(different)} of {len(texts)} the same", flush=True)  # noqa: T201
            for question, found in different:
                print(f"  {question}: {', '.join(found)}", flush=True)  # noqa: T201
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
