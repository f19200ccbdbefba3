"""Templates, static files and original documents, and the headers that keep a page to itself."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response

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
    "Referrer-Policy": "no-referrer",  # an address may be a signed one
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}
_KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"


class Assets:
    """The static files under names that change with what is in them, so that browsers may keep them."""

    def __init__(self) -> None:
        """Read them all: they are few and small."""
        self._named: dict[str, str] = {}
        self._contents: dict[str, tuple[bytes, str]] = {}
        for path in files("askbrief.web").joinpath("static").iterdir():
            stem, _, kind = path.name.rpartition(".")
            if kind in _KINDS:
                content = path.read_bytes()
                name = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{kind}"
                self._named[path.name] = name
                self._contents[name] = (content, _KINDS[kind])

    def address(self, name: str) -> str:
        """Where a static file is."""
        return f"/static/{self._named[name]}"

    def response(self, name: str) -> Response | None:
        """A static file by its changing name; None where there is none."""
        found = self._contents.get(name)
        if found is None:
            return None
        headers = {**HEADERS, "Cache-Control": _FOR_EVER}
        return Response(found[0], media_type=found[1], headers=headers)


class Renderer:
    """Makes pages of templates; whatever a document says is escaped."""

    def __init__(self) -> None:
        """Find the templates."""
        self.assets = Assets()
        self._environment = Environment(
            loader=FileSystemLoader(str(files("askbrief.web").joinpath("templates"))),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["shown"] = shown
        self._environment.globals["asset"] = self.assets.address

    def page(self, request: Request, template: str, /, *, status: int = 200, **values: Any) -> Response:  # noqa: ANN401
        """A page, with the headers of one."""
        values = {"path": request.url.path, "admin": False, "asked": None, **values}
        html = self._environment.get_template(template).render(**values)
        response = HTMLResponse(html.encode(errors="replace"), status, headers=HEADERS)
        if values.get("posts"):
            response.headers["Referrer-Policy"] = "same-origin"  # without it the browser hides where a form comes from
        return response


def page(request: Request, template: str, *, status: int = 200, **values: object) -> Response:
    """A page, made by the application's renderer."""
    renderer: Renderer = request.app.state.renderer
    return renderer.page(request, template, status=status, **values)


_NOT_FOUND = 404


def original_path(library: Library, settings: Settings, doc_id: str, scope: Scope) -> str:
    """The file of a document, by its path below seeds/; empty where it may not be given out.

    A mail or an archive is given out only to those who may see every document in it.
    """
    if not settings.web_originals:
        return ""
    return library.source_file(doc_id, scope) or ""


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
