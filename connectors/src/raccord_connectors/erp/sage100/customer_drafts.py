"""`customer_drafts`: accounts to create or change, put into Sage's terms. Nothing is written here: see `writing`."""

import base64
import hashlib
from typing import Any

from raccord_connectors.canonical import Address, Customer
from raccord_connectors.contract import RecordRejected
from raccord_connectors.erp.sage100 import protocol, texts, values
from raccord_connectors.erp.sage100.countries import label_of
from raccord_connectors.erp.sage100.drafts import place_of
from raccord_connectors.erp.sage100.settings import Sage100Settings
from raccord_connectors.erp.sage100.tables import Tables

TITLES = {"mr": "M.", "mrs": "Mme"}
CIVILITIES = {"mr": 0, "mrs": 1}
EXACT = (
    "CT_EMail",
    "CT_Siret",
    "CT_Identifiant",
    "CT_Telephone",
    "CT_Telecopie",
    "CT_CodePostal",
    "CT_TelPortable",
)
"""Columns that say something else when they are cut: too long a value is refused there, elsewhere it is cut."""


def mark_of(key: str) -> str:
    """What makes a creation idempotent, kept in CT_Commentaire: "Web K3QZ…" (sixteen letters of the key's hash)."""
    digest = hashlib.blake2b(key.encode(), digest_size=10).digest()
    return "Web " + base64.b32encode(digest).decode()


class CustomerForm:
    def __init__(self, tables: Tables, settings: Sage100Settings) -> None:
        self._tables = tables
        self._settings = settings

    def creation(self, key: str, customer: Customer, code: str) -> protocol.NewCustomer:
        fields = self._columns(customer) | {
            "CT_Commentaire": mark_of(key),
            "CG_NumPrinc": self._settings.collective_account,
        }
        fields.setdefault("N_CatCompta", self._settings.accounting_category)
        return protocol.NewCustomer(
            code=code,
            fields=fields,
            contact=self._contact(customer),
            deliveries=[place_of(address, self._tables.width) for address in customer.deliveries],
        )

    def changes(self, customer: Customer, previous: Customer | None) -> protocol.NewCustomer:
        """Only the columns that differ from what was last pushed. What has become empty is emptied."""
        new, new_contact = self._columns(customer), self._contact(customer)
        old = self._columns(previous) if previous else {}
        old_contact = self._contact(previous) if previous else {}
        known = previous.deliveries if previous else []
        return protocol.NewCustomer(
            code="",
            fields=_differences(old, new),
            contact=_differences(old_contact, new_contact),
            deliveries=[
                place_of(address, self._tables.width)
                for address in customer.deliveries
                if address not in known
            ],
        )

    def _columns(self, customer: Customer) -> dict[str, Any]:
        person = " ".join(part for part in (customer.last_name.upper(), customer.first_name) if part)
        told = {
            "CT_Intitule": customer.account_title or customer.company or person or customer.email,
            "CT_Qualite": "" if customer.company else TITLES.get(customer.civility, ""),
            "CT_Contact": person,
            "CT_EMail": customer.email,
            "CT_Telephone": customer.phone.replace(" ", ""),
            "CT_Telecopie": customer.fax.replace(" ", ""),
            "CT_Siret": (customer.siret or "").replace(" ", ""),
            "CT_Identifiant": (customer.vat_number or "").replace(" ", "").upper(),
            **self._address(customer.billing),
        }
        fields: dict[str, Any] = {
            name: self._fitting("F_COMPTET", name, said) for name, said in told.items() if said
        }
        for name, choice in (
            ("N_CatTarif", customer.price_category),
            ("N_CatCompta", customer.accounting_category),
            ("MR_No", customer.payment_terms),
            ("CO_No", customer.representative),
        ):
            if choice and choice.isdigit():
                fields[name] = int(choice)
        if customer.discount_percent is not None:
            fields["CT_Taux01"] = str(customer.discount_percent)
        return fields

    def _address(self, address: Address | None) -> dict[str, str]:
        if address is None:
            return {}
        first, second = values.spill(
            address.line1, address.line2, self._tables.width("F_COMPTET", "CT_Adresse")
        )
        return {
            "CT_Adresse": first,
            "CT_Complement": second,
            "CT_CodePostal": address.postal_code,
            "CT_Ville": address.city,
            "CT_CodeRegion": address.region,
            "CT_Pays": label_of(address.country) if address.country else "",
        }

    def _contact(self, customer: Customer) -> dict[str, Any]:
        told = {
            "CT_Nom": customer.last_name,
            "CT_Prenom": customer.first_name,
            "CT_TelPortable": customer.mobile.replace(" ", ""),
        }
        fields: dict[str, Any] = {
            name: self._fitting("F_CONTACTT", name, said) for name, said in told.items() if said
        }
        if fields and customer.civility:
            fields["CT_Civilite"] = CIVILITIES[customer.civility]
        return fields

    def _fitting(self, table: str, column: str, said: str) -> str:
        width = self._tables.width(table, column)
        if column in EXACT and width is not None and len(values.storable(said)) > width:
            message = texts.TOO_LONG.fill(value=said, column=column, width=width)
            raise RecordRejected(message, field=f"customer.{FIELDS.get(column, column)}")
        return values.fit(said, width)


FIELDS = {
    "CT_EMail": "email",
    "CT_Siret": "siret",
    "CT_Identifiant": "vat_number",
    "CT_Telephone": "phone",
    "CT_Telecopie": "fax",
    "CT_CodePostal": "billing.postal_code",
    "CT_TelPortable": "mobile",
}


def _differences(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Columns to write: those with another value, and "" for those that lost theirs."""
    changed = {name: value for name, value in new.items() if old.get(name) != value}
    return changed | {name: "" for name in old if name not in new}
