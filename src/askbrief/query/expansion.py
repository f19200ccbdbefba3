"""Query expansion: other names of the names in a question, and corrections of its typing errors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Protocol, Self

from rapidfuzz import fuzz

from askbrief.core.text import pattern
from askbrief.language.analysis import word_terms
from askbrief.language.identification import ENGLISH
from askbrief.language.names import NameKind, Part, parts, word_key
from askbrief.query.question_language import QuestionLanguage
from askbrief.query.vocabulary import SHORTEST_TYPO

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from askbrief.language.names import Meaning

    _Range = tuple[int, int]

NAME_WEIGHT, TYPO_WEIGHT, LANGUAGE_WEIGHT = 0.8, 0.8, 0.9
"""Weights of an alternative (0..1); below 1, so that a passage with the question's own words stays first."""
ONE_OF_SEVERAL = 0.65
"""Weight of a passage on one of several compared things, against a passage on all of them (0..1)."""
CLEAR_SHARE = 0.75
"""An acronym with several long forms is expanded only if this share of the defining documents gives the same one."""
_ALIKE = 80.0
"""Similarity (0..100) from which two long forms are spellings of one name, such as "virus 1" and "virus type 1"."""
_MAX_NAMES = 4
"""Maximum number of other names searched for one name."""
_TYPED_WORD = pattern(r"\p{Lu}?[\p{Ll}\p{M}]+")
_CAPITAL = pattern(r"\p{Lu}")


@dataclass(frozen=True, slots=True)
class Alternative:
    """Terms that can stand for terms of the question: another name, or the correction of a typing error."""

    stands_for: frozenset[str]  # terms of the question; two alternatives have the same ones, or none in common
    terms: frozenset[str]  # what is searched for instead; all of them must be in a passage
    weight: float  # what a passage with `terms` is worth against one with `stands_for`, 0..1


@dataclass(frozen=True, slots=True)
class Query:
    """The terms to look up in an index, in order and with repetitions, and their alternatives."""

    terms: tuple[str, ...]
    alternatives: tuple[Alternative, ...] = ()

    def with_matched(self, terms: frozenset[str]) -> frozenset[str]:
        """Return the terms of a source, together with the terms of the question that they stand for."""
        return terms.union(*(other.stands_for for other in self.alternatives if other.terms <= terms))

    def part(self, terms: frozenset[str]) -> Self:
        """Return the query for some of the terms, with the alternatives of these."""
        others = tuple(other for other in self.alternatives if other.stands_for <= terms)
        return replace(self, terms=tuple(sorted(terms)), alternatives=others)

    def side_by_side(self, aspects: Sequence[frozenset[str]], ignored: Collection[str]) -> Self:
        """Return the query for a comparison of things, without the ignored terms.

        A passage on one of the things is worth nearly as much as one on all.
        """
        things = frozenset[str]().union(*aspects)
        forms = [form for aspect in aspects for form in self._forms(aspect)]
        others = [other for other in self.alternatives if other.stands_for.isdisjoint(things)]
        return replace(
            self,
            terms=tuple(term for term in self.terms if term not in ignored),
            alternatives=(*others, *(Alternative(things, form, ONE_OF_SEVERAL * weight) for form, weight in forms)),
        )

    def _forms(self, terms: frozenset[str]) -> Iterator[tuple[frozenset[str], float]]:
        """Yield the terms themselves, then the terms with each alternative in place of its own, with weights."""
        yield terms, 1.0
        for other in self.alternatives:
            if other.stands_for <= terms:
                yield terms - other.stands_for | other.terms, other.weight


class Knowledge(Protocol):
    """What an index knows of the names and words in a question; shows nothing that stands only outside the scope."""

    @property
    def most_parts(self) -> int:
        """The number of parts of the longest name."""

    def names_among(self, keys: Iterable[str], /) -> AbstractSet[str]:
        """Return those keys that belong to a name, in scope or not."""

    def meanings(self, key: str, /) -> Sequence[Meaning]:
        """Return the other names of a name, the team's first, then the most frequent."""

    def unknown(self, terms: Iterable[str], /) -> frozenset[str]:
        """Return those terms that no passage in scope has."""

    def near(self, word: str, term: str, language: str, /) -> Sequence[tuple[str, str]]:
        """Return (term, word as written) for the likeliest corrections of an unknown word, best first."""

    def is_word(self, word: str, language: str, /) -> bool:
        """Return whether a word that the index lacks is nevertheless spelt correctly."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """A question, expanded."""

    text: str  # with its unambiguous typing errors corrected
    query: Query
    searched_also: tuple[str, ...] = ()  # the alternatives as the sources write them, for the person who asks


@dataclass(frozen=True, slots=True)
class _Variant:
    """One alternative for a stretch of the question: its terms, and how the sources write it."""

    terms: frozenset[str]
    written: str
    weight: float


def expand(question: str, knowledge: Knowledge, language: QuestionLanguage | None = None) -> Expansion:
    """Find the other names of the names in a question, and corrections of its typing errors.

    Typing errors are corrected in questions in a language of the sources. Where one name of the question lies inside
    another, the longest counts.
    """
    language = language or QuestionLanguage.of(question, knowledge.unknown)
    words = parts(question)
    names = _find_names(words, knowledge)
    typos = _find_typos(words, _places(names), knowledge, language)
    if typos:
        names = _find_names([_corrected(word, typos.get(place)) for place, word in enumerate(words)], knowledge)
    variants: dict[_Range, list[_Variant]] = {}
    for (first, last), meanings in names.items():
        corrected = [_corrected(word, typos.get(first + place)) for place, word in enumerate(words[first:last])]
        is_typo = corrected != words[first:last]
        spelling = [_Variant(_terms(corrected), meanings[0].name, TYPO_WEIGHT)] if is_typo else []
        variants[first, last] = spelling + _reachable(meanings, knowledge)
    inside = _places(names)
    variants |= {(place, place + 1): found for place, found in typos.items() if place not in inside}
    return _expansion(question, words, variants, _corrected_text(question, words, typos), language)


def _places(ranges: Iterable[_Range]) -> set[int]:
    return {place for one in ranges for place in range(*one)}


def _expansion(
    question: str,
    words: Sequence[Part],
    variants: Mapping[_Range, Sequence[_Variant]],
    text: str,
    language: QuestionLanguage,
) -> Expansion:
    """Build the result; the alternatives of two stretches of the question replace no term in common."""
    terms = language.terms(question)
    alternatives: dict[Alternative, str] = {}
    taken: set[str] = set()
    for (first, last), some in variants.items():
        stretch = question[words[first].start : words[last - 1].end]
        stands_for = frozenset(language.terms(f"{stretch} a")).intersection(terms)
        if stands_for and some and not stands_for & taken:
            taken |= stands_for
            alternatives |= {Alternative(stands_for, one.terms, one.weight): one.written for one in some}
    also = dict.fromkeys(written for one, written in alternatives.items() if not one.terms <= set(terms))
    forms = [
        Alternative(first, other, LANGUAGE_WEIGHT)
        for first, other in language.other_forms(question)
        if first <= set(terms) and not first & taken
    ]
    return Expansion(text, Query(terms, (*alternatives, *forms)), tuple(also))


# ----------------------------------------------------------------------------------------------- names


def _find_names(words: Sequence[Part], knowledge: Knowledge) -> dict[_Range, list[Meaning]]:
    """Return the stretches of a question that are names with other names to search for, the longest first."""
    sizes = range(min(knowledge.most_parts, len(words)), 0, -1)
    ranges = [(first, first + size) for size in sizes for first in range(len(words) - size + 1)]
    keys = [_name_keys(words[first:last]) for first, last in ranges]
    known = knowledge.names_among(chain.from_iterable(keys))
    names: dict[_Range, list[Meaning]] = {}
    taken: set[int] = set()
    for place, candidates in zip(ranges, keys, strict=True):
        key = next((key for key in candidates if key in known), None)
        if key is not None and taken.isdisjoint(range(*place)):
            meanings = _meanings_of(key, words[slice(*place)], knowledge)
            if meanings:
                names[place] = meanings
                taken.update(range(*place))
    return names


def _name_keys(stretch: Sequence[Part]) -> list[str]:
    """Return the keys under which a stretch of a question is found, if it is a name."""
    word = stretch[0].word
    return [" ".join(part.key for part in stretch)] if len(stretch) > 1 else [word.casefold(), word_key(word)]


def _meanings_of(key: str, stretch: Sequence[Part], knowledge: Knowledge) -> list[Meaning]:
    """Return the other names of a name in a question, and the other names of these."""
    word = stretch[0].word if len(stretch) == 1 else None
    meanings = {one.key: one for one in _clear_meanings(key, knowledge, word)}
    for one in list(meanings.values()):
        further = _clear_meanings(one.key, knowledge)
        meanings |= {other.key: other for other in further if other.key not in {key, *meanings}}
    return list(meanings.values())[:_MAX_NAMES]


def _clear_meanings(key: str, knowledge: Knowledge, word: str | None = None) -> list[Meaning]:
    """Return the unambiguous meanings: the team's names, aliases, and of several long forms the usual one."""
    meanings = [one for one in knowledge.meanings(key) if word is None or _is_meant(word, one)]
    likeliest = next((one for one in meanings if one.is_long_form), None)
    clear = likeliest if likeliest and _is_clear(likeliest.key, meanings) else None
    return [
        one
        for one in meanings
        if one is clear
        or one.kind is not NameKind.ACRONYM
        or (not one.is_long_form and _is_clear(key, knowledge.meanings(one.key)))
    ]


def _is_clear(key: str, meanings: Sequence[Meaning]) -> bool:
    """Return whether nearly all documents that define an acronym give this long form, or a similar spelling."""
    long_forms = [one for one in meanings if one.is_long_form]
    form = next(one.other for one in long_forms if one.key == key)
    alike = sum(one.documents for one in long_forms if fuzz.ratio(one.other.casefold(), form.casefold()) >= _ALIKE)
    return alike >= CLEAR_SHARE * sum(one.documents for one in long_forms)


def _is_meant(word: str, meaning: Meaning) -> bool:
    """Return whether a word of the question is a name, and not a common word with the same letters (aids, AIDS)."""
    capitals = len(_CAPITAL.findall(meaning.name))
    if meaning.from_team or not capitals or _CAPITAL.search(word):
        return True
    return capitals > 1 and not any(row.spoken for row in meaning.rows)


def _reachable(meanings: Sequence[Meaning], knowledge: Knowledge) -> list[_Variant]:
    """Return the other names whose words stand in scope; some of the team's names may stand nowhere."""
    variants = [_Variant(_terms(parts(one.other)), one.other, NAME_WEIGHT) for one in meanings]
    unknown = knowledge.unknown(term for one in variants for term in one.terms)
    return [one for one in variants if one.terms and not one.terms & unknown]


def _terms(words: Sequence[Part]) -> frozenset[str]:
    """Return the terms of a name without single letters, such as the "e" of Tehreek-e-Taliban."""
    keys = frozenset(part.key for part in words)
    return frozenset(key for key in keys if len(key) > 1) or keys


# ----------------------------------------------------------------------------------------------- typos


def _find_typos(
    words: Sequence[Part], names: AbstractSet[int], knowledge: Knowledge, language: QuestionLanguage
) -> dict[int, list[_Variant]]:
    """Return the likeliest corrections of words that no passage in scope has, by place; words of names stay."""
    if language.asked != language.indexed:
        return {}
    typed = {
        place: (part.word, _term_of(part, language))
        for place, part in enumerate(words)
        if place not in names and len(part.word) >= SHORTEST_TYPO and _TYPED_WORD.fullmatch(part.word)
    }
    unknown = knowledge.unknown(term for _, term in typed.values() if term)
    corrections = {
        place: [
            _Variant(frozenset((near,)), written, TYPO_WEIGHT)
            for near, written in knowledge.near(word, term, language.indexed)
        ]
        for place, (word, term) in typed.items()
        if term in unknown and not knowledge.is_word(word, language.indexed)
    }
    return {place: some for place, some in corrections.items() if some}


def _term_of(part: Part, language: QuestionLanguage) -> str:
    """Return the term of a word in the language of the question; empty for a stop word."""
    return part.key if language.indexed == ENGLISH else next(iter(word_terms(part.word, language.indexed)), "")


def _corrected(part: Part, corrections: Sequence[_Variant] | None) -> Part:
    """Return a word with its likeliest correction."""
    if not corrections:
        return part
    return replace(part, word=corrections[0].written, key=next(iter(corrections[0].terms)))


def _corrected_text(question: str, words: Sequence[Part], typos: Mapping[int, Sequence[_Variant]]) -> str:
    """Return the question with those typing errors corrected that have only one correction."""
    for place in sorted((place for place, found in typos.items() if len(found) == 1), reverse=True):
        part = words[place]
        question = f"{question[: part.start]}{typos[place][0].written}{question[part.end :]}"
    return question
