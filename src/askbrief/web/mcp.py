"""An MCP server for agents (Model Context Protocol, over stdin and stdout): search, passage, cite and sources."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, TypeAlias

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import BaseModel, Field

from askbrief import __version__
from askbrief.errors import AskbriefError, error_sentence
from askbrief.records import Answer, Citation, Scope, SourcesPage, Surroundings
from askbrief.service.hot_reload import HotReload
from askbrief.service.scoping import narrowed
from askbrief.service.serialisation import cited, json_model, sources_page, to_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from askbrief.library import Library
    from askbrief.settings import Settings

_INSTRUCTIONS = """Answers from a team's own documents. `search` finds passages and says with `verdict` whether they
answer: strong, weak (perhaps), or none (the sources don't say; then say so, whatever the nearest passages are). Quote
`quote` word for word, and give its `locator` and `key`. `cite` says whether a quote is still in its source, `passage`
shows the text around it."""

if TYPE_CHECKING:
    AnswerJson: TypeAlias = BaseModel
    CitationJson: TypeAlias = BaseModel
    SourcesPageJson: TypeAlias = BaseModel
    SurroundingsJson: TypeAlias = BaseModel
else:  # derived from the records; a type checker cannot follow that
    AnswerJson, CitationJson, SourcesPageJson, SurroundingsJson = map(
        json_model, (Answer, Citation, SourcesPage, Surroundings)
    )

Question = Annotated[str, Field(description="What to find, in words: one thing at a time.", min_length=1)]
Top = Annotated[int, Field(description="Maximum number of passages.", ge=1, le=100)]
Names = Annotated[list[str] | None, Field(description="Only these, by the names that `sources` gives; null: all.")]
Date = Annotated[str | None, Field(description="2022, 2022-07 or 2022-07-05; null: any.")]
Where = Annotated[str, Field(description="A citation key (ttp-report-k7f3qa) or a place (report.pdf p. 12).")]
Limit = Annotated[int, Field(description="Maximum number of documents.", ge=1, le=1_000)]
Offset = Annotated[int, Field(description="How many to skip; `next` of the previous page.", ge=0)]


def serve(settings: Settings, collections: frozenset[str] | None) -> None:
    """Serve the tools, within some collections or all, until the client closes the input.

    Raises:
        InputError: there is no such collection.
        IndexUnusable: there is no index, or it cannot be opened.
        ModelError: the model cannot be used.
    """
    with HotReload(settings) as serving:
        with serving.newest() as library:
            scope = narrowed(library, Scope(), collections)
        tools(serving, scope).run("stdio")


def tools(serving: HotReload, scope: Scope) -> MCPServer:
    """Return a server with the tools within a scope."""
    server = MCPServer("askbrief", version=__version__, instructions=_INSTRUCTIONS, log_level="WARNING")
    offered = AgentTools(serving, scope)
    read_only = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
    for tool in (offered.search, offered.passage, offered.cite, offered.sources):
        server.tool(annotations=read_only, structured_output=True)(tool)
    return server


class AgentTools:
    """The tools of an agent."""

    def __init__(self, serving: HotReload, scope: Scope) -> None:
        self._serving = serving
        self._scope = scope

    def search(
        self,
        question: Question,
        top: Top = 5,
        collection: Names = None,
        document: Names = None,
        since: Date = None,
        until: Date = None,
    ) -> AnswerJson:
        """Find the passages that answer a question, quoted exactly, with a verdict whether they do."""
        with self._library() as library:
            scope = narrowed(library, self._scope, collection, document, since, until)
            return AnswerJson.model_validate(to_json(self._serving.ask(library, question, top, scope)))

    def passage(self, where: Where) -> SurroundingsJson:
        """Read a passage with the words before and after it."""
        with self._library() as library:
            keys = library.locate(where, self._scope)
            return SurroundingsJson.model_validate(to_json(library.read_around(keys[0], self._scope)))

    def cite(self, where: Where) -> list[CitationJson]:
        """Resolve a citation key, or cite what is at a place: the quote, and whether it is still in its source."""
        with self._library() as library:
            resolved = cited(library, where, self._scope)
        citations = resolved if isinstance(resolved, list) else [resolved]
        return [CitationJson.model_validate(to_json(citation)) for citation in citations]

    def sources(self, limit: Limit = 100, offset: Offset = 0) -> SourcesPageJson:
        """List the documents that can be searched, a page at a time."""
        with self._library() as library:
            return SourcesPageJson.model_validate(to_json(sources_page(library, self._scope, limit, offset)))

    @contextmanager
    def _library(self) -> Iterator[Library]:
        """Yield the library; its errors become sentences for the agent."""
        try:
            with self._serving.newest() as library:
                yield library
        except AskbriefError as error:
            raise ToolError(error_sentence(error, operator=True).text) from error
