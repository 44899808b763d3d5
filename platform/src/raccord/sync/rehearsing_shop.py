"""The steps of a rehearsal over what the shop has: its listings, how they meet the articles, its last orders."""

import asyncio
from contextlib import aclosing

from raccord.core import customer_match, matching
from raccord.core.codes import normal_ean, normal_sku
from raccord.core.matching import Code
from raccord.core.rehearsal import sales
from raccord.core.rehearsal.checks import KINDS
from raccord.core.rehearsal.findings import Finding
from raccord.core.rehearsal.subjects import Codes, HeldRecord, Meeting, Sale, ShopListing, Shown
from raccord.storage import rehearsals, rehearsed
from raccord.storage.engine import tenant_transaction
from raccord.storage.rehearsals import CodeRow
from raccord.sync.reading import pages
from raccord.sync.rehearsal_pass import Pass
from raccord.sync.rehearsing_erp import customers_of
from raccord_connectors.canonical import Listing, Order
from raccord_connectors.contract import Can, Page, Selection

ORDERS = 50
"""The last ones, entered on paper."""
LOOKED_AT = 40
"""Pages of orders that are read of a shop which cannot tell its last ones."""


async def listings(made: Pass) -> None:
    """By pages. What a page gave is saved with its cursor; of a shop that gives none before the end, all at the end."""
    if not made.sides.shop_answers:
        return
    async with made.ports.shops.open(made.tenant, made.route.shop) as connector:
        if not connector.spec.can("listings", Can.READ):
            return
        wanted = Selection(since=made.cursor or None)
        waiting: list[Page] = []
        kept = 0
        again = made.cursor != ""
        async with aclosing(pages(connector, "listings", wanted)) as reading:
            async for page in reading:
                waiting.append(page)
                if page.cursor is not None:
                    await _keep_listings(made, waiting, page.cursor, again=again)
                    waiting, again = [], False  # within one reading no record comes twice
                    kept += 1
                    if kept > 1:  # a cursor includes its boundary: the first page may hold nothing new
                        made.pause_if_over()
        await _keep_listings(made, waiting, None, again=again)


async def _keep_listings(made: Pass, read: list[Page], cursor: str | None, *, again: bool) -> None:
    """`again`: some of them may have been kept by the slice before."""
    findings: list[Finding] = []
    codes: list[CodeRow] = []
    number = 0
    known: set[str] = set()
    if again:
        async with tenant_transaction(made.tenant):
            keys = [record.key for page in read for record in page.records]
            known = await rehearsals.owners_among(made.id, "shop", keys)
    for page in read:
        found = [record for record in page.records if isinstance(record, Listing) and record.key not in known]
        number += len(found)
        codes += [code for listing in found for code in _codes(listing)]
        findings += made.find([ShopListing(listing) for listing in found])
        findings += made.find([HeldRecord("shop", "listings", one.key, one.problem) for one in page.rejected])
    made.figures["listings"] = made.figures.get("listings", 0) + number
    await made.save(findings, cursor=cursor, done=number, codes={"shop": codes})


def _codes(listing: Listing) -> list[CodeRow]:
    rows = []
    for offer in listing.offers:
        ean = offer.ean if isinstance(offer.ean, str) else ""
        rows.append(
            CodeRow(
                listing.key,
                offer.key,
                normal_sku(offer.sku),
                normal_ean(ean),
                offer.sku,
                ean,
                listing.name,
            )
        )
    return rows


# ----------------------------------------------------------------------------------------------------- meeting


async def meeting(made: Pass) -> None:
    async with tenant_transaction(made.tenant):
        mine, theirs, away = [
            [_shown(row) for row in await rehearsals.codes(made.id, side)]
            for side in ("erp", "shop", "unsold")
        ]
        held = await rehearsed.held(made.route.erp)
        bound = await rehearsals.bound_listings(made.channel)
    refused = {normal_sku(key) for stream, key, _ in held if stream == "products"}
    met = None
    if made.sides.shop_answers:
        met = await asyncio.to_thread(_meet, mine, theirs, bound, away, refused)
    findings = await asyncio.to_thread(
        made.find, [Codes("erp", mine), Codes("shop", theirs), *([met] if met is not None else [])]
    )
    if met is None:
        await made.save(findings, ends=True)
        return
    good = [one for one in met.matches if one.problem is None]
    followed = {one.code.owner for one in mine} & bound.keys()
    made.figures |= {
        "matched": len(good) + len(followed),
        "ambiguous": len(met.matches) - len(good),
        "only_erp": len(met.only_erp),
        "only_shop": len(met.only_shop),
        "unsold": len(met.unsold),
    }
    await made.save(
        findings, matched={item: offer for one in good for item, offer in one.offers.items()}, ends=True
    )


def _meet(
    erp: list[Shown], shop: list[Shown], bound: dict[str, str], unsold: list[Shown], refused: set[str]
) -> Meeting:
    """As the first meeting does it; what the channel follows already is out of the question. `refused`: references of articles
    that the connector cannot express, which is told of them already."""
    taken = set(bound.values())
    articles = [one for one in erp if one.code.owner not in bound]
    offers = [one for one in shop if one.code.owner not in taken]
    matches = matching.match((one.code for one in articles), (one.code for one in offers))
    met = {one.product for one in matches}
    left = [one for one in offers if one.code.sku or one.code.ean]  # others are told as having neither
    known = _with_codes_of(left, erp) | {
        one.code.owner for one in left if _begins_with_one(one.code.sku, refused)
    }
    away = _with_codes_of(left, unsold) - known
    told = known | away
    return Meeting(
        matches,
        _first_of_each([one for one in articles if one.code.owner not in met]),
        _first_of_each([one for one in left if one.code.owner not in told]),
        _first_of_each([one for one in left if one.code.owner in away]),
    )


def _begins_with_one(sku: str, references: set[str]) -> bool:
    """References of variants go on from that of their article."""
    return any(sku[:end] in references for end in range(4, len(sku) + 1)) or sku in references


def _with_codes_of(listings: list[Shown], articles: list[Shown]) -> set[str]:
    """Listings that have a reference or bar code of one of these articles."""
    skus = {one.code.sku for one in articles if one.code.sku}
    eans = {one.code.ean for one in articles if one.code.ean}
    return {one.code.owner for one in listings if one.code.sku in skus or one.code.ean in eans}


def _first_of_each(shown: list[Shown]) -> list[Shown]:
    found: dict[str, Shown] = {}
    for one in shown:
        found.setdefault(one.code.owner, one)
    return list(found.values())


def _shown(row: CodeRow) -> Shown:
    return Shown(Code(row.owner, row.item, row.sku, row.ean), row.shown_sku, row.shown_ean, row.title)


# ------------------------------------------------------------------------------------------------------ orders


async def orders(made: Pass) -> None:
    if not made.sides.shop_answers:
        return
    made.of = ORDERS
    found, rejected = await _last_orders(made)
    async with tenant_transaction(made.tenant):
        entered = [await _enter(made, order) for order in found]
    found_of = [made.find([sale]) for sale in entered]
    good = [one for one in found_of if all(KINDS[finding.kind].severity == "advice" for finding in one)]
    made.figures |= {"orders": len(entered), "orders_good": len(good)}
    findings = [*made.find(rejected), *(finding for one in found_of for finding in one)]
    await made.save(findings, done=len(entered), ends=True)


async def _last_orders(made: Pass) -> tuple[list[Order], list[HeldRecord]]:
    newest: list[Order] = []
    rejected: list[HeldRecord] = []
    async with made.ports.shops.open(made.tenant, made.route.shop) as connector:
        if not connector.spec.can("orders", Can.READ):
            return [], []
        latest = connector.spec.can("orders", Can.READ_LATEST)
        wanted = Selection(latest=ORDERS) if latest else Selection()
        number = 0
        async with aclosing(pages(connector, "orders", wanted)) as reading:
            async for page in reading:
                newest += [
                    order for order in page.records if isinstance(order, Order) and order.stage != "cancelled"
                ]
                newest = sorted(newest, key=lambda order: order.placed_at, reverse=True)[:ORDERS]
                rejected += [HeldRecord("shop", "orders", one.key, one.problem) for one in page.rejected]
                number += 1
                if number >= LOOKED_AT:
                    break
    return newest, rejected


async def _enter(made: Pass, order: Order) -> Sale:
    """In the tenant's transaction."""
    buyer = order.buyer
    email = customer_match.normal_email(buyer.email)
    own = [f"{made.route.shop}:{buyer.key}"] if buyer.key else []
    linked = await rehearsed.linked_customer(made.route.erp, [*own, *([f"email:{email}"] if email else [])])
    identities = [
        f"{by}:{value}"
        for by, value in (
            ("email", email),
            ("siret", customer_match.digits(buyer.siret)),
            ("vat_number", customer_match.code(buyer.vat_number)),
        )
        if value
    ]
    same = await rehearsals.customers_with(made.id, identities)
    known = await customers_of(made, {*same, *([linked] if linked else [])})
    items = await rehearsals.items_of(made.id, made.channel, [line.item for line in order.lines])
    return sales.enter(
        order, items=items, linked=linked, candidates=list(known.values()), settings=made.settings
    )
