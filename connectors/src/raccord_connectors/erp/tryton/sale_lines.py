"""The lines of a sale: articles, charges and roundings, with Tryton's own taxes and unit prices that meet the shop's."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from raccord_connectors.canonical import Draft, DraftLine, plain
from raccord_connectors.contract import RecordRejected
from raccord_connectors.erp.tryton import texts
from raccord_connectors.erp.tryton.amounts import CENT, Fitted, Wanted, fit
from raccord_connectors.erp.tryton.client import Client, Row
from raccord_connectors.erp.tryton.encoding import Number
from raccord_connectors.erp.tryton.keys import parse
from raccord_connectors.erp.tryton.lookups import TAX_FIELDS, effective
from raccord_connectors.erp.tryton.reading import EVERYTHING_TOO
from raccord_connectors.erp.tryton.remembered import Remembered
from raccord_connectors.erp.tryton.sale_header import Head
from raccord_connectors.erp.tryton.settings import TrytonSettings

PRODUCT = ("code", "salable", "default_uom", "template")
USUAL_DECIMALS = 4


@dataclass
class SaleLine:
    """A line to write. `draft` is None for a rounding of ours; `rate` is what Tryton's taxes amount to, in percent."""

    values: Row
    draft: DraftLine | None = None
    taxes: tuple[int, ...] = ()
    rate: Decimal | None = None


class SaleLines:
    """Makes the lines of one draft after another; remembers what does not change in between."""

    def __init__(self, client: Client, settings: TrytonSettings) -> None:
        self._client = client
        self._settings = settings
        self._rates: Remembered[Decimal | None] = Remembered()
        self._chosen: Remembered[tuple[int, ...]] = Remembered()
        self._rules: Remembered[tuple[int, bool]] = Remembered()

    def prepare(self, draft: Draft, head: Head) -> list[SaleLine]:
        """Lines in the draft's order, then a rounding where it is needed and allowed. Rejects a draft with an article that
        cannot be sold."""
        products = self._products(draft)
        taxes: dict[int, tuple[int, ...]] = {}
        lines = []
        for asked, product in zip(draft.lines, products, strict=True):
            if product is not None and product["id"] not in taxes:
                taxes[product["id"]] = self._taxes(product["id"], head)
            lines.append(self._line(asked, product, taxes[product["id"]] if product else ()))
        counted = [line for line in lines if line.values["type"] == "line"]
        self._borrow_taxes(counted)
        fitted = self._fit(counted)
        for line, price in zip(counted, fitted.prices, strict=True):
            line.values["unit_price"] = plain(price)
            line.values["taxes"] = _add(line.taxes)
        return lines + self._rounding(fitted)

    # ---------------------------------------------------------------------------------------------- articles

    def _products(self, draft: Draft) -> list[Row | None]:
        """For each line its product row; None for a comment."""
        asked = [self._article(draft, line) for line in draft.lines]
        parsed = [parse(name) for name in asked if name is not None]
        templates = sorted({found[0] for found in parsed if found is not None})
        codes = sorted({name for name in asked if name is not None})
        domain = ["OR", ["template", "in", templates], ["code", "in", codes]]
        rows = self._client.search_read("product.product", domain, PRODUCT, context=EVERYTHING_TOO)
        return [
            None if name is None else self._choose(draft, line, name, rows)
            for line, name in zip(draft.lines, asked, strict=True)
        ]

    def _article(self, draft: Draft, line: DraftLine) -> str | None:
        """An item key, or for a charge the code of the article from the settings; a channel may name a code too."""
        if line.kind == "comment":
            return None
        if line.item is not None:
            return line.item
        settings = self._settings
        fee = settings.fee_article or settings.shipping_article
        article = {
            "shipping": settings.shipping_article,
            "discount": settings.discount_article or fee,
            "rounding": settings.rounding_article,
            "item": "",
        }.get(line.kind, fee)
        if not article:
            message = texts.NO_CHARGE_ARTICLE.fill(
                reference=draft.reference, title=line.title, kind=line.kind
            )
            raise RecordRejected(message, field="lines.item")
        return article

    def _choose(self, draft: Draft, line: DraftLine, name: str, rows: Sequence[Row]) -> Row:
        key = parse(name)
        found = [row for row in rows if key and row["template"] == key[0] and key[1] in (None, row["id"])]
        found = found or [row for row in rows if row["code"] == name]
        if len(found) != 1 or not found[0]["salable"]:
            message = texts.UNKNOWN_ITEM.fill(reference=draft.reference, item=name, title=line.title)
            raise RecordRejected(message, field="lines.item")
        return found[0]

    def _line(self, line: DraftLine, product: Row | None, taxes: tuple[int, ...]) -> SaleLine:
        if product is None:
            return SaleLine({"type": "comment", "description": line.title}, line)
        values = {
            "type": "line",
            "product": product["id"],
            "unit": product["default_uom"],
            "quantity": Number(line.quantity),
            "description": line.title,
        }
        return SaleLine(values, line, taxes, self._rate(taxes))

    # ------------------------------------------------------------------------------------------------- taxes

    def _taxes(self, product: int, head: Head) -> tuple[int, ...]:
        """Tryton's own choice for this article and party: accounting category, then the party's tax rule."""
        question = (product, head.company, head.currency, head.tax_rule)
        return self._chosen.get(question, lambda: self._ask_taxes(product, head), holds=lambda taxes: True)

    def _ask_taxes(self, product: int, head: Head) -> tuple[int, ...]:
        parent = {f"_parent_sale.{name}": getattr(head, name) for name in ("company", "party", "currency")}
        line = {**parent, "type": "line", "product": product, "quantity": 1}
        changed = self._client.call("sale.line", "on_change", line, ["product"], repeat=True)
        return tuple(sorted(row["id"] for _, row in (changed.get("taxes") or {}).get("add", ())))

    def _rate(self, taxes: tuple[int, ...]) -> Decimal | None:
        """In percent; None when one of them is an amount. Without taxes it is zero."""
        return self._rates.get(taxes, lambda: self._ask_rate(taxes), holds=lambda rate: True)

    def _ask_rate(self, taxes: tuple[int, ...]) -> Decimal | None:
        wanted = [*TAX_FIELDS, *(f"childs.{name}" for name in TAX_FIELDS)]
        valid = list(effective(self._client.read("account.tax", taxes, wanted), self._client.today()))
        if any(tax["type"] != "percentage" for tax in valid):
            return None
        return plain(sum((tax["rate"] * 100 for tax in valid), Decimal(0)))

    def _borrow_taxes(self, lines: Sequence[SaleLine]) -> None:
        """A charge follows the goods: shipping of books at 5.5 % is taxed at 5.5 %. When the shop did so and the charge's
        article has another rate, it takes the taxes of a line of the same order that has the shop's rate."""
        goods = {
            line.rate: line.taxes for line in lines if line.draft is not None and line.draft.kind == "item"
        }
        for line in lines:
            assert line.draft is not None
            wanted = line.draft.rate
            if line.draft.kind == "item" or wanted is None or wanted == line.rate:
                continue
            if wanted in goods:
                line.taxes, line.rate = goods[wanted], wanted
            elif wanted == 0:
                line.taxes, line.rate = (), Decimal(0)

    # ------------------------------------------------------------------------------------------------ amounts

    def _fit(self, lines: Sequence[SaleLine]) -> Fitted:
        wanted = [
            Wanted(line.draft.quantity, line.draft.net, line.draft.tax, line.taxes, line.rate)
            for line in lines
            if line.draft is not None
        ]
        decimals, per_line = self._price_rules()
        if self._settings.rounding_article:
            fitted = fit(wanted, decimals=decimals, per_line=per_line, rounding=True)
            if max(abs(fitted.rounding), fitted.moved) <= self._settings.rounding_limit * CENT:
                return fitted
        return fit(wanted, decimals=decimals, per_line=per_line, rounding=False)

    def _price_rules(self) -> tuple[int, bool]:
        """Decimals of a unit price, and whether taxes are rounded line by line: both are Tryton's configuration."""
        return self._rules.get("all", self._ask_price_rules)

    def _ask_price_rules(self) -> tuple[int, bool]:
        digits: Any = self._client.fields_of("sale.line", ["unit_price"])["unit_price"].get("digits")
        digits = msgspec.json.decode(digits) if isinstance(digits, str) else digits
        decimals = digits[1] if isinstance(digits, list) and isinstance(digits[1], int) else USUAL_DECIMALS
        rows = self._client.search_read("account.configuration", [], ("tax_rounding",))
        return decimals, bool(rows) and rows[0]["tax_rounding"] == "line"

    def _rounding(self, fitted: Fitted) -> list[SaleLine]:
        if not fitted.rounding:
            return []
        code = self._settings.rounding_article
        rows = self._client.search_read("product.product", [["code", "=", code]], PRODUCT, limit=1)
        if not rows:
            message = texts.NO_ARTICLE.fill(code=code, use_fr="arrondis", use_en="rounding")
            raise RecordRejected(message, field="rounding_article")
        values = {
            "type": "line",
            "product": rows[0]["id"],
            "unit": rows[0]["default_uom"],
            "quantity": Number(Decimal(1)),
            "unit_price": plain(fitted.rounding),
            "description": "Arrondi" if self._settings.language.startswith("fr") else "Rounding",
        }
        return [SaleLine(values)]


def _add(taxes: Sequence[int]) -> list[Any]:
    return [["add", list(taxes)]] if taxes else []
