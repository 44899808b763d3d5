"""The head of a sale: party, addresses, warehouse, currency, carrier, what the shop and the customer said."""

from decimal import Decimal

from raccord_connectors.canonical import Address, Draft
from raccord_connectors.contract import RecordRejected
from raccord_connectors.erp.tryton import texts
from raccord_connectors.erp.tryton.addresses import Addresses
from raccord_connectors.erp.tryton.client import Client, Row
from raccord_connectors.erp.tryton.lookups import warehouses
from raccord_connectors.erp.tryton.reading import EVERYTHING_TOO
from raccord_connectors.erp.tryton.settings import TrytonSettings

PROPOSED = ("payment_term", "price_list", "invoice_method", "shipment_method", "quotation_validity")
"""What Tryton proposes for a party and we keep."""


class SaleHeader:
    def __init__(self, client: Client, settings: TrytonSettings) -> None:
        self._client = client
        self._settings = settings
        self._addresses = Addresses(client)

    def head(self, draft: Draft) -> Row:
        """Company, party, warehouse and currency: on these Tryton's proposals and taxes depend. Writes nothing; rejects
        what the draft names wrongly."""
        party = self._party(draft)
        return {
            "company": self._client.company,
            "party": party["id"],
            "warehouse": self._warehouse(draft),
            "currency": self._currency(draft),
        }

    def values(self, draft: Draft, head: Row) -> Row:
        """All fields of the sale to create but its lines. May create addresses of the party."""
        start = {**head, "lines": []}
        proposal: Row = self._client.call("sale.sale", "on_change", start, ["company", "party"], repeat=True)
        values = {**head, **{name: proposal[name] for name in PROPOSED if proposal.get(name) is not None}}
        delivery = draft.delivery or draft.billing
        values["invoice_address"] = self._place(draft.billing, head, proposal.get("invoice_address"))
        values["shipment_address"] = self._place(delivery, head, proposal.get("shipment_address"))
        values["reference"] = draft.key
        values["sale_date"] = draft.dated
        if draft.reference != draft.key:
            values["description"] = draft.reference
        values["comment"] = _comment(draft)
        if self._client.has("sale_shipment_cost"):
            values["shipment_cost_method"] = None  # the shop's shipping charge is a line already
            values["carrier"] = self._carrier(draft.carrier, proposal)
        return values

    def _party(self, draft: Draft) -> Row:
        rows = self._client.search_read(
            "party.party",
            [["code", "=", draft.customer]],
            ("name", "active", "replaced_by"),
            context=EVERYTHING_TOO,
        )
        if rows and rows[0]["replaced_by"]:
            rows = self._client.read("party.party", [rows[0]["replaced_by"]], ("name", "active"))
        if not rows or not rows[0]["active"]:
            raise RecordRejected(texts.NO_PARTY.fill(key=draft.customer), field="customer")
        return rows[0]

    def _warehouse(self, draft: Draft) -> int:
        known = warehouses(self._client, self._settings.warehouses)
        if draft.depot is None and known:
            return known[0].id
        for one in known:
            if str(one.id) == draft.depot:
                return one.id
        raise RecordRejected(texts.NO_DEPOT.fill(reference=draft.reference, depot=draft.depot), field="depot")

    def _currency(self, draft: Draft) -> int:
        rows = self._client.search_read("currency.currency", [["code", "=", draft.currency]], ("id",))
        if not rows:
            message = texts.NO_CURRENCY.fill(reference=draft.reference, currency=draft.currency)
            raise RecordRejected(message, field="currency")
        return int(rows[0]["id"])

    def _place(self, address: Address | None, head: Row, proposed: int | None) -> int | None:
        if address is None or not (address.line1 or address.city or address.postal_code):
            return proposed
        (party,) = self._client.read("party.party", [head["party"]], ("name",))
        return self._addresses.ensure(head["party"], address, party["name"] or "")

    def _carrier(self, wanted: str | None, proposal: Row) -> int | None:
        """By key or name, if Tryton allows it for this delivery. The shop's own word for a method is no error: the
        warehouse then chooses the carrier."""
        if not wanted:
            return None
        available = {row["id"] for _, row in (proposal.get("available_carriers") or {}).get("add", ())}
        for row in self._client.search_read("carrier", [], ("party.name",)):
            if wanted.casefold() in (str(row["id"]), row["party."]["name"].casefold()):
                return int(row["id"]) if row["id"] in available else None
        return None


def _comment(draft: Draft) -> str:
    """The customer's remark, then the payments already received, for the accountant."""
    lines = [draft.remark] if draft.remark else []
    for payment in draft.payments:
        amount = payment.amount.quantize(Decimal("0.01"))
        parts = [payment.title or payment.method, f"{amount} {draft.currency}", payment.transaction]
        lines.append(" · ".join(part for part in parts if part))
    return "\n".join(lines)
