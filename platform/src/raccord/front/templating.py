"""Jinja: where templates are, and what every page can use."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from litestar import Request
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template

from raccord.front.i18n import LANGUAGES, Formats, language_of, translations
from raccord.front.links import quoted

NOT_KEPT = {"Cache-Control": "no-store", "Vary": "HX-Request"}
"""Nobody who comes after us at this machine leafs back to a merchant's orders; and one address may be asked for a page or
for a part of it."""


def frontend_dir() -> Path:
    """Inside the wheel it lies in the package; in a checkout beside `platform/`."""
    packaged = Path(__file__).parent.parent / "frontend"
    return packaged if packaged.exists() else Path(__file__).parents[4] / "frontend"


def htmx_dir() -> Path:
    """htmx as npm installed it (`make setup`); in the wheel it lies with our own static files. Where there was no npm, pages
    work all the same: every form and link does without it, only nothing updates by itself."""
    installed = frontend_dir() / "node_modules" / "htmx.org" / "dist"
    return installed if installed.exists() else frontend_dir() / "static"


def template_engine() -> JinjaTemplateEngine:
    environment = Environment(
        loader=FileSystemLoader(frontend_dir() / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,  # a misspelt name fails the page's test instead of showing nothing
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["quoted"] = quoted
    return JinjaTemplateEngine.from_environment(environment)


def is_fragment(request: Request[Any, Any, Any]) -> bool:
    """Whether htmx asks for a part of the page, to put it where it belongs; not when it restores a whole one."""
    headers = request.headers
    return "hx-request" in headers and "hx-history-restore-request" not in headers


def page(
    request: Request[Any, Any, Any],
    template: str,
    *,
    status: int = 200,
    timezone: str = "Europe/Paris",
    **context: Any,
) -> Template:
    """A page or a fragment in the reader's language. Every template gets `_`, `ngettext`, `pgettext`, `formats`, `language`,
    `person`, `access` (None outside of a tenant), `at` (the address of a place in the tenant), `now`, `path`, and `done`:
    what the person has just done, to be confirmed at the top of the page."""
    language = language_of(request)
    texts = translations(language, frontend_dir() / "locale")
    access = getattr(request.state, "access", None)
    shared = {
        "_": texts.gettext,
        "ngettext": texts.ngettext,
        "pgettext": texts.pgettext,
        "formats": Formats(language, timezone),
        "language": language,
        "languages": LANGUAGES,
        "person": request.scope.get("user"),
        "access": access,
        "at": lambda place: f"/t/{access.tenant}/{place}" if access else "/",
        "done": request.query_params.get("done", ""),
        "fragment": is_fragment(request),
        "now": datetime.now(UTC),
        "path": request.url.path,
    }
    return Template(
        template_name=template, context={**shared, **context}, status_code=status, headers=NOT_KEPT
    )
