"""What people changed in the shop behind our back is found, told, and put right once."""

import uuid
from decimal import Decimal

import msgspec

from raccord.channels import drift_views, drifting, service
from raccord.core.rules import Mapping, Rule
from raccord.settings import Settings
from raccord.storage import drifts
from raccord.storage.engine import tenant_transaction
from raccord.sync.drift import Drift, drift
from raccord_connectors.canonical import OfferPrice
from support.publishing import Merchant, play


async def stocked(m: Merchant) -> None:
    for key in ("A", "B", "C"):
        m.erp.put_product(key, f"Article {key}", price="10", stock=5, description="Un texte\n& demi")
    await m.sync()
    m.shop.log.clear()


async def look(m: Merchant) -> Drift:
    found = await drift(m.ports, m.tenant, m.channel)
    await m.settle()
    return found


def test_an_unchanged_shop_has_no_drift_and_nothing_is_written(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m)
        assert Drift(compared=3) == await look(m)
        assert [] == m.shop.log

    play(settings, scenario)


def test_a_price_changed_in_the_shop_is_put_right_and_told(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m)
        listing = m.shown("B")
        cheaper = OfferPrice(amount=Decimal(1), tax_included=True, currency="EUR")
        offers = [msgspec.structs.replace(listing.offers[0], price=cheaper)]
        m.shop.edit(listing.key, offers=offers, seo_title="Le B")
        assert Drift(compared=3, differing=1) == await look(m)
        price = m.shown("B").offers[0].price
        assert isinstance(price, OfferPrice)
        assert (Decimal(12), "Le B") == (price.amount, m.shown("B").seo_title)
        assert [("update", "listings", "B")] == m.shop.log
        (row,) = await m.rows("SELECT before, after FROM journal WHERE event = 'drifted'")
        assert {"offers[B].price.amount": "12"} == msgspec.json.decode(row["before"])
        assert {"offers[B].price.amount": "1"} == msgspec.json.decode(row["after"])

    play(settings, scenario)


def test_a_text_that_the_shop_only_dressed_is_no_drift(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m)
        m.shop.edit(m.shown("A").key, description="<div>Un texte<br>\n&amp; demi</div>")
        assert Drift(compared=3) == await look(m)

    play(settings, scenario)


def test_a_shop_that_insists_is_told_once_and_left_alone(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m)
        for expected in (Drift(compared=3, differing=1), Drift(compared=3, stubborn=1)):
            m.shop.edit(m.shown("A").key, name="ARTICLE A !")
            assert expected == await look(m)
        assert "ARTICLE A !" == m.shown("A").name

    play(settings, scenario)


def test_a_listing_deleted_in_the_shop_waits_for_a_person(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m)
        m.shop.delete_listing(m.shown("C").key)
        assert Drift(compared=3, gone=1) == await look(m)
        assert (None, "drift.gone") == (m.listing("C"), await m.problem("C"))
        assert 1 == await service.retry(m.tenant, m.channel, "listings", ["C"], m.wake)
        await m.settle()
        assert "Article C" == m.shown("C").name
        assert Decimal(5) == m.shop.quantity("C")

    play(settings, scenario)


def test_a_variant_deleted_in_the_shop_is_made_again(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        m.erp.put_product("T", price="10", stock=3, variants={"T|R": {"1": "R"}, "T|B": {"1": "B"}})
        await m.sync()
        listing = m.shown("T")
        m.shop.edit(listing.key, offers=[offer for offer in listing.offers if offer.sku != "T|B"])
        m.shop.refs = {ref: key for ref, key in m.shop.refs.items() if not ref[1].endswith("T|B")}
        assert Drift(compared=1, differing=1) == await look(m)
        assert {"T|R", "T|B"} == {offer.sku for offer in m.shown("T").offers}
        assert Decimal(3) == m.shop.quantity("T|B")

    play(settings, scenario)


def test_the_shops_own_sales_are_not_put_right(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m)
        m.shop.place_order({"A": 2})
        assert Drift(compared=3) == await look(m)
        assert Decimal(3) == m.shop.quantity("A")

    play(settings, scenario)


# ------------------------------------------------------------------------------------- a merchant who decides


async def telling(m: Merchant) -> None:
    await stocked(m)
    async with tenant_transaction(m.tenant):
        assert await drifts.choose(m.channel, "tell")


async def standing(m: Merchant) -> list[tuple[str, str]]:
    """(key, cause) of what stands."""
    rows = await m.rows("SELECT key, cause FROM drift WHERE state = 'open' ORDER BY key")
    return [tuple(row.values()) for row in rows]


def test_a_merchant_who_wants_to_be_asked_finds_it_in_a_list_and_nothing_is_written(
    settings: Settings,
) -> None:
    async def scenario(m: Merchant) -> None:
        await telling(m)
        m.shop.edit(m.shown("A").key, name="Le A", description="Autre")
        for _ in range(2):
            assert Drift(compared=3, differing=1) == await look(m)
        assert ([], "Le A") == (m.shop.log, m.shown("A").name)
        (row,) = await m.rows("SELECT key, cause, before, after, fields FROM drift")
        assert ("A", "hand", ["name", "description"]) == (row["key"], row["cause"], row["fields"])
        assert {"name": "Article A"} == {"name": msgspec.json.decode(row["before"])["name"]}
        assert "Le A" == msgspec.json.decode(row["after"])["name"]
        assert 1 == len(await m.rows("SELECT 1 FROM journal WHERE event = 'drifted'")), "told once"

    play(settings, scenario)


def test_what_a_person_puts_right_is_sent_and_settled_once_the_shop_was_seen_to_have_it(
    settings: Settings,
) -> None:
    async def scenario(m: Merchant) -> None:
        await telling(m)
        for key in ("A", "B"):
            m.shop.edit(m.shown(key).key, name=f"Le {key}")
        await look(m)
        account = uuid.uuid4()
        assert 1 == await drifting.repair(m.tenant, m.channel, "hand", ["A"], m.wake, account)
        assert 0 == await drifting.repair(m.tenant, m.channel, "hand", ["A"], m.wake, account), "asked twice"
        await m.settle()
        assert ("Article A", "Le B") == (m.shown("A").name, m.shown("B").name)
        assert [("B", "hand")] == await standing(m)
        assert Drift(compared=3, differing=1) == await look(m)
        assert 1 == await drifting.repair(m.tenant, m.channel, "hand", None, m.wake, account)
        await m.settle()
        await look(m)
        rows = await m.rows("SELECT key, state, repaired_by FROM drift ORDER BY key")
        assert [("A", "right", account), ("B", "right", account)] == [tuple(row.values()) for row in rows]

    play(settings, scenario)


def test_what_somebody_takes_back_in_the_shop_leaves_the_list(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await telling(m)
        m.shop.edit(m.shown("A").key, name="Le A")
        await look(m)
        m.shop.edit(m.shown("A").key, name="Article A")
        await look(m)
        assert [] == await standing(m)

    play(settings, scenario)


def test_a_repair_after_the_erp_has_changed_waits_for_the_next_comparison(settings: Settings) -> None:
    """What was seen of the shop is older than what it was sent since: it would be sent again as if nothing had been."""

    async def scenario(m: Merchant) -> None:
        await telling(m)
        m.shop.edit(m.shown("A").key, name="Le A")
        await look(m)
        m.erp.set_price("A", "20")
        await m.sync()
        assert 0 == await drifting.repair(m.tenant, m.channel, "hand", None, m.wake, uuid.uuid4())
        await look(m)
        assert 1 == await drifting.repair(m.tenant, m.channel, "hand", None, m.wake, uuid.uuid4())
        await m.settle()
        assert "Article A" == m.shown("A").name

    play(settings, scenario)


def test_the_same_change_after_it_was_seen_right_is_somebodys_hand_again(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m)
        for _ in range(2):
            m.shop.edit(m.shown("A").key, name="Le A")
            assert Drift(compared=3, differing=1) == await look(m)
            assert Drift(compared=3) == await look(m), "it holds"

    play(settings, scenario)


def test_what_could_not_be_sent_is_counted_and_sent_again_on_request(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m)
        m.shop.refuse("A")
        m.erp.put_product("A", "Autre nom", price="10", stock=5, description="Un texte\n& demi")
        await m.sync()
        assert Drift(compared=3, failed=1) == await look(m)
        async with tenant_transaction(m.tenant):
            counts = await drift_views.counts(m.channel)
            (line,) = await drift_views.standing(m.channel, "failed")
        assert {"hand": 0, "cleaned": 0, "missing": 0, "failed": 1} == counts
        assert ("A", True) == (line.key, line.problem is not None)
        m.shop.accept("A")
        assert 1 == await drifting.repair(m.tenant, m.channel, "failed", None, m.wake, uuid.uuid4())
        await m.settle()
        assert "Autre nom" == m.shown("A").name

    play(settings, scenario)


def test_what_is_missing_is_created_again_on_request(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await stocked(m)
        m.shop.delete_listing(m.shown("C").key)
        await look(m)
        assert 1 == await drifting.repair(m.tenant, m.channel, "missing", ["C", "A"], m.wake, uuid.uuid4())
        await m.settle()
        assert "Article C" == m.shown("C").name

    play(settings, scenario)


def test_each_comparison_is_counted_by_field_for_the_score(settings: Settings) -> None:
    async def scenario(m: Merchant) -> None:
        await telling(m)
        m.shop.edit(m.shown("A").key, name="Le A")
        await look(m)
        (row,) = await m.rows("SELECT compared, differing, stubborn, gone, failed, fields FROM drift_pass")
        assert (3, 1, 0, 0, 0, {"name": 1}) == (*list(row.values())[:5], msgspec.json.decode(row["fields"]))
        async with tenant_transaction(m.tenant):
            days = await drift_views.days(m.channel)
        assert (30, (3, 2)) == (len(days), days[-1][1:])

    play(settings, scenario)


def test_a_field_is_left_to_the_shop_by_the_rules_that_write_it_or_its_parts() -> None:
    rules = [
        Rule(target="name", sources=["product.name"]),
        Rule(target="features.Couleur", sources=["product.name"]),
        Rule(target="features.Taille", sources=["product.name"]),
        Rule(target="brand", sources=["product.brand"], owner="shop"),
    ]
    mapping = Mapping(rules)

    def owners(target: str) -> dict[str, str] | None:
        left = drifting.left_to_shop(mapping, target)
        return (
            None if left is None else {rule.target: rule.owner for rule in left.rules if rule.owner == "shop"}
        )

    assert {"name": "shop", "brand": "shop"} == owners("name")
    assert {"features.Couleur": "shop", "features.Taille": "shop", "brand": "shop"} == owners("features")
    assert {"features.Couleur": "shop", "brand": "shop"} == owners("features.Couleur")
    assert owners("brand") is None, "it is already"
    assert owners("summary") is None
