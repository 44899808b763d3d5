"""From the channel's form to its settings, with what is wrong by field. The choices come from what both systems told."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, get_args, get_type_hints

import msgspec
from litestar.datastructures import FormMultiDict

from raccord.core.channel import ChannelSettings, PriceRules, StockRule
from raccord.core.stock_rule import FORMULAS
from raccord_connectors.canonical import plain
from raccord_connectors.contract import Discovery, Message, Text

NOT_A_NUMBER = Text(
    "channel.not_a_number",
    "« {typed} » n’est pas un nombre utilisable ici. Saisissez par exemple {example}.",
    "“{typed}” is not a number that can be used here. Enter for example {example}.",
)
NOT_A_CHOICE = Text(
    "channel.not_a_choice",
    "Choisissez une des réponses proposées.",
    "Choose one of the answers offered.",
)
NO_SUCH_ARTICLE = Text(
    "channel.no_such_article",
    "La gestion n’a pas d’article « {key} ». Saisissez sa référence telle qu’elle y est écrite, ou créez-le.",
    "The ERP has no article “{key}”. Enter its key as it is written there, or create it.",
)
BAD_CURRENCY = Text(
    "channel.bad_currency",
    "« {typed} » n’est pas un code de devise. Saisissez les trois lettres, par exemple EUR.",
    "“{typed}” is not a currency code. Enter its three letters, for example EUR.",
)
RATE_TWICE = Text(
    "channel.rate_twice",
    "Le taux {rate} % est donné à deux classes de taxe. Ne le laissez qu’à une.",
    "The rate {rate} % is given to two tax classes. Leave it with one only.",
)
ITEMS = ("shipping_item", "fee_item", "discount_item")
NATURES = tuple(FORMULAS)
KINDS = get_args(get_type_hints(ChannelSettings)["document_kind"])
TAX = "tax:"
"""Prefix of the fields that hold the rates of one of the shop's tax classes."""


def read(
    form: FormMultiDict, shop: Discovery | None, former: ChannelSettings
) -> tuple[ChannelSettings, dict[str, Message]]:
    """What was typed; where it is wrong, the former value with its problem beside it."""
    wrong: dict[str, Message] = {}
    share = _number(form, "brake_share", former.brake_share * 100, wrong, most=Decimal(100)) / 100
    values: dict[str, Any] = {
        "stock": _stock(form, former.stock, wrong),
        "prices": _prices(form, former.prices, wrong),
        "publication": msgspec.structs.replace(
            former.publication, flagged_only="publish_unflagged" not in form
        ),
        "tax_classes": _tax_classes(form, shop, wrong),
        "import_stages": ("pending", "open") if "unpaid_too" in form else ("open",),
        "document_kind": _choice(form, "document_kind", KINDS, former.document_kind, wrong),
        "depot_for_orders": _text(form, "depot_for_orders"),
        "new_customer_price_category": _text(form, "new_customer_price_category"),
        "brake_share": plain(share),
        "brake_count": int(_number(form, "brake_count", Decimal(former.brake_count), wrong)),
        **{name: _text(form, name) for name in ITEMS},
    }
    return msgspec.structs.replace(former, **values), wrong


def _stock(form: FormMultiDict, former: StockRule, wrong: dict[str, Message]) -> StockRule:
    return msgspec.structs.replace(
        former,
        depots=[str(depot) for depot in form.getall("depots", [])],
        # A rule of the merchant's own, made on its page, stays.
        nature=_choice(form, "stock_nature", (*NATURES, former.nature), former.nature, wrong),
        margin=_number(form, "safety_margin", former.margin, wrong),
    )


def _prices(form: FormMultiDict, former: PriceRules, wrong: dict[str, Message]) -> PriceRules:
    return msgspec.structs.replace(
        former,
        category=_text(form, "price_category"),
        tax_included={"yes": True, "no": False}.get(form.get("prices_with_tax", "")),
        currency=_currency(form, former.currency, wrong),
        eco_contribution="added" if "include_eco_contribution" in form else "apart",
    )


def demand_articles(
    settings: ChannelSettings, known: Sequence[str], wrong: dict[str, Message], *, any_known: bool
) -> None:
    """An article that carries the shipping fees must exist. Before the first reading of the ERP nobody can say."""
    for name in ITEMS:
        key = getattr(settings, name)
        if key and any_known and key not in known:
            wrong[name] = NO_SUCH_ARTICLE.fill(key=key)


def articles(settings: ChannelSettings) -> list[str]:
    return [key for name in ITEMS if (key := getattr(settings, name))]


def rates_of(settings: ChannelSettings, tax_class: str) -> str:
    """The rates given to a class, as they are typed: "5.5, 10"."""
    return ", ".join(rate for rate, key in settings.tax_classes.items() if key == tax_class)


def _text(form: FormMultiDict, name: str) -> str | None:
    return str(form.get(name, "")).replace("\0", "").strip()[:255] or None


def _choice(
    form: FormMultiDict, name: str, choices: Sequence[str], former: str, wrong: dict[str, Message]
) -> str:
    typed = str(form.get(name, former))
    if typed in choices:
        return typed
    wrong[name] = NOT_A_CHOICE.fill()
    return former


def _number(
    form: FormMultiDict,
    name: str,
    former: Decimal,
    wrong: dict[str, Message],
    *,
    most: Decimal = Decimal(1_000_000),
) -> Decimal:
    typed = str(form.get(name, "")).strip().replace(",", ".")
    if not typed:
        return former
    found = _decimal(typed)
    if found is None or not 0 <= found <= most:
        wrong[name] = NOT_A_NUMBER.fill(typed=typed[:20], example=2)
        return former
    return plain(found)


def _currency(form: FormMultiDict, former: str, wrong: dict[str, Message]) -> str:
    typed = str(form.get("currency", former)).strip().upper()
    if len(typed) == 3 and typed.isascii() and typed.isalpha():
        return typed
    wrong["currency"] = BAD_CURRENCY.fill(typed=typed[:20])
    return former


def _tax_classes(form: FormMultiDict, shop: Discovery | None, wrong: dict[str, Message]) -> dict[str, str]:
    classes: dict[str, str] = {}
    for choice in shop.tax_classes if shop else ():
        name = TAX + choice.key
        for typed in str(form.get(name, "")).replace(";", ",").split(","):
            if not typed.strip():
                continue
            rate = _decimal(typed.strip().removesuffix("%").strip())
            if rate is None or not 0 <= rate <= 100:
                wrong[name] = NOT_A_NUMBER.fill(typed=typed.strip()[:20], example="5.5")
                continue
            key = f"{plain(rate):f}"
            if classes.setdefault(key, choice.key) != choice.key:
                wrong[name] = RATE_TWICE.fill(rate=key)
    return classes


def _decimal(typed: str) -> Decimal | None:
    try:
        found = Decimal(typed)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
