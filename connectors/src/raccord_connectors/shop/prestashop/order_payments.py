"""Payments and credit slips of an order."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from raccord_connectors.canonical import Charge, OrderLine, Payment, Refund, RefundPart, plain
from raccord_connectors.shop.prestashop.addresses import text
from raccord_connectors.shop.prestashop.facts import Facts
from raccord_connectors.shop.prestashop.rounding import CENT, ZERO, amount_of
from raccord_connectors.shop.prestashop.rows import Row, number

NO_MOMENT = ("", "0000-00-00 00:00:00")


def payments_of(
    row: Row, payments: Sequence[Row], sisters: Sequence[Row], facts: Facts, gross: Decimal
) -> list[Payment]:
    """Payments belong to a reference, which several orders may share: each then has its own part. TRAP: a shop that makes no
    invoices writes no payment; the state says that it was paid."""
    module, label = text(row.get("module")), text(row.get("payment"))
    shared = len(sisters) > 1
    found = [
        Payment(
            key=str(number(payment)),
            method=module
            if text(payment.get("payment_method")) in ("", label)
            else text(payment["payment_method"]),
            title=text(payment.get("payment_method")) or label,
            amount=plain(
                min(amount_of(payment["amount"]), gross) if shared else amount_of(payment["amount"])
            ),
            state="paid",
            paid_at=_moment(payment.get("date_add"), facts),
            transaction=text(payment.get("transaction_id")),
        )
        for payment in payments
    ]
    if shared and len(found) > 1:  # one for each of them: by their amounts, else in their order
        place = next((n for n, sister in enumerate(sisters) if number(sister) == number(row)), 0)
        own = [payment for payment in found if payment.amount == gross] or found[place : place + 1]
        found = own[:1]
    if found or not (module or label):
        return found
    state = facts.states.get(row["current_state"].strip())
    paid = state is not None and state.paid
    failed = row["current_state"].strip() == facts.state_for("ERROR")
    return [
        Payment(
            key=f"order-{number(row)}",
            method=module or label,
            title=label,
            amount=plain(gross),
            state="paid" if paid else "failed" if failed else "pending",
            paid_at=(_moment(row.get("invoice_date"), facts) or facts.moment(row["date_add"]))
            if paid
            else None,
        )
    ]


def refund_of(slip: Row, lines: Sequence[OrderLine], charges: Sequence[Charge], facts: Facts) -> Refund:
    known = {line.key: line for line in lines}
    details = (slip.get("associations") or {}).get("order_slip_details", [])
    parts = [_refund_part(detail, known) for detail in details]
    shipping, shipping_wt = (
        amount_of(slip.get("total_shipping_tax_excl")),
        amount_of(slip.get("total_shipping_tax_incl")),
    )
    if shipping_wt:
        rate = next((charge.rate for charge in charges if charge.kind == "shipping"), None)
        tax = shipping_wt - shipping
        parts.append(
            RefundPart(
                net=plain(shipping.quantize(CENT)),
                tax=plain(tax.quantize(CENT)),
                rate=rate,
                charge="shipping",
            )
        )
    amount = (amount_of(slip.get("total_products_tax_incl")) + shipping_wt).quantize(CENT)
    told = sum((part.net + part.tax for part in parts), ZERO)
    return Refund(
        key=str(number(slip)),
        amount=plain(amount or amount_of(slip.get("amount")).quantize(CENT)),
        at=_moment(slip.get("date_add"), facts),
        lines={part.line: part.quantity for part in parts if part.line and part.quantity},
        parts=parts if told == amount else [],
    )


def _refund_part(detail: Mapping[str, str], lines: Mapping[str, OrderLine]) -> RefundPart:
    net, gross = (amount_of(detail.get(f"amount_tax_{kind}")).quantize(CENT) for kind in ("excl", "incl"))
    key = str(detail.get("id_order_detail", ""))
    line = lines.get(key)
    return RefundPart(
        net=plain(net),
        tax=plain(gross - net),
        rate=line.rate if line is not None else None,
        line=key if line is not None else None,
        quantity=plain(amount_of(detail.get("product_quantity"))),
        title=line.name if line is not None else "",
    )


def _moment(value: object, facts: Facts) -> datetime | None:
    stamp = text(value)
    return None if stamp in NO_MOMENT else facts.moment(stamp)
