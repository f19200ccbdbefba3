"""The JSON API: the library's answers within what the client may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, Union

import structlog
from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.security import HTTPBearer

from askbrief import __version__
from askbrief.ingest.sources import seed_changes
from askbrief.records import Answer, Citation, SourcesPage, StatusReport, Surroundings
from askbrief.service.scoping import narrowed
from askbrief.service.serialisation import cited, json_model, scoped_status_report, sources_page, to_json
from askbrief.web.access import Viewer, viewer
from askbrief.web.errors import ProblemDetails, answer_with_problems
from askbrief.web.limits import cache_headers, client_has, etag, limited

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.datastructures import State

    from askbrief.library import Library
    from askbrief.service.hot_reload import HotReload
    from askbrief.settings import Settings
    from askbrief.web.limits import WorkerThreads

PREFIX = "/api/v1"
log = structlog.get_logger("askbrief.web")
Result = TypeVar("Result")
_MAX_NAME_CHARS = 1_000
_MAX_NAMES = 50
_MAX_PAGE = 1_000
_DATE = r"^\d{4}(-\d{2}(-\d{2})?)?$"
_BEARER = HTTPBearer(auto_error=False, description="ASKBRIEF_WEB_TOKEN, if it is set")
"""Only for the description: `access.viewer` decides."""
_REASONS = {
    400: "a value cannot be used; `detail` says why",
    401: "the client is not known",
    403: "the request was meant for another host",
    404: "there is no such thing, or not for this client",
    422: "a parameter is missing or has the wrong type",
    429: "too many requests; `Retry-After` says how long to wait",
    503: "no answer at the moment; `Retry-After` says when to try again",
}
_OTHER_RESPONSES: dict[int | str, dict[str, Any]] = {
    304: {"description": "what the client has (`If-None-Match`) is still valid"},
    **{
        status: {
            "description": reason,
            "content": {"application/problem+json": {"schema": ProblemDetails.model_json_schema()}},
        }
        for status, reason in _REASONS.items()
    },
}


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One request: who asks, and the application that answers."""

    request: Request
    viewer: Viewer

    @property
    def settings(self) -> Settings:
        settings: Settings = self.request.app.state.settings
        return settings

    @property
    def serving(self) -> HotReload:
        serving: HotReload = self.request.app.state.serving
        return serving

    async def read(self, query: Callable[[Library], Result]) -> Result:
        """Run a query over one generation of the library in a thread."""
        threads: WorkerThreads = self.request.app.state.work

        def reading() -> Result:
            with self.serving.newest() as library:
                return query(library)

        return await threads.run(reading)

    async def respond(self, response: Response, query: Callable[[Library], object]) -> Any:  # noqa: ANN401 - JSON, or a response
        """Return the result of a query as JSON values, or status 304 if the client has it already."""

        def tagged(library: Library) -> tuple[str, Any]:
            tag = etag(self.request, self.settings, library.generation_name, self.viewer.scope)
            return tag, None if client_has(self.request, tag) else to_json(query(library))

        tag, result = await self.read(tagged)
        headers = cache_headers(self.settings, tag)
        if result is None:
            return Response(status_code=304, headers=headers)
        response.headers.update(headers)
        return result


def _api_request(request: Request, who: Annotated[Viewer, Depends(viewer)]) -> ApiRequest:
    return ApiRequest(request, who)


Asking = Annotated[ApiRequest, Depends(_api_request)]
Names = Annotated[
    list[Annotated[str, Query(min_length=1, max_length=_MAX_NAME_CHARS)]] | None, Query(max_length=_MAX_NAMES)
]
Date = Annotated[str | None, Query(pattern=_DATE, examples=["2022", "2022-07", "2022-07-05"])]
Where = Annotated[
    str, Query(min_length=1, max_length=_MAX_NAME_CHARS, examples=["ttp-report-k7f3qa", "report.pdf p. 12"])
]


def api(state: State) -> FastAPI:
    """Return the API; `state` is that of the application it is mounted in."""
    app = FastAPI(
        title="askbrief",
        version=__version__,
        description="Exact quotes from a team's own documents, with citations that keep working.",
        docs_url=None,
        redoc_url=None,
        responses=_OTHER_RESPONSES,
        dependencies=[Depends(limited), Depends(_BEARER)],
    )
    app.state = state
    answer_with_problems(app)
    citation: Any = json_model(Citation)
    for path, endpoint, model in (
        ("/ask", ask, json_model(Answer)),
        ("/cite", cite, Union[citation, list[citation]]),  # noqa: UP007 - of two values, not of types
        ("/passage", passage, json_model(Surroundings)),
        ("/sources", sources, json_model(SourcesPage)),
        ("/status", status, json_model(StatusReport)),
    ):
        app.get(path, response_model=model, response_model_exclude_unset=True, operation_id=path[1:])(endpoint)
    return app


async def ask(  # noqa: PLR0917 - one for each option
    asking: Asking,
    response: Response,
    question: Annotated[str, Query(min_length=1, max_length=100_000)],
    top: Annotated[int, Query(ge=1, le=100)] = 5,
    collection: Names = None,
    document: Names = None,
    since: Date = None,
    until: Date = None,
) -> Any:  # noqa: ANN401 - JSON values, or a response
    """Find the passages that answer a question, quoted exactly."""

    def query(library: Library) -> Answer:
        scope = narrowed(library, asking.viewer.scope, collection, document, since, until)
        answer = asking.serving.ask(library, question, top, scope)
        for note in answer.notes:
            log.warning("answer-note", note=note)
        return answer

    return await asking.respond(response, query)


async def cite(asking: Asking, response: Response, where: Where) -> Any:  # noqa: ANN401
    """Resolve a citation key, or cite what is at a place (a list): the quote, and whether it is still in the source."""
    return await asking.respond(response, lambda library: cited(library, where, asking.viewer.scope))


async def passage(asking: Asking, response: Response, where: Where) -> Any:  # noqa: ANN401
    """Resolve a key, or the first passage at a place, with today's words before and after it."""
    scope = asking.viewer.scope
    return await asking.respond(response, lambda library: library.read_around(library.locate(where, scope)[0], scope))


async def sources(
    asking: Asking,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=_MAX_PAGE)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
) -> Any:  # noqa: ANN401
    """List what is indexed, and what is not and why, by path, a page at a time."""
    return await asking.respond(response, lambda library: sources_page(library, asking.viewer.scope, limit, offset))


async def status(asking: Asking, response: Response) -> Any:  # noqa: ANN401
    """Return which index serves, how old it is, and which files have changed since it was built."""
    settings = asking.settings

    def query(library: Library) -> StatusReport:
        changes = seed_changes(settings.seeds_dir, library.source_rows(), max_file_mib=settings.max_file_mib)
        return scoped_status_report(library, asking.viewer.scope, changes)

    response.headers.update(cache_headers(settings))
    return to_json(await asking.read(query))
