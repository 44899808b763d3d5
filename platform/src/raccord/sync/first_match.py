"""The first meeting of a channel's articles and a shop that has some of them already: bind, do not double.

What is bound has the shop's present state as *pushed*, so that the first push corrects the differences and nothing else.
What is doubtful is held for a person. What the shop has and the ERP does not is left alone.
"""

from contextlib import aclosing
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from raccord.core import matching
from raccord.core.matching import Code, Match
from raccord.core.ownership import listing_print, only
from raccord.core.projection import Projection, is_for_sale
from raccord.journal.models import Entry, Event
from raccord.journal.service import write_entries
from raccord.storage import bindings, matches, projections
from raccord.storage.engine import tenant_transaction
from raccord.storage.matches import Found
from raccord.storage.projections import Route
from raccord.sync.mappings import Compiled, compile_route
from raccord.sync.ports import Shops
from raccord.sync.reading import pages
from raccord.sync.records import former
from raccord_connectors.canonical import Listing, Product, encode
from raccord_connectors.contract import Can, Connector, Problem, Selection

PAGE = 1000
"""Articles read from the snapshot, and bindings saved, in one transaction."""


class Matched(Struct, frozen=True):
    """How the first meeting went."""

    by_sku: int = 0
    by_ean: int = 0
    doubtful: int = 0
    known: int = 0
    """Articles of the ERP that this channel sells."""


async def first_match(shops: Shops, tenant: UUID, channel: UUID) -> Matched:
    """Reads the shop; changes nothing there. Raises `ConfigError` and `TransientError`. May be repeated: what is bound or
    held already stays."""
    async with tenant_transaction(tenant):
        route = await projections.route(channel)
    assert route is not None, "the caller has seen the channel"
    return await match_route(shops, route)


async def match_anew(shops: Shops, route: Route) -> Matched:
    """Before anything was sent: as the rules of `route` have it, whatever was matched by others. What is in doubt is looked
    at again; what a person decided stays."""
    async with tenant_transaction(route.tenant):
        await matches.forget_doubts(route.channel)
    return await match_route(shops, route)


async def match_route(shops: Shops, route: Route) -> Matched:
    """By the rules and settings of `route`, which need not be those in force."""
    compiled = compile_route(route)
    articles = await _articles(route, compiled)
    async with shops.open(route.tenant, route.shop) as connector:
        if not articles or not connector.spec.can("listings", Can.READ):
            return Matched(known=len({code.owner for code in articles}))
        listings = await _listings(connector, articles)
    offers = [code for listing in listings.values() for code in matching.codes_of_listing(listing)]
    found = matching.match(articles, offers)
    for start in range(0, len(found), PAGE):
        await _save(route, found[start : start + PAGE], listings, compiled.projection)
    good = [one.by for one in found if one.problem is None]
    return Matched(
        by_sku=good.count("sku"),
        by_ean=good.count("ean"),
        doubtful=len(found) - len(good),
        known=len({code.owner for code in articles}),
    )


async def resolve(shops: Shops, tenant: UUID, channel: UUID, product: str, listing: str | None) -> bool:
    """A person says which listing of the shop a held article is; None: it is none of them, create it. False when it does not
    wait for that, or the shop has no such listing."""
    async with tenant_transaction(tenant):
        route = await projections.route(channel)
        stored = await projections.records(route.erp, "products", [product]) if route else {}
    if route is None:
        return False
    found = Found(product, None, "{}", None, None, None)
    if listing is not None:
        article = former("products", stored.get(product, ""))
        async with shops.open(tenant, route.shop) as connector:
            shown = await _one(connector, listing)
        if not isinstance(article, Product) or shown is None:
            return False
        match = Match(product, listing, _offers(article, shown), "sku")
        found = _found(match, {listing: shown}, compile_route(route).projection)
    async with tenant_transaction(tenant):
        done = await matches.resolve(channel, found)
        if done:
            await bindings.bind_items(tenant, channel, msgspec.json.decode(found.targets))
    return done


async def _articles(route: Route, compiled: Compiled) -> list[Code]:
    codes: list[Code] = []
    after = ""
    while True:
        async with tenant_transaction(route.tenant):
            rows = await matches.products_after(route.erp, after, PAGE)
        for _, data in rows:
            product = former("products", data)
            if isinstance(product, Product) and is_for_sale(product, compiled.settings):
                codes += matching.codes_of_product(product)
        if len(rows) < PAGE:
            return codes
        after = rows[-1][0]


async def _listings(connector: Connector, articles: list[Code]) -> dict[str, Listing]:
    """Those with a reference or bar code that the ERP knows."""
    skus, eans = {code.sku for code in articles}, {code.ean for code in articles if code.ean}
    found = {}
    async with aclosing(pages(connector, "listings")) as reading:
        async for page in reading:
            for record in page.records:
                if isinstance(record, Listing) and any(
                    code.sku in skus or code.ean in eans for code in matching.codes_of_listing(record)
                ):
                    found[record.key] = record
    return found


async def _one(connector: Connector, key: str) -> Listing | None:
    async with aclosing(pages(connector, "listings", Selection(keys=(key,)))) as reading:
        async for page in reading:
            for record in page.records:
                if isinstance(record, Listing):
                    return record
    return None


def _offers(product: Product, listing: Listing) -> dict[str, str]:
    """Item → offer of a listing that a person chose: by codes, or because there is one of each."""
    items = product.items()
    if len(items) == 1 and len(listing.offers) == 1:
        return {items[0]: listing.offers[0].key}
    found = matching.match(matching.codes_of_product(product), matching.codes_of_listing(listing))
    return found[0].offers if found else {}


async def _save(
    route: Route, found: list[Match], listings: dict[str, Listing], projection: Projection
) -> None:
    rows = {match.product: (match, _found(match, listings, projection)) for match in found}
    async with tenant_transaction(route.tenant):
        everything = [row for _, row in rows.values()]
        new = await matches.save_found(route.tenant, route.channel, everything)
        await matches.refresh(route.channel, everything)
        entries = []
        items: dict[str, str] = {}
        for key in new:
            match, row = rows[key]
            items |= match.offers
            entries.append(
                Entry(
                    stream="listings",
                    key=key,
                    event=Event.HELD if match.problem else Event.MATCHED,
                    channel=route.channel,
                    connection=route.shop,
                    after=msgspec.json.encode({"listing": match.listing, "by": match.by}),
                    problem=msgspec.json.decode(row.problem, type=Problem) if row.problem else None,
                )
            )
        await bindings.bind_items(route.tenant, route.channel, items)
        await write_entries(route.tenant, entries)


def _found(match: Match, listings: dict[str, Listing], projection: Projection) -> Found:
    if match.problem is not None or match.listing is None:
        assert match.problem is not None
        problem = msgspec.json.encode(Problem("rejected", match.problem, field="offer.sku")).decode()
        return Found(match.product, None, "{}", None, None, problem)
    pushed = only(in_erp_terms(listings[match.listing], match.product, match.offers), projection.ours)
    return Found(
        match.product,
        match.listing,
        msgspec.json.encode(match.offers).decode(),
        encode(pushed).decode(),
        UUID(bytes=listing_print(pushed, projection.creation)),
        None,
    )


def in_erp_terms(listing: Listing, product: str, targets: dict[str, str]) -> Listing:
    """A listing as read from the shop, under the ERP's keys; offers that the ERP does not know are not ours to touch."""
    items = {target: item for item, target in targets.items()}
    offers = [replace(offer, key=items[offer.key]) for offer in listing.offers if offer.key in items]
    return replace(listing, key=product, offers=offers)
