"""What all REST routes share: reading the request, checking the key, answering as WordPress does."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from litestar import HttpMethod, Request, Response
from litestar.handlers import HTTPRouteHandler, route
from litestar.params import RawBody

from sandbox.shop.refusals import Refusal
from sandbox.shop.shop import Shop
from sandbox.shop.threads import threaded

NAMESPACE = "/wp-json/wc/v3"
EDITING = [HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH]
AnyRequest = Request[Any, Any, Any]


class Call:
    """One request of the API, admitted."""

    def __init__(self, shop: Shop, request: AnyRequest, body: bytes) -> None:
        self.shop = shop
        self.method = str(request.method)
        self.query = dict(parse_qsl(request.url.query, keep_blank_values=True))
        self.path: dict[str, Any] = request.path_params
        self.counts: dict[str, int] = request.scope.setdefault("sandbox", {"items": 0, "writes": 0})  # type: ignore[typeddict-item]
        self.headers: dict[str, str] = {}
        self._admit(request)
        self.body: dict[str, Any] = self._decoded(request, body)
        shop.media.prefetch(self.body)
        if self.query.get("_method"):
            self.method = self.query["_method"].upper()

    def id(self, name: str = "number") -> int:
        return int(self.path[name])

    @property
    def force(self) -> bool:
        return str(self.query.get("force", self.body.get("force", ""))).lower() in ("true", "1")

    @property
    def places(self) -> int:
        """`dp`: decimals of amounts."""
        return int(self.query.get("dp") or self.shop.options.get("price_num_decimals"))

    def wrote(self, items: int = 1) -> None:
        self.counts["writes"] += items

    def page(self, rows: list[Any], total: int, per_page: int, page: int) -> list[Any]:
        """Adds the headers of a list."""
        pages = -(-total // per_page)
        self.headers |= {"X-WP-Total": str(total), "X-WP-TotalPages": str(pages)}
        if page < pages:
            following = urlencode({**self.query, "page": page + 1})
            self.headers["Link"] = f'<{self.shop.home}{self.route_path}?{following}>; rel="next"'
        return rows

    def _admit(self, request: AnyRequest) -> None:
        trusted = self.shop.options.yes("forwarded_proto")
        https = request.url.scheme == "https" or (
            trusted and request.headers.get("x-forwarded-proto") == "https"
        )
        self.route_path = request.scope["path"]
        home = self.shop.home.replace("http://", "https://", 1) if https else self.shop.home
        authorization = request.headers.get("authorization", "")
        signed_path = "/" if "rest_route" in self.query else self.route_path
        self.shop.gate.admit(request.method, home + signed_path, self.query, authorization, https)

    def _decoded(self, request: AnyRequest, body: bytes) -> dict[str, Any]:
        if not body:
            return {}
        if "json" not in request.headers.get("content-type", ""):
            return dict(parse_qsl(body.decode("utf-8", "replace")))
        try:
            # Decimals stay texts: no price passes through a float.
            decoded = json.loads(body, parse_float=str)
        except ValueError:
            raise Refusal("rest_invalid_json", "Corps JSON non valide.", 400) from None
        return decoded if isinstance(decoded, dict) else {}


def only(value: Any, fields: str) -> Any:
    """`_fields`: WordPress filters whatever is answered, so a batch whose fields are not named becomes empty."""
    names = {name.strip().partition(".")[0] for name in fields.split(",")}
    if isinstance(value, list):
        return [only(item, fields) for item in value]
    if isinstance(value, dict):
        return {name: inner for name, inner in value.items() if name in names or name == "id"}
    return value


def endpoint(
    path: str, methods: Sequence[HttpMethod] = (HttpMethod.GET,)
) -> Callable[[Callable[[Call], Any]], HTTPRouteHandler]:
    """A route under wc/v3 (or another namespace, if `path` begins with /wp-json) from a function of the call. What it
    returns is the body, or (body, status)."""

    def build(work: Callable[[Call], Any]) -> HTTPRouteHandler:
        def handle(request: AnyRequest, body: RawBody) -> Response[bytes]:
            shop: Shop = request.app.state.shop
            headers: dict[str, str] = {}
            try:
                call = Call(shop, request, body)
                headers = call.headers
                found = work(call)
                status = 200
                if isinstance(found, tuple):
                    found, status = found
                if call.query.get("_fields"):
                    found = only(found, call.query["_fields"])
            except Refusal as refusal:
                found, status = refusal.body(), refusal.status
            content = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
            return Response(
                content, status_code=status, media_type="application/json; charset=UTF-8", headers=headers
            )

        handle.__name__ = work.__name__
        whole = path if path.startswith("/wp-json") else f"{NAMESPACE}{path}"
        return route(
            whole,
            http_method=list(methods),
            status_code=200,
            name=f"{whole} {', '.join(methods)}",
        )(threaded(handle))

    return build
