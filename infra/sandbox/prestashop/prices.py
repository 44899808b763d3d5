"""What one piece costs a customer: the product's price, its combination's impact, the specific prices that apply."""

import sqlite3
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sandbox.prestashop.database import Values, find, get
from sandbox.prestashop.rounding import SIX
from sandbox.prestashop.schema import COMBINATIONS, PRODUCTS, SPECIFIC_PRICES
from sandbox.prestashop.shop import Shop

OPEN = "0000-00-00 00:00:00"


@dataclass(frozen=True)
class Price:
    net: Decimal
    """Of one piece, without tax, six decimals."""
    before: Decimal
    """Without the reduction."""
    rate: Decimal
    tax: int
    """Id of the tax; 0 for none."""

    @property
    def gross(self) -> Decimal:
        return with_tax(self.net, self.rate)

    @property
    def gross_before(self) -> Decimal:
        return with_tax(self.before, self.rate)


def price_of(
    shop: Shop, db: sqlite3.Connection, product: int, combination: int, quantity: int, group: int
) -> Price:
    row = get(db, PRODUCTS, product)
    if row is None:
        raise LookupError(f"no product {product}")
    base = Decimal(row["price"])
    if combination:
        variant = get(db, COMBINATIONS, combination)
        base += Decimal(variant["price"]) if variant else 0
    net = base
    special = _special(shop, db, product, combination, quantity, group)
    if special is not None:
        if Decimal(special["price"]) >= 0:
            base = net = Decimal(special["price"])
        if special["reduction_type"] == "percentage":
            net -= net * Decimal(special["reduction"])
        else:
            net -= Decimal(special["reduction"])
    tax, rate = tax_of(db, int(row["id_tax_rules_group"]))
    return Price(net.quantize(SIX, ROUND_HALF_UP), base, rate, tax)


def tax_of(db: sqlite3.Connection, group: int) -> tuple[int, Decimal]:
    found = db.execute(
        "SELECT t.id, t.rate FROM tax_rules r JOIN taxes t ON t.id = r.id_tax WHERE r.id_tax_rules_group = ?",
        (group,),
    ).fetchone()
    return (found["id"], Decimal(found["rate"])) if found else (0, Decimal(0))


def with_tax(net: Decimal, rate: Decimal) -> Decimal:
    return (net * (100 + rate) / 100).quantize(SIX, ROUND_HALF_UP)


def _special(
    shop: Shop, db: sqlite3.Connection, product: int, combination: int, quantity: int, group: int
) -> Values | None:
    """The one that fits best: for this combination, for this group, for most pieces."""
    now = shop.now()
    fitting = [
        row
        for row in find(db, SPECIFIC_PRICES, id_product=product)
        if row["id_product_attribute"] in ("0", str(combination))
        and row["id_group"] in ("0", str(group))
        and int(row["from_quantity"]) <= quantity
        and (row["from"] == OPEN or row["from"] <= now)
        and (row["to"] == OPEN or now <= row["to"])
    ]
    return max(
        fitting,
        key=lambda row: (
            row["id_group"] != "0",
            row["id_product_attribute"] != "0",
            int(row["from_quantity"]),
        ),
        default=None,
    )
