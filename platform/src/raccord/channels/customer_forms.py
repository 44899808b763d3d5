"""The form of a channel's customer rules: what recognises a buyer, who shares an account, and what a new customer is given."""

from typing import Any, get_args

from msgspec.structs import replace

from raccord.channels.typed import Typed
from raccord.core import customer_code
from raccord.core.order_rules import Anchor, CodeFormation, CustomerRules
from raccord_connectors.contract import Text

ANCHORS: tuple[Anchor, ...] = get_args(Anchor)
SHARING = ("none", "guests", "everyone")
"""Who shares the collective account."""
NEEDS_ACCOUNT = Text(
    "channel.needs_collective_account",
    "Saisissez le code du compte commun : vous avez choisi de vous en servir.",
    "Enter the code of the collective account: you chose to use it.",
)
ANCHOR_TWICE = Text(
    "channel.anchor_twice",
    "Le même repère est choisi deux fois. Choisissez-en un autre, ou « aucun ».",
    "The same mark is chosen twice. Choose another one, or “none”.",
)


def customer_rules(typed: Typed, former: CustomerRules) -> CustomerRules:
    """What was typed; a form without these entries leaves them as they were."""
    template = replace(former.template, price_category=typed.text("new_customer_price_category") or None)
    for field in ("accounting_category", "payment_terms", "representative"):
        template = replace(template, **_kept(typed, f"new_customer_{field}", field, getattr(template, field)))
    business = former.business_template
    if "business_price_category" in typed.form:
        category = typed.text("business_price_category")
        business = replace(template, price_category=category) if category else None
    return replace(
        former, template=template, business_template=business, anchors=_anchors(typed, former), **_shared(typed, former),
        code=_code(typed, former.code),
    )  # fmt: skip


def sharing_of(rules: CustomerRules) -> str:
    if rules.everyone == "collective":
        return "everyone"
    return "guests" if rules.guests == "collective" else "none"


def _kept(typed: Typed, name: str, field: str, former: str | None) -> dict[str, Any]:
    return {field: typed.text(name) or None if name in typed.form else former}


def _shared(typed: Typed, former: CustomerRules) -> dict[str, Any]:
    if "sharing" not in typed.form:
        return {}
    chosen = typed.choice("sharing", SHARING, sharing_of(former))
    account = typed.text("collective_account") or None
    if chosen != "none" and account is None:
        typed.wrong["collective_account"] = NEEDS_ACCOUNT.fill()
    return {
        "everyone": "collective" if chosen == "everyone" else "own",
        "guests": "collective" if chosen != "none" else "create",
        "collective_account": account,
    }


def _anchors(typed: Typed, former: CustomerRules) -> tuple[Anchor, ...]:
    names = [f"anchor_{number}" for number in range(1, len(ANCHORS) + 1)]
    if names[0] not in typed.form:
        return former.anchors
    found: list[Anchor] = []
    for name in names:
        chosen: Any = typed.choice(name, ("", *ANCHORS), "")
        if chosen in found:
            typed.wrong[name] = ANCHOR_TWICE.fill()
        elif chosen:
            found.append(chosen)
    return tuple(found)


def _code(typed: Typed, former: CodeFormation) -> CodeFormation:
    if "code_pattern" not in typed.form:
        return former
    formed = replace(former, pattern=typed.text("code_pattern", 60))
    if not customer_code.usable(formed):
        typed.wrong["code_pattern"] = customer_code.UNUSABLE.fill(
            pattern=formed.pattern, longest=formed.longest
        )
    return formed
