"""What one can buy: product rows, whose keys depend on how many variants their template has."""

from collections.abc import Sequence

from raccord_connectors.erp.tryton.client import Client, Row
from raccord_connectors.erp.tryton.keys import item_key, parse
from raccord_connectors.erp.tryton.reading import EVERYTHING_TOO

ITEMS = ("template", "template.products")
"""Fields from which `item_key_of` makes a key. Read with `EVERYTHING_TOO`, or keys would change with retirements."""
ITEM_STAMPS = ("", "template", "template.products")
"""A second variant gives the first another key, without touching its row."""


def item_key_of(row: Row) -> str:
    return item_key(row["template"], row["id"], len(row["template."]["products"]))


def ids_of_items(client: Client, keys: Sequence[str]) -> list[int]:
    """Product ids of the items with these keys, those included that a template's own key would stand for."""
    parsed = [found for found in map(parse, keys) if found is not None]
    templates = sorted({template for template, product in parsed if product is None})
    products = {product for _, product in parsed if product is not None}
    if templates:
        rows = client.search_read(
            "product.product", [["template", "in", templates]], ("id",), context=EVERYTHING_TOO
        )
        products.update(row["id"] for row in rows)
    return sorted(products)
