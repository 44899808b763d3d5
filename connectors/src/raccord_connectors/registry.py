"""All connectors by name. A connector is imported only when it is asked for, so that the agent of a Sage merchant
needs no library of another ERP."""

from importlib import import_module
from typing import Any

import msgspec

from raccord_connectors.contract import ConfigError, Connector, Text

CONNECTORS: dict[str, str] = {
    "files": "raccord_connectors.erp.files:DropFolder",
    "memory_erp": "raccord_connectors.sample.memory_erp:MemoryErp",
    "memory_shop": "raccord_connectors.sample.memory_shop:MemoryShop",
    "oxatis": "raccord_connectors.shop.oxatis:Oxatis",
    "prestashop": "raccord_connectors.shop.prestashop:PrestaShop",
    "push": "raccord_connectors.pushed:Pushed",
    "sage100": "raccord_connectors.erp.sage100:Sage100",
    "sql": "raccord_connectors.erp.sql:CustomSql",
    "tryton": "raccord_connectors.erp.tryton:Tryton",
    "vendure": "raccord_connectors.shop.vendure:Vendure",
    "woocommerce": "raccord_connectors.shop.woocommerce:WooCommerce",
}

WEBHOOKS: dict[str, str] = {
    "woocommerce": "raccord_connectors.shop.woocommerce.webhooks",
}
"""Shops that call us when something happens: modules with `ensure`, `verify` and `parse`. The others are polled."""

POLL_SECONDS: dict[str, float] = {
    "vendure": 2.0,
}
"""Shops that cannot call us and may be asked for new orders so often: what they have sold lowers our stock that much later.
All others are asked every half minute."""

UNKNOWN = Text(
    "connector.unknown",
    "Le connecteur « {name} » n’existe pas dans cette version. Connecteurs disponibles : {known}.",
    "There is no connector “{name}” in this version. Available connectors: {known}.",
)
BAD_SETTINGS = Text(
    "connector.bad_settings",
    "Réglage du connecteur {name} à corriger : {reason}",
    "A setting of the connector {name} must be corrected: {reason}",
)


def connector_class(name: str) -> type[Connector]:
    try:
        module, _, attribute = CONNECTORS[name].partition(":")
    except KeyError:
        raise ConfigError(UNKNOWN.fill(name=name, known=", ".join(sorted(CONNECTORS)))) from None
    found: type[Connector] = getattr(import_module(module), attribute)
    return found


def webhooks_of(name: str) -> Any | None:
    """The module that knows the webhooks of this shop; None where there are none."""
    return import_module(WEBHOOKS[name]) if name in WEBHOOKS else None


def build(name: str, settings: dict[str, Any]) -> Connector:
    """A connector ready to be used. `ConfigError` names the setting that is missing or wrong."""
    cls = connector_class(name)
    try:
        return cls(msgspec.convert(settings, type=cls.spec.settings))
    except msgspec.ValidationError as error:
        raise ConfigError(
            BAD_SETTINGS.fill(name=name, reason=error), field=str(error).rpartition("$.")[2] or None
        ) from None
