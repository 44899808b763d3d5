"""The lines of a sales document as Sage prices and taxes them: VAT by article and customer, eco-contribution apart."""

import sqlite3
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sandbox.gescom.refused import Refused
from sandbox.gescom.store import number

CENT = Decimal("0.01")
QUOTATION, ORDER, DELIVERY, RETURN, CREDIT, INVOICE = 0, 1, 3, 4, 5, 6
GIVEN_BACK = (RETURN, CREDIT)
TOLERANCE = Decimal("0.02")
"""Between the tax of a line as computed and as given: shops round per order, per line or per unit."""


@dataclass(frozen=True)
class Line:
    """`article` None is a comment. Amounts of 0 with `net` None take the article's own price."""

    article: str | None
    title: str = ""
    quantity: Decimal = Decimal(1)
    variant: tuple[int, int] = (0, 0)
    net: Decimal | None = None
    """Without VAT, eco-contribution included."""
    gross: Decimal | None = None
    net_price: Decimal = Decimal(0)
    gross_price: Decimal = Decimal(0)
    rate: Decimal | None = None
    free_rate: bool = False


@dataclass(frozen=True)
class Deposit:
    amount: Decimal
    method: int
    dated: str
    label: str = ""


@dataclass(frozen=True)
class Money:
    """What a document is in. Sage keeps its lines in euros, converted."""

    index: int = 0
    """DO_Devise; 0 is the company's own."""
    rate: Decimal = Decimal(1)
    """DO_Cours."""
    certain: bool = False
    """The rate is units for one euro; else euros for one unit. D_Mode 1 here; how Sage says it is not known to us."""

    @classmethod
    def of(cls, connection: sqlite3.Connection, index: int, rate: Decimal) -> "Money":
        if not index:
            return cls()
        row = connection.execute(
            "select D_CodeISO, D_Mode from P_DEVISE where cbIndice = ?", (index,)
        ).fetchone()
        if row is None or not row["D_CodeISO"] or not rate:
            raise Refused("refused", f"La devise {index} n’existe pas ou n’a pas de cours", field="currency")
        return cls(index, rate, row["D_Mode"] == 1)

    def own(self, amount: Decimal) -> Decimal:
        return amount / self.rate if self.certain else amount * self.rate


@dataclass(frozen=True)
class Entry:
    customer: str
    lines: list[Line]
    kind: int = ORDER
    dated: str = ""
    reference: str = ""
    """DO_NoWeb."""
    fields: dict[str, Any] = field(default_factory=dict)
    depot: int | None = None
    delivery: dict[str, str] | None = None
    deposits: list[Deposit] = field(default_factory=list)
    gross: Decimal | None = None
    """What the customer paid: another total is refused."""
    prices_include_tax: bool = False
    money: Money = Money()


@dataclass(frozen=True)
class Taxed:
    """The taxes of a line: VAT, and the eco-contribution of one unit."""

    code: str
    rate: Decimal
    eco_code: str = ""
    eco: Decimal = Decimal(0)


def priced_line(
    connection: sqlite3.Connection, line: Line, customer: sqlite3.Row
) -> tuple[Line, Taxed | None]:
    """The line with its amounts, and its taxes; None for a comment."""
    if line.article is None:
        return line, None
    article = connection.execute("select * from F_ARTICLE where AR_Ref = ?", (line.article,)).fetchone()
    if article is None:
        raise Refused(
            "unknown_article", f"L’article {line.article} n’existe pas", field="lines", article=line.article
        )
    if article["AR_Sommeil"]:
        raise Refused(
            "sleeping_article", f"L’article {line.article} est en sommeil", field="lines", article=line.article
        )  # fmt: skip
    _check_variant(connection, line)
    taxes = taxes_of(connection, article["AR_Ref"], article["FA_CodeFamille"], customer["N_CatCompta"] or 1)
    if line.rate is not None and line.rate != taxes.rate:
        taxes = _other_rate(connection, line, taxes)
    if line.net is None:
        return _at_list_price(connection, line, article, customer, taxes), taxes
    return line, taxes


def _check_variant(connection: sqlite3.Connection, line: Line) -> None:
    rows = connection.execute(
        "select AG_No1, AG_No2 from F_ARTENUMREF where AR_Ref = ?", (line.article,)
    ).fetchall()
    known = {(row[0], row[1]) for row in rows} or {(0, 0)}
    if line.variant not in known:
        raise Refused(
            "unknown_variant", f"Gamme incorrecte pour l’article {line.article}", field="lines", article=line.article
        )  # fmt: skip


def _other_rate(connection: sqlite3.Connection, line: Line, taxes: Taxed) -> Taxed:
    """Shipping follows the goods' rate; goods have their article's."""
    row = connection.execute(
        "select TA_Code from F_TAXE where TA_TTaux = 0 and TA_Sens = 1 and TA_Taux = ?",
        (float(line.rate or 0),),
    ).fetchone()
    if row is None or not line.free_rate:
        raise Refused(
            "tax_missing", f"L’article {line.article} n’a pas de taxe à {line.rate} %", field="lines",
            article=line.article, rate=line.rate,
        )  # fmt: skip
    return replace(taxes, code=row[0], rate=line.rate or Decimal(0))


def _at_list_price(
    connection: sqlite3.Connection, line: Line, article: sqlite3.Row, customer: sqlite3.Row, taxes: Taxed
) -> Line:
    """What Sage proposes when a document is typed: the category's price, else the article's, less its discount."""
    listed = connection.execute(
        "select * from F_ARTCLIENT where AR_Ref = ? and (CT_Num = ? or (CT_Num is null and AC_Categorie = ?)) "
        "order by CT_Num is null",
        (article["AR_Ref"], customer["CT_Num"], customer["N_CatTarif"]),
    ).fetchone()
    price, gross = number(article["AR_PrixVen"]), bool(article["AR_PrixTTC"])
    if listed is not None and listed["AC_PrixVen"]:
        price, gross = number(listed["AC_PrixVen"]), bool(listed["AC_PrixTTC"])
    if listed is not None and listed["AC_Remise"]:
        price *= 1 - number(listed["AC_Remise"]) / 100
    factor = 1 + taxes.rate / 100
    if gross:
        gross_price = price
        total = cents(price * line.quantity)
        net = cents(total / factor)
    else:
        gross_price = (price + taxes.eco) * factor
        net = cents((price + taxes.eco) * line.quantity)
        total = cents(net * factor)
    net_price = (net / line.quantity - taxes.eco) if line.quantity else price
    return replace(line, net=net, gross=total, net_price=net_price, gross_price=gross_price)


def check_total(entry: Entry, priced: list[tuple[Line, Taxed | None]]) -> None:
    computed = Decimal(0)
    for line, taxes in priced:
        if taxes is None or line.net is None or line.gross is None:
            continue
        expected = cents(line.net * (1 + taxes.rate / 100))
        allowed = max(TOLERANCE, CENT * len(priced))
        computed += line.gross if abs(expected - line.gross) <= allowed else expected
    if entry.gross is not None and computed != entry.gross:
        raise Refused(
            "total_differs", f"Total {computed} au lieu de {entry.gross}", field="gross", found=computed,
            expected=entry.gross,
        )  # fmt: skip


def taxes_of(connection: sqlite3.Connection, article: str, family: str, category: int) -> Taxed:
    own = connection.execute(
        "select ACP_ComptaCPT_Taxe1, ACP_ComptaCPT_Taxe2, ACP_ComptaCPT_Taxe3 from F_ARTCOMPTA "
        "where AR_Ref = ? and ACP_Type = 0 and ACP_Champ = ?",
        (article, category),
    ).fetchone()
    codes = (
        own
        or connection.execute(
            "select FCP_ComptaCPT_Taxe1, FCP_ComptaCPT_Taxe2, FCP_ComptaCPT_Taxe3 from F_FAMCOMPTA "
            "where FA_CodeFamille = ? and FCP_Type = 0 and FCP_Champ = ?",
            (family, category),
        ).fetchone()
    )
    found = Taxed("", Decimal(0))
    for code in filter(None, codes or ()):
        row = connection.execute("select * from F_TAXE where TA_Code = ?", (code,)).fetchone()
        if row is None:
            break
        if row["TA_TTaux"] == 0 and not found.code:
            found = replace(found, code=row["TA_Code"], rate=number(row["TA_Taux"]))
        elif row["TA_TTaux"] == 2:
            found = replace(found, eco_code=row["TA_Code"], eco=number(row["TA_Taux"]))
    if not found.code:
        raise Refused(
            "tax_missing", f"Code taxe absent pour l’article {article}", field="lines", article=article, rate="?"
        )  # fmt: skip
    return found


def six(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.000001"), ROUND_HALF_UP)


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
