"""The in-memory shop's connector: listings, quantities, orders and their follow-up, accounts, with every capability."""

from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from raccord_connectors.canonical import (
    Availability,
    Customer,
    Listing,
    Offer,
    Order,
    OrderUpdate,
    Record,
    Refund,
)
from raccord_connectors.contract import (
    Can,
    Change,
    Choice,
    ConnectorSpec,
    Discovery,
    Feature,
    Outcome,
    RecordRejected,
    Side,
    StreamSpec,
)
from raccord_connectors.kit.changes import differences
from raccord_connectors.kit.customers import changed_fields, with_changes
from raccord_connectors.sample import texts
from raccord_connectors.sample.memory import MemoryConnector, MemorySettings, MemorySystem, laid_over, the
from raccord_connectors.sample.shop_system import STATUSES, ShopSystem

READS = frozenset({Can.READ, Can.READ_SINCE, Can.READ_SOME, Can.SKETCH})
NAME_LENGTH = 255
Part = TypeVar("Part", Listing, Offer)
AFTER = {
    "accepted": ("processing", "open"),
    "preparing": ("processing", "open"),
    "partly_shipped": ("processing", "open"),
    "shipped": ("completed", "closed"),
    "invoiced": ("completed", "closed"),
    "cancelled": ("cancelled", "cancelled"),
}
"""State of an `OrderUpdate` → status and stage of the order."""


class MemoryShop(MemoryConnector):
    spec = ConnectorSpec(
        name="memory_shop",
        title="Boutique de démonstration",
        side=Side.SHOP,
        settings=MemorySettings,
        streams=(
            StreamSpec("listings", READS | {Can.CREATE, Can.UPDATE, Can.DELETE}, batch_size=100),
            StreamSpec("availability", READS | {Can.UPDATE}, batch_size=100, after=("listings",)),
            StreamSpec("orders", READS | {Can.READ_LATEST}),
            StreamSpec("order_updates", frozenset({Can.UPDATE})),
            StreamSpec("customers", READS | {Can.UPDATE}, batch_size=100),
        ),
        verified_against=("the in-memory shop of this package (simulator)",),
    )
    system_type = ShopSystem

    def discover(self) -> Discovery:
        system = self._system()
        system.request()
        return Discovery(
            company="Boutique Lucie",
            version="1",
            currency="EUR",
            prices_include_tax=True,
            languages=("fr", "en"),
            order_statuses=tuple(Choice(key, title) for key, title in STATUSES.items()),
            tax_classes=(Choice("standard", "TVA 20 %", {"rate": "20"}),),
            payment_methods=(Choice("card", "Carte bancaire"),),
            carriers=(Choice("colissimo", "Colissimo"),),
            customer_groups=(Choice("retail", "Particuliers"), Choice("trade", "Professionnels")),
            **_catalogue(system),
        )

    def apply(self, system: MemorySystem, stream: str, change: Change) -> Outcome:
        assert isinstance(system, ShopSystem)
        match change.op, change.record:
            case "delete", _:
                system.delete_listing(change.target or system.refs.get(("listings", change.key), ""))
                return Outcome(change.key, target=change.target)
            case "create", Listing() as record:
                return _create(system, change, record)
            case "update", Listing() as record:
                return _update(system, change, record)
            case "update", Availability() as record:
                return _show(system, change, record)
            case "update", OrderUpdate() as record:
                return _follow_up(system, change, record)
            case "update", Customer() as record:
                return _agree(system, change, record)
        raise AssertionError(f"{self.spec.name} declares no {change.op} of {stream}")


def _catalogue(system: MemorySystem) -> dict[str, Any]:
    """Categories, brands and characteristics met in the listings that the shop has."""
    listings = [record for record in system.all("listings") if isinstance(record, Listing)]
    paths = {tuple(path) for one in listings for path in one.categories or ()}
    brands = {one.brand for one in listings if isinstance(one.brand, str) and one.brand}
    values: dict[str, set[str]] = {}
    for one in listings:
        for title, held in (one.features or {}).items():
            values.setdefault(title, set()).update(held)
    return {
        "categories": tuple(Choice(" > ".join(path), " > ".join(path)) for path in sorted(paths)),
        "brands": tuple(Choice(brand, brand) for brand in sorted(brands)),
        "features": tuple(Feature(title, tuple(sorted(values[title]))) for title in sorted(values)),
    }


def _create(system: ShopSystem, change: Change, record: Listing) -> Outcome:
    known = system.listing_of(record.key)
    if known is not None:
        return Outcome(
            record.key, target=known.key, targets=_targets(system, known.key, record), existed=True
        )
    _demand_sound(system, record, target=None)
    key = str(system.number())
    system.refs["listings", record.key] = key
    blank = Listing(key=key, published=False, name="", offers=[])
    return _store(system, _changed(system, blank, record, None), record, change)


def _update(system: ShopSystem, change: Change, record: Listing) -> Outcome:
    stored = _existing(system, "listings", change)
    _demand_sound(system, record, target=change.target)
    system.refs["listings", record.key] = stored.key
    changed = _changed(system, the(Listing, stored, record.key), record, change.previous)
    return _store(system, changed, record, change)


def _store(system: ShopSystem, stored: Listing, record: Listing, change: Change) -> Outcome:
    """The offers: those written before are found by their key in the shop, new ones are made, those that the ERP no
    longer has go; those that the shop's people added stay."""
    previous = change.previous.offers if isinstance(change.previous, Listing) else []
    pushed = {offer.key: offer for offer in previous}
    targets = {**_targets(system, stored.key, record), **change.targets}
    theirs = {offer.key: offer for offer in stored.offers}
    for offer in record.offers:
        target = targets.setdefault(offer.key, f"{stored.key}-{system.number()}")
        old = theirs.get(target, Offer(key=target, sku=offer.sku))
        theirs[target] = _changed(system, old, offer, pushed.get(offer.key))
        system.refs["offers", f"{stored.key}/{offer.key}"] = target
        if system.find("availability", target) is None:
            system.set_quantity(target, 0, product=stored.key)
    kept = {offer.key for offer in record.offers}
    for gone in pushed.keys() - kept:
        target = targets.pop(gone, "")
        theirs.pop(target, None)
        system.drop("availability", target)
    system.put_if_different("listings", replace(stored, offers=list(theirs.values())))
    return Outcome(record.key, target=stored.key, targets={key: targets[key] for key in kept})


def _changed(system: ShopSystem, held: Part, record: Part, before: Record | Offer | None) -> Part:
    """`held` with what differs between `record` and `before`, open fields name by name: what the shop's people added
    stays. What would be on the wire, if there were one, is noted."""
    new: dict[str, Any] = differences(record, before, keep=("key", "offers"))
    system.sent.append(msgspec.json.encode(new))
    return replace(held, **laid_over(held, new))


def _targets(system: ShopSystem, listing: str, record: Listing) -> dict[str, str]:
    found = {offer.key: system.refs.get(("offers", f"{listing}/{offer.key}")) for offer in record.offers}
    return {key: target for key, target in found.items() if target is not None}


def _show(system: ShopSystem, change: Change, record: Availability) -> Outcome:
    known = the(Availability, _existing(system, "availability", change), record.key)
    if record.quantity < 0:
        raise RecordRejected(texts.NEGATIVE.fill(key=record.key), field="quantity")
    new: dict[str, Any] = differences(record, change.previous, keep=("key", "product"))
    system.put_if_different("availability", replace(known, **new))
    return Outcome(record.key, target=known.key)


def _follow_up(system: ShopSystem, change: Change, record: OrderUpdate) -> Outcome:
    order = the(Order, _existing(system, "orders", change), record.key)
    lines = {line.key for line in order.lines}
    for shipment in record.shipments:
        for line in shipment.lines.keys() - lines:
            message = texts.UNKNOWN_ORDER_LINE.fill(key=record.key, line=line)
            raise RecordRejected(message, field="shipments")
    status, stage = AFTER[record.state]
    system.updates[order.key] = record
    made = {refund.key for refund in order.refunds}
    wanted = [
        Refund(key=wish.key, amount=wish.amount, lines=wish.lines)
        for wish in record.refunds
        if wish.key not in made
    ]
    system.put_if_different(
        "orders", replace(order, status=status, stage=stage, refunds=[*order.refunds, *wanted])
    )
    return Outcome(record.key, target=order.key)


def _agree(system: ShopSystem, change: Change, record: Customer) -> Outcome:
    """What the ERP says of an account; what it does not speak of stays the customer's own."""
    held = the(Customer, _existing(system, "customers", change), record.key)
    before = change.previous if isinstance(change.previous, Customer) else None
    changes = changed_fields(record, before)
    email = changes.get("email", "x@y")
    if "@" not in email:
        raise RecordRejected(texts.REFUSED.fill(key=record.key, reason=email or "e-mail"), field="email")
    system.put_if_different("customers", with_changes(held, changes))
    return Outcome(change.key, target=held.key)


def _existing(system: ShopSystem, stream: str, change: Change) -> Any:
    found = system.find(stream, change.target)
    if found is None:
        raise RecordRejected(texts.GONE.fill(key=change.key, target=change.target), field="key")
    return found


def _demand_sound(system: ShopSystem, record: Listing, *, target: str | None) -> None:
    if not record.name.strip():
        raise RecordRejected(texts.EMPTY_NAME.fill(key=record.key), field="name")
    if len(record.name) > NAME_LENGTH:
        raise RecordRejected(texts.TOO_LONG.fill(key=record.key, limit=NAME_LENGTH), field="name")
    for position, offer in enumerate(record.offers):
        if system.sku_owner(offer.sku) not in (None, target):
            raise RecordRejected(texts.SKU_TAKEN.fill(sku=offer.sku), field=f"offers[{position}].sku")
