"""The pages for people: answers, citations, the document reader, sources, the status of the index, and sign-in."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Path, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from askbrief.errors import CitationUnknown, InputError
from askbrief.ingest.sources import seed_changes
from askbrief.service.scoping import ago, with_parents
from askbrief.web.access import own_path, viewer
from askbrief.web.document_page import DocumentReader, ReaderQuery
from askbrief.web.errors import PageRoute
from askbrief.web.rendering import original, original_of, page
from askbrief.web.views.answers import AnswerView, QuestionForm
from askbrief.web.views.navigation import passage_steps

if TYPE_CHECKING:
    from askbrief.library import Library
    from askbrief.records import Citation
    from askbrief.web.access import Viewer
    from askbrief.web.views.document import DocumentLayout

router = APIRouter(route_class=PageRoute, include_in_schema=False, default_response_class=Response)
_MAX_PROBLEMS = 200
"""Maximum number of files that a page names as problems."""
Name = Annotated[str, Path(max_length=4_000)]


@router.get("/")
def ask(request: Request) -> Response:
    """Show the search box, and below it the answer if there is a question."""
    state, who, form = request.app.state, viewer(request), QuestionForm.of(request.query_params)
    limit = state.settings.max_results
    top = form.count(limit)
    with state.serving.newest() as library:
        answer, view, problem = None, None, ""
        if form.q:
            try:
                answer = state.serving.ask(library, form.q, top, form.scope(library, who.scope))
                view = AnswerView.of(answer, lambda key: library.recall(key, who.scope))
            except InputError as error:
                problem = str(error)
        coverage = state.documents.coverage(library, who.scope)
    return page(
        request,
        "ask.html",
        status=HTTPStatus.BAD_REQUEST if problem else HTTPStatus.OK,
        admin=who.is_admin,
        form=form,
        answer=answer,
        view=view,
        problem=problem,
        more=form.more(limit) if answer and len(answer.hits) == top else 0,
        coverage=coverage,
        collections=sorted(with_parents(coverage.collections)),
        built=ago(coverage.built_at),
    )


@router.get("/c/{key}")
def cite(request: Request, key: Name) -> Response:
    """Show a citation at its permanent address: the reader at its passage, and the quote's status today."""
    who, query = viewer(request), ReaderQuery.of(request.query_params)
    with request.app.state.serving.newest() as library:
        try:
            citation = library.cite(key, who.scope)
        except InputError as error:
            raise CitationUnknown(str(error)) from error
        doc_id = citation.current_doc_id
        layout = request.app.state.documents.layout(library, doc_id, who.scope) if doc_id else None
        if layout is None:
            return page(request, "gone.html", admin=who.is_admin, form=query.form, citation=citation)
        return _reader_page(request, library, who, layout, query, citation)


@router.get("/d/{doc_id:path}")
def document(request: Request, doc_id: Name) -> Response:
    """Show a document in the reader."""
    who, query = viewer(request), ReaderQuery.of(request.query_params)
    with request.app.state.serving.newest() as library:
        layout = request.app.state.documents.layout(library, doc_id, who.scope)
        if layout is None:
            raise HTTPException(404, "There is no such document, or it is not one that you may see.")
        return _reader_page(request, library, who, layout, query)


@router.get("/original/{doc_id:path}")
def download(request: Request, doc_id: Name) -> Response:
    """Send the file that a document was read from."""
    settings = request.app.state.settings
    with request.app.state.serving.newest() as library:
        path = original_of(library, settings, doc_id, viewer(request).scope)
    if not path:
        raise HTTPException(404)
    return original(settings.seeds_dir, path)


def _reader_page(
    request: Request,
    library: Library,
    who: Viewer,
    layout: DocumentLayout,
    query: ReaderQuery,
    citation: Citation | None = None,
) -> Response:
    state, form = request.app.state, query.form
    reader = DocumentReader(library, state.serving, state.settings, who.scope, layout, query, citation)
    view = reader.view()
    return page(
        request,
        "reader.html",
        admin=who.is_admin,
        form=form,
        page=view,
        citation=citation,
        steps=passage_steps(citation.key if citation else "", reader.answer, view, form.query),
        words=query.find,
    )


@router.get("/sources")
def sources(request: Request) -> Response:
    """Show the documents that the viewer may see, by collection; for admins also the files that could not be read."""
    who = viewer(request)
    with request.app.state.serving.newest() as library:
        listed = library.sources(who.scope)
        problems = library.problems() if who.is_admin else []
    return page(
        request,
        "sources.html",
        admin=who.is_admin,
        sources=listed,
        problems=problems[:_MAX_PROBLEMS],
        more=max(0, len(problems) - _MAX_PROBLEMS),
    )


@router.get("/status")
def status(request: Request) -> Response:
    """Show which index serves, how old it is, what has changed since, and whether a rebuild runs."""
    _check_admin(request)
    settings = request.app.state.settings
    with request.app.state.serving.newest() as library:
        index, rows = library.status(), library.source_rows()
    return page(
        request,
        "status.html",
        admin=True,
        index=index,
        built=ago(index.built_at),
        changed=seed_changes(settings.seeds_dir, rows, max_file_mib=settings.max_file_mib),
        rebuild=request.app.state.build_process.state(),
        problems=[problem for row in rows for problem in row.problems][:_MAX_PROBLEMS],
        warnings=[warning for row in rows for warning in row.warnings][:_MAX_PROBLEMS],
        posts=True,
    )


@router.post("/status/rebuild")
def rebuild(request: Request) -> Response:
    """Start to rebuild the index; the old one serves until the new one is complete.

    Raises:
        BuildError: a rebuild is running already, or cannot be started.
    """
    _check_admin(request)
    if not is_same_origin(request):
        raise HTTPException(403, "This form was sent from another site: open the page itself and press there.")
    request.app.state.build_process.start()
    return RedirectResponse("/status", HTTPStatus.SEE_OTHER)


def is_same_origin(request: Request) -> bool:
    """Return whether a form was sent from a page of this site.

    Browsers say so in `Sec-Fetch-Site` where the address is https or local, else in `Origin`; other sites cannot set
    either header.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("origin", ""))
    return bool(origin.netloc) and origin.netloc == request.headers.get("host")


def _check_admin(request: Request) -> None:
    if not viewer(request).is_admin:
        raise HTTPException(403)


@router.get("/login")
def login(request: Request) -> Response:
    """Show the form for the token."""
    return page(request, "login.html", goal=own_path(request.query_params.get("next", "/")), posts=True)


@router.get("/static/{name}")
def static(request: Request, name: str) -> Response:
    """Send a static file."""
    response: Response | None = request.app.state.renderer.assets.response(name)
    if response is None:
        raise HTTPException(404)
    return response
