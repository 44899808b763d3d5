"""The head of a sale: party, addresses, warehouse, currency, carrier, what the shop and the customer said."""

from dataclasses import dataclass
from decimal import Decimal

from raccord_connectors.canonical import Draft, plain
from raccord_connectors.contract import RecordRejected
from raccord_connectors.erp.tryton import texts
from raccord_connectors.erp.tryton.addresses import Addresses
from raccord_connectors.erp.tryton.client import Client, Row
from raccord_connectors.erp.tryton.keys import record_ids
from raccord_connectors.erp.tryton.lookups import Warehouse, warehouses
from raccord_connectors.erp.tryton.reading import EVERYTHING_TOO
from raccord_connectors.erp.tryton.remembered import Remembered
from raccord_connectors.erp.tryton.settings import TrytonSettings

PROPOSED = ("payment_term", "price_list", "invoice_method", "shipment_method", "quotation_validity")
"""What Tryton proposes for a party and we keep."""


SIX = Decimal("0.000001")
FAR = Decimal("1.1")
"""How many times the shop's rate of a currency and Tryton's own of the day may be apart: a sale cannot be given a rate."""
PARTY = ("name", "active", "replaced_by", "customer_tax_rule")


@dataclass(frozen=True)
class Head:
    """On these Tryton's proposals and taxes depend."""

    company: int
    party: int
    currency: int
    name: str
    """The party's."""
    tax_rule: int | None
    """The party's, which turns an article's taxes into others."""


class SaleHeader:
    def __init__(self, client: Client, settings: TrytonSettings) -> None:
        self._client = client
        self._settings = settings
        self._addresses = Addresses(client)
        self._warehouses: Remembered[list[Warehouse]] = Remembered()
        self._currencies: Remembered[list[Row]] = Remembered()
        self._carriers: Remembered[list[Row]] = Remembered()

    def head(self, draft: Draft) -> Head:
        """Writes nothing; rejects what the draft names wrongly."""
        party = self._party(draft)
        self._warehouse(draft)
        return Head(
            self._client.company,
            party["id"],
            self._currency(draft),
            party["name"] or "",
            party["customer_tax_rule"],
        )

    def values(self, draft: Draft, head: Head) -> Row:
        """All fields of the sale to create but its lines. May create addresses of the party."""
        fixed = {
            "company": head.company,
            "party": head.party,
            "warehouse": self._warehouse(draft),
            "currency": head.currency,
        }
        start = {**fixed, "lines": []}
        proposal: Row = self._client.call("sale.sale", "on_change", start, ["company", "party"], repeat=True)
        values = {**fixed, **{name: proposal[name] for name in PROPOSED if proposal.get(name) is not None}}
        values.update(self._places(draft, head, proposal))
        values["reference"] = draft.key
        values["sale_date"] = draft.dated
        if draft.reference != draft.key:
            values["description"] = draft.reference
        values["comment"] = _comment(draft)
        if draft.kind == "credit":
            values.update(self._of_credit(draft))
        if self._client.has("sale_shipment_cost"):
            values["shipment_cost_method"] = None  # the shop's shipping charge is a line already
            values["carrier"] = self._carrier(draft.carrier, proposal)
        return values

    def _of_credit(self, draft: Draft) -> Row:
        """Invoiced at once, whatever orders wait for; goods are expected back only where they come back."""
        values: Row = {"invoice_method": "order", "shipment_method": "order" if draft.restock else "manual"}
        if draft.origin is not None:
            ids = record_ids([draft.origin])
            domain = [["id", "in", ids], ["company", "=", self._client.company]]
            rows = self._client.search_read("sale.sale", domain, ("id",)) if ids else []
            if not rows:
                message = texts.NO_ORIGIN.fill(reference=draft.reference, key=draft.origin)
                raise RecordRejected(message, field="origin")
            values["origin"] = f"sale.sale,{rows[0]['id']}"
        return values

    def _party(self, draft: Draft) -> Row:
        rows = self._client.search_read(
            "party.party",
            [["code", "=", draft.customer]],
            PARTY,
            context=EVERYTHING_TOO,
        )
        if rows and rows[0]["replaced_by"]:
            rows = self._client.read("party.party", [rows[0]["replaced_by"]], PARTY)
        if not rows or not rows[0]["active"]:
            raise RecordRejected(texts.NO_PARTY.fill(key=draft.customer), field="customer")
        return rows[0]

    def _warehouse(self, draft: Draft) -> int:
        def chosen(known: list[Warehouse]) -> list[Warehouse]:
            return known if draft.depot is None else [one for one in known if str(one.id) == draft.depot]

        known = self._warehouses.get(
            "all", lambda: warehouses(self._client, self._settings.warehouses), holds=chosen
        )
        for one in chosen(known):
            return one.id
        raise RecordRejected(texts.NO_DEPOT.fill(reference=draft.reference, depot=draft.depot), field="depot")

    def _currency(self, draft: Draft) -> int:
        code = draft.currency
        own = self._client.account.currency
        wanted = [["code", "in", [code, own]]]
        known = self._currencies.get(
            code,
            lambda: self._client.search_read("currency.currency", wanted, ("code", "rate")),
            holds=lambda rows: any(row["code"] == code and row["rate"] for row in rows),
        )
        rows = {row["code"]: row for row in known}
        if code not in rows:
            message = texts.NO_CURRENCY.fill(reference=draft.reference, currency=draft.currency)
            raise RecordRejected(message, field="currency")
        if code != own and own in rows:
            _demand_near(draft, rows[own]["rate"], rows[code]["rate"])
        return int(rows[code]["id"])

    def _places(self, draft: Draft, head: Head, proposal: Row) -> Row:
        """The two addresses: Tryton's own proposal where the draft has none."""
        wanted = {"invoice_address": draft.billing, "shipment_address": draft.delivery or draft.billing}
        chosen: Row = {name: proposal.get(name) for name in wanted}
        known: list[Row] | None = None
        for name, place in wanted.items():
            if place is None or not (place.line1 or place.city or place.postal_code):
                continue
            known = self._addresses.of(head.party) if known is None else known
            chosen[name] = self._addresses.ensure(head.party, place, head.name, known)
        return chosen

    def _carrier(self, wanted: str | None, proposal: Row) -> int | None:
        """By key or name, if Tryton allows it for this delivery. The shop's own word for a method is no error: the
        warehouse then chooses the carrier."""
        if not wanted:
            return None
        available = {row["id"] for _, row in (proposal.get("available_carriers") or {}).get("add", ())}
        every = self._carriers.get("all", lambda: self._client.search_read("carrier", [], ("party.name",)))
        for row in every:
            if wanted.casefold() in (str(row["id"]), row["party."]["name"].casefold()):
                return int(row["id"]) if row["id"] in available else None
        return None


def _demand_near(draft: Draft, own: Decimal | None, rate: Decimal | None) -> None:
    """Tryton's rates are units for one of a common base, the newest up to today; none at all is none to convert with."""
    if not own or not rate:
        message = texts.NO_RATE.fill(reference=draft.reference, currency=draft.currency)
        raise RecordRejected(message, field="exchange_rate")
    told, known = draft.exchange_rate, Decimal(own) / Decimal(rate)
    if told is not None and not known / FAR <= told <= known * FAR:
        message = texts.RATE_FAR.fill(
            reference=draft.reference, currency=draft.currency, told=told, known=plain(known.quantize(SIX))
        )
        raise RecordRejected(message, field="exchange_rate")


def _comment(draft: Draft) -> str:
    """The customer's remark, then the payments already received, for the accountant."""
    lines = [draft.remark] if draft.remark else []
    for payment in draft.payments:
        amount = payment.amount.quantize(Decimal("0.01"))
        parts = [payment.title or payment.method, f"{amount} {draft.currency}", payment.transaction]
        lines.append(" · ".join(part for part in parts if part))
    return "\n".join(lines)
