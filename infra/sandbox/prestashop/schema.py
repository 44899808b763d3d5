"""What the webservice knows: its resources, their fields, and what may be done with them.

Tables, checks, answers and the list of rights are all made from these declarations.
"""

from sandbox.prestashop.catalogue_resources import COMBINATIONS, PRODUCTS, SPECIFIC_PRICES, STOCK, TERMS
from sandbox.prestashop.fields import (
    ALL,
    STAMPS,
    Field,
    Resource,
    bools,
    decimals,
    ints,
    named,
    simple,
    texts,
)
from sandbox.prestashop.order_resources import ADDRESSES, BESIDE_ORDERS, CUSTOMERS, ORDER_DETAILS, ORDERS

LISTS = (
    simple(
        "groups",
        "group",
        Field("reduction", "decimal"),
        Field("price_display_method", "int"),
        Field("show_prices", "bool"),
        *STAMPS,
        named(32),
    ),
    simple(
        "carriers",
        "carrier",
        *bools("deleted", "is_module", "is_free", "active"),
        *ints("id_tax_rules_group", "id_reference"),
        Field("name"),
        Field("url"),
        Field("delay", "lang"),
    ),
    simple("countries", "country", Field("iso_code"), Field("active", "bool"), named(64)),
    simple("states", "state", Field("id_country", "int"), Field("iso_code"), Field("name")),
    simple(
        "currencies",
        "currency",
        *texts("name", "iso_code"),
        *decimals("conversion_rate"),
        *ints("precision"),
        *bools("deleted", "active"),
    ),
    simple(
        "languages",
        "language",
        *texts("name", "iso_code", "locale", "language_code"),
        Field("active", "bool"),
    ),
    simple("taxes", "tax", Field("rate", "decimal"), *bools("active", "deleted"), named(32)),
    simple(
        "tax_rule_groups",
        "tax_rule_group",
        Field("name"),
        *bools("active", "deleted"),
        *STAMPS,
    ),
    simple(
        "tax_rules",
        "tax_rule",
        *ints("id_tax_rules_group", "id_state", "id_country", "zipcode_from", "zipcode_to", "id_tax"),
        Field("behavior", "int"),
    ),
    simple("configurations", "configuration", Field("name"), Field("value"), *STAMPS),
    simple(
        "shops",
        "shop",
        *ints("id_shop_group", "id_category"),
        *bools("active", "deleted"),
        Field("name"),
    ),
)
"""What a shop is set up with."""
RESOURCES: dict[str, Resource] = {
    resource.name: resource
    for resource in (
        PRODUCTS, COMBINATIONS, STOCK, SPECIFIC_PRICES, ORDERS, ORDER_DETAILS, CUSTOMERS, ADDRESSES,
        *TERMS, *BESIDE_ORDERS, *LISTS,
    )
}  # fmt: skip
IMAGES = "images"
"""Not rows but files: `images.py`."""

__all__ = [
    "ADDRESSES", "ALL", "COMBINATIONS", "CUSTOMERS", "IMAGES", "ORDERS", "ORDER_DETAILS", "PRODUCTS", "RESOURCES",
    "SPECIFIC_PRICES", "STOCK", "Field", "Resource",
]  # fmt: skip
