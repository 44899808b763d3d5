"""What an operator sees: figures, references, traces; and what none of them shows."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from msgspec.structs import replace
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from raccord.operations import tracing
from raccord.settings import Settings
from support.web import Site, site

__all__ = ["site"]

TOKEN = "what-prometheus-shows"


def show(site: Site, token: str | None) -> None:
    """As if the operator had named this token."""
    site.client.app.state.settings = replace(site.client.app.state.settings, metrics_token=token)


def scraped(site: Site) -> str:
    show(site, TOKEN)
    answer = site.client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert 200 == answer.status_code
    return str(answer.text)


def test_without_the_token_there_is_no_such_page(site: Site) -> None:
    client = site.client
    show(site, None)
    assert 404 == client.get("/metrics").status_code
    assert 404 == client.get("/metrics", headers={"Authorization": "Bearer "}).status_code
    show(site, TOKEN)
    assert 404 == client.get("/metrics").status_code
    assert 404 == client.get("/metrics", headers={"Authorization": "Bearer other"}).status_code
    assert 404 == client.get("/metrics", headers={"Authorization": "Bearer "}).status_code


def test_what_waits_and_what_was_asked_is_counted_without_naming_anybody(site: Site) -> None:
    site.as_("owner").get(site.at("overview"))
    figures = scraped(site)
    assert re.search(r'raccord_web_requests_total\{.*path="/t/\{tenant\}/overview".*\} [1-9]', figures)
    assert re.search(r'raccord_waiting\{kind="push urgent"\} \d', figures)
    assert re.search(r'raccord_waiting_oldest_seconds\{kind="enter"\} \d', figures)
    assert re.search(r'raccord_held\{kind="record"\} \d', figures)
    assert re.search(r'raccord_agents\{state="silent"\} \d', figures)
    assert str(site.made.tenant) not in figures, "no label may name a tenant"


def test_every_answer_has_a_reference_and_only_a_well_formed_one_is_taken_over(site: Site) -> None:
    client = site.client
    assert re.fullmatch(r"[0-9a-f]{16}", client.get("/health").headers["x-request-id"])
    given = {"X-Request-ID": "from-the-proxy-1"}
    assert "from-the-proxy-1" == client.get("/health", headers=given).headers["x-request-id"]
    forged = {"X-Request-ID": 'x" level="error'}
    assert re.fullmatch(r"[0-9a-f]{16}", client.get("/health", headers=forged).headers["x-request-id"])


@contextmanager
def shop() -> Iterator[str]:
    """Answers 404 to everything."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_trace_tells_the_work_and_the_calls_without_a_key() -> None:
    kept = InMemorySpanExporter()
    spans = tracing.begin(Settings(), "worker", exporter=kept)
    try:
        with shop() as address, spans("push", {"tenant": "t-1"}):
            httpx.get(f"http://user:pass-zq@{address}/wp-json/wc/v3/orders?consumer_secret=cs_zq#cs_zq")
        with pytest.raises(Trouble), spans("push", {}):
            raise Trouble("the key is cs_zq")
    finally:
        HTTPXClientInstrumentor().uninstrument()
    told = [span.to_json() for span in kept.get_finished_spans()]
    assert ["GET", "push", "push"] == [span.name for span in kept.get_finished_spans()]
    assert any("/wp-json/wc/v3/orders" in one for one in told)
    assert not [one for one in told if "zq" in one], "a shop's key stands in a trace"


class Trouble(Exception):
    pass
