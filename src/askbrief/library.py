"""The front door: an opened index, to be asked, cited from and listed."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from askbrief.answering.figures import figures
from askbrief.answering.sentence import Sought, best_sentence, defining_sentence, definitions
from askbrief.answering.span import pinpoint
from askbrief.answering.verdict import JUDGED, packaged_calibration, read_calibration, verdict_signals
from askbrief.citations.ledger import Ledger, Remembered
from askbrief.citations.locators import locator
from askbrief.citations.resolving import Citations
from askbrief.core.lazy_regex import pattern
from askbrief.core.runtime import processors
from askbrief.errors import IndexMismatch, InputError, ModelError, SettingsError
from askbrief.inference.loading import open_encoder
from askbrief.inference.reader import packaged_reader
from askbrief.query.aspects import COMPARING, aspects
from askbrief.query.constraints import constraints
from askbrief.query.expansion import Known, reworded
from askbrief.query.parsed_question import without_courtesy
from askbrief.records import (
    Answer,
    Citation,
    Definition,
    Document,
    FigureGroup,
    Hit,
    Method,
    Passage,
    Scope,
    Source,
    Span,
    Surroundings,
    Verdict,
)
from askbrief.retrieval.rerank import READ, CrossEncoderReranker, Found, grouped, reranked, reread
from askbrief.retrieval.scoring import Ranked, Searched, search
from askbrief.retrieval.soft_filters import Steering
from askbrief.settings import Settings, load_settings
from askbrief.storage.engines import open_engine, open_reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from askbrief.answering.verdict import Calibration
    from askbrief.inference.encoder import Encoder
    from askbrief.query.parsed_question import Query
    from askbrief.records import IndexStatus, Problem
    from askbrief.storage.embedded.engine import EmbeddedEngine
    from askbrief.storage.embedded.generation import GenerationReference
    from askbrief.storage.embedded.manifest import SourceRow

EVERYTHING = Scope()
_WORD = pattern(r"[\p{L}\p{N}]")
_LONGEST_NAME = 200
_DUPLICATE_ROOM = 3
"""For each hit wanted, this many are ranked, so that near-duplicates leave enough to show."""


class Library:
    """An immutable snapshot of one generation. Threads may share it."""

    def __init__(
        self, engine: EmbeddedEngine, encoder: Encoder, settings: Settings, ledger: Ledger | None = None
    ) -> None:
        """Take the parts; `Library.open` finds them."""
        self._engine = engine
        self.generation = generation = engine.generation
        self._encoder = encoder
        self._settings = settings
        self._citations = Citations(generation, ledger)
        self._calibration = _calibration(settings)
        self._reranker = CrossEncoderReranker(settings.reranker) if settings.reranker else None
        self._reader = packaged_reader() if settings.reader else None
        # More at once would only hand Python's one lock to each other: sixteen threads got two thirds of one's answers.
        self._turns = threading.BoundedSemaphore(processors())
        self._searched = Searched(
            generation.lexical,
            generation.dense,
            encoder,
            generation.store.passages,
            generation.catalogue,
            settings.exact_up_to,
        )

    @classmethod
    def open(
        cls,
        index: Path | str,
        *,
        state: Path | str | None = None,
        encoder: Encoder | None = None,
        settings: Settings | None = None,
    ) -> Self:
        """Open the generation that serves.

        Args:
            index: the index folder.
            state: where the keys that are shown are remembered; None to remember nothing.
            encoder: by default, the model of the settings.
            settings: by default, read from the environment.

        Raises:
            IndexMissing, IndexDamaged: it cannot be opened.
            IndexMismatch: it was built by another version or with another model.
            ModelError: the model of the settings cannot be used.
        """
        settings = settings or load_settings()
        encoder = encoder or open_encoder(settings)
        return cls._checked_open(open_engine(Path(index)), encoder, settings, state)

    @classmethod
    def open_reference(
        cls, reference: GenerationReference, *, state: Path | str | None, encoder: Encoder, settings: Settings
    ) -> Self:
        """Open the generation that another process has open; see `open` for the arguments and errors."""
        return cls._checked_open(open_reference(reference), encoder, settings, state)

    @classmethod
    def _checked_open(
        cls, engine: EmbeddedEngine, encoder: Encoder, settings: Settings, state: Path | str | None
    ) -> Self:
        built_with = engine.status().model
        if encoder.model_id != built_with:
            engine.close()
            raise IndexMismatch(
                f"the index was built with the model {built_with}, the settings say {encoder.model_id}: "
                "run: askbrief build (or set ASKBRIEF_MODEL back)"
            )
        try:
            return cls(engine, encoder, settings, Ledger(Path(state)) if state is not None else None)
        except (SettingsError, ModelError):
            engine.close()
            raise

    def close(self) -> None:
        """Let go of the generation, so that it may be cleaned up when another one serves."""
        self._citations.close()
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ----------------------------------------------------------------------------------------- the index

    @property
    def generation_name(self) -> str:
        """The name of the generation that answers."""
        return self._engine.status().generation

    @property
    def reference(self) -> GenerationReference:
        """What another process needs to open the same generation."""
        return self._engine.reference

    def status(self) -> IndexStatus:
        """Return the generation's name, its age, its model and its size."""
        return self._engine.status()

    def source_rows(self) -> tuple[SourceRow, ...]:
        """Return every file below seeds/ as the build saw it."""
        return self._engine.source_rows()

    def problems(self) -> list[Problem]:
        """Return the files that gave no text, with the reasons."""
        return self._engine.problems()

    def check_readable(self) -> None:
        """Read the first passage.

        Raises:
            IndexDamaged: it cannot be read.
        """
        self._engine.check_readable()

    # -------------------------------------------------------------------------------------------- asking

    def ask(self, question: str, top: int = 5, scope: Scope = EVERYTHING, *, method: Method = Method.HYBRID) -> Answer:
        """Find the passages that answer a question.

        Args:
            question: in words.
            top: how many passages at the most.
            scope: what may be searched; applied before anything is ranked.
            method: how to rank, for comparisons.

        Raises:
            InputError: the question is empty, too long or without a word, or `top` is out of range.
            IndexDamaged: a quote is not its document's text.

        Where the keys cannot be remembered (a full disk, say), the answer is given all the same and its notes say so.
        """
        question = self._checked(question, top)
        with self._turns:
            return self._answer(question, top, scope, method)

    def _answer(self, question: str, top: int, scope: Scope, method: Method) -> Answer:
        admitted = self.generation.admitted(scope)
        asked = without_courtesy(question)
        worded, compared = reworded(asked, self._known(admitted)), aspects(asked)
        query = worded.query.side_by_side(compared, COMPARING) if compared else worded.query
        ranked = search(
            query,
            self._searched,
            count=_DUPLICATE_ROOM * max(top, JUDGED) if self._reader is None else max(_DUPLICATE_ROOM * top, 2 * READ),
            weight=self._settings.lexical_weight,
            method=method,
            admitted=admitted,
            steering=self._steering(query, admitted) if method is Method.HYBRID else None,
            aspects=[worded.query.part(terms) for terms in compared] if method is Method.HYBRID else (),
        )
        if self._reranker is not None and method is Method.HYBRID:
            ranked = reranked(query.text, ranked, self._reranker)
        passages, calibration = grouped(ranked), self._calibration
        if self._reader is None or method is not Method.HYBRID:
            calibration = calibration if calibration.of_unread else packaged_calibration(read=False)
        else:
            passages = reread(query.text, passages, self._reader, self.generation.store.title, reorder=not compared)
        groups, notes = self._hits(query.text, passages[:top])
        hits = pinpoint(query, [first for first, *_ in groups], [found.reading for found in passages[:top]])
        signals = verdict_signals(query, passages, next(iter(hits), None))
        confidence = round(calibration.probability(signals), 4) if signals else 0.0
        verdict = calibration.verdict(confidence)
        found: tuple[FigureGroup, ...] = ()
        if verdict is Verdict.NONE:
            hits = tuple(replace(hit, answer=None) for hit in hits)
        else:
            found = figures(query, [hit for group in groups for hit in group])
        return Answer(
            question=question,
            verdict=verdict,
            confidence=confidence,
            generation=self.generation.name,
            hits=hits,
            notes=notes,
            figures=found,
            signals=signals,
            searched_also=worded.searched_also,
        )

    def _steering(self, query: Query, admitted: NDArray[np.bool_] | None) -> Steering | None:
        catalogue = self.generation.catalogue
        asked_for = constraints(query.text, catalogue.newest(admitted))
        return Steering(asked_for, catalogue, query.alternatives) if asked_for else None

    def _known(self, admitted: NDArray[np.bool_] | None) -> Known:
        """What is known of names and words; a word that the model reads as one piece is no typing error."""

        def is_word(word: str) -> bool:
            one, its = self._encoder.count_tokens(["a", word])
            return its <= one

        return Known(self.generation.names, self.generation.vocabulary, admitted, is_word)

    def _checked(self, question: str, top: int) -> str:
        question = _one_line(question)
        longest, most = self._settings.max_question_chars, self._settings.max_results
        if not question:
            raise InputError("the question is empty: ask in words, such as: how many fighters are there?")
        if len(question) > longest:
            raise InputError(
                f"the question has {len(question):,} characters, the limit is {longest:,} "
                "(ASKBRIEF_MAX_QUESTION_CHARS): ask one thing at a time"
            )
        if not _WORD.search(question):
            raise InputError(f"the question {question[:40]!r} has no words: ask in words")
        if not 1 <= top <= most:
            raise InputError(f"{top} passages were asked for: give a number from 1 to {most} (ASKBRIEF_MAX_RESULTS)")
        return question

    def _hits(self, question: str, shown: Sequence[Found]) -> tuple[list[list[Hit]], tuple[str, ...]]:
        """The passages to show, each before its near-duplicates, and what went wrong in remembering their keys."""
        store = self.generation.store
        keys = {one.number: store.key(one.number) for found in shown for one in found.all()}
        sought = Sought.read(question)
        notes = self._citations.remember(
            [(keys[one.number], store.verified(one.passage)) for found in shown for one in found.all()]
        )
        hits = [
            [
                self._hit(
                    rank,
                    best_sentence(sought, one.passage, one.sentences, found.reading if one is found.ranked else None),
                    one,
                    keys[one.number],
                    tuple(keys[other.number] for other in found.all() if other is not one),
                )
                for one in found.all()
            ]
            for rank, found in enumerate(shown, start=1)
        ]
        return hits, notes

    def _hit(self, rank: int, sentence: Span, found: Ranked, key: str, also: tuple[str, ...]) -> Hit:
        return replace(
            self._quoted(found.passage, key, sentence),
            rank=rank,
            score=round(found.score, 6),
            signals=found.signals,
            also=also,
        )

    def _quoted(self, passage: Passage, key: str, highlight: Span) -> Hit:
        """A passage as it is shown, for itself: nothing was compared."""
        return Hit(
            rank=1,
            key=key,
            doc_id=passage.doc_id,
            title=self.generation.store.title(passage.doc_id),
            metadata=self.generation.store.metadata(passage.doc_id),
            locator=locator(passage),
            start=passage.start,
            end=passage.end,
            quote=passage.text,
            highlight=highlight,
            score=1.0,
            signals={},
            sentences=passage.sentences,
        )

    # ------------------------------------------------------------------------------------------ defining

    def define(self, name: str, scope: Scope = EVERYTHING) -> list[Definition]:
        """Find what a name stands for: the team's own names for it, and what the documents in a scope say.

        Args:
            name: in any of its forms; capitals, hyphens and a typing error do not matter.
            scope: what may be seen; what no document in it says is not known.

        Returns:
            The team's word first, then what most documents say; nothing where the name is not known.

        Raises:
            InputError: there is no word in the name, or it is too long.
        """
        name = self._checked_name(name)
        store = self.generation.store
        shown: dict[str, Passage] = {}

        def show(number: int, place: int) -> Hit:
            passage, key = store.passage(number), store.key(number)
            shown[key] = passage
            return self._quoted(passage, key, defining_sentence(passage, place))

        found = definitions(self.generation.names.find(name, self.generation.admitted(scope)), show)
        notes = self._citations.remember(list(shown.items()))
        return [replace(one, notes=notes) for one in found]

    def _checked_name(self, name: str) -> str:
        name = _one_line(name)
        if not _WORD.search(name):
            raise InputError(f"the name {name[:40]!r} has no letters: give a name, such as TTP")
        if len(name) > _LONGEST_NAME:
            raise InputError(f"the name has {len(name):,} characters, the limit is {_LONGEST_NAME}")
        return name

    def names(self, scope: Scope = EVERYTHING, like: str | None = None) -> list[str]:
        """The names that `define` knows within a scope, the commonest first; or only those `like` another one."""
        names, admitted = self.generation.names, self.generation.admitted(scope)
        return names.names(admitted) if like is None else names.similar(_one_line(like), admitted)

    # -------------------------------------------------------------------------------------------- citing

    def cite(self, key: str, scope: Scope = EVERYTHING) -> Citation:
        """Resolve a citation key: see `Citations.cite`."""
        return self._citations.cite(key, scope)

    def locate(self, where: str, scope: Scope = EVERYTHING) -> list[str]:
        """The keys of what a person points at, a key or a place such as "report.pdf p. 12": see `Citations.locate`."""
        return self._citations.locate(where, scope)

    def read_around(self, key: str, scope: Scope = EVERYTHING) -> Surroundings:
        """Resolve a key as `cite` does, and read today's words around it: the passage before and the one after."""
        return self._citations.read_around(key, scope)

    def recall(self, key: str, scope: Scope = EVERYTHING) -> Remembered | None:
        """What was shown under a key, without looking for where it stands today; None where `cite` would refuse."""
        return self._citations.recall(key, scope)

    # ------------------------------------------------------------------------------------------- reading

    def admits(self, doc_id: str, scope: Scope = EVERYTHING) -> bool:
        """Whether there is a document of this name within a scope."""
        about = self._engine.find_metadata(doc_id)
        return about is not None and scope.admits(doc_id, about)

    def title(self, doc_id: str) -> str:
        """Return a document's title.

        Raises:
            KeyError: it is not in the index.
        """
        return self._engine.title(doc_id)

    def source_file(self, doc_id: str, scope: Scope = EVERYTHING) -> str | None:
        """Return the path below seeds/ of the file that a document was read from.

        None if the document, or any other document from the same file (a mail's attachment, say), is not in scope.
        """
        if not self.admits(doc_id, scope):
            return None
        path = self._engine.source_of(doc_id)
        return path if all(self.admits(name, scope) for name in self._engine.documents_of(path)) else None

    def document(self, doc_id: str, scope: Scope = EVERYTHING) -> Document | None:
        """A document with its text; None where there is none of that name, or it is outside the scope."""
        if not self.admits(doc_id, scope):
            return None
        return self.generation.store.document(doc_id)

    def passages_within(self, doc_id: str, span: Span) -> tuple[list[tuple[str, Passage]], tuple[str, ...]]:
        """The passages of a stretch of a document, to be shown with their keys: see `Citations.passages_within`."""
        return self._citations.passages_within(doc_id, span)

    # ------------------------------------------------------------------------------------------- listing

    def sources(self, scope: Scope = EVERYTHING) -> list[Source]:
        """The indexed documents that a scope admits, by `doc_id`."""
        return self._engine.sources(scope)


def _one_line(text: str) -> str:
    """What a person typed, on one line; halves of characters, which no file can hold, as question marks."""
    return " ".join(text.encode(errors="replace").decode().split())


def _calibration(settings: Settings) -> Calibration:
    if settings.calibration is None:
        return packaged_calibration(read=settings.reader)
    try:
        calibration = read_calibration(settings.calibration.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"ASKBRIEF_CALIBRATION is {str(settings.calibration)!r}: it cannot be read as what "
            "askbrief calibrate writes; make it anew, or leave the setting out"
        ) from error
    if not (settings.reader or calibration.of_unread):
        raise SettingsError(
            f"ASKBRIEF_CALIBRATION is {str(settings.calibration)!r}, which was fitted with the reader on, and "
            "ASKBRIEF_READER is off: make it anew without, or leave one of them out"
        )
    return calibration
