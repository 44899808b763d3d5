"""The first meeting of a catalogue and a shop that has articles already: which listing is which article.

By SKU, then by bar code, both normalised, exact, and only where nothing else fits: a wrong match is worse than none. What
is ambiguous is not decided here; it waits for a person.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from raccord.core.codes import normal_ean, normal_sku
from raccord_connectors.canonical import Listing, Product
from raccord_connectors.contract import Message, Text

AMBIGUOUS = Text(
    "match.ambiguous",
    "Article {key} : il peut être {candidates} dans la boutique, et rien ne permet de choisir. Indiquez laquelle, ou "
    "demandez de le créer.",
    "Article {key}: it may be {candidates} in the shop, and nothing tells which. Say which one, or ask to create it.",
)
SHARED = Text(
    "match.shared",
    "Article {key} : la fiche {listing} de la boutique porte ses codes, mais aussi ceux de l’article {others}. Corrigez "
    "les références ou les codes-barres, ou indiquez à qui est la fiche.",
    "Article {key}: the shop’s listing {listing} has its codes, but those of article {others} too. Correct the references "
    "or bar codes, or say whose listing it is.",
)
PREFIX = "match."
"""Of these codes: what they hold, only a person releases."""


class Code(Struct, frozen=True):
    """One thing to buy, by the codes that people typed. `owner` is its product, or its listing."""

    owner: str
    key: str
    sku: str
    ean: str | None


class Match(Struct, frozen=True):
    """One article that the shop seems to have: bound when `problem` is None, else waiting for a person."""

    product: str
    listing: str | None
    offers: dict[str, str]
    """The ERP's item key → the shop's offer key."""
    by: Literal["sku", "ean"]
    problem: Message | None = None


def codes_of_product(product: Product) -> list[Code]:
    return [
        Code(product.key, item.key, normal_sku(item.sku), normal_ean(item.ean))
        for item in product.variants or (product,)
    ]


def codes_of_listing(listing: Listing) -> list[Code]:
    return [
        Code(
            listing.key,
            offer.key,
            normal_sku(offer.sku),
            normal_ean(offer.ean if isinstance(offer.ean, str) else None),
        )
        for offer in listing.offers
    ]


def match(articles: Iterable[Code], offers: Iterable[Code]) -> list[Match]:
    """In the order of the articles; articles that the shop does not have are absent."""
    shop = list(offers)
    by_sku, by_ean = _index(shop, "sku"), _index(shop, "ean")
    items: dict[str, list[Code]] = defaultdict(list)
    for article in articles:
        items[article.owner].append(article)
    found = [_match_one(product, codes, by_sku, by_ean) for product, codes in items.items()]
    return _refuse_shared([one for one in found if one is not None])


def _index(codes: Iterable[Code], field: Literal["sku", "ean"]) -> dict[str, list[Code]]:
    index: dict[str, list[Code]] = defaultdict(list)
    for code in codes:
        value = getattr(code, field)
        if value:
            index[value].append(code)
    return index


def _match_one(
    product: str, items: list[Code], by_sku: Mapping[str, list[Code]], by_ean: Mapping[str, list[Code]]
) -> Match | None:
    how: Literal["sku", "ean"] = "sku"
    found = {item.key: by_sku.get(item.sku, []) for item in items if item.sku}
    if not any(found.values()):
        how = "ean"
        found = {item.key: by_ean.get(item.ean, []) for item in items if item.ean}
    candidates = sorted({code.owner for codes in found.values() for code in codes})
    if not candidates:
        return None
    offers = {item: codes[0].key for item, codes in found.items() if len(codes) == 1}
    clear = all(len(codes) <= 1 for codes in found.values()) and len(set(offers.values())) == len(offers)
    if len(candidates) > 1 or not clear:
        message = AMBIGUOUS.fill(key=product, candidates=" / ".join(candidates))
        return Match(product, None, {}, how, message)
    return Match(product, candidates[0], offers, how)


def _refuse_shared(matches: list[Match]) -> list[Match]:
    owners: dict[str, list[str]] = defaultdict(list)
    for found in matches:
        if found.listing is not None:
            owners[found.listing].append(found.product)
    result = []
    for found in matches:
        claimants = owners.get(found.listing or "", [])
        if len(claimants) > 1:
            others = ", ".join(sorted(set(claimants) - {found.product}))
            message = SHARED.fill(key=found.product, listing=found.listing, others=others)
            found = Match(found.product, None, {}, found.by, message)
        result.append(found)
    return result
