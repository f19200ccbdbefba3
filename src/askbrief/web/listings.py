"""The pages beside the answers: what is indexed, how the index stands, and signing in."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from askbrief.ingest.sources import seed_changes
from askbrief.service.scoping import ago
from askbrief.web.access import own_path, viewer
from askbrief.web.errors import PageRoute
from askbrief.web.rendering import page
from askbrief.web.views.sources import collections

router = APIRouter(route_class=PageRoute, include_in_schema=False, default_response_class=Response)
_FORBIDDEN = 403
_SEE_OTHER = 303
_MOST_PROBLEMS = 200


@router.get("/sources")
def sources(request: Request) -> Response:
    """The documents that one may see, by collection; for admins, the files that could not be read too."""
    who = viewer(request)
    with request.app.state.serving.newest() as library:
        listed = library.sources(who.scope)
        problems = library.problems() if who.is_admin else []
        return page(
            request,
            "sources.html",
            admin=who.is_admin,
            collections=collections(listed),
            documents=len(listed),
            passages=sum(source.passages for source in listed),
            problems=problems[:_MOST_PROBLEMS],
            more=max(0, len(problems) - _MOST_PROBLEMS),
        )


@router.get("/status")
def status(request: Request) -> Response:
    """Which index serves, how old it is, what has changed since, and whether it is being rebuilt."""
    _admins_only(request)
    settings = request.app.state.settings
    with request.app.state.serving.newest() as library:
        standing, rows = library.status(), library.source_rows()
        changed = seed_changes(settings.seeds_dir, rows, max_file_mib=settings.max_file_mib)
        return page(
            request,
            "status.html",
            admin=True,
            standing=standing,
            built=ago(standing.built_at),
            changed=changed,
            rebuild=request.app.state.build_process.state(),
            problems=[problem for row in rows for problem in row.problems][:_MOST_PROBLEMS],
            warnings=[warning for row in rows for warning in row.warnings][:_MOST_PROBLEMS],
            posts=True,
        )


@router.post("/status/rebuild")
def rebuild(request: Request) -> Response:
    """Begin to rebuild the index; the old one serves until the new one is whole."""
    _admins_only(request)
    if not from_here(request):
        raise HTTPException(_FORBIDDEN, "This form was sent from another site: open the page itself and press there.")
    request.app.state.build_process.start()
    return RedirectResponse("/status", _SEE_OTHER)


@router.get("/login")
def login(request: Request) -> Response:
    """The form for the token."""
    return page(request, "login.html", goal=own_path(request.query_params.get("next", "/")), posts=True)


def from_here(request: Request) -> bool:
    """Whether a form was sent from a page of this very site: what the browser says of it cannot be forged by another.

    Browsers say so in `Sec-Fetch-Site` where the address is https or local, else in `Origin`.
    """
    said = request.headers.get("sec-fetch-site")
    if said is not None:
        return said == "same-origin"
    origin = urlsplit(request.headers.get("origin", ""))
    return bool(origin.netloc) and origin.netloc == request.headers.get("host")


def _admins_only(request: Request) -> None:
    if not viewer(request).is_admin:
        raise HTTPException(_FORBIDDEN)
