"""Who buys and where, as electronic invoicing in France sorts sales: an electronic invoice, a report to the tax office, or Chorus
Pro. And under which regime a sale without VAT is so. Pure."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from stdnum.fr import siren as siren_number
from stdnum.fr import siret as siret_number

from raccord.core.invoice_model import Category, Flow
from raccord_connectors.canonical import Address, Customer
from raccord_connectors.contract import Message, Text

FRANCE = frozenset({"FR", "MC"})
"""Monaco is France for VAT."""
OVERSEAS = frozenset({"GP", "MQ", "RE", "GF", "YT"})
"""Departments: French for electronic invoicing, with a VAT of their own (none in Guyane and Mayotte)."""
NO_VAT_THERE = frozenset({"GF", "YT"})
EU = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT",
        "NL", "PL", "PT", "RO", "SE", "SI", "SK", "XI",
    }
)  # fmt: skip

Duty = Literal["e_invoice", "e_report", "chorus"]
DUTIES: Mapping[Flow, Duty] = {
    "b2b": "e_invoice", "b2g": "chorus", "b2c": "e_report", "b2b_eu": "e_report", "b2c_eu": "e_report",
    "b2b_export": "e_report", "b2c_export": "e_report",
}  # fmt: skip

EXPORT = Text(
    "invoice.export",
    "Exonération de TVA : exportation, article 262 I du CGI.",
    "VAT exempt: export, article 262 I of the French tax code.",
)
INTRA = Text(
    "invoice.intra_community",
    "Exonération de TVA : livraison intracommunautaire, article 262 ter I du CGI.",
    "VAT exempt: intra-community supply, article 262 ter I of the French tax code.",
)
OVERSEAS_EXEMPT = Text(
    "invoice.overseas",
    "TVA non applicable : article 294 du CGI.",
    "VAT not applicable: article 294 of the French tax code.",
)
FRANCHISE = Text(
    "invoice.franchise",
    "TVA non applicable : article 293 B du CGI.",
    "VAT not applicable: article 293 B of the French tax code.",
)
CHOSEN = Text("invoice.exemption", "{reason}", "{reason}")
OSS = Text(
    "invoice.oss",
    "TVA de l’État de consommation ({country}), déclarée par le guichet unique OSS.",
    "VAT of the country of consumption ({country}), declared through the One-Stop Shop (OSS).",
)


def valid_siren(customer: Customer) -> str:
    """The nine digits of a SIRET (or of a SIREN typed in its place) that is a true number, else nothing."""
    digits = "".join(filter(str.isdigit, customer.siret or ""))
    if siret_number.is_valid(digits):
        return digits[:9]
    return digits if siren_number.is_valid(digits) else _siren_of_vat(customer.vat_number or "")


def _siren_of_vat(vat_number: str) -> str:
    digits = vat_number.replace(" ", "")[4:]
    return digits if vat_number.upper().startswith("FR") and siren_number.is_valid(digits) else ""


def is_business(customer: Customer) -> bool:
    """Somebody with a number of a company, or a company's name where a person's would stand."""
    if customer.siret or customer.vat_number:
        return True
    return bool(customer.company) and not customer.civility


def flow_of(customer: Customer, country: str) -> Flow:
    """`country`: where the goods go, else where the buyer is (ISO 3166-1 alpha-2); unknown counts as France."""
    business = is_business(customer)
    if country in FRANCE or country in OVERSEAS or not country:
        if not business:
            return "b2c"
        return "b2g" if valid_siren(customer)[:1] in ("1", "2") else "b2b"
    if country in EU:
        return "b2b_eu" if business else "b2c_eu"
    return "b2b_export" if business else "b2c_export"


def duty_of(flow: Flow) -> Duty:
    return DUTIES[flow]


def place_of(billing: Address | None, delivery: Address | None) -> str:
    """The country of taxation, as far as addresses tell it."""
    for address in (delivery, billing):
        if address is not None and address.country:
            return address.country.upper()
    return ""


def place_code(country: str) -> str:
    """ISO 3166-1 alpha-2, as the XML wants it: unknown counts as France."""
    return {"EL": "GR", "XI": "GB", "": "FR"}.get(country, country)


class Untaxed(NamedTuple):
    """The regime of a sale at 0 %. `reason` is None where nobody can say it but the merchant; `code` is of the list VATEX."""

    category: Category
    code: str
    reason: Message | None


def untaxed(flow: Flow, country: str, *, franchise: bool, exemption: str) -> Untaxed:
    if franchise:
        return Untaxed("E", "VATEX-FR-FRANCHISE", FRANCHISE.fill())
    if flow == "b2b_eu":
        return Untaxed("K", "VATEX-EU-IC", INTRA.fill())
    if flow in ("b2b_export", "b2c_export"):
        return Untaxed("G", "VATEX-EU-G", EXPORT.fill())
    if country in NO_VAT_THERE:
        return Untaxed("E", "", OVERSEAS_EXEMPT.fill())
    return Untaxed("E", "", CHOSEN.fill(reason=exemption) if exemption else None)
