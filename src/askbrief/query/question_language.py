"""The languages of a question: the one it is asked in, and those in which its words are looked up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import regex

from askbrief.core.text import pattern
from askbrief.language.analysis import analyse, word_terms
from askbrief.language.identification import ENGLISH, language_of
from askbrief.language.rules import RULES, fold, language_term, stop_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from collections.abc import Set as AbstractSet

_WORD = pattern(r"[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)*")
_ENGLISH_WORDS = pattern(
    r"\b(?:what|who|whose|which|when|where|why|how|the|of|does|did|were|this|that|with|has|have|many|much|from)\b",
    regex.IGNORECASE,
)
"""Words of English questions that other languages hardly have: one of them decides a short question."""
_MARKERS = {language_term(code): code for code in RULES}


@dataclass(frozen=True, slots=True)
class QuestionLanguage:
    """The languages of a question."""

    asked: str = ENGLISH  # the language it is asked in
    indexed: str = ENGLISH  # that in which its words are looked up first: its own, if there are sources in it
    others: tuple[str, ...] = ()  # further languages of the sources, in which they are looked up as well

    @classmethod
    def of(cls, question: str, unknown: Callable[[Iterable[str]], AbstractSet[str]] | None = None) -> Self:
        """Identify the language of a question; `unknown` returns those index terms that no source in scope has."""
        asked = ENGLISH if question.isascii() and _ENGLISH_WORDS.search(question) else language_of(question)
        missing = unknown(_MARKERS) if unknown else _MARKERS.keys()
        present = sorted(code for marker, code in _MARKERS.items() if marker not in missing)
        indexed = asked if asked in present else ENGLISH
        return cls(asked, indexed, tuple(code for code in (ENGLISH, *present) if code != indexed and present))

    def terms(self, text: str) -> tuple[str, ...]:
        """Return the terms of the question, or of a part of it, in the language in which they are looked up first."""
        if self.asked == self.indexed:
            return tuple(analyse(text, self.indexed))
        ignored = stop_words(self.asked)
        content = _WORD.sub(lambda match: "" if fold(match[0].casefold()) in ignored else match[0], text)
        return tuple(analyse(content, self.indexed))

    def other_forms(self, text: str) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
        """Yield the terms of each word, with its terms in another language of the sources where they differ."""
        for word in dict.fromkeys(_WORD.findall(text)) if self.others else ():
            first = frozenset(word_terms(word, self.indexed))
            for code in self.others:
                other = frozenset(word_terms(word, code))
                if first and other and first != other:
                    yield first, other
