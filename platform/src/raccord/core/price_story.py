"""How a price came about, step by step, for the person who sets the rules: the ERP's price, what is taken off, the tax, the
eco-contribution, the rounding. Made beside `pricing`, with its own parts; a test holds both to the same cent.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct

from raccord.core import pricing
from raccord.core.pricing import AS_TYPED, Article, PriceRule
from raccord_connectors.canonical import Price, PriceSet, plain
from raccord_connectors.contract import Message, Text

BASE = Text("price_story.base", "Prix de base de la gestion", "Base price of the ERP")
CATEGORY = Text("price_story.category", "Prix du tarif « {category} »", "Price of the category “{category}”")
PROMOTION = Text("price_story.promotion", "{price}, en promotion", "{price}, on promotion")
DISCOUNT = Text(
    "price_story.discount", "Remise de {percent} % du tarif", "Discount of {percent} % with that price"
)
RULE_DISCOUNT = Text(
    "price_story.rule_discount",
    "Remise de {percent} % de ce canal",
    "Discount of {percent} % of this channel",
)
RULE_RISE = Text(
    "price_story.rule_rise",
    "Majoration de {percent} % de ce canal",
    "Increase of {percent} % of this channel",
)
WITH_TAX = Text("price_story.with_tax", "TVA {rate} % ajoutée", "VAT {rate} % added")
WITHOUT_TAX = Text("price_story.without_tax", "TVA {rate} % retirée", "VAT {rate} % taken out")
ECO = Text("price_story.eco", "Éco-participation de {amount}", "Eco-contribution of {amount}")
ROUNDED = Text("price_story.rounded", "Arrondi une seule fois, à la fin", "Rounded once, at the end")
KEPT = Text("price_story.kept", "Aucun arrondi nécessaire", "No rounding needed")


class Step(Struct, frozen=True):
    """What was done, and what the price was after it."""

    what: Message
    amount: Decimal
    tax_included: bool


def story(
    prices: PriceSet | None,
    rule: PriceRule,
    article: Article,
    today: date,
    titles: Mapping[str, str] | None = None,
) -> list[Step]:
    """Of the ordinary price; nothing where there is none. `titles`: of the ERP's price categories, by key. Raises
    `pricing.UnknownRate`."""
    asked = pricing.chosen(prices, rule, today).asked if prices is not None else None
    if asked is None:
        return []
    told = rule.categories.get(asked.category or "", AS_TYPED)
    has_tax = asked.tax_included if told.tax_included is None else told.tax_included
    included = has_tax if rule.tax_included is None else rule.tax_included
    amount = asked.amount
    steps = [Step(_name(asked, titles or {}), plain(amount), has_tax)]

    def step(what: Message, after: Decimal, with_tax: bool) -> Decimal:
        steps.append(Step(what, plain(after), with_tax))
        return after

    if asked.discount_percent:
        what = _filled(DISCOUNT, percent=asked.discount_percent)
        amount = step(what, amount * (100 - asked.discount_percent) / 100, has_tax)
    if told.discount_percent:
        sentence = RULE_DISCOUNT if told.discount_percent > 0 else RULE_RISE
        what = _filled(sentence, percent=abs(told.discount_percent))
        amount = step(what, amount * (100 - told.discount_percent) / 100, has_tax)
    if has_tax != included:
        rate = article.rate if article.rate is not None else Decimal(0)
        what = _filled(WITH_TAX if included else WITHOUT_TAX, rate=rate)
        amount = step(what, pricing.converted(amount, has_tax, included, article.rate), included)
    eco = article.eco_contribution if rule.with_eco_contribution else None
    if eco is not None and eco.amount:
        share = pricing.converted(eco.amount, eco.tax_included, included, article.rate)
        amount = step(_filled(ECO, amount=share), amount + share, included)
    final = pricing.rounded(amount, has_tax, included, rule, article)
    step((KEPT if final == amount else ROUNDED).fill(), final, included)
    return steps


def _name(price: Price, titles: Mapping[str, str]) -> Message:
    title = titles.get(price.category) or price.category if price.category else None
    named = CATEGORY.fill(category=title) if title else BASE.fill()
    if price.starts is None and price.ends is None:
        return named
    return Message(PROMOTION.code, PROMOTION.fill(price=named.fr).fr, PROMOTION.fill(price=named.en).en)


def _filled(sentence: Text, **numbers: Decimal) -> Message:
    """With the decimal sign of each language."""
    english = {name: f"{plain(number):f}" for name, number in numbers.items()}
    french = {name: number.replace(".", ",") for name, number in english.items()}
    return Message(sentence.code, sentence.fill(**french).fr, sentence.fill(**english).en)
