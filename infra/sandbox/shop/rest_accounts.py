"""REST routes of the customers' accounts."""

from typing import Any

from litestar import HttpMethod
from litestar.handlers import HTTPRouteHandler

from sandbox.shop import accounts, batch
from sandbox.shop.product_view import decode
from sandbox.shop.rest import EDITING, Call, endpoint


@endpoint("/customers")
def list_customers(call: Call) -> Any:
    wanted = accounts.wanted(call.query)
    rows, total = wanted.rows(call.shop.database.read(), "customers")
    return call.page([accounts.show(decode(row)) for row in rows], total, wanted.per_page, wanted.page)


@endpoint("/customers", [HttpMethod.POST])
def create_customer(call: Call) -> Any:
    with call.shop.database.write() as db:
        made = call.shop.accounts.create(db, call.body)
        call.wrote()
        return accounts.show(made), 201


@endpoint("/customers/{number:int}")
def get_customer(call: Call) -> Any:
    return accounts.show(call.shop.accounts.get(call.shop.database.read(), call.id()))


@endpoint("/customers/{number:int}", [*EDITING, HttpMethod.DELETE])
def edit_customer(call: Call) -> Any:
    with call.shop.database.write() as db:
        if call.method == "DELETE":
            found = call.shop.accounts.delete(db, call.id(), call.force)
        else:
            found = call.shop.accounts.update(db, call.id(), call.body)
        call.wrote()
        return accounts.show(found)


@endpoint("/customers/batch", EDITING)
def batch_customers(call: Call) -> Any:
    known = call.shop.accounts
    return batch.run(
        call,
        create=lambda db, body: accounts.show(known.create(db, body)),
        update=lambda db, number, body: accounts.show(known.update(db, number, body)),
        delete=lambda db, number: accounts.show(known.delete(db, number, True)),
    )


ROUTES: list[HTTPRouteHandler] = [
    list_customers, create_customer, get_customer, edit_customer, batch_customers,
]  # fmt: skip
