"""The form of a channel's order rules: which orders, which document, which articles for what is no article of the shop."""

from decimal import Decimal
from typing import Any, get_args, get_type_hints

from msgspec.structs import replace

from raccord.channels.customer_forms import customer_rules
from raccord.channels.payment_forms import Offered, payment_rules
from raccord.channels.typed import Typed
from raccord.core.order_rules import AfterEntry, CarriedKind, OrderRules, PaymentState, ResiduePlace, Stage
from raccord.core.order_words import NAMES, unknown_names
from raccord_connectors.contract import Text

UNKNOWN_NAME = Text(
    "channel.unknown_name",
    "« {{{name}}} » n’est pas un mot que nous connaissons. Vous pouvez écrire : {known}.",
    "“{{{name}}}” is not a word that we know. You may write: {known}.",
)
NEEDS_ITEM = Text(
    "channel.needs_item",
    "Saisissez la référence de cet article : vous avez choisi de vous en servir.",
    "Enter the key of this article: you chose to use it.",
)
ITEMS: dict[str, CarriedKind] = {f"{kind}_item": kind for kind in get_args(CarriedKind)}
PAYMENTS: tuple[PaymentState, ...] = get_args(PaymentState)
DATES = get_args(get_type_hints(OrderRules)["dated"])
PRICES = get_args(get_type_hints(OrderRules)["price_mode"])
PACKS = get_args(get_type_hints(OrderRules)["packs"])
UNKNOWN = get_args(get_type_hints(OrderRules)["unknown_item"])
PLACES = get_args(ResiduePlace)
CREDITS = get_args(get_type_hints(OrderRules)["credits"])
TAXES = get_args(get_type_hints(OrderRules)["taxes"])
MOST_LET_GO = Decimal(5)
"""Of an order's difference: more is no rounding."""
COMMENTS = 10
"""Lines of comment: a document is not a letter."""


def order_rules(typed: Typed, former: OrderRules, erp: Offered) -> OrderRules:
    """What was typed; what the form does not hold stays. `erp`: what its connector honours."""
    items = {kind: key for name, kind in ITEMS.items() if (key := typed.text(name))}
    rules: dict[str, Any] = {
        "stages": _stages(typed),
        "statuses": tuple(typed.lines("statuses")),
        "payment_states": tuple(state for state in PAYMENTS if state in typed.many("payment_states")),
        "delay_minutes": typed.whole("delay_minutes", former.delay_minutes, most=60 * 24 * 30, example=30),
        "kind": typed.choice("document_kind", erp.kinds, former.kind),
        "depot": typed.text("depot_for_orders") or None,
        "representative": typed.text("representative") or None,
        "reference": _template(typed, "reference", former.reference) or OrderRules().reference,
        "remark": _template(typed, "remark", former.remark),
        "comments": _comments(typed, former.comments),
        "dated": typed.choice("dated", DATES, former.dated),
        "price_mode": typed.choice("price_mode", PRICES, former.price_mode),
        "items": items,
        "unknown_item": typed.choice("unknown_item", UNKNOWN, former.unknown_item),
        "other_item": typed.text("other_item") or None,
        "packs": typed.choice("packs", PACKS, former.packs),
        "residue": typed.choice("residue", PLACES, former.residue),
        "taxes": typed.choice("taxes", TAXES, former.taxes),
        "after": _after(typed, former.after),
        "tolerance": typed.number("tolerance", former.tolerance, most=MOST_LET_GO, example="0,50"),
        "unproven_hours": typed.whole(
            "unproven_hours", former.unproven_hours, least=1, most=24 * 90, example=24
        ),
        "customers": customer_rules(typed, former.customers),
        "credits": typed.choice("credits", CREDITS, former.credits),
        **payment_rules(typed, former, erp),
    }
    if rules["unknown_item"] == "other" and not rules["other_item"]:
        typed.wrong["other_item"] = NEEDS_ITEM.fill()
    if rules["residue"] == "rounding" and "rounding" not in items:
        typed.wrong["rounding_item"] = NEEDS_ITEM.fill()
    return replace(former, **rules)


def _after(typed: Typed, former: AfterEntry) -> AfterEntry:
    chosen: dict[str, Any] = {
        name: typed.choice(name, get_args(hint), getattr(former, name))
        for name, hint in get_type_hints(AfterEntry).items()
    }
    return replace(former, **chosen)


def _stages(typed: Typed) -> tuple[Stage, ...]:
    ticked: dict[Stage, bool] = {
        "pending": typed.flag("unpaid_too"), "open": True, "closed": typed.flag("closed_too")
    }  # fmt: skip
    return tuple(stage for stage, wanted in ticked.items() if wanted)


def _template(typed: Typed, name: str, former: str) -> str:
    found = typed.text(name, 500) if name in typed.form else former
    _check_names(typed, name, found)
    return found


def _comments(typed: Typed, former: tuple[str, ...]) -> tuple[str, ...]:
    if "comments" not in typed.form:
        return former
    lines = [line.strip() for line in typed.text("comments", 5000).splitlines()]
    found = tuple(line for line in lines if line)[:COMMENTS]
    for line in found:
        _check_names(typed, "comments", line)
    return found


def _check_names(typed: Typed, field: str, template: str) -> None:
    for name in unknown_names(template):
        known = ", ".join(f"{{{each}}}" for each in NAMES)
        typed.wrong[field] = UNKNOWN_NAME.fill(name=name, known=known)


def shown_items(rules: OrderRules) -> dict[str, str | None]:
    """Name of the entry → the article that it holds."""
    return {
        **{name: rules.items.get(kind) for name, kind in ITEMS.items()},
        "other_item": rules.other_item,
    }
