"""A batch of items whose stock, or sales, changed: how much of each may be sold, and of the kits that contain them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from raccord.core.channel import ChannelSettings
from raccord.core.projection import availability
from raccord.core.stock_rule import Sellable, explain
from raccord.storage import projections, trials
from raccord.storage.projections import Bound, Desire, Mark, Route
from raccord.sync import desires
from raccord.sync.ports import Orders
from raccord.sync.project_listings import is_due
from raccord.sync.stocks import Stocks as Stocks
from raccord_connectors.canonical import Availability, encode, fingerprint
from raccord_connectors.contract import Problem, Text

UNKNOWN_STOCK = Text(
    "projection.unknown_stock",
    "Article {item} : la gestion ne connaît pas son stock ({reason}). La boutique garde la quantité qu’elle a ; saisissez un "
    "stock dans la gestion.",
    "Article {item}: the ERP does not know its stock ({reason}). The shop keeps the quantity that it has; enter a stock in "
    "the ERP.",
)


async def project_availability(
    route: Route,
    settings: ChannelSettings,
    marks: Sequence[Mark],
    orders: Orders,
    trial: ChannelSettings | None = None,
) -> bool:
    """In the tenant's transaction. Tells whether something is to be pushed now. `trial`: what the items on trial follow; of a
    channel that is not on air, there are no others.

    Only items that the shop has are given a quantity; the others are looked at for the kits that they are in."""
    since = {mark.key: mark.since for mark in marks}
    world = Stocks(route, settings)
    affected = await world.affected(list(since))
    bound = await projections.lock_bindings(route.channel, "availability", affected)
    wanted = [item for item, one in bound.items() if one.target is not None]
    tried = await trials.among(route.channel, "availability", wanted) if trial is not None else set()
    if route.state != "live":
        wanted = [item for item in wanted if item in tried]
    if not wanted:
        return False
    await world.load(wanted, orders)
    worlds = dict.fromkeys(wanted, world)
    if tried and trial is not None:
        other = Stocks(route, trial)
        await other.load(sorted(tried), orders)
        worlds |= dict.fromkeys(tried, other)
    first = min(since.values())
    decided = [
        desire
        for item in wanted
        if (desire := decide(worlds[item], item, bound[item], since.get(item, first))) is not None
    ]
    await projections.save_desires(route.tenant, route.channel, "availability", decided)
    new = {desire.key: desire for desire in decided}
    return any(
        new[item].desired_print not in (None, one.pushed_print) if item in new else is_due(one)
        for item, one in bound.items()
    )


def decide(world: Stocks, item: str, bound: Bound, since: datetime) -> Desire | None:
    """None when the binding stays as it is."""
    sellable = world.sellable(item)
    left = world.sold_out(item)
    if left is not None:
        record: Availability | None = Availability(key=item, quantity=Decimal(0), product=left)
    else:
        record = availability(item, world.product_of(item), sellable, backorders=world.backorders)
    former = desires.unpack(bound.problem)
    if record is None:
        problem = None if not sellable.tracked or not world.is_there(item) else _unknown(item, sellable)
        # Nothing is pushed that is not known; what was about to be is taken back.
        print_ = None if bound.pushed is None else UUID(bytes=fingerprint(bound.pushed.encode()))
        if bound.desired_print == print_ and former == problem:
            return None
        return Desire(item, bound.pushed, print_, since, desires.pack(problem), False, None, True)
    data = encode(record)
    print_ = UUID(bytes=fingerprint(data))
    if bound.desired_print == print_ and (former is None or former.message.code != UNKNOWN_STOCK.code):
        return None
    return Desire(item, data.decode(), print_, since, None, False, None, renewed=True)


def _unknown(item: str, sellable: Sellable) -> Problem:
    why = explain(sellable)
    filled = UNKNOWN_STOCK.fill(item=item, reason=why.en)
    french = UNKNOWN_STOCK.fill(item=item, reason=why.fr)
    return Problem("rejected", msgspec.structs.replace(filled, fr=french.fr), field="quantity")
