"""A question -> what is searched for: its own words first, and beside them other names, and words without typos."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from askbrief.core.lazy_regex import pattern
from askbrief.language.analysis import analyse
from askbrief.language.names import NameKind, Part, parts, word_key
from askbrief.query.parsed_question import Alternative, Query
from askbrief.query.vocabulary import SHORTEST_TYPO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from askbrief.language.names import Meaning, NameIndex
    from askbrief.query.vocabulary import Vocabulary

NAME_WEIGHT, TYPO_WEIGHT = 0.8, 0.8
"""Below 1, so that a passage with what was asked for stays before one that only has what may stand for it."""
CLEAR_SHARE = 0.75
"""An acronym with several long forms stands for the one that this share of its documents gives, or for none."""
_ALIKE = 80.0
"""Long forms that are so much alike (0..100) are spellings of one: human immunodeficiency virus 1, or virus type 1."""
_MOST_NAMES = 4
"""So many other names of one name are searched for."""
_TYPED_WORD = pattern(r"\p{Lu}?[\p{Ll}\p{M}]+")
_CAPITAL = pattern(r"\p{Lu}")


@dataclass(frozen=True, slots=True)
class Wording:
    """A question as it is searched for, and what is searched for beside its own words, as the sources write it."""

    query: Query
    searched_also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """The names and words of an index, and which of its passages are in scope: bool [passages], None for all.

    Nothing that only stands outside of the scope is searched for, or told of. `is_word` says whether a word that the
    index lacks is spelt rightly for all that is known beside it.
    """

    names: NameIndex
    vocabulary: Vocabulary
    admitted: NDArray[np.bool_] | None = None
    is_word: Callable[[str], bool] = lambda _: False

    def unknown(self, terms: Iterable[str]) -> frozenset[str]:
        return self.vocabulary.unknown(list(dict.fromkeys(terms)), self.admitted)

    def meanings(self, key: str) -> list[Meaning]:
        return self.names.meanings(key, self.admitted)


@dataclass(frozen=True, slots=True)
class _Other:
    """What may stand for some of a question: its terms, and how the sources write it."""

    terms: frozenset[str]
    written: str
    weight: float


def reworded(question: str, known: Known) -> Wording:
    """Find what else to search for: other names of the names in a question, and the words its typos may be meant to be.

    Where a question has names inside each other, the longest counts.
    """
    found = parts(question)
    named = _names_in(found, known)
    inside = {place for stretch in named for place in range(*stretch)}
    typos = _typos_in(found, inside, known)
    if typos:
        named = _names_in([_mended(part, typos.get(place)) for place, part in enumerate(found)], known)
    others: dict[tuple[int, int], list[_Other]] = {}
    for (first, last), meanings in named.items():
        own = [_mended(part, typos.get(first + place)) for place, part in enumerate(found[first:last])]
        mended = [_Other(_terms(own), meanings[0].name, TYPO_WEIGHT)] if own != found[first:last] else []
        others[first, last] = mended + _reachable(meanings, known)
    inside = {place for stretch in named for place in range(*stretch)}
    others |= {(place, place + 1): meant for place, meant in typos.items() if place not in inside}
    return _worded(question, found, others, _mended_text(question, found, typos))


def _worded(
    question: str, found: Sequence[Part], others: Mapping[tuple[int, int], Sequence[_Other]], text: str
) -> Wording:
    """Put it together: what stands for one stretch of the question and what for another have no term in common."""
    terms = tuple(analyse(question))
    alternatives: dict[Alternative, str] = {}
    taken: set[str] = set()
    for (first, last), some in others.items():
        stretch = question[found[first].start : found[last - 1].end]
        stands_for = frozenset(analyse(f"{stretch} a")).intersection(terms)
        if stands_for and some and not stands_for & taken:
            taken |= stands_for
            alternatives |= {Alternative(stands_for, one.terms, one.weight): one.written for one in some}
    also = dict.fromkeys(written for one, written in alternatives.items() if not one.terms <= set(terms))
    return Wording(Query(text, terms, tuple(alternatives)), tuple(also))


# ----------------------------------------------------------------------------------------------- names


def _names_in(found: Sequence[Part], known: Known) -> dict[tuple[int, int], list[Meaning]]:
    """The stretches of a question that are names with another name to search for, the longest first."""
    sizes = range(min(known.names.most_parts, len(found)), 0, -1)
    stretches = [(first, first + size) for size in sizes for first in range(len(found) - size + 1)]
    keys = [_keys_of(found[first:last]) for first, last in stretches]
    are_known = known.names.among(chain.from_iterable(keys))
    named: dict[tuple[int, int], list[Meaning]] = {}
    taken: set[int] = set()
    for stretch, some in zip(stretches, keys, strict=True):
        key = next((key for key in some if key in are_known), None)
        if key is not None and taken.isdisjoint(range(*stretch)):
            meanings = _meanings_of(key, found[slice(*stretch)], known)
            if meanings:
                named[stretch] = meanings
                taken.update(range(*stretch))
    return named


def _keys_of(stretch: Sequence[Part]) -> list[str]:
    """What a stretch of a question is found by, if it is a name."""
    word = stretch[0].word
    return [" ".join(part.key for part in stretch)] if len(stretch) > 1 else [word.casefold(), word_key(word)]


def _meanings_of(key: str, stretch: Sequence[Part], known: Known) -> list[Meaning]:
    """What a name in a question stands for; also what that has for further names."""
    word = stretch[0].word if len(stretch) == 1 else None
    found = {one.key: one for one in _clear(key, known, word)}
    for one in list(found.values()):
        found |= {further.key: further for further in _clear(one.key, known) if further.key not in {key, *found}}
    return list(found.values())[:_MOST_NAMES]


def _clear(key: str, known: Known, word: str | None = None) -> list[Meaning]:
    """What a name stands for without doubt: the team's names, aliases, and of several long forms the usual one."""
    meanings = [one for one in known.meanings(key) if word is None or _is_meant(word, one)]
    long_forms = [one for one in meanings if one.is_long_form]
    clear = long_forms[0] if long_forms and _is_clear(long_forms[0].key, long_forms) else None
    return [
        one
        for one in meanings
        if one is clear
        or (one.kind is NameKind.ACRONYM and not one.is_long_form and _is_clear(key, _long_forms(one.key, known)))
        or one.kind is not NameKind.ACRONYM
    ]


def _long_forms(key: str, known: Known) -> list[Meaning]:
    return [one for one in known.meanings(key) if one.is_long_form]


def _is_clear(key: str, long_forms: Sequence[Meaning]) -> bool:
    """Whether nearly all documents that define an acronym give this long form for it, or one spelt much alike."""
    form = next(one.other for one in long_forms if one.key == key)
    alike = sum(one.documents for one in long_forms if fuzz.ratio(one.other.casefold(), form.casefold()) >= _ALIKE)
    return alike >= CLEAR_SHARE * sum(one.documents for one in long_forms)


def _is_meant(word: str, meaning: Meaning) -> bool:
    """Whether one word of a question is a name, and not a common word of the same letters: aids are no AIDS."""
    capitals = len(_CAPITAL.findall(meaning.name))
    if meaning.from_team or not capitals or _CAPITAL.search(word):
        return True
    return capitals > 1 and not any(row.spoken for row in meaning.rows)


def _reachable(meanings: Sequence[Meaning], known: Known) -> list[_Other]:
    """Those other names whose words stand in scope; of the team's, some may stand nowhere."""
    others = [_Other(_terms(parts(one.other)), one.other, NAME_WEIGHT) for one in meanings]
    unknown = known.unknown(term for one in others for term in one.terms)
    return [one for one in others if one.terms and not one.terms & unknown]


def _terms(some: Sequence[Part]) -> frozenset[str]:
    """The terms of a name, without the single letters between them: Tehreek-e-Taliban."""
    keys = frozenset(part.key for part in some)
    return frozenset(key for key in keys if len(key) > 1) or keys


# ----------------------------------------------------------------------------------------------- typos


def _typos_in(found: Sequence[Part], inside: set[int], known: Known) -> dict[int, list[_Other]]:
    """Words that no passage in scope has, by their places, with those that they may be meant to be."""
    typed = {
        place: part
        for place, part in enumerate(found)
        if place not in inside and len(part.word) >= SHORTEST_TYPO and _TYPED_WORD.fullmatch(part.word)
    }
    unknown = known.unknown(part.key for part in typed.values())
    meant = {
        place: [
            _Other(frozenset((term,)), written, TYPO_WEIGHT)
            for term, written in known.vocabulary.near(part.word, part.key, known.admitted)
        ]
        for place, part in typed.items()
        if part.key in unknown and not known.is_word(part.word)
    }
    return {place: some for place, some in meant.items() if some}


def _mended(part: Part, meant: Sequence[_Other] | None) -> Part:
    """A word as it was most likely meant."""
    return replace(part, word=meant[0].written, key=next(iter(meant[0].terms))) if meant else part


def _mended_text(question: str, found: Sequence[Part], typos: Mapping[int, Sequence[_Other]]) -> str:
    """The question with what was meant in the places of its typos, where that can be but one word."""
    for place in sorted((place for place, meant in typos.items() if len(meant) == 1), reverse=True):
        part = found[place]
        question = f"{question[: part.start]}{typos[place][0].written}{question[part.end :]}"
    return question
