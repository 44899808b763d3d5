"""Making a plan: the whole catalogue projected under other rules, slice by slice, each in one transaction, nothing sent.

A plan is made again from where it was when its worker died: what a slice found and how far it came stand or fall together.
Shared references are looked for at the end, over all articles, as projecting does for those that it touches.
"""

import time
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import msgspec
import structlog

from raccord.core import plan as core
from raccord.core import texts
from raccord.core.channel import ChannelSettings
from raccord.core.codes import normal_sku
from raccord.core.pace import restore
from raccord.core.plan import Action, FieldCount, Reason, Summary, Tally
from raccord.core.projection import Projected
from raccord.core.rules import MappingError
from raccord.core.stock_rule import explain
from raccord.storage import connections, item_codes, plans, projections
from raccord.storage.engine import tenant_transaction
from raccord.storage.item_codes import ItemCode
from raccord.storage.locks import Lock
from raccord.storage.plans import Claim, PlanRow
from raccord.storage.projections import Route
from raccord.sync import desires, first_match, planned
from raccord.sync.planned import Said
from raccord.sync.ports import Ports
from raccord.sync.project import today
from raccord.sync.project_availability import Stocks, decide
from raccord.sync.project_listings import Batch
from raccord_connectors.contract import ConnectorError, Message, Problem, Text
from raccord_connectors.registry import connector_class

BATCH = 250
"""Articles, or items, of one transaction: the other tasks of the process wait for some hundredths of a second at most."""
SLICE = 8.0
"""Seconds after which a worker passes on."""
MOST_ATTEMPTS = 5
"""Begun without coming any further: whatever ends our workers here would do so for ever."""
TOO_OFTEN = Text(
    "plan.too_often",
    "Le plan n’a pas pu être fait : notre service s’est interrompu plusieurs fois au même endroit. Cela nous est signalé ; vous "
    "pouvez le redemander.",
    "The plan could not be made: our service stopped several times at the same place. It is reported to us; you may ask for "
    "it again.",
)
GONE = Text("plan.gone", "Ce canal n’existe plus.", "This channel does not exist any more.")
log = structlog.get_logger(__name__)


async def make(ports: Ports, tenant: UUID, plan: UUID, *, seconds: float = SLICE) -> bool:
    """Works on a plan for a while. True when it is not at its end: call again. What a shop or the rules refuse ends the plan
    with that sentence; anything else is raised, and the sweep has it tried again."""
    end = time.monotonic() + seconds
    async with ports.locks.try_hold("plan", tenant, plan) as lock:
        if lock is None:
            return False
        async with tenant_transaction(tenant):
            row = await plans.begin(plan)
            route = await projections.route(row.channel) if row is not None else None
        if row is None:
            return False
        try:
            if row.attempts > MOST_ATTEMPTS:
                log.error("plan given up", plan=str(plan), stage=row.stage, after=row.after)
                await _fail(tenant, plan, Problem("bug", TOO_OFTEN.fill()))
                return False
            if route is None:
                await _fail(tenant, plan, Problem("config", GONE.fill()))
                return False
            return await _Making(ports, row, route, lock, end).run()
        except ConnectorError as error:
            await _fail(tenant, plan, error.problem())
        except MappingError as error:
            await _fail(tenant, plan, Problem("config", error.message, field=error.target))
    return False


async def _fail(tenant: UUID, plan: UUID, problem: Problem) -> None:
    async with tenant_transaction(tenant):
        await plans.fail(plan, desires.pack(problem) or "")


class _Superseded(Exception):
    """A newer plan has taken this one's place: what this transaction did is not wanted."""


class _Making:
    def __init__(self, ports: Ports, row: PlanRow, route: Route, lock: Lock, end: float) -> None:
        self.ports = ports
        self.plan = row.id
        self.active = route
        self.route = route._replace(settings=row.settings, mapping=row.rules)
        self.lock = lock
        self.end = end
        self.stage, self.after, self.done = row.stage, row.after, row.done
        self.tally = msgspec.json.decode(row.tally, type=Tally)
        self.first = route.state == "draft"

    async def run(self) -> bool:
        """True when something is left to be done."""
        self.compiled = self.ports.mappings.of(self.route)
        self.creation = self.compiled.projection.creation
        self.day = today(self.route.timezone, self.ports)
        old = msgspec.json.decode(self.active.settings, type=ChannelSettings)
        self.with_stock = self.first or old != self.compiled.settings
        stages = {
            "matching": self._match,
            "listings": self._list,
            "references": self._refer,
            "availability": self._count_stock,
            "counting": self._sum,
        }
        try:
            while self.stage != "":
                if self.lock.lost or self.ports.stopping():
                    return False
                if time.monotonic() >= self.end:
                    return True
                await stages[self.stage]()
        except _Superseded:
            log.info("plan superseded", plan=str(self.plan))
        return False

    async def _advance(self, stage: str, after: str = "", done: int = 0, tally: Tally | None = None) -> None:
        """At the end of a transaction; what is remembered here follows what is stored."""
        total = self.done + done
        new = self.tally.plus(tally) if tally is not None else self.tally
        if not await plans.advance(self.plan, stage, after, total, msgspec.json.encode(new).decode()):
            raise _Superseded
        self.stage, self.after, self.done, self.tally = stage, after, total, new

    # ---------------------------------------------------------------------------------------------- stages

    async def _match(self) -> None:
        """What the shop has already is not created twice. The shop is read outside of any transaction."""
        matched: dict[str, int] = {}
        if self.first:
            found = await first_match.match_anew(self.ports.shops, self.route)
            matched = {"by_sku": found.by_sku, "by_ean": found.by_ean, "doubtful": found.doubtful}
        route = self.route
        async with tenant_transaction(route.tenant):
            total = await plans.count(route.erp, route.channel, with_stock=self.with_stock)
            await plans.set_total(self.plan, total)
            await self._advance("listings", tally=Tally(matched=matched))

    async def _list(self) -> None:
        route = self.route
        async with tenant_transaction(route.tenant):
            keys = await plans.articles(route.erp, route.channel, self.after, BATCH)
            batch = Batch(route, self.compiled, self.day)
            if not keys:
                await self._advance("references")
                return
            await batch.load(keys, locking=False, orders=self.ports.orders)
            projected = batch.project()
            await batch.note_kits()
            await batch.note_stock()
            await self._compare_codes(keys, projected)
            said = [self._say(key, batch, projected.get(key)) for key in keys]
            await self._save(said, "listings", keys)

    def _say(self, key: str, batch: Batch, projected: Projected | None) -> Said:
        bound = batch.bound.get(key)
        if projected is not None:
            return planned.on_sale(key, projected, bound, self.creation, first=self.first)
        if bound is None:
            return planned.UNCHANGED
        decision = batch.decide(key, self.ports.now(), None)
        verdict = batch.verdicts.get(key)
        desire = decision[0] if decision is not None else None
        return planned.off_sale(key, bound, desire, verdict.reasons if verdict is not None else ())

    async def _compare_codes(self, keys: Sequence[str], projected: dict[str, Projected]) -> None:
        old = await item_codes.of_products(self.route.channel, keys)
        new = {
            ItemCode(offer.key, key, normal_sku(offer.sku))
            for key, one in projected.items()
            if one.listing is not None
            for offer in one.listing.offers
        }
        if old != new:
            kept = {code.item for code in new}
            gone = [code for code in old - new if code.item not in kept]
            await plans.save_codes(self.route.tenant, self.plan, new - old, gone)

    async def _refer(self) -> None:
        """One reference, one article: the one that the shop has already, else the first by key."""
        async with tenant_transaction(self.route.tenant):
            refused, still = _refused(await plans.claims(self.plan, self.route.channel))
            lines = [planned.same_sku(key, other, sku) for key, (other, sku) in refused.items()]
            known = await plans.remove_lines(self.plan, "listings", [*refused, *still])
            await plans.save_lines(self.route.tenant, self.plan, lines)
            # What had no line was counted as unchanged, and is not any more.
            less = Tally(unchanged=known - len(refused) - len(still), held=len(still))
            await self._advance("availability" if self.with_stock else "counting", tally=less)

    async def _count_stock(self) -> None:
        route = self.route
        async with tenant_transaction(route.tenant):
            keys = await plans.items(route.channel, self.after, BATCH)
            if not keys:
                await self._advance("counting")
                return
            world = Stocks(route, self.compiled.settings)
            await world.affected(keys)
            await world.load(keys, self.ports.orders)
            bound = await projections.bindings(route.channel, "availability", keys)
            now = self.ports.now()
            said = [
                planned.stock(key, bound[key], decision, explain(world.sellable(key)))
                for key in keys
                if key in bound
                for decision in [decide(world, key, bound[key], now)]
            ]
            await self._save(said, "availability", keys)

    async def _save(self, said: Sequence[Said], stage: str, keys: Sequence[str]) -> None:
        lines = [one.line for one in said if one.line is not None]
        await plans.save_lines(self.route.tenant, self.plan, lines)
        quiet = len(said) - len(lines)
        held = sum(one.held for one in said)
        left = Counter(target for one in said for target in one.left)
        new_items = sum(one.new_items for one in said)
        if stage == "listings":
            tally = Tally(unchanged=quiet - held, held=held, left=dict(left), new_items=new_items)
        else:
            tally = Tally(stock_unchanged=quiet)
        await self._advance(stage, keys[-1], len(keys), tally)

    async def _sum(self) -> None:
        """The plan in figures; from here on it can be applied."""
        spec = connector_class(self.route.shop_connector).spec
        async with tenant_transaction(self.route.tenant):
            counted = await plans.actions(self.plan)
            actions: dict[Action, int] = msgspec.convert(counted, type=dict[Action, int])
            shop = await connections.shop(self.route.shop)
            asked = list(core.requests(spec, actions, self.tally.new_items))
            left = sorted(self.tally.left.items(), key=lambda one: (-one[1], one[0]))
            summary = Summary(
                actions=actions,
                unchanged=self.tally.unchanged,
                held=self.tally.held,
                fields=[FieldCount(*one) for one in await plans.fields(self.plan)],
                left=[FieldCount(*one) for one in left],
                reasons=[
                    Reason(row.code, row.field, row.records, msgspec.json.decode(row.example, type=Message))
                    for row in await plans.reasons(self.plan)
                ],
                requests=asked,
                seconds=core.seconds(spec, restore(shop.pace if shop else "{}"), asked),
                matched=self.tally.matched,
            )
            await self._advance("counting")
            await plans.finish(self.plan, msgspec.json.encode(summary).decode())
        self.stage = ""


def _refused(claims: Sequence[Claim]) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """(product → the one that has its reference and that reference; those that are refused for that already)."""
    by_sku: dict[str, list[Claim]] = {}
    for claim in claims:
        by_sku.setdefault(claim.sku, []).append(claim)
    refused: dict[str, tuple[str, str]] = {}
    still: set[str] = set()
    for sku, sharing in by_sku.items():
        owner = min(sharing, key=lambda one: (not one.shown, one.product)).product
        for one in sharing:
            if one.product == owner:
                continue
            problem = desires.unpack(one.problem)
            if problem is not None and problem.message.code == texts.SAME_SKU.code:
                still.add(one.product)
            else:
                refused[one.product] = (owner, sku)
    return refused, sorted(still - refused.keys())
