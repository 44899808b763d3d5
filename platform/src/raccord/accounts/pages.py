"""Sign-in, sign-out, language."""

from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect, Template
from msgspec import Struct

from raccord.accounts import repository, service
from raccord.accounts.errors import AccountError
from raccord.accounts.models import Person
from raccord.accounts.sessions import renew
from raccord.front.i18n import COOKIE, LANGUAGES, language_of
from raccord.front.security import PUBLIC
from raccord.front.templating import page
from raccord.storage.engine import untenanted_transaction

Form = Body(media_type=RequestEncodingType.URL_ENCODED)


class SignIn(Struct):
    email: str
    password: str
    next: str = "/"


class Language(Struct):
    language: str
    next: str = "/"


@get("/sign-in", opt=PUBLIC)
async def sign_in_page(request: Request[Any, Any, Any]) -> Template:
    return page(
        request,
        "accounts/sign_in.html",
        problem=None,
        email="",
        next=local(request.query_params.get("next", "/")),
    )


@post("/sign-in", opt=PUBLIC)
async def sign_in(request: Request[Any, Any, Any], data: Annotated[SignIn, Form]) -> Response[Any]:
    address = request.client.host if request.client else ""
    try:
        person = await service.sign_in(data.email, data.password, address)
    except AccountError as refused:
        problem = refused.message.text(language_of(request))
        return page(
            request,
            "accounts/sign_in.html",
            status=422,
            problem=problem,
            email=data.email,
            next=local(data.next),
        )
    await renew(request)
    request.set_session({"account": str(person.id)})
    return Redirect(local(data.next), status_code=303)


@post("/sign-out")
async def sign_out(request: Request[Person, Any, Any]) -> Redirect:
    await renew(request)
    request.clear_session()
    return Redirect("/sign-in", status_code=303)


@post("/language", opt=PUBLIC)
async def choose_language(request: Request[Any, Any, Any], data: Annotated[Language, Form]) -> Response[Any]:
    """The cookie serves strangers; a person's choice is kept with the account and follows to other machines."""
    chosen = data.language if data.language in LANGUAGES else "fr"
    account = request.session.get("account")
    if account:
        async with untenanted_transaction():
            await repository.set_language(account, chosen)
    answer = Redirect(local(data.next), status_code=303)
    answer.set_cookie(key=COOKIE, value=chosen, max_age=31_536_000, samesite="lax")
    return answer


def local(path: str) -> str:
    """Only ever a path of ours: no open redirect by `//elsewhere` or a full address."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


ROUTES = [sign_in_page, sign_in, sign_out, choose_language]
