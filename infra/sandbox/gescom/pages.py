"""The GesCom's pages: what is shown. What is done is in `actions`."""

from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.params import FromQuery
from litestar.response import Template

from sandbox.gescom.views import KINDS, PAGE, Views

Asked = Request[Any, Any, Any]


def _page(name: str, menu: str, request: Asked, **values: Any) -> Template:
    """`dit` and `refus` are what the last button said: they travel in the address, see `actions`."""
    told = {
        "menu": menu,
        "societe": _views(request).company(),
        "dit": request.query_params.get("dit", ""),
        "refus": request.query_params.get("refus", ""),
    }
    return Template(f"{name}.html", context={**told, **values})


def _views(request: Asked) -> Views:
    views: Views = request.app.state.views
    return views


def _missing(said: str) -> Response[str]:
    return Response(said, status_code=404, media_type=MediaType.TEXT)


@get("/", sync_to_thread=True)
def front(request: Asked) -> Template:
    views = _views(request)
    return _page(
        "accueil",
        "accueil",
        request,
        chiffres=views.counts(),
        documents=views.documents("", "")[:10],
        mouvements=views.movements(limit=8),
    )


@get("/articles", sync_to_thread=True)
def articles(
    request: Asked,
    q: FromQuery[str] = "",
    famille: FromQuery[str] = "",
    etat: FromQuery[str] = "",
    feuille: FromQuery[int] = 1,
) -> Template:
    views, feuille = _views(request), max(1, feuille)
    rows, count = views.articles(q, famille, etat, feuille)
    return _page(
        "articles",
        "articles",
        request,
        lignes=rows,
        nombre=count,
        q=q,
        famille=famille,
        etat=etat,
        feuille=feuille,
        feuilles=max(1, -(-count // PAGE)),
        familles=views.families(),
        copie=views.has_copy(),
    )


@get("/articles/nouveau", sync_to_thread=True)
def new_article(request: Asked) -> Template:
    return _page("article_nouveau", "articles", request, familles=_views(request).families())


@get("/article", sync_to_thread=True)
def article(request: Asked, ref: FromQuery[str]) -> Template | Response[str]:
    """References hold slashes and spaces: they travel as a parameter, not in the path."""
    found = _views(request).article(ref)
    return (
        _page("article", "articles", request, a=found)
        if found
        else _missing(f"L’article {ref} n’existe pas.")
    )


@get("/clients", sync_to_thread=True)
def customers(request: Asked, q: FromQuery[str] = "") -> Template:
    return _page("clients", "clients", request, lignes=_views(request).customers(q), q=q)


@get("/client", sync_to_thread=True)
def customer(request: Asked, code: FromQuery[str]) -> Template | Response[str]:
    found = _views(request).customer(code)
    return (
        _page("client", "clients", request, c=found) if found else _missing(f"Le client {code} n’existe pas.")
    )


@get("/documents", sync_to_thread=True)
def documents(request: Asked, q: FromQuery[str] = "", genre: FromQuery[str] = "") -> Template:
    kinds = {str(kind): title for kind, title in KINDS.items() if kind < 7}
    rows = _views(request).documents(genre, q)
    return _page("documents", "documents", request, lignes=rows, q=q, genre=genre, genres=kinds)


@get("/document", sync_to_thread=True)
def document(request: Asked, piece: FromQuery[str]) -> Template | Response[str]:
    found = _views(request).document(piece)
    if found is None:
        return _missing(f"Le document {piece} n’existe plus sous ce numéro : il a été transformé ou annulé.")
    return _page("document", "documents", request, d=found, modes=_views(request).methods())


@get("/mouvements", sync_to_thread=True)
def movements(request: Asked, ref: FromQuery[str] = "") -> Template:
    return _page("mouvements", "mouvements", request, lignes=_views(request).movements(ref), ref=ref)


ROUTES = [
    front, articles, new_article, article, customers, customer, documents, document, movements,
]  # fmt: skip
