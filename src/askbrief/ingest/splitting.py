"""Split a document into passages: whole sentences, 60 to 120 words, within a section and the model's input."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate, groupby, pairwise, takewhile
from typing import TYPE_CHECKING

from askbrief.core.text import pattern
from askbrief.language.analysis import sentence_spans
from askbrief.records import Block, BlockKind, Form, Passage, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from askbrief.inference.encoder import Encoder
    from askbrief.records import Document


MAX_WORDS = 120
MIN_WORDS = 60
"""Number of words from which a paragraph is long enough to be a passage by itself."""
TARGET_WORDS = 105
MAX_CHARS = 4_000
"""Characters of a passage. Ordinary text has none that long; 120 words of unlimited length would be slow to search."""
_CUT_INSIDE_PARAGRAPH = 0.1
_ACROSS_LONG_PARAGRAPH = 0.3
_MAX_HEADER_SHARE = 3
"""A header takes at most a third of the model's input."""
SECTION_SEPARATOR = " > "
"""What stands between the headings of a section, from the top down."""
_MAX_HEADINGS = 4
"""Headings of a section, the lowest ones."""
_MIN_TITLE_WORDS = 3
"""Words from which the title of a slide is a statement."""
_SENTENCE = pattern(r"[\p{L}\p{N}][.!?…。！？؟۔।]+[\p{Pe}\p{Pf}\"'”’]*$")
_CLAUSE_END = pattern(r"(?<=[;:,–—)\]])\s+")
_SPACE = pattern(r"\s+")


@dataclass(frozen=True, slots=True)
class SplitDocument:
    """A document's passages, the text of each as the encoder reads it, and the number of sentences that were cut."""

    passages: tuple[Passage, ...]
    encoded_texts: tuple[str, ...]
    cut_sentences: int


@dataclass(frozen=True, slots=True, eq=False)
class _Paragraph:
    """A block with words, and its number among the paragraphs of each of its pages."""

    block: Block
    ordinals: Mapping[int | None, int]


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence, and the size of what stands between it and the next: list marks, rules, whatever is in no block."""

    start: int
    end: int
    words: int
    tokens: int
    paragraph: _Paragraph
    words_after: int = 0
    tokens_after: int = 0


def split_document(document: Document, encoder: Encoder) -> SplitDocument:
    """Split a document into passages that fit the encoder's input together with their headers."""
    passages: list[Passage] = []
    encoded: list[str] = []
    headers = PassageHeaders(encoder)
    cut = 0
    for section, paragraphs in _sections(document):
        header, room = headers.of(document.title, section)
        sentences, pieces_cut = _sentences(document.text, paragraphs, encoder, room)
        cut += pieces_cut
        for first, last in _divide(sentences, room):
            passage = _passage(document, section, sentences[first:last])
            passages.append(passage)
            encoded.append(f"{header}{passage.text}")
    return SplitDocument(tuple(passages), tuple(encoded), cut)


def indexed_text(title: str, passage: Passage) -> str:
    """Return the text that the lexical index reads of a passage, with the document's title and the section."""
    return "\n".join(filter(None, (title, passage.section, passage.text)))


def _sections(document: Document) -> Iterator[tuple[str | None, list[_Paragraph]]]:
    """Yield the paragraphs below each heading, up to the next one, with the headings that they stand under.

    A heading that is a statement of its own stands before its paragraphs, so that it can be quoted.
    """
    path: list[Block] = []
    paragraphs: list[_Paragraph] = []
    ordinals = dict(document.paragraphs())
    following = _following(document, ordinals)
    for block in document.blocks:
        if block.kind is BlockKind.PARAGRAPH:
            paragraphs.append(_Paragraph(block, ordinals[block]))
            continue
        if paragraphs:
            yield _section(document, path), paragraphs
        path = [*_above(path, block), block]
        paragraphs = [_Paragraph(block, following[block])] if _states(document, block) else []
    if paragraphs:
        yield _section(document, path), paragraphs


def _above(path: Sequence[Block], heading: Block) -> Iterator[Block]:
    """Yield the headings of a path under which a heading stands."""
    return takewhile(lambda above: above.level < heading.level, path)


def _following(
    document: Document, ordinals: Mapping[Block, Mapping[int | None, int]]
) -> dict[Block, dict[int | None, int]]:
    """Return for each heading the number of the paragraph that follows it on its page; 0 where none does."""
    following: dict[Block, dict[int | None, int]] = {}
    next_on_page: dict[int | None, int] = {}
    for block in reversed(document.blocks):
        if block.kind is BlockKind.PARAGRAPH:
            next_on_page |= ordinals[block]
        else:
            page = document.page_of(block.start)
            following[block] = {page: next_on_page.get(page, 0)}
    return following


def _section(document: Document, path: Sequence[Block]) -> str | None:
    """Return the headings from the top down, without the title of the document; a sheet of a workbook stands alone."""
    names = [_one_line(document.text[block.start : block.end]) for block in path]
    if document.form is Form.ROWS:
        return names[-1] if names else None
    below = [name for name in dict.fromkeys(names) if name != document.title] or names[-1:]
    return SECTION_SEPARATOR.join(below[-_MAX_HEADINGS:]) or None


def _states(document: Document, heading: Block) -> bool:
    """Return whether a heading says something by itself: the title of a slide, or a sentence."""
    text = _one_line(document.text[heading.start : heading.end])
    if document.form is Form.ROWS:
        return False
    is_title = _one_line(document.title) == text
    words = len(text.split())
    return words >= _MIN_TITLE_WORDS if document.form is Form.SLIDES else not is_title and bool(_SENTENCE.search(text))


def _one_line(text: str) -> str:
    return " ".join(text.split())


class PassageHeaders:
    """The line that precedes a passage when it is encoded, computed once for the passages of a section."""

    def __init__(self, encoder: Encoder) -> None:
        """Take the encoder whose input must hold a header and its passage."""
        self._encoder = encoder
        self._last: tuple[tuple[str, str | None], tuple[str, int]] | None = None

    def of(self, title: str, section: str | None) -> tuple[str, int]:
        """Return the header, and the number of tokens left for the passage; a header that is too long is halved."""
        if self._last is None or self._last[0] != (title, section):
            self._last = (title, section), self._header(title, section)
        return self._last[1]

    def encoded_text(self, title: str, passage: Passage) -> str:
        """Return the text that the encoder reads of a passage."""
        return f"{self.of(title, passage.section)[0]}{passage.text}"

    def _header(self, title: str, section: str | None) -> tuple[str, int]:
        words = ". ".join(filter(None, (title, section if section != title else None))).split()
        while True:
            header = f"{' '.join(words)}\n"
            tokens = self._encoder.count_tokens([header])[0]
            if tokens <= self._encoder.max_tokens // _MAX_HEADER_SHARE or not words:
                return header, self._encoder.max_tokens - tokens
            words = words[: len(words) // 2]


# ---------------------------------------------------------------------------------------------- sentences


def _sentences(text: str, paragraphs: Sequence[_Paragraph], encoder: Encoder, room: int) -> tuple[list[_Sentence], int]:
    spans = [
        (span, paragraph)
        for paragraph in paragraphs
        for span in sentence_spans(text, paragraph.block.start, paragraph.block.end)
    ]
    overhead = encoder.count_tokens([""])[0]
    tokens = [count - overhead for count in encoder.count_tokens([text[s.start : s.end] for s, _ in spans])]
    sentences: list[_Sentence] = []
    cut = 0
    for (span, paragraph), count in zip(spans, tokens, strict=True):
        whole = _Sentence(span.start, span.end, len(text[span.start : span.end].split()), count, paragraph)
        pieces = list(_cut(text, whole, encoder, room, overhead))
        cut += len(pieces) > 1
        sentences += pieces
    return _with_gaps(text, sentences, encoder, overhead), cut


def _with_gaps(text: str, sentences: list[_Sentence], encoder: Encoder, overhead: int) -> list[_Sentence]:
    """Count also what stands between sentences: it is quoted and encoded with a passage that spans it."""
    gaps = [text[one.end : other.start] for one, other in pairwise(sentences)]
    filled = [index for index, gap in enumerate(gaps) if gap.strip()]
    tokens = encoder.count_tokens([gaps[index] for index in filled])
    for index, count in zip(filled, tokens, strict=True):
        words = len(gaps[index].split())
        sentences[index] = replace(sentences[index], words_after=words, tokens_after=count - overhead)
    return sentences


def _cut(text: str, sentence: _Sentence, encoder: Encoder, room: int, overhead: int) -> Iterator[_Sentence]:
    """Halve a sentence that is too long: at the end of a clause, else at a space, else anywhere."""
    chars = sentence.end - sentence.start
    if (sentence.words <= MAX_WORDS and sentence.tokens <= room and chars <= MAX_CHARS) or chars < 2:  # noqa: PLR2004
        yield sentence
        return
    before, after = _middle(text, sentence.start, sentence.end)
    for span in (Span(sentence.start, before), Span(after, sentence.end)):
        words = text[span.start : span.end]
        tokens = encoder.count_tokens([words])[0] - overhead
        half = _Sentence(span.start, span.end, len(words.split()), tokens, sentence.paragraph)
        yield from _cut(text, half, encoder, room, overhead)


def _middle(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the first half ends and the second begins: the break nearest the middle, within the middle half."""
    middle, quarter = (start + end) // 2, (end - start) // 4
    for boundary in (_CLAUSE_END, _SPACE):
        breaks = list(boundary.finditer(text, start + quarter, end - quarter))
        if breaks:
            nearest = min(breaks, key=lambda match: abs(match.start() - middle))
            return nearest.start(), nearest.end()
    return middle, middle


# ----------------------------------------------------------------------------------------------- passages


def _divide(sentences: Sequence[_Sentence], room: int) -> list[tuple[int, int]]:
    """Return the cheapest division of a section into passages, as half-open ranges of sentences.

    Dynamic programming over the last cut. A passage costs the squared relative distance from the target length, plus
    0.1 if it begins inside a paragraph, plus 0.3 for each boundary it crosses of a paragraph long enough by itself.
    """
    words = [0, *accumulate(sentence.words + sentence.words_after for sentence in sentences)]
    tokens = [0, *accumulate(sentence.tokens + sentence.tokens_after for sentence in sentences)]
    long = _in_long_paragraph(sentences)
    cost = [0.0] + [float("inf")] * len(sentences)
    cut_before = [0] * (len(sentences) + 1)
    for last in range(1, len(sentences) + 1):
        crossing = 0.0
        for first in range(last - 1, -1, -1):
            size = words[last] - words[first] - sentences[last - 1].words_after
            if first < last - 1:
                if size > MAX_WORDS or tokens[last] - tokens[first] - sentences[last - 1].tokens_after > room:
                    break
                if sentences[last - 1].end - sentences[first].start > MAX_CHARS:
                    break
                if sentences[first].paragraph is not sentences[first + 1].paragraph:
                    crossing += _ACROSS_LONG_PARAGRAPH if long[first] or long[first + 1] else 0.0
            inside = first > 0 and sentences[first - 1].paragraph is sentences[first].paragraph
            total = cost[first] + ((size - TARGET_WORDS) / TARGET_WORDS) ** 2 + crossing
            total += _CUT_INSIDE_PARAGRAPH if inside else 0.0
            if total < cost[last]:
                cost[last], cut_before[last] = total, first
    ranges = []
    last = len(sentences)
    while last:
        ranges.append((cut_before[last], last))
        last = cut_before[last]
    return ranges[::-1]


def _in_long_paragraph(sentences: Sequence[_Sentence]) -> list[bool]:
    words: dict[_Paragraph, int] = {}
    for sentence in sentences:
        words[sentence.paragraph] = words.get(sentence.paragraph, 0) + sentence.words
    return [words[sentence.paragraph] >= MIN_WORDS for sentence in sentences]


def _passage(document: Document, section: str | None, sentences: Sequence[_Sentence]) -> Passage:
    start, end = sentences[0].start, sentences[-1].end
    first, last = sentences[0].paragraph, sentences[-1].paragraph
    pages = document.page_of(start), document.page_of(end - 1)
    paragraphs = (paragraph for paragraph, _ in groupby(sentence.paragraph for sentence in sentences))
    numbers = [paragraph.block.number for paragraph in paragraphs if paragraph.block.number]
    return Passage(
        doc_id=document.doc_id,
        start=start,
        end=end,
        text=document.text[start:end],
        sentences=tuple(Span(sentence.start, sentence.end) for sentence in sentences),
        paragraphs=(first.ordinals[pages[0]], last.ordinals[pages[1]]),
        section=section,
        pages=None if pages[0] is None or pages[1] is None else (pages[0], pages[1]),
        numbers=(numbers[0], numbers[-1]) if numbers else None,
        form=document.form,
    )
