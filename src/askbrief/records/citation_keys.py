"""Citation keys: short enough to type, made from the document and the exact span.

    emboldened-resurgent-ttp-k7f3qa
    └── title, for people ─┘ └ document, offsets and words, hashed

The same passage of an unchanged document has the same key in every index, on every machine.
"""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from typing import TYPE_CHECKING

import regex

from askbrief.core.lazy_regex import pattern
from askbrief.errors import InputError

if TYPE_CHECKING:
    from askbrief.records import Passage

SHORTEST_HASH = 6
LONGEST_KEY = 80
_LONGEST_SLUG = 28
_SMALL_WORDS = frozenset("a an and as at by for from in into is of on or the to with".split())
_KEY = pattern(r"[\p{L}\p{M}\p{N}]+(?:-[\p{L}\p{M}\p{N}]+)*")


def citation_key(title: str, passage: Passage, *, hash_length: int = SHORTEST_HASH) -> str:
    """Make the key of a passage.

    Args:
        title: the document's title, for the readable part.
        passage: its document, offsets and words are hashed (SHA-256, base 32).
        hash_length: how many characters of the hash; longer where a shorter one is taken.
    """
    identity = f"{passage.doc_id}\0{passage.start}\0{passage.end}\0{passage.text}".encode()
    letters = base64.b32encode(hashlib.sha256(identity).digest()).decode().lower()
    return f"{slug(title)}-{letters[:hash_length]}"


def slug(title: str) -> str:
    """A title's first weighty words, joined by hyphens.

    >>> slug("The Taliban's return: what Pakistan got wrong, and why")
    'talibans-return-what'
    """
    plain = _folded(unicodedata.normalize("NFKC", title).replace("'", "").replace("’", ""))
    words = regex.findall(r"\p{M}*[\p{L}\p{N}][\p{L}\p{M}\p{N}]*", plain)  # marks alone nobody can type
    kept: list[str] = []
    for word in [word for word in words if word not in _SMALL_WORDS] or words:
        if len("-".join([*kept, word])) > _LONGEST_SLUG:
            break
        kept.append(word)
    return "-".join(kept) or (words[0][:_LONGEST_SLUG] if words else "doc")


def parse_key(text: str) -> str:
    """Read a key as a person may paste it: in brackets, with a caret, in capitals.

    Raises:
        InputError: it does not look like a key.

    >>> parse_key(" [^Emboldened-Resurgent-TTP-K7F3QA] ")
    'emboldened-resurgent-ttp-k7f3qa'
    """
    key = _folded(unicodedata.normalize("NFKC", text).strip().strip("[]()`^:'\"<>").strip())
    if len(key) > LONGEST_KEY or not _KEY.fullmatch(key) or "-" not in key:
        raise InputError(f"not a citation key: {text[:60]!r} (keys look like 'ttp-report-k7f3qa')")
    return key


def _folded(text: str) -> str:
    """The same for every way to write the same letters, and for what it gave already."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
