"""An order is written once, whatever breaks on the way and whoever else writes."""

from decimal import Decimal as D
from itertools import count

import pytest
from msgspec.structs import replace

from raccord_connectors.contract import TransientError
from raccord_connectors.erp.tryton import Tryton as Connector
from support import tryton_fixtures as given
from support.tryton_merchant import CreatedProduct, Merchant
from support.tryton_orders import LYON, CrashAt, connect, line, numbers, order, write
from support.tryton_server import Tryton

pytestmark = pytest.mark.counterpart
customer, erp, merchant, pot, server = given.customer, given.erp, given.merchant, given.pot, given.server


@pytest.mark.parametrize("done", [False, True], ids=["before the step", "after the step"])
def test_a_crash_at_any_step_is_repaired_by_writing_the_same_draft_again(
    server: Tryton, erp: Connector, merchant: Merchant, customer: str, pot: CreatedProduct, done: bool
) -> None:
    steps = []
    for number in count(1):
        place = replace(
            LYON, line1=f"{next(numbers)} rue des Tables-Claudiennes"
        )  # an address to create as well
        draft = order(customer, line(pot.key, "1", "8.33", "1.66"), billing=place)
        line_that_breaks = CrashAt(number, done=done)
        dying = connect(server, line_that_breaks)
        try:
            assert write(dying, draft).done
            assert not line_that_breaks.crashed
            break  # no step is left to crash at
        except TransientError:
            steps.append(line_that_breaks.crashed)
        assert write(erp, draft).done
        (sale,) = merchant.sales(draft.key)
        assert ("processing", D("9.99")) == (sale["state"], sale["total_amount"]), f"after {steps[-1]}"
        assert (1, 1) == (len(sale["shipments"]), len(sale["invoices"]))
    assert [
        "party.address.create",
        "sale.sale.create",
        "sale.sale.quote",
        "sale.sale.confirm",
    ] == steps


def test_two_writers_at_once_leave_one_sale(
    erp: Connector, merchant: Merchant, customer: str, pot: CreatedProduct
) -> None:
    """As if another agent had created its draft in the same instant."""
    draft = order(customer, line(pot.key, "1", "49.90", "9.98"))
    party = merchant.one("party.party", ["code", "=", customer])["id"]
    twins = [merchant.create_sale(party, pot.products[0], "1", "1.00") for _ in range(2)]
    merchant.write("sale.sale", twins, reference=draft.key, shipment_cost_method=None)
    outcome = write(erp, draft)
    assert str(twins[0]) == outcome.target
    assert ["processing", "cancelled"] == [sale["state"] for sale in merchant.sales(draft.key)]
