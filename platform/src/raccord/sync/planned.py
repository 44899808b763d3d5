"""What a plan says of one record: the projection under other rules beside what is desired now. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec
from msgspec import UNSET

from raccord.core import matching, texts
from raccord.core.ownership import Fields
from raccord.core.plan import Action, FieldChange, changes, created
from raccord.core.projection import Projected
from raccord.storage.plans import Line
from raccord.storage.projections import Bound, Desire
from raccord.sync import desires
from raccord_connectors.canonical import Availability, Listing, decode, encode
from raccord_connectors.contract import Message, Problem, Text

VANISHED = "drift.gone"
"""Code of what the shop does not have any more; a person says what becomes of it."""


GONE = Text(
    "plan.article_gone", "L’article n’est plus dans la gestion.", "The article is not in the ERP any more."
)
DELETED = Text(
    "plan.article_deleted",
    "Sa fiche est dépubliée depuis assez longtemps : elle serait supprimée de la boutique.",
    "Its listing has been unpublished for long enough: it would be deleted from the shop.",
)


class Said(NamedTuple):
    """`line` None: nothing would be sent. `held`: it is held already, and stays so. `left`: targets that would not be
    written any more."""

    line: Line | None = None
    held: bool = False
    left: tuple[str, ...] = ()
    new_items: int = 0
    """Offers that the shop does not have yet."""


UNCHANGED = Said()


def on_sale(key: str, projected: Projected, bound: Bound | None, creation: Fields, *, first: bool) -> Said:
    """An article that would be for sale. `first`: the channel is not on air, what is held is news."""
    former = desires.unpack(bound.problem) if bound is not None and bound.held else None
    waits = former is not None and (desires.is_of(former, matching.PREFIX) or former.message.code == VANISHED)
    if projected.listing is None:
        assert projected.problem is not None
        if waits or (former is not None and former.message == projected.problem.message):
            return Said(held=True)
        return Said(_line(key, "hold", problem=projected.problem))
    if waits:
        return Said(_line(key, "hold", problem=former)) if first else Said(held=True)
    data = encode(projected.listing).decode()
    if bound is None or bound.target is None:
        return _creation(key, projected.listing, data, bound, former)
    base = _base(bound)
    if data == base and bound.leaving is None:
        # A refusal of the shop falls with something new to try only; a hold of the projection falls now.
        return Said(_line(key, "release")) if _is_ours(former) else Said(held=former is not None)
    if base is None:
        return Said(_line(key, "update", created(projected.listing)))
    found = changes(decode(base, Listing), projected.listing, creation)
    if bound.leaving == "out_of_stock" and bound.brake is None:
        back = FieldChange("quantity", Decimal(0), UNSET)
        return Said(_line(key, "update", (back, *found.sent), ("quantity", *found.fields)), left=found.left)
    if former is not None:
        return Said(_line(key, "release", found.sent, found.fields), left=found.left)
    line = _line(key, "update", found.sent, found.fields) if found.sent else None
    return Said(line, left=found.left)


def _base(bound: Bound) -> str | None:
    """What the shop has, or is about to have."""
    if bound.brake is not None or bound.pushed_print == bound.desired_print:
        return bound.pushed or bound.desired
    return bound.desired or bound.pushed


def _creation(key: str, listing: Listing, data: str, bound: Bound | None, former: Problem | None) -> Said:
    if bound is not None and bound.desired == data and not _is_ours(former):
        return Said(held=former is not None)  # on its way already
    action: Action = "create" if former is None else "release"
    return Said(_line(key, action, created(listing)), new_items=len(listing.offers))


def _is_ours(problem: Problem | None) -> bool:
    return desires.is_of(problem, texts.PREFIX)


def off_sale(key: str, bound: Bound | None, desire: Desire | None, reasons: Sequence[Message]) -> Said:
    """An article that would not be sold in this channel. `desire`: what its binding would become, None for no change;
    `reasons`: why the channel's rule keeps it out, none when the ERP has it no more."""
    if bound is None or desire is None or desire.desired is None:
        return UNCHANGED
    base = bound.desired or bound.pushed
    if base is None or (base == desire.desired and bound.leaving == desire.leaving):
        return UNCHANGED
    why = reasons[0] if reasons else GONE.fill()
    sent = FieldChange("published", True, False)
    if desire.leaving == "out_of_stock":
        sent = FieldChange("quantity", UNSET, Decimal(0))
    elif desire.leaving == "delete":
        sent = FieldChange("published", False, UNSET)
        why = Message(why.code, f"{why.fr} {DELETED.fr}", f"{why.en} {DELETED.en}")
    return Said(_line(key, "withdraw", (sent,), (sent.path,), reason=why))


def stock(item: str, bound: Bound, desire: Desire | None, reason: Message) -> Said:
    """A quantity that would be shown. `reason`: the sum behind it."""
    if desire is None:
        return UNCHANGED
    old, new = _quantity(bound.desired or bound.pushed), _quantity(desire.desired)
    if desire.problem is not None:
        problem = desires.unpack(desire.problem)
        line = Line(
            "availability",
            item,
            "hold",
            [],
            _packed([FieldChange("quantity", old, UNSET)]),
            _packed(problem),
            None,
        )
        return Said(line)
    if old == new:
        return UNCHANGED
    sent = [FieldChange("quantity", old, new)]
    return Said(Line("availability", item, "stock", ["quantity"], _packed(sent), None, _packed(reason)))


def _quantity(data: str | None) -> Decimal | msgspec.UnsetType:
    return UNSET if data is None else decode(data, Availability).quantity


def same_sku(key: str, other: str, sku: str) -> Line:
    """Of two articles with one reference, the one that would not be sent."""
    message = texts.SAME_SKU.fill(key=key, other=other, sku=sku)
    return _line(key, "hold", problem=Problem("rejected", message, field="offer.sku"))


def _line(
    key: str,
    action: Action,
    sent: tuple[FieldChange, ...] = (),
    fields: tuple[str, ...] = (),
    problem: Problem | None = None,
    reason: Message | None = None,
) -> Line:
    told, held, why = (_packed(one) if one else None for one in (sent, problem, reason))
    return Line("listings", key, action, list(fields), told, held, why)


def _packed(value: object) -> str:
    return msgspec.json.encode(value).decode()
