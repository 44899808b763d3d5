"""What this Vendure server is like: its channel, languages, money, stock location, tax categories, custom fields.

Every Vendure server is the work of a developer, so none of it is assumed. Read once per connector, again after
ten minutes: integrators do change settings under a running connector.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from raccord_connectors.canonical import plain
from raccord_connectors.contract import ConfigError
from raccord_connectors.shop.vendure import texts
from raccord_connectors.shop.vendure.client import Graph, Json
from raccord_connectors.shop.vendure.settings import VendureSettings

GOOD_FOR = 600.0
"""Seconds."""
LARGEST_MINOR = 2**31 - 1
"""Vendure keeps amounts and quantities in 32 bits."""
CHANNEL = """{
  activeChannel { id code token defaultCurrencyCode pricesIncludeTax defaultLanguageCode availableLanguageCodes
    defaultTaxZone { id } }
  stockLocations(options: { take: 1000, sort: { id: ASC } }) { items { id name } }
  taxCategories(options: { take: 1000 }) { items { id name isDefault } }
  taxRates(options: { take: 1000 }) { items { enabled value category { id } zone { id } } }
  globalSettings { serverConfig { moneyStrategyPrecision entityCustomFields { entityName customFields {
    __typename ... on CustomField { name type list label { languageCode value } } } } } } }"""
NAMED_FIELDS = {
    "ean_field": "ProductVariant",
    "mpn_field": "ProductVariant",
    "weight_field": "ProductVariant",
    "length_field": "ProductVariant",
    "width_field": "ProductVariant",
    "height_field": "ProductVariant",
    "summary_field": "Product",
    "seo_title_field": "Product",
    "seo_description_field": "Product",
    "siret_field": "Customer",
    "vat_number_field": "Customer",
}
"""Settings that name a custom field → the entity that must have it."""
SCALARS = {"string", "text", "localeString", "localeText", "int", "float", "boolean", "datetime"}


@dataclass(frozen=True)
class TaxClass:
    key: str
    name: str
    rates: tuple[Decimal, ...]
    """In percent, in the channel's default zone."""
    default: bool


@dataclass(frozen=True)
class FieldType:
    """A custom field that holds one plain value."""

    type: str
    title: str

    @property
    def translated(self) -> bool:
        return self.type.startswith("locale")


@dataclass(frozen=True)
class Installation:
    channel: Json
    languages: tuple[str, ...]
    """The main one first."""
    currency: str
    prices_include_tax: bool
    precision: int
    """Decimals of an amount: 2, unless the server was configured otherwise."""
    location: str
    """Id of the stock location that we keep."""
    locations: Mapping[str, str]
    taxes: tuple[TaxClass, ...]
    custom: Mapping[str, Mapping[str, FieldType]]
    """Entity → custom field → what it holds."""

    @property
    def language(self) -> str:
        return self.languages[0]

    def amount(self, minor: Any) -> Decimal:
        """Vendure counts money in minor units."""
        return plain(Decimal(minor).scaleb(-self.precision))

    def minor(self, amount: Decimal) -> int:
        return int(amount.scaleb(self.precision).quantize(Decimal(1), ROUND_HALF_UP))

    def fields(self, entity: str) -> Mapping[str, FieldType]:
        return self.custom.get(entity, {})

    def selection(self, entity: str) -> str:
        """The part of a query that asks for the custom fields of an entity; empty when it has none."""
        names = self.fields(entity)
        return f"customFields {{ {' '.join(names)} }}" if names else ""

    def tax_class(self, key: str) -> TaxClass | None:
        """By its id, else by its name."""
        by_name = [tax for tax in self.taxes if tax.name == key]
        return next((tax for tax in self.taxes if tax.key == key), by_name[0] if by_name else None)

    def tax_class_of_rate(self, rate: Decimal) -> TaxClass | None:
        """The category that bears this rate, the default one first."""
        found = [tax for tax in self.taxes if rate in tax.rates]
        return next((tax for tax in found if tax.default), found[0] if found else None)


class Survey:
    """Keeps an `Installation` fresh."""

    def __init__(self, graph: Graph, settings: VendureSettings) -> None:
        self._graph = graph
        self._settings = settings
        self._found: Installation | None = None
        self._until = 0.0

    def __call__(self, *, anew: bool = False) -> Installation:
        """Raises `ConfigError` naming the setting that does not fit this server."""
        if self._found is None or anew or time.monotonic() > self._until:
            self._found = _survey(self._graph.ask(CHANNEL), self._settings)
            self._until = time.monotonic() + GOOD_FOR
            self._graph.language = self._found.language
        return self._found


def _survey(data: Json, settings: VendureSettings) -> Installation:
    channel = data["activeChannel"]
    # A server with one channel takes any token; the token is compared, so that a typing error shows at once.
    if settings.channel_token and channel["token"] != settings.channel_token.strip():
        raise ConfigError(texts.WRONG_CHANNEL.fill(), field="channel_token")
    config = data["globalSettings"]["serverConfig"]
    locations = {item["id"]: item["name"] for item in data["stockLocations"]["items"]}
    installation = Installation(
        channel=channel,
        languages=_languages(channel, settings),
        currency=channel["defaultCurrencyCode"],
        prices_include_tax=channel["pricesIncludeTax"],
        precision=config["moneyStrategyPrecision"],
        location=_location(locations, settings.stock_location),
        locations=locations,
        taxes=_taxes(data),
        custom={
            entity["entityName"]: {
                field["name"]: FieldType(field["type"], _title(field))
                for field in entity["customFields"]
                if field["type"] in SCALARS and not field["list"]
            }
            for entity in config["entityCustomFields"]
        },
    )
    for setting, entity in NAMED_FIELDS.items():
        name = getattr(settings, setting)
        if name and name not in installation.fields(entity):
            known = ", ".join(installation.fields(entity)) or "—"
            message = texts.UNKNOWN_CUSTOM_FIELD.fill(name=name, entity=entity, known=known)
            raise ConfigError(message, field=setting)
    for name in settings.customer_named:
        if name not in installation.fields("Customer"):
            known = ", ".join(installation.fields("Customer")) or "—"
            message = texts.UNKNOWN_CUSTOM_FIELD.fill(name=name, entity="Customer", known=known)
            raise ConfigError(message, field="customer_custom_fields")
    return installation


def _languages(channel: Json, settings: VendureSettings) -> tuple[str, ...]:
    available = channel["availableLanguageCodes"] or [channel["defaultLanguageCode"]]
    wanted = [code.strip() for code in settings.languages.split(",") if code.strip()]
    for code in wanted:
        if code not in available:
            message = texts.UNKNOWN_LANGUAGE.fill(language=code, known=", ".join(available))
            raise ConfigError(message, field="languages")
    return tuple(wanted or dict.fromkeys([channel["defaultLanguageCode"], *available]))


def _location(locations: Mapping[str, str], wanted: str) -> str:
    for key, name in locations.items():
        if not wanted or wanted in (key, name):
            return key
    known = ", ".join(locations.values()) or "—"
    raise ConfigError(texts.UNKNOWN_LOCATION.fill(location=wanted, known=known), field="stock_location")


def _taxes(data: Json) -> tuple[TaxClass, ...]:
    zone = (data["activeChannel"]["defaultTaxZone"] or {}).get("id")
    return tuple(
        TaxClass(
            category["id"],
            category["name"],
            tuple(
                plain(Decimal(str(rate["value"])))
                for rate in data["taxRates"]["items"]
                if rate["enabled"]
                and rate["category"]["id"] == category["id"]
                and zone in (None, rate["zone"]["id"])
            ),
            category["isDefault"],
        )
        for category in data["taxCategories"]["items"]
    )


def _title(field: Json) -> str:
    labels = {label["languageCode"]: label["value"] for label in field["label"] or []}
    return str(labels.get("fr") or next(iter(labels.values()), field["name"]))
