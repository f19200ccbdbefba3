"""The pages for people: asking, a citation at its permanent address, and the document reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from askbrief.errors import CitationUnknown, InputError
from askbrief.service.scoping import ago, with_parents
from askbrief.web.access import viewer
from askbrief.web.document_page import Reading, Wanted
from askbrief.web.errors import PageRoute
from askbrief.web.rendering import original, original_path, page
from askbrief.web.views.answers import AnswerView, Asked
from askbrief.web.views.citations import CitationView
from askbrief.web.views.stepping import steps

if TYPE_CHECKING:
    from askbrief.library import Library
    from askbrief.records import Citation
    from askbrief.web.access import Viewer
    from askbrief.web.views.document import Opened

router = APIRouter(route_class=PageRoute, include_in_schema=False, default_response_class=Response)
_NOT_FOUND = 404
_FOUND, _INVALID = 200, 400
Name = Annotated[str, Path(max_length=4_000)]


@router.get("/")
def ask(request: Request) -> Response:
    """The search box, and under it the answer if something was asked."""
    who, asked = viewer(request), Asked.of(request.query_params)
    most = request.app.state.settings.max_results
    top = asked.count(most)
    with request.app.state.serving.newest() as library:
        answer, problem = None, ""
        if asked.q:
            try:
                found = request.app.state.serving.ask(library, asked.q, top, asked.scope(library, who.scope))
                answer = AnswerView.of(found, asked, lambda key: library.recall(key, who.scope))
            except InputError as error:
                problem = str(error)
        coverage = request.app.state.shelf.coverage(library, who.scope)
        return page(
            request,
            "ask.html",
            status=_INVALID if problem else _FOUND,
            admin=who.is_admin,
            asked=asked,
            answer=answer,
            problem=problem,
            more=asked.more(most) if answer and len(answer.hits) == top else 0,
            coverage=coverage,
            collections=sorted(with_parents(coverage.collections)),
            built=ago(coverage.built_at),
        )


@router.get("/c/{key}")
def cite(request: Request, key: Name) -> Response:
    """The permanent address of a citation: the reader at its passage, and how it stands today."""
    who, wanted = viewer(request), Wanted.of(request.query_params)
    with request.app.state.serving.newest() as library:
        try:
            citation = library.cite(key, who.scope)
        except InputError as error:
            raise CitationUnknown(str(error)) from error
        view, where = CitationView.of(citation), citation.current_doc_id
        opened = request.app.state.shelf.open(library, where, who.scope) if where else None
        if opened is None:
            return page(request, "gone.html", admin=who.is_admin, asked=wanted.asked, citation=view)
        return _reader_page(request, who, _reading(request, library, who, opened, wanted, citation), view)


@router.get("/d/{doc_id:path}")
def document(request: Request, doc_id: Name) -> Response:
    """The document reader."""
    who, wanted = viewer(request), Wanted.of(request.query_params)
    with request.app.state.serving.newest() as library:
        opened = request.app.state.shelf.open(library, doc_id, who.scope)
        if opened is None:
            raise HTTPException(_NOT_FOUND, "There is no such document, or it is not one that you may see.")
        return _reader_page(request, who, _reading(request, library, who, opened, wanted))


@router.get("/original/{doc_id:path}")
def download(request: Request, doc_id: Name) -> Response:
    """The file that a document was read from."""
    settings = request.app.state.settings
    with request.app.state.serving.newest() as library:
        path = original_path(library, settings, doc_id, viewer(request).scope)
    if not path:
        raise HTTPException(_NOT_FOUND)
    return original(settings.seeds_dir, path)


@router.get("/static/{name}")
def static(request: Request, name: str) -> Response:
    """A static file."""
    found: Response | None = request.app.state.renderer.assets.response(name)
    if found is None:
        raise HTTPException(_NOT_FOUND)
    return found


def _reading(
    request: Request, library: Library, who: Viewer, opened: Opened, wanted: Wanted, citation: Citation | None = None
) -> Reading:
    state = request.app.state
    return Reading(library, state.serving, state.settings, who.scope, opened, wanted, citation)


def _reader_page(request: Request, who: Viewer, reading: Reading, citation: CitationView | None = None) -> Response:
    view = reading.view()
    return page(
        request,
        "reader.html",
        admin=who.is_admin,
        asked=reading.wanted.asked,
        page=view,
        citation=citation,
        steps=steps(citation.key if citation else "", reading.answer, view, reading.wanted.asked.query),
        words=reading.wanted.find,
    )
