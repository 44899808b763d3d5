"""What this shop has that the mapping may use: its lists, its characteristics, the custom fields met in it."""

import html
from collections.abc import Callable, Iterable
from typing import Any

from raccord_connectors.canonical import plain
from raccord_connectors.contract import Choice, CustomField, Discovery, Feature
from raccord_connectors.kit.http import HttpFailure
from raccord_connectors.shop.woocommerce import bodies
from raccord_connectors.shop.woocommerce.client import Row, ShopClient
from raccord_connectors.shop.woocommerce.customers import held_fields
from raccord_connectors.shop.woocommerce.facts import STANDARD, Facts
from raccord_connectors.shop.woocommerce.settings import WooCommerceSettings
from raccord_connectors.shop.woocommerce.terms import Terms

SAMPLE = 30
"""Products, variations and orders looked at for custom fields."""
LARGEST_LIST = 3_000
"""Categories, brands or values of one characteristic told at most."""
FORBIDDEN = (401, 403)


def discover(client: ShopClient, facts: Facts, terms: Terms, settings: WooCommerceSettings) -> Discovery:
    rates = {name: str(plain(rate)) for name, rate in reversed(list(facts.rates.values()))}
    index = client.find("wp-json") or {}
    return Discovery(
        company=str(index.get("name") or ""),
        version=str(facts.environment.get("version") or ""),
        currency=facts.currency,
        prices_include_tax=facts.prices_include_tax,
        languages=(facts.language,),
        custom_fields=_custom_fields(client, "listings", "products")
        + _custom_fields(client, "listings", "variations", "offers.")
        + _custom_fields(client, "orders", "orders")
        + tuple(CustomField("customers", key, key) for key in settings.customer_keys[1]),
        order_statuses=tuple(
            Choice(str(row["slug"]), str(row["name"])) for row in client.find("reports/orders/totals") or []
        ),
        tax_classes=tuple(
            Choice(
                slug or STANDARD,
                name,
                {"rate": rates[slug or STANDARD]} if (slug or STANDARD) in rates else {},
            )
            for slug, name in facts.tax_classes.items()
        ),
        payment_methods=tuple(
            Choice(str(row["id"]), str(row.get("title") or row["id"]))
            for row in client.find("payment_gateways") or []
            if row.get("enabled")
        ),
        carriers=_carriers(client),
        categories=tuple(
            Choice(str(number), " > ".join(path))
            for number, path in sorted(terms.category_paths().items(), key=lambda one: one[1])[:LARGEST_LIST]
        ),
        brands=_brands(client, terms),
        features=tuple(_features(client)),
        customer_fields=tuple(held_fields(settings)),
        missing_fields=() if settings.seo_plugin in bodies.SEO else ("seo_title", "seo_description"),
    )


def _brands(client: ShopClient, terms: Terms) -> tuple[Choice, ...]:
    rows = _allowed("products/brands", client.all) if terms.has_brands else []
    return tuple(Choice(str(row["id"]), html.unescape(row["name"])) for row in rows)


def _features(client: ShopClient) -> Iterable[Feature]:
    """The global attributes and their values; those that one product alone has are told by no list."""
    # TRAP: this one list has no pages, and answers all of it to each question for the next one.
    for row in _allowed("products/attributes", client.get):
        values = _allowed(f"products/attributes/{row['id']}/terms", client.all)
        yield Feature(html.unescape(row["name"]), tuple(html.unescape(value["name"]) for value in values))


def _allowed(path: str, ask: Callable[..., list[Row]]) -> list[Row]:
    """A list that this key may be forbidden to see: then nothing is offered from it, and the rest is."""
    try:
        return ask(path, _fields="id,name")[:LARGEST_LIST]
    except HttpFailure as failure:
        if failure.status not in (*FORBIDDEN, 404):
            raise
        return []


def _carriers(client: ShopClient) -> tuple[Choice, ...]:
    """Each method of each zone: « flat_rate:3 » is what an order's shipping line says."""
    found = {}
    for zone in client.find("shipping/zones") or []:
        for row in client.find(f"shipping/zones/{zone['id']}/methods") or []:
            key = f"{row['method_id']}:{row['instance_id']}"
            found[key] = Choice(key, str(row.get("title") or key), {"zone": str(zone.get("name") or "")})
    return tuple(found.values())


def _custom_fields(client: ShopClient, stream: str, path: str, prefix: str = "") -> tuple[CustomField, ...]:
    """Names met on the latest things: WooCommerce has no list of them. `prefix` tells those of variations."""
    rows = client.find(path, per_page=SAMPLE, _fields="id,meta_data") or []
    names = {str(m.get("key")) for row in rows for m in row.get("meta_data") or [] if _plain(m.get("value"))}
    return tuple(
        CustomField(stream, f"{prefix}{name}", name)
        for name in sorted(names)
        if not name.startswith("_raccord")
    )


def _plain(value: Any) -> bool:
    return isinstance(value, str | int | bool)
