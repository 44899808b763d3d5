"""The form of what travels between customers and accounts: the direction, and who owns what."""

from typing import Any, get_args

from msgspec.structs import replace

from raccord.channels.typed import Typed
from raccord.core.customer_owners import GROUPS, CustomerExchange, CustomField, Direction, Group, Owner
from raccord_connectors.contract import StreamSpec, Text

DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
CUSTOM_ROWS = 6
"""Custom fields of one channel."""
NEEDS_BOTH = Text(
    "channel.custom_needs_both",
    "Nommez le champ des deux côtés, ou videz la ligne.",
    "Name the field on both sides, or empty the line.",
)


def exchange(typed: Typed, former: CustomerExchange) -> CustomerExchange:
    """What was typed; a form without these entries leaves them as they were."""
    if "exchange" not in typed.form:
        return former
    direction: Any = typed.choice("exchange", DIRECTIONS, former.direction)
    owners: dict[Group, Owner] = {}
    for group, known in GROUPS.items():
        chosen: Any = typed.choice(f"owner_{group}", known.owners, former.owner(group))
        if chosen != known.owner:
            owners[group] = chosen
    return replace(
        former,
        direction=direction,
        owners=owners,
        custom=_custom(typed),
        birthday_field=typed.text("birthday_field"),
        subscription_fields=_subscriptions(typed),
    )


def _custom(typed: Typed) -> tuple[CustomField, ...]:
    found = []
    for number in range(1, CUSTOM_ROWS + 1):
        erp, shop = typed.text(f"custom_erp_{number}"), typed.text(f"custom_shop_{number}")
        if not erp and not shop:
            continue
        owner: Any = typed.choice(f"custom_owner_{number}", ("erp", "shop"), "erp")
        if not erp or not shop:
            typed.wrong[f"custom_erp_{number}"] = NEEDS_BOTH.fill()
            continue
        found.append(CustomField(erp=erp, shop=shop, owner=owner))
    return tuple(found)


def _subscriptions(typed: Typed) -> dict[str, str]:
    """One a line: the shop's name, "=", the ERP's field."""
    pairs = [line.partition("=") for line in typed.lines("subscription_fields")]
    return {shop.strip(): erp.strip() for shop, _, erp in pairs if shop.strip() and erp.strip()}


def held_by(stream: StreamSpec | None, held: tuple[str, ...] | None) -> set[Group] | None:
    """Groups of which the shop can hold something; None: it has no accounts that we could read or write."""
    if stream is None:
        return None
    fields = set(held if held is not None else stream.fields or ())
    if held is None and stream.fields is None:
        return set(GROUPS)
    return {group for group, known in GROUPS.items() if fields.intersection(known.fields)}
