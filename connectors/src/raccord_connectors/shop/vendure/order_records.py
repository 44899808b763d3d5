"""From Vendure's orders to ours, with the shop's own amounts.

Every amount of a line is the *prorated* one: after its own discounts and its share of the order's. Sums are Vendure's:
subTotal = Σ prorated lines + surcharges, total = subTotal + shipping. Nothing is computed here but differences of two
amounts that Vendure gave.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal

from raccord_connectors.canonical import (
    Address,
    Buyer,
    Charge,
    Discount,
    Order,
    OrderLine,
    Payment,
    Refund,
    Scalar,
    TaxAmount,
    plain,
)
from raccord_connectors.contract import RecordRejected, Rejection
from raccord_connectors.shop.vendure import texts
from raccord_connectors.shop.vendure.client import Json
from raccord_connectors.shop.vendure.installation import Installation
from raccord_connectors.shop.vendure.settings import VendureSettings

ADDRESS = "fullName company streetLine1 streetLine2 postalCode city province countryCode phoneNumber"
DISCOUNT = "adjustmentSource type description amount"
FIELDS = f"""id code state type active orderPlacedAt createdAt currencyCode couponCodes
  promotions {{ id couponCode }}
  customer {{ id title firstName lastName emailAddress phoneNumber user {{ id }} groups {{ name }} CUSTOMER }}
  billingAddress {{ {ADDRESS} }} shippingAddress {{ {ADDRESS} }}
  lines {{ id quantity taxRate unitPrice unitPriceWithTax proratedLinePrice proratedLinePriceWithTax
    discounts {{ {DISCOUNT} }} productVariant {{ id sku name }} LINE }}
  surcharges {{ id description sku price priceWithTax taxRate }}
  discounts {{ {DISCOUNT} }}
  shippingLines {{ id discountedPrice discountedPriceWithTax shippingMethod {{ code name }} }}
  total totalWithTax taxSummary {{ taxRate taxBase taxTotal }}
  payments {{ id method state amount transactionId createdAt updatedAt
    refunds {{ id state total reason createdAt lines {{ orderLineId quantity }} }} }}
  fulfillments {{ state lines {{ orderLineId quantity }} }} ORDER"""
PAYMENTS: dict[str, Literal["pending", "authorised", "paid", "failed", "cancelled"]] = {
    "Created": "pending",
    "Authorized": "authorised",
    "Settled": "paid",
    "Declined": "failed",
    "Error": "failed",
    "Cancelled": "cancelled",
}
BEING_CHANGED = {"Modifying", "ArrangingAdditionalPayment"}
"""A placed order that someone is editing, or that waits for the rest of its money: its amounts are not final."""
LEFT = {"Shipped", "Delivered"}


def query_fields(installation: Installation) -> str:
    fields = FIELDS
    for place, entity in (("CUSTOMER", "Customer"), ("LINE", "OrderLine"), ("ORDER", "Order")):
        fields = fields.replace(place, installation.selection(entity))
    return fields


class OrderReader:
    def __init__(self, installation: Installation, settings: VendureSettings) -> None:
        self._installation = installation
        self._settings = settings

    def read(self, row: Json) -> Order | Rejection:
        amount = self._installation.amount
        net, gross = amount(row["total"]), amount(row["totalWithTax"])
        taxes = self._taxes(row)
        if row["customer"] is None:
            message = texts.NO_CUSTOMER.fill(code=row["code"])
            return Rejection(row["id"], RecordRejected(message, field="buyer").problem())
        billing, delivery = _address(row["billingAddress"], row), _address(row["shippingAddress"], row)
        return Order(
            key=row["id"],
            number=row["code"],
            placed_at=datetime.fromisoformat(row["orderPlacedAt"] or row["createdAt"]),
            status=row["state"],
            stage=_stage(row),
            currency=row["currencyCode"],
            prices_include_tax=self._installation.prices_include_tax,
            buyer=self._buyer(row),
            billing=billing or delivery or Address(),
            delivery=delivery,
            lines=[self._line(line) for line in row["lines"] if line["quantity"] > 0],
            charges=self._charges(row, [tax.rate for tax in taxes]),
            discounts=self._order_discounts(row),
            payments=[self._payment(payment) for payment in row["payments"] or ()],
            refunds=[
                self._refund(refund)
                for payment in row["payments"] or ()
                for refund in payment["refunds"]
                if refund["state"] == "Settled"
            ],
            taxes=taxes,
            net=net,
            tax=plain(gross - net),
            gross=gross,
            custom=_custom(row, "") | _custom(row["customer"], "customer.", self._named()),
        )

    # ------------------------------------------------------------------------------------------------ amounts

    def _line(self, line: Json) -> OrderLine:
        amount = self._installation.amount
        net, gross = amount(line["proratedLinePrice"]), amount(line["proratedLinePriceWithTax"])
        return OrderLine(
            key=line["id"],
            item=line["productVariant"]["id"],
            sku=line["productVariant"]["sku"],
            name=line["productVariant"]["name"],
            quantity=Decimal(line["quantity"]),
            net=net,
            tax=plain(gross - net),
            rate=_rate(line["taxRate"]),
            unit_net=amount(line["unitPrice"]),
            unit_gross=amount(line["unitPriceWithTax"]),
            discounts=[
                found
                for discount in line["discounts"]
                if _of_the_line(discount)
                if (found := self._discount(discount, "line", None))
            ],
        )

    def _charges(self, row: Json, rates: Sequence[Decimal]) -> list[Charge]:
        amount = self._installation.amount
        found = []
        for line in row["shippingLines"]:
            net, gross = amount(line["discountedPrice"]), amount(line["discountedPriceWithTax"])
            method = line["shippingMethod"]
            tax = plain(gross - net)
            found.append(
                Charge(
                    kind="shipping",
                    title=method["name"],
                    net=net,
                    tax=tax,
                    rate=self._rate_of(net, tax, rates),
                    method=method["code"],
                )
            )
        for surcharge in row["surcharges"]:
            net, gross = amount(surcharge["price"]), amount(surcharge["priceWithTax"])
            rate = _rate(surcharge["taxRate"])
            title, sku = surcharge["description"], surcharge["sku"] or ""
            found.append(
                Charge(kind="fee", title=title, net=net, tax=plain(gross - net), rate=rate, method=sku)
            )
        return found

    def _rate_of(self, net: Decimal, tax: Decimal, rates: Sequence[Decimal]) -> Decimal | None:
        """The rate of shipping, which Vendure does not tell: the one of the order's VAT table that explains the tax, to
        the cent. None when none or several do."""
        cent = self._installation.amount(1)
        fitting = [rate for rate in rates if abs(net * rate / 100 - tax) <= cent]
        if net == 0 or not fitting:
            return None
        best = sorted(fitting, key=lambda rate: abs(net * rate / 100 - tax))
        return best[0]

    def _taxes(self, row: Json) -> list[TaxAmount]:
        """One line per rate: Vendure lists shipping apart, under the same rate."""
        amount = self._installation.amount
        sums: dict[Decimal, tuple[Decimal, Decimal]] = {}
        for entry in row["taxSummary"]:
            rate = _rate(entry["taxRate"])
            base, tax = sums.get(rate, (Decimal(0), Decimal(0)))
            sums[rate] = (base + amount(entry["taxBase"]), tax + amount(entry["taxTotal"]))
        return [TaxAmount(rate, plain(base), plain(tax)) for rate, (base, tax) in sorted(sums.items())]

    def _order_discounts(self, row: Json) -> list[Discount]:
        coupons = {f"PROMOTION:{promotion['id']}": promotion["couponCode"] for promotion in row["promotions"]}
        at_lines = {
            d["adjustmentSource"] for line in row["lines"] for d in line["discounts"] if _of_the_line(d)
        }
        found = []
        for discount in row["discounts"]:
            if discount["adjustmentSource"] not in at_lines:
                coupon = coupons.get(discount["adjustmentSource"]) or None
                kind: Literal["voucher", "order"] = "voucher" if coupon else "order"
                if made := self._discount(discount, kind, coupon):
                    found.append(made)
        return found

    def _discount(
        self, row: Json, kind: Literal["line", "order", "voucher"], coupon: str | None
    ) -> Discount | None:
        net = -self._installation.amount(row["amount"])
        if net <= 0:
            return None
        return Discount(title=row["description"], net=plain(net), code=coupon, kind=kind)

    def _payment(self, row: Json) -> Payment:
        state = PAYMENTS.get(row["state"], "pending")
        return Payment(
            key=row["id"],
            method=row["method"],
            title=row["method"],
            amount=self._installation.amount(row["amount"]),
            state=state,
            paid_at=datetime.fromisoformat(row["updatedAt"]) if state == "paid" else None,
            transaction=row["transactionId"] or "",
        )

    def _refund(self, row: Json) -> Refund:
        return Refund(
            key=row["id"],
            amount=self._installation.amount(row["total"]),
            at=datetime.fromisoformat(row["createdAt"]),
            reason=row["reason"] or "",
            lines={line["orderLineId"]: Decimal(line["quantity"]) for line in row["lines"]},
        )

    # ------------------------------------------------------------------------------------------------- people

    def _named(self) -> tuple[str, ...]:
        return (self._settings.siret_field, self._settings.vat_number_field)

    def _buyer(self, row: Json) -> Buyer:
        customer = row["customer"]
        custom = customer.get("customFields") or {}
        siret, vat_number = (custom.get(name) if name else None for name in self._named())
        address = row["billingAddress"] or {}
        delivery = row["shippingAddress"] or {}
        return Buyer(
            # Vendure makes a customer of a guest too; only an account has a user.
            key=customer["id"] if customer["user"] else None,
            email=customer["emailAddress"],
            first_name=customer["firstName"],
            last_name=customer["lastName"],
            company=address.get("company") or delivery.get("company") or "",
            siret=siret or None,
            vat_number=vat_number or None,
            phone=customer["phoneNumber"] or "",
            groups=sorted(group["name"] for group in customer["groups"]),
        )


def _stage(row: Json) -> Literal["pending", "open", "closed", "cancelled"]:
    """By what happened, not by the state's name alone: integrators add states of their own."""
    if row["state"] == "Cancelled":
        return "cancelled"
    if row["state"] in BEING_CHANGED or row["orderPlacedAt"] is None or row["active"]:
        return "pending"
    left: dict[str, int] = {}
    for fulfillment in row["fulfillments"] or ():
        if fulfillment["state"] in LEFT:
            for line in fulfillment["lines"]:
                left[line["orderLineId"]] = left.get(line["orderLineId"], 0) + line["quantity"]
    lines = [line for line in row["lines"] if line["quantity"] > 0]
    return (
        "closed" if lines and all(left.get(line["id"], 0) >= line["quantity"] for line in lines) else "open"
    )


def _of_the_line(discount: Json) -> bool:
    """Given for this line, not a share of what was given for the order."""
    return bool(discount["type"] == "PROMOTION")


def _address(row: Json | None, order: Json) -> Address | None:
    """Vendure keeps one full name; the customer's own names tell where to cut it."""
    if not row or not any(row.values()):
        return None
    name = row["fullName"] or ""
    first = order["customer"]["firstName"]
    known = bool(first) and name.casefold().startswith(f"{first} ".casefold())
    return Address(
        company=row["company"] or "",
        first_name=name[: len(first)] if known else "",
        last_name=name[len(first) :].strip() if known else name,
        line1=row["streetLine1"] or "",
        line2=row["streetLine2"] or "",
        postal_code=row["postalCode"] or "",
        city=row["city"] or "",
        region=row["province"] or "",
        country=row["countryCode"] or "",
        phone=row["phoneNumber"] or "",
    )


def _custom(row: Json, prefix: str, without: Sequence[str] = ()) -> dict[str, Scalar]:
    found: dict[str, Scalar] = {}
    for name, value in (row.get("customFields") or {}).items():
        if name not in without and value is not None:
            found[f"{prefix}{name}"] = value if isinstance(value, bool | int | str) else str(value)
    return found


def _rate(value: object) -> Decimal:
    return plain(Decimal(str(value)))
