"""The description of the public API: OpenAPI 3.1, made by Litestar from the routes, completed by what holds for all of them."""

from typing import Any

import msgspec
from litestar import Litestar, Request, Router
from litestar.constants import OPENAPI_JSON_HANDLER_NAME
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.openapi.spec import Components, OAuthFlow, OAuthFlows, SecurityScheme, Tag
from litestar.routes import HTTPRoute

from raccord.front.security import MACHINE
from raccord.public_api.examples import EXAMPLES
from raccord.public_api.models import TITLES
from raccord.public_api.schemas import StructSchemas, filled_in
from raccord.pushes.models import Batch
from raccord.sync.records import READ_STREAMS
from raccord_connectors.canonical import STREAMS

PATH = "/api/v1"
VERSION = "1.0"
DESCRIPTION = """What the pages of Raccord do, for your own programs.

**Key.** Send `Authorization: Bearer …` with an API key of the company (settings, page “API”), or with the token that a partner's
program gets from `/api/v1/oauth/token`. A key may only what its scopes say; every operation names the one that it asks for.

**Idempotency.** Every POST takes an `Idempotency-Key`. The same key with the same request gets the same answer for 30 days,
marked `Idempotency-Replayed: true`, even when we died in between; with another request it is refused (422). What was refused
changed nothing: its key may be used again.

**Lists** come in pages: `data`, and `next` for the parameter `after` of the next page.

**Errors** are problem details (RFC 9457) in French or English, as `Accept-Language` asks: `code` never changes its meaning,
`field` names what to correct, `detail` is a sentence for a person.

**Limits** are told by `RateLimit-Policy` and `RateLimit`; beyond them the answer is 429 with `Retry-After`.

Amounts and quantities are texts such as "12.50": read them as decimals, never as floating numbers. Moments are in UTC."""
TAGS = {
    "Company": "The company, its health, and what waits for a person.",
    "Connections": "Systems that are connected.",
    "Agents": "The programs beside the ERPs.",
    "Channels": "One ERP feeding one shop.",
    "Rehearsal": "What connecting two systems would do, before it is done.",
    "Mappings": "Drafts, versions and plans of a channel's rules.",
    "Catalogue": "Articles from the ERP to the shop.",
    "Stock": "What is sold and not yet in the ERP's stock.",
    "Images": "Pictures and documents of articles.",
    "Orders": "Orders with their whole story.",
    "Customers": "Who is known in the ERP and in the shops.",
    "Documents": "Invoices, credit notes and deposits.",
    "Journal": "What happened to which record.",
    "Alerts": "What is wrong.",
    "Webhooks": "Your own programs are told of what happens.",
    "Push": "An ERP without an agent brings its data, and takes the orders.",
}


class Completed(OpenAPIRenderPlugin):
    """The document as it is served."""

    def __init__(self) -> None:
        super().__init__(path="/openapi.json", media_type=MediaType.JSON)

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return msgspec.json.encode(_completed(request.app, openapi_schema))


class OnlyTheDocument(Router):
    """Litestar gives the document a second address, and adds pages of its own beside it, one of which would answer for every
    mistyped address."""

    def register(self, value: Any) -> Any:
        if isinstance(value, HTTPRouteHandler) and value.name == OPENAPI_JSON_HANDLER_NAME:
            value.paths = {"/openapi.json"}
            return super().register(value)
        return []


def openapi_config() -> OpenAPIConfig:
    scopes: dict[str, str] = {scope: title.en for scope, title in TITLES.items()}
    return OpenAPIConfig(
        title="Raccord API",
        version=VERSION,
        description=DESCRIPTION,
        use_handler_docstrings=True,
        tags=[Tag(name, description) for name, description in TAGS.items()],
        security=[{"key": []}, {"partner": []}],
        components=Components(
            security_schemes={
                "key": SecurityScheme(
                    type="http", scheme="bearer", description="An API key of the company: rcd_…"
                ),
                "partner": SecurityScheme(
                    type="oauth2",
                    description="A partner's program, for one merchant that lets the partner in.",
                    flows=OAuthFlows(
                        client_credentials=OAuthFlow(token_url=f"{PATH}/oauth/token", scopes=scopes)
                    ),
                ),
            }
        ),
        openapi_router=OnlyTheDocument(PATH, route_handlers=[], include_in_schema=False, opt=MACHINE),
        render_plugins=[Completed()],
    )


def document_of(app: Litestar) -> dict[str, Any]:
    return _completed(app, app.openapi_schema.to_schema())


def _completed(app: Litestar, found: dict[str, Any]) -> dict[str, Any]:
    """With the schemas, the scopes, the key header, the answers that every route may give, and the examples."""
    document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(found))
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    batch, *records = filled_in(
        document, app.plugins.get(StructSchemas), [Batch, *(STREAMS[stream] for stream in READ_STREAMS)]
    )
    _describe_batch(document, batch, records)
    schemas["ProblemDetails"] = _PROBLEM
    scopes = _scopes(app)
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and "responses" in operation:
                _complete(method, path, operation, scopes[path, method])
    return document


def _scopes(app: Litestar) -> dict[tuple[str, str], str]:
    """By path and method: what a caller must be allowed."""
    return {
        (route.path_format, method.lower()): str(handler.opt["scope"])
        for route in app.routes
        if isinstance(route, HTTPRoute) and route.path.startswith(f"{PATH}/")
        for handler in route.route_handlers
        for method in handler.http_methods
        if "scope" in handler.opt
    }


def _describe_batch(document: dict[str, Any], batch: str, records: list[str]) -> None:
    """Its body is read row by row, so that one that is wrong stops none of the others: no type of the route says what it is."""
    operation = document["paths"][f"{PATH}/push/{{connection}}/{{stream}}/batches"]["post"]
    content = {"application/json": {"schema": {"$ref": batch}}}
    operation["requestBody"] = {"required": True, "content": content}
    schema = document["components"]["schemas"][batch.rpartition("/")[2]]
    schema["properties"]["records"]["items"] = {"anyOf": [{"$ref": one} for one in records]}


def _complete(method: str, path: str, operation: dict[str, Any], scope: str) -> None:
    operation["security"] = [{"key": [scope]}, {"partner": [scope]}]
    answers = operation["responses"]
    for status, said in _ANSWERS.items():
        content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
        answers[status] = {"description": said, "content": content}
    if method == "post":
        operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
    example = EXAMPLES.get(f"{method.upper()} {path.removeprefix(PATH)}", {})
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if "request" in example:
            content["example"] = example["request"]
    for status, one in answers.items():
        if status.startswith("2") and "response" in example:
            for content in one.get("content", {}).values():
                content["example"] = example["response"]


_ANSWERS = {
    "400": "The request cannot be understood.",
    "401": "No key, or one that does not work.",
    "403": "The key lacks the scope.",
    "404": "Not there, or not visible to this key.",
    "409": "Too late: it has moved on, or the same request is under way.",
    "422": "Something is to be corrected: `field` says what.",
    "429": "Too many requests: see `Retry-After`.",
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Names this operation: repeated with the same key and request, it gets the same answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
_PROBLEM = {
    "title": "Problem details",
    "description": "RFC 9457.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for a person, French or English."},
        "code": {"type": "string", "description": "Never changes its meaning."},
        "field": {"type": "string", "description": "What to correct."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {"field": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
    "example": {
        "type": "urn:raccord:channel.shop_taken",
        "title": "À corriger",
        "status": 422,
        "detail": "Cette boutique est déjà alimentée par le canal « Boutique ».",
        "code": "channel.shop_taken",
        "field": "shop",
    },
}
