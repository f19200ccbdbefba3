"""Answer a team's questions from its own documents, with exact quotes and citations that keep working.

from askbrief import Library, build

build("seeds", "index")
with Library.open("index", state="state") as library:
    answer = library.ask("how many TTP fighters are in Afghanistan?")
    print(answer.verdict, answer.hits[0].quote, answer.hits[0].key)
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

# Read when onnxruntime is first used. Without it, onnxruntime stores events in the home folder and looks up a host of
# Microsoft. Every process of askbrief imports this package first, and passes its environment on.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

from askbrief.errors import AskbriefError
from askbrief.records import Answer, BuildReport, Citation, Hit, Scope, Source, Verdict

if TYPE_CHECKING:
    from askbrief.ingest.build import build
    from askbrief.library import Library

__all__ = [
    "Answer",
    "AskbriefError",
    "BuildReport",
    "Citation",
    "Hit",
    "Library",
    "Scope",
    "Source",
    "Verdict",
    "build",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562: attributes have any type
    """Import the build and the library on first use: they need NumPy, which is slow to import."""
    if name == "build":
        from askbrief.ingest.build import build

        return build
    if name == "Library":
        from askbrief.library import Library

        return Library
    raise AttributeError(f"module 'askbrief' has no attribute {name!r}")
