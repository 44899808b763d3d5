"""A batch of articles projected: loaded in sets, mapped, compared with what is desired already, saved where it differs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

import msgspec
import structlog

from raccord.core import texts
from raccord.core.channel import Leaving
from raccord.core.codes import normal_sku
from raccord.core.conditions import Known
from raccord.core.data_sheets import addresses_of, with_data_sheets
from raccord.core.pictures import THUMBNAIL, File, Made, held_for, recipe_of, with_pictures
from raccord.core.placing import build_lines, build_paths
from raccord.core.projection import Projected
from raccord.core.publication import Verdict
from raccord.core.stock_rule import Sellable
from raccord.journal.models import Entry
from raccord.journal.service import write_entries
from raccord.storage import item_codes, media, projections, web_documents
from raccord.storage.item_codes import ItemCode
from raccord.storage.marks import mark
from raccord.storage.projections import Bound, Mark, Route
from raccord.sync import desires
from raccord.sync.mappings import Compiled
from raccord.sync.ports import Orders
from raccord.sync.records import former
from raccord.sync.stocks import Stocks, refresh_kits
from raccord_connectors.canonical import Category, Listing, PriceSet, Product, StockLevels, decode
from raccord_connectors.contract import Can, Problem
from raccord_connectors.kit.executor import place
from raccord_connectors.registry import connector_class

LONGEST_PATIENCE = timedelta(minutes=10)
"""With new articles while prices keep coming."""
log = structlog.get_logger(__name__)


class Listed(NamedTuple):
    """What became of a batch."""

    done: list[Mark]
    """Marks that are worked off; the others wait a little."""
    due: bool
    """Something is to be pushed now."""
    stock: bool
    """Stock is to be projected."""


async def project_listings(
    route: Route,
    compiled: Compiled,
    marks: Sequence[Mark],
    today: date,
    patience: timedelta,
    orders: Orders | None = None,
) -> Listed:
    """In the tenant's transaction. `patience`: how long a new article waits for its price. `orders`: what is sold and not in
    the ERP, for channels that ask for stock."""
    batch = Batch(route, compiled, today)
    await batch.load([key for key, _, _ in marks], orders=orders)
    waiting = await batch.wait_for_prices(marks, patience)
    done = [one for one in marks if one.key not in waiting]
    projected = batch.project()
    again = await batch.refuse_shared_skus(projected)
    stock = await batch.note_kits()
    due = await batch.save(done, projected)
    stock = await batch.note_stock() or stock
    await mark(route.tenant, route.channel, "listings", again)
    return Listed(done, due, stock)


class Batch:
    """Some articles with all that projecting them needs. A plan loads and projects them too, and saves nothing."""

    def __init__(self, route: Route, compiled: Compiled, today: date) -> None:
        self.route = route
        self.compiled = compiled
        self.today = today
        self.products: dict[str, Product] = {}
        self.verdicts: dict[str, Verdict] = {}
        """Of the articles that the ERP has."""
        self.refused: dict[str, Projected] = {}
        self.keys: list[str] = []
        self.recipe = ""
        """Of this shop's pictures; empty where it gets none of ours."""
        self._files: dict[str, list[File]] = {}
        self._made: dict[bytes, Made] = {}
        self._wanting: set[bytes] = set()
        self._addresses: set[str] = set()
        """Contents of which no picture was made yet."""
        self._recounted: set[str] = set()

    async def load(self, keys: list[str], *, locking: bool = True, orders: Orders | None = None) -> None:
        """`locking`: the bindings are going to be written."""
        self.keys = keys
        erp = self.route.erp
        read = projections.lock_bindings if locking else projections.bindings
        self.bound = await read(self.route.channel, "listings", keys)
        stored = await projections.records(erp, "products", keys)
        for key, data in stored.items():
            try:
                self.products[key] = decode(data, Product)
            except msgspec.DecodeError as error:
                message = texts.UNREADABLE.fill(key=key, reason=str(error).rpartition(" - at ")[2])
                self.refused[key] = Projected(None, Problem("rejected", message))
        publication = self.compiled.publication
        selling = [product for product in self.products.values() if publication.is_candidate(product)]
        items = [item for product in selling for item in product.items()]
        stored = await projections.records(erp, "prices", items)
        found = {key: former("prices", data) for key, data in stored.items()}
        self.prices = {key: one for key, one in found.items() if isinstance(one, PriceSet)}
        places = {key for p in selling for key in (*p.categories, *([p.family] if p.family else []))}
        above = await projections.categories_above(erp, places) if places else []
        tree = [decode(data, Category) for data in above]
        self.paths = build_paths(tree)
        self.levels, sellable = await self._stock(selling, orders)
        known = Known(self.prices, build_lines(tree), self.paths, sellable, self.levels, self.today)
        self.verdicts = {key: publication.verdict(one, known) for key, one in self.products.items()}
        self.selling = {product.key: product for product in selling if self._is_in(product.key)}
        await self._load_pictures()

    async def _stock(
        self, selling: list[Product], orders: Orders | None
    ) -> tuple[Mapping[str, StockLevels], Mapping[str, Sellable]]:
        """By item, where the channel's rules ask for it."""
        if not selling or not self.compiled.reads_stock:
            return {}, {}
        owners = {item: product.key for product in selling for item in product.items()}
        stocks = Stocks(self.route, self.compiled.settings)
        # What ends here is not subtracted any more: the quantities shown are to follow.
        self._recounted.update(await stocks.load(list(owners), orders, owners))
        return stocks.levels, {item: stocks.sellable(item) for item in owners}

    async def _load_pictures(self) -> None:
        """The files of the articles, and what was made of them for this shop."""
        needs, rules = connector_class(self.route.shop_connector).spec.pictures, self.compiled.settings.media
        if needs is None or not self.selling:
            return
        self.recipe = recipe_of(rules, needs).name if rules.pictures == "erp" else ""
        self._files = await media.files_of(self.route.erp, self.selling)
        contents = {
            file.sha256 for files in self._files.values() for file in files if file.sha256 is not None
        }
        self._made = await media.made_of(contents, self.recipe) if contents and self.recipe else {}

    def _is_in(self, key: str) -> bool:
        """What the shop shows stays there while something about it is not known."""
        verdict, bound = self.verdicts[key], self.bound.get(key)
        shown = bound is not None and bound.target is not None and bound.left_at is None
        return verdict.is_in or (verdict.unsure and shown)

    async def wait_for_prices(self, marks: Sequence[Mark], patience: timedelta) -> set[str]:
        """A first load brings articles before prices: what would be held and released at once waits instead."""
        new = [
            one
            for one in marks
            if one.key in self.selling
            and one.key not in self.bound
            and not any(item in self.prices for item in self.selling[one.key].items())
        ]
        if not new or not patience:
            return set()
        route = self.route
        waiting = await projections.wait_for_prices(route.channel, route.erp, new, patience, LONGEST_PATIENCE)
        for key in waiting:
            del self.selling[key]
        self.keys = [key for key in self.keys if key not in waiting]
        return waiting

    def project(self) -> dict[str, Projected]:
        return {**self.refused, **{key: self._project(product) for key, product in self.selling.items()}}

    def _project(self, product: Product) -> Projected:
        try:
            found = self.compiled.projection.listing(
                product, self.prices, self.paths, self.today, self.levels
            )
            return self._with_files(product, found) if self._files or self.recipe else found
        except Exception as error:  # a bug of ours in one record must not stop the others
            log.error("projection failed", key=product.key, place=place(error))
            message = texts.OUR_FAULT.fill(key=product.key)
            return Projected(None, Problem("bug", message, detail=place(error)))

    def _with_files(self, product: Product, found: Projected) -> Projected:
        needs, rules = connector_class(self.route.shop_connector).spec.pictures, self.compiled.settings.media
        if found.listing is None or needs is None:
            return found
        bound: Bound | None = self.bound.get(product.key)
        former = decode(bound.desired, Listing) if bound is not None and bound.desired else None
        files = self._files.get(product.key, [])
        listing = with_data_sheets(found.listing, files, rules)
        shown = with_pictures(listing, product, files, self._made, rules, needs, former)
        self._wanting |= shown.wanting
        self._addresses |= addresses_of(files, rules)
        if shown.problems and rules.missing == "hold":
            return Projected(None, held_for(product, shown.problems[0]))
        return Projected(shown.listing, None, (*found.warnings, *shown.problems))

    # ------------------------------------------------------------------------------------------- references

    async def refuse_shared_skus(self, projected: dict[str, Projected]) -> list[str]:
        """One reference, one article: the one that the shop has already, else the first by key. Returns articles outside
        of the batch to be looked at again, because a reference became free or is claimed by a better one."""
        channel = self.route.channel
        old = await item_codes.of_products(channel, self.keys)
        new = {
            ItemCode(offer.key, key, normal_sku(offer.sku))
            for key, one in projected.items()
            if one.listing is not None
            for offer in one.listing.offers
        }
        if old != new:
            kept = {code.item for code in new}
            gone = [code for code in old - new if code.item not in kept]
            await item_codes.replace(self.route.tenant, channel, gone, new - old)
        claimed = await item_codes.claims(channel, {code.sku for code in new}) if new else {}
        shared = {sku: products for sku, products in claimed.items() if len(products) > 1}
        shown = await item_codes.in_shop(channel, set().union(*shared.values())) if shared else set()
        again = set(await item_codes.products_with(channel, {code.sku for code in old - new}))
        for sku, products in shared.items():
            owner = min(products, key=lambda product: (product not in shown, product))
            for product in products - {owner}:
                if product in projected:
                    self._refuse_sku(projected, product, owner, sku)
                elif product not in self.keys and not await self._is_refused(product):
                    again.add(product)
        return sorted(again - set(self.keys))

    def _refuse_sku(self, projected: dict[str, Projected], product: str, owner: str, sku: str) -> None:
        listing = projected[product].listing
        if listing is None:
            return
        shown = next(offer.sku for offer in listing.offers if normal_sku(offer.sku) == sku)
        message = texts.SAME_SKU.fill(key=product, other=owner, sku=shown)
        projected[product] = Projected(None, Problem("rejected", message, field="offer.sku"))

    async def _is_refused(self, product: str) -> bool:
        found = await projections.lock_bindings(self.route.channel, "listings", [product])
        problem = desires.unpack(found[product].problem) if product in found else None
        return problem is not None and problem.message.code == texts.SAME_SKU.code

    # ------------------------------------------------------------------------------------------------- kits

    async def note_kits(self) -> bool:
        """Keeps what kits are made of; where that changed, stock is to be projected again."""
        concerned = await refresh_kits(self.route, self.keys, self.products)
        await mark(self.route.tenant, self.route.channel, "availability", concerned)
        return bool(concerned)

    # ------------------------------------------------------------------------------------------------- save

    def decide(self, key: str, since: datetime, projected: Projected | None) -> desires.Decision | None:
        """What becomes of a binding; `projected` None: the article is not sold in this channel. None: it stays as it is."""
        bound: Bound | None = self.bound.get(key)
        creation = self.compiled.projection.creation
        if projected is None:
            return desires.off_sale(key, since, bound, creation, self._way_out(bound))
        return desires.on_sale(key, since, projected, bound, creation)

    def _way_out(self, bound: Bound | None) -> Leaving:
        """As the merchant chose, and the shop can."""
        rule = self.compiled.settings.publication
        if rule.leaving != "delete":
            return rule.leaving
        left = bound.left_at if bound is not None else None
        deletes = connector_class(self.route.shop_connector).spec.can("listings", Can.DELETE)
        if not deletes or left is None or (self.today - left.date()).days < rule.delete_after_days:
            return "unpublish"
        return "delete"

    async def save(self, marks: Iterable[Mark], projected: Mapping[str, Projected]) -> bool:
        saved, entries, due = [], [], False
        for key, _, since in marks:
            bound: Bound | None = self.bound.get(key)
            decision = self.decide(key, since, projected.get(key))
            if decision is None:
                due = due or (bound is not None and is_due(bound))
                continue
            desire, told = decision
            saved.append(desire)
            if bound is not None and "out_of_stock" in (bound.leaving, desire.leaving):
                self._recounted.update(_items(bound))
            pushed = bound.pushed_print if bound is not None else None
            waits = desire.held or desire.brake is not None
            due = due or (desire.desired_print not in (None, pushed) and not waits)
            if told is not None:
                entries.append(
                    Entry(
                        stream="listings",
                        key=key,
                        event=told[0],
                        problem=told[1],
                        channel=self.route.channel,
                        connection=self.route.shop,
                    )
                )
        await projections.save_desires(self.route.tenant, self.route.channel, "listings", saved)
        if self._wanting:
            await media.want(self.route.tenant, self._wanting, [self.recipe, THUMBNAIL.name])
        if self._addresses:
            await web_documents.want(self.route.tenant, self._addresses)
        await write_entries(self.route.tenant, entries)
        return due

    async def note_stock(self) -> bool:
        """Quantities that follow from what was decided here are to be projected again."""
        await mark(self.route.tenant, self.route.channel, "availability", self._recounted)
        return bool(self._recounted)


async def verdict_of(route: Route, compiled: Compiled, key: str, today: date) -> Verdict | None:
    """Whether an article is for this shop, and why not; None when the ERP does not have it. In the tenant's transaction."""
    batch = Batch(route, compiled, today)
    await batch.load([key], locking=False)
    return batch.verdicts.get(key)


def is_due(bound: Bound) -> bool:
    """Already, whatever woke for it then."""
    waits = bound.held or bound.brake is not None
    return bound.desired_print not in (None, bound.pushed_print) and not waits


def _items(bound: Bound) -> list[str]:
    known = bound.pushed or bound.desired
    return [offer.key for offer in decode(known, Listing).offers] if known else []
