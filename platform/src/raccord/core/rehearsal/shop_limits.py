"""Texts that are longer than the shop's fields."""

from collections.abc import Iterator

from raccord.core.rehearsal.findings import Check, Finding, Kind
from raccord.core.rehearsal.subjects import Article, World
from raccord_connectors.canonical import Listing
from raccord_connectors.contract import Text

LIMITS: dict[str, dict[str, int]] = {
    "woocommerce": {"sku": 100, "brand": 200, "option": 200},
    "prestashop": {"name": 128, "sku": 64, "mpn": 40, "seo_title": 255, "seo_description": 512, "brand": 64},
    "shopify": {"name": 255, "sku": 255, "brand": 255, "option": 255},
    "magento": {"name": 255, "sku": 64},
    "vendure": {"name": 255, "sku": 255, "option": 255},
    "memory_shop": {"name": 255},
}
"""Characters that a field takes, by connector; what is absent has no limit that we know."""
NAMES = {
    "name": ("la désignation", "the name"),
    "sku": ("la référence", "the reference"),
    "brand": ("la marque", "the brand"),
    "mpn": ("la référence du fabricant", "the manufacturer’s reference"),
    "option": ("une valeur de variante", "a variant’s value"),
    "seo_title": ("le titre SEO", "the SEO title"),
    "seo_description": ("la description SEO", "the SEO description"),
}

TOO_LONG = Kind(
    code="text.too_long",
    severity="held",
    place="erp",
    stream="products",
    title=Text(
        "rehearsal.text.too_long", "Textes trop longs pour la boutique", "Texts too long for the shop"
    ),
    remedy=Text(
        "rehearsal.text.too_long.remedy",
        "Raccourcissez le texte dans la gestion, ou ajoutez dans la correspondance une étape qui le coupe.",
        "Shorten the text in the ERP, or add a step to the mapping that cuts it.",
    ),
    says=Text(
        "rehearsal.text.too_long.says",
        "Article {key} : {field} a {length} caractères, la boutique en prend {limit}. La boutique refuserait l’article.",
        "Article {key}: {field_en} has {length} characters, the shop takes {limit}. The shop would refuse the article.",
    ),
)


def find(article: Article, world: World) -> Iterator[Finding]:
    listing = article.projected.listing
    limits = LIMITS.get(world.shop_connector, {})
    if listing is None or not limits:
        return
    told: set[str] = set()
    for field, text in _texts(listing):
        limit = limits.get(field)
        if limit is not None and len(text) > limit and field not in told:
            told.add(field)
            fr, en = NAMES[field]
            yield TOO_LONG.of(listing.key, part=field, field=fr, field_en=en, length=len(text), limit=limit)


def _texts(listing: Listing) -> Iterator[tuple[str, str]]:
    yield "name", listing.name
    for field in ("brand", "seo_title", "seo_description"):
        value = getattr(listing, field)
        if isinstance(value, str):
            yield field, value
    for offer in listing.offers:
        yield "sku", offer.sku
        if isinstance(offer.mpn, str):
            yield "mpn", offer.mpn
        for value in offer.options.values():
            yield "option", value


CHECK = Check(Article, (TOO_LONG,), find)
