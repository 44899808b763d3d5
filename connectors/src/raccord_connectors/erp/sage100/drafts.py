"""`drafts`: what the platform asks to write, put into Sage's terms. Nothing is written here: see `writing`.

Amounts are the shop's. A line's unit prices are made from its amounts, at the six decimals that Sage keeps, so that
the document reaches the customer's total; an eco-contribution, which Sage adds to the price as a tax of its own, is
taken out of the price first.
"""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from raccord_connectors.canonical import Address, Draft, DraftLine, Payment, payment_key, plain
from raccord_connectors.contract import RecordRejected
from raccord_connectors.erp.sage100 import protocol, texts, values
from raccord_connectors.erp.sage100.articles import article_of
from raccord_connectors.erp.sage100.countries import label_of
from raccord_connectors.erp.sage100.currencies import OWN, Exchanges
from raccord_connectors.erp.sage100.payments import Payments, label_of_payment
from raccord_connectors.erp.sage100.settings import Sage100Settings
from raccord_connectors.erp.sage100.tables import Tables, among
from raccord_connectors.erp.sage100.taxes import Taxes, own_taxes
from raccord_connectors.kit.sql import Session

TYPES = {"quotation": 0, "order": 1, "delivery": 3, "invoice": 6}
RETURN, CREDIT = 4, 5
"""What a credit becomes: goods that come back are on a *bon de retour*, money alone on an *avoir financier*. Sage's users turn
either into an invoice of provenance 1 or 2, as they do with deliveries."""
COMMENT_LINES = 10
"""Lines of a remark that are kept: a document is not a letter."""


@dataclass(frozen=True)
class Parameters:
    """Sage's own lists that a document refers to by number: title in capitals → number, and the numbers."""

    depots: frozenset[int]
    representatives: frozenset[int]
    carriers: Mapping[str, int]
    methods: Mapping[str, int]

    @classmethod
    def of(cls, session: Session, tables: Tables) -> "Parameters":
        people = session.all(tables.select("F_COLLABORATEUR")) if tables.has("F_COLLABORATEUR") else []
        return cls(
            depots=frozenset(values.whole(row.DE_No) for row in session.all(tables.select("F_DEPOT"))),
            representatives=frozenset(values.whole(row.CO_No) for row in people),
            carriers=named(session.all(tables.select("P_EXPEDITION")), "E_Intitule"),
            methods=named(session.all(tables.select("P_REGLEMENT")), "R_Intitule", "R_Code"),
        )


class DraftForm:
    """Makes `protocol.NewDocument` out of drafts."""

    def __init__(self, session: Session, tables: Tables, settings: Sage100Settings) -> None:
        self._session = session
        self._tables = tables
        self._settings = settings
        self._parameters = Parameters.of(session, tables)
        self._exchanges = Exchanges.of(session, tables, settings)

    def document(self, draft: Draft, reference: str) -> protocol.NewDocument:
        """Raises `RecordRejected` for what can be seen to be wrong before Sage is asked."""
        kind = self._kind(draft)
        if kind is None:
            raise RecordRejected(texts.BAD_KIND.fill(key=draft.key, kind=draft.kind), field="kind")
        currency = None
        if draft.currency != OWN:
            currency = self._exchanges.wanted(draft.key, draft.currency, draft.exchange_rate)
        net = sum((line.net for line in draft.lines), values.ZERO)
        gross = net + sum((line.tax for line in draft.lines), values.ZERO)
        if gross != draft.gross:
            message = texts.TOTALS_OF_DRAFT.fill(
                key=draft.key, lines=gross, total=draft.gross, currency=draft.currency
            )
            raise RecordRejected(message, field="gross")
        eco = self._eco_contributions(draft)
        if currency is not None and (burdened := next((name for name, each in eco.items() if each), None)):
            message = texts.ECO_IN_CURRENCY.fill(key=draft.key, currency=draft.currency, article=burdened)
            raise RecordRejected(message, field="lines")
        labels = self._labels(draft)
        lines = [_line(draft.key, line, eco, labels, self._width) for line in draft.lines]
        return protocol.NewDocument(
            reference=reference,
            kind=kind,
            customer=values.key(draft.customer),
            dated=draft.dated.isoformat(),
            fields=self._fields(draft),
            lines=[*lines, *self._remark(draft)],
            net=net,
            gross=gross,
            prices_include_tax=draft.prices_include_tax,
            depot=self._depot(draft),
            delivery=self._delivery(draft),
            deposits=[self._deposit(draft, payment) for payment in draft.payments if payment.state == "paid"],
            currency=currency,
        )

    def _kind(self, draft: Draft) -> int | None:
        """DO_Type. A credit is of a document that is there."""
        if draft.kind != "credit":
            return TYPES.get(draft.kind)
        places = Payments(self._session, self._tables).pieces(draft.origin or "")
        if not places:
            message = texts.UNKNOWN_ORIGIN.fill(key=draft.key, document=draft.origin or "?")
            raise RecordRejected(message, field="origin")
        return RETURN if draft.restock else CREDIT

    def _fields(self, draft: Draft) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "DO_Ref": values.fit(draft.reference or draft.key, self._width("F_DOCENTETE", "DO_Ref")),
            "DO_Statut": self._settings.order_status,
        }
        carrier = self._carrier(draft.carrier)
        if carrier is not None:
            fields["DO_Expedit"] = carrier
        elif draft.carrier:  # the shop's own words are worth more to the packer than nothing
            fields["DO_Coord02"] = values.fit(draft.carrier, self._width("F_DOCENTETE", "DO_Coord02"))
        if draft.representative:
            fields["CO_No"] = self._representative(draft)
        return fields

    def _carrier(self, told: str | None) -> int | None:
        if not told:
            return None
        named = self._settings.carriers.get(told, told)
        return self._parameters.carriers.get(named.upper())

    def _representative(self, draft: Draft) -> int:
        told = str(draft.representative)
        if told.isdigit() and int(told) in self._parameters.representatives:
            return int(told)
        message = texts.UNKNOWN_REPRESENTATIVE.fill(key=draft.key, representative=told)
        raise RecordRejected(message, field="representative")

    def _depot(self, draft: Draft) -> int | None:
        if not draft.depot:
            return None
        if draft.depot.isdigit() and int(draft.depot) in self._parameters.depots:
            return int(draft.depot)
        raise RecordRejected(texts.UNKNOWN_DEPOT.fill(key=draft.key, depot=draft.depot), field="depot")

    def _deposit(self, draft: Draft, payment: Payment) -> protocol.Deposit:
        """The shop's method by the merchant's table, else by its name in Sage, else the default one."""
        named = self._settings.payment_methods.get(payment.method, payment.method)
        known = self._parameters.methods
        method = known.get(named.upper()) or known.get(payment.title.upper())
        method = method or known.get(self._settings.default_payment_method.upper())
        if method is None:
            message = texts.UNKNOWN_PAYMENT_METHOD.fill(key=draft.key, method=payment.method)
            raise RecordRejected(message, field="payments")
        dated = payment.paid_at.date() if payment.paid_at else draft.dated
        width = self._width("F_DOCREGL", "DR_Libelle") or 35
        label = label_of_payment(payment_key(draft.key, payment.key), payment.transaction, width)
        return protocol.Deposit(amount=payment.amount, method=method, dated=dated.isoformat(), label=label)

    def _delivery(self, draft: Draft) -> protocol.Place | None:
        return place_of(draft.delivery, self._width) if draft.delivery else None

    def _remark(self, draft: Draft) -> list[protocol.DocumentLine]:
        width = self._width("F_DOCLIGNE", "DL_Design") or 69
        said = textwrap.wrap(values.storable(draft.remark), width)[:COMMENT_LINES]
        return [protocol.DocumentLine(title=line) for line in said]

    def _eco_contributions(self, draft: Draft) -> Mapping[str, Decimal]:
        """Article → eco-contribution per unit that Sage will add, in the customer's accounting category."""
        articles = sorted({values.key(article_of(line.item)) for line in draft.lines if line.item})
        third, article = self._tables["F_COMPTET"], self._tables["F_ARTICLE"]
        width = self._tables.width("F_COMPTET", "CT_Num")
        named = among(third.c.CT_Num, width, [draft.customer])
        account = self._session.first(self._tables.select("F_COMPTET", ["N_CatCompta"]).where(named))
        category = values.whole(account.N_CatCompta) if account is not None else 0
        category = category or self._settings.accounting_category
        taxes = Taxes.of(self._session, self._tables, category)
        hanging, ref_width = own_taxes(category), self._tables.width("F_ARTICLE", "AR_Ref")
        own: dict[str, list[Any]] = {}
        table = self._tables["F_ARTCOMPTA"]
        if hanging.where is not None:
            mine = self._tables.select("F_ARTCOMPTA").where(
                hanging.where(table), among(table.c.AR_Ref, ref_width, articles)
            )
            for row in self._session.all(mine):
                own.setdefault(values.key(row.AR_Ref), []).append(row)
        families = self._tables.select("F_ARTICLE", ["AR_Ref", "FA_CodeFamille"])
        found = {}
        for row in self._session.all(families.where(among(article.c.AR_Ref, ref_width, articles))):
            key = values.key(row.AR_Ref)
            _, eco = taxes.of_article(key, values.key(row.FA_CodeFamille), own.get(key, []))
            found[key] = eco.amount if eco else values.ZERO
        return found

    def _labels(self, draft: Draft) -> Mapping[int, str]:
        """AG_No → the value that people see, for the variants of this draft."""
        articles = sorted(
            {values.key(article_of(line.item)) for line in draft.lines if line.item and "|" in line.item}
        )  # fmt: skip
        if not articles:
            return {}
        table = self._tables["F_ARTGAMME"]
        mine = among(table.c.AR_Ref, self._tables.width("F_ARTGAMME", "AR_Ref"), articles)
        rows = self._session.all(self._tables.select("F_ARTGAMME").where(mine))
        return {values.whole(row.AG_No): values.text(row.EG_Enumere) for row in rows}

    def _width(self, table: str, column: str) -> int | None:
        return self._tables.width(table, column)


def _line(
    order: str, line: DraftLine, eco: Mapping[str, Decimal], labels: Mapping[int, str], width: Any
) -> protocol.DocumentLine:
    title = values.fit(line.title, width("F_DOCLIGNE", "DL_Design"))
    if line.kind == "comment":
        return protocol.DocumentLine(title=title)
    if not line.item:
        raise RecordRejected(texts.NO_ITEM.fill(key=order, title=line.title), field="lines")
    quantity, net, gross = line.quantity, line.net, line.net + line.tax
    if net < 0 < quantity:  # Sage counts what is given back in quantities, not in prices
        quantity = -quantity
    article = values.key(article_of(line.item))
    parts = line.item.rsplit("|", 2) if article != values.key(line.item) else []
    variant = (int(parts[1]), int(parts[2])) if parts else (0, 0)
    each = quantity or Decimal(1)
    return protocol.DocumentLine(
        article=article,
        variant=variant,
        labels=(labels.get(variant[0], ""), labels.get(variant[1], "")),
        title=title,
        quantity=plain(quantity),
        net_price=_six(net / each - eco.get(article, values.ZERO)),
        gross_price=_six(gross / each),
        net=net,
        gross=gross,
        rate=line.rate if line.rate is not None else _rate_of(line),
        free_rate=line.kind != "item",
    )


def _rate_of(line: DraftLine) -> Decimal | None:
    """Zero tax is a rate; another one is left to the article, because a rounded amount does not tell it exactly."""
    return Decimal(0) if not line.tax else None


def _six(value: Decimal) -> Decimal:
    return plain(value.quantize(values.SIX, ROUND_HALF_UP))


def place_of(address: Address, width: Any) -> protocol.Place:
    """A delivery address in the columns of F_LIVRAISON."""
    person = " ".join(part for part in (address.last_name.upper(), address.first_name) if part)
    first, second = values.spill(address.line1, address.line2, width("F_LIVRAISON", "LI_Adresse"))
    told = {
        "LI_Intitule": address.title or address.company or person or address.city,
        "LI_Contact": person,
        "LI_Adresse": first,
        "LI_Complement": second,
        "LI_CodePostal": address.postal_code,
        "LI_Ville": address.city,
        "LI_CodeRegion": address.region,
        "LI_Pays": label_of(address.country) if address.country else "",
        "LI_Telephone": address.phone.replace(" ", ""),
        "LI_EMail": address.email,
    }
    return protocol.Place(
        fields={name: values.fit(said, width("F_LIVRAISON", name)) for name, said in told.items() if said}
    )


def named(rows: Sequence[Any], *columns: str) -> dict[str, int]:
    """Titles in capitals, and the numbers themselves, → number."""
    found: dict[str, int] = {}
    for row in rows:
        number = values.whole(row.cbIndice)
        names = [values.text(getattr(row, column)).upper() for column in columns]
        found |= {name: number for name in [str(number), *names] if name}
    return found
