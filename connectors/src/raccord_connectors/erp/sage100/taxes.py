"""VAT and eco-contribution of articles: by article and accounting category, else by its family and that category.

Sage keeps up to three tax codes there. The first one in percent of the VAT kinds is the VAT; an amount per unit is
the eco-contribution (DEEE, furniture): Sage has no other place for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from raccord_connectors.canonical import EcoContribution, Tax
from raccord_connectors.contract import RecordRejected
from raccord_connectors.erp.sage100 import texts, values
from raccord_connectors.erp.sage100.cursors import Marks, stamped_since
from raccord_connectors.erp.sage100.source import Hanging
from raccord_connectors.erp.sage100.tables import Tables
from raccord_connectors.kit.sql import Session

SALE = 0
PERCENT, PER_UNIT = 0, (1, 2)
VAT_KINDS = (0, 1)
"""TA_Type: VAT on debits, VAT on receipts."""


@dataclass(frozen=True)
class TaxCode:
    code: str
    title: str
    rate: Decimal
    """Percent, or an amount per unit, by `how`."""
    how: int
    kind: int

    @property
    def is_vat(self) -> bool:
        return self.how == PERCENT and self.kind in VAT_KINDS


class Taxes:
    """The taxes of one accounting category."""

    def __init__(
        self, codes: Mapping[str, TaxCode], families: Mapping[str, Sequence[str]], category: int
    ) -> None:
        self.codes = codes
        self.families = families
        self.category = category

    @classmethod
    def of(cls, session: Session, tables: Tables, category: int) -> "Taxes":
        codes = {}
        for row in session.all(tables.select("F_TAXE")):
            code = values.key(row.TA_Code)
            rate = values.amount(row.TA_Taux)
            codes[code] = TaxCode(
                code,
                values.text(row.TA_Intitule),
                rate,
                values.whole(row.TA_TTaux),
                values.whole(row.TA_Type),
            )
        table = tables["F_FAMCOMPTA"]
        mine = tables.select("F_FAMCOMPTA").where(
            table.c.FCP_Type == SALE, tables.column("F_FAMCOMPTA", "FCP_Champ") == category
        )
        families = {values.key(row.FA_CodeFamille): _codes(row, "FCP") for row in session.all(mine)}
        return cls(codes, families, category)

    def of_article(
        self, article: str, family: str, own: Sequence[Row[Any]]
    ) -> tuple[Tax | None, EcoContribution | None]:
        """`own` are the article's rows of F_ARTCOMPTA. `RecordRejected` names a code that does not exist."""
        vat: Tax | None = None
        eco: EcoContribution | None = None
        for code in self.codes_of(family, own):
            found = self.codes.get(code)
            if found is None:
                raise RecordRejected(texts.UNKNOWN_TAX.fill(article=article, code=code), field="tax")
            if found.is_vat and vat is None:
                vat = Tax(code=code, rate=found.rate)
            elif found.how in PER_UNIT and found.rate and eco is None:
                eco = EcoContribution(code=code, amount=found.rate)
        return vat, eco

    def codes_of(self, family: str, own: Sequence[Row[Any]]) -> Sequence[str]:
        mine = [row for row in own if values.whole(row.ACP_Champ) == self.category]
        return _codes(mine[0], "ACP") if mine else self.families.get(family, ())


def own_taxes(category: int) -> Hanging:
    """The article's rows of F_ARTCOMPTA for sales in that category."""

    def sales(table: sa.TableClause) -> sa.ColumnElement[bool]:
        return sa.and_(table.c.ACP_Type == SALE, table.c.ACP_Champ == category)

    return Hanging("F_ARTCOMPTA", "AR_Ref", where=sales)


def changed_by_family(tables: Tables) -> tuple[str, Any]:
    """Articles whose family's taxes changed."""

    def changed(session: Session, marks: Marks) -> sa.Select[Any]:
        families, article = tables["F_FAMCOMPTA"], tables["F_ARTICLE"]
        stamped = sa.select(families.c.FA_CodeFamille).where(
            stamped_since(session, tables, "F_FAMCOMPTA", marks)
        )
        return sa.select(article.c.AR_Ref).where(article.c.FA_CodeFamille.in_(stamped))

    return "F_FAMCOMPTA", changed


def changed_by_rate(tables: Tables) -> tuple[str, Any]:
    """All articles when a tax itself changed: rare, and which articles use it is not worth asking."""

    def changed(session: Session, marks: Marks) -> sa.Select[Any]:
        article = tables["F_ARTICLE"]
        stamped = sa.select(tables["F_TAXE"].c.TA_Code).where(stamped_since(session, tables, "F_TAXE", marks))
        return sa.select(article.c.AR_Ref).where(stamped.exists())

    return "F_TAXE", changed


def _codes(row: Row[Any], prefix: str) -> Sequence[str]:
    codes = (values.key(getattr(row, f"{prefix}_ComptaCPT_Taxe{number}")) for number in (1, 2, 3))
    return tuple(code for code in codes if code)
