"""Small tables that give records their meaning: taxes by accounting category, attributes, warehouses, price lists."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from raccord_connectors.canonical import EcoContribution, Tax, plain
from raccord_connectors.contract import ConfigError, Text
from raccord_connectors.erp.tryton import texts
from raccord_connectors.erp.tryton.client import Client, Row
from raccord_connectors.erp.tryton.reading import EVERYTHING_TOO

TAX_FIELDS = ("type", "rate", "amount", "start_date", "end_date")


@dataclass(frozen=True)
class Taxes:
    """What the sales taxes of an article amount to today."""

    tax: Tax
    eco: EcoContribution | None


def taxes_by_category(client: Client) -> dict[int, Taxes]:
    """By accounting category. The French chart groups dated taxes (19.6 % until 2013, 20 % since) under one parent."""
    wanted = [f"customer_taxes_used.{name}" for name in TAX_FIELDS]
    wanted += [f"customer_taxes_used.childs.{name}" for name in TAX_FIELDS]
    rows = client.search_read("product.category", [["accounting", "=", True]], wanted, context=EVERYTHING_TOO)
    today = client.today()
    return {row["id"]: _taxes_of(row["customer_taxes_used."], today) for row in rows}


def _taxes_of(taxes: Sequence[Row], today: date) -> Taxes:
    code = "+".join(str(tax["id"]) for tax in taxes) or "0"
    valid = list(effective(taxes, today))
    fixed = [tax for tax in valid if tax["type"] == "fixed"]
    rate = sum((tax["rate"] for tax in valid if tax["type"] == "percentage"), Decimal(0)) * 100
    amount = sum((tax["amount"] for tax in fixed), Decimal(0))
    eco = EcoContribution(code=str(fixed[0]["id"]), amount=plain(amount)) if fixed else None
    return Taxes(Tax(code=code, rate=plain(rate)), eco)


def effective(taxes: Iterable[Row], today: date) -> Iterable[Row]:
    """The taxes that count today, groups replaced by their members (one level, as far as the charts go)."""
    for tax in taxes:
        if not _valid(tax, today):
            continue
        if tax["type"] == "none":
            yield from (child for child in tax.get("childs.", ()) if _valid(child, today))
        else:
            yield tax


def _valid(tax: Row, today: date) -> bool:
    starts, ends = tax.get("start_date"), tax.get("end_date")
    return (starts is None or starts <= today) and (ends is None or ends >= today)


@dataclass(frozen=True)
class Attribute:
    name: str
    title: str
    kind: str
    labels: Mapping[str, str]
    """Of a selection: stored value → what people see."""

    def shown(self, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, list):
            return ", ".join(self.labels.get(str(one), str(one)) for one in value)
        if isinstance(value, Decimal):
            return str(plain(value))
        if isinstance(value, date):
            return value.isoformat()
        return self.labels.get(str(value), str(value))


def attributes(client: Client, language: str) -> dict[str, Attribute]:
    """Empty without the module `product_attribute`."""
    if not client.has("product_attribute"):
        return {}
    rows = client.search_read(
        "product.attribute", [], ("name", "string", "type_", "selection"), context=EVERYTHING_TOO
    )
    return {
        row["name"]: Attribute(
            row["name"], row["string"] or row["name"], row["type_"], _labels(row, language)
        )
        for row in rows
    }


def _labels(row: Row, language: str) -> dict[str, str]:
    """A selection is kept as lines "value: label"."""
    if row["type_"] == "boolean":
        yes, no = ("Oui", "Non") if language.startswith("fr") else ("Yes", "No")
        return {"True": yes, "False": no}
    pairs = (line.partition(":") for line in (row["selection"] or "").splitlines())
    return {value.strip(): shown.strip() for value, _, shown in pairs if value.strip()}


@dataclass(frozen=True)
class Warehouse:
    id: int
    name: str
    code: str


def locations(client: Client) -> list[Row]:
    """All of them, retired ones too: stock may still lie there."""
    fields = ("name", "code", "type", "parent", "active")
    return client.search_read("stock.location", [], fields, context=EVERYTHING_TOO)


def warehouses(client: Client, wanted: Sequence[str]) -> list[Warehouse]:
    """The chosen ones in their order, or all. `ConfigError` names one that is not there."""
    return chosen_warehouses(locations(client), wanted)


def chosen_warehouses(rows: Sequence[Row], wanted: Sequence[str]) -> list[Warehouse]:
    active = [row for row in rows if row["type"] == "warehouse" and row["active"]]
    found = [Warehouse(row["id"], row["name"], row["code"] or "") for row in active]
    if not wanted:
        return found
    known = ", ".join(f"{one.name} ({one.code})" if one.code else one.name for one in found) or "—"
    return [
        _called(found, name, lambda one: (one.name, one.code), texts.NO_WAREHOUSE, "warehouses", known)
        for name in wanted
    ]


@dataclass(frozen=True)
class PriceList:
    id: int
    name: str
    tax_included: bool
    tiers: tuple[Decimal, ...]
    """Quantities from which a line may apply, 1 included, ascending."""
    general: Sequence[Any]
    """Definition and lines that may touch any product."""
    own: Sequence[Row]
    """Lines for one product."""


def price_lists(client: Client, wanted: Sequence[str]) -> list[PriceList]:
    """The chosen ones in their order, or none. `ConfigError` names one that is not there."""
    if not wanted:
        return []
    if not client.has("sale_price_list"):
        message = texts.NO_MODULE.fill(
            module="sale_price_list", use_fr="listes de prix", use_en="price lists"
        )
        raise ConfigError(message, field="price_lists")
    fields = ["name", "tax_included", "price", "unit"]
    fields += [f"lines.{name}" for name in ("product", "category", "quantity", "formula", "sequence")]
    rows = client.search_read("product.price_list", [["company", "=", client.company]], fields)
    found = [_price_list(row) for row in rows]
    known = ", ".join(one.name for one in found) or "—"
    return [
        _called(found, name, lambda one: (one.name,), texts.NO_PRICE_LIST, "price_lists", known)
        for name in wanted
    ]


def _price_list(row: Row) -> PriceList:
    lines: list[Row] = row["lines."]
    quantities = {plain(line["quantity"]) for line in lines if line["quantity"]}
    own = [line for line in lines if line["product"]]
    # Not the name: a formula can be renamed around without changing a price.
    general = [
        row["price"],
        row["unit"],
        row["tax_included"],
        [line for line in lines if not line["product"]],
    ]
    tiers = tuple(sorted(quantities | {Decimal(1)}))
    return PriceList(row["id"], row["name"], bool(row["tax_included"]), tiers, general, own)


T = TypeVar("T")


def _called(
    found: Sequence[T], name: str, names: Callable[[T], Iterable[str]], text: Text, field: str, known: str
) -> T:
    """The one with this name, capital letters aside."""
    for one in found:
        if name.strip().casefold() in {other.casefold() for other in names(one) if other}:
            return one
    raise ConfigError(text.fill(name=name, known=known), field=field)
