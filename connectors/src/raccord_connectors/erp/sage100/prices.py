"""`prices`: all prices of an item, each with its own tax flag.

Sage looks for the customer's own price, then that of the customer's category, then the article's; a price of zero
means "purchase × coefficient"; a variant or packaging price replaces it; quantity tiers come on top. We read what
is written there and leave the choice to the mapping. Not read: discounts per family, campaigns (`F_TARIF*`), prices
in a foreign currency.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import sqlalchemy as sa
from msgspec.structs import replace as changed
from sqlalchemy.engine import Row

from raccord_connectors.canonical import Price, PriceSet, plain
from raccord_connectors.contract import RecordRejected
from raccord_connectors.erp.sage100 import texts, values
from raccord_connectors.erp.sage100.articles import real_gammes, variant_key, variants_of
from raccord_connectors.erp.sage100.settings import Sage100Settings
from raccord_connectors.erp.sage100.source import Batch, Hanging, Source
from raccord_connectors.erp.sage100.tables import Tables
from raccord_connectors.kit.sql import Session

NAMES = (
    "AR_Ref", "AR_PrixVen", "AR_PrixTTC", "AR_PrixAch", "AR_Coef", "AR_PUNet", "AR_PrixVenNouv",
    "AR_DateApplication", "AR_Gamme1",
)  # fmt: skip
SHARED = ("P_CATTARIF", "P_GAMME")
HUNDRED = Decimal(100)
PER_AMOUNT, PERCENT, PER_UNIT = 0, 1, 2
"""…REM_Type: an amount on the whole line, percent, an amount per unit."""


@dataclass(frozen=True)
class ListPrice:
    """The price of one list: the base price, a category's or a customer's."""

    amount: Decimal
    tax_included: bool
    category: str | None = None
    customer: str | None = None
    discount: Decimal | None = None
    next_amount: Decimal | None = None
    next_day: date | None = None


class Prices:
    """What is read once per reading, and the making of the records of one article."""

    def __init__(self, session: Session, tables: Tables, settings: Sage100Settings) -> None:
        self.settings = settings
        self.gross_categories = {
            values.whole(row.cbIndice): values.flag(row.CT_PrixTTC)
            for row in session.all(tables.select("P_CATTARIF"))
        }
        self.variants = variants_of(tables, list(real_gammes(session, tables)))
        self.source = Source(
            tables,
            "F_ARTICLE",
            "AR_Ref",
            names=NAMES,
            hanging=[
                self.variants,
                Hanging("F_ARTCLIENT", "AR_Ref"),
                Hanging("F_TARIFGAM", "AR_Ref", where=_sales(tables, "TG_RefCF")),
                Hanging("F_TARIFCOND", "AR_Ref", where=_sales(tables, "TC_RefCF")),
                Hanging(
                    "F_TARIFQTE",
                    "AR_Ref",
                    where=_sales(tables, "TQ_RefCF"),
                    order=("TQ_RefCF", "TQ_BorneSup"),
                ),
                Hanging("F_CONDITION", "AR_Ref"),
            ],
        )

    def records(self, batch: Batch) -> Iterator[PriceSet | tuple[str, RecordRejected]]:
        for key, row in batch.rows.items():
            variants: list[Row[Any] | None] = [*batch.of("F_ARTENUMREF", key)]
            lists = self._lists(row, batch, key)
            for variant in variants or [None]:
                item = key if variant is None else variant_key(key, variant.AG_No1, variant.AG_No2)
                try:
                    yield self._price_set(item, key, row, variant, lists, batch)
                except RecordRejected as refusal:
                    yield item, refusal

    def _price_set(
        self,
        item: str,
        article: str,
        row: Row[Any],
        variant: Row[Any] | None,
        lists: dict[str, ListPrice],
        batch: Batch,
    ) -> PriceSet:
        own = _variant_prices(variant, batch.of("F_TARIFGAM", article))
        units = {part.CO_No: values.amount(part.EC_Quantite) for part in batch.of("F_CONDITION", article)}
        prices: list[Price] = []
        for ref in sorted(lists.keys() | own.keys(), key=_list_order):
            price = self._for_variant(lists, ref, own)
            if price is None:
                continue
            steps = [tier for tier in batch.of("F_TARIFQTE", article) if _ref(tier.TQ_RefCF) == ref]
            prices += self._scheduled(price) if self.settings.scheduled_prices else [_plain_price(price)]
            prices = _with_tiers(article, prices, price, steps)
            packs = [part for part in batch.of("F_TARIFCOND", article) if _ref(part.TC_RefCF) == ref]
            prices += _packed(price, packs, units)
        purchase = values.amount(variant.AE_PrixAch) if variant is not None else Decimal(0)
        purchase = purchase or values.amount(row.AR_PUNet) or values.amount(row.AR_PrixAch)
        return PriceSet(key=item, product=article, prices=prices, purchase=purchase or None)

    def _lists(self, row: Row[Any], batch: Batch, article: str) -> dict[str, ListPrice]:
        """List reference ("" base, "a01" category, else customer) → its price, those without any left out."""
        found: dict[str, ListPrice] = {}
        base = ListPrice(
            _own_or_coefficient(row.AR_PrixVen, row.AR_PrixAch, row.AR_Coef),
            values.flag(row.AR_PrixTTC),
            next_amount=values.amount(row.AR_PrixVenNouv),
            next_day=values.day(row.AR_DateApplication),
        )
        if base.amount:
            found[""] = base
        for client in batch.of("F_ARTCLIENT", article):
            own = _own_or_coefficient(client.AC_PrixVen, row.AR_PrixAch, client.AC_Coef)
            discount = values.amount(client.AC_Remise) or None
            category = values.whole(client.AC_Categorie)
            ref = f"a{category:02d}" if category else values.key(client.CT_Num)
            if ref and (own or (discount and base.amount)):
                found[ref] = ListPrice(
                    own or base.amount,
                    values.flag(client.AC_PrixTTC) if own else base.tax_included,
                    **_whose(ref),
                    discount=discount,
                    next_amount=values.amount(client.AC_PrixVenNouv),
                    next_day=values.day(client.AC_DateApplication),
                )
        for table, column in (("F_TARIFCOND", "TC_RefCF"), ("F_TARIFQTE", "TQ_RefCF")):
            for part in batch.of(table, article):
                ref = _ref(getattr(part, column))
                if ref and ref not in found and base.amount:
                    found[ref] = replace(base, **_whose(ref))
        return found

    def _for_variant(
        self, lists: dict[str, ListPrice], ref: str, own: dict[str, Decimal]
    ) -> ListPrice | None:
        listed = lists.get(ref)
        if ref not in own:
            return listed
        if listed is not None:
            return replace(listed, amount=own[ref], next_amount=None)
        base = lists.get("")
        gross = base.tax_included if base else False
        category = re.fullmatch(r"a(\d\d)", ref)
        if category:
            gross = self.gross_categories.get(int(category[1]), gross)
        return ListPrice(own[ref], gross, **_whose(ref))

    def _scheduled(self, price: ListPrice) -> list[Price]:
        """The stored price does not change by itself on its day: both are told, each with its days."""
        if not (price.next_amount and price.next_day):
            return [_plain_price(price)]
        until = _plain_price(price, ends=price.next_day - timedelta(days=1))
        return [until, _plain_price(replace(price, amount=price.next_amount), starts=price.next_day)]


def _sales(tables: Tables, column: str) -> Any:
    """…RefCF names a category (a01…a32), a customer, or a supplier, whose tariffs are no sale prices."""

    def condition(table: sa.TableClause) -> sa.ColumnElement[bool]:
        third = tables["F_COMPTET"]
        customers = sa.select(third.c.CT_Num).where(third.c.CT_Type == 0)
        ref = table.c[column]
        return sa.or_(ref.is_(None), ref == "", ref.like("a__"), ref.in_(customers))

    return condition


def _ref(value: Any) -> str:
    """Categories are written "a01", account codes in capitals."""
    said = values.text(value)
    return said if re.fullmatch(r"a\d\d", said) else said.upper()


def _whose(ref: str) -> dict[str, Any]:
    category = re.fullmatch(r"a(\d\d)", ref)
    return {"category": str(int(category[1]))} if category else {"customer": ref or None}


def _list_order(ref: str) -> tuple[int, str]:
    return (0 if not ref else 1 if re.fullmatch(r"a\d\d", ref) else 2), ref


def _own_or_coefficient(price: Any, purchase: Any, coefficient: Any) -> Decimal:
    found = values.amount(price) or values.amount(purchase) * values.amount(coefficient)
    return plain(found.quantize(values.SIX, ROUND_HALF_UP))


def _plain_price(price: ListPrice, *, starts: date | None = None, ends: date | None = None) -> Price:
    return Price(
        amount=price.amount,
        tax_included=price.tax_included,
        category=price.category,
        customer=price.customer,
        discount_percent=price.discount,
        starts=starts,
        ends=ends,
    )


def _variant_prices(variant: Row[Any] | None, rows: Sequence[Row[Any]]) -> dict[str, Decimal]:
    if variant is None:
        return {}
    wanted = (values.whole(variant.AG_No1), values.whole(variant.AG_No2))
    return {
        _ref(row.TG_RefCF): values.amount(row.TG_Prix)
        for row in rows
        if (values.whole(row.AG_No1), values.whole(row.AG_No2)) == wanted and values.amount(row.TG_Prix)
    }


def _packed(price: ListPrice, rows: Sequence[Row[Any]], units: dict[int, Decimal]) -> list[Price]:
    """A packaging's price is for the whole of it; ours are per base unit."""
    found = []
    for row in rows:
        quantity, whole = units.get(row.CO_No, Decimal(0)), values.amount(row.TC_Prix)
        if quantity > 0 and whole:
            each = plain((whole / quantity).quantize(values.SIX, ROUND_HALF_UP))
            packed = _plain_price(replace(price, amount=each, discount=None))
            found.append(changed(packed, packaging=str(row.CO_No), minimum=quantity))
    return found


def _with_tiers(article: str, prices: list[Price], price: ListPrice, rows: Sequence[Row[Any]]) -> list[Price]:
    """TQ_BorneSup is the last quantity of a tier: the next one begins a unit later."""
    below = Decimal(0)
    for row in rows:
        minimum = plain(below + 1) if below else Decimal(1)
        below = values.amount(row.TQ_BorneSup)
        tier = _tier(article, price, row)
        if tier is None:
            continue
        if minimum == 1:  # the first tier's discount is the list's own
            whose = (price.category, price.customer)
            prices = [known for known in prices if (known.category, known.customer) != whose]
        prices.append(changed(tier, minimum=minimum))
    return prices


def _tier(article: str, price: ListPrice, row: Row[Any]) -> Price | None:
    net = values.amount(row.TQ_PrixNet)
    if net:
        return _plain_price(replace(price, amount=net, discount=None))
    kept, amount = Decimal(1), price.amount
    for number in ("01", "02", "03"):
        value = values.amount(getattr(row, f"TQ_Remise{number}REM_Valeur"))
        kind = values.whole(getattr(row, f"TQ_Remise{number}REM_Type"))
        if value and kind == PER_AMOUNT:
            raise RecordRejected(texts.TIER_BY_AMOUNT.fill(article=article), field="prices")
        if value and kind == PERCENT:
            kept *= 1 - value / HUNDRED
        elif value:
            amount -= value
    if kept == 1 and amount == price.amount:
        return None
    discount = plain(((1 - kept) * HUNDRED).quantize(values.SIX, ROUND_HALF_UP)) or None
    return _plain_price(replace(price, amount=plain(amount), discount=discount))
