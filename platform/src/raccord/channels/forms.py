"""The channel's own forms: the first choices of a new one, and what concerns orders and the brake, which applies at once.

What concerns the catalogue is changed later on the workbenches (`rule_forms`), into a draft.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
from litestar.datastructures import FormMultiDict

from raccord.channels.exchange_forms import exchange
from raccord.channels.order_forms import order_rules, shown_items
from raccord.channels.payment_forms import Offered
from raccord.channels.rule_forms import TAX, rates_of, tax_classes
from raccord.channels.typed import Typed
from raccord.core.channel import ChannelSettings, PriceRules, StockRule
from raccord.core.stock_rule import FORMULAS
from raccord_connectors.canonical import plain
from raccord_connectors.contract import Discovery, Message, Text

__all__ = ["NATURES", "TAX", "articles", "demand_articles", "first", "orders", "rates_of"]

NO_SUCH_ARTICLE = Text(
    "channel.no_such_article",
    "La gestion n’a pas d’article « {key} ». Saisissez sa référence telle qu’elle y est écrite, ou créez-le.",
    "The ERP has no article “{key}”. Enter its key as it is written there, or create it.",
)
NATURES = tuple(FORMULAS)


def first(
    form: FormMultiDict, shop: Discovery | None, former: ChannelSettings, erp: Offered
) -> tuple[ChannelSettings, dict[str, Message]]:
    """The first choices of a new channel; where one is wrong, the former value with its problem beside it."""
    typed = Typed(form)
    values: dict[str, Any] = {
        "stock": _stock(typed, former.stock),
        "prices": _prices(typed, former.prices),
        "publication": msgspec.structs.replace(
            former.publication, flagged_only=not typed.flag("publish_unflagged")
        ),
        "tax_classes": tax_classes(typed, shop),
        **_orders(typed, former, erp),
    }
    return msgspec.structs.replace(former, **values), typed.wrong


def orders(
    form: FormMultiDict, former: ChannelSettings, erp: Offered
) -> tuple[ChannelSettings, dict[str, Message]]:
    """What concerns orders and the brake; nothing of the catalogue."""
    typed = Typed(form)
    return msgspec.structs.replace(former, **_orders(typed, former, erp)), typed.wrong


def demand_articles(
    settings: ChannelSettings, known: Sequence[str], wrong: dict[str, Message], *, any_known: bool
) -> None:
    """An article that carries the shipping fees must exist. Before the first reading of the ERP nobody can say."""
    for name, key in shown_items(settings.orders).items():
        if key and any_known and key not in known:
            wrong[name] = NO_SUCH_ARTICLE.fill(key=key)


def articles(settings: ChannelSettings) -> list[str]:
    return settings.orders.articles()


def _orders(typed: Typed, former: ChannelSettings, erp: Offered) -> dict[str, Any]:
    share = typed.number("brake_share", former.brake_share * 100, most=Decimal(100), example=2) / 100
    return {
        "orders": order_rules(typed, former.orders, erp),
        "customers": exchange(typed, former.customers),
        "brake_share": plain(share),
        "brake_count": typed.whole("brake_count", former.brake_count, most=1_000_000, example=50),
    }


def _stock(typed: Typed, former: StockRule) -> StockRule:
    nature: Any = typed.choice("stock_nature", NATURES, former.nature)
    return msgspec.structs.replace(
        former,
        depots=typed.many("depots"),
        nature=nature,
        margin=typed.number("safety_margin", former.margin),
    )


def _prices(typed: Typed, former: PriceRules) -> PriceRules:
    return msgspec.structs.replace(
        former,
        category=typed.text("price_category") or None,
        tax_included=typed.yes_no("prices_with_tax"),
        currency=typed.currency("currency", former.currency),
        eco_contribution="added" if typed.flag("include_eco_contribution") else "apart",
    )
