"""From the forms of the stock, price and publication rules to the rules, with what is wrong by field."""

from decimal import Decimal
from typing import Any, get_args, get_type_hints

import msgspec
from litestar.datastructures import FormMultiDict

from raccord.channels.typed import Typed, decimal_of
from raccord.core.channel import (
    CategoryRule,
    ChannelSettings,
    Condition,
    FieldIs,
    Figure,
    HasPicture,
    HasPrice,
    HasText,
    InCategories,
    InStock,
    PriceRules,
    PublicationRule,
    StockRule,
)
from raccord_connectors.canonical import plain
from raccord_connectors.contract import Discovery, Message, Text

RATE_TWICE = Text(
    "channel.rate_twice",
    "Le taux {rate} % est donné à deux classes de taxe. Ne le laissez qu’à une.",
    "The rate {rate} % is given to two tax classes. Leave it with one only.",
)
NEEDS_TERMS = Text(
    "channel.needs_terms",
    "Choisissez au moins un chiffre à compter : sans aucun, la boutique afficherait zéro partout.",
    "Choose at least one figure to count: without any, the shop would show zero everywhere.",
)
NEEDS_FORMULA = Text(
    "channel.needs_formula",
    "Écrivez la formule, ou choisissez une autre manière de compter.",
    "Write the formula, or choose another way of counting.",
)
NEEDS_FIELD = Text(
    "channel.needs_field",
    "Choisissez le champ de la gestion qui contient ce prix.",
    "Choose the field of the ERP that holds this price.",
)
NEEDS_VALUES = Text(
    "channel.needs_values",
    "Dites la valeur attendue ; séparez-en plusieurs par des virgules.",
    "Say the value that is expected; separate several with commas.",
)
NEEDS_CATEGORIES = Text(
    "channel.needs_categories",
    "Cochez au moins une famille ou catégorie.",
    "Tick at least one family or category.",
)

FIGURES: tuple[Figure, ...] = get_args(Figure)
NATURES = get_args(get_type_hints(StockRule)["nature"])
COUNTINGS = get_args(get_type_hints(StockRule)["kits"])
CROSSED_OUT = get_args(get_type_hints(PriceRules)["crossed_out"])
ECO = get_args(get_type_hints(PriceRules)["eco_contribution"])
HOLDS = get_args(get_type_hints(PriceRules)["free"])
LEAVINGS = get_args(get_type_hints(PublicationRule)["leaving"])
TESTS = get_args(get_type_hints(FieldIs)["test"])
TAX = "tax:"
"""Prefix of the fields that hold the rates of one of the shop's tax classes."""
KINDS = ("in_categories", "field", "in_stock", "has_price", "has_picture", "has_text")
FRESH: dict[str, Condition] = {
    "in_categories": InCategories(categories=[]),
    "field": FieldIs(field="product.brand"),
    "in_stock": InStock(),
    "has_price": HasPrice(),
    "has_picture": HasPicture(),
    "has_text": HasText(),
}
"""What a condition is when it is added."""
HUNDRED = Decimal(100)


def stock(form: FormMultiDict, former: StockRule) -> tuple[StockRule, dict[str, Message]]:
    typed = Typed(form)
    terms = {
        figure: sign for figure in FIGURES if (sign := typed.text(f"term-{figure}")) in ("plus", "minus")
    }
    values: dict[str, Any] = {
        "depots": typed.many("depots"),
        "nature": typed.choice("nature", NATURES, former.nature),
        "terms": terms,
        "formula": typed.text("formula", 4_000),
        "empty_depots": typed.flag("empty_depots"),
        "margin": typed.number("margin", Decimal(0)),
        "margin_percent": typed.number("margin_percent", Decimal(0), most=HUNDRED, example=10),
        "maximum": typed.optional_number("maximum", former.maximum, example=50),
        "whole_packs": typed.flag("whole_packs"),
        "backorders": typed.flag("backorders"),
        **{
            name: typed.choice(name, COUNTINGS, getattr(former, name))
            for name in ("untracked", "kits", "made_to_order")
        },
    }
    if values["nature"] == "terms" and not terms:
        typed.wrong["terms"] = NEEDS_TERMS.fill()
    if values["nature"] == "formula" and not values["formula"]:
        typed.wrong["formula"] = NEEDS_FORMULA.fill()
    return msgspec.structs.replace(former, **values), typed.wrong


def prices(
    form: FormMultiDict, former: ChannelSettings, erp: Discovery | None, shop: Discovery | None
) -> tuple[ChannelSettings, dict[str, Message]]:
    """Prices and tax classes, which belong together for the person who sets them."""
    typed = Typed(form)
    was = former.prices
    values: dict[str, Any] = {
        "category": typed.text("category") or None,
        "categories": _categories(typed, was, erp),
        "tax_included": typed.yes_no("tax_included"),
        "currency": typed.currency("currency", was.currency),
        "promotions": typed.flag("promotions"),
        "crossed_out": typed.choice("crossed_out", CROSSED_OUT, was.crossed_out),
        "crossed_out_category": typed.text("crossed_out_category"),
        "crossed_out_field": typed.text("crossed_out_field"),
        "crossed_out_field_with_tax": typed.text("crossed_out_field_tax") != "no",
        "eco_contribution": typed.choice("eco_contribution", ECO, was.eco_contribution),
        "free": typed.choice("free", HOLDS, was.free),
        "below_cost": typed.choice("below_cost", HOLDS, was.below_cost),
        "lowest": typed.optional_number("lowest", was.lowest, example=1),
    }
    if values["crossed_out"] == "field" and not values["crossed_out_field"]:
        typed.wrong["crossed_out_field"] = NEEDS_FIELD.fill()
    rules = msgspec.structs.replace(was, **values)
    classes = tax_classes(typed, shop)
    return msgspec.structs.replace(former, prices=rules, tax_classes=classes), typed.wrong


def publication(form: FormMultiDict, former: PublicationRule) -> tuple[PublicationRule, dict[str, Message]]:
    """The buttons `add` (a condition of the `kind` chosen) and `remove` change the list, without JavaScript as well."""
    typed = Typed(form)
    conditions = [
        condition
        for place in range(typed.whole("conditions", 0, most=50))
        if (condition := _condition(typed, place)) is not None
    ]
    removed = typed.text("remove")
    added = typed.text("kind") if typed.text("do") == "add" else ""
    if removed.isdecimal() and int(removed) < len(conditions):
        conditions.pop(int(removed))
        typed.wrong = {name: said for name, said in typed.wrong.items() if not name.startswith("c")}
    if added in FRESH:
        conditions.append(FRESH[added])
    values: dict[str, Any] = {
        "flagged_only": not typed.flag("unflagged_too"),
        "asleep": typed.flag("asleep"),
        "conditions": conditions,
        "match": typed.choice("match", ("all", "any"), former.match),
        "formula": typed.text("formula", 4_000),
        "leaving": typed.choice("leaving", LEAVINGS, former.leaving),
        "delete_after_days": typed.whole(
            "delete_after_days", former.delete_after_days, least=1, most=3_650, example=30
        ),
    }
    return msgspec.structs.replace(former, **values), typed.wrong


def kind_of(condition: Condition) -> str:
    """One of `KINDS`."""
    return next(kind for kind, one in FRESH.items() if type(one) is type(condition))


def tax_classes(typed: Typed, shop: Discovery | None) -> dict[str, str]:
    """VAT rate as text → the shop's tax class."""
    classes: dict[str, str] = {}
    for choice in shop.tax_classes if shop else ():
        name = TAX + choice.key
        for entry in typed.text(name).replace(";", ",").split(","):
            if not entry.strip():
                continue
            rate = decimal_of(entry.strip().removesuffix("%").strip())
            if rate is None or not 0 <= rate <= 100:
                typed.refuse_number(name, entry.strip(), "5.5")
                continue
            key = f"{plain(rate):f}"
            if classes.setdefault(key, choice.key) != choice.key:
                typed.wrong[name] = RATE_TWICE.fill(rate=key)
    return classes


def rates_of(settings: ChannelSettings, tax_class: str) -> str:
    """The rates given to a class, as they are typed: "5.5, 10"."""
    return ", ".join(rate for rate, key in settings.tax_classes.items() if key == tax_class)


def _categories(typed: Typed, was: PriceRules, erp: Discovery | None) -> dict[str, CategoryRule]:
    """By place in the form, because keys of categories may hold anything. Those that say nothing are left out."""
    keys = category_keys(was, erp)
    found = {}
    for place, key in enumerate(keys):
        rule = CategoryRule(
            group=typed.text(f"group-{place}"),
            tax_included=typed.yes_no(f"typed-{place}"),
            discount_percent=typed.number(
                f"discount-{place}", Decimal(0), least=Decimal(-1000), most=HUNDRED, example=5
            ),
        )
        if rule != CategoryRule():
            found[key] = rule
    return found


def category_keys(was: PriceRules, erp: Discovery | None) -> list[str]:
    """The base price, the ERP's categories, and those that it no longer has but the rules still name."""
    told = [choice.key for choice in erp.price_categories] if erp else []
    return list(dict.fromkeys(["", *told, *was.categories]))


def _condition(typed: Typed, place: int) -> Condition | None:
    name = f"c{place}"
    match typed.text(f"{name}-is"):
        case "in_categories":
            categories = typed.many(f"{name}-categories") or typed.lines(f"{name}-typed")
            if not categories:
                typed.wrong[name] = NEEDS_CATEGORIES.fill()
            return InCategories(categories=categories, inside=typed.text(f"{name}-inside") != "no")
        case "field":
            return _field(typed, name)
        case "in_stock":
            return InStock(least=typed.number(f"{name}-least", Decimal(1), example=1))
        case "has_price":
            return HasPrice()
        case "has_picture":
            return HasPicture(least=typed.whole(f"{name}-least", 1, least=1, most=100, example=1))
        case "has_text":
            field: Any = typed.choice(f"{name}-field", ("description", "summary"), "description")
            return HasText(field=field, least=typed.whole(f"{name}-least", 1, least=1, example=50))
    return None


def _field(typed: Typed, name: str) -> FieldIs:
    test: Any = typed.choice(f"{name}-test", TESTS, "equal")
    values = typed.lines(f"{name}-values")
    if test in ("at_least", "at_most"):
        number = typed.optional_number(
            f"{name}-values", None, least=Decimal(-(10**9)), most=Decimal(10**9), example=10
        )
        values = [f"{number:f}"] if number is not None else []
        if not values and f"{name}-values" not in typed.wrong:
            typed.wrong[f"{name}-values"] = NEEDS_VALUES.fill()
    elif test in ("equal", "different") and not values:
        typed.wrong[f"{name}-values"] = NEEDS_VALUES.fill()
    elif test in ("filled", "empty"):
        values = []
    return FieldIs(field=typed.text(f"{name}-field") or "product.brand", test=test, values=values)
