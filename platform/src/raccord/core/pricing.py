"""From the prices of an item in the ERP to the one price that a shop shows.

Amounts are converted between "without tax" and "with tax" by the article's own rate at six decimals and rounded once, at
the end. A price with tax has the cents of its currency. A price without tax keeps what the ERP says (screws are priced
in thousandths); one made from a price with tax gets the fewest decimals that give the same price with tax back, to the
cent: rounding 8.325 to 8.33 would turn 9.99 into 10.00 on the customer's screen.
"""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from msgspec import Struct

from raccord_connectors.canonical import EcoContribution, OfferPrice, Price, PriceSet, Tier, plain

SIX_PLACES = Decimal("0.000001")
MINOR_UNITS = {"JPY": 0, "KRW": 0, "XOF": 0, "XAF": 0, "XPF": 0, "TND": 3, "KWD": 3, "BHD": 3}
"""Decimals of a currency, where they are not two (ISO 4217)."""


class PriceRule(Struct, frozen=True, kw_only=True):
    """What the channel sells at."""

    category: str | None
    """The ERP's price category; an item without a price in it has its base price."""
    currency: str
    tax_included: bool | None
    """What the shop wants; None takes each price as the ERP has it."""
    with_eco_contribution: bool


class Article(Struct, frozen=True):
    """What converting needs to know of the article."""

    rate: Decimal | None
    """VAT in percent."""
    eco_contribution: EcoContribution | None


class UnknownRate(Exception):
    """A price has to be converted between without and with tax, and the article's rate is not known."""


def ordinary_price(
    prices: PriceSet | None, rule: PriceRule, article: Article, today: date
) -> OfferPrice | None:
    """The price for one unit; None when there is none above zero, or when the article could not be sold for less than its
    eco-contribution alone. A price limited in time is the price while it is in force, with the ordinary one crossed out:
    not before its day, because not every shop can wait for it."""
    if prices is None:
        return None
    single = [price for price in prices.prices if price.minimum <= 1]
    always = _best([price for price in single if not _is_dated(price)], rule)
    dated = [price for price in single if _is_dated(price) and _in_force(price, today)]
    if always is not None:  # a promotion on the base price does not touch a category that has its own
        dated = [price for price in dated if price.category == always.category]
    for_now = _best(dated, rule)
    if for_now is not None:
        return _offer_price(for_now, rule, article, before=always)
    return _offer_price(always, rule, article, before=None) if always is not None else None


def quantity_tiers(prices: PriceSet | None, rule: PriceRule, article: Article, today: date) -> list[Tier]:
    """The prices from certain quantities on, in the channel's category, by rising quantity."""
    tiers: dict[Decimal, Price] = {}
    for price in prices.prices if prices else ():
        if price.minimum > 1 and _concerns(price, rule) and _in_force(price, today):
            known = tiers.get(price.minimum)
            if known is None or (known.category is None and price.category is not None):
                tiers[price.minimum] = price
    included = _tax_included(rule, next(iter(tiers.values()))) if tiers else False
    return [
        Tier(_amount(tiers[minimum], rule, article, included), plain(minimum)) for minimum in sorted(tiers)
    ]


def to_gross(net: Decimal, rate: Decimal) -> Decimal:
    return (net * (100 + rate) / 100).quantize(SIX_PLACES, ROUND_HALF_UP)


def to_net(gross: Decimal, rate: Decimal) -> Decimal:
    return (gross * 100 / (100 + rate)).quantize(SIX_PLACES, ROUND_HALF_UP)


def to_cents(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-MINOR_UNITS.get(currency, 2)), ROUND_HALF_UP)


def _best(prices: Iterable[Price], rule: PriceRule) -> Price | None:
    """The first that concerns this channel; one of its own category before a base price."""
    found = [price for price in prices if _concerns(price, rule)]
    return next((price for price in found if price.category is not None), found[0] if found else None)


def _concerns(price: Price, rule: PriceRule) -> bool:
    return (
        price.amount > 0
        and price.customer is None
        and price.packaging is None
        and price.currency == rule.currency
        and price.category in (None, rule.category)
    )


def _is_dated(price: Price) -> bool:
    return price.starts is not None or price.ends is not None


def _in_force(price: Price, today: date) -> bool:
    return (price.starts is None or price.starts <= today) and (price.ends is None or today <= price.ends)


def _offer_price(
    price: Price, rule: PriceRule, article: Article, *, before: Price | None
) -> OfferPrice | None:
    included = _tax_included(rule, price)
    amount = _amount(price, rule, article, included)
    if amount <= 0:  # less than half a cent
        return None
    crossed_out = _amount(before, rule, article, included) if before is not None else None
    return OfferPrice(
        amount=amount,
        tax_included=included,
        currency=rule.currency,
        before=crossed_out if crossed_out is not None and crossed_out > amount else None,
        starts=price.starts,
        ends=price.ends,
    )


def _tax_included(rule: PriceRule, price: Price) -> bool:
    return price.tax_included if rule.tax_included is None else rule.tax_included


def _amount(price: Price, rule: PriceRule, article: Article, included: bool) -> Decimal:
    amount = price.amount
    if price.discount_percent is not None:
        amount = amount * (100 - price.discount_percent) / 100
    amount = _converted(amount, price.tax_included, included, article.rate)
    eco = article.eco_contribution if rule.with_eco_contribution else None
    if eco is not None:
        amount += _converted(eco.amount, eco.tax_included, included, article.rate)
    if included:
        return plain(to_cents(amount, rule.currency))
    if price.tax_included and article.rate is not None:
        return plain(_shortest_net(amount, article.rate, rule.currency))
    return plain(amount.quantize(SIX_PLACES, ROUND_HALF_UP))


def _converted(amount: Decimal, has_tax: bool, wants_tax: bool, rate: Decimal | None) -> Decimal:
    if has_tax == wants_tax:
        return amount
    if rate is None:
        raise UnknownRate
    return to_gross(amount, rate) if wants_tax else to_net(amount, rate)


def _shortest_net(net: Decimal, rate: Decimal, currency: str) -> Decimal:
    gross = to_cents(to_gross(net, rate), currency)
    for places in range(MINOR_UNITS.get(currency, 2), 6):
        shorter = net.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        if to_cents(to_gross(shorter, rate), currency) == gross:
            return shorter
    return net
