"""The records that flow through askbrief: frozen dataclasses and enums, with small derived values only.

Offsets are 0-based, count Unicode characters, and are half-open: `document.text[start:end]`.
"""

from askbrief.records.answers import Answer, AnswerSpan, Definition, Figure, FigureGroup, Hit, Method, Verdict
from askbrief.records.citations import Citation, CitationStatus, CurrentQuote, RememberedQuote, Style, Surroundings
from askbrief.records.documents import Block, BlockKind, Document, Form, Metadata, Passage, Span
from askbrief.records.reports import (
    BuildReport,
    Changes,
    Checklist,
    FileCheck,
    IndexStatus,
    Problem,
    Source,
    SourceList,
    SourcesPage,
    StatusReport,
)
from askbrief.records.scope import EVERYTHING, Scope

__all__ = [
    "EVERYTHING",
    "Answer",
    "AnswerSpan",
    "Block",
    "BlockKind",
    "BuildReport",
    "Changes",
    "Checklist",
    "Citation",
    "CitationStatus",
    "CurrentQuote",
    "Definition",
    "Document",
    "Figure",
    "FigureGroup",
    "FileCheck",
    "Form",
    "Hit",
    "IndexStatus",
    "Metadata",
    "Method",
    "Passage",
    "Problem",
    "RememberedQuote",
    "Scope",
    "Source",
    "SourceList",
    "SourcesPage",
    "Span",
    "StatusReport",
    "Style",
    "Surroundings",
    "Verdict",
]
