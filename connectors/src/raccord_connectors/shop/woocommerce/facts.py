"""What one must know of a shop before writing to it. Each fact is asked for once per connector, and only when needed:
ten thousand price changes cost one question, not ten thousand."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from raccord_connectors.shop.woocommerce.client import ShopClient

STANDARD = "standard"
"""What the API calls the class that products carry as an empty text."""
MILLIMETRES = {
    "mm": Decimal(1),
    "cm": Decimal(10),
    "m": Decimal(1000),
    "in": Decimal("25.4"),
    "yd": Decimal("914.4"),
}
GRAMS = {"kg": Decimal(1000), "g": Decimal(1), "lbs": Decimal("453.59237"), "oz": Decimal("28.349523125")}


class Facts:
    def __init__(self, client: ShopClient) -> None:
        self._client = client
        self._groups: dict[str, dict[str, str]] = {}

    def _setting(self, group: str, name: str, default: str) -> str:
        if group not in self._groups:
            rows = self._client.find(f"settings/{group}") or []
            values = {str(row.get("id")).removeprefix("woocommerce_"): row.get("value") for row in rows}
            self._groups[group] = {key: str(value) for key, value in values.items()}
        return self._groups[group].get(name, default)

    @property
    def prices_include_tax(self) -> bool:
        return self._setting("tax", "prices_include_tax", "no") == "yes"

    @property
    def currency(self) -> str:
        return self._setting("general", "currency", "")

    @property
    def decimals(self) -> int:
        """Places of an amount of money, 2 nearly everywhere."""
        text = self._setting("general", "price_num_decimals", "2")
        return int(text) if text.isdigit() else 2

    @property
    def manages_stock(self) -> bool:
        return self._setting("products", "manage_stock", "no") == "yes"

    @property
    def grams_per_unit(self) -> Decimal:
        """Of the unit in which the shop keeps weights."""
        return GRAMS.get(self._setting("products", "weight_unit", "kg"), Decimal(1000))

    @property
    def millimetres_per_unit(self) -> Decimal:
        """Of the unit in which the shop keeps lengths."""
        return MILLIMETRES.get(self._setting("products", "dimension_unit", "cm"), Decimal(10))

    @property
    def mails_notes(self) -> bool:
        """Whether the shop mails its customer each note to them, as WooCommerce does unless that mail is switched off."""
        return self._setting("email_customer_note", "enabled", "yes") == "yes"

    @cached_property
    def namespaces(self) -> frozenset[str]:
        """What is installed: the API of each plug-in has a name of its own."""
        index = self._client.find("wp-json") or {}
        return frozenset(str(name) for name in index.get("namespaces", []))

    @cached_property
    def environment(self) -> Mapping[str, Any]:
        status = self._client.find("system_status", _fields="environment") or {}
        environment = status.get("environment")
        return environment if isinstance(environment, Mapping) else {}

    @property
    def language(self) -> str:
        """Of the site, as « fr »; French where the shop does not say."""
        return str(self.environment.get("language") or "fr_FR").partition("_")[0]

    @cached_property
    def tax_classes(self) -> Mapping[str, str]:
        """Slug → name; `standard` for the standard class."""
        return {str(row["slug"]): str(row["name"]) for row in self._client.get("taxes/classes")}

    @cached_property
    def rates(self) -> Mapping[int, tuple[str, Decimal]]:
        """Rate id → (class, percent)."""
        rows = self._client.all("taxes")
        return {int(row["id"]): (str(row["class"]), Decimal(str(row["rate"]))) for row in rows}

    def class_of_rate(self, percent: Decimal) -> str | None:
        """The class whose rate this is: the standard one first, where several have it."""
        fitting = [name for name, rate in self.rates.values() if rate == percent]
        if not fitting:
            return None
        return STANDARD if STANDARD in fitting else fitting[0]
