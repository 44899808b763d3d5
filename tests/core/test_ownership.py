"""Who owns a field: the shop's is never written, what is sent at creation never again, and nothing else is touched."""

from typing import Any, Literal

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from raccord.core.channel import ChannelSettings
from raccord.core.ownership import Fields, for_update, listing_print, only
from raccord.core.projection import Projection
from raccord.core.rules import Mapping, Rule
from raccord.core.steps import Default, First, Formula, Html, Split, Step, Trim
from raccord_connectors.canonical import Listing, encode
from support.catalogue import SHOP, TODAY, priced, products

TEXT_TARGETS = (
    "description", "summary", "slug", "seo_title", "seo_description", "brand", "names.de", "descriptions.de", "custom.c",
    "features.F", "tags", "related", "offer.mpn", "offer.custom.oc",
)  # fmt: skip
NEEDED = ("name", "offer.sku", "offer.price")
POSSIBLE = {"name": 1, "offer.sku": 1, "offer.price": 2}
"""How many of the owners a field may have, where it is not all three."""
SOURCES = {"name": "product.name", "offer.sku": "item.sku", "offer.price": "price"}
STEPS: list[Step] = [Trim(), Default("x"), Html(), Split("a"), First(), Formula("text(value) + product.key")]
OWNERS: list[Literal["erp", "creation", "shop"]] = ["erp", "creation", "shop"]


@st.composite
def mappings(draw: st.DrawFn) -> Mapping:
    """What every article needs, and some fields, each with any owner, steps and choice for empty values."""
    rules = []
    for target in (*NEEDED, *draw(st.lists(st.sampled_from(TEXT_TARGETS), unique=True))):
        needed = target in NEEDED
        rules.append(
            Rule(
                target=target,
                sources=[
                    SOURCES.get(target)
                    or draw(st.sampled_from(["product.brand", "product.name", "custom.MARQUE"]))
                ],
                steps=[] if needed else draw(st.lists(st.sampled_from(STEPS), max_size=2)),
                owner=draw(st.sampled_from(OWNERS[: POSSIBLE.get(target, 3)])),
                when_empty=draw(st.sampled_from(["leave", "clear"])),
            )
        )
    return Mapping(rules)


def said(listing: Listing) -> set[str]:
    """The fields that a write would carry, offers' as `offer.…` and those inside an open mapping by their whole path."""
    told = msgspec.json.decode(encode(listing))
    found = _paths(told, "")
    for offer in told["offers"]:
        found |= _paths(offer, "offer.")
    return found


def _paths(told: dict[str, Any], prefix: str) -> set[str]:
    found = set()
    for field, value in told.items():
        if field in ("custom", "features", "names", "descriptions"):
            found |= {f"{prefix}{field}.{name}" for name in value}
        elif field != "offers":
            found.add(prefix + field)
    return found


KEPT = {
    "key",
    "published",
    "name",
    "axes",
    "offer.key",
    "offer.sku",
    "offer.options",
    "offer.active",
    "track_stock",
}
"""What every write carries: by these the shop finds the listing."""


@settings(deadline=None)
@given(st.data())
def test_a_shops_field_is_in_no_write_and_a_creations_field_in_no_update(data: st.DataObject) -> None:
    mapping = data.draw(mappings())
    projection = Projection(mapping, ChannelSettings(), SHOP)
    article = data.draw(products())
    listing = projection.listing(article, data.draw(priced(article)), {}, TODAY).listing
    if listing is None:
        return
    owner = {rule.target: rule.owner for rule in mapping.rules}
    created, updated = said(listing), said(for_update(listing, projection.creation))
    assert set() == {target for target in created if owner.get(target) == "shop"}
    assert set() == {target for target in created - KEPT if target not in owner}
    assert set() == {target for target in updated - KEPT if owner.get(target) != "erp"}
    assert updated <= created


@settings(deadline=None)
@given(st.data())
def test_a_change_of_what_is_sent_at_creation_only_makes_no_update_due(data: st.DataObject) -> None:
    mapping = data.draw(mappings())
    projection = Projection(mapping, ChannelSettings(), SHOP)
    article = data.draw(products())
    listing = projection.listing(article, data.draw(priced(article)), {}, TODAY).listing
    if listing is None:
        return
    sent = for_update(listing, projection.creation)
    assert listing_print(listing, projection.creation) == listing_print(sent, projection.creation)


@settings(deadline=None)
@given(st.data())
def test_of_a_shops_own_listing_only_our_fields_are_compared(data: st.DataObject) -> None:
    mapping = data.draw(mappings())
    projection = Projection(mapping, ChannelSettings(), SHOP)
    article = data.draw(products())
    listing = projection.listing(article, data.draw(priced(article)), {}, TODAY).listing
    if listing is None:
        return
    assert listing == only(listing, projection.ours)
    beside = msgspec.structs.replace(listing, custom={**listing.custom, "theirs": "1"}, pictures=[])
    assert listing == only(beside, projection.ours)


def test_all_languages_or_one_of_them_may_be_ours() -> None:
    listing = Listing(key="A", published=True, name="A", offers=[], names={"fr": "Chaise", "en": "Chair"})
    assert {"fr": "Chaise", "en": "Chair"} == only(listing, Fields.of(["names"])).names
    assert {"en": "Chair"} == only(listing, Fields.of(["names.en"])).names
    assert only(listing, Fields.of(["name"])).names is UNSET
    assert {"fr": "Chaise"} == for_update(listing, Fields.of(["names.en"])).names
    assert for_update(listing, Fields.of(["names"])).names is UNSET
