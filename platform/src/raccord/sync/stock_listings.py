"""Which listings a movement of stock changes: articles that are in the shop only while they can be sold, and rules that read
stock. Level-triggered: what is told from the state of now, not from the movement.
"""

from collections.abc import Sequence

from raccord.core.conditions import enough
from raccord.storage import projections
from raccord.storage.marks import mark
from raccord.storage.projections import Bound, Route
from raccord.sync.mappings import Compiled
from raccord.sync.ports import Orders
from raccord.sync.stocks import Stocks


async def mark_listings(route: Route, compiled: Compiled, items: Sequence[str], orders: Orders) -> bool:
    """In the tenant's transaction, after the stock of these items moved, or sales of them. False when nothing is to be
    projected. No more is marked than can change: a thousand pieces that become nine hundred change no listing."""
    if not compiled.reads_stock:
        return False
    stocks = Stocks(route, compiled.settings)
    affected = await stocks.affected(items)
    await stocks.load(affected, orders)
    products = {item: stocks.product_of(item) for item in affected}
    bound = await projections.bindings(route.channel, "listings", sorted(set(products.values())))
    moved = set()
    if compiled.projection.reads_stock or compiled.publication.formula_reads_stock:
        moved = {products[item] for item in items if item in products}
    for item, product in products.items():
        for least in compiled.publication.in_stock:
            sells = enough(stocks.sellable(item), least)
            if sells is not None and sells != _is_shown(bound.get(product)):
                moved.add(product)
    await mark(route.tenant, route.channel, "listings", moved)
    return bool(moved)


def _is_shown(bound: Bound | None) -> bool:
    """As far as it is up to us: a withdrawal that waits for a person is one."""
    return bound is not None and bound.desired is not None and bound.leaving is None
