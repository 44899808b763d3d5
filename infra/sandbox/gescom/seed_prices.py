"""Tariffs: by category, by customer, by variant, by packaging, by quantity."""

import random
import sqlite3
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from sandbox.gescom.seed_parameters import PRO, PUBLIC, RESELLER
from sandbox.gescom.store import insert

if TYPE_CHECKING:
    from sandbox.gescom.seed_articles import Made

RATES = {"C20": Decimal("0.2"), "C10": Decimal("0.1"), "C05": Decimal("0.055"), "C21": Decimal("0.021")}
LAST = 9_999_999
"""TQ_BorneSup of the last tier."""


def fill(connection: sqlite3.Connection, chance: random.Random, made: "list[Made]") -> None:
    for number, article in enumerate(made):
        if not article.price:
            continue
        gross = _shelf_price(article.price * (1 + RATES[article.family.vat]))
        _client(connection, article.ref, PUBLIC, gross, gross=True)
        if number % 2 == 0:
            _client(connection, article.ref, PRO, Decimal(0), discount=Decimal(8))
        _client(connection, article.ref, RESELLER, _cents(article.price * Decimal("0.64")))
        if number % 9 == 0 and not article.variants:
            _tiers(connection, article.ref, f"a{PRO:02d}", ((11, 0), (47, 5), (LAST, 10)))
        if number % 15 == 0 and not article.variants:
            _net_tiers(connection, article.ref, f"a{RESELLER:02d}", article.price)
        for position, (first, second) in enumerate(article.variants):
            step = 1 + Decimal(position // 3) / 4  # a size dearer than the one before
            for category, price in (
                (PUBLIC, _shelf_price(gross * step)),
                (RESELLER, _cents(article.price * step * Decimal("0.64"))),
            ):
                insert(
                    connection, "F_TARIFGAM", AR_Ref=article.ref, TG_RefCF=f"a{category:02d}", AG_No1=first, AG_No2=second,
                    TG_Prix=price,
                )  # fmt: skip
        if article.family.carton and number % 4 == 0:
            _packed(connection, article)


def customers_prices(connection: sqlite3.Connection, code: str, refs: list[str], discount: int) -> None:
    """A customer's own prices: a discount on some articles, a price on one."""
    for ref in refs[1:]:
        insert(connection, "F_ARTCLIENT", AR_Ref=ref, AC_Categorie=0, CT_Num=code, AC_Remise=discount)
    row = connection.execute("select AR_PrixVen from F_ARTICLE where AR_Ref = ?", (refs[0],)).fetchone()
    own = _cents(Decimal(str(row[0])) * Decimal("0.7"))
    insert(
        connection, "F_ARTCLIENT", AR_Ref=refs[0], AC_Categorie=0, CT_Num=code, AC_PrixVen=own, AC_RefClient="REF-CLIENT"
    )  # fmt: skip


def _client(
    connection: sqlite3.Connection,
    ref: str,
    category: int,
    price: Decimal,
    *,
    gross: bool = False,
    discount: Decimal = Decimal(0),
) -> None:
    insert(
        connection, "F_ARTCLIENT", AR_Ref=ref, AC_Categorie=category, CT_Num=None, AC_PrixVen=price,
        AC_PrixTTC=int(gross), AC_Remise=discount,
    )  # fmt: skip


def _tiers(connection: sqlite3.Connection, ref: str, who: str, steps: tuple[tuple[int, int], ...]) -> None:
    for bound, percent in steps:
        insert(
            connection, "F_TARIFQTE", AR_Ref=ref, TQ_RefCF=who, TQ_BorneSup=bound, TQ_Remise01REM_Valeur=percent,
            TQ_Remise01REM_Type=1,
        )  # fmt: skip


def _net_tiers(connection: sqlite3.Connection, ref: str, who: str, price: Decimal) -> None:
    for bound, share in ((23, "0.64"), (LAST, "0.58")):
        insert(
            connection, "F_TARIFQTE", AR_Ref=ref, TQ_RefCF=who, TQ_BorneSup=bound, TQ_PrixNet=_cents(price * Decimal(share))
        )  # fmt: skip


def _packed(connection: sqlite3.Connection, article: "Made") -> None:
    row = connection.execute(
        "select CO_No, EC_Quantite from F_CONDITION where AR_Ref = ?", (article.ref,)
    ).fetchone()
    if row is not None:
        price = _cents(article.price * row["EC_Quantite"] * Decimal("0.9"))
        insert(
            connection,
            "F_TARIFCOND",
            AR_Ref=article.ref,
            TC_RefCF=f"a{PRO:02d}",
            CO_No=row["CO_No"],
            TC_Prix=price,
        )


def _shelf_price(price: Decimal) -> Decimal:
    """As shops write them: 12.90, 4.50."""
    whole = price.to_integral_value(ROUND_HALF_UP)
    return whole - Decimal("0.10") if price > 6 else (price * 2).to_integral_value(ROUND_HALF_UP) / 2


def _cents(price: Decimal) -> Decimal:
    return price.quantize(Decimal("0.01"), ROUND_HALF_UP)
