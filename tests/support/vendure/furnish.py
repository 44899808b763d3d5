"""What the test shop holds before its first visitor: a French shop in euros, through Vendure's own Admin API."""

from decimal import Decimal
from typing import Any

from support.vendure.graph import Graph

USER = "superadmin"
PASSWORD = "superadmin-of-the-tests"
TAXES = {"Taux normal": Decimal(20), "Taux intermédiaire": Decimal(10), "Taux réduit": Decimal("5.5")}
"""Tax category → French VAT in percent."""
COUNTRIES = {"FR": ("France", "France"), "BE": ("Belgique", "Belgium"), "DE": ("Allemagne", "Germany")}
SHIPPING = ("colissimo", Decimal("5.90"))
"""Code and price of the carrier, tax included, at 20 %."""
PAYMENT = "carte"
"""Paid at once."""
LATER = "virement"
"""Only authorised: the shop's staff settles it when the money is there."""
COUPON = ("BIENVENUE10", 10)
"""A code that takes 10 % off the order."""


def furnish(admin: Graph) -> None:
    admin.login(USER, PASSWORD)
    zone = _zone(admin)
    _taxes(admin, zone)
    _channel(admin, zone)
    _shipping(admin)
    _payment(admin)
    _coupon(admin)


def _zone(admin: Graph) -> str:
    countries = [
        admin(
            "mutation($in: CreateCountryInput!) { createCountry(input: $in) { id } }",
            **{"in": {"code": code, "enabled": True, "translations": _texts(name=names)}},
        )["createCountry"]["id"]
        for code, names in COUNTRIES.items()
    ]
    created = admin(
        "mutation($in: CreateZoneInput!) { createZone(input: $in) { id } }",
        **{"in": {"name": "Europe", "memberIds": countries}},
    )
    return str(created["createZone"]["id"])


def _taxes(admin: Graph, zone: str) -> None:
    for name, rate in TAXES.items():
        category = admin(
            "mutation($in: CreateTaxCategoryInput!) { createTaxCategory(input: $in) { id } }",
            **{"in": {"name": name, "isDefault": rate == 20}},
        )["createTaxCategory"]["id"]
        rate_input = {
            "name": f"TVA {rate} %",
            "enabled": True,
            "value": float(rate),
            "categoryId": category,
            "zoneId": zone,
        }
        admin("mutation($in: CreateTaxRateInput!) { createTaxRate(input: $in) { id } }", **{"in": rate_input})


def _channel(admin: Graph, zone: str) -> None:
    # The server's languages first: a channel can only have some of them.
    admin(
        "mutation { updateGlobalSettings(input: { availableLanguages: [fr, en] })"
        " { __typename ... on ErrorResult { errorCode message } } }"
    )
    channel = admin("{ activeChannel { id } }")["activeChannel"]["id"]
    channel_input = {
        "id": channel,
        "defaultLanguageCode": "fr",
        "availableLanguageCodes": ["fr", "en"],
        "defaultCurrencyCode": "EUR",
        "availableCurrencyCodes": ["EUR"],
        "defaultTaxZoneId": zone,
        "defaultShippingZoneId": zone,
        "pricesIncludeTax": True,
        "trackInventory": True,
    }
    admin(
        "mutation($in: UpdateChannelInput!) { updateChannel(input: $in)"
        " { __typename ... on ErrorResult { errorCode message } } }",
        **{"in": channel_input},
    )


def _shipping(admin: Graph) -> None:
    code, price = SHIPPING
    arguments = {"rate": str(int(price * 100)), "includesTax": "include", "taxRate": "20"}
    method = {
        "code": code,
        "fulfillmentHandler": "manual-fulfillment",
        "checker": _operation("default-shipping-eligibility-checker", orderMinimum="0"),
        "calculator": _operation("default-shipping-calculator", **arguments),
        "translations": _texts(name=("Colissimo", "Colissimo"), description=("", "")),
    }
    admin(
        "mutation($in: CreateShippingMethodInput!) { createShippingMethod(input: $in) { id } }",
        **{"in": method},
    )


def _payment(admin: Graph) -> None:
    for code, settled, names in (
        (PAYMENT, "true", ("Carte bancaire", "Card")),
        (LATER, "false", ("Virement", "Transfer")),
    ):
        method = {
            "code": code,
            "enabled": True,
            "handler": _operation("dummy-payment-handler", automaticSettle=settled),
            "translations": _texts(name=names, description=("", "")),
        }
        admin(
            "mutation($in: CreatePaymentMethodInput!) { createPaymentMethod(input: $in) { id } }",
            **{"in": method},
        )


def _coupon(admin: Graph) -> None:
    code, percent = COUPON
    promotion = {
        "enabled": True,
        "couponCode": code,
        "conditions": [],
        "actions": [_operation("order_percentage_discount", discount=str(percent))],
        "translations": _texts(name=(f"Bienvenue : {percent} %", f"Welcome: {percent} %")),
    }
    admin(
        "mutation($in: CreatePromotionInput!) { createPromotion(input: $in)"
        " { __typename ... on ErrorResult { errorCode message } } }",
        **{"in": promotion},
    )


def _texts(**fields: tuple[str, str]) -> list[dict[str, str]]:
    """Translations, French first: `_texts(name=("Chaise", "Chair"))`."""
    return [
        {"languageCode": language, **{field: both[index] for field, both in fields.items()}}
        for index, language in enumerate(("fr", "en"))
    ]


def _operation(code: str, **arguments: str) -> dict[str, Any]:
    return {"code": code, "arguments": [{"name": name, "value": value} for name, value in arguments.items()]}
