"""What a rehearsal says of both systems, of references on both sides, of customers and of the matching."""

import pytest
from msgspec.structs import replace

from raccord.core import matching
from raccord.core.channel import ChannelSettings, PriceRules, StockRule
from raccord.core.codes import normal_ean, normal_sku
from raccord.core.matching import Code
from raccord.core.order_rules import OrderRules, PaymentRule
from raccord.core.rehearsal.checks import CHECKS, KINDS, SEVERITIES
from raccord.core.rehearsal.choices import Choices
from raccord.core.rehearsal.findings import Finding, gathered
from raccord.core.rehearsal.subjects import Codes, Meeting, SharedIdentity, ShopListing, Shown, Systems
from raccord_connectors.canonical import Customer, Listing, Offer
from raccord_connectors.contract import Message, Problem
from support.rehearsed import ERP, SHOP, kinds, told, world

ALIKE = world(shop=replace(SHOP, payment_methods=(), carriers=()))
"""Without lists that the other side might lack."""
REFUSED = Problem("config", Message("x", "refusé", "refused"))


def shown(owner: str, sku: str, ean: str = "", item: str = "", title: str = "") -> Shown:
    return Shown(Code(owner, item or owner, normal_sku(sku), normal_ean(ean)), sku, ean, title)


# ------------------------------------------------------------------------------------------------- registry


def test_every_kind_has_its_own_code_and_says_what_to_do() -> None:
    kinds_ = [kind for check in CHECKS for kind in check.kinds]
    by_code = {kind.code: kind for kind in kinds_}
    assert all(by_code[kind.code] is kind for kind in kinds_), "two kinds share a code"
    assert KINDS.keys() == by_code.keys()
    for kind in kinds_:
        assert kind.severity in SEVERITIES
        assert kind.title.code == f"rehearsal.{kind.code}"
        assert kind.remedy.code == f"rehearsal.{kind.code}.remedy"
        assert len(kind.remedy.fr) > 40, kind.code
        assert len(kind.remedy.en) > 40, kind.code
        assert kind.says is None or kind.says.code == f"rehearsal.{kind.code}.says"


def test_there_are_kinds_of_each_weight() -> None:
    assert set(SEVERITIES) == {kind.severity for kind in KINDS.values()}
    assert len(KINDS) > 50


def test_the_same_thing_met_again_is_counted_on_the_first() -> None:
    one = Finding("tax.unmapped", "tax_classes", "20", Message("x", "a", "a"))
    other = Finding("tax.unmapped", "tax_classes", "20", Message("x", "b", "b"), many=2)
    part = Finding("tax.unmapped", "tax_classes", "20", Message("x", "c", "c"), part="p")
    assert [(3, "a"), (1, "c")] == [(found.many, found.message.fr) for found in gathered([one, other, part])]


# -------------------------------------------------------------------------------------------------- systems


def test_nothing_is_said_of_systems_that_answer() -> None:
    assert [] == kinds(Systems(), ALIKE)


@pytest.mark.parametrize(
    ("systems", "kind"),
    [
        (Systems(shop_problem=REFUSED), "side.shop"),
        (Systems(erp_problem=REFUSED), "side.erp"),
        (Systems(agent="silent"), "side.silent"),
        (Systems(agent="none"), "side.no_agent"),
        (Systems(clock_gap=-300.0), "side.clock"),
        (Systems(unread=("prices", "stock")), "side.unread"),
        (Systems(webhooks="no_address"), "side.webhooks"),
    ],
)
def test_what_is_wrong_with_a_side_is_told(systems: Systems, kind: str) -> None:
    assert [kind] == [found for found, _ in kinds(systems, ALIKE)]


def test_rights_are_told_one_by_one() -> None:
    findings = (Message("a", "écrire", "to write"), Message("b", "lire", "to read"))
    assert ["to write", "to read"] == told(Systems(shop_problem=REFUSED, shop_findings=findings), ALIKE)
    assert ["refused"] == told(Systems(shop_problem=REFUSED), ALIKE)


def test_a_clock_that_is_nearly_right_and_a_shop_without_webhooks_are_no_findings() -> None:
    assert [] == kinds(Systems(clock_gap=12.0, webhooks="unknown_to_shop"), ALIKE)


def test_means_of_payment_and_carriers_are_compared_by_name_without_case_and_accents() -> None:
    assert [] == kinds(Systems())
    unknown = replace(SHOP.payment_methods[0], key="bacs", title="Virement bancaire")
    found = world(shop=replace(SHOP, payment_methods=(unknown,)))
    assert [("payment.unmapped", "bacs")] == kinds(Systems(), found)
    assert "(the nearest: “Virement”)" in told(Systems(), found)[0]


def test_a_method_that_the_channels_settings_map_is_not_missing_and_its_mode_must_exist() -> None:
    bacs = replace(SHOP.payment_methods[0], key="bacs", title="Virement bancaire")
    shop = replace(SHOP, payment_methods=(bacs,))

    def chosen(mode: str) -> ChannelSettings:
        return ChannelSettings(orders=OrderRules(payments={"bacs": PaymentRule(mode=mode)}))

    assert [] == kinds(Systems(), world(shop=shop, settings=chosen("3")))
    assert [("payment.no_mode", "bacs")] == kinds(Systems(), world(shop=shop, settings=chosen("9")))


def test_an_erp_that_keeps_no_such_list_misses_nothing() -> None:
    without = world(erp=replace(ERP, payment_methods=(), carriers=()))
    assert [] == kinds(Systems(), without)


# ------------------------------------------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        (ChannelSettings(prices=PriceRules(currency="CHF")), ("currency.differs", "currency")),
        (ChannelSettings(stock=StockRule(depots=["9"])), ("depot.unknown", "9")),
        (ChannelSettings(orders=OrderRules(depot="9")), ("depot.unknown", "9")),
        (ChannelSettings(prices=PriceRules(category="9")), ("price_category.unknown", "9")),
        (ChannelSettings(tax_classes={"20": "luxe"}), ("tax.no_such_class", "20")),
        (ChannelSettings(orders=OrderRules(items={"shipping": "GONE"})), ("charge.unknown_item", "GONE")),
    ],
)
def test_a_setting_that_names_what_is_not_there_is_found(
    settings: ChannelSettings, kind: tuple[str, str]
) -> None:
    assert [kind] == kinds(Choices(frozenset()), world(settings=settings))


def test_sound_settings_are_left_alone() -> None:
    assert [] == kinds(Choices(frozenset({"PORT"})))


# ------------------------------------------------------------------------------------------------ references


def test_references_that_differ_by_case_and_spaces_are_one() -> None:
    codes = Codes("erp", [shown("A", "ref 12-a"), shown("B", "REF12-A"), shown("C", "REF12-B")])
    assert [("sku.duplicate", "A")] == kinds(codes)
    assert "belongs to A, B at once" in told(codes)[0]


def test_variants_of_one_article_are_the_projections_affair() -> None:
    assert [] == kinds(Codes("erp", [shown("A", "X", item="A|1"), shown("A", "x", item="A|2")]))


def test_an_accent_and_an_invisible_sign_make_lookalikes() -> None:
    codes = Codes("erp", [shown("A", "ÉTÉ1"), shown("B", "ETE1"), shown("C", "SE\u00adL"), shown("D", "SEL")])
    assert [("sku.lookalike", "A"), ("sku.lookalike", "C")] == sorted(kinds(codes))


def test_a_bar_code_of_two_articles_is_found_in_either_form() -> None:
    codes = Codes(
        "erp", [shown("A", "A", "3760185210010"), shown("B", "B", "03760185210010"), shown("C", "C", "0000")]
    )
    assert [("ean.duplicate", "A")] == kinds(codes)


def test_the_shops_own_duplicates_and_nameless_listings_are_found() -> None:
    assert [("shop.sku_duplicate", "1")] == kinds(Codes("shop", [shown("1", "A"), shown("2", " a")]))
    offers = [
        Offer(key="7-1", sku=" "),
        Offer(key="7-2", sku="X"),
        Offer(key="7-3", sku="", ean="3760185210010"),
    ]
    listing = Listing(key="7", published=True, name="Sans rien", offers=offers)
    assert [("shop.no_sku", "7")] == kinds(ShopListing(listing))


# -------------------------------------------------------------------------------------------------- meeting


def test_each_side_of_a_meeting_is_told() -> None:
    articles = [shown("A", "A"), shown("B", "B"), shown("C", "C")]
    offers = [shown("1", "a"), shown("2", "A "), shown("3", "B")]
    matches = matching.match((one.code for one in articles), (one.code for one in offers))
    met = Meeting(matches, [articles[2]], [shown("4", "Z", title="Vieux")], [shown("5", "Y")])
    assert [
        ("match.ambiguous", "A"),
        ("match.only_erp", "C"),
        ("match.only_shop", "4"),
        ("match.unsold", "5"),
    ] == kinds(met)


def test_a_listing_that_two_articles_claim_is_told_of_both() -> None:
    matches = matching.match([shown("A", "X").code, shown("B", "x").code], [shown("1", "X").code])
    assert [("match.shared", "A"), ("match.shared", "B")] == kinds(Meeting(matches, [], []))


# ------------------------------------------------------------------------------------------------- customers


def test_customers_that_an_order_could_not_tell_apart_are_found() -> None:
    two = [Customer(key="C2"), Customer(key="C1")]
    assert [("customer.same_email", "C1")] == kinds(SharedIdentity("email", "a@b.example", two))
    assert [("customer.same_siret", "C1")] == kinds(SharedIdentity("siret", "732", two))
    assert [("customer.same_vat", "C1")] == kinds(SharedIdentity("vat_number", "FR1", two))


def test_accounts_that_are_asleep_do_not_stand_in_the_way() -> None:
    awake, asleep = Customer(key="C1"), Customer(key="C2", active=False)
    assert [] == kinds(SharedIdentity("email", "a@b.example", [awake, asleep]))
    both = [asleep, Customer(key="C3", active=False)]
    assert [("customer.same_email", "C2")] == kinds(SharedIdentity("email", "a@b.example", both))
