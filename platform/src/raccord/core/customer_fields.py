"""What identifies a customer, checked and in one spelling: SIRET, VAT number, IBAN, telephone, e-mail. An empty text means: not
given, or wrong, and then it identifies nobody."""

import re

from msgspec.structs import replace
from stdnum import iban as stdnum_iban
from stdnum.eu import vat as stdnum_vat
from stdnum.exceptions import ValidationError
from stdnum.fr import siret as stdnum_siret

from raccord_connectors.canonical import Customer
from raccord_connectors.contract import Message, Text

LEFT_OUT = Text(
    "order.customer_number_wrong",
    "Commande {number} : le {french} « {value} » donné par le client n’est pas valable. La fiche client est faite sans lui, et "
    "il n’a servi à reconnaître personne. Demandez-le au client puis corrigez la fiche dans la gestion.",
    "Order {number}: the {english} “{value}” that the customer gave is not valid. The customer’s record is made without it, "
    "and nobody was recognised by it. Ask the customer for it, then correct the record in the ERP.",
)
NAMES = {"siret": ("SIRET", "SIRET"), "vat_number": ("numéro de TVA", "VAT number")}
TRUNKS = {
    "FR": "33", "MC": "377", "BE": "32", "LU": "352", "CH": "41", "DE": "49", "ES": "34", "IT": "39", "GB": "44", "NL": "31",
    "PT": "351", "GP": "590", "BL": "590", "MF": "590", "MQ": "596", "GF": "594", "RE": "262", "YT": "262", "PM": "508",
    "NC": "687", "PF": "689", "WF": "681",
}  # fmt: skip
"""Country → its dialling prefix, for numbers that are written without it."""
NO_TRUNK_ZERO = ("ES", "IT", "LU", "MC", "PT", "NC", "PF", "WF", "PM")
"""Where a number is dialled from abroad as it is dialled at home: the first zero, if there is one, is part of it."""

MEMBERS = frozenset((
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT",
    "NL", "PL", "PT", "RO", "SE", "SI", "SK", "XI",
))  # fmt: skip


def normal_email(email: str) -> str:
    """Addresses differ by case and stray spaces; dots and tags are the person's own and are kept."""
    return email.strip().casefold()


def siret(value: str | None) -> str:
    """Fourteen digits, when they are a SIRET."""
    return _checked(stdnum_siret.validate, re.sub(r"[\s.\-]", "", value or ""))


def vat_number(value: str | None) -> str:
    """With the country's two letters: FR40303265045. Of the European Union checked; elsewhere nothing here can tell."""
    found = re.sub(r"[\s.\-]", "", value or "").upper()
    if found[:2] in MEMBERS or not found[:2].isalpha():
        return _checked(stdnum_vat.validate, found)
    return found if len(found) >= 8 and found.isalnum() else ""


def iban(value: str | None) -> str:
    return _checked(stdnum_iban.validate, value or "")


def _checked(validate: object, value: str) -> str:
    if not value:
        return ""
    try:
        return str(validate(value))  # type: ignore[operator]  # stdnum tells no types of its modules' functions
    except ValidationError:
        return ""


def phone(value: str | None, country: str = "") -> str:
    """As it is dialled from abroad: +33612345678; "" when it cannot be a number. `country` is that of the address."""
    said = re.sub(r"\(0\)", "", value or "").strip()
    found = re.sub(r"\D", "", said)
    place = country.upper() or "FR"
    if said.startswith("+"):
        dialled = found
    elif found.startswith("00"):
        dialled = found[2:]
    elif place in NO_TRUNK_ZERO:
        dialled = TRUNKS[place] + found
    elif found.startswith("0") and place in TRUNKS:
        dialled = TRUNKS[place] + found[1:]
    elif place == "FR" and len(found) == 9:  # a spreadsheet has eaten the zero
        dialled = TRUNKS[place] + found
    else:
        return ""
    if dialled.startswith("330"):  # +33 0 6…: both the prefix and the zero
        dialled = "33" + dialled[3:]
    if dialled.startswith("33") and len(dialled) != 11:
        return ""
    return f"+{dialled}" if 8 <= len(dialled) <= 15 and len(set(dialled[3:])) > 1 else ""


def businesses(siret_value: str | None, vat: str | None) -> set[str]:
    """The company, however it is written: a SIREN, which a French VAT number contains, or a foreign VAT number."""
    number, tax = siret(siret_value), vat_number(vat)
    found = {number[:9]} if number else set()
    if tax:
        found.add(tax[4:] if tax.startswith("FR") else tax)
    return found


def tidied(customer: Customer, number: str) -> tuple[Customer, list[Message]]:
    """The customer in one spelling and without wrong numbers, and a sentence for each of those. `number` is the order's."""
    told: list[Message] = []
    given = {"siret": siret(customer.siret), "vat_number": vat_number(customer.vat_number)}
    for field, found in given.items():
        value = getattr(customer, field)
        if value and value.strip() and not found:
            french, english = NAMES[field]
            told.append(
                LEFT_OUT.fill(number=number, french=french, english=english, value=value.strip()[:40])
            )
    changed = replace(
        customer,
        email=customer.email.strip(),
        siret=given["siret"] or None,
        vat_number=given["vat_number"] or None,
    )
    return changed, told
