"""One WooCommerce order → the canonical order. Nothing is computed that the shop tells.

WooCommerce keeps the net amount of a line *unrounded* (29.90 at 20 % is 24.916667) beside its *rounded* tax (4.98), and
adds up rounded lines. So amounts are rounded here as the shop does; where that does not give the shop's own totals (it
rounds at the sub-total, or a plug-in meddled), the lines are given unrounded, and the platform sees the difference.
"""

import html
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from raccord_connectors.canonical import (
    Address,
    Buyer,
    Charge,
    Discount,
    Order,
    OrderLine,
    Payment,
    Refund,
    RefundPart,
    Scalar,
    TaxAmount,
    plain,
)
from raccord_connectors.shop.woocommerce import keys
from raccord_connectors.shop.woocommerce.client import Row

Rates = dict[int, Any]
"""Rate id → percent."""
Stage = Literal["pending", "open", "closed", "cancelled"]
UNPAID = ("pending", "on-hold", "checkout-draft")
VOID = ("cancelled", "failed", "refunded", "trash")
VAT_NUMBER = (
    "_billing_vat_number",
    "_vat_number",
    "vat_number",
    "_billing_eu_vat_number",
    "billing_vat",
    "_billing_vat",
)
SIRET = ("_billing_siret", "billing_siret", "_siret", "siret")
LONGEST_CUSTOM = 1000
ZERO = Decimal(0)


def order(row: Row, refunds: Sequence[Row], rates: Rates, decimals: int) -> Order:
    """`decimals`: places of an amount in the order's currency. Raises KeyError, ValueError or InvalidOperation where the
    order lacks what every order has."""
    total, tax = _amount(row["total"]), _amount(row["total_tax"])
    codes = [str(line["code"]) for line in row["coupon_lines"]]
    lines, charges = _parts(row, rates, decimals, codes)
    parts: list[OrderLine | Charge] = [*lines, *charges]
    if sum((p.net + p.tax for p in parts), ZERO) != total or sum((p.tax for p in parts), ZERO) != tax:
        lines, charges = _parts(row, rates, None, codes)
    meta = _meta(row)
    return Order(
        key=str(row["id"]),
        number=str(row["number"]),
        placed_at=_moment(row["date_created_gmt"]),
        status=str(row["status"]),
        stage=stage(row),
        currency=str(row["currency"]),
        prices_include_tax=bool(row["prices_include_tax"]),
        buyer=_buyer(row, meta),
        billing=_address(row["billing"]),
        delivery=_address(row["shipping"]) if any(row["shipping"].values()) else None,
        lines=lines,
        charges=charges,
        discounts=[_coupon(line) for line in row["coupon_lines"]],
        payments=_payments(row, total),
        refunds=[_refund(refund, rates) for refund in refunds],
        taxes=_taxes(row, rates, [*lines, *charges]),
        net=plain(total - tax),
        tax=plain(tax),
        gross=plain(total),
        note=html.unescape(str(row.get("customer_note") or "")),
        custom=meta,
    )


def stage(row: Row) -> Stage:
    """What the status means. A status of a plug-in (« en préparation ») is judged by the payment."""
    status, paid = str(row["status"]), bool(row.get("date_paid"))
    if status in VOID:
        return "cancelled"
    if status == "completed":
        return "closed"
    if status == "processing":
        return "open"  # cash on delivery too: to be fulfilled, though nothing is paid
    if status in UNPAID:
        return "open" if paid and status != "checkout-draft" else "pending"
    if row.get("date_completed"):
        return "closed"
    return "open" if paid else "pending"


def _parts(
    row: Row, rates: Rates, decimals: int | None, codes: Sequence[str]
) -> tuple[list[OrderLine], list[Charge]]:
    """Lines and charges, rounded to `decimals` places or as they are."""
    charges = [_charge("shipping", line, rates, decimals) for line in row["shipping_lines"]]
    charges += [_charge("fee", line, rates, decimals) for line in row["fee_lines"]]
    return [_line(line, rates, decimals, codes) for line in row["line_items"]], charges


def _line(line: Row, rates: Rates, decimals: int | None, codes: Sequence[str]) -> OrderLine:
    quantity = Decimal(str(line["quantity"]))
    net, before = _rounded(line["total"], decimals), _rounded(line["subtotal"], decimals)
    tax = _rounded(line["total_tax"], decimals)
    product, variation = int(line.get("product_id") or 0), int(line.get("variation_id") or 0)
    gross_before = _amount(line["subtotal"]) + _amount(line["subtotal_tax"])
    discount = before - net
    return OrderLine(
        key=str(line["id"]),
        item=keys.target_of(product, variation) if product else "",
        sku=str(line.get("sku") or ""),
        name=html.unescape(str(line["name"])),
        quantity=plain(quantity),
        net=plain(net),
        tax=plain(tax),
        rate=_rate(line, rates),
        unit_net=plain(_rounded(_amount(line["subtotal"]) / quantity, 6)) if quantity else None,
        unit_gross=plain(_rounded(_rounded(gross_before, decimals) / quantity, 6)) if quantity else None,
        discounts=[
            Discount(
                title=", ".join(codes) or "Remise",
                net=plain(discount),
                code=codes[0] if len(codes) == 1 else None,
                kind="voucher" if codes else "line",
            )
        ]
        if discount > 0
        else [],
        part_of=str(line["bundled_by"]) if line.get("bundled_by") else None,
    )


def _charge(kind: Literal["shipping", "fee"], line: Row, rates: Rates, decimals: int | None) -> Charge:
    instance = str(line.get("instance_id") or "")
    method = f"{line['method_id']}:{instance}" if instance else str(line.get("method_id") or "")
    title = line.get("method_title") if kind == "shipping" else line.get("name")
    return Charge(
        kind=kind,
        title=html.unescape(str(title or "")),
        net=plain(_rounded(line["total"], decimals)),
        tax=plain(_rounded(line["total_tax"], decimals)),
        rate=_rate(line, rates),
        method=method,
    )


def _rate(line: Row, rates: Rates) -> Decimal | None:
    """In percent. None when the shop charges none, does not say, or shares one amount among several rates (a negative
    fee); two taxes on one whole line add up."""
    applied = [int(tax["id"]) for tax in line.get("taxes") or [] if tax.get("total") not in ("", None)]
    shared = len(applied) > 1 and "quantity" not in line
    if not applied or shared or any(number not in rates for number in applied):
        return None
    return plain(sum((Decimal(str(rates[number])) for number in applied), ZERO))


def _taxes(row: Row, rates: Rates, parts: Sequence[OrderLine | Charge]) -> list[TaxAmount]:
    """The shop's own table. Bases are the net amounts of the lines that carry the rate: the shop does not tell them."""
    rows = [*row["line_items"], *row["shipping_lines"], *row["fee_lines"]]
    found: dict[Decimal, TaxAmount] = {}
    for line in row["tax_lines"]:
        number = int(line["rate_id"])
        if number not in rates:
            continue
        percent = plain(Decimal(str(rates[number])))
        tax = _amount(line["tax_total"]) + _amount(line["shipping_tax_total"])
        known = found.get(percent, TaxAmount(percent, ZERO, ZERO))
        base = known.base + sum(
            (_share(part, raw, number, percent) for part, raw in zip(parts, rows, strict=True)), ZERO
        )
        found[percent] = TaxAmount(percent, plain(base), plain(known.tax + tax))
    return [found[percent] for percent in sorted(found, reverse=True)]


def _share(part: OrderLine | Charge, raw: Row, number: int, percent: Decimal) -> Decimal:
    """What a line adds to the base of a rate: its net amount, or the part that bears this rate's tax."""
    taxes = {
        int(t["id"]): _amount(t["total"]) for t in raw.get("taxes") or [] if t.get("total") not in ("", None)
    }
    if number not in taxes:
        return ZERO
    if part.rate is not None or not percent:
        return part.net
    return _rounded(taxes[number] * 100 / percent, 2)


def _coupon(line: Row) -> Discount:
    return Discount(
        title=str(line["code"]),
        net=plain(_rounded(line["discount"], 2)),
        code=str(line["code"]),
        kind="voucher",
    )


def _payments(row: Row, total: Decimal) -> list[Payment]:
    """WooCommerce knows one payment per order."""
    method = str(row.get("payment_method") or "")
    if not method and not row.get("date_paid"):
        return []
    transaction = str(row.get("transaction_id") or "")
    state: Literal["paid", "failed", "cancelled", "pending"] = "pending"
    if row.get("date_paid"):
        state = "paid"
    elif row["status"] in ("failed", "cancelled"):
        state = row["status"]
    return [
        Payment(
            key=transaction or f"order-{row['id']}",
            method=method,
            title=html.unescape(str(row.get("payment_method_title") or "")),
            amount=plain(total),
            state=state,
            paid_at=_moment(row["date_paid_gmt"]) if row.get("date_paid_gmt") else None,
            transaction=transaction,
        )
    ]


def _refund(row: Row, rates: Rates) -> Refund:
    """Lines come with negative quantities and name the line of the order in a custom value. Whether the shop put the pieces back
    into its stock is nowhere in the refund."""
    lines: dict[str, Decimal] = {}
    for line in row.get("line_items") or []:
        of = _refunded(line)
        if of and (quantity := plain(abs(Decimal(str(line["quantity"]))))):
            lines[of] = quantity
    amount = plain(abs(_amount(row["amount"])))
    parts = list(_refund_parts(row, rates))
    # A person may give back an amount and fill in the lines carelessly: what exceeds it says nothing.
    told = sum((part.net + part.tax for part in parts), ZERO)
    return Refund(
        key=str(row["id"]),
        amount=amount,
        at=_moment(row["date_created_gmt"]),
        reason=html.unescape(str(row.get("reason") or "")),
        lines=lines,
        parts=parts if told <= amount + Decimal("0.01") * len(parts) else [],
    )


def _refund_parts(row: Row, rates: Rates) -> Iterator[RefundPart]:
    """Amounts as the shop gives them back, below zero there and above zero here."""
    kinds: tuple[tuple[str, Literal["shipping", "fee"] | None], ...] = (
        ("line_items", None), ("shipping_lines", "shipping"), ("fee_lines", "fee"),
    )  # fmt: skip
    for name, charge in kinds:
        for line in row.get(name) or []:
            net, tax = -_amount(line["total"]), -_amount(line["total_tax"])
            of = _refunded(line)
            if (net or tax) and (charge or of):
                yield RefundPart(
                    net=plain(net), tax=plain(tax), rate=_rate(line, rates), line=None if charge else of, charge=charge,
                    quantity=ZERO if charge else plain(abs(Decimal(str(line["quantity"])))),
                    title=html.unescape(str(line.get("method_title") or line.get("name") or "")),
                )  # fmt: skip


def _refunded(line: Row) -> str:
    """Key of the order's line that this one gives back."""
    meta = {entry["key"]: entry["value"] for entry in line.get("meta_data") or []}
    return str(meta.get("_refunded_item_id") or "")


def _buyer(row: Row, meta: Mapping[str, Scalar]) -> Buyer:
    billing = row["billing"]
    hidden = {str(m.get("key")): m.get("value") for m in row.get("meta_data") or []}
    customer = int(row.get("customer_id") or 0)
    return Buyer(
        key=str(customer) if customer else None,
        email=_text(billing, "email"),
        first_name=_text(billing, "first_name"),
        last_name=_text(billing, "last_name"),
        company=_text(billing, "company"),
        siret=_first(hidden, SIRET),
        vat_number=_first(hidden, VAT_NUMBER),
        phone=_text(billing, "phone"),
    )


def _address(row: Row) -> Address:
    return Address(
        company=_text(row, "company"),
        first_name=_text(row, "first_name"),
        last_name=_text(row, "last_name"),
        line1=_text(row, "address_1"),
        line2=_text(row, "address_2"),
        postal_code=_text(row, "postcode"),
        city=_text(row, "city"),
        region=_text(row, "state"),
        country=_text(row, "country"),
        phone=_text(row, "phone"),
        email=_text(row, "email"),
    )


def _meta(row: Row) -> dict[str, Scalar]:
    """Custom values of the order that are plain; those of Raccord itself are left out."""
    found: dict[str, Scalar] = {}
    for entry in row.get("meta_data") or []:
        name, value = str(entry.get("key") or ""), entry.get("value")
        short = not isinstance(value, str) or len(value) <= LONGEST_CUSTOM
        if name and not name.startswith("_raccord") and isinstance(value, str | int | bool) and short:
            found[name] = value
    return found


def _first(values: Mapping[str, Any], names: Sequence[str]) -> str | None:
    return next((str(values[name]).strip() for name in names if values.get(name)), None)


def _text(row: Row, name: str) -> str:
    return html.unescape(str(row.get(name) or "")).replace("\x00", "").strip()


def _amount(value: Any) -> Decimal:
    return Decimal(str(value or "0"))


def _rounded(value: Any, decimals: int | None) -> Decimal:
    amount = _amount(value)
    return amount if decimals is None else amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
