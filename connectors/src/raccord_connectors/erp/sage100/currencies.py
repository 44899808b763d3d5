"""Documents in another currency than the company's own. Sage keeps their lines in its own money, already converted with the
header's rate (`DO_Devise` → `P_DEVISE.cbIndice`, `DO_Cours`); the unit price in the currency stands beside them (`DL_PUDevise`).

In which direction a company quotes its rates is not told by any column that we know the meaning of (`D_Mode` has two values;
which one is which was not found), and companies differ: the merchant says it once (`currency_rates`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from raccord_connectors.canonical import plain
from raccord_connectors.contract import RecordRejected
from raccord_connectors.erp.sage100 import protocol, texts, values
from raccord_connectors.erp.sage100.settings import Quotation, Sage100Settings
from raccord_connectors.erp.sage100.tables import Tables
from raccord_connectors.kit.sql import Session

OWN = "EUR"
FAR = Decimal("1.1")
"""How many times the shop's rate and Sage's own may be apart: more is a rate that is read the wrong way round (1 USD = 0.92 €, or
1.09 €), or that nobody has brought up to date."""


@dataclass(frozen=True)
class Currency:
    """A line of P_DEVISE."""

    index: int
    code: str
    rate: Decimal
    """As Sage keeps it today; zero where nobody filled it in."""


def currencies(session: Session, tables: Tables) -> dict[int, Currency]:
    """By their number. Most of the 32 lines are empty in most companies."""
    if not tables.has("P_DEVISE"):
        return {}
    rows = session.all(tables.select("P_DEVISE"))
    found = [
        Currency(values.whole(row.cbIndice), values.text(row.D_CodeISO).upper(), values.amount(row.D_Cours))
        for row in rows
    ]
    return {one.index: one for one in found if one.code}


@dataclass(frozen=True)
class Exchange:
    """A currency at a rate, as one document has it."""

    code: str
    rate: Decimal
    """DO_Cours."""
    quoted: Quotation

    @property
    def worth(self) -> Decimal:
        """One unit in the company's own money, six decimals."""
        return plain(_six(self.own(Decimal(1))))

    def own(self, amount: Decimal) -> Decimal:
        return amount * self.rate if self.quoted == "incertain" else amount / self.rate

    def told(self, amount: Decimal) -> Decimal:
        """An amount that Sage keeps in its own money, in the currency."""
        return amount / self.rate if self.quoted == "incertain" else amount * self.rate


@dataclass(frozen=True)
class Exchanges:
    """Finds the exchange of a document. None: the company's own money, or one whose rate cannot be read: its amounts are then
    told as Sage keeps them."""

    known: Mapping[int, Currency]
    quoted: Quotation

    @classmethod
    def of(cls, session: Session, tables: Tables, settings: Sage100Settings) -> "Exchanges":
        return cls(currencies(session, tables), settings.currency_rates)

    def at(self, index: Any, rate: Any) -> Exchange | None:
        currency, course = self.known.get(values.whole(index)), values.amount(rate)
        if currency is None or currency.code == OWN or not course or not self.quoted:
            return None
        return Exchange(currency.code, course, self.quoted)

    def wanted(self, key: str, code: str, worth: Decimal | None) -> protocol.Currency:
        """For a document of ours. `worth`: one unit in the company's own money, as the shop told it. Raises `RecordRejected`."""
        currency = next((one for one in self.known.values() if one.code == code.upper()), None)
        if currency is None:
            raise RecordRejected(texts.UNKNOWN_CURRENCY.fill(key=key, currency=code), field="currency")
        if not self.quoted:
            raise RecordRejected(texts.RATES_NOT_SAID.fill(key=key, currency=code), field="currency")
        if worth is None and not currency.rate:
            raise RecordRejected(texts.NO_RATE.fill(key=key, currency=code), field="exchange_rate")
        known = Exchange(code, currency.rate, self.quoted).worth if currency.rate else None
        if worth is not None and known is not None and not known / FAR <= worth <= known * FAR:
            message = texts.RATE_FAR.fill(key=key, currency=code, told=worth, known=known)
            raise RecordRejected(message, field="exchange_rate")
        rate = currency.rate if worth is None else worth if self.quoted == "incertain" else 1 / worth
        return protocol.Currency(index=currency.index, code=code, rate=plain(_six(rate)))


def _six(value: Decimal) -> Decimal:
    return value.quantize(values.SIX, ROUND_HALF_UP)
