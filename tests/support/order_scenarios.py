"""Orders as data (tests/orders/scenarios/*.toml): what a shop sold and was paid, and what the ERP must say of it."""

import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from raccord.core.channel import ChannelSettings
from raccord.core.order_rules import CarriedKind, OrderRules
from raccord.core.shop_rounding import ShopRounding, Sold
from raccord_connectors.canonical import (
    Address,
    Buyer,
    Charge,
    Document,
    Draft,
    Order,
    OrderLine,
    Payment,
    Refund,
    RefundPart,
    TaxAmount,
)

FOLDER = Path(__file__).parent.parent / "orders" / "scenarios"
PLACED = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
CHARGES: dict[CarriedKind, str] = {
    "shipping": "PORT", "fee": "FRAIS", "gift_wrap": "EMBALLAGE", "discount": "REMISE", "voucher": "BON", "eco": "ECO",
    "rounding": "ARRONDI", "refund": "REMB",
}  # fmt: skip
UNKNOWN = "INCONNU"
"""Articles whose shop reference holds this word are bound to nothing."""
HOME = Address(
    first_name="Anne",
    last_name="Durand",
    line1="3 rue Mercière",
    postal_code="69002",
    city="Lyon",
    country="FR",
)


class Line(NamedTuple):
    item: str
    quantity: Decimal
    net: Decimal
    tax: Decimal
    rate: Decimal


class Tax(NamedTuple):
    rate: Decimal
    base: Decimal
    tax: Decimal


class Scenario(NamedTuple):
    """One order. `regime` says which of the ERP's tax categories its customer is in."""

    name: str
    file: str
    regime: str
    how: ShopRounding
    sold: list[Sold]
    order: Order
    settings: ChannelSettings
    lines: list[Line]
    taxes: list[Tax]
    gross: Decimal
    paid: Decimal
    refunded: Decimal
    balance: Decimal
    deposits: Decimal
    """What stands as a deposit on the order right before it is invoiced."""
    credits: dict[str, list[Line]]
    """Refund → the lines of its credit note, of those that need one."""
    left: Decimal
    """What the customer owes when all is invoiced, credited and given back."""
    early: frozenset[str]
    """Refunds that came before the invoice."""
    on: frozenset[str]
    held: frozenset[str]
    """ERPs that refuse it, because they work the tax out by themselves and come to another."""

    @property
    def items(self) -> dict[str, str]:
        """The shop's item → the ERP's, which has the same name here."""
        return {line.item: line.item for line in self.order.lines if UNKNOWN not in line.item}


def scenarios(system: str = "") -> list[Scenario]:
    """All, or those that an ERP can represent."""
    found = []
    for path in sorted(FOLDER.glob("*.toml")):
        with path.open("rb") as file:
            orders = tomllib.load(file)["order"]
        found += [_scenario(path.stem, number, told) for number, told in enumerate(orders, start=1)]
    return [one for one in found if not system or system in one.on]


def held_by(system: str) -> list[Scenario]:
    return [one for one in scenarios() if system in one.held]


def _scenario(file: str, number: int, told: dict[str, Any]) -> Scenario:
    expect, with_tax = told["expect"], told["prices"] == "gross"
    rules = {"items": CHARGES, **told.get("rules", {})}
    return Scenario(
        name=f"{file}: {told['name']}",
        file=file,
        regime=told.get("regime", "FR"),
        how=ShopRounding(level=told["rounding"], prices_include_tax=with_tax),
        sold=[
            Sold(
                quantity=Decimal(line["quantity"]), price=Decimal(line["price"]), rate=Decimal(line["rate"]),
                discount=Decimal(line.get("discount", 0)),
            )
            for line in told["sold"]
        ],
        order=_order(f"{file.upper()}-{number}", told, with_tax),
        settings=ChannelSettings(orders=msgspec.convert(rules, type=OrderRules)),
        lines=[Line(cells[0], *map(Decimal, cells[1:])) for cells in map(_cells, expect["lines"])],
        taxes=[Tax(*map(Decimal, _cells(row))) for row in expect["taxes"]],
        gross=Decimal(expect["gross"]),
        paid=Decimal(expect["paid"]),
        refunded=Decimal(expect.get("refunded", 0)),
        balance=Decimal(expect["balance"]),
        deposits=Decimal(expect.get("deposits", expect["paid"])),
        credits={
            key: [Line(cells[0], *map(Decimal, cells[1:])) for cells in map(_cells, rows)]
            for key, rows in expect.get("credits", {}).items()
        },
        left=Decimal(expect.get("left", expect["balance"])),
        early=frozenset(
            str(position) for position, one in enumerate(told.get("refunds", []), start=1) if one.get("early")
        ),
        on=frozenset(expect["on"]),
        held=frozenset(expect.get("held", [])),
    )  # fmt: skip


def _order(key: str, told: dict[str, Any], with_tax: bool) -> Order:
    total: dict[str, Any] = {name: Decimal(amount) for name, amount in told["total"].items()}
    return Order(
        key=key,
        number=key[:17],
        placed_at=PLACED,
        status="processing",
        stage="open",
        currency=told.get("currency", "EUR"),
        exchange_rate=Decimal(told["exchange_rate"]) if "exchange_rate" in told else None,
        prices_include_tax=with_tax,
        buyer=Buyer(email="anne@example.org", **told.get("buyer", {})),
        billing=HOME,
        lines=[_line(position, line, with_tax) for position, line in enumerate(told["sold"], start=1)],
        charges=[_charge(charge) for charge in told.get("charges", [])],
        payments=[_payment(position, payment) for position, payment in enumerate(told["payments"], start=1)],
        refunds=[_refund(position, one) for position, one in enumerate(told.get("refunds", []), start=1)],
        taxes=[TaxAmount(*map(Decimal, _cells(row))) for row in told.get("shop_taxes", [])],
        **total,
    )


def _line(position: int, told: dict[str, Any], with_tax: bool) -> OrderLine:
    price = Decimal(told["price"])
    return OrderLine(
        key=str(position),
        item=told["sku"],
        sku=told["sku"],
        name=f"Article {told['sku']}",
        quantity=Decimal(told["quantity"]),
        net=Decimal(told["net"]),
        tax=Decimal(told["tax"]),
        rate=Decimal(told["rate"]),
        unit_net=None if with_tax else price,
        unit_gross=price if with_tax else None,
        part_of=told.get("part_of"),
    )


def _charge(told: dict[str, Any]) -> Charge:
    amounts: dict[str, Any] = {name: Decimal(told[name]) for name in ("rate", "net", "tax")}
    return Charge(kind=told["kind"], title=told["title"], **amounts)


def _payment(position: int, told: dict[str, Any]) -> Payment:
    return Payment(
        key=str(position), method=told["method"], title=told["method"], amount=Decimal(told["amount"]), state=told["state"]
    )  # fmt: skip


def _refund(position: int, told: dict[str, Any]) -> Refund:
    return Refund(
        key=str(position),
        amount=Decimal(told["amount"]),
        reason=told["reason"],
        lines={line: Decimal(quantity) for line, quantity in told.get("lines", {}).items()},
        parts=[_part(part) for part in told.get("parts", [])],
        restocked=told.get("restocked"),
    )


def _part(told: dict[str, Any]) -> RefundPart:
    amounts: dict[str, Any] = {
        name: Decimal(told[name]) for name in ("net", "tax", "rate", "quantity") if name in told
    }
    return RefundPart(
        line=told.get("line"), charge=told.get("charge"), title=told.get("title", ""), restocked=told.get("restocked"), **amounts
    )  # fmt: skip


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.split("|")]


# ------------------------------------------------------------------------------------------------ what came out


def lines_of(draft: Draft) -> list[Line]:
    return [
        Line(str(line.item), line.quantity, line.net, line.tax, line.rate or Decimal(0))
        for line in draft.lines
        if line.kind != "comment"
    ]


def taxes_of(document: Document) -> list[Tax]:
    return [Tax(one.rate, one.base, one.tax) for one in document.taxes if one.rate]


def table_of(lines: list[Line]) -> list[Tax]:
    """What lines say by themselves, rate by rate."""
    sums: dict[Decimal, tuple[Decimal, Decimal]] = {}
    for line in lines:
        if line.rate:
            base, tax = sums.get(line.rate, (Decimal(0), Decimal(0)))
            sums[line.rate] = (base + line.net, tax + line.tax)
    return [Tax(rate, *sums[rate]) for rate in sorted(sums)]
