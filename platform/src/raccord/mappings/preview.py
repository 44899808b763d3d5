"""The rules tried on one of the merchant's own articles: every value before and after the draft, every step, and the whole
listing as the shop will show it. Nothing is written."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import nh3
from markupsafe import Markup
from msgspec import Struct

from raccord.core import rules
from raccord.core.channel import ChannelSettings
from raccord.core.rules import MappingError
from raccord.core.sources import Sources, find, stock_figures
from raccord.core.step_texts import is_too_much_html
from raccord.core.tracing import Trace, Traced, Tracer
from raccord.core.values import is_empty
from raccord.front.i18n import Formats
from raccord.journal.fields import shown as shown_plainly
from raccord.journal.fields import title_of
from raccord.mappings.articles import Loaded
from raccord_connectors.canonical import Listing, OfferPrice, Product, Tier
from raccord_connectors.contract import Discovery, Message, Text

WITH_TAX = Text("lineage.with_tax", "TTC", "incl. tax")
WITHOUT_TAX = Text("lineage.without_tax", "HT", "excl. tax")
FROM_QUANTITY = Text("lineage.from_quantity", "dès {minimum}", "from {minimum}")
SHOWN_TAGS = {
    "p", "br", "div", "span", "ul", "ol", "li", "b", "i", "u", "s", "strong", "em", "sub", "sup", "h1", "h2", "h3", "h4",
    "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "blockquote", "hr",
}  # fmt: skip
"""Of a description, what a preview shows: no pictures or links of elsewhere."""
FACTS = ("sku", "ean", "mpn", "weight_g")
TOLD = ("tags", "slug", "seo_title", "seo_description", "tax_class", "tax_rate")


class Tried(Struct, frozen=True):
    """One article under one version of the rules. `refused`: the rules themselves cannot be used."""

    traced: Traced | None = None
    samples: Mapping[str, Any] = {}
    """What the ERP's fields hold, by path; of the first item where they are an item's."""
    refused: Message | None = None

    @property
    def problem(self) -> Message | None:
        """Why the article would be held."""
        if self.traced is not None and self.traced.projected.problem is not None:
            return self.traced.projected.problem.message
        return self.refused

    @property
    def field(self) -> str | None:
        found = self.traced.projected.problem if self.traced is not None else None
        return found.field if found is not None else None

    def first(self, target: str) -> Trace | None:
        """The target's rule at work: for the listing, or for its first item."""
        return next(iter(self.traced.of(target)), None) if self.traced is not None else None


class Sampler(Tracer):
    """Also reads what fields of the ERP hold that no rule reads yet, for the person who looks for one."""

    def prepare(self, paths: Collection[str]) -> None:
        self._wanted = paths
        self.samples: dict[str, Any] = {}

    def _apply(
        self, compiled: Sequence[rules.Applied], given: Sources, fields: dict[str, Any]
    ) -> dict[str, Any]:
        of_offer = compiled is self._offer_rules
        if of_offer and not given.stock:
            given.stock = stock_figures(self._levels.get(given.item.key), self._depots)
        for path in self._wanted:
            if path not in self.samples and (source := find(path, of_offer)) is not None:
                self.samples[path] = source.read(given)
        return super()._apply(compiled, given, fields)

    def look(self, loaded: Loaded, key: str, today: date) -> Traced:
        self._levels = loaded.stock
        return self.trace(loaded.products[key], loaded.prices, loaded.paths, today, loaded.stock)


def try_out(
    mapping: rules.Mapping,
    settings: ChannelSettings,
    discovery: Discovery,
    loaded: Loaded,
    key: str,
    today: date,
    paths: Collection[str] = (),
) -> Tried:
    """`discovery` is the shop's. `paths`: what to read beside what the rules read."""
    try:
        sampler = Sampler(mapping, settings, discovery)
    except MappingError as error:
        return Tried(refused=error.message)
    sampler.prepare(paths)
    traced = sampler.look(loaded, key, today)
    return Tried(traced, sampler.samples)


# -------------------------------------------------------------------------------------------------- values


def said(value: Any, formats: Formats) -> str | None:
    """A value as a person reads it; None where there is nothing."""
    if is_empty(value) or value is msgspec.UNSET:
        return None
    if isinstance(value, OfferPrice):
        return price_said(value, formats)
    if isinstance(value, list) and all(isinstance(part, Tier) for part in value):
        return ", ".join(
            f"{formats.plain(tier.amount)} {formats.said(FROM_QUANTITY.fill(minimum=formats.plain(tier.minimum)))}"
            + (f" ({tier.group})" if tier.group else "")
            for tier in value
        )
    if isinstance(value, Decimal):
        return formats.plain(value)
    if isinstance(value, list) and value and all(isinstance(part, list) for part in value):
        return ", ".join(" › ".join(map(str, path)) for path in value)
    return shown_plainly(msgspec.to_builtins(value), formats.language)


def price_said(price: OfferPrice, formats: Formats) -> str:
    told = f"{formats.amount(price.amount, price.currency)} {formats.said(WITH_TAX if price.tax_included else WITHOUT_TAX)}"
    return told if price.before is None else f"{told} ({formats.amount(price.before, price.currency)})"


# ------------------------------------------------------------------------------------------- the whole listing


class Card(Struct, frozen=True, kw_only=True):
    """A listing as the shop shows it, more or less. Either the problem that holds it, or the rest."""

    problem: Message | None = None
    out: Sequence[Message] = ()
    """Why it would not be in the shop, whatever its fields say."""
    name: str = ""
    categories: Sequence[str] = ()
    price: str | None = None
    price_before: str | None = None
    brand: str = ""
    summary: Markup | None = None
    description: Markup | None = None
    facts: Sequence[tuple[str, str]] = ()


class Shown(Struct, frozen=True):
    before: Card
    after: Card
    warnings: Sequence[Message]
    """With the draft."""

    @property
    def same(self) -> bool:
        return self.before == self.after


Out = tuple[Sequence[Message], Sequence[Message]]
"""Why an article is not published: now, and with the draft."""


def shown(before: Tried, after: Tried, out: Out, formats: Formats) -> Shown:
    warnings = [one.message for one in after.traced.projected.warnings] if after.traced else []
    return Shown(_card(before, out[0], formats), _card(after, out[1], formats), warnings)


def _card(tried: Tried, out: Sequence[Message], formats: Formats) -> Card:
    listing = tried.traced.projected.listing if tried.traced is not None else None
    if listing is None:
        return Card(problem=tried.problem, out=out)
    prices = sorted(
        (o.price for o in listing.offers if isinstance(o.price, OfferPrice)), key=lambda one: one.amount
    )
    price, crossed = None, None
    if prices:
        price = price_said(msgspec.structs.replace(prices[0], before=None), formats)
        if prices[-1].amount != prices[0].amount:
            price = (
                f"{formats.amount(prices[0].amount, prices[0].currency)} – {price_said(prices[-1], formats)}"
            )
        elif prices[0].before is not None:
            crossed = formats.amount(prices[0].before, prices[0].currency)
    return Card(
        out=out,
        name=listing.name,
        categories=[" › ".join(path) for path in _list(listing.categories)],
        price=price,
        price_before=crossed,
        brand=str(listing.brand or "") if listing.brand is not msgspec.UNSET else "",
        summary=_html(listing.summary),
        description=_html(listing.description),
        facts=_facts(listing, formats),
    )


def _facts(listing: Listing, formats: Formats) -> list[tuple[str, str]]:
    """What shows smaller, or only to machines and search engines."""
    facts: list[tuple[str, Any]] = [
        (title_of(name, formats.language), getattr(listing, name)) for name in TOLD
    ]
    if listing.features is not msgspec.UNSET:
        facts += list(listing.features.items())
    facts += [(title_of(f"custom.{name}", formats.language), value) for name, value in listing.custom.items()]
    for offer in listing.offers:
        whose = f" ({', '.join(offer.options.values()) or offer.key})" if len(listing.offers) > 1 else ""
        facts += [(title_of(name, formats.language) + whose, getattr(offer, name)) for name in FACTS]
        facts += [
            (title_of(f"custom.{name}", formats.language) + whose, value)
            for name, value in offer.custom.items()
        ]
    return [(name, text) for name, value in facts if (text := said(value, formats)) is not None]


def _html(text: Any) -> Markup | None:
    """Safe to show: structure and emphasis only."""
    if not isinstance(text, str) or not text.strip() or is_too_much_html(text):
        return None
    return Markup(nh3.clean(text, tags=SHOWN_TAGS, attributes={}))  # noqa: S704  (cleaned on the spot)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def custom_paths(product: Product) -> list[str]:
    """Fields that this article has and nobody told: they can be read all the same."""
    found = [f"product.custom.{name}" for name in product.custom]
    for variant in product.variants:
        found += [f"item.custom.{name}" for name in variant.custom if f"item.custom.{name}" not in found]
    return found
