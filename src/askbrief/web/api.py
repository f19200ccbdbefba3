"""The JSON API: the library's answers, within what the one who asks may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import structlog
from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.security import HTTPBearer

from askbrief import __version__
from askbrief.service import serialisation
from askbrief.service.scoping import narrowed
from askbrief.web.access import Viewer, viewer
from askbrief.web.errors import Problem, answer_with_problems
from askbrief.web.limits import caching, etag, has_it, limited
from askbrief.web.lookups import cited, read_around, sources_page, standing
from askbrief.web.schemas import Answer, Citation, SourcesPage, Status, Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.datastructures import State

    from askbrief.library import Library
    from askbrief.service.hot_reload import HotReload
    from askbrief.settings import Settings
    from askbrief.web.limits import Work

PREFIX = "/api/v1"
log = structlog.get_logger("askbrief.web")
Result = TypeVar("Result")
_NAME = 1_000
_NAMES = 50
_DATE = r"^\d{4}(-\d{2}(-\d{2})?)?$"
_PAGE = 1_000
_BEARER = HTTPBearer(auto_error=False, description="ASKBRIEF_WEB_TOKEN, where it is set")
"""For the description alone: `access.viewer` decides."""
_REASONS = {
    400: "what is asked for cannot be used; `detail` says why",
    401: "nobody we know",
    403: "meant for another host",
    404: "there is no such thing, or not for this client",
    422: "a parameter is missing or of the wrong kind",
    429: "too many requests; `Retry-After` says for how long",
    503: "cannot answer for now; `Retry-After` says when to try again",
}
_OTHERS: dict[int | str, dict[str, Any]] = {
    304: {"description": "what the client has (`If-None-Match`) still holds"},
    **{
        status: {"description": why, "content": {"application/problem+json": {"schema": Problem.model_json_schema()}}}
        for status, why in _REASONS.items()
    },
}


@dataclass(frozen=True, slots=True)
class Desk:
    """One request: who asks, and how it is answered."""

    request: Request
    who: Viewer

    @property
    def settings(self) -> Settings:
        settings: Settings = self.request.app.state.settings
        return settings

    @property
    def serving(self) -> HotReload:
        serving: HotReload = self.request.app.state.serving
        return serving

    async def read(self, look_up: Callable[[Library], Result]) -> Result:
        """Ask the library in a thread, with one generation throughout."""
        work: Work = self.request.app.state.work

        def reading() -> Result:
            with self.serving.newest() as library:
                return look_up(library)

        return await work.run(reading)

    async def answered(self, response: Response, look_up: Callable[[Library], Any]) -> Any:  # noqa: ANN401 - a shape, or a response
        """Answer with what is looked up, unless the client has it already."""

        def tagged(library: Library) -> tuple[str, Any]:
            tag = etag(self.request, self.settings, library.generation_name, self.who.scope)
            return tag, None if has_it(self.request, tag) else look_up(library)

        tag, found = await self.read(tagged)
        headers = caching(self.settings, tag)
        if found is None:
            return Response(status_code=304, headers=headers)
        response.headers.update(headers)
        return found


def _at_desk(request: Request, who: Annotated[Viewer, Depends(viewer)]) -> Desk:
    return Desk(request, who)


AtDesk = Annotated[Desk, Depends(_at_desk)]
Names = Annotated[list[Annotated[str, Query(min_length=1, max_length=_NAME)]] | None, Query(max_length=_NAMES)]
Date = Annotated[str | None, Query(pattern=_DATE, examples=["2022", "2022-07", "2022-07-05"])]
Where = Annotated[str, Query(min_length=1, max_length=_NAME, examples=["ttp-report-k7f3qa", "report.pdf p. 12"])]


def api(state: State) -> FastAPI:
    """Make the API; `state` is that of the application it is mounted in."""
    made = FastAPI(
        title="askbrief",
        version=__version__,
        description="Exact quotes from a team's own documents, with citations that keep working.",
        docs_url=None,
        redoc_url=None,
        responses=_OTHERS,
        dependencies=[Depends(limited), Depends(_BEARER)],
    )
    made.state = state
    answer_with_problems(made)
    for path, endpoint, shape in (
        ("/ask", ask, Answer),
        ("/cite", cite, Citation | list[Citation]),
        ("/passage", passage, Surroundings),
        ("/sources", sources, SourcesPage),
        ("/status", status, Status),
    ):
        made.get(path, response_model=shape, response_model_exclude_unset=True, operation_id=path[1:])(endpoint)
    return made


async def ask(  # noqa: PLR0917 - one for each option
    desk: AtDesk,
    response: Response,
    question: Annotated[str, Query(min_length=1, max_length=100_000)],
    top: Annotated[int, Query(ge=1, le=100)] = 5,
    collection: Names = None,
    document: Names = None,
    since: Date = None,
    until: Date = None,
) -> Any:  # noqa: ANN401 - a shape, or a response
    """Find the passages that answer a question, quoted exactly."""

    def look_up(library: Library) -> dict[str, Any]:
        scope = narrowed(library, desk.who.scope, collection, document, since, until)
        found = desk.serving.ask(library, question, top, scope)
        for note in found.notes:
            log.warning("answer-note", note=note)
        return serialisation.answer(found)

    return await desk.answered(response, look_up)


async def cite(desk: AtDesk, response: Response, where: Where) -> Any:  # noqa: ANN401
    """Resolve a citation key, or cite what stands at a place (a list): the quote, and whether it still stands."""
    return await desk.answered(response, lambda library: cited(library, where, desk.who.scope))


async def passage(desk: AtDesk, response: Response, where: Where) -> Any:  # noqa: ANN401
    """Resolve a key, or the first passage at a place, with today's words before and after it."""
    return await desk.answered(response, lambda library: read_around(library, where, desk.who.scope))


async def sources(
    desk: AtDesk,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=_PAGE)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
) -> Any:  # noqa: ANN401
    """List what is indexed, and what is not and why, by path; a page at a time."""
    return await desk.answered(response, lambda library: sources_page(library, desk.who.scope, limit, offset))


async def status(desk: AtDesk, response: Response) -> Any:  # noqa: ANN401
    """Say which index serves, how old it is, and which files changed since."""
    response.headers.update(caching(desk.settings))
    return await desk.read(lambda library: standing(library, desk.who.scope, desk.settings))
