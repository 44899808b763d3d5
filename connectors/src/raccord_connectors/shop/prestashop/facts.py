"""What one must know of a shop before reading or writing it: languages, currency, units, taxes, groups, states, its clock.
Each is asked for once per connector, and only when needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from raccord_connectors.canonical import plain
from raccord_connectors.contract import ConfigError
from raccord_connectors.shop.prestashop import texts
from raccord_connectors.shop.prestashop.client import Webservice
from raccord_connectors.shop.prestashop.rows import Row

CONFIGURATION = (
    "PS_TIMEZONE", "PS_LANG_DEFAULT", "PS_CURRENCY_DEFAULT", "PS_COUNTRY_DEFAULT", "PS_SHOP_NAME", "PS_WEIGHT_UNIT",
    "PS_DIMENSION_UNIT", "PS_HOME_CATEGORY", "PS_ROOT_CATEGORY", "PS_ORDER_OUT_OF_STOCK", "PS_ROUND_TYPE", "PS_SHOP_DEFAULT",
    "PS_PRICE_ROUND_MODE", "PS_ROUND_MODE", "PS_ADVANCED_STOCK_MANAGEMENT", "PS_CUSTOMER_GROUP",
    "PS_OS_PREPARATION", "PS_OS_SHIPPING", "PS_OS_DELIVERED", "PS_OS_CANCELED", "PS_OS_REFUND", "PS_OS_ERROR",
)  # fmt: skip
GRAMS = {
    "kg": Decimal(1000),
    "g": Decimal(1),
    "lb": Decimal("453.59237"),
    "lbs": Decimal("453.59237"),
    "oz": Decimal("28.349523125"),
}
MILLIMETRES = {"mm": Decimal(1), "cm": Decimal(10), "m": Decimal(1000), "in": Decimal("25.4")}


@dataclass(frozen=True)
class TaxGroup:
    key: str
    name: str
    rate: Decimal | None
    """In percent, in the shop's own country."""


@dataclass(frozen=True)
class State:
    key: str
    name: str
    paid: bool
    shipped: bool
    accepted: bool
    """PrestaShop's "consider the order as valid" (logable)."""


class Facts:
    def __init__(self, client: Webservice) -> None:
        self._client = client

    @cached_property
    def configuration(self) -> Mapping[str, str]:
        rows = self._client.by("configurations", "name", CONFIGURATION, display="[id,name,value]")
        return {row["name"]: row["value"].strip() for row in rows}

    def _of(self, name: str, default: str = "") -> str:
        return self.configuration.get(name) or default

    # ------------------------------------------------------------------------------------------------ its clock

    @cached_property
    def zone(self) -> tzinfo:
        """In which all its stamps are, without saying so."""
        try:
            return ZoneInfo(self._of("PS_TIMEZONE", "Europe/Paris"))
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("Europe/Paris")

    def moment(self, text: str) -> datetime:
        """A stamp of the shop, in UTC. Raises ValueError where it is none."""
        return datetime.fromisoformat(text.strip()).replace(tzinfo=self.zone).astimezone(UTC)

    # -------------------------------------------------------------------------------------- languages and money

    @cached_property
    def languages(self) -> Mapping[str, str]:
        """Language id → « fr », the shop's own first."""
        rows = self._client.all("languages", display="[id,iso_code,active]")
        active = {
            str(row["id"]).strip(): row["iso_code"].strip().lower()
            for row in rows
            if row["active"].strip() == "1"
        }
        if not active:
            raise ConfigError(texts.NO_LANGUAGE.fill(host=self._client.host))
        main = self._of("PS_LANG_DEFAULT")
        return {
            number: active[number]
            for number in sorted(active, key=lambda number: (number != main, int(number)))
        }

    @property
    def main(self) -> str:
        """Id of the shop's own language."""
        return next(iter(self.languages))

    @property
    def language(self) -> str:
        return self.languages[self.main]

    @cached_property
    def currencies(self) -> Mapping[str, str]:
        """Currency id → ISO code."""
        return {
            str(row["id"]).strip(): row["iso_code"].strip()
            for row in self._client.all("currencies", display="[id,iso_code]")
        }

    @property
    def currency(self) -> str:
        return self.currencies.get(self._of("PS_CURRENCY_DEFAULT"), "")

    @property
    def round_mode(self) -> int:
        text = self._of("PS_PRICE_ROUND_MODE", self._of("PS_ROUND_MODE", "2"))
        return int(text) if text.isdigit() else 2

    @property
    def round_type(self) -> int:
        text = self._of("PS_ROUND_TYPE", "2")
        return int(text) if text.isdigit() else 2

    # -------------------------------------------------------------------------------------------------- catalogue

    @property
    def home(self) -> int:
        """The category under which all others stand."""
        text = self._of("PS_HOME_CATEGORY", "2")
        return int(text) if text.isdigit() else 2

    @property
    def grams_per_unit(self) -> Decimal:
        return GRAMS.get(self._of("PS_WEIGHT_UNIT", "kg").lower(), Decimal(1000))

    @property
    def millimetres_per_unit(self) -> Decimal:
        return MILLIMETRES.get(self._of("PS_DIMENSION_UNIT", "cm").lower(), Decimal(10))

    @property
    def sold_without_stock(self) -> bool:
        """What the shop does where an article leaves it to the shop."""
        return self._of("PS_ORDER_OUT_OF_STOCK") == "1"

    @property
    def advanced_stock(self) -> bool:
        return self._of("PS_ADVANCED_STOCK_MANAGEMENT") == "1"

    @cached_property
    def rates(self) -> Mapping[str, Decimal]:
        """Tax id → percent."""
        rows = self._client.all("taxes", display="[id,rate]")
        return {str(row["id"]).strip(): plain(Decimal(row["rate"].strip() or "0")) for row in rows}

    @cached_property
    def tax_groups(self) -> tuple[TaxGroup, ...]:
        wanted = {"filter[id_country]": f"[{self._of('PS_COUNTRY_DEFAULT', '8')}]"}
        rules = self._client.all("tax_rules", display="[id,id_tax_rules_group,id_tax,id_state]", **wanted)
        of_group = {row["id_tax_rules_group"].strip(): row["id_tax"].strip() for row in reversed(rules)}
        rows = self._client.all("tax_rule_groups", display="[id,name,active,deleted]")
        return tuple(
            TaxGroup(
                str(row["id"]).strip(), row["name"], self.rates.get(of_group.get(str(row["id"]).strip(), ""))
            )
            for row in rows
            if row["active"].strip() == "1" and row.get("deleted", "0").strip() != "1"
        )

    def group_of_rate(self, percent: Decimal) -> str | None:
        """The tax rule group whose rate this is; « 0 » is no tax."""
        if percent == 0:
            return next((group.key for group in self.tax_groups if group.rate == 0), "0")
        return next((group.key for group in self.tax_groups if group.rate == percent), None)

    def has_group(self, key: str) -> bool:
        return key == "0" or any(group.key == key for group in self.tax_groups)

    @cached_property
    def customer_groups(self) -> Mapping[str, Row]:
        return {str(row["id"]).strip(): row for row in self._client.all("groups")}

    def customer_group(self, wanted: str) -> str | None:
        """By id, else by its name in any language."""
        if wanted in self.customer_groups:
            return wanted
        named = (key for key, row in self.customer_groups.items() if wanted in _texts(row["name"]))
        return next(named, None)

    @property
    def usual_group(self) -> str:
        """Of customers with an account."""
        return self._of("PS_CUSTOMER_GROUP", "3")

    def prices_with_tax(self, group: str) -> bool:
        """Whether customers of this group see prices with tax."""
        row = self.customer_groups.get(group) or self.customer_groups.get(self.usual_group) or {}
        return str(row.get("price_display_method", "0")).strip() != "1"

    def text(self, value: object) -> str:
        """A translated value in the shop's own language."""
        if isinstance(value, Mapping):
            return str(value.get(self.main) or next(iter(value.values()), ""))
        return str(value or "")

    # ----------------------------------------------------------------------------------------------------- orders

    @cached_property
    def states(self) -> Mapping[str, State]:
        return {
            str(row["id"]).strip(): State(
                str(row["id"]).strip(),
                self.text(row["name"]).strip() or f"n° {row['id']}",
                row["paid"].strip() == "1",
                row["shipped"].strip() == "1",
                row["logable"].strip() == "1",
            )
            for row in self._client.all("order_states")
            if row.get("deleted", "0").strip() != "1"
        }

    def state_for(self, purpose: str) -> str:
        """Id of the state that PrestaShop has for this: PREPARATION, SHIPPING, DELIVERED, CANCELED, REFUND, ERROR."""
        return self._of(f"PS_OS_{purpose}")

    @cached_property
    def carriers(self) -> Mapping[str, Row]:
        """By id. TRAP: an edited carrier gets a new id; `id_reference` stays."""
        return {str(row["id"]).strip(): row for row in self._client.all("carriers")}

    @cached_property
    def countries(self) -> Mapping[str, str]:
        """Country id → ISO code."""
        return {
            str(row["id"]).strip(): row["iso_code"].strip()
            for row in self._client.all("countries", display="[id,iso_code]")
        }

    @cached_property
    def regions(self) -> Mapping[str, str]:
        rows = self._client.all("states", display="[id,name]")
        return {str(row["id"]).strip(): row["name"].strip() for row in rows}

    @property
    def shop_name(self) -> str:
        return self._of("PS_SHOP_NAME")


def _texts(value: object) -> list[str]:
    return [str(one) for one in value.values()] if isinstance(value, Mapping) else [str(value)]
