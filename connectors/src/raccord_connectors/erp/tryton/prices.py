"""Prices of each item: the list price, and what the chosen price lists make of it, computed by Tryton itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from raccord_connectors.canonical import Price, PriceSet, plain
from raccord_connectors.contract import Message, Problem, Rejection
from raccord_connectors.erp.tryton import texts
from raccord_connectors.erp.tryton.answers import Refused
from raccord_connectors.erp.tryton.client import Client, Domain, Row
from raccord_connectors.erp.tryton.encoding import Number
from raccord_connectors.erp.tryton.items import ITEM_STAMPS, ITEMS, ids_of_items, item_key_of
from raccord_connectors.erp.tryton.lookups import PriceList, price_lists
from raccord_connectors.erp.tryton.reading import EVERYTHING_TOO, Built, Source, digest, stamp_fields
from raccord_connectors.erp.tryton.settings import TrytonSettings


def source(client: Client, settings: TrytonSettings) -> Source:
    reader = PriceReader(client, settings)
    return Source(
        model="product.product",
        base=[],
        stamps=ITEM_STAMPS,
        sketch=(*stamp_fields("", "template"), *ITEMS),
        digests=reader.digests,
        fields=lambda: (*ITEMS, "list_price_used", "cost_price", "default_uom", "rec_name"),
        build=reader.build,
        ids_of=lambda keys: ids_of_items(client, keys),
        salt=reader.salt,
        more=reader.changed_lines,
    )


@dataclass
class PriceReader:
    client: Client
    settings: TrytonSettings

    _lists: list[PriceList] | None = None

    @property
    def lists(self) -> list[PriceList]:
        if self._lists is None:
            self._lists = price_lists(self.client, self.settings.price_lists)
        return self._lists

    def salt(self) -> str:
        """Lines for one product touch that product only; the others may touch all."""
        return digest([[one.id, one.general, len(one.own)] for one in self.lists]).hex()

    def changed_lines(self, since: datetime) -> Domain:
        if not self.lists:
            return []
        lists = ["price_list", "in", [one.id for one in self.lists]]
        stamped = ["OR", ["write_date", ">=", since], ["create_date", ">=", since]]
        rows = self.client.search_read(
            "product.price_list.line", [lists, ["product", "!=", None], stamped], ("product",)
        )
        return [["id", "in", sorted({row["product"] for row in rows})]] if rows else []

    def digests(self, rows: list[Row]) -> dict[str, bytes]:
        salt = self.salt()
        own: dict[int, list[Any]] = {}
        for one in self.lists:
            for line in one.own:
                own.setdefault(line["product"], []).append([one.id, line])
        return {item_key_of(row): digest([row, own.get(row["id"])], salt) for row in rows}

    def build(self, rows: list[Row]) -> Built:
        prices: dict[int, list[Price]] = {row["id"]: _base(row, self.client.account.currency) for row in rows}
        refused: dict[int, Message] = {}
        units: dict[int, list[Row]] = {}
        for row in rows:
            units.setdefault(row["default_uom"], []).append(row)
        for one in self.lists:
            for unit, members in units.items():
                self._add(one, unit, members, prices, refused)
        built = Built()
        for row in rows:
            key = item_key_of(row)
            if row["id"] in refused:
                problem = Problem("rejected", refused[row["id"]], field="prices")
                built.rejected.append(Rejection(key, problem))
                continue
            cost = row["cost_price"]
            purchase = plain(cost) if cost else None
            built.records.append(
                PriceSet(key=key, product=str(row["template"]), prices=prices[row["id"]], purchase=purchase)
            )
        return built

    def _add(
        self,
        one: PriceList,
        unit: int,
        rows: Sequence[Row],
        prices: Mapping[int, list[Price]],
        refused: dict[int, Message],
    ) -> None:
        """The prices of one list, per unit in which stock is counted; a tier that changes nothing is left out."""
        last: dict[int, Decimal] = {}
        for tier in one.tiers:
            context = {"price_list": one.id, "uom": unit, "quantity": Number(tier)}
            for product, amount in self._compute(rows, context, refused).items():
                if amount is None or amount == last.get(product):
                    continue
                last[product] = amount
                prices[product].append(
                    Price(
                        amount=plain(amount),
                        tax_included=one.tax_included,
                        currency=self.client.account.currency,
                        category=str(one.id),
                        minimum=tier,
                    )
                )

    def _compute(
        self, rows: Sequence[Row], context: Row, refused: dict[int, Message]
    ) -> dict[int, Decimal | None]:
        """A formula that fails for one product fails the whole request: halve it until the culprits are alone."""
        rows = [row for row in rows if row["id"] not in refused]
        if not rows:
            return {}
        try:
            found = self.client.read(
                "product.product",
                [row["id"] for row in rows],
                ("sale_price_uom",),
                context={**context, **EVERYTHING_TOO},
            )
        except Refused as error:
            if len(rows) == 1:
                message = texts.BAD_FORMULA.fill(name=rows[0]["rec_name"], sentence=error.sentence)
                refused[rows[0]["id"]] = message
                return {}
            half = len(rows) // 2
            return {
                **self._compute(rows[:half], context, refused),
                **self._compute(rows[half:], context, refused),
            }
        return {row["id"]: row["sale_price_uom"] for row in found}


def _base(row: Row, currency: str) -> list[Price]:
    """Tryton's list price is always without tax, per default unit."""
    amount = row["list_price_used"]
    return [] if amount is None else [Price(amount=plain(amount), tax_included=False, currency=currency)]
