"""Where the shop's order goes when the ERP has come to a step: the merchant's table, applied to an absolute state."""

from typing import Literal

from msgspec.structs import replace

from raccord.core.notification_rules import NotificationRules, Step
from raccord_connectors.canonical import OrderUpdate

TOLD_BY_NOTES: tuple[Literal["shipped", "invoiced", "cancelled"], ...] = ("shipped", "invoiced", "cancelled")
"""Of which some shops send a mail with what we write into the order."""
WAY: tuple[Step, ...] = ("accepted", "preparing", "partly_shipped", "shipped", "invoiced")


def moved(update: OrderUpdate, rules: NotificationRules) -> OrderUpdate | None:
    """`update` as the merchant's table has it. None: the shop's order is left exactly as it is, because no step so far moves it.

    A step that moves nothing leaves the order where the last step before it that does would have: the state stays a function of
    where the ERP is now, so that a repetition, or a step that was missed, changes nothing."""
    update = replace(update, quiet=[event for event in TOLD_BY_NOTES if rules.rule(event).teller != "shop"])
    move = rules.move(update.state)
    if move != "stay":
        return replace(update, state=move)
    if update.state not in WAY:  # a cancellation: what the order was before is not known any more
        return None
    for step in reversed(WAY[: WAY.index(update.state)]):
        move = rules.move(step)
        if move != "stay":
            return replace(update, state=move)
    return None
