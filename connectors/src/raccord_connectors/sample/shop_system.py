"""A small shop in memory: listings with their offers, the quantities it shows, and the orders of its customers.

shop = ShopSystem("boutique")
order = shop.place_order({"CHAISE": 2}, shipping="5.90")   # by SKU or by the shop's own offer key
MemoryShop(MemorySettings(system="boutique")).read("orders")
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

from msgspec import UNSET
from msgspec.structs import replace

from raccord_connectors.canonical import (
    Address,
    Availability,
    Buyer,
    Charge,
    Customer,
    Listing,
    Offer,
    OfferPrice,
    Order,
    OrderLine,
    OrderUpdate,
    Payment,
    Record,
    Refund,
    Shipment,
    TaxAmount,
    plain,
)
from raccord_connectors.sample.memory import MemorySystem, the

Amount = Decimal | int | str
CENT = Decimal("0.01")
STANDARD_RATE = Decimal(20)
STATUSES = {
    "pending": "En attente de paiement",
    "processing": "En préparation",
    "completed": "Terminée",
    "cancelled": "Annulée",
}


class OutOfStock(Exception):
    """The shop itself refuses the sale."""


def cents(value: Amount) -> Decimal:
    return plain(Decimal(value).quantize(CENT, ROUND_HALF_UP))


class ShopSystem(MemorySystem):
    """`now` dates what happens; `updates` holds the last `OrderUpdate` that each order received, by order key."""

    systems: ClassVar[dict[str, MemorySystem]] = {}

    def __init__(
        self, name: str, *, token: str = "", now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        super().__init__(name, token=token)
        self.now = now
        self.updates: dict[str, OrderUpdate] = {}
        self._listing_of: dict[str, str] = {}
        """SKU or offer key → listing key, of the listings there are."""

    def put(self, stream: str, record: Record) -> None:
        with self.lock:
            if isinstance(record, Listing):
                self._forget_offers(record.key)
                for offer in record.offers:
                    self._listing_of[offer.key] = self._listing_of[offer.sku] = record.key
            super().put(stream, record)

    def drop(self, stream: str, key: str) -> None:
        with self.lock:
            if stream == "listings":
                self._forget_offers(key)
            super().drop(stream, key)

    # ---------------------------------------------------------------------------------------- catalogue

    def put_listing(
        self, name: str, *, sku: str, price: Amount | None = None, quantity: Amount = 0, **fields: Any
    ) -> Listing:
        """A simple listing that the shop's people made themselves, with the shop's own keys."""
        key = str(self.number())
        offer_price = (
            None if price is None else OfferPrice(amount=cents(price), tax_included=True, currency="EUR")
        )
        offer = Offer(key=f"{key}-1", sku=sku, price=offer_price)
        listing = Listing(key=key, **{"published": True, "name": name, "offers": [offer], **fields})
        self.put("listings", listing)
        self.set_quantity(offer.key, quantity, product=key)
        return listing

    def edit(self, listing: str, **fields: Any) -> Listing:
        """What the shop's people change by hand."""
        edited = replace(the(Listing, self.find("listings", listing), listing), **fields)
        self.put("listings", edited)
        return edited

    def delete_listing(self, key: str) -> None:
        found = self.find("listings", key)
        if isinstance(found, Listing):
            for offer in found.offers:
                self.drop("availability", offer.key)
            self.drop("listings", key)

    def listing_of(self, key: str) -> Listing | None:
        """The listing that shows the ERP's product `key`, wherever it came from."""
        found = self.find("listings", self.refs.get(("listings", key)))
        return found if isinstance(found, Listing) else None

    def sku_owner(self, sku: str) -> str | None:
        """The key of the listing that has this SKU."""
        return self._listing_of.get(sku)

    def set_quantity(self, offer: str, quantity: Amount, *, product: str, backorders: bool = False) -> None:
        value = plain(Decimal(quantity))
        self.put(
            "availability", Availability(key=offer, quantity=value, product=product, backorders=backorders)
        )

    def quantity(self, item: str) -> Decimal:
        """What the shop shows for a SKU or an offer key."""
        _, offer = self._offer(item)
        return the(Availability, self.find("availability", offer.key), offer.key).quantity

    # ------------------------------------------------------------------------------------------- orders

    def place_order(
        self,
        items: Mapping[str, Amount],
        *,
        email: str = "lucie.martin@example.com",
        shipping: Amount = 0,
        paid: bool = True,
        **fields: Any,
    ) -> Order:
        """A customer buys: quantities by SKU or offer key. `OutOfStock` when the shop shows less and takes no
        backorders. Amounts follow the listings' prices and VAT rates; `fields` are those of `Order`."""
        with self.lock:
            bought = [(*self._offer(item), Decimal(quantity)) for item, quantity in items.items()]
            for listing, offer, quantity in bought:
                self._take(listing, offer, quantity)
            key = str(1000 + self.number())
            lines = [
                _line(f"{key}-{position}", listing, offer, quantity)
                for position, (listing, offer, quantity) in enumerate(bought, start=1)
            ]
            order = _order(key, lines, _shipping(cents(shipping)), self.now(), email, paid)
            order = replace(order, **fields)
            self.put("orders", order)
            return order

    def put_account(self, key: str, **fields: Any) -> Customer:
        """An account that a customer opened; `fields` are those of `Customer`."""
        account = Customer(key=key, **fields)
        self.put("customers", account)
        return account

    def edit_account(self, key: str, **fields: Any) -> Customer:
        """What the customer, or the shop's people, change in it."""
        account = replace(the(Customer, self.find("customers", key), key), **fields)
        self.put("customers", account)
        return account

    def pay(self, order: str) -> Order:
        found = self._order(order)
        payments = [replace(p, state="paid", paid_at=self.now()) for p in found.payments]
        return self._put_order(found, payments=payments, status="processing", stage="open")

    def cancel_order(self, order: str) -> Order:
        """The customer or the staff cancels; what was taken is shown again."""
        found = self._order(order)
        for line in found.lines:
            known = the(Availability, self.find("availability", line.item), line.item)
            self.put("availability", replace(known, quantity=plain(known.quantity + line.quantity)))
        return self._put_order(found, status="cancelled", stage="cancelled")

    def refund(self, order: str, value: Amount, *, reason: str = "", **fields: Any) -> Order:
        """Gives money back. `fields` are those of `Refund`."""
        found = self._order(order)
        key = f"{order}-R{len(found.refunds) + 1}"
        refund = Refund(key=key, amount=cents(value), at=self.now(), reason=reason, **fields)
        return self._put_order(found, refunds=[*found.refunds, refund])

    def shipments(self, order: str) -> list[Shipment]:
        """What the customer was told about the delivery."""
        update = self.updates.get(order)
        return [] if update is None else list(update.shipments)

    # ------------------------------------------------------------------------------------------- inside

    def _offer(self, item: str) -> tuple[Listing, Offer]:
        listing = the(Listing, self.find("listings", self._listing_of.get(item)), item)
        return listing, next(offer for offer in listing.offers if item in (offer.key, offer.sku))

    def _forget_offers(self, listing: str) -> None:
        old = self.find("listings", listing)
        for offer in old.offers if isinstance(old, Listing) else ():
            self._listing_of.pop(offer.key, None)
            self._listing_of.pop(offer.sku, None)

    def _take(self, listing: Listing, offer: Offer, quantity: Decimal) -> None:
        shown = the(Availability, self.find("availability", offer.key), offer.key)
        if listing.track_stock and not shown.backorders and shown.quantity < quantity:
            raise OutOfStock(f"{offer.sku}: {quantity} wanted, {shown.quantity} left")
        self.put("availability", replace(shown, quantity=plain(shown.quantity - quantity)))

    def _order(self, key: str) -> Order:
        return the(Order, self.find("orders", key), key)

    def _put_order(self, found: Order, **fields: Any) -> Order:
        order = replace(found, **fields)
        self.put("orders", order)
        return order


def _line(key: str, listing: Listing, offer: Offer, quantity: Decimal) -> OrderLine:
    if not isinstance(offer.price, OfferPrice):
        raise OutOfStock(f"{offer.sku} has no price")
    amount, included = offer.price.amount, offer.price.tax_included
    rate = STANDARD_RATE if listing.tax_rate is UNSET else listing.tax_rate
    net, tax = _split(amount * quantity, rate, included=included)
    return OrderLine(
        key=key, item=offer.key, sku=offer.sku, name=listing.name, quantity=plain(quantity), net=net, tax=tax,
        rate=rate, unit_net=None if included else amount, unit_gross=amount if included else None,
    )  # fmt: skip


def _shipping(gross: Decimal) -> list[Charge]:
    if not gross:
        return []
    net, tax = _split(gross, STANDARD_RATE, included=True)
    return [
        Charge(kind="shipping", title="Livraison", net=net, tax=tax, rate=STANDARD_RATE, method="colissimo")
    ]


def _split(value: Decimal, rate: Decimal, *, included: bool) -> tuple[Decimal, Decimal]:
    """Net and tax, to the cent."""
    if included:
        net = cents(value / (1 + rate / 100))
        return net, plain(cents(value) - net)
    return cents(value), cents(value * rate / 100)


def _order(
    key: str, lines: list[OrderLine], charges: list[Charge], at: datetime, email: str, paid: bool
) -> Order:
    parts: list[OrderLine | Charge] = [*lines, *charges]
    net = sum((part.net for part in parts), Decimal(0))
    tax = sum((part.tax for part in parts), Decimal(0))
    rates = sorted({part.rate for part in parts if part.rate is not None})
    taxes = [
        TaxAmount(
            rate,
            plain(sum((part.net for part in parts if part.rate == rate), Decimal(0))),
            plain(sum((part.tax for part in parts if part.rate == rate), Decimal(0))),
        )
        for rate in rates
    ]
    address = Address(
        first_name="Lucie", last_name="Martin", line1="12 rue de l’Église", postal_code="25000", city="Besançon",
        country="FR", email=email,
    )  # fmt: skip
    gross = plain(net + tax)
    payment = Payment(
        key=f"{key}-P1", method="card", title="Carte bancaire", amount=gross,
        state="paid" if paid else "pending", paid_at=at if paid else None,
    )  # fmt: skip
    return Order(
        key=key,
        number=f"W{key}",
        placed_at=at,
        status="processing" if paid else "pending",
        stage="open" if paid else "pending",
        currency="EUR",
        prices_include_tax=True,
        buyer=Buyer(email=email, first_name="Lucie", last_name="Martin"),
        billing=address,
        delivery=address,
        lines=lines,
        charges=charges,
        payments=[payment],
        taxes=taxes,
        net=plain(net),
        tax=plain(tax),
        gross=gross,
    )
