"""Customers as Tryton knows them: parties with their addresses, contact mechanisms and identifiers.

Tryton does not say which parties are customers, so all are read but the company itself. The key is the party's code,
which is unique and cannot be changed once given.
"""

from collections.abc import Sequence

from raccord_connectors.canonical import Address, Contact, Customer
from raccord_connectors.erp.tryton import addresses
from raccord_connectors.erp.tryton.client import Client, Row
from raccord_connectors.erp.tryton.reading import EVERYTHING_TOO, Built, Source, digest, stamp_fields
from raccord_connectors.erp.tryton.settings import TrytonSettings

PATHS = ("", "addresses", "contact_mechanisms", "identifiers")
VAT_TYPES = ("eu_vat", "fr_vat", "fr_tva")


def source(client: Client, settings: TrytonSettings) -> Source:
    ours = client.account.party

    def ids_of(keys: Sequence[str]) -> list[int]:
        rows = client.search_read(
            "party.party", [["code", "in", list(keys)]], ("id",), context=EVERYTHING_TOO
        )
        return [row["id"] for row in rows]

    return Source(
        model="party.party",
        base=[["id", "!=", ours]],
        stamps=PATHS,
        sketch=("code", *stamp_fields(*PATHS)),
        digests=lambda rows: {row["code"]: digest(row) for row in rows},
        fields=lambda: fields(client),
        build=lambda rows: Built([customer_of(row) for row in rows]),
        ids_of=ids_of,
    )


def fields(client: Client) -> list[str]:
    found = ["name", "code", "active", "lang.code", "customer_payment_term.name", "customer_tax_rule"]
    found += [f"addresses.{name}" for name in (*addresses.FIELDS, "invoice", "delivery")]
    found += [f"contact_mechanisms.{name}" for name in ("type", "value", "name", "active", "address")]
    found += [f"identifiers.{name}" for name in ("type", "code", "active")]
    if client.has("sale_price_list"):
        found.append("sale_price_list")
    return found


def customer_of(row: Row) -> Customer:
    contacts = [one for one in row["contact_mechanisms."] if one["active"]]
    emails = [one for one in contacts if one["type"] == "email"]
    term = row.get("customer_payment_term.") or {}
    billing, deliveries = _addresses(row, contacts)
    siret = _identifier(row, "fr_siret")
    vat = _identifier(row, *VAT_TYPES)
    name = row["name"] or ""
    return Customer(
        key=row["code"],
        account_title=name,
        company=name if siret or vat else "",
        email=_first(contacts, "email"),
        phone=_first(contacts, "phone"),
        mobile=_first(contacts, "mobile"),
        fax=_first(contacts, "fax"),
        siret="".join(siret.split()) if siret else None,
        vat_number=vat,
        billing=billing,
        deliveries=deliveries,
        contacts=[
            Contact(key=str(one["id"]), role=one["name"] or "", email=one["value"]) for one in emails[1:]
        ],
        price_category=str(row["sale_price_list"]) if row.get("sale_price_list") else None,
        accounting_category=str(row["customer_tax_rule"]) if row["customer_tax_rule"] else None,
        active=bool(row["active"]),
        language=(row.get("lang.") or {}).get("code") or "",
        custom={"payment_term": term["name"]} if term else {},
    )


def siren_of(row: Row) -> str:
    """ "" where nobody typed it by itself: it is the beginning of the SIRET, too."""
    return "".join((_identifier(row, "fr_siren") or "").split())


def _addresses(row: Row, contacts: Sequence[Row]) -> tuple[Address | None, list[Address]]:
    """Tryton's own choice: the first address flagged for invoices, else the first; likewise for deliveries."""
    active = [one for one in row["addresses."] if one["active"]]
    if not active:
        return None, []
    billing = next((one for one in active if one["invoice"]), active[0])
    flagged = [one for one in active if one["delivery"]]
    others = flagged or [one for one in active if one is not billing]

    def convert(one: Row) -> Address:
        here = [contact for contact in contacts if contact["address"] == one["id"]]
        return addresses.from_row(one, _first(here, "phone"), _first(here, "email"))

    return convert(billing), [convert(one) for one in others]


def _first(contacts: Sequence[Row], kind: str) -> str:
    return next((one["value"] for one in contacts if one["type"] == kind), "")


def _identifier(row: Row, *kinds: str) -> str | None:
    for identifier in row["identifiers."]:
        if identifier["active"] and identifier["type"] in kinds:
            return str(identifier["code"])
    return None
