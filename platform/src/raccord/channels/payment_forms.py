"""The form of a channel's payments: what each payment method of the shop becomes in the ERP. Only what the ERP's connector
honours is offered."""

from collections.abc import Iterator
from typing import Any, Literal, get_args

from msgspec import Struct

from raccord.channels.typed import Typed
from raccord.core.order_rules import DocumentKind, OrderRules, PaymentRule
from raccord_connectors.contract import ConnectorSpec, Discovery, Text

Entry = Literal["deposit", "deposit_invoice", "settlement", "none"]
ENTRIES: tuple[Entry, ...] = get_args(Entry)
OTHERS = "others"
"""What an entry of the form says of the methods that are not named."""
MOST = 40
"""Methods of one shop: a bound for what a request may ask for."""
BLANK = 2
"""Rows for methods that we do not know of."""
UNKNOWN_METHOD_TWICE = Text(
    "channel.payment_method_twice",
    "Le moyen de paiement « {method} » est là deux fois. Gardez une des deux lignes.",
    "The payment method “{method}” is there twice. Keep one of the two lines.",
)


class Row(Struct, frozen=True, kw_only=True):
    """One line of the form. `entry` "" is: as the others, or held where those are."""

    name: str
    """How its entries' names begin."""
    method: str
    title: str = ""
    known: bool = False
    """The shop told of it: its method is not typed."""
    entry: str = ""
    rule: PaymentRule = PaymentRule()


KEPT = ("journal", "due", "fee_item")
"""Fields of a payment that a rule may ask for and not every ERP has."""


class Offered(Struct, frozen=True, kw_only=True):
    """What the ERP's connector honours."""

    entries: tuple[Entry, ...] = ()
    """Empty: it enters no payments."""
    kinds: tuple[DocumentKind, ...] = ("quotation", "order")
    credits: bool = False
    unkept: frozenset[str] = frozenset()
    """Of `journal`, `due` and `fee_item`: what the ERP keeps of no payment."""


def offered(erp: ConnectorSpec | None) -> Offered:
    if erp is None:
        return Offered(entries=("deposit", "settlement", "none"))
    entered: tuple[Entry, ...] = tuple(one for one in ENTRIES if erp.makes("payments", one))
    kinds: tuple[DocumentKind, ...] = tuple(one for one in get_args(DocumentKind) if erp.makes("drafts", one))
    return Offered(
        entries=(*entered, "none") if entered else (),
        kinds=kinds or ("order",),
        credits=erp.makes("drafts", "credit"),
        unkept=frozenset(one for one in KEPT if entered and not erp.stream("payments").takes(one)),
    )


def rows(rules: OrderRules, shop: Discovery | None) -> list[Row]:
    """The methods that the shop told of, those that have a rule, then empty lines."""
    told = {one.key: one.title for one in (shop.payment_methods if shop else ())}
    named = list(dict.fromkeys([*told, *(method for method in rules.payments if method)]))[:MOST]
    found = [
        Row(
            name=f"pay{number}", method=method, title=told.get(method, ""), known=method in told,
            entry=rules.payments[method].entry if method in rules.payments else "",
            rule=rules.payments.get(method, PaymentRule()),
        )
        for number, method in enumerate(named)
    ]  # fmt: skip
    return [*found, *(Row(name=f"pay{len(found) + number}", method="") for number in range(BLANK))]


def others(rules: OrderRules) -> Row:
    """The methods that have no line of their own."""
    rule = rules.payments.get("")
    if rule is None:
        return Row(name=OTHERS, method="", entry="" if rules.payments else "deposit")
    return Row(name=OTHERS, method="", entry=rule.entry, rule=rule)


def payment_rules(typed: Typed, former: OrderRules, erp: Offered) -> dict[str, Any]:
    """What was typed; a form without these entries leaves them as they were."""
    if f"{OTHERS}_entry" not in typed.form:
        return {}
    found: dict[str, PaymentRule] = {}
    for name, method in _lines(typed):
        rule = _rule(typed, name, former.payments.get(method, PaymentRule()), erp)
        if rule is None or not method:
            continue
        if method in found:
            typed.wrong[f"{name}_method"] = UNKNOWN_METHOD_TWICE.fill(method=method)
        found[method] = rule
    default = _rule(typed, OTHERS, former.payments.get("", PaymentRule()), erp)
    if default is not None and (found or default != PaymentRule()):
        found[""] = default
    return {"payments": found}


def _lines(typed: Typed) -> Iterator[tuple[str, str]]:
    for number in range(MOST + BLANK):
        name = f"pay{number}"
        if f"{name}_entry" in typed.form:
            yield name, typed.text(f"{name}_method", 80)


def _rule(typed: Typed, name: str, former: PaymentRule, erp: Offered) -> PaymentRule | None:
    """None: no rule of its own."""
    if not typed.text(f"{name}_entry"):
        return None
    entry: Any = typed.choice(f"{name}_entry", erp.entries, former.entry)
    return PaymentRule(
        entry=entry,
        mode=typed.text(f"{name}_mode", 80) or None,
        journal=None if "journal" in erp.unkept else typed.text(f"{name}_journal", 7) or None,
        due_days=0 if "due" in erp.unkept else typed.whole(f"{name}_days", 0, most=365, example=30),
        fee_item=None if "fee_item" in erp.unkept else typed.text(f"{name}_fee", 80) or None,
    )
