"""The health check and the figures, over real HTTP."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from askbrief.errors import SettingsError
from askbrief.records import Verdict
from bot.metrics import BotMetrics, HealthServer
from bot.staying import GatewayState

if TYPE_CHECKING:
    from tests.bot.conftest import BotWorkspace


async def get(port: int, path: str, host: str = "127.0.0.1") -> tuple[int, str, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://{host}:{port}{path}") as response:
        return response.status, response.headers["Content-Type"], await response.text()


def figures(page: str) -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels in the order of their names."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


async def test_health_says_whether_the_bot_is_ready() -> None:
    gateway = GatewayState()
    server = HealthServer(BotMetrics(), gateway)
    port = await server.start(0)
    assert [(await get(port, path))[0] for path in ("/healthz", "/readyz")] == [503, 503]
    gateway.connected()
    assert (await get(port, "/readyz"))[0] == 200
    status, _, page = await get(port, "/healthz")
    assert (status, page) == (200, "ready\n")
    await server.stop()
    with pytest.raises(aiohttp.ClientConnectorError):
        await get(port, "/healthz")


async def test_figures_are_in_the_format_of_prometheus_and_count_what_happened() -> None:
    metrics = BotMetrics()
    metrics.add_gauge("index_passages", "Passages in the index", lambda: 57)
    for _ in range(3):
        metrics.answered("slash", Verdict.STRONG)
    metrics.answered("mention", Verdict.NONE)
    metrics.failed("Refusal")
    metrics.built("done")
    with metrics.time_search():
        pass
    server = HealthServer(metrics, GatewayState())
    status, kind, page = await get(await server.start(0), "/metrics")
    await server.stop()
    assert status == 200
    assert kind.startswith("text/plain; version=0.0.4")
    counted = figures(page)
    assert counted["askbrief_questions_total", "strong", "slash"] == 3
    assert counted["askbrief_questions_total", "none", "mention"] == 1
    assert counted["askbrief_errors_total", "Refusal"] == 1
    assert counted["askbrief_builds_total", "done"] == 1
    assert counted["askbrief_search_seconds_count",] == 1
    assert counted["askbrief_index_passages",] == 57


async def test_it_listens_on_the_loopback_address_only() -> None:
    server = HealthServer(BotMetrics(), GatewayState())
    port = await server.start(0)
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
    for host in {*map(str, others), "127.0.0.2"}:
        with pytest.raises(OSError, match="Cannot connect"):
            await get(port, "/healthz", host)
    with pytest.raises(OSError, match="Cannot connect"):
        await get(port, "/healthz", "[::1]")
    await server.stop()


async def test_nothing_else_is_served() -> None:
    server = HealthServer(BotMetrics(), GatewayState())
    port = await server.start(0)
    assert [(await get(port, path))[0] for path in ("/", "/metrics/", "/../etc/passwd")] == [404, 404, 404]
    await server.stop()


async def test_a_port_that_is_taken_is_one_line_that_names_the_setting() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"^ASKBRIEF_HEALTH_PORT is {port}: .*in use") as refused:
            await HealthServer(BotMetrics(), GatewayState()).start(port)
    assert "\n" not in str(refused.value)


async def test_two_bots_in_one_process_count_apart() -> None:
    first, second = BotMetrics(), BotMetrics()
    first.failed("Refusal")
    assert first.registry.get_sample_value("askbrief_errors_total", {"kind": "Refusal"}) == 1
    assert second.registry.get_sample_value("askbrief_errors_total", {"kind": "Refusal"}) is None


async def test_a_bots_questions_builds_and_errors_are_counted(bot_workspace: BotWorkspace) -> None:
    bot_workspace.write("harbour.txt", "The harbour opened in 1904.\n")
    bot_workspace.build()
    async with bot_workspace.open() as server:
        await server.alice.slash(server.intel, "ask", question="When did the harbour open?")
        await server.alice.slash(server.intel, "ask", question="?!")
        await server.mara.slash(server.intel, "index rebuild")
        value = server.bot.metrics.registry.get_sample_value
        assert value("askbrief_search_seconds_count") == 1
        assert value("askbrief_errors_total", {"kind": "InputError"}) == 1
        assert value("askbrief_builds_total", {"outcome": "done"}) == 1
        assert value("askbrief_index_passages") == 1
        assert value("askbrief_searches_pending") == 0
        age = value("askbrief_index_age_seconds")
        assert age is not None
        assert age >= 0
