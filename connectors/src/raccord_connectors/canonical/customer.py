"""Customers, as the ERP or the shop knows them."""

from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from raccord_connectors.canonical.record import Record, Scalar


class Address(Struct, kw_only=True, frozen=True, omit_defaults=True):
    key: str | None = None
    title: str = ""
    """*Intitulé* of a delivery address in the ERP."""
    company: str = ""
    first_name: str = ""
    last_name: str = ""
    line1: str = ""
    line2: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    """ISO 3166-1 alpha-2. ERPs that keep a French label are converted by their connector."""
    phone: str = ""
    email: str = ""


class Contact(Struct, kw_only=True, frozen=True, omit_defaults=True):
    key: str
    civility: Literal["", "mr", "mrs"] = ""
    first_name: str = ""
    last_name: str = ""
    role: str = ""
    email: str = ""
    phone: str = ""
    mobile: str = ""


class Customer(Record, kw_only=True, frozen=True):
    account_title: str = ""
    """*Intitulé du compte*: the name of the account in the ERP."""
    civility: Literal["", "mr", "mrs"] = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    mobile: str = ""
    fax: str = ""
    siret: str | None = None
    vat_number: str | None = None
    billing: Address | None = None
    deliveries: list[Address] = []
    contacts: list[Contact] = []
    price_category: str | None = None
    accounting_category: str | None = None
    """What decides the VAT regime in the ERP."""
    payment_terms: str | None = None
    """The ERP's key of them; given when the account is made."""
    representative: str | None = None
    """The ERP's key; given when the account is made."""
    category: str | None = None
    discount_percent: Decimal | None = None
    on_account: bool = False
    """*Client en compte*: pays by statement."""
    credit_limit: Decimal | None = None
    outstanding: Decimal | None = None
    blocked: bool = False
    active: bool = True
    language: str = ""
    birthday: date | None = None
    subscriptions: dict[str, bool] = {}
    custom: dict[str, Scalar] = {}
    fields: list[str] | None = None
    """Which of the fields above this record says something of; None: all of them. The others are unknown, which is not empty: an
    update leaves them alone."""

    def says(self, field: str) -> bool:
        return self.fields is None or field in self.fields
