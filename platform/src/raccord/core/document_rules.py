"""What a merchant chose for the invoices of one channel: whether they reach the customer, how they look, what they say."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct, structs

from raccord_connectors.contract import Identity

Source = Literal["rendered", "erp_file", "either"]
Operation = Literal["goods", "services", "mixed"]


class DocumentRules(Struct, kw_only=True, frozen=True, omit_defaults=True):
    active: bool = False
    since: date | None = None
    """Papers dated before are not given to customers."""
    source: Source = "rendered"
    """rendered: we draw the paper from the ERP's data. erp_file: the ERP's own file, which is waited for. either: the ERP's own
    where it is there within `wait_hours`, else ours."""
    file_pattern: str = "{number}.pdf"
    """Of the ERP's own files, below the agent's allowed folders: `{number}`, `{customer}`, `{year}`, and `*` for anything."""
    wait_hours: Annotated[int, Meta(ge=0, le=24 * 30)] = 2
    final_only: bool = False
    """Only what the ERP does not let its users alter any more."""
    structured: bool = True
    """Factur-X: the same data as XML (EN 16931) inside the PDF."""
    language: Literal["customer", "fr", "en"] = "customer"
    in_shop: bool = True
    """The shop's order shows the number, the date and the link, where the shop can."""
    link_days: Annotated[int, Meta(ge=1, le=3650)] = 730
    """Days for which a link to a customer's page works."""
    retention_years: Annotated[int, Meta(ge=10, le=30)] = 10
    """The commercial code wants ten years."""
    identity: Identity = Identity()
    """What the ERP does not tell of the company, or tells wrongly; empty fields are the ERP's."""
    penalties: str = ""
    """Rate of penalties for late payment, as written; empty: three times the legal interest rate."""
    early_payment: str = ""
    """Conditions of *escompte*; empty: none is granted."""
    franchise: bool = False
    """The company charges no VAT (*franchise en base*, article 293 B)."""
    exemption: str = ""
    """Why other sales without VAT are exempt, as the paper says it."""
    vat_on_debits: bool = False
    operation: Operation = "goods"
    footer: str = ""
    """Whatever else the merchant's papers say at their end."""
    logo: str = ""
    """Key of the picture among the tenant's objects."""
    colour: Annotated[str, Meta(pattern=r"^#[0-9a-fA-F]{6}$")] = "#1f3a5f"


def identity_of(rules: DocumentRules, told: Identity) -> Identity:
    """Field by field: what the merchant typed, else what the ERP tells."""
    chosen = {name: value for name, value in structs.asdict(rules.identity).items() if value}
    return structs.replace(told, **chosen)
