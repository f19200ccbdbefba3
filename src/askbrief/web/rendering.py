"""Templates, static files and original documents, with the security headers of a page."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response

from askbrief.service import links
from askbrief.web.views import answers, citations
from askbrief.web.views.text import shown

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

    from askbrief.library import Library
    from askbrief.records import Scope
    from askbrief.settings import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # an address may hold a signed right
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}
_MEDIA_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_CACHE_FOREVER = "public, max-age=31536000, immutable"


class Assets:
    """The static files, under names with a hash of their content, so that browsers can cache them forever."""

    def __init__(self) -> None:
        self._named: dict[str, str] = {}
        self._contents: dict[str, tuple[bytes, str]] = {}
        for path in files("askbrief.web").joinpath("static").iterdir():
            stem, _, kind = path.name.rpartition(".")
            if kind in _MEDIA_TYPES:
                content = path.read_bytes()
                name = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{kind}"
                self._named[path.name] = name
                self._contents[name] = (content, _MEDIA_TYPES[kind])

    def address(self, name: str) -> str:
        """Return the path of a static file."""
        return f"/static/{self._named[name]}"

    def response(self, name: str) -> Response | None:
        """Return a static file by its hashed name; None if there is none."""
        content = self._contents.get(name)
        if content is None:
            return None
        headers = {**HEADERS, "Cache-Control": _CACHE_FOREVER}
        return Response(content[0], media_type=content[1], headers=headers)


class Renderer:
    """Renders templates; all text of documents is escaped."""

    def __init__(self) -> None:
        self.assets = Assets()
        self._environment = Environment(
            loader=FileSystemLoader(str(files("askbrief.web").joinpath("templates"))),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["shown"] = shown
        functions = (
            citations.citation_of,
            citations.credits_line,
            citations.differences,
            citations.in_every_style,
            citations.passage_on_web,
            citations.title_of,
            answers.quote_pieces,
            answers.sentence_pieces,
            links.citation_path,
            links.document_path,
            links.web_page,
        )
        self._environment.globals.update({function.__name__: function for function in functions})
        self._environment.globals.update(asset=self.assets.address, status_words=citations.STATUS_WORDS)

    def page(self, request: Request, template: str, /, *, status: int = 200, **values: Any) -> Response:  # noqa: ANN401
        """Return a page with the security headers."""
        values = {"path": request.url.path, "admin": False, "form": None, **values}
        html = self._environment.get_template(template).render(**values)
        response = HTMLResponse(html.encode(errors="replace"), status, headers=HEADERS)
        if values.get("posts"):
            response.headers["Referrer-Policy"] = "same-origin"  # else the browser omits the Origin of a form
        return response


def page(request: Request, template: str, *, status: int = 200, **values: object) -> Response:
    """Return a page from the application's renderer."""
    renderer: Renderer = request.app.state.renderer
    return renderer.page(request, template, status=status, **values)


def original_of(library: Library, settings: Settings, doc_id: str, scope: Scope) -> str:
    """Return the path below seeds/ of a document's file; empty if it may not be given out.

    A mail or an archive is given out only to those who may see every document in it.
    """
    return (settings.web_originals and library.source_file(doc_id, scope)) or ""


def original(seeds: Path, path: str) -> FileResponse:
    """Return the file itself; browsers open a PDF and save anything else.

    Raises:
        HTTPException: 404, it does not exist any more, or is not below seeds/.
    """
    file = (seeds / path).resolve()
    if not file.is_relative_to(seeds.resolve()) or not file.is_file():
        raise HTTPException(404, "The file is not there any more; the text of it still is.")
    is_pdf = file.suffix.casefold() == ".pdf"
    headers = {
        **HEADERS,
        "Content-Security-Policy": "frame-ancestors 'none'" if is_pdf else "default-src 'none'; sandbox",
        "Content-Disposition": f"{'inline' if is_pdf else 'attachment'}; filename*=utf-8''{quote(file.name, safe='')}",
    }
    return FileResponse(file, media_type="application/pdf" if is_pdf else "application/octet-stream", headers=headers)
