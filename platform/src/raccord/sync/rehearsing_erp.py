"""The steps of a rehearsal over what the ERP has: held records, articles as they would be shown, customers."""

from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from raccord.core import customer_match
from raccord.core.codes import normal_ean, normal_sku
from raccord.core.projection import Projected
from raccord.core.rehearsal.subjects import Article, HeldRecord, SharedIdentity
from raccord.storage import projections, rehearsals, rehearsed, snapshot
from raccord.storage.engine import tenant_transaction
from raccord.storage.rehearsals import CodeRow
from raccord.sync.project_listings import Batch
from raccord.sync.records import former
from raccord.sync.rehearsal_pass import Pass
from raccord_connectors.canonical import Customer, Product, StockLevels
from raccord_connectors.contract import Problem

PAGE = 500
"""Articles of one transaction."""
CUSTOMERS = 2000
GROUPS = 500


async def held(made: Pass) -> None:
    async with tenant_transaction(made.tenant):
        rows = await rehearsed.held(made.route.erp)
    records = [
        HeldRecord("erp", stream, key, msgspec.json.decode(problem, type=Problem))
        for stream, key, problem in rows
    ]
    await made.save(made.find(records), ends=True)


async def articles(made: Pass) -> None:
    """Those that the channel sells, projected as the push would have them."""
    world = replace(made.world, categories=await made.categories())
    made.of = made.figures.get("articles", 0)
    today = made.ports.now().astimezone(ZoneInfo(made.route.timezone)).date()
    while True:
        async with tenant_transaction(made.tenant):
            keys = await snapshot.keys(made.route.erp, "products", made.cursor, PAGE)
            batch = Batch(made.route, made.compiled, today)
            await batch.load(keys, locking=False)
            projected = batch.project()
            found = await _articles(made, batch, projected)
        refused = [
            HeldRecord("erp", "products", key, one.problem)
            for key, one in batch.refused.items()
            if one.problem is not None
        ]
        made.figures["selling"] = made.figures.get("selling", 0) + len(found)
        findings = made.find([*refused, *found], world)
        codes = {
            "erp": [code for article in found for code in _codes(article.product)],
            "unsold": [
                code
                for key, product in batch.products.items()
                if key not in batch.selling
                for code in _codes(product)
            ],
        }
        await made.save(findings, cursor=keys[-1] if keys else None, done=len(keys), codes=codes)
        if len(keys) < PAGE:
            return
        made.pause_if_over()


async def _articles(made: Pass, batch: Batch, projected: Mapping[str, Projected]) -> list[Article]:
    items = [item for product in batch.selling.values() for item in product.items()]
    stored = await projections.records(made.route.erp, "stock", items)
    levels = {key: former("stock", data) for key, data in stored.items()}
    parts = {part.item for product in batch.selling.values() for part in product.components}
    known = await rehearsed.known_items(made.route.erp, parts) if parts else frozenset()
    return [
        Article(
            product=product,
            prices={item: batch.prices[item] for item in product.items() if item in batch.prices},
            stock={
                item: found for item in product.items() if isinstance(found := levels.get(item), StockLevels)
            },
            projected=projected[key],
            known_parts=known,
        )
        for key, product in batch.selling.items()
    ]


def _codes(product: Product) -> list[CodeRow]:
    return [
        CodeRow(
            product.key,
            item.key,
            normal_sku(item.sku),
            normal_ean(item.ean),
            item.sku,
            item.ean or "",
            product.name,
        )
        for item in product.variants or (product,)
    ]


# --------------------------------------------------------------------------------------------------- customers


async def customers(made: Pass) -> None:
    """First their identities by pages, then those that several share."""
    made.of = made.figures.get("customers", 0)
    while made.done < made.of or made.cursor == "":
        async with tenant_transaction(made.tenant):
            rows = await rehearsed.after(made.route.erp, "customers", made.cursor, CUSTOMERS)
        if not rows:
            break
        found = [former("customers", data) for _, data in rows]
        codes = [code for one in found if isinstance(one, Customer) for code in _identities(one)]
        await made.save(cursor=rows[-1][0], done=len(rows), codes={"customer": codes})
        made.pause_if_over()
    await _shared(made)


async def _shared(made: Pass) -> None:
    after = ""
    findings = []
    while True:
        async with tenant_transaction(made.tenant):
            groups = await rehearsals.shared_identities(made.id, after, GROUPS)
            known = await customers_of(made, {key for _, keys in groups for key in keys})
        subjects = [
            _group(identity, [known[key] for key in keys if key in known]) for identity, keys in groups
        ]
        findings += made.find(subjects)
        if len(groups) < GROUPS:
            break
        after = groups[-1][0]
    await made.save(findings, ends=True)


async def customers_of(made: Pass, keys: Iterable[str]) -> dict[str, Customer]:
    """In the tenant's transaction."""
    stored = await projections.records(made.route.erp, "customers", list(keys))
    found = {key: former("customers", data) for key, data in stored.items()}
    return {key: one for key, one in found.items() if isinstance(one, Customer)}


def _group(identity: str, customers: Sequence[Customer]) -> SharedIdentity:
    by, _, value = identity.partition(":")
    return SharedIdentity(by, value, list(customers))  # type: ignore[arg-type]  # as `_identities` wrote it


def _identities(customer: Customer) -> list[CodeRow]:
    return [
        CodeRow(customer.key, f"{by}:{value}", f"{by}:{value}")
        for by, values in customer_match.identities(customer).items()
        for value in sorted(values)
    ]
