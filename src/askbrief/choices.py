"""What a person chooses by name: how passages are ranked, and how a citation is written."""

from __future__ import annotations

from enum import StrEnum


class Method(StrEnum):
    """How passages are ranked; everything but hybrid is there to compare.

    Hybrid is the convex combination, its best passages then scored anew by the ranking model; convex is without that.
    """

    HYBRID = "hybrid"
    CONVEX = "convex"
    BM25 = "bm25"
    DENSE = "dense"
    RRF = "rrf"


class Style(StrEnum):
    """How a citation is written."""

    PLAIN = "plain"
    MARKDOWN = "markdown"
    FOOTNOTE = "footnote"
    JSON = "json"
