"""From the shop to the snapshot: its customers' accounts, as they are when they are asked. What is new or changed marks the ERP's
customer that it is; an account that nobody has recognised yet is recognised by the rules that recognise buyers, or waits for its
first order. No account makes a customer by itself.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from raccord.core.channel import ChannelSettings
from raccord.customers import accounts, repository, shop_repository
from raccord.customers.models import STREAM, CustomerRoute
from raccord.orders import known_customers
from raccord.storage.engine import tenant_transaction
from raccord.storage.marks import mark
from raccord.sync.ports import Shops
from raccord_connectors.canonical import Customer, encode, fingerprint
from raccord_connectors.contract import EVERYTHING, Can, ConnectorSpec, Page, Selection

WHOLE_EVERY = 24 * 3600.0
"""Seconds after which a shop that tells what changed is read whole all the same: some changes leave no stamp."""
HOUR = 3600.0
"""Seconds between two readings of a shop that cannot tell what changed."""


async def collect(route: CustomerRoute, shops: Shops, keys: Sequence[str] | None = None) -> int:
    """Returns how many accounts were new or changed. `keys`: just these, at once."""
    if route.settings.customers.direction == "none":
        return 0
    async with shops.open(route.tenant, route.shop) as connector:
        wanted = await _wanted(route, connector.spec, keys)
        if wanted is None:
            return 0
        changed, cursor = 0, None
        pages = connector.read(STREAM, wanted)
        while (page := await asyncio.to_thread(next, pages, None)) is not None:
            cursor = page.cursor or cursor
            async with tenant_transaction(route.tenant):
                changed += await _store(route, page)
        if keys is None:
            async with tenant_transaction(route.tenant):
                await shop_repository.keep_cursor(
                    route.tenant, route.shop, cursor, complete=wanted == EVERYTHING
                )
    return changed


async def _wanted(route: CustomerRoute, spec: ConnectorSpec, keys: Sequence[str] | None) -> Selection | None:
    """None: not now, or not from this shop."""
    if not spec.can(STREAM, Can.READ):
        return None
    if keys is not None:
        return Selection(keys=tuple(keys)) if spec.can(STREAM, Can.READ_SOME) else None
    async with tenant_transaction(route.tenant):
        cursor, age = await shop_repository.cursor_of(route.shop)
    since = spec.can(STREAM, Can.READ_SINCE) and cursor is not None
    if age is None or age >= (WHOLE_EVERY if since else HOUR):
        return EVERYTHING
    return Selection(since=cursor) if since else None


async def _store(route: CustomerRoute, page: Page) -> int:
    records = {one.key: one for one in page.records if isinstance(one, Customer)}
    known = await shop_repository.known_accounts(route.shop, list(records))
    changed = [
        record
        for key, record in sorted(records.items())
        if key not in known
        or known[key][1] is None
        or known[key][0] != UUID(bytes=fingerprint(encode(record)))
    ]
    for record in changed:
        await shop_repository.store_account(route.tenant, route.shop, record)
    for key in page.deleted:
        await shop_repository.account_gone(route.shop, key)
    await _link(route, changed)
    await _doubt(route, changed)
    concerned = await repository.customers_of(route.channel, [record.key for record in changed])
    await mark(route.tenant, route.channel, STREAM, set(concerned.values()))
    return len(changed)


async def _link(route: CustomerRoute, changed: Sequence[Customer]) -> None:
    keys = [record.key for record in changed]
    linked = await repository.customers_of(route.channel, keys)
    ordered = await repository.linked_by_orders(route.erp, route.shop, keys)
    for record in changed:
        if record.key in ordered:
            if linked.get(record.key) != ordered[record.key][0]:
                await accounts.link_read(route, record, *ordered[record.key])
        elif record.key not in linked:
            found = await _recognised(route, route.settings, record)
            if found is not None:
                await accounts.link_read(route, record, *found)


async def _recognised(
    route: CustomerRoute, settings: ChannelSettings, record: Customer
) -> tuple[str, str] | None:
    candidates = await known_customers.candidates(route.erp, accounts.as_order(record), None)
    return accounts.recognised(record, None, candidates, settings.orders.customers)


async def _doubt(route: CustomerRoute, changed: Sequence[Customer]) -> None:
    """What the ERP owns and somebody changed in the shop is sent again: its owner wins. Once for each change seen there, so that
    a shop which keeps a value in its own way is not written for ever."""
    pushed = await shop_repository.pushed_of(route.channel, [record.key for record in changed])
    for record in changed:
        ours = pushed.get(record.key)
        if ours is not None and any(_shows_other(record, ours, name) for name in ours.fields or ()):
            await shop_repository.doubt(route.channel, record.key)


def _shows_other(record: Customer, ours: Customer, name: str) -> bool:
    if not record.says(name):
        return False
    shown, sent = getattr(record, name), getattr(ours, name)
    if isinstance(sent, dict):
        return any(shown.get(inner) != value for inner, value in sent.items())
    return bool(shown != sent)
