"""The GesCom's screen: a small web application in French, for one machine."""

from pathlib import Path
from typing import Any

from litestar import Litestar, MediaType, Request, Response
from litestar.datastructures import State
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.static_files import create_static_files_router
from litestar.template.config import TemplateConfig

from sandbox.gescom import actions, formats, pages, pictures, store
from sandbox.gescom.business import GesCom
from sandbox.gescom.views import Views

HOME = Path(__file__).parent
HOSTS = ("127.0.0.1", "localhost")


def create_app(data: Path) -> Litestar:
    """The application on the GesCom in folder `data`, already seeded."""
    photos = data / pictures.FOLDER
    photos.mkdir(parents=True, exist_ok=True)
    templates = JinjaTemplateEngine.from_environment(formats.environment(HOME / "templates"))
    return Litestar(
        [
            *pages.ROUTES,
            *actions.ROUTES,
            create_static_files_router("/static", [HOME / "static"], name="static"),
            create_static_files_router("/photos", [photos], name="photos"),
        ],
        template_config=TemplateConfig(engine=templates),
        state=State({"gescom": GesCom(data / store.FILE), "views": Views(data / store.FILE)}),
        before_request=_own_pages_only,
        openapi_config=None,
    )


def _own_pages_only(request: Request[Any, Any, Any]) -> Response[str] | None:
    """A page of another site must neither press our buttons nor read us under a name of its own."""
    if request.headers.get("host", "").partition(":")[0] not in HOSTS:
        return _refused("Refusé : cet écran ne répond que sur cette machine.")
    if request.method == "POST" and request.headers.get("sec-fetch-site", "same-origin") not in (
        "same-origin",
        "none",
    ):
        return _refused("Refusé : la demande vient d’un autre site.")
    return None


def _refused(said: str) -> Response[str]:
    return Response(said, status_code=403, media_type=MediaType.TEXT)
