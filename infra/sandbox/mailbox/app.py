"""The mailbox's pages, in French and English: a list and one mail, for one machine."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from litestar import Litestar, MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.static_files import create_static_files_router
from litestar.template.config import TemplateConfig

from sandbox.mailbox.letters import Letter, Letters

HOME = Path(__file__).parent
HOSTS = ("127.0.0.1", "localhost")
OWN = "default-src 'self'; frame-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'"
OF_A_MAIL = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: http://127.0.0.1:*; sandbox allow-popups"
)
"""Whatever a mail holds, it runs nothing and sends nothing."""


@get("/", media_type=MediaType.HTML)
async def inbox(state: State) -> Template:
    return Template("inbox.html", context={"letters": state["letters"].every()})


@get("/mail/{letter:str}", media_type=MediaType.HTML)
async def mail(state: State, letter: FromPath[str]) -> Template:
    return Template("mail.html", context={"letter": _found(state, letter)})


@get("/mail/{letter:str}/body", media_type=MediaType.HTML)
async def body(state: State, letter: FromPath[str]) -> Response[str]:
    found = _found(state, letter)
    return Response(found.html or found.text, headers={"Content-Security-Policy": OF_A_MAIL})


def _found(state: State, letter: str) -> Letter:
    found: Letter | None = state["letters"].one(letter)
    if found is None:
        raise NotFoundException
    return found


def _own_pages_only(request: Request[Any, Any, Any]) -> Response[str] | None:
    """A page of another site must not read us under a name of its own."""
    if request.headers.get("host", "").partition(":")[0] in HOSTS:
        return None
    return Response(
        "Refused: this mailbox answers on this machine only.", status_code=403, media_type=MediaType.TEXT
    )


def _with_policy(response: Response[Any]) -> Response[Any]:
    response.headers.setdefault("Content-Security-Policy", OWN)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def create_app(letters: Letters) -> Litestar:
    environment = Environment(loader=FileSystemLoader(HOME / "templates"), autoescape=select_autoescape())
    return Litestar(
        [inbox, mail, body, create_static_files_router("/static", [HOME / "static"], name="static")],
        template_config=TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment)),
        state=State({"letters": letters}),
        before_request=_own_pages_only,
        after_request=_with_policy,
        openapi_config=None,
    )
