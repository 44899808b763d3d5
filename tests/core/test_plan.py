"""What an update would send of one listing, and the sums of a plan. Pure."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace

from raccord.core import plan
from raccord.core.ownership import Fields, for_update, listing_print
from raccord.core.pace import Pace
from raccord.core.plan import FieldChange, Requests, Summary, Tally, changes
from raccord_connectors.canonical import Listing, Offer, OfferPrice
from raccord_connectors.contract import Limits
from raccord_connectors.sample.memory_shop import MemoryShop

NONE = Fields()


def offer(key: str = "A", **fields: Any) -> Offer:
    return Offer(key=key, sku=key, **fields)


def listing(**fields: Any) -> Listing:
    return Listing(**{"key": "A", "published": True, "name": "Chaise", "offers": [offer()], **fields})


def price(amount: str, **fields: Any) -> OfferPrice:
    return OfferPrice(amount=Decimal(amount), tax_included=True, currency="EUR", **fields)


def test_a_changed_text_and_a_changed_price_are_told_by_the_journals_paths() -> None:
    before = listing(offers=[offer(price=price("10"))])
    after = listing(name="Chaise Lucie", offers=[offer(price=price("12"))])
    found = changes(before, after, NONE)
    assert (
        FieldChange("name", "Chaise", "Chaise Lucie"),
        FieldChange("offers[A].price.amount", Decimal(10), Decimal(12)),
    ) == found.sent
    assert (("name", "offer.price"), ()) == (found.fields, found.left)


def test_a_field_that_the_rules_leave_is_not_sent() -> None:
    before = listing(summary="Solide", custom={"GAMME": "Campagne"}, features={"Couleur": ["Rouge"]})
    after = listing(features={})
    found = changes(before, after, NONE)
    assert ((), ("summary", "features.Couleur", "custom.GAMME")) == (found.sent, found.left)


def test_a_field_that_the_shop_had_alone_is_sent_with_nothing_before() -> None:
    found = changes(listing(), listing(summary="Solide", custom={"GAMME": "Campagne"}), NONE)
    assert (
        FieldChange("summary", UNSET, "Solide"),
        FieldChange("custom.GAMME", UNSET, "Campagne"),
    ) == found.sent


def test_what_is_sent_at_creation_only_counts_for_a_new_variant_alone() -> None:
    creation = Fields.of(["summary", "offer.weight_g"])
    before = listing(summary="Ancien", offers=[offer("R", weight_g=Decimal(1))])
    after = listing(
        summary="Nouveau", offers=[offer("R", weight_g=Decimal(2)), offer("B", weight_g=Decimal(3))]
    )
    found = changes(before, after, creation)
    assert (FieldChange("offers[B].sku", UNSET, "B"),) == found.sent
    assert ("offers",) == found.fields


def test_a_variant_that_goes_is_told() -> None:
    found = changes(listing(offers=[offer("R"), offer("B")]), listing(offers=[offer("R")]), NONE)
    assert (FieldChange("offers[B].sku", "B", UNSET),) == found.sent


def test_a_long_text_is_cut_around_its_first_difference() -> None:
    old = "x" * 3000 + "rouge" + "y" * 3000
    (change,) = changes(
        listing(description=old), listing(description=old.replace("rouge", "bleu")), NONE
    ).sent
    assert isinstance(change.before, str)
    assert isinstance(change.after, str)
    assert plan.LONGEST + 2 == len(change.before)
    assert ("rouge" in change.before, "bleu" in change.after) == (True, True)


texts = st.sampled_from(["", "rouge", "bleu"])
optional = st.one_of(st.just(UNSET), texts)
names = st.dictionaries(st.sampled_from(["X", "Y"]), texts, max_size=2)


@st.composite
def listings(draw: st.DrawFn) -> Listing:
    keys = draw(st.lists(st.sampled_from(["R", "B", "V"]), unique=True, min_size=1))
    return listing(
        name=draw(texts),
        summary=draw(optional),
        slug=draw(optional),
        custom=draw(names),
        published=draw(st.booleans()),
        offers=[offer(key, ean=draw(optional), custom=draw(names)) for key in keys],
    )


creations = st.lists(
    st.sampled_from(["summary", "slug", "custom.X", "offer.ean", "offer.custom.Y"]), unique=True
).map(Fields.of)


@given(listings(), listings(), creations)
def test_nothing_at_creation_is_ever_in_an_update_of_what_the_shop_has(
    before: Listing, after: Listing, creation: Fields
) -> None:
    found = changes(before, after, creation)
    never = {f"{field}.{name}" if name else field for field, name in creation.listing}
    never |= {f"offer.{field}.{name}" if name else f"offer.{field}" for field, name in creation.offer}
    assert set() == never & {*found.fields, *found.left}


@given(listings(), creations)
def test_a_listing_differs_in_nothing_from_itself(one: Listing, creation: Fields) -> None:
    assert plan.Changes() == changes(one, one, creation)


@given(listings(), listings(), creations)
def test_what_has_another_print_differs_in_something(
    before: Listing, after: Listing, creation: Fields
) -> None:
    """Pushing follows the print: what a plan calls unchanged must not be sent, but for the order of offers."""
    known = {one.key for one in before.offers}
    if [one.key for one in before.offers] != [one.key for one in after.offers]:
        return
    found = changes(before, after, creation)
    same = listing_print(before, creation) == listing_print(after, creation)
    assert same == (not found.sent and not found.left)
    assert for_update(before, creation, known) == before or creation != NONE


def test_tallies_add_up() -> None:
    one = Tally(unchanged=1, held=2, left={"name": 1}, matched={"by_sku": 3})
    assert Tally(2, 4, left={"name": 2}, matched={"by_sku": 6}) == one.plus(one)
    assert one == one.plus(Tally())


def test_requests_are_counted_in_the_shops_batches_and_minutes_at_its_pace() -> None:
    asked = list(plan.requests(MemoryShop.spec, {"create": 150, "update": 51, "hold": 9, "stock": 7}, 150))
    assert [Requests("listings", 201, 3), Requests("availability", 157, 2)] == asked
    spec = replace(MemoryShop.spec, limits=Limits(requests_per_second=0.05))
    assert (100, 2) == (plan.seconds(spec, Pace(), asked), Summary(seconds=100).minutes)
    slow = Pace(share=0.5, rate=0.01)
    assert 500 == plan.seconds(spec, slow, asked)
    free = replace(MemoryShop.spec, limits=Limits(concurrency=5))
    assert 1 == plan.seconds(free, Pace(), asked)
    assert 0 == plan.seconds(spec, Pace(), [])


def test_an_empty_plan_says_so() -> None:
    assert Summary(unchanged=5).empty
    assert not Summary(actions={"hold": 1}).empty
    assert 3 == Summary(actions={"create": 1, "release": 2, "hold": 4, "stock": 8}).sent
