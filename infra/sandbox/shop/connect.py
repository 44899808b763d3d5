"""`wc-auth`: the page where the shop's owner allows an application, and the keys that it then receives.

Simulated shops accept a callback on plain HTTP on loopback; WooCommerce demands HTTPS.
"""

from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import URLEncodedBody
from litestar.response import Redirect, Template

from sandbox.shop.gate import new_key
from sandbox.shop.rest import AnyRequest
from sandbox.shop.shop import Shop
from sandbox.shop.threads import threaded

NEEDED = ("app_name", "user_id", "return_url", "callback_url", "scope")
SCOPES = {"read": "consulter", "write": "modifier", "read_write": "consulter et modifier"}
Form = URLEncodedBody[dict[str, str]]


@get("/wc-auth/v1/authorize", name="authorize")
@threaded
def authorize(request: AnyRequest) -> Template | Response[str]:
    asked = {name: str(request.query_params.get(name) or "") for name in NEEDED}
    problem = _problem(asked)
    if problem:
        return Response(f"Erreur : {problem}", status_code=400, media_type="text/plain; charset=utf-8")
    return Template("authorize.html", context={"asked": asked, "rights": SCOPES[asked["scope"]]})


@post("/wc-auth/v1/authorize", name="authorized")
@threaded
def authorized(request: AnyRequest, data: Form) -> Redirect | Response[str]:
    asked = {name: data.get(name, "") for name in NEEDED}
    problem = _problem(asked)
    if problem:
        return Response(f"Erreur : {problem}", status_code=400, media_type="text/plain; charset=utf-8")
    if data.get("decision") != "approve":
        return _back(asked, success=False)
    shop: Shop = request.app.state.shop
    key = new_key(shop.database, asked["app_name"], asked["scope"])
    body: dict[str, Any] = {
        "key_id": 1,
        "user_id": asked["user_id"],
        "consumer_key": key.consumer_key,
        "consumer_secret": key.consumer_secret,
        "key_permissions": key.permissions,
    }
    try:
        with httpx.Client(trust_env=False, timeout=10) as client:
            delivered = client.post(asked["callback_url"], json=body).is_success
    except httpx.HTTPError:
        delivered = False
    if not delivered:  # no key is kept, and the owner sees an error
        with shop.database.write() as db:
            db.execute("DELETE FROM api_keys WHERE consumer_key = ?", (key.consumer_key,))
        return Response(
            "Erreur : l’application n’a pas reçu la clé.",
            status_code=500,
            media_type="text/plain; charset=utf-8",
        )
    return _back(asked, success=True)


def _back(asked: dict[str, str], *, success: bool) -> Redirect:
    joined = "&" if urlsplit(asked["return_url"]).query else "?"
    return Redirect(
        f"{asked['return_url']}{joined}{urlencode({'success': int(success), 'user_id': asked['user_id']})}"
    )


def _problem(asked: dict[str, str]) -> str:
    missing = [name for name, value in asked.items() if not value]
    if missing:
        return f"paramètre manquant : {', '.join(missing)}."
    if asked["scope"] not in SCOPES:
        return "le périmètre demandé n’est pas valide."
    callback = urlsplit(asked["callback_url"])
    if callback.scheme != "https" and callback.hostname not in ("127.0.0.1", "localhost"):
        return "l’adresse de rappel doit être en HTTPS."
    return ""


ROUTES: list[HTTPRouteHandler] = [authorize, authorized]
