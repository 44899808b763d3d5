"""REST routes of the catalogue: products, variations, categories, tags, brands, attributes."""

import sqlite3
from typing import Any

from litestar import HttpMethod
from litestar.handlers import HTTPRouteHandler

from sandbox.shop import attributes, batch, queries, terms
from sandbox.shop.product_fields import check_schema
from sandbox.shop.product_view import decode
from sandbox.shop.refusals import no_route
from sandbox.shop.rest import EDITING, Call, endpoint

JsonDict = dict[str, Any]
EDIT_OR_DELETE = [*EDITING, HttpMethod.DELETE]


@endpoint("/products")
def list_products(call: Call) -> Any:
    db, wanted = call.shop.database.read(), queries.products(call.query)
    rows, total = wanted.rows(db, "products")
    return call.page(
        [call.shop.view.product(db, decode(row)) for row in rows], total, wanted.per_page, wanted.page
    )


@endpoint("/products", [HttpMethod.POST])
def create_product(call: Call) -> Any:
    check_schema(call.body)
    with call.shop.database.write() as db:
        product = call.shop.catalogue.create(db, call.body)
        call.wrote()
        return call.shop.view.product(db, product), 201


@endpoint("/products/{number:int}")
def get_product(call: Call) -> Any:
    db = call.shop.database.read()
    return call.shop.view.product(db, call.shop.catalogue.get(db, call.id()))


@endpoint("/products/{number:int}", EDIT_OR_DELETE)
def edit_product(call: Call) -> Any:
    with call.shop.database.write() as db:
        if call.method == "DELETE":
            found = call.shop.catalogue.delete(db, call.id(), call.force)
        else:
            check_schema(call.body)
            found = call.shop.catalogue.update(db, call.id(), call.body)
        call.wrote()
        return call.shop.view.product(db, found)


@endpoint("/products/batch", EDITING)
def batch_products(call: Call) -> Any:
    catalogue, view = call.shop.catalogue, call.shop.view
    return batch.run(
        call,
        create=lambda db, body: view.product(db, catalogue.create(db, body)),
        update=lambda db, number, body: view.product(db, catalogue.update(db, number, body)),
        delete=lambda db, number: view.product(db, catalogue.delete(db, number, True)),
    )


@endpoint("/variations")
def list_all_variations(call: Call) -> Any:
    if not call.shop.options.has("variations_route"):
        raise no_route()
    return _variations(call, None)


@endpoint("/products/{parent:int}/variations")
def list_variations(call: Call) -> Any:
    call.shop.catalogue.parent(call.shop.database.read(), call.id("parent"))
    return _variations(call, call.id("parent"))


def _variations(call: Call, parent: int | None) -> Any:
    db, wanted = call.shop.database.read(), queries.variations(call.query, parent)
    rows, total = wanted.rows(db, "products")
    shown = [call.shop.view.variation(db, decode(row), parent is None) for row in rows]
    return call.page(shown, total, wanted.per_page, wanted.page)


@endpoint("/products/{parent:int}/variations", [HttpMethod.POST])
def create_variation(call: Call) -> Any:
    check_schema(call.body)
    with call.shop.database.write() as db:
        made = call.shop.catalogue.create_variation(db, call.id("parent"), call.body)
        call.wrote()
        return call.shop.view.variation(db, made), 201


@endpoint("/products/{parent:int}/variations/{number:int}")
def get_variation(call: Call) -> Any:
    db = call.shop.database.read()
    return call.shop.view.variation(db, call.shop.catalogue.variation(db, call.id("parent"), call.id()))


@endpoint("/products/{parent:int}/variations/{number:int}", EDIT_OR_DELETE)
def edit_variation(call: Call) -> Any:
    with call.shop.database.write() as db:
        if call.method == "DELETE":
            found = call.shop.catalogue.delete_variation(db, call.id("parent"), call.id(), call.force)
        else:
            check_schema(call.body)
            found = call.shop.catalogue.update_variation(db, call.id("parent"), call.id(), call.body)
        call.wrote()
        return call.shop.view.variation(db, found)


@endpoint("/products/{parent:int}/variations/batch", EDITING)
def batch_variations(call: Call) -> Any:
    catalogue, view, parent = call.shop.catalogue, call.shop.view, call.id("parent")
    return batch.run(
        call,
        create=lambda db, body: view.variation(db, catalogue.create_variation(db, parent, body)),
        update=lambda db, number, body: view.variation(
            db, catalogue.update_variation(db, parent, number, body)
        ),
        delete=lambda db, number: view.variation(db, catalogue.delete_variation(db, parent, number, True)),
    )


# --------------------------------------------------------------------------------------------------- terms


def _list_terms(call: Call, taxonomy: str) -> Any:
    wanted = queries.wanted(
        {"orderby": "title", "order": "asc", **call.query} if "orderby" not in call.query else call.query
    )
    wanted.demand("taxonomy = ?", taxonomy)
    for name in ("parent", "slug"):
        if call.query.get(name):
            wanted.demand(f"{name} = ?", call.query[name])
    if call.query.get("search"):
        wanted.demand("name LIKE ?", f"%{call.query['search']}%")
    db = call.shop.database.read()
    rows, total = wanted.rows(db, "terms")
    return call.page([terms.show(db, row) for row in rows], total, wanted.per_page, wanted.page)


def _edit_term(call: Call, taxonomy: str) -> Any:
    with call.shop.database.write() as db:
        if call.method == "DELETE":
            found = terms.delete(db, taxonomy, call.id(), call.force)
        else:
            found = terms.update(db, taxonomy, call.id(), call.body)
        call.wrote()
        return terms.show(db, found)


def _batch_terms(call: Call, taxonomy: str) -> Any:
    return batch.run(
        call,
        create=lambda db, body: terms.show(db, terms.create(db, taxonomy, body)),
        update=lambda db, number, body: terms.show(db, terms.update(db, taxonomy, number, body)),
        delete=lambda db, number: terms.show(db, terms.delete(db, taxonomy, number, True)),
    )


def _create_term(call: Call, taxonomy: str) -> Any:
    with call.shop.database.write() as db:
        made = terms.show(db, terms.create(db, taxonomy, call.body))
        call.wrote()
        return made, 201


def _term_routes(name: str, taxonomy: str) -> list[HTTPRouteHandler]:
    """List, create, show, edit and batch of one taxonomy; brands only exist where the shop has them."""
    path = f"/products/{name}"

    def there(call: Call) -> str:
        if name == "brands" and not call.shop.options.has("brands"):
            raise no_route()
        return taxonomy

    def show(call: Call) -> Any:
        db = call.shop.database.read()
        return terms.show(db, terms.get(db, there(call), call.id()))

    return [
        endpoint(path)(lambda call: _list_terms(call, there(call))),
        endpoint(path, [HttpMethod.POST])(lambda call: _create_term(call, there(call))),
        endpoint(f"{path}/batch", EDITING)(lambda call: _batch_terms(call, there(call))),
        endpoint(path + "/{number:int}")(show),
        endpoint(path + "/{number:int}", EDIT_OR_DELETE)(lambda call: _edit_term(call, there(call))),
    ]


# ---------------------------------------------------------------------------------------------- attributes


@endpoint("/products/attributes")
def list_attributes(call: Call) -> Any:
    return [
        attributes.show(row)
        for row in call.shop.database.read().execute("SELECT * FROM attributes ORDER BY id")
    ]


@endpoint("/products/attributes", [HttpMethod.POST])
def create_attribute(call: Call) -> Any:
    with call.shop.database.write() as db:
        made = attributes.create(db, call.body)
        call.wrote()
        return attributes.show(made), 201


@endpoint("/products/attributes/{number:int}", [HttpMethod.DELETE])
def delete_attribute(call: Call) -> Any:
    with call.shop.database.write() as db:
        call.wrote()
        return attributes.show(attributes.delete(db, call.id(), call.force))


def _taxonomy(db: sqlite3.Connection, call: Call) -> str:
    return attributes.taxonomy_of(attributes.get(db, call.id("attribute")))


@endpoint("/products/attributes/{attribute:int}/terms")
def list_attribute_terms(call: Call) -> Any:
    return _list_terms(call, _taxonomy(call.shop.database.read(), call))


@endpoint("/products/attributes/{attribute:int}/terms", [HttpMethod.POST])
def create_attribute_term(call: Call) -> Any:
    return _create_term(call, _taxonomy(call.shop.database.read(), call))


@endpoint("/products/attributes/{attribute:int}/terms/batch", EDITING)
def batch_attribute_terms(call: Call) -> Any:
    return _batch_terms(call, _taxonomy(call.shop.database.read(), call))


ROUTES: list[HTTPRouteHandler] = [
    list_products, create_product, get_product, edit_product, batch_products,
    list_all_variations, list_variations, create_variation, get_variation, edit_variation, batch_variations,
    list_attributes, create_attribute, delete_attribute,
    list_attribute_terms, create_attribute_term, batch_attribute_terms,
    *(handler for name, taxonomy in terms.ROUTES.items() for handler in _term_routes(name, taxonomy)),
]  # fmt: skip
