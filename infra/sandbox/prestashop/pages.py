"""The frame of every page: templates, and how prices are written."""

from pathlib import Path
from typing import Any

from litestar import Request
from litestar.datastructures import State
from litestar.params import URLEncodedBody
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.template import TemplateConfig

from sandbox.shop import formats

Asking = Request[Any, Any, State]
Form = URLEncodedBody[dict[str, str]]


def _prepare(engine: JinjaTemplateEngine) -> None:
    engine.engine.filters.update(money=formats.money, safe_html=formats.safe_html)


TEMPLATES = TemplateConfig(
    directory=Path(__file__).parent / "templates", engine=JinjaTemplateEngine, engine_callback=_prepare
)


def page(request: Asking, name: str, status_code: int = 200, **context: Any) -> Template:
    shop = request.app.state.shop
    frame = {"title": shop.configured("PS_SHOP_NAME"), "version": shop.version}
    return Template(name, context={**frame, **context}, status_code=status_code)
