"""What the shop really has, compared with what we pushed: some listings each time, by key.

What differs is told. Where the merchant lets us, it is put right at once, by taking what the shop has as *pushed*: the next
push then sends exactly that. A shop that changes what it is given (its own clean-up of texts, say) is told once and left
alone: pushing it again each hour would change nothing. Stock is not compared: the shop's own sales lower it before we know
of them, and putting it right would sell the same piece twice.
"""

import html
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import aclosing
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import replace

from raccord.core.difference import difference
from raccord.core.ownership import Fields, for_update, listing_print
from raccord.core.plan import changes
from raccord.journal.models import Entry, Event
from raccord.journal.service import write_entries
from raccord.storage import connections, drifts, matches, projections
from raccord.storage.drifts import Difference, Known
from raccord.storage.engine import tenant_transaction
from raccord.storage.matches import Shown
from raccord.storage.projections import Route
from raccord.sync.first_match import in_erp_terms
from raccord.sync.ports import Ports
from raccord.sync.reading import pages
from raccord_connectors.canonical import Listing, decode, encode, plain
from raccord_connectors.contract import Can, Connector, Problem, Selection, Text

SAMPLE = 50
"""Listings compared in one pass."""
AGAIN = 50
"""Listings that differed before, looked at again in each pass. They do not count in its score."""
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
    """Changed in the shop."""
    gone: int = 0
    stubborn: int = 0
    """Put right before, and different again in the same way."""
    failed: int = 0
    """Other than they should be because what we had to send did not get through."""


async def drift(ports: Ports, tenant: UUID, channel: UUID, *, limit: int = SAMPLE) -> Drift:
    """One sample, and what differed before. Raises `ConfigError` and `TransientError` of the shop."""
    async with tenant_transaction(tenant):
        route = await projections.route(channel)
        row = await connections.shop(route.shop) if route is not None else None
        if route is None or route.state != "live" or row is None or row.state != "ready":
            return Drift()
        looked = await drifts.sample(channel, limit)
        standing = await drifts.standing(channel, AGAIN)
    sampled = {one.shown.key for one in looked}
    shown = [one.shown for one in looked if not one.failed]
    shown += [one for one in standing if one.key not in sampled]
    async with ports.shops.open(tenant, route.shop) as connector:
        if not looked or not connector.spec.can("listings", Can.READ_SOME):
            return Drift()
        found, unreadable = await _read(connector, shown)
    compared = _Comparison(route, ports.mappings.of(route).projection.creation)
    await compared.run([one for one in shown if one.target not in unreadable], found)
    failed = sum(1 for one in looked if one.failed)
    total = sum(1 for one in looked if one.shown.target not in unreadable)
    result = await compared.conclude(sampled, total, failed)
    if compared.repaired:
        await ports.wake.push(tenant, route.shop, "ordinary")
    return result


async def _read(connector: Connector, shown: Sequence[Shown]) -> tuple[dict[str, Listing], set[str]]:
    """The shop's listings by their keys there, and the keys of those that cannot be expressed."""
    found: dict[str, Listing] = {}
    unreadable: set[str] = set()
    wanted = Selection(keys=tuple(one.target for one in shown))
    async with aclosing(pages(connector, "listings", wanted)) as reading:
        async for page in reading:
            found |= {record.key: record for record in page.records if isinstance(record, Listing)}
            unreadable |= {rejection.key for rejection in page.rejected}
    return found, unreadable


class _Comparison:
    """What one pass found, listing by listing."""

    def __init__(self, route: Route, creation: Fields) -> None:
        self._route = route
        self._creation = creation
        self._entries: list[Entry] = []
        self._differences: list[Difference] = []
        self._right: list[str] = []
        self._gone: list[str] = []
        self.repaired = False

    async def run(self, shown: Sequence[Shown], found: dict[str, Listing]) -> None:
        async with tenant_transaction(self._route.tenant):
            repairing = await drifts.choice(self._route.channel) == "repair"
            known = await drifts.known(self._route.channel, [one.key for one in shown])
            for one in sorted(shown):
                listing = found.get(one.target)
                if listing is None:
                    await self._vanished(one)
                else:
                    await self._compare(one, listing, known.get(one.key), repairing=repairing)
            await drifts.save(self._route.tenant, self._route.channel, self._differences)
            await drifts.seen_right(self._route.channel, self._right)
            await drifts.forget(self._route.channel, self._gone)
            await write_entries(self._route.tenant, self._entries)

    async def conclude(self, sampled: set[str], compared: int, failed: int) -> Drift:
        """Counts the sample alone: what is looked at again would make the shop seem worse than it is."""
        causes = Counter(one.cause for one in self._differences if one.key in sampled)
        fields = Counter(name for one in self._differences if one.key in sampled for name in one.fields)
        gone = sum(1 for key in self._gone if key in sampled)
        counts = drifts.Counts(compared, causes["hand"], causes["cleaned"], gone, failed)
        async with tenant_transaction(self._route.tenant):
            await drifts.note_pass(self._route.tenant, self._route.channel, counts, fields)
        return Drift(compared, causes["hand"], gone, causes["cleaned"], failed)

    async def _vanished(self, one: Shown) -> None:
        problem = Problem("rejected", GONE.fill(key=one.key, target=one.target))
        if await matches.save_vanished(self._route.channel, one, msgspec.json.encode(problem).decode()):
            self._note(one.key, problem=problem)
            self._gone.append(one.key)

    async def _compare(self, one: Shown, listing: Listing, known: Known | None, *, repairing: bool) -> None:
        pushed = decode(one.pushed, Listing)
        targets = msgspec.json.decode(one.targets, type=dict[str, str])
        real = observed(pushed, in_erp_terms(listing, one.key, targets), self._creation)
        if real == pushed:
            self._right.append(one.key)
            return
        was, now = difference(encode(pushed), encode(real))
        found = self._difference(one, pushed, real, targets, (was or b"{}").decode(), (now or b"{}").decode())
        same = known is not None and known.after == found.after
        if same and known is not None and (known.cause == "cleaned" or known.state == "repaired"):
            self._differences.append(found._replace(cause="cleaned"))
            return
        if repairing:
            if not await matches.save_drifted(
                self._route.channel, one, found.targets, found.pushed, found.print
            ):
                return  # it moved on in the meantime
            found = found._replace(state="repaired")
            self.repaired = True
        if repairing or not same or known is None or known.state != "open":
            self._note(one.key, was=was, now=now)
        self._differences.append(found)

    def _difference(
        self, one: Shown, pushed: Listing, real: Listing, targets: dict[str, str], before: str, after: str
    ) -> Difference:
        kept = {offer.key for offer in real.offers}
        left = {item: target for item, target in targets.items() if item in kept}
        fields = list(changes(pushed, real, self._creation).fields)
        print_ = UUID(bytes=listing_print(real, self._creation))
        packed = msgspec.json.encode(left).decode()
        return Difference(
            one.key, "hand", "open", before, after, fields, encode(real).decode(), packed, print_, one.desired_print
        )  # fmt: skip

    def _note(
        self,
        key: str,
        *,
        was: bytes | None = None,
        now: bytes | None = None,
        problem: Problem | None = None,
    ) -> None:
        self._entries.append(
            Entry(
                stream="listings", key=key, event=Event.DRIFTED, channel=self._route.channel,
                connection=self._route.shop, before=was, after=now, problem=problem,
            )
        )  # fmt: skip


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
