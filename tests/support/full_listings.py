"""Listings with a value in every field, for the guarantees on fields: a simple one and one with variants, in two editions
that differ in all of them. A shop's suite takes out what its shop does not have, and puts in its own tax classes and
custom fields."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from raccord_connectors.canonical import Listing, Offer, OfferPrice, Picture, Scalar, Tier

COLOURS = ("Ocre doux", "Sauge claire")
EANS = (("3760000000123", "3760000000130"), ("3760000000147", "3760000000154"))
"""By edition; the simple listing has none of the second colour's."""


def full_listings(
    keys: tuple[str, str],
    edition: int,
    *,
    pictures: str = "https://images.example",
    tax_classes: tuple[str, str] = ("standard", "reduit-5"),
    tax_rates: tuple[str, str] = ("20", "5.5"),
    related: tuple[list[str], list[str]] = (["11"], ["12"]),
    custom: Sequence[str] = ("origine",),
    offer_custom: Sequence[str] = ("colisage",),
    but: Sequence[str] = (),
) -> list[Listing]:
    """`pictures`: where `/<digest>.png` is; `custom` and `offer_custom`: names of the shop's own fields; `but`: fields of
    listings and (`offer.`) of offers that the shop does not take."""
    word = ("première", "seconde")[edition]
    fields: dict[str, Any] = {
        "description": f"<p>Description {word} en chêne massif</p>",
        "summary": f"Résumé {word} du catalogue",
        "seo_title": f"Titre {word} pour Google",
        "seo_description": f"Méta {word} pour Google",
        "names": {"en": f"Name {word} in English"},
        "descriptions": {"en": f"<p>Text {word} in English</p>"},
        "categories": [["Maison", f"Cuisine {word}"], ["Cadeaux"]],
        "brand": f"Marque {word}",
        "features": {"Matière": [f"Chêne {word}", "Acier brossé"], "Style": [f"Style {word}"]},
        "tags": [f"étiquette {word}", "nouveauté"],
        "tax_class": tax_classes[edition],
        "tax_rate": Decimal(tax_rates[edition]),
        "related": related[edition],
        "custom": {name: f"{name} {word} édition" for name in custom},
    }
    listings = [
        Listing(
            key=key,
            published=bool(place or not edition),
            name=f"Article {word} {key}",
            offers=_offers(key, place, edition, offer_custom, word, pictures),
            axes=["Couleur"] if place else [],
            track_stock=bool(place or not edition),
            slug=f"adresse-{('premiere', 'seconde')[edition]}-{key.lower()}",
            pictures=[picture(pictures, f"Vue {word} de {key}")],
            **fields,
        )
        for place, key in enumerate(keys)
    ]
    return [_without(listing, but) for listing in listings]


def picture(where: str, alt: str) -> Picture:
    """Each text has a content of its own: shops keep one text for one content."""
    digest = hashlib.blake2b(alt.encode(), digest_size=6).hexdigest()
    return Picture(digest=digest, url=f"{where}/{digest}.png", alt=alt, position=0)


def _offers(
    key: str, place: int, edition: int, custom: Sequence[str], word: str, pictures: str
) -> list[Offer]:
    if not place:
        return [_offer(key, f"{key}-REF", edition, 0, custom, word, active=not edition)]
    return [
        replace(
            _offer(f"{key}|{n}", f"{key}-{colour[0]}", edition, n + 1, custom, word, active=not (edition and n)),
            options={"Couleur": colour},
            pictures=[picture(pictures, f"Détail {word} {key} {n}")],
            ean=EANS[edition][n],
        )
        for n, colour in enumerate(COLOURS)
    ]  # fmt: skip


def _offer(
    key: str, sku: str, edition: int, number: int, custom: Sequence[str], word: str, *, active: bool
) -> Offer:
    amount = Decimal("117.35") + 10 * number + edition
    dates: Mapping[str, Any] = {
        "before": amount + 20,
        "starts": date(2026, 11 - edition, 3),
        "ends": date(2031, 12 - edition, 24),
    }
    values: dict[str, Scalar] = {name: f"{name} {word} {key}" for name in custom}
    return Offer(
        key=key,
        sku=sku,
        active=active,
        price=OfferPrice(amount=amount, tax_included=True, currency="EUR", **dates),
        tiers=[Tier(amount - 5, Decimal(10), "trade")],
        mpn=f"MPN-{word}-{number}",
        weight_g=Decimal("1234.5") + 1000 * number + edition,
        dimensions_mm=(Decimal("1203.5") + edition, Decimal("801.25") + number, Decimal("45.75") + edition),
        custom=values,
    )


def _without(listing: Listing, paths: Sequence[str]) -> Listing:
    of_listing = {path: UNSET for path in paths if not path.startswith("offer.")}
    of_offer = {path.removeprefix("offer."): UNSET for path in paths if path.startswith("offer.")}
    parts = {name.removeprefix("price."): None for name in of_offer if name.startswith("price.")}
    whole: dict[str, Any] = {name: value for name, value in of_offer.items() if not name.startswith("price.")}
    offers = [
        replace(
            offer,
            **whole,
            price=replace(offer.price, **parts) if isinstance(offer.price, OfferPrice) else offer.price,
        )
        for offer in listing.offers
    ]
    changed: dict[str, Any] = {**of_listing, "offers": offers}
    return replace(listing, **changed)
