"""An order of Oxatis in canonical form, with the shop's own amounts.

Oxatis keeps a discount on the whole order apart from the lines, and its VAT table after it. Whether that table holds shipping
and fees is not documented: it is found by which way the amount due comes out. What the table has less than the lines is the
discount, rate by rate, in the shop's own cents; nothing is computed anew.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal
from xml.etree.ElementTree import Element

from raccord_connectors.canonical import (
    Address,
    Buyer,
    Charge,
    Discount,
    Order,
    OrderLine,
    Payment,
    TaxAmount,
    plain,
)
from raccord_connectors.kit.xml import text_of
from raccord_connectors.shop.oxatis.states import PAID, VOID

ZERO = Decimal(0)
Moment = Callable[[str], datetime]
Stage = Literal["pending", "open", "closed", "cancelled"]
PAYMENT: dict[str, Literal["pending", "authorised", "paid", "failed", "cancelled"]] = {
    "0": "cancelled", "10": "failed", "14": "pending", "20": "pending", "30": "failed", "40": "paid",
}  # fmt: skip


def order_of(data: Element, moment: Moment, meaning: str) -> Order:
    """Raises `ValueError` or `InvalidOperation` for what is no order."""
    number = text_of(data, "OxID")
    placed = moment(text_of(data, "Date")).astimezone(UTC)
    status = text_of(data, "PaymentStatusCode")
    lines = _lines(data)
    charges = _charges(data)
    table = _tables(data)
    due = amount(data, "NetAmountDue")
    taxes = _settled(data, lines, charges, table, due)
    net = sum((one.net for one in lines), ZERO) + sum((one.net for one in charges), ZERO)
    return Order(
        key=number,
        number=text_of(data, "OrderNumber", number),
        placed_at=placed,
        status=status,
        stage=_stage(status, meaning),
        currency=text_of(data, "CurrencyCode", "EUR"),
        prices_include_tax=truth(data, "VATIncluded"),
        buyer=_buyer(data),
        billing=_address(data, "Billing"),
        delivery=_address(data, "Shipping") if text_of(data, "ShippingCity") else None,
        lines=lines,
        charges=charges,
        discounts=_discounts(data),
        payments=_payments(data, status, due, placed),
        taxes=taxes,
        net=plain(net),
        tax=plain(due - net),
        gross=due,
        note=text_of(data, "SpecialInstructions"),
        gift_message=text_of(data, "GiftMessage"),
        custom=_custom(data),
    )


def amount(data: Element, path: str) -> Decimal:
    """Zero where it is not there. Raises `InvalidOperation` for what is no number."""
    return plain(Decimal(text_of(data, path, "0")))


def truth(data: Element, path: str) -> bool:
    return text_of(data, path).lower() in ("true", "1")


def _stage(status: str, meaning: str) -> Stage:
    """A payment that was refused may be tried again: only a cancelled one is void."""
    if meaning == "cancelled" or status in VOID:
        return "cancelled"
    if status != PAID:
        return "pending"
    return "closed" if meaning == "closed" else "open"


def _lines(data: Element) -> list[OrderLine]:
    with_tax = truth(data, "VATIncluded")
    found: list[OrderLine] = []
    for place, item in enumerate(data.iterfind("OrderItems/Item"), start=1):
        key = text_of(item, "OxID", str(place))
        found.append(_line(item, key, with_tax))
        for part, inside in enumerate(item.iterfind("BundledItems/Item"), start=1):
            found.append(
                OrderLine(
                    key=f"{key}.{part}", item=text_of(inside, "ProductOxID"), sku=text_of(inside, "ItemSKU"),
                    name=text_of(inside, "Name"), quantity=amount(inside, "Quantity"), net=ZERO, tax=ZERO, part_of=key,
                )
            )  # fmt: skip
    return found


def _line(item: Element, key: str, with_tax: bool) -> OrderLine:
    whole, tax = amount(item, "NetAmount"), amount(item, "VATAmount")
    net = plain(whole - tax) if with_tax else whole
    gross_unit = amount(item, "GrossPrice")
    reduced = amount(item, "GrossAmount") - whole
    packaging = text_of(item, "PackagingName")
    options = [
        f"{text_of(item, f'Option{place}Name')} : {value}"
        for place in (1, 2, 3)
        if (value := text_of(item, f"Option{place}Value"))
    ]
    return OrderLine(
        key=key,
        item=text_of(item, "ProductOxID"),
        sku=text_of(item, "ItemSKU"),
        name=text_of(item, "Name"),
        quantity=amount(item, "Quantity"),
        net=net,
        tax=tax,
        rate=amount(item, "TaxRate"),
        unit_net=None if with_tax else gross_unit,
        unit_gross=gross_unit if with_tax else None,
        discounts=_line_discounts(reduced, net, whole),
        eco_contribution=amount(item, "EcotaxValueTaxIncl") or None,
        gift=truth(item, "Offered"),
        note="; ".join(
            filter(None, [f"{packaging} × {text_of(item, 'PackagingQty')}" if packaging else "", *options])
        ),
    )


def _line_discounts(reduced: Decimal, net: Decimal, whole: Decimal) -> list[Discount]:
    """Contained in the amounts already; in the line's own tax mode, brought to net by the line's own proportion."""
    if reduced <= 0:
        return []
    share = reduced if not whole or net == whole else (reduced * net / whole).quantize(Decimal("0.01"))
    return [Discount(title="Remise", net=plain(share))] if share > 0 else []


def _charges(data: Element) -> list[Charge]:
    found = []
    shipping = amount(data, "ShippingPriceTaxExcl"), amount(data, "ShippingVATAmount")
    if any(shipping) or text_of(data, "ShippingMethodName"):
        found.append(
            Charge(
                kind="shipping", title=text_of(data, "ShippingMethodName"), net=shipping[0], tax=shipping[1],
                rate=amount(data, "ShippingTaxRate"), method=text_of(data, "ShippingMethodName"),
            )
        )  # fmt: skip
    fees = amount(data, "PaymentFeesTaxExc"), amount(data, "PaymentFeesVATAmount")
    if any(fees):
        title = text_of(data, "PaymentMethodName")
        rate = amount(data, "PaymentFeesTaxRate")
        found.append(Charge(kind="fee", title=title, net=fees[0], tax=fees[1], rate=rate))
    return found


def _tables(data: Element) -> dict[Decimal, tuple[Decimal, Decimal]]:
    """Rate → (base, VAT), as the order's VAT table says."""
    found: dict[Decimal, tuple[Decimal, Decimal]] = {}
    for row in data.iter("OrderTaxDetails"):
        for one in [child for child in row if child.find("TaxRate") is not None] or [row]:
            rate = amount(one, "TaxRate")
            base, tax = found.get(rate, (ZERO, ZERO))
            found[rate] = (base + amount(one, "TotalNetTaxExcl"), tax + amount(one, "TotalNetVATAmount"))
    return found


def _settled(
    data: Element,
    lines: list[OrderLine],
    charges: list[Charge],
    table: dict[Decimal, tuple[Decimal, Decimal]],
    due: Decimal,
) -> list[TaxAmount]:
    """The order's VAT table, shipping and fees included; the discount on the whole order goes to `charges`. Where the amount
    due comes out neither way, nothing is put right: the platform then holds the order and says by how much."""
    around = list(charges)
    total = sum((base + tax for base, tax in table.values()), ZERO)
    extra = sum((one.net + one.tax for one in around), ZERO)
    goods = dict(table)
    if table and total + extra != due and total == due:  # the table holds them already
        for charge in around:
            base, tax = goods.get(charge.rate or ZERO, (ZERO, ZERO))
            goods[charge.rate or ZERO] = (base - charge.net, tax - charge.tax)
    elif total + extra != due:
        goods = {}
    for rate, (base, tax) in sorted(goods.items()):
        net = base - sum((one.net for one in lines if (one.rate or ZERO) == rate), ZERO)
        vat = tax - sum((one.tax for one in lines if (one.rate or ZERO) == rate), ZERO)
        if net or vat:
            charges.append(_difference(data, rate, net, vat))
    by_rate: dict[Decimal, tuple[Decimal, Decimal]] = {}
    parts = [(one.rate, one.net, one.tax) for one in lines] + [
        (one.rate, one.net, one.tax) for one in charges
    ]
    for percent, net, vat in parts:
        base, tax = by_rate.get(percent or ZERO, (ZERO, ZERO))
        by_rate[percent or ZERO] = (base + net, tax + vat)
    return [
        TaxAmount(rate, plain(base), plain(tax))
        for rate, (base, tax) in sorted(by_rate.items())
        if base or tax
    ]


def _difference(data: Element, rate: Decimal, net: Decimal, tax: Decimal) -> Charge:
    """What the whole order was reduced by, at one rate; a cent without a discount is the shop's rounding."""
    coupon = text_of(data, "CartCoupon")
    if amount(data, "GlobalDiscountAmount") or amount(data, "GlobalDiscountRate") or coupon:
        kind: Any = "voucher" if coupon else "discount"
        title = coupon or "Remise"
    else:
        kind, title = "rounding", "Arrondi"
    return Charge(kind=kind, title=title, net=plain(net), tax=plain(tax), rate=rate)


def _discounts(data: Element) -> list[Discount]:
    whole, coupon = amount(data, "GlobalDiscountAmount"), text_of(data, "CartCoupon")
    if whole <= 0:
        return []
    kind: Literal["order", "voucher"] = "voucher" if coupon else "order"
    return [Discount(title=coupon or "Remise", net=whole, code=coupon or None, kind=kind)]


def _payments(data: Element, status: str, due: Decimal, placed: datetime) -> list[Payment]:
    method = text_of(data, "PaymentMethodName")
    if not method:
        return []
    state = PAYMENT.get(status, "pending")
    paid_at = placed if state == "paid" else None
    return [Payment(key="1", method=method, title=method, amount=due, state=state, paid_at=paid_at)]


def _buyer(data: Element) -> Buyer:
    return Buyer(
        key=text_of(data, "UserOxID") or None,
        erp_code=text_of(data, "CustomerCode"),
        email=text_of(data, "UserEmail"),
        first_name=text_of(data, "BillingFirstName"),
        last_name=text_of(data, "BillingLastName"),
        company=text_of(data, "BillingCompany"),
        siret=text_of(data, "FiscalCode") or None,
        vat_number=text_of(data, "CompanyVATNumber") or None,
        phone=text_of(data, "BillingPhone") or text_of(data, "BillingCellPhone"),
        language=text_of(data, "Language").lower()[:2],
    )


def _address(data: Element, side: str) -> Address:
    """TRAP: streets are cut at 50 characters, the rest stands in the other information."""
    return Address(
        company=text_of(data, f"{side}Company"),
        first_name=text_of(data, f"{side}FirstName"),
        last_name=text_of(data, f"{side}LastName"),
        line1=text_of(data, f"{side}AddressStreet"),
        line2=text_of(data, f"{side}AddressOtherInfo"),
        postal_code=text_of(data, f"{side}ZipCode"),
        city=text_of(data, f"{side}City"),
        region=text_of(data, f"{side}State"),
        country=text_of(data, f"{side}CountryISOCode"),
        phone=text_of(data, f"{side}Phone") or text_of(data, f"{side}CellPhone"),
    )


CUSTOM = (
    "SourceTypeID", "SourceOrderID", "ShippingProcessorCode", "ShippingParam1", "ShippingParam2", "InternalNote", "NAFCode",
    "LegalForm", "UserTypology",
)  # fmt: skip
"""What a mapping may want of an order: the marketplace, the pick-up point, the buyer's kind."""


def _custom(data: Element) -> dict[str, Any]:
    return {name: value for name in CUSTOM if (value := text_of(data, name))}
