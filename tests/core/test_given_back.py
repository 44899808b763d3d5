"""What became the shop’s is in no update, even where we pushed it before (connectors: see `kit.conformance.fields`)."""

from datetime import date
from decimal import Decimal

import pytest

from raccord.core.channel import ChannelSettings, PriceRules
from raccord.core.ownership import for_update
from raccord.core.projection import Projection
from raccord.core.rules import Mapping, Rule
from raccord_connectors.canonical import Listing, Price, PriceSet, Product
from raccord_connectors.contract import Discovery
from raccord_connectors.kit.changes import differences

SETTINGS = ChannelSettings(prices=PriceRules(currency="EUR"))


def projection(owner: str) -> Projection:
    rules = [
        Rule(target="name", sources=["product.name"]),
        Rule(target="offer.sku", sources=["item.sku"]),
        Rule(target="offer.price", sources=["price"]),
        Rule(target="custom.notice", sources=["product.custom.NOTICE"], owner=owner),  # type: ignore[arg-type]
        Rule(target="features.Style", sources=["product.custom.STYLE"], owner=owner),  # type: ignore[arg-type]
        Rule(target="features.Couleur", sources=["product.custom.COULEUR"]),
        Rule(target="offer.custom.lot", sources=["item.custom.LOT"], owner=owner),  # type: ignore[arg-type]
    ]
    return Projection(Mapping(rules), SETTINGS, Discovery(prices_include_tax=False))


def listing(of: Projection) -> Listing:
    custom = {"NOTICE": "https://exemple.fr/notice.pdf", "STYLE": "Bistrot", "COULEUR": "Rouge", "LOT": "6"}
    product = Product(key="CHAISE", sku="CHAISE", name="Chaise", custom=dict(custom))
    prices = {
        "CHAISE": PriceSet(
            key="CHAISE",
            product="CHAISE",
            prices=[Price(amount=Decimal(80), currency="EUR", tax_included=False)],
        )
    }
    found = of.listing(product, prices, {}, date(2026, 11, 24))
    assert found.listing is not None, found.problem
    return found.listing


@pytest.mark.parametrize("owner", ["shop", "creation"])
def test_an_update_says_nothing_of_what_was_given_back(owner: str) -> None:
    pushed, now = listing(projection("erp")), projection(owner)
    record, previous = (for_update(one, now.creation) for one in (listing(now), pushed))
    assert {} == differences(record, previous, keep=("key", "offers"))
    assert {} == differences(record.offers[0], previous.offers[0])
    assert {"Couleur": ["Rouge"]} == record.features


def test_what_a_rule_that_is_gone_had_filled_stays_as_it_is() -> None:
    """As a whole field does: nobody said that it should be emptied, and the plan says that it is left."""
    now = projection("erp")
    rules = [rule for rule in now.mapping.rules if rule.target != "features.Style"]
    without = Projection(Mapping(rules), SETTINGS, Discovery(prices_include_tax=False))
    record, previous = (for_update(one, without.creation) for one in (listing(without), listing(now)))
    assert {} == differences(record, previous, keep=("key", "offers"))
