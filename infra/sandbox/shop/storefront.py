"""The pages that show what there is: home, categories, search, product."""

from typing import Any

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from sandbox.shop.pages import Context, not_found, page, shelves_of
from sandbox.shop.rest import AnyRequest
from sandbox.shop.shelves import PER_PAGE, Shelf, Shelves, dimensions, for_search_engines
from sandbox.shop.threads import threaded


@get("/")
@threaded
def home(request: AnyRequest) -> Template:
    shelves = shelves_of(request)
    tops = [shelf for shelf in shelves.categories() if shelf.parent == 0]
    return page(request, "home.html", cards=shelves.newest(12), tops=tops)


@get("/boutique")
@threaded
def everything(request: AnyRequest, page_number: FromQuery[int] = 1) -> Template:
    cards, total = shelves_of(request).all(max(1, page_number))
    return _listing(request, "Toute la boutique", cards, total, page_number)


@get("/categorie/{slug:str}")
@threaded
def category(request: AnyRequest, slug: FromPath[str], page_number: FromQuery[int] = 1) -> Template:
    shelves = shelves_of(request)
    shelf = next((found for found in shelves.categories() if found.slug == slug), None)
    if shelf is None:
        return not_found(request)
    cards, total = shelves.of_category(shelf, max(1, page_number))
    parents = _path(shelves, shelf)
    children = [s for s in shelves.categories() if s.parent == shelf.id]
    return _listing(request, shelf.name, cards, total, page_number, parents=parents, children=children)


@get("/recherche")
@threaded
def search(request: AnyRequest, q: FromQuery[str] = "", page_number: FromQuery[int] = 1) -> Template:
    cards, total = shelves_of(request).search(q, max(1, page_number)) if q.strip() else ([], 0)
    return _listing(request, f"« {q} »", cards, total, page_number, query=q)


def _listing(
    request: AnyRequest, heading: str, cards: Any, total: int, number: int, **context: Any
) -> Template:
    pages = max(1, -(-total // PER_PAGE))
    return page(
        request,
        "listing.html",
        heading=heading,
        cards=cards,
        total=total,
        number=number,
        pages=pages,
        **context,
    )


def _path(shelves: Shelves, shelf: Shelf) -> list[Shelf]:
    """The categories above this one, root first."""
    by_id, above = {s.id: s for s in shelves.categories()}, shelf.parent
    found: list[Shelf] = []
    while above in by_id and by_id[above] not in found:
        found.insert(0, by_id[above])
        above = by_id[above].parent
    return found


@get("/produit/{slug:str}")
@threaded
def product(request: AnyRequest, slug: FromPath[str], choix: FromQuery[int] = 0) -> Template:
    shelves = shelves_of(request)
    found = shelves.by_slug(slug)
    if found is None:
        return not_found(request)
    db = shelves.shop.database.read()
    offers = shelves.offers(db, found)
    chosen = next((o for o in offers if o["id"] == choix), None) or next(
        (o for o in offers if o["available"]), None
    )
    chosen = chosen or (offers[0] if offers else None)
    pictures = shelves.pictures(db, found)
    if chosen is not None and chosen["id"] != found["id"]:
        pictures = shelves.pictures(db, chosen) + pictures
    kind = shelves.kind(db, found)
    shelf = next((s for s in shelves.categories() if s.name == kind), None)
    return page(
        request,
        "product.html",
        product=found,
        card=shelves.card(db, found),
        chosen=chosen,
        pills=_pills(shelves.axes(found, offers), offers, chosen),
        pictures=pictures,
        features=shelves.features(found),
        unit=shelves.shop.options.get("weight_unit"),
        brands=shelves.words(db, found, "product_brand"),
        tags=shelves.words(db, found, "product_tag"),
        sides=dimensions(chosen or found, found),
        sides_unit=shelves.shop.options.get("dimension_unit"),
        related=shelves.related(db, found),
        seo=for_search_engines(found),
        parents=[*_path(shelves, shelf), shelf] if shelf else [],
        added=request.query_params.get("ajoute") == "1",
        problem=request.query_params.get("probleme", ""),
    )


def _pills(axes: dict[str, list[str]], offers: list[Any], chosen: Any) -> dict[str, list[Context]]:
    """Axis → its values, each with the offer that choosing it leads to: the one that keeps most of the other choices."""
    found: dict[str, list[Context]] = {}
    now = chosen["choices"] if chosen else {}
    for axis, values in axes.items():
        for value in values:
            wanted = {**now, axis: value}
            fits = [offer for offer in offers if offer["choices"].get(axis) == value]
            best = max(
                fits, key=lambda o: (sum(o["choices"].get(a) == v for a, v in wanted.items()), o["available"])
            )
            entry = {
                "value": value,
                "offer": best["id"],
                "on": now.get(axis) == value,
                "available": best["available"],
            }
            found.setdefault(axis, []).append(entry)
    return found


ROUTES: list[HTTPRouteHandler] = [home, everything, category, search, product]
