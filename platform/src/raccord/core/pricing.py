"""From the prices of an item in the ERP to those that a shop shows.

Amounts are converted between "without tax" and "with tax" by the article's own rate at six decimals and rounded once, at
the end. A price with tax has the cents of its currency. A price without tax keeps what the ERP says (screws are priced
in thousandths); one made from a price with tax gets the fewest decimals that give the same price with tax back, to the
cent: rounding 8.325 to 8.33 would turn 9.99 into 10.00 on the customer's screen.

Prices of single customers are left out: no shop that we connect takes them.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, NamedTuple

from msgspec import Struct

from raccord.core.channel import CategoryRule, PriceRules
from raccord_connectors.canonical import EcoContribution, OfferPrice, Price, PriceSet, Tier, plain

SIX_PLACES = Decimal("0.000001")
MINOR_UNITS = {"JPY": 0, "KRW": 0, "XOF": 0, "XAF": 0, "XPF": 0, "TND": 3, "KWD": 3, "BHD": 3}
"""Decimals of a currency, where they are not two (ISO 4217)."""
AS_TYPED = CategoryRule()


class PriceRule(Struct, frozen=True, kw_only=True):
    """What the channel sells at, with what the shop told."""

    category: str | None
    """The ERP's price category; an item without a price in it has its base price."""
    currency: str
    tax_included: bool | None
    """What the shop wants; None takes each price as the ERP has it."""
    with_eco_contribution: bool
    categories: Mapping[str, CategoryRule] = {}
    promotions: bool = True
    crossed_out: Literal["promotion", "category", "field", "none"] = "promotion"
    crossed_out_category: str | None = None
    crossed_out_with_tax: bool = True
    """Of `Article.crossed_out`."""
    free: bool = False
    """A price of zero is one."""
    above_cost: bool = False
    lowest: Decimal | None = None
    net_decimals: int | None = None
    """Of a price without tax in the shop; None: it says nothing, and the fewest that show the right price with tax are best."""

    @classmethod
    def of(
        cls, rules: PriceRules, shop_includes_tax: bool | None, net_decimals: int | None = None
    ) -> "PriceRule":
        return cls(
            net_decimals=net_decimals,
            category=rules.category,
            currency=rules.currency,
            tax_included=shop_includes_tax if rules.tax_included is None else rules.tax_included,
            with_eco_contribution=rules.eco_contribution == "added",
            categories=rules.categories,
            promotions=rules.promotions,
            crossed_out=rules.crossed_out,
            crossed_out_category=rules.crossed_out_category or None,
            crossed_out_with_tax=rules.crossed_out_field_with_tax,
            free=rules.free == "send",
            above_cost=rules.below_cost == "hold",
            lowest=rules.lowest,
        )


class Article(Struct, frozen=True):
    """What converting needs to know of the article."""

    rate: Decimal | None
    """VAT in percent."""
    eco_contribution: EcoContribution | None
    crossed_out: Decimal | None = None
    """What a custom field says that it cost before."""


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
    asked, always = chosen(prices, rule, today)
    if asked is None:
        return None
    included = _tax_included(rule, asked)
    amount = _amount(asked, rule, article, included)
    if amount < 0 or (amount == 0 and not rule.free):  # less than half a cent
        return None
    before = None
    if rule.crossed_out != "none":
        before = _recommended(prices, rule, article, included)
        if before is None and always is not None and asked is not always:
            before = _amount(always, rule, article, included)
    return OfferPrice(
        amount=amount,
        tax_included=included,
        currency=rule.currency,
        before=before if before is not None and before > amount else None,
        starts=asked.starts,
        ends=asked.ends,
    )


class Chosen(NamedTuple):
    asked: Price | None
    """The ERP's price for one unit; None where it has none that counts here."""
    always: Price | None
    """The one that is not limited in time."""


def chosen(prices: PriceSet, rule: PriceRule, today: date) -> Chosen:
    single = [price for price in prices.prices if price.minimum <= 1]
    always = _best([price for price in single if not _is_dated(price)], rule)
    dated = [price for price in single if _is_dated(price) and _counts_on(price, rule, today)]
    if always is not None:  # a promotion on the base price does not touch a category that has its own
        dated = [price for price in dated if price.category == always.category]
    return Chosen(_best(dated, rule) or always, always)


def is_priced(prices: PriceSet | None, rule: PriceRule, today: date) -> bool:
    """It has a price above zero in this channel today, whatever becomes of it."""
    return prices is not None and any(
        price.minimum <= 1 and price.amount > 0 and _concerns(price, rule) and _counts_on(price, rule, today)
        for price in prices.prices
    )


def quantity_tiers(prices: PriceSet | None, rule: PriceRule, article: Article, today: date) -> list[Tier]:
    """The prices from certain quantities on, in the channel's category, by rising quantity; then, for each customer group of
    the shop that pays the prices of another category, those, from one unit on."""
    counted = [price for price in prices.prices if _counts_on(price, rule, today)] if prices else []
    own = [price for price in counted if price.minimum > 1 and _concerns(price, rule)]
    tiers: list[tuple[Price, str | None]] = [(price, None) for price in _by_quantity(own)]
    for category, told in sorted(rule.categories.items()):
        if told.group and (category or None) != rule.category:
            theirs = [price for price in counted if _is_plain(price, rule, category or None)]
            tiers += [(price, told.group) for price in _by_quantity(theirs)]
    included = _tax_included(rule, tiers[0][0]) if tiers else False
    return [
        Tier(_amount(price, rule, article, included), plain(price.minimum), group) for price, group in tiers
    ]


class TooLow(Struct, frozen=True):
    """A price that the channel's guard stops. `limit` is without tax when it is the cost."""

    why: Literal["cost", "lowest"]
    price: Decimal
    limit: Decimal


def too_low(price: OfferPrice, purchase: Decimal | None, rule: PriceRule, article: Article) -> TooLow | None:
    """What the channel's guard says of a price as the shop would show it; None lets it pass. Raises `UnknownRate`."""
    if rule.lowest is not None and price.amount < rule.lowest:
        return TooLow("lowest", price.amount, rule.lowest)
    if not rule.above_cost or purchase is None or purchase <= 0:
        return None
    net = converted(price.amount, price.tax_included, False, article.rate)
    eco = article.eco_contribution if rule.with_eco_contribution else None
    if eco is not None:  # it is passed on as it is: nothing of it pays the article
        net -= converted(eco.amount, eco.tax_included, False, article.rate)
    # Half a cent of rounding is no sale at a loss.
    if net + Decimal("0.005") < purchase:
        return TooLow("cost", plain(to_cents(net, price.currency)), plain(purchase))
    return None


def to_gross(net: Decimal, rate: Decimal) -> Decimal:
    return (net * (100 + rate) / 100).quantize(SIX_PLACES, ROUND_HALF_UP)


def to_net(gross: Decimal, rate: Decimal) -> Decimal:
    return (gross * 100 / (100 + rate)).quantize(SIX_PLACES, ROUND_HALF_UP)


def to_cents(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-MINOR_UNITS.get(currency, 2)), ROUND_HALF_UP)


# ------------------------------------------------------------------------------------------------ choosing


def _best(prices: Iterable[Price], rule: PriceRule) -> Price | None:
    """The first that concerns this channel; one of its own category before a base price."""
    found = [price for price in prices if _concerns(price, rule)]
    return next((price for price in found if price.category is not None), found[0] if found else None)


def _by_quantity(prices: Iterable[Price]) -> list[Price]:
    """One for each quantity, rising: of a category before a base price, in force for a time before one that always is."""
    found: dict[Decimal, Price] = {}
    for price in prices:
        known = found.get(price.minimum)
        if known is None or _rank(price) > _rank(known):
            found[price.minimum] = price
    return [found[minimum] for minimum in sorted(found)]


def _rank(price: Price) -> tuple[bool, bool]:
    return price.category is not None, _is_dated(price)


def _concerns(price: Price, rule: PriceRule) -> bool:
    return (
        (price.amount > 0 or (rule.free and price.amount == 0))
        and price.customer is None
        and price.packaging is None
        and price.currency == rule.currency
        and price.category in (None, rule.category)
    )


def _is_plain(price: Price, rule: PriceRule, category: str | None) -> bool:
    return (
        price.amount > 0
        and price.customer is None
        and price.packaging is None
        and price.currency == rule.currency
        and price.category == category
    )


def _is_dated(price: Price) -> bool:
    return price.starts is not None or price.ends is not None


def _counts_on(price: Price, rule: PriceRule, today: date) -> bool:
    if not _is_dated(price):
        return True
    begun = price.starts is None or price.starts <= today
    return rule.promotions and begun and (price.ends is None or today <= price.ends)


def _recommended(prices: PriceSet, rule: PriceRule, article: Article, included: bool) -> Decimal | None:
    """The crossed-out price that stands apart: of another category, or in a custom field."""
    if rule.crossed_out == "category":
        for price in prices.prices:
            fits = price.minimum <= 1 and not _is_dated(price)
            if fits and _is_plain(price, rule, rule.crossed_out_category):
                return _amount(price, rule, article, included)
    if rule.crossed_out == "field" and article.crossed_out is not None and article.crossed_out > 0:
        return _finished(article.crossed_out, rule.crossed_out_with_tax, rule, article, included)
    return None


# ---------------------------------------------------------------------------------------------- converting


def _tax_included(rule: PriceRule, price: Price) -> bool:
    return _typed_with_tax(rule, price) if rule.tax_included is None else rule.tax_included


def _typed_with_tax(rule: PriceRule, price: Price) -> bool:
    told = rule.categories.get(price.category or "", AS_TYPED).tax_included if rule.categories else None
    return price.tax_included if told is None else told


def _amount(price: Price, rule: PriceRule, article: Article, included: bool) -> Decimal:
    amount = price.amount
    if price.discount_percent is not None:
        amount = amount * (100 - price.discount_percent) / 100
    if rule.categories:
        amount = amount * (100 - rule.categories.get(price.category or "", AS_TYPED).discount_percent) / 100
    return _finished(amount, _typed_with_tax(rule, price), rule, article, included)


def _finished(amount: Decimal, has_tax: bool, rule: PriceRule, article: Article, included: bool) -> Decimal:
    amount = converted(amount, has_tax, included, article.rate)
    eco = article.eco_contribution if rule.with_eco_contribution else None
    if eco is not None:
        amount += converted(eco.amount, eco.tax_included, included, article.rate)
    return rounded(amount, has_tax, included, rule, article)


def rounded(amount: Decimal, has_tax: bool, included: bool, rule: PriceRule, article: Article) -> Decimal:
    """The last step. `has_tax`: the ERP's price was typed with tax; `included`: the shop's has it."""
    if included:
        return plain(to_cents(amount, rule.currency))
    if has_tax and article.rate is not None and rule.net_decimals is None:
        return plain(_shortest_net(amount, article.rate, rule.currency))
    places = SIX_PLACES if rule.net_decimals is None else Decimal(1).scaleb(-rule.net_decimals)
    return plain(amount.quantize(places, ROUND_HALF_UP))


def converted(amount: Decimal, has_tax: bool, wants_tax: bool, rate: Decimal | None) -> Decimal:
    """Raises `UnknownRate`."""
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
