"""What flows through askbrief: plain frozen records, without behaviour beyond what their fields imply.

Offsets are 0-based, count Unicode characters, and are half-open: `document.text[start:end]`.
"""

from askbrief.records.answers import Answer, Definition, Figure, FigureGroup, Hit, Method, Verdict
from askbrief.records.citations import Citation, CitationStatus, Style, Surroundings
from askbrief.records.documents import Block, BlockKind, Document, Form, Metadata, Passage, Span
from askbrief.records.reports import BuildReport, Changes, IndexStatus, Problem, Source
from askbrief.records.scope import Scope

__all__ = [
    "Answer",
    "Block",
    "BlockKind",
    "BuildReport",
    "Changes",
    "Citation",
    "CitationStatus",
    "Definition",
    "Document",
    "Figure",
    "FigureGroup",
    "Form",
    "Hit",
    "IndexStatus",
    "Metadata",
    "Method",
    "Passage",
    "Problem",
    "Scope",
    "Source",
    "Span",
    "Style",
    "Surroundings",
    "Verdict",
]
