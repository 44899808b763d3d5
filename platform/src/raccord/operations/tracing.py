"""Traces for OpenTelemetry, when the operator names where to send them (`RACCORD_OTLP_ENDPOINT`, extra `raccord[traces]`).

Three sorts of spans: requests, slices of work, calls to shops. A wake-up is no parent: the database is the to-do list, and a
slice of work often serves many causes. What joins them is the tenant. No span holds a query string, a body or a header: shops'
keys travel there.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import httpx

from raccord.settings import Settings

Spans = Callable[[str, dict[str, str]], AbstractContextManager[None]]
"""A span with that name and those attributes around what is done inside."""


def no_spans(name: str, about: dict[str, str]) -> AbstractContextManager[None]:
    return nullcontext()


def begin(settings: Settings, process: str, *, exporter: Any | None = None) -> Spans:
    """Once per process; `process` is web or worker. `exporter` is for tests. Without an endpoint nothing is imported."""
    if settings.otlp_endpoint is None and exporter is None:
        return no_spans
    from opentelemetry import propagate, trace
    from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
    from opentelemetry.propagators.composite import CompositePropagator
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

    provider = TracerProvider(resource=Resource({"service.name": f"raccord-{process}"}))
    if exporter is None:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=settings.otlp_endpoint)))
    else:
        provider.add_span_processor(SimpleSpanProcessor(exporter))
    propagate.set_global_textmap(CompositePropagator([]))  # shops are not told of our traces
    HTTPXClientInstrumentor().instrument(tracer_provider=provider, request_hook=_without_query)
    tracer = provider.get_tracer("raccord")

    @contextmanager
    def spans(name: str, about: dict[str, str]) -> Iterator[None]:
        # The text of an exception may quote a record or a key: only its type is told.
        with tracer.start_as_current_span(
            name, attributes=about, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield
            except BaseException as error:
                span.set_status(trace.StatusCode.ERROR, type(error).__name__)
                raise

    return spans


def _without_query(span: Any, request: Any) -> None:
    """The instrumentation noted the whole address before it calls us: this writes over it."""
    bare = str(httpx.URL(request.url).copy_with(query=None, fragment=None, userinfo=b""))
    for name in ("http.url", "url.full"):
        span.set_attribute(name, bare)
