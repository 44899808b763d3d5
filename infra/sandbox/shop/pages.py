"""The frame of every page of the storefront: templates, menu, cart count."""

from pathlib import Path
from typing import Any

from litestar.params import URLEncodedBody
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.template import TemplateConfig

from sandbox.shop import cart as carts
from sandbox.shop import formats
from sandbox.shop.pictures import drawing
from sandbox.shop.rest import AnyRequest
from sandbox.shop.shelves import Shelves

HERE = Path(__file__).parent
Form = URLEncodedBody[dict[str, str]]
Context = dict[str, Any]


def _prepare(engine: JinjaTemplateEngine) -> None:
    engine.engine.globals.update(drawing=drawing)
    engine.engine.filters.update(
        money=formats.money,
        gross=formats.gross,
        percent=formats.percent,
        day=formats.day,
        safe_html=formats.safe_html,
        kilograms=formats.kilograms,
    )


TEMPLATES = TemplateConfig(directory=HERE / "templates", engine=JinjaTemplateEngine, engine_callback=_prepare)


def page(
    request: AnyRequest, name: str, status_code: int = 200, cookies: Any = None, **context: Any
) -> Template:
    """A template with what the frame of every page needs."""
    shelves = shelves_of(request)
    options = shelves.shop.options
    frame = {
        "title": options.get("title"),
        "tagline": options.get("tagline"),
        "menu": [shelf for shelf in shelves.categories() if shelf.parent == 0],
        "cart_count": carts.of(request).count if "cart" not in context else context["cart"].count,
        "path": request.url.path,
        "searched": request.query_params.get("q", ""),
    }
    return Template(name, context={**frame, **context}, status_code=status_code, cookies=cookies)


def shelves_of(request: AnyRequest) -> Shelves:
    state = request.app.state
    if "shelves" not in state:
        state["shelves"] = Shelves(state.shop)
    found: Shelves = state["shelves"]
    return found


def not_found(request: AnyRequest) -> Template:
    return page(request, "not_found.html", status_code=404)


def number_of(text: str | None, default: int) -> int:
    return int(text) if text and text.strip().isdigit() else default
