"""The file that a document was read from, as it lies below seeds/, given out where the admin allows it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse

from askbrief.web.rendering import HEADERS

if TYPE_CHECKING:
    from pathlib import Path

    from askbrief.library import Library
    from askbrief.records import Scope
    from askbrief.settings import Settings

_NOT_FOUND = 404


def original_path(library: Library, settings: Settings, doc_id: str, scope: Scope) -> str:
    """The file of a document, by its path below seeds/; empty where it may not be given out.

    A mail or an archive is given out only to those who may see every document in it.
    """
    if not settings.web_originals:
        return ""
    store = library.generation.store
    about = store.find_metadata(doc_id)
    if about is None or not scope.admits(doc_id, about):
        return ""
    path = store.source_of(doc_id)
    within = store.doc_ids_of(path)
    return path if all(scope.admits(name, store.metadata(name)) for name in within) else ""


def original(seeds: Path, path: str) -> FileResponse:
    """The file itself; only a PDF is opened by the browser, anything else is saved.

    Raises:
        HTTPException: it is not there any more, or not below seeds/.
    """
    file = (seeds / path).resolve()
    if not file.is_relative_to(seeds.resolve()) or not file.is_file():
        raise HTTPException(_NOT_FOUND, "The file is not there any more; the text of it still is.")
    is_pdf = file.suffix.casefold() == ".pdf"
    headers = {
        **{name: value for name, value in HEADERS.items() if name != "Content-Security-Policy"},
        "Content-Security-Policy": "frame-ancestors 'none'" if is_pdf else "default-src 'none'; sandbox",
        "Content-Disposition": f"{'inline' if is_pdf else 'attachment'}; filename*=utf-8''{quote(file.name, safe='')}",
    }
    return FileResponse(file, media_type="application/pdf" if is_pdf else "application/octet-stream", headers=headers)
