"""What every new PrestaShop has: languages, taxes, groups, states, a carrier, its configuration."""

import sqlite3
from typing import Any

from sandbox.prestashop.database import insert
from sandbox.prestashop.schema import RESOURCES, Resource

TIMEZONE = "Europe/Paris"
RATES = {1: ("FR Taux standard (20%)", "20.000"), 2: ("FR Taux intermédiaire (10%)", "10.000"),
         3: ("FR Taux réduit (5.5%)", "5.500"), 4: ("FR Taux super réduit (2.1%)", "2.100")}  # fmt: skip
COUNTRIES = {"FR": ("8", "France"), "BE": ("3", "Belgique"), "DE": ("1", "Allemagne"), "CH": ("19", "Suisse")}
STATES: tuple[tuple[int, str, str], ...] = (
    # id, name, flags: p paid, s shipped, d delivery, l logable, i invoice, m mail
    (1, "En attente du paiement par chèque", "m"),
    (2, "Paiement accepté", "plim"),
    (3, "En cours de préparation", "plidm"),
    (4, "Expédié", "psldim"),
    (5, "Livré", "psldi"),
    (6, "Annulé", "m"),
    (7, "Remboursé", "im"),
    (8, "Erreur de paiement", "m"),
    (9, "En attente de réapprovisionnement (payé)", "plim"),
    (10, "En attente de virement bancaire", "m"),
    (11, "Paiement à distance accepté", "plim"),
    (12, "En attente de réapprovisionnement (non payé)", "m"),
    (13, "En attente de paiement à la livraison", ""),
)
CONFIGURATION = {
    "PS_TIMEZONE": TIMEZONE, "PS_LANG_DEFAULT": "1", "PS_CURRENCY_DEFAULT": "1", "PS_COUNTRY_DEFAULT": "8",
    "PS_SHOP_NAME": "Maison Aubépine", "PS_SHOP_DEFAULT": "1", "PS_WEIGHT_UNIT": "kg", "PS_DIMENSION_UNIT": "cm",
    "PS_ROOT_CATEGORY": "1", "PS_HOME_CATEGORY": "2", "PS_INVOICE": "1", "PS_ORDER_OUT_OF_STOCK": "0",
    "PS_STOCK_MANAGEMENT": "1", "PS_PRICE_ROUND_MODE": "2", "PS_ROUND_TYPE": "2", "PS_TAX": "1", "PS_WEBSERVICE": "1",
    "PS_UNIDENTIFIED_GROUP": "1", "PS_GUEST_GROUP": "2", "PS_CUSTOMER_GROUP": "3", "PS_ADVANCED_STOCK_MANAGEMENT": "0",
    "PS_OS_CHEQUE": "1", "PS_OS_PAYMENT": "2", "PS_OS_PREPARATION": "3", "PS_OS_SHIPPING": "4", "PS_OS_DELIVERED": "5",
    "PS_OS_CANCELED": "6", "PS_OS_REFUND": "7", "PS_OS_ERROR": "8", "PS_OS_OUTOFSTOCK_PAID": "9", "PS_OS_BANKWIRE": "10",
    "PS_OS_WS_PAYMENT": "11", "PS_OS_OUTOFSTOCK_UNPAID": "12", "PS_OS_COD_VALIDATION": "13", "PS_GIFT_WRAPPING_PRICE": "3.0",
    "PS_GIFT_WRAPPING_TAX_RULES_GROUP": "1", "PS_SHIPPING_FREE_PRICE": "0",
}  # fmt: skip


def add(db: sqlite3.Connection, resource: Resource | str, **values: Any) -> int:
    found = RESOURCES[resource] if isinstance(resource, str) else resource
    return insert(db, found, values)


def fill(db: sqlite3.Connection, now: str) -> None:
    add(
        db,
        "languages",
        id=1,
        name="Français (French)",
        iso_code="fr",
        locale="fr-FR",
        language_code="fr-fr",
        active=1,
    )
    add(
        db,
        "languages",
        id=2,
        name="English (English)",
        iso_code="en",
        locale="en-US",
        language_code="en-us",
        active=1,
    )
    add(
        db, "currencies", id=1, name="Euro", iso_code="EUR", conversion_rate="1.000000", precision=2, active=1
    )
    add(db, "shops", id=1, id_shop_group=1, id_category=2, active=1, name="Maison Aubépine")
    for iso, (country, name) in COUNTRIES.items():
        add(db, "countries", id=int(country), iso_code=iso, active=1, name=both(name))
    for name, value in CONFIGURATION.items():
        add(db, "configurations", name=name, value=value, date_add=now, date_upd=now)
    for group, (title, rate) in RATES.items():
        add(db, "taxes", id=group, rate=rate, active=1, name=both(f"TVA FR {rate.rstrip('0').rstrip('.')}%"))
        add(db, "tax_rule_groups", id=group, name=title, active=1, date_add=now, date_upd=now)
        add(db, "tax_rules", id_tax_rules_group=group, id_country=8, id_tax=group)
    for number, name in ((1, "Visiteur"), (2, "Invité"), (3, "Client")):
        add(
            db,
            "groups",
            id=number,
            price_display_method=0,
            show_prices=1,
            name=both(name),
            date_add=now,
            date_upd=now,
        )
    for number, name, flags in STATES:
        _state(db, number, name, flags)
    for number, name, parent in ((1, "Racine", 0), (2, "Accueil", 1)):
        add(
            db, "categories", id=number, id_parent=parent, active=1, is_root_category=int(number == 2), name=both(name),
            link_rewrite=both(name.lower()), date_add=now, date_upd=now,
        )  # fmt: skip
    for number, name, url in ((1, "Retrait en boutique", ""), (2, "Colissimo", "https://suivi.example/@")):
        add(
            db, "carriers", id=number, id_reference=number, name=name, url=url, active=1, is_free=int(number == 1),
            id_tax_rules_group=1, delay=both("48 h"),
        )  # fmt: skip


def both(text: str) -> dict[str, str]:
    return {"1": text, "2": text}


def _state(db: sqlite3.Connection, number: int, name: str, flags: str) -> None:
    letters = {
        "p": "paid",
        "s": "shipped",
        "d": "delivery",
        "l": "logable",
        "i": "invoice",
        "m": "send_email",
    }
    told = {field: int(letter in flags) for letter, field in letters.items()}
    add(db, "order_states", id=number, name=both(name), unremovable=1, color="#4169E1", **told)
