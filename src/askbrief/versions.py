"""What an index must agree in to be read, and its parts to be taken over by the next build: raise one with its reason.

An index of another format or analysis is built anew; where only the others differ, its vectors are still used.
"""

from __future__ import annotations

FORMAT_VERSION = 4
"""The files of a generation change, or what stands in them."""

READING_VERSION = 2
"""A reader's text or blocks change, so that documents are read again."""

SPLITTING_VERSION = 3
"""The passages of any document change, so that every document is split again."""

ANALYSIS_VERSION = 1
"""The terms of any text change."""

LEARNING_VERSION = 1
"""Other names are learned from any passage, so that none is taken over."""
