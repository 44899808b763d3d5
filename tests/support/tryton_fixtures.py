"""Fixtures of the Tryton tests: one running Tryton per test file, its merchant, a connector, a few articles.

Give a test file those it needs, under their names: `erp, server = given.erp, given.server` (given: this module).
"""

from collections.abc import Iterator

import pytest

from raccord_connectors.erp.tryton import Tryton as Connector
from support.tryton_merchant import CreatedProduct, Merchant
from support.tryton_orders import connect
from support.tryton_server import Tryton, tryton


@pytest.fixture(scope="module")
def server() -> Iterator[Tryton]:
    with tryton() as running:
        yield running


@pytest.fixture(scope="module")
def merchant(server: Tryton) -> Merchant:
    return server.manager


@pytest.fixture(scope="module")
def erp(server: Tryton) -> Iterator[Connector]:
    connector = connect(server)
    yield connector
    connector.close()


@pytest.fixture(scope="module")
def tea(merchant: Merchant) -> CreatedProduct:
    """5.5 % of VAT, 500 in stock in Lyon."""
    made = merchant.create_product("THE", "Thé noir", "8.40", tax="TVA 5,5")
    merchant.set_stock(made.products[0], "500")
    return made


@pytest.fixture(scope="module")
def pot(merchant: Merchant) -> CreatedProduct:
    """20 % of VAT, none in stock."""
    return merchant.create_product("POT", "Théière", "49.90", tax="TVA 20")


@pytest.fixture(scope="module")
def customer(merchant: Merchant) -> str:
    """The code of a party with an address."""
    party = merchant.create_party("Salon Mercière", email="salon@example.org")
    return str(merchant.one("party.party", ["id", "=", party], fields=["code"])["code"])
