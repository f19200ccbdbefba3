"""Commands that serve others: `askbrief serve` for browsers and programs, `askbrief mcp` for agents."""

from __future__ import annotations

from typing import Annotated

import typer

from askbrief.cli.common import FOUND, Index, Seeds, State, load_settings


def serve(
    *,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help="The port; 0: any that is free.")] = 8080,
    seeds: Seeds = None,
    index: Index = None,
    state: State = None,
) -> int:
    """Serve the web page and the JSON API, until Ctrl-C.

    Other machines are served only where ASKBRIEF_WEB_TOKEN or ASKBRIEF_WEB_PROXY_HEADER says who may see what.

    \b
    Example:
      askbrief serve
      ASKBRIEF_WEB_TOKEN=$(openssl rand -hex 32) askbrief serve --host 0.0.0.0
    """
    from askbrief.web.server import serve as serve_web

    serve_web(load_settings(seeds_dir=seeds, index_dir=index, state_dir=state), host, port)
    return FOUND


def mcp(
    *,
    collection: Annotated[
        list[str] | None, typer.Option("--collection", help="Only this sub-folder; repeatable.")
    ] = None,
    index: Index = None,
    state: State = None,
) -> int:
    """Offer search, passage, cite and sources to agents, over standard input and output (Model Context Protocol).

    \b
    Example:
      askbrief mcp
      askbrief mcp --collection press
    """
    from askbrief.web.mcp import serve as serve_mcp

    serve_mcp(load_settings(index_dir=index, state_dir=state), frozenset(collection) if collection else None)
    return FOUND
