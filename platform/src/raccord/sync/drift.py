"""What the shop really has, compared with what we pushed: some listings each time, by key.

What differs is told and put right, by taking what the shop has as *pushed*: the next push then sends exactly that. A shop
that changes what it is given (its own clean-up of texts, say) is told once and left alone: pushing it again each hour
would change nothing. Stock is not compared: the shop's own sales lower it before we know of them, and putting it right
would sell the same piece twice.
"""

import html
import re
from contextlib import aclosing
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import replace

from raccord.core.difference import difference
from raccord.core.ownership import Fields, for_update, listing_print
from raccord.journal.models import Entry, Event
from raccord.journal.service import write_entries
from raccord.storage import connections, matches, projections
from raccord.storage.engine import tenant_transaction
from raccord.storage.matches import Shown
from raccord.storage.projections import Route
from raccord.sync.first_match import in_erp_terms
from raccord.sync.ports import Ports
from raccord.sync.reading import pages
from raccord_connectors.canonical import Listing, decode, encode, plain
from raccord_connectors.contract import Can, Problem, Selection, Text

SAMPLE = 50
"""Listings compared in one pass."""
NOT_COMPARED = ("key", "offers", "axes", "custom", "pictures", "related")

GONE = Text(
    "drift.gone",
    "Article {key} : sa fiche {target} n’est plus dans la boutique. Demandez de la recréer, ou retirez l’article de la vente "
    "dans la gestion.",
    "Article {key}: its listing {target} is no longer in the shop. Ask to create it again, or take the article off sale in "
    "the ERP.",
)


class Drift(Struct, frozen=True):
    compared: int = 0
    differing: int = 0
    """Put right by the next push."""
    gone: int = 0
    stubborn: int = 0
    """Put right before, and different again in the same way."""


async def drift(ports: Ports, tenant: UUID, channel: UUID, *, limit: int = SAMPLE) -> Drift:
    """One sample. Raises `ConfigError` and `TransientError` of the shop."""
    async with tenant_transaction(tenant):
        route = await projections.route(channel)
        row = await connections.shop(route.shop) if route is not None else None
        if route is None or route.state != "live" or row is None or row.state != "ready":
            return Drift()
        shown = await matches.sample(channel, limit)
        before = await matches.last_drifts(channel, [one.key for one in shown])
    found: dict[str, Listing] = {}
    async with ports.shops.open(tenant, route.shop) as connector:
        if not shown or not connector.spec.can("listings", Can.READ_SOME):
            return Drift()
        wanted = Selection(keys=tuple(one.target for one in shown))
        async with aclosing(pages(connector, "listings", wanted)) as reading:
            async for page in reading:
                found |= {record.key: record for record in page.records if isinstance(record, Listing)}
                held = {rejection.key for rejection in page.rejected}
                shown = [one for one in shown if one.target not in held]
    result = await _compare(route, ports.mappings.of(route).projection.creation, shown, found, before)
    if result.differing:
        await ports.wake.push(tenant, route.shop, "ordinary")
    return result


async def _compare(
    route: Route, creation: Fields, shown: list[Shown], found: dict[str, Listing], before: dict[str, str]
) -> Drift:
    entries: list[Entry] = []
    differing = gone = stubborn = 0
    async with tenant_transaction(route.tenant):
        for one in sorted(shown):
            pushed = decode(one.pushed, Listing)
            listing = found.get(one.target)
            if listing is None:
                problem = Problem("rejected", GONE.fill(key=one.key, target=one.target))
                if await matches.save_vanished(route.channel, one, msgspec.json.encode(problem).decode()):
                    entries.append(_entry(route, one.key, problem=problem))
                    gone += 1
                continue
            targets = msgspec.json.decode(one.targets, type=dict[str, str])
            real = observed(pushed, in_erp_terms(listing, one.key, targets), creation)
            if real == pushed:
                continue
            was, now = difference(encode(pushed), encode(real))
            if before.get(one.key) == (now or b"").decode():
                stubborn += 1
                continue
            kept = {offer.key for offer in real.offers}
            left = {item: target for item, target in targets.items() if item in kept}
            print_ = UUID(bytes=listing_print(real, creation))
            if await matches.save_drifted(
                route.channel, one, msgspec.json.encode(left).decode(), encode(real).decode(), print_
            ):
                entries.append(_entry(route, one.key, was=was, now=now))
                differing += 1
        await write_entries(route.tenant, entries)
    return Drift(len(shown), differing, gone, stubborn)


def observed(pushed: Listing, shop: Listing, creation: Fields) -> Listing:
    """`pushed`, with what the shop has otherwise. Fields that are the shop's, or that its connector does not read, stay."""
    ours = for_update(pushed, creation)
    theirs = {offer.key: offer for offer in shop.offers}
    offers = [
        _mixed(offer, mine, theirs[offer.key])
        for offer, mine in zip(pushed.offers, ours.offers, strict=True)
        if offer.key in theirs
    ]
    mixed: Listing = _mixed(pushed, ours, shop)
    return replace(mixed, offers=offers)


def _mixed(full: Any, ours: Any, theirs: Any) -> Any:
    changes = {}
    for field in ours.__struct_fields__:
        mine, shown = getattr(ours, field), getattr(theirs, field)
        if field in NOT_COMPARED or mine is UNSET or shown is UNSET:
            continue
        if _comparable(mine) != _comparable(shown):
            changes[field] = shown
    return replace(full, **changes) if changes else full


_TAGS = re.compile(r"<[^>]*>")


def _comparable(value: Any) -> Any:
    """Texts without markup and spacing, numbers without trailing zeros, lists without order."""
    if isinstance(value, str):
        return " ".join(html.unescape(_TAGS.sub(" ", value)).split())
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, list):
        return sorted((_comparable(one) for one in value), key=repr)
    if isinstance(value, dict):
        return {key: _comparable(inner) for key, inner in value.items()}
    if isinstance(value, Struct):
        return {name: _comparable(getattr(value, name)) for name in value.__struct_fields__}
    return value


def _entry(
    route: Route,
    key: str,
    *,
    was: bytes | None = None,
    now: bytes | None = None,
    problem: Problem | None = None,
) -> Entry:
    return Entry(
        stream="listings",
        key=key,
        event=Event.DRIFTED,
        channel=route.channel,
        connection=route.shop,
        before=was,
        after=now,
        problem=problem,
    )
