"""The mapping that a new channel begins with, as data, so that the merchant can read and change it.

What the ERP has is the ERP's; what it lacks (SEO, cross-selling, tags, addresses of pages) is the shop's.
"""

from raccord.core.rules import Mapping, Rule
from raccord.core.steps import First, Html, Trim

COMMON = (
    Rule(target="name", sources=["product.name"], steps=[Trim()]),
    Rule(target="description", sources=["product.description"], steps=[Trim(), Html()]),
    Rule(target="summary", sources=["product.summary"], steps=[Trim(), Html()]),
    Rule(target="categories", sources=["categories"]),
    Rule(target="brand", sources=["product.brand"], steps=[Trim()]),
    Rule(target="tax_class", sources=["tax.class"]),
    Rule(target="tax_rate", sources=["tax.rate"]),
    Rule(target="slug", owner="shop"),
    Rule(target="seo_title", owner="shop"),
    Rule(target="seo_description", owner="shop"),
    Rule(target="tags", owner="shop"),
    Rule(target="related", owner="shop"),
    Rule(target="offer.sku", sources=["item.sku"], steps=[Trim()]),
    Rule(target="offer.price", sources=["price"]),
    Rule(target="offer.ean", sources=["ean"]),
    Rule(target="offer.mpn", sources=["item.mpn", "product.mpn"], steps=[First(), Trim()]),
    Rule(target="offer.weight_g", sources=["item.weight_g", "product.weight_g"], steps=[First()]),
    Rule(target="offer.dimensions_mm", sources=["product.dimensions_mm"]),
)

TRANSLATED = (
    Rule(target="names", sources=["product.names"]),
    Rule(target="descriptions", sources=["product.descriptions"], steps=[Html()]),
)
"""Where both sides keep a text per language."""

ERPS_WITH_LANGUAGES = frozenset({"memory_erp", "tryton", "dolibarr", "sage100"})
SHOPS_WITH_LANGUAGES = frozenset({"memory_shop", "prestashop", "vendure"})


def default_mapping(erp: str, shop: str) -> Mapping:
    """For the connectors of these names; one that is not known here gets what all have in common."""
    both = erp in ERPS_WITH_LANGUAGES and shop in SHOPS_WITH_LANGUAGES
    return Mapping([*COMMON, *(TRANSLATED if both else ())])
