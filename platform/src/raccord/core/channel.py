"""What a merchant chose for one channel, as data: with the mapping, all that makes its version.

The rules that obey these choices stand beside: `stock_rule`, `pricing`, `publication`.
"""

from decimal import Decimal
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from raccord.core.customer_owners import CustomerExchange
from raccord.core.document_rules import DocumentRules
from raccord.core.media_rules import MediaRules
from raccord.core.notification_rules import NotificationRules
from raccord.core.order_rules import OrderRules

Figure = Literal["real", "ordered", "reserved", "preparing", "in_control"]
"""What an ERP keeps of an item's stock, for each depot."""
Nature = Literal["real", "available", "forward", "prudent", "terms", "formula"]
Counting = Literal["count", "always", "never"]
"""count: the shop shows a quantity. always: sold without counting. never: not sold in this shop."""
Leaving = Literal["unpublish", "delete", "out_of_stock"]


class StockRule(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Which quantity the shop shows."""

    depots: list[str] = []
    """Depots whose stock is sold; empty means all."""
    nature: Nature = "prudent"
    """real = there; available = real − preparing − in control; forward = real + ordered − reserved − preparing;
    prudent = real − reserved − preparing − in control; terms: as `terms` says; formula: as `formula` says."""
    terms: dict[Figure, Literal["plus", "minus"]] = {}
    """The merchant's own sum; a figure that is absent does not count."""
    formula: str = ""
    """CEL over `stock.real`, `stock.ordered`…: sums over the depots. Gives base units."""
    empty_depots: bool = False
    """A depot below zero counts as empty, and takes nothing from the others."""
    margin: Decimal = Decimal(0)
    """Base units kept back from the shop."""
    margin_percent: Decimal = Decimal(0)
    """Of what there is, kept back as well; the larger of the two margins counts."""
    maximum: Decimal | None = None
    """The shop never shows more than this."""
    whole_packs: bool = False
    """Rounded down to whole packagings of the article: its principal one, else its smallest."""
    untracked: Counting = "always"
    """Articles whose stock the ERP does not keep."""
    kits: Counting = "count"
    """By their scarcest component."""
    made_to_order: Counting = "always"
    """Made or bought once they are sold (*contremarque*)."""
    backorders: bool = False
    """The shop goes on selling at zero."""

    def counting(self, policy: str) -> Counting:
        """Of an article with this `Product.stock_policy`."""
        if policy == "untracked":
            return self.untracked
        if policy == "kit":
            return self.kits
        return self.made_to_order if policy == "made_to_order" else "count"


class CategoryRule(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """One price category of the ERP, as this channel takes it."""

    group: str = ""
    """The shop's customer group that pays these prices; none: nobody but the channel's own category."""
    tax_included: bool | None = None
    """How its prices are typed in the ERP, where the ERP says it wrongly; None: as it says."""
    discount_percent: Decimal = Decimal(0)
    """Taken off each price of the category; below zero: added to it."""


class PriceRules(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What the shop sells at."""

    category: str | None = None
    """The ERP's price category for the shop's ordinary price; None takes the base price."""
    categories: dict[str, CategoryRule] = {}
    """By the ERP's price category; "" is the base price."""
    tax_included: bool | None = None
    """What the shop wants; None: as it says in its discovery."""
    currency: str = "EUR"
    promotions: bool = True
    """Prices limited in time are taken while they are in force."""
    crossed_out: Literal["promotion", "category", "field", "none"] = "promotion"
    """promotion: the ordinary price, while a promotion is in force. category, field: another price, whenever it is above the
    one that is asked; where the article has none, as for `promotion`."""
    crossed_out_category: str = ""
    """The ERP's price category of crossed-out prices; "" is the base price."""
    crossed_out_field: str = ""
    """The ERP's custom field of crossed-out prices."""
    crossed_out_field_with_tax: bool = True
    eco_contribution: Literal["added", "apart"] = "added"
    """added: to the ERP's price, which lacks it. apart: the price stays as it is; a rule may show it beside
    (`product.eco_contribution.amount`)."""
    free: Literal["hold", "send"] = "hold"
    """What happens with an article whose only price is zero: most often nobody has typed its price yet."""
    below_cost: Literal["hold", "send"] = "send"
    """What happens with a price below the ERP's purchase cost, both without tax."""
    lowest: Decimal | None = None
    """A price below this, as the shop would show it, is held."""


# --------------------------------------------------------------------------------------------- publication


class InCategories(Struct, kw_only=True, frozen=True, tag_field="is", tag="in_categories"):
    """It stands in one of these families or catalogue nodes, or below one of them."""

    categories: list[str]
    inside: bool = True
    """False: in none of them."""


class FieldIs(Struct, kw_only=True, frozen=True, omit_defaults=True, tag_field="is", tag="field"):
    """A field of the article has, or has not, one of some values. Case and outer blanks do not count."""

    field: str
    """A path such as `product.brand` or `custom.MARQUE`."""
    test: Literal["equal", "different", "filled", "empty", "at_least", "at_most"] = "equal"
    values: list[str] = []
    """Of `equal` and `different`: any of them; of `at_least` and `at_most`: one number."""


class InStock(Struct, kw_only=True, frozen=True, omit_defaults=True, tag_field="is", tag="in_stock"):
    """One of its items can be sold; what is sold without counting always can."""

    least: Decimal = Decimal(1)
    """Base units."""


class HasPrice(Struct, frozen=True, tag_field="is", tag="has_price"):
    """One of its items has a price above zero."""


class HasPicture(Struct, kw_only=True, frozen=True, omit_defaults=True, tag_field="is", tag="has_picture"):
    least: int = 1


class HasText(Struct, kw_only=True, frozen=True, omit_defaults=True, tag_field="is", tag="has_text"):
    field: Literal["description", "summary"] = "description"
    least: int = 1
    """Characters, without the tags of HTML."""


Condition = InCategories | FieldIs | InStock | HasPrice | HasPicture | HasText


class PublicationRule(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """Which articles are in the shop, and what becomes of those that leave it."""

    flagged_only: bool = True
    """Only articles that the ERP flags for the web."""
    asleep: bool = False
    """Also articles that the ERP says are asleep."""
    conditions: list[Condition] = []
    match: Literal["all", "any"] = "all"
    """Of the conditions; without any, all articles pass."""
    formula: str = ""
    """CEL that has to be true, beside the conditions."""
    leaving: Leaving = "unpublish"
    """What becomes of an article that was in the shop. out_of_stock: it stays visible, with nothing to sell. delete:
    unpublished first, and deleted after `delete_after_days`."""
    delete_after_days: int = 30


# ------------------------------------------------------------------------------------------------ settings


class ChannelSettings(Struct, kw_only=True, frozen=True, omit_defaults=True):
    stock: StockRule = StockRule()
    prices: PriceRules = PriceRules()
    publication: PublicationRule = PublicationRule()
    tax_classes: dict[str, str] = {}
    """VAT rate in percent, as text ("20", "5.5") → the shop's tax class; missing ones are found in its discovery."""
    orders: OrderRules = OrderRules()
    customers: CustomerExchange = CustomerExchange()
    media: MediaRules = MediaRules()
    documents: DocumentRules = DocumentRules()
    notifications: NotificationRules = NotificationRules()
    brake_share: Decimal = Decimal("0.02")
    brake_count: int = 50
    """A pass that would withdraw more than the smaller of the two (but never fewer than 5) waits for a person."""


def with_rules_of(current: ChannelSettings, rules: ChannelSettings) -> ChannelSettings:
    """`current`, with what `rules` says of the catalogue. What concerns orders and the brake is in no version: it applies at
    once, and neither a plan nor going back changes it."""
    return replace(
        current,
        stock=rules.stock,
        prices=rules.prices,
        publication=rules.publication,
        tax_classes=rules.tax_classes,
    )
