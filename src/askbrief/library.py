"""The library: an opened index that answers, cites and lists. All front ends use it."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from askbrief.answering.pipeline import AnswerPipeline
from askbrief.answering.sentence import defining_sentence, definitions
from askbrief.answering.verdict import packaged_calibration, read_calibration
from askbrief.citations.ledger import Ledger
from askbrief.citations.resolving import Citations
from askbrief.core.runtime import processors
from askbrief.core.text import pattern
from askbrief.errors import IndexMismatch, InputError, ModelError, SettingsError
from askbrief.inference.loading import open_encoder
from askbrief.inference.reader import packaged_reader
from askbrief.query.vocabulary import Vocabulary
from askbrief.records import (
    EVERYTHING,
    Answer,
    Citation,
    Definition,
    Document,
    Hit,
    Method,
    Passage,
    RememberedQuote,
    Scope,
    Source,
    Span,
    Surroundings,
)
from askbrief.retrieval.rerank import CrossEncoderReranker
from askbrief.retrieval.scoring import is_fitted
from askbrief.settings import Settings, load_settings
from askbrief.storage.engines import open_engine, open_reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from askbrief.answering.verdict import Calibration
    from askbrief.inference.encoder import Encoder
    from askbrief.records import IndexStatus, Problem
    from askbrief.storage.embedded.manifest import SourceRow
    from askbrief.storage.protocol import Engine, Memory, Reference

_NOT_FITTED = (
    "ranking and verdict were not fitted with the model {}: check answers on your own questions, and run: "
    "askbrief calibrate (docs/quality.md)"
)
_WORD = pattern(r"[\p{L}\p{N}]")
_MAX_NAME_CHARS = 200
"""Maximum number of characters of a name to define."""


class Library:
    """An immutable snapshot of one generation of an index. Threads may share it."""

    def __init__(self, engine: Engine, encoder: Encoder, settings: Settings, memory: Memory | None = None) -> None:
        """Take the parts, which `Library.open` finds; closing the library closes the engine.

        Args:
            engine: an opened generation.
            encoder: the model that its vectors come from.
            settings: of the library.
            memory: where the keys that are shown are remembered; None to remember nothing.

        Raises:
            SettingsError, ModelError: the calibration or the re-ranking model of the settings cannot be used.
        """
        self._engine = engine
        self._settings = settings
        self._citations = Citations(engine, memory)
        is_calibrated = settings.calibration is not None or is_fitted(encoder.model_id)
        self._unsaid = () if is_calibrated else (_NOT_FITTED.format(encoder.model_id.partition("@")[0]),)
        # More at once would only compete for the interpreter's lock: sixteen threads gave two thirds of one's answers.
        self._turns = threading.BoundedSemaphore(processors())
        self._pipeline = AnswerPipeline(
            engine,
            Vocabulary(engine.head, engine, engine.head.status().passages),
            encoder,
            settings.lexical_weight,
            _calibration(settings, encoder.model_id),
            self._citations,
            packaged_reader() if settings.reader else None,
            CrossEncoderReranker(settings.reranker) if settings.reranker else None,
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
        """Open the newest generation.

        Args:
            index: the index folder.
            state: the folder where the keys that are shown are remembered; None to remember nothing.
            encoder: by default, the model of the settings.
            settings: by default, read from the environment.

        Raises:
            IndexMissing, IndexDamaged: it cannot be opened.
            IndexMismatch: it was built by another version or with another model.
            ModelError: the model of the settings cannot be used.
        """
        settings = settings or load_settings()
        encoder = encoder or open_encoder(settings)
        return cls._checked_open(open_engine(Path(index), settings.exact_up_to), encoder, settings, state)

    @classmethod
    def open_reference(
        cls, reference: Reference, *, state: Path | str | None, encoder: Encoder, settings: Settings
    ) -> Self:
        """Open the generation that another process has open; see `open` for the arguments and errors."""
        return cls._checked_open(open_reference(reference, settings.exact_up_to), encoder, settings, state)

    @classmethod
    def _checked_open(cls, engine: Engine, encoder: Encoder, settings: Settings, state: Path | str | None) -> Self:
        built_with = engine.head.status().model
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
        """Release the generation, so that a later build may remove it."""
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
        return self._engine.head.status().generation

    @property
    def reference(self) -> Reference:
        """What another process needs to open the same generation."""
        return self._engine.reference

    def status(self) -> IndexStatus:
        """Return the generation's name, its age, its model and its size."""
        return self._engine.head.status()

    def source_rows(self) -> Sequence[SourceRow]:
        """Return every file below seeds/ as the build saw it."""
        return self._engine.head.source_rows()

    def problems(self) -> list[Problem]:
        """Return the files that gave no text, with the reasons."""
        return self._engine.head.problems()

    def check_readable(self) -> None:
        """Read the first passage, or raise IndexDamaged."""
        self._engine.check_readable()

    # -------------------------------------------------------------------------------------------- asking

    def ask(self, question: str, top: int = 5, scope: Scope = EVERYTHING, *, method: Method = Method.HYBRID) -> Answer:
        """Find the passages that answer a question.

        Args:
            question: in words.
            top: the maximum number of passages.
            scope: what may be searched; applied before anything is ranked.
            method: how to rank, for comparisons.

        Returns:
            The answer, with notes: if the keys cannot be remembered (because the disk is full, say); and on the first
            answer, if there are no weights for the model.

        Raises:
            InputError: the question is empty, too long or has no words, or `top` is out of range.
            IndexDamaged: a quote is not the text of its document.
        """
        question = self._checked(question, top)
        with self._turns:
            answer = self._pipeline.answer(question, top, scope, method)
        if self._unsaid:
            answer, self._unsaid = replace(answer, notes=(*answer.notes, *self._unsaid)), ()
        return answer

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

    # ------------------------------------------------------------------------------------------ defining

    def define(self, name: str, scope: Scope = EVERYTHING) -> list[Definition]:
        """Find what a name stands for, by the team's list of aliases and by the documents in a scope.

        Args:
            name: in any form; capitals, hyphens and a typing error make no difference.
            scope: what may be seen; definitions from other documents are not found.

        Returns:
            The team's definition first, then those of most documents; empty if the name is unknown.

        Raises:
            InputError: the name has no letters, or is too long.
        """
        name = self._checked_name(name)
        texts = self._engine.texts
        shown: dict[str, Passage] = {}

        def show(number: int, place: int) -> Hit:
            passage, key = texts.passage(number), texts.key(number)
            shown[key] = passage
            return self._citations.quote(passage, key, defining_sentence(passage, place))

        defined = definitions(self._engine.head.names.find(name, scope), show)
        notes = self._citations.remember(list(shown.items()))
        return [replace(one, notes=notes) for one in defined]

    def _checked_name(self, name: str) -> str:
        name = _one_line(name)
        if not _WORD.search(name):
            raise InputError(f"the name {name[:40]!r} has no letters: give a name, such as TTP")
        if len(name) > _MAX_NAME_CHARS:
            raise InputError(f"the name has {len(name):,} characters, the limit is {_MAX_NAME_CHARS}")
        return name

    def names(self, scope: Scope = EVERYTHING, like: str | None = None) -> list[str]:
        """Return the names that `define` knows within a scope, the most frequent first, or those like another name."""
        names = self._engine.head.names
        return names.names(scope) if like is None else names.similar(_one_line(like), scope)

    # -------------------------------------------------------------------------------------------- citing

    def cite(self, key: str, scope: Scope = EVERYTHING) -> Citation:
        """Resolve a citation key: see `Citations.cite`."""
        return self._citations.cite(key, scope)

    def locate(self, where: str, scope: Scope = EVERYTHING) -> list[str]:
        """Return the keys for a key or a place such as "report.pdf p. 12": see `Citations.locate`."""
        return self._citations.locate(where, scope)

    def read_around(self, key: str, scope: Scope = EVERYTHING) -> Surroundings:
        """Resolve a key as `cite` does, and return the text before and after it today."""
        return self._citations.read_around(key, scope)

    def recall(self, key: str, scope: Scope = EVERYTHING) -> RememberedQuote | None:
        """Return the quote that was shown under a key, without finding it again; None if `cite` would refuse."""
        return self._citations.recall(key, scope)

    # ------------------------------------------------------------------------------------------- reading

    def admits(self, doc_id: str, scope: Scope = EVERYTHING) -> bool:
        """Return whether a document is in the index and in a scope."""
        about = self._engine.head.find_document(doc_id)
        return about is not None and scope.admits(doc_id, about.metadata)

    def title(self, doc_id: str) -> str:
        """Return a document's title; KeyError if it is not in the index."""
        about = self._engine.head.find_document(doc_id)
        if about is None:
            raise KeyError(doc_id)
        return about.title

    def source_file(self, doc_id: str, scope: Scope = EVERYTHING) -> str | None:
        """Return the path below seeds/ of the file that a document was read from.

        None if the document, or any other document from the same file (a mail's attachment, say), is not in scope.
        """
        if not self.admits(doc_id, scope):
            return None
        path = self._engine.texts.source_of(doc_id)
        return path if all(self.admits(name, scope) for name in self._engine.texts.doc_ids_of(path)) else None

    def document(self, doc_id: str, scope: Scope = EVERYTHING) -> Document | None:
        """Return a document with its text; None if it is not in the index, or not in scope."""
        return self._engine.texts.document(doc_id) if self.admits(doc_id, scope) else None

    def passages_within(self, doc_id: str, span: Span) -> tuple[list[tuple[str, Passage]], tuple[str, ...]]:
        """Return the passages that overlap a span of a document, with their keys: see `Citations.passages_within`."""
        return self._citations.passages_within(doc_id, span)

    # ------------------------------------------------------------------------------------------- listing

    def sources(self, scope: Scope = EVERYTHING) -> list[Source]:
        """Return the documents that a scope admits, by `doc_id`."""
        return self._engine.head.sources(scope)


def _one_line(text: str) -> str:
    """Return text on one line, with question marks for lone surrogates, which no file can store."""
    return " ".join(text.encode(errors="replace").decode().split())


def _calibration(settings: Settings, model_id: str) -> Calibration:
    if settings.calibration is None:
        return packaged_calibration(model_id, read=settings.reader)
    try:
        calibration = read_calibration(settings.calibration.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"ASKBRIEF_CALIBRATION is {str(settings.calibration)!r}: it cannot be read as what "
            "askbrief calibrate writes; run that again, or leave the setting out"
        ) from error
    if not (settings.reader or calibration.of_unread):
        raise SettingsError(
            f"ASKBRIEF_CALIBRATION is {str(settings.calibration)!r}, which was fitted with the reader on, and "
            "ASKBRIEF_READER is off: calibrate again without it, or leave one of them out"
        )
    return calibration
