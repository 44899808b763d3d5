"""Money that somebody decided to give back, through WooCommerce and its payment gateway, once.

The wish's key stands in the refund's reason: a refund that has it was made. Stock is never put back by it: the ERP's stock rules.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from raccord_connectors.canonical import RefundWish
from raccord_connectors.contract import Problem
from raccord_connectors.kit.http import HttpFailure
from raccord_connectors.shop.woocommerce import problems, texts
from raccord_connectors.shop.woocommerce.client import Row, ShopClient
from raccord_connectors.shop.woocommerce.facts import Facts

CENT = Decimal("0.01")


class Refunds:
    def __init__(self, client: ShopClient, facts: Facts) -> None:
        self._client = client
        self._facts = facts

    def make(self, order: Row, wishes: Sequence[RefundWish]) -> Problem | None:
        """None when all are there. `order` holds its `line_items`."""
        path = f"orders/{order['id']}/refunds"
        made = [str(row.get("reason") or "") for row in self._client.all(path)]
        for wish in wishes:
            if any(f"({wish.key})" in problems.plain_text(reason) for reason in made):
                continue
            try:
                self._client.post(path, self._body(order, wish))
            except HttpFailure as failure:
                if failure.status not in (400, 404, 422):
                    raise
                said = problems.plain_text(str((failure.body or {}).get("message") or failure.status))
                message = texts.REFUND_REFUSED.fill(number=order["id"], amount=wish.amount, words=said)
                return Problem("rejected", message, field="refunds")
        return None

    def _body(self, order: Row, wish: RefundWish) -> Row:
        words = texts.REFUND_REASON.fill().text(self._facts.language)
        return {
            "amount": str(wish.amount),
            "reason": f"{words} ({wish.key})",
            "api_refund": True,
            "api_restock": False,
            "line_items": _lines(order.get("line_items") or [], wish.lines, wish.amount),
        }


def _lines(items: Sequence[Row], wanted: Mapping[str, Decimal], amount: Decimal) -> list[Row]:
    """Each line's share of its own net and taxes; what rounding leaves goes on the last, so that they add up to the amount."""
    found: list[Row] = []
    left = amount
    for item in items:
        quantity = wanted.get(str(item["id"]))
        if not quantity or not item.get("quantity"):
            continue
        share = quantity / Decimal(str(item["quantity"]))
        taxes = [
            {"id": tax["id"], "refund_total": str(_cents(tax.get("total"), share))}
            for tax in item.get("taxes") or []
        ]
        net = _cents(item.get("total"), share)
        left -= net + sum((Decimal(tax["refund_total"]) for tax in taxes), Decimal(0))
        found.append(
            {"id": item["id"], "quantity": int(quantity), "refund_total": str(net), "refund_tax": taxes}
        )
    if found and abs(left) < 1:
        found[-1]["refund_total"] = str(Decimal(found[-1]["refund_total"]) + left)
    return found


def _cents(value: Any, share: Decimal) -> Decimal:
    return (Decimal(str(value or 0)) * share).quantize(CENT, ROUND_HALF_UP)
