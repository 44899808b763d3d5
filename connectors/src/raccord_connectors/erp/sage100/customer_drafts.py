"""`customer_drafts`: accounts to create or change, put into Sage's terms. Nothing is written here: see `writing`."""

import base64
import hashlib
from collections.abc import Collection
from typing import Any

from raccord_connectors.canonical import Address, Contact, Customer, Scalar
from raccord_connectors.contract import Message, RecordRejected
from raccord_connectors.erp.sage100 import protocol, texts, values
from raccord_connectors.erp.sage100.countries import label_of
from raccord_connectors.erp.sage100.drafts import place_of
from raccord_connectors.erp.sage100.settings import Sage100Settings
from raccord_connectors.erp.sage100.tables import Tables

TITLES = {"mr": "M.", "mrs": "Mme"}
CIVILITIES = {"mr": 0, "mrs": 1}
EXACT = ("CT_EMail", "CT_Siret", "CT_Identifiant", "CT_CodePostal")
"""Columns that say something else when they are cut: too long a value is refused there, elsewhere it is cut."""
PHONES = {"CT_Telephone": "phone", "CT_Telecopie": "fax"}
"""Cut by a rule of their own: no order waits because somebody wrote two numbers in one field."""
STATISTICS = tuple(f"CT_Statistique{number:02d}" for number in range(1, 11))


def mark_of(key: str) -> str:
    """What makes a creation idempotent, kept in CT_Commentaire: "Web K3QZ…" (sixteen letters of the key's hash)."""
    digest = hashlib.blake2b(key.encode(), digest_size=10).digest()
    return "Web " + base64.b32encode(digest).decode()


class CustomerForm:
    def __init__(self, tables: Tables, settings: Sage100Settings, libre: Collection[str] = ()) -> None:
        """`libre`: names of the merchant's own columns (informations libres) of customers."""
        self._tables = tables
        self._writable = {*STATISTICS, *libre} & tables.found.get("F_COMPTET", {}).keys()
        self._settings = settings
        self.said: list[Message] = []
        """What was cut of the customer that was put into Sage's terms last."""

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
            contacts=[self._person(contact) for contact in customer.contacts],
        )

    def changes(self, customer: Customer, previous: Customer | None) -> protocol.NewCustomer:
        """Only the columns that differ from what was last pushed. What has become empty is emptied."""
        old = self._columns(previous) if previous else {}
        old_contact = self._contact(previous) if previous else {}
        known, people = (previous.deliveries, previous.contacts) if previous else ([], [])
        new, new_contact = self._columns(customer), self._contact(customer)
        return protocol.NewCustomer(
            code="",
            fields=_differences(old, new),
            contact=_differences(old_contact, new_contact),
            deliveries=[
                place_of(address, self._tables.width)
                for address in customer.deliveries
                if address not in known
            ],
            contacts=[self._person(contact) for contact in customer.contacts if contact not in people],
        )

    def _columns(self, customer: Customer) -> dict[str, Any]:
        person = " ".join(part for part in (customer.last_name.upper(), customer.first_name) if part)
        told = {
            "CT_Intitule": customer.account_title or customer.company or person or customer.email,
            "CT_Qualite": "" if customer.company else TITLES.get(customer.civility, ""),
            "CT_Contact": person,
            "CT_EMail": customer.email,
            "CT_Siret": (customer.siret or "").replace(" ", ""),
            "CT_Identifiant": (customer.vat_number or "").replace(" ", "").upper(),
            **self._address(customer.billing),
        }
        fields: dict[str, Any] = {
            name: self._fitting("F_COMPTET", name, said) for name, said in told.items() if said
        }
        self._telephones(customer, fields)
        fields |= self._custom(customer)
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

    def _telephones(self, customer: Customer, fields: dict[str, Any]) -> None:
        """What is too long goes on in the address complement, where that is free."""
        self.said = []
        for column, field in PHONES.items():
            value = getattr(customer, field)
            kept, rest = values.telephone(value, self._tables.width("F_COMPTET", column))
            if kept:
                fields[column] = kept
            if not rest:
                continue
            place = texts.NO_ROOM
            width = self._tables.width("F_COMPTET", "CT_Complement") or 35
            if not fields.get("CT_Complement") and len(rest) + 5 <= width:
                fields["CT_Complement"], place = f"Tél. {rest}", texts.IN_COMPLEMENT
            self.said.append(
                texts.PHONE_CUT.fill(
                    customer=customer.key or customer.account_title, value=value, kept=kept, rest=rest,
                    place_fr=place[0], place_en=place[1],
                )
            )  # fmt: skip

    def _custom(self, customer: Customer) -> dict[str, Any]:
        """Statistics, and the merchant's own columns, as text: Sage converts. What the table does not have is left out."""
        return {
            name: values.fit(_text_of(value), self._tables.width("F_COMPTET", name))
            for name, value in customer.custom.items()
            if name in self._writable and value is not None
        }

    def _person(self, contact: Contact) -> dict[str, Any]:
        """A further contact."""
        told = {
            "CT_Nom": contact.last_name or contact.email.partition("@")[0],
            "CT_Prenom": contact.first_name,
            "CT_Fonction": contact.role,
            "CT_EMail": contact.email,
        }
        fields: dict[str, Any] = {
            name: self._fitting("F_CONTACTT", name, said) for name, said in told.items() if said
        }
        for column, number in (("CT_Telephone", contact.phone), ("CT_TelPortable", contact.mobile)):
            kept, _ = values.telephone(number, self._tables.width("F_CONTACTT", column))
            if kept:
                fields[column] = kept
        if contact.civility:
            fields["CT_Civilite"] = CIVILITIES[contact.civility]
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
            "CT_TelPortable": values.telephone(
                customer.mobile, self._tables.width("F_CONTACTT", "CT_TelPortable")
            )[0],
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
    "CT_CodePostal": "billing.postal_code",
}


def _text_of(value: Scalar) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _differences(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Columns to write: those with another value, and "" for those that lost theirs."""
    changed = {name: value for name, value in new.items() if old.get(name) != value}
    return changed | {name: "" for name in old if name not in new}
