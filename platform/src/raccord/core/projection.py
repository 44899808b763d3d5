"""What a shop should show of an article: the channel's mapping applied to what the ERP says, nothing else.

Pure and deterministic: the same records, settings and day give the same listing, byte for byte. What cannot be shown
as it is comes back as a problem (the record is held) or as a warning (it is sent without what is wrong).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import UNSET, Struct
from msgspec.structs import replace

from raccord.core import rules, texts
from raccord.core.channel import ChannelSettings
from raccord.core.codes import gtin, normal_sku
from raccord.core.ownership import Fields
from raccord.core.placing import Paths, category_paths, tax_classes
from raccord.core.pricing import (
    Article,
    PriceRule,
    UnknownRate,
    ordinary_price,
    quantity_tiers,
    too_low,
)
from raccord.core.sources import Sources, stock_figures
from raccord.core.stock_rule import Sellable
from raccord.core.targets import named
from raccord.core.values import Failed, number, text
from raccord_connectors.canonical import (
    Availability,
    Listing,
    Offer,
    OfferPrice,
    PriceSet,
    Product,
    StockLevels,
    Variant,
)
from raccord_connectors.contract import Discovery, Message, Problem, Text


class Projected(Struct, frozen=True):
    """`listing` is None exactly when `problem` holds the record."""

    listing: Listing | None
    problem: Problem | None = None
    warnings: tuple[Problem, ...] = ()


class Refused(Exception):
    """This article cannot be shown."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message.code)
        self.problem = problem


class Projection:
    """A mapping, compiled for one channel."""

    def __init__(self, mapping: rules.Mapping, settings: ChannelSettings, discovery: Discovery) -> None:
        """Raises `rules.MappingError` when the rules cannot be used."""
        compiled = rules.compile_rules(mapping)
        self.mapping = mapping
        self.compiled = compiled
        self.creation = Fields.of(compiled.creation)
        self.ours = Fields.of(rule.target for rule in mapping.rules if rule.owner != "shop")
        self._listing_rules = compiled.listing
        self._offer_rules = compiled.offer
        self._with_tiers = any(field == "tiers" for field, _, _ in compiled.offer)
        self._with_options = any(field == "options" for field, _, _ in compiled.offer)
        self._stock_rule = settings.stock
        self._depots = settings.stock.depots
        self._tax_classes, self._rates_told = tax_classes(settings, discovery)
        self._price_rule = PriceRule.of(
            settings.prices, discovery.prices_include_tax, discovery.net_price_decimals
        )
        by_field = settings.prices.crossed_out == "field"
        self._crossed_out_field = settings.prices.crossed_out_field if by_field else ""

    @property
    def reads_stock(self) -> bool:
        """Its listings change when stock moves, and `listing` is to be given the stock."""
        return self.compiled.reads_stock

    def listing(
        self,
        product: Product,
        prices: Mapping[str, PriceSet],
        paths: Paths,
        today: date,
        stock: Mapping[str, StockLevels] | None = None,
    ) -> Projected:
        """`prices` and `stock` by item key; `today` in the merchant's time zone decides which promotions are in force."""
        warnings: list[Problem] = []
        try:
            listing = self._listing(product, prices, paths, today, stock or {}, warnings)
        except Refused as refused:
            return Projected(None, refused.problem, tuple(warnings))
        return Projected(listing, None, tuple(warnings))

    def _listing(
        self,
        product: Product,
        prices: Mapping[str, PriceSet],
        paths: Paths,
        today: date,
        stock: Mapping[str, StockLevels],
        warnings: list[Problem],
    ) -> Listing:
        given = Sources()
        given.product = given.item = product
        given.categories = category_paths(product, paths)
        given.price, given.tiers, given.ean, given.stock = None, [], None, {}
        given.currency, given.tax_included = self._price_rule.currency, bool(self._price_rule.tax_included)
        given.tax_class, given.tax_rate = self._tax(product)
        fields = self._apply(self._listing_rules, given, {})
        if not fields.get("name"):
            raise Refused(_problem(texts.NO_NAME, product, "name"))
        offers = self._offers(product, given, prices, today, stock, warnings)
        return Listing(
            key=product.key,
            published=True,
            offers=offers,
            axes=[axis.title for axis in product.axes] if product.variants else [],
            track_stock=self._stock_rule.counting(product.stock_policy) == "count",
            **fields,
        )

    def _offers(
        self,
        product: Product,
        given: Sources,
        prices: Mapping[str, PriceSet],
        today: date,
        stock: Mapping[str, StockLevels],
        warnings: list[Problem],
    ) -> list[Offer]:
        offers, missing = [], []
        seen: set[str] = set()
        options: list[dict[str, str]] = []
        for item in product.variants or (product,):
            given.item = item
            if self.compiled.reads_stock:
                given.stock = stock_figures(stock.get(item.key), self._depots)
            known = prices.get(item.key)
            article = Article(given.tax_rate, product.eco_contribution, self._crossed_out(product, item))
            try:
                given.price = ordinary_price(known, self._price_rule, article, today)
                if self._with_tiers:
                    given.tiers = quantity_tiers(known, self._price_rule, article, today)
                given.ean = self._ean(product, item.key, item.ean, warnings)
                offer = self._offer(product, item, given, warnings)
                self._demand_price(product, offer, known, article)
            except UnknownRate:
                raise Refused(_problem(texts.NO_RATE, product, "offer.price")) from None
            sku = normal_sku(offer.sku)
            if sku in seen:
                raise Refused(_problem(texts.SAME_SKU_INSIDE, product, "offer.sku", sku=offer.sku))
            if self._with_options and offer.options in options:
                raise Refused(
                    _problem(
                        texts.SAME_OPTIONS_INSIDE, product, "offer.options", options=_said(offer.options)
                    )
                )
            seen.add(sku)
            options.append(offer.options)
            if not isinstance(offer.price, OfferPrice):
                missing.append(item)
                offer = replace(offer, active=False, price=UNSET)
            offers.append(offer)
        self._tell_missing_prices(product, offers, missing, warnings)
        return offers

    def _offer(
        self, product: Product, item: Product | Variant, given: Sources, warnings: list[Problem]
    ) -> Offer:
        fields = self._apply(self._offer_rules, given, {})
        if fields.get("ean") and fields["ean"] != given.ean:  # a rule made it of another field
            fields["ean"] = self._ean(product, item.key, fields["ean"], warnings) or UNSET
        if not fields.get("sku"):
            raise Refused(_problem(texts.NO_SKU, product, "offer.sku", item=item.key))
        if isinstance(item, Product):
            fields.pop("options", None)
            return Offer(key=item.key, **fields)
        titles = {axis.key: axis.title for axis in product.axes}
        options = {titles.get(axis, axis): value for axis, value in item.options.items()}
        shown = fields.pop("options", {})
        options = {title: shown.get(title, value) for title, value in options.items()}
        return Offer(key=item.key, options=options, active=item.active, **fields)

    def _crossed_out(self, product: Product, item: Product | Variant) -> Decimal | None:
        field = self._crossed_out_field
        return number(item.custom.get(field, product.custom.get(field))) if field else None

    def _demand_price(self, product: Product, offer: Offer, known: PriceSet | None, article: Article) -> None:
        """One price that cannot be meant holds the article: the shop keeps the price that it has."""
        if not isinstance(offer.price, OfferPrice):
            return
        found = too_low(offer.price, known.purchase if known else None, self._price_rule, article)
        if found is None:
            return
        sentence = texts.BELOW_COST if found.why == "cost" else texts.BELOW_LOWEST
        told = {"price": text(found.price), "limit": text(found.limit)}
        raise Refused(_problem(sentence, product, "offer.price", item=offer.key, **told))

    def _tell_missing_prices(
        self, product: Product, offers: Sequence[Offer], missing: Sequence[Any], warnings: list[Problem]
    ) -> None:
        if not missing:
            return
        category = self._price_rule.category
        where = Message(
            "", f" dans le tarif « {category} » ni de base" if category else "",
            f" in the price category “{category}” or the base price" if category else "",
        )  # fmt: skip
        if len(missing) == len(offers):
            raise Refused(_bilingual(texts.NO_PRICE, where, product, "offer.price"))
        for item in missing:
            warnings.append(_bilingual(texts.NO_VARIANT_PRICE, where, product, "offer.price", item=item.key))

    def _ean(self, product: Product, item: str, ean: str | None, warnings: list[Problem]) -> str | None:
        """A wrong bar code is left out and told: the article can be sold without it, and a shop would refuse all of it."""
        if not ean or not ean.strip():
            return None
        digits = gtin(ean)
        if digits is None:
            warnings.append(_problem(texts.WRONG_EAN, product, "offer.ean", ean=ean, item=item))
        return digits

    def _tax(self, product: Product) -> tuple[str | None, Decimal | None]:
        if product.tax is None:
            if len(set(self._tax_classes.values())) > 1:
                raise Refused(_problem(texts.NO_TAX, product, "tax_class"))
            return None, None
        rate = product.tax.rate
        found = self._tax_classes.get(rate)
        if found is None and self._rates_told:
            raise Refused(_problem(texts.NO_TAX_CLASS, product, "tax_class", rate=text(rate)))
        return found, rate

    def _apply(
        self, compiled: Sequence[rules.Applied], given: Sources, fields: dict[str, Any]
    ) -> dict[str, Any]:
        for field, name, work in compiled:
            value = work(given)
            if value is rules.NOTHING:
                continue
            if value.__class__ is Failed:
                of_offer = compiled is self._offer_rules
                target = f"{'offer.' if of_offer else ''}{field}{f'.{name}' if name else ''}"
                raise Refused(_rule_failed(given, target, value))
            if name is None:
                fields[field] = value
            else:
                fields.setdefault(field, {})[name] = value
        return fields


def availability(
    item: str, product: str, sellable: Sellable, *, backorders: bool = False
) -> Availability | None:
    """None when there is nothing to say: the quantity is not known, or not counted."""
    if sellable.quantity is None:
        return None
    return Availability(key=item, quantity=sellable.quantity, product=product, backorders=backorders)


def is_for_sale(product: Product, settings: ChannelSettings) -> bool:
    """By its record alone; the channel's conditions (`publication`) may keep it out all the same."""
    rule = settings.publication
    kept_out = settings.stock.counting(product.stock_policy) == "never"
    return (product.active or rule.asleep) and (product.published or not rule.flagged_only) and not kept_out


# ------------------------------------------------------------------------------------------------ problems


def _said(options: Mapping[str, str]) -> str:
    return ", ".join(f"{title} {value}" for title, value in options.items())


def _problem(sentence: Text, product: Product, field: str, **values: object) -> Problem:
    return Problem("rejected", sentence.fill(key=product.key, **values), field=field, detail=f"rule {field}")


def _rule_failed(given: Sources, target: str, failed: Failed) -> Problem:
    why, product = failed.reason, given.product
    message = named(texts.RULE_FAILED, target, key=product.key, item=given.item.key, reason=why)
    return Problem("rejected", message, field=target, detail=f"rule {target}: {why.code}")


def _bilingual(sentence: Text, where: Message, product: Product, field: str, **values: object) -> Problem:
    """`{category}` has a wording of its own in each language."""
    fr = sentence.fill(key=product.key, category=where.fr, **values).fr
    en = sentence.fill(key=product.key, category=where.en, **values).en
    return Problem("rejected", Message(sentence.code, fr, en), field=field, detail=f"rule {field}")
