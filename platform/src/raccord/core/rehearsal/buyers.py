"""What the ERP's fields cannot take of the people who order: too long, not in its code page, no country that it knows."""

import unicodedata
from collections.abc import Iterator

from msgspec import Struct

from raccord.core.rehearsal.findings import Check, Finding, Kind
from raccord.core.rehearsal.subjects import Sale, World
from raccord_connectors.canonical import Address
from raccord_connectors.contract import Text

REFUSED = Kind(
    code="buyer.refused",
    severity="held",
    place="shop",
    stream="orders",
    title=Text(
        "rehearsal.buyer.refused",
        "Coordonnées que la gestion refuserait",
        "Contact details that the ERP would refuse",
    ),
    remedy=Text(
        "rehearsal.buyer.refused.remedy",
        "Corrigez la valeur dans la commande de la boutique : coupée, elle voudrait dire autre chose, et la commande "
        "attend donc.",
        "Correct the value in the shop’s order: cut it would mean something else, and so the order waits.",
    ),
    says=Text(
        "rehearsal.buyer.refused.says",
        "Commande {number} : {field} « {value} » a {length} caractères, la gestion en prend {limit}.",
        "Order {number}: {field_en} “{value}” has {length} characters, the ERP takes {limit}.",
    ),
)
CUT = Kind(
    code="buyer.cut",
    severity="advice",
    place="shop",
    stream="orders",
    title=Text(
        "rehearsal.buyer.cut",
        "Noms et adresses que la gestion couperait",
        "Names and addresses that the ERP would cut",
    ),
    remedy=Text(
        "rehearsal.buyer.cut.remedy",
        "Vérifiez que l’étiquette reste lisible. Dans la boutique, limitez au besoin la longueur de ce champ au paiement.",
        "Check that the label stays readable. In the shop, limit the length of this field at the checkout if need be.",
    ),
    says=Text(
        "rehearsal.buyer.cut.says",
        "Commande {number} : {field} « {value} » a {length} caractères, la gestion en garde {limit}.",
        "Order {number}: {field_en} “{value}” has {length} characters, the ERP keeps {limit}.",
    ),
)
LETTERS = Kind(
    code="buyer.letters",
    severity="advice",
    place="erp",
    stream="orders",
    title=Text(
        "rehearsal.buyer.letters",
        "Caractères que la gestion ne connaît pas",
        "Characters that the ERP does not know",
    ),
    remedy=Text(
        "rehearsal.buyer.letters.remedy",
        "Rien d’obligatoire : la lettre perd son accent, ou disparaît. Relisez l’étiquette de ces commandes.",
        "Nothing compulsory: the letter loses its accent, or goes. Look at the labels of these orders.",
    ),
    says=Text(
        "rehearsal.buyer.letters.says",
        "Commande {number} : {field} « {value} » contient {letters}, que la base de la gestion ne sait pas écrire.",
        "Order {number}: {field_en} “{value}” contains {letters}, which the ERP’s database cannot write.",
    ),
)
COUNTRY = Kind(
    code="country.unknown",
    severity="held",
    place="shop",
    stream="orders",
    title=Text("rehearsal.country.unknown", "Pays manquants ou inconnus", "Countries missing or unknown"),
    remedy=Text(
        "rehearsal.country.unknown.remedy",
        "Corrigez le pays dans la commande de la boutique (code à deux lettres) : il décide de la TVA et de l’étiquette.",
        "Correct the country in the shop’s order (two-letter code): it decides on VAT and on the label.",
    ),
    says=Text(
        "rehearsal.country.unknown.says",
        "Commande {number} : l’adresse {which} a pour pays « {country} », qui n’existe pas.",
        "Order {number}: the {which_en} address has the country “{country}”, which does not exist.",
    ),
)


class Width(Struct, frozen=True):
    limit: int
    exact: bool = False
    """What is too long is refused, not cut."""


WIDTHS: dict[str, dict[str, Width]] = {
    "sage100": {
        "company": Width(69),
        "name": Width(35),
        "street": Width(70),
        "postal_code": Width(9, True),
        "city": Width(35),
        "email": Width(69, True),
        "phone": Width(21, True),
        "siret": Width(15, True),
        "vat_number": Width(25, True),
    },
}
"""Characters of the ERP's fields, by connector. Two address lines of 35 are one of 70."""
CODE_PAGES = {"sage100": "cp1252"}
REPLACED = str.maketrans("", "", "\u2212\u2010\u2011\u202f\u2009\u2032\u2033")
"""Signs that every connector writes as their plain relatives."""
NAMES = {
    "company": ("la société", "the company"),
    "name": ("le nom", "the name"),
    "street": ("l’adresse", "the address"),
    "postal_code": ("le code postal", "the postal code"),
    "city": ("la ville", "the town"),
    "email": ("l’adresse e-mail", "the e-mail address"),
    "phone": ("le téléphone", "the telephone"),
    "siret": ("le SIRET", "the SIRET"),
    "vat_number": ("le numéro de TVA", "the VAT number"),
}
ISO_3166 = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC
CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD
GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH
KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW
MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC
SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY
UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW XK
"""
COUNTRIES = frozenset(ISO_3166.split())
"""With Kosovo, as the European institutions write it."""


def find(sale: Sale, world: World) -> Iterator[Finding]:
    order = sale.order
    widths = WIDTHS.get(world.erp_connector, {})
    page = CODE_PAGES.get(world.erp_connector)
    for field, value in dict.fromkeys(_values(sale)):
        fr, en = NAMES[field]
        about: dict[str, object] = {"number": order.number, "field": fr, "field_en": en, "value": value}
        width = widths.get(field)
        if width is not None and len(value) > width.limit:
            kind = REFUSED if width.exact else CUT
            yield kind.of(order.number, part=field, **about, length=len(value), limit=width.limit)
        lost = strange_letters(value, page) if page else []
        if lost:
            yield LETTERS.of(order.number, part=field, letters=" ".join(lost), **about)
    for which, which_en, address in (
        ("de facturation", "billing", order.billing),
        ("de livraison", "delivery", order.delivery),
    ):
        if address is not None and address.country not in COUNTRIES:
            yield COUNTRY.of(
                order.number,
                part=which_en,
                number=order.number,
                which=which,
                which_en=which_en,
                country=address.country or "∅",
            )


def strange_letters(text: str, code_page: str) -> list[str]:
    found = []
    for letter in dict.fromkeys(unicodedata.normalize("NFC", text.translate(REPLACED))):
        try:
            letter.encode(code_page)
        except UnicodeEncodeError:
            found.append(letter)
    return found


def _values(sale: Sale) -> Iterator[tuple[str, str]]:
    buyer = sale.order.buyer
    if sale.customer.kind == "new":  # an account that exists keeps its own
        yield "email", buyer.email
        yield "phone", buyer.phone.replace(" ", "")
        yield "siret", (buyer.siret or "").replace(" ", "")
        yield "vat_number", (buyer.vat_number or "").replace(" ", "")
        yield "postal_code", sale.order.billing.postal_code
    for address in (sale.order.billing, sale.order.delivery):
        if address is not None:
            yield from _of_address(address)


def _of_address(address: Address) -> Iterator[tuple[str, str]]:
    yield "company", address.company
    yield "name", " ".join(part for part in (address.last_name, address.first_name) if part)
    yield "street", " ".join(part for part in (address.line1, address.line2) if part)
    yield "city", address.city


CHECK = Check(Sale, (REFUSED, CUT, LETTERS, COUNTRY), find)
