"""`customers`: accounts of type 0 with their delivery addresses and contacts. Suppliers share the table and stay out."""

from collections.abc import Iterator
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Row

from raccord_connectors.canonical import Address, Contact, Customer
from raccord_connectors.contract import RecordRejected
from raccord_connectors.erp.sage100 import texts, values
from raccord_connectors.erp.sage100.countries import iso_of
from raccord_connectors.erp.sage100.custom import LibreField, custom_values, libre_fields
from raccord_connectors.erp.sage100.settings import Sage100Settings
from raccord_connectors.erp.sage100.source import Batch, Hanging, Source
from raccord_connectors.erp.sage100.tables import COLUMNS, Tables
from raccord_connectors.kit.sql import Session

CUSTOMER = 0
BLOCKED = 2
"""CT_ControlEnc: the account is blocked; P_CRISQUE.R_Type: deliveries are blocked."""
STATISTICS = tuple(f"CT_Statistique{number:02d}" for number in range(1, 11))
SHARED = ("P_CRISQUE", "cbSysLibre")

Civility = Literal["", "mr", "mrs"]
CIVILITIES: dict[str, Civility] = {
    "M": "mr", "MR": "mr", "MONSIEUR": "mr", "MME": "mrs", "MADAME": "mrs", "MLLE": "mrs", "MADEMOISELLE": "mrs",
}  # fmt: skip
CONTACT_CIVILITIES: dict[int, Civility] = {0: "mr", 1: "mrs", 2: "mrs"}


def civility_of(title: str) -> Civility:
    """CT_Qualite is free text: a civility, or the legal form of a company."""
    return CIVILITIES.get(title.upper().rstrip("."), "")


def customers_only(table: sa.TableClause) -> sa.ColumnElement[bool]:
    return table.c.CT_Type == CUSTOMER


class Customers:
    def __init__(self, session: Session, tables: Tables, settings: Sage100Settings) -> None:
        self.settings = settings
        self.fields: list[LibreField] = libre_fields(session, tables, "F_COMPTET")
        self.risks = (
            {row.cbIndice: values.whole(row.R_Type) for row in session.all(tables.select("P_CRISQUE"))}
            if tables.has("P_CRISQUE")
            else {}
        )
        self.source = Source(
            tables,
            "F_COMPTET",
            "CT_Num",
            names=[*COLUMNS["F_COMPTET"].split(), *(field.name for field in self.fields)],
            hanging=[
                Hanging("F_LIVRAISON", "CT_Num", order=("LI_No",)),
                Hanging("F_CONTACTT", "CT_Num", order=("CT_No",)),
            ],
            where=customers_only,
            doubled=texts.DOUBLED_CUSTOMER,
        )

    def records(self, batch: Batch) -> Iterator[Customer | tuple[str, RecordRejected]]:
        for key, row in batch.rows.items():
            title = values.text(row.CT_Intitule)
            if title:
                yield self._customer(key, title, row, batch)
            else:
                yield key, RecordRejected(texts.NO_TITLE.fill(customer=key), field="account_title")

    def _customer(self, key: str, title: str, row: Row[Any], batch: Batch) -> Customer:
        contacts = [_contact(part) for part in batch.of("F_CONTACTT", key)]
        civility = civility_of(values.text(row.CT_Qualite))
        first = contacts[0] if contacts else None
        credit = values.amount(row.CT_Encours)
        vat_number, siret = values.text(row.CT_Identifiant), values.text(row.CT_Siret)
        company = "" if civility else title
        return Customer(
            key=key,
            account_title=title,
            civility=civility or (first.civility if first else ""),
            first_name=first.first_name if first else "",
            last_name=first.last_name if first else "",
            company=company,
            email=values.text(row.CT_EMail),
            phone=values.text(row.CT_Telephone),
            mobile=first.mobile if first else "",
            fax=values.text(row.CT_Telecopie),
            siret=siret.replace(" ", "") or None,
            vat_number=vat_number.replace(" ", "").upper() or None,
            billing=self._billing(row, company),
            deliveries=[self._delivery(part) for part in batch.of("F_LIVRAISON", key)],
            contacts=contacts,
            price_category=_choice(row.N_CatTarif),
            accounting_category=_choice(row.N_CatCompta),
            discount_percent=values.amount(row.CT_Taux01) or None,
            on_account=credit > 0,
            credit_limit=credit or None,
            blocked=values.whole(row.CT_ControlEnc) == BLOCKED
            or self.risks.get(values.whole(row.N_Risque)) == BLOCKED,
            active=not values.flag(row.CT_Sommeil),
            language=self._language(row),
            custom=custom_values(row, self.fields, STATISTICS),
        )

    def _billing(self, row: Row[Any], company: str) -> Address:
        return Address(
            company=company,
            line1=values.text(row.CT_Adresse),
            line2=values.text(row.CT_Complement),
            postal_code=values.text(row.CT_CodePostal),
            city=values.text(row.CT_Ville),
            region=values.text(row.CT_CodeRegion),
            country=self._country(row.CT_Pays),
            phone=values.text(row.CT_Telephone),
            email=values.text(row.CT_EMail),
        )

    def _delivery(self, row: Row[Any]) -> Address:
        return Address(
            key=str(values.whole(row.LI_No)),
            title=values.text(row.LI_Intitule),
            last_name=values.text(row.LI_Contact),
            line1=values.text(row.LI_Adresse),
            line2=values.text(row.LI_Complement),
            postal_code=values.text(row.LI_CodePostal),
            city=values.text(row.LI_Ville),
            region=values.text(row.LI_CodeRegion),
            country=self._country(row.LI_Pays),
            phone=values.text(row.LI_Telephone),
            email=values.text(row.LI_EMail),
        )

    def _country(self, label: Any) -> str:
        return iso_of(values.text(label), self.settings.default_country)

    def _language(self, row: Row[Any]) -> str:
        iso = values.text(row.CT_LangueISO2).lower()
        known = {1: self.settings.language_1, 2: self.settings.language_2}
        return iso or known.get(values.whole(row.CT_Langue), "")


def _contact(row: Row[Any]) -> Contact:
    return Contact(
        key=str(values.whole(row.CT_No)),
        civility=CONTACT_CIVILITIES.get(values.whole(row.CT_Civilite), ""),
        first_name=values.text(row.CT_Prenom),
        last_name=values.text(row.CT_Nom),
        role=values.text(row.CT_Fonction),
        email=values.text(row.CT_EMail),
        phone=values.text(row.CT_Telephone),
        mobile=values.text(row.CT_TelPortable),
    )


def _choice(value: Any) -> str | None:
    return str(values.whole(value)) if values.whole(value) else None
