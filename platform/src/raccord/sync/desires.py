"""What becomes of one binding when its record was projected: pure decisions, the statements are elsewhere.

Who holds a record is told by the code of its problem: the projection takes back its own holds when the record is right
again; a refusal of the shop falls when there is something new to try; a doubtful match waits for a person.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from raccord.core import matching, texts
from raccord.core.channel import Leaving
from raccord.core.ownership import DELETED, Fields, listing_print, sold_out, sold_out_print, withdrawn
from raccord.core.projection import Projected
from raccord.journal.models import Event
from raccord.storage.brakes import PASS_NOT_OVER
from raccord.storage.projections import Bound, Desire
from raccord_connectors.canonical import Listing, decode, encode
from raccord_connectors.contract import Problem

Told = tuple[Event, Problem | None]
"""What the journal says of it."""
Decision = tuple[Desire, Told | None]


def on_sale(
    key: str, since: datetime, projected: Projected, bound: Bound | None, creation: Fields
) -> Decision | None:
    """An article that the ERP sells. None when the binding stays as it is."""
    if projected.listing is None:
        assert projected.problem is not None
        return _held(key, since, projected.problem, bound, creation)
    if bound is not None and _is_being_deleted(bound):
        return None  # and projected again once the shop has answered
    data = encode(projected.listing).decode()
    print_ = UUID(bytes=listing_print(projected.listing, creation))
    warning = projected.warnings[0] if projected.warnings else None
    if bound is None:
        return Desire(key, data, print_, since, pack(warning), False, None, renewed=True), None
    # Before its creation, what is sent at creation only counts as well.
    same = bound.desired_print == print_ and (bound.target is not None or bound.desired == data)
    same = same and bound.leaving is None
    former = unpack(bound.problem)
    if bound.held and is_of(former, matching.PREFIX):
        return None if same else (Desire(key, data, print_, since, bound.problem, True, None, False), None)
    if same and bound.held and not is_of(former, texts.PREFIX):
        return None
    shops = None if is_of(former, texts.PREFIX) or not same else bound.problem
    problem = pack(warning) or shops
    if same and not bound.held and unpack(problem) == former:
        return None
    told: Told | None = (Event.RELEASED, None) if bound.held else None
    renewed = bound.held or not same
    return Desire(key, data, print_, since, problem, False, None, renewed), told


def off_sale(
    key: str, since: datetime, bound: Bound | None, creation: Fields, how: Leaving = "unpublish"
) -> Decision | None:
    """An article that is gone, asleep or not for this shop. What the shop never had is forgotten; what it has leaves the sale
    as it stands there. `how` is delete once the time has come: what is on sale is unpublished first all the same."""
    if bound is None:
        return None
    if bound.target is None and bound.pushed is None:
        if bound.desired is None and not bound.held:
            return None
        doubtful = bound.held and is_of(unpack(bound.problem), matching.PREFIX)
        return Desire(key, None, None, since, bound.problem if doubtful else None, doubtful, None, True), None
    known = bound.pushed or bound.desired
    if known is None:
        return None
    former = decode(known, Listing)
    how = _way_out(bound, former, how)
    gone, print_ = _left(former, creation, how)
    if bound.desired_print == print_ and bound.leaving == how and not bound.held:
        return None
    waits = how == "delete" or (former.published if how == "unpublish" else bound.left_at is None)
    brake = PASS_NOT_OVER if waits else None
    return Desire(key, encode(gone).decode(), print_, since, None, False, brake, True, how), None


def _way_out(bound: Bound, former: Listing, how: Leaving) -> Leaving:
    """Only what the shop has unpublished is deleted; only what it surely has is shown sold out."""
    if how == "delete":
        ready = bound.left_at is not None and not former.published
        return "delete" if ready and bound.target is not None else "unpublish"
    return "unpublish" if bound.target is None else how


def _left(former: Listing, creation: Fields, how: Leaving) -> tuple[Listing, UUID]:
    if how == "out_of_stock":
        gone = sold_out(former)
        return gone, UUID(bytes=sold_out_print(gone, creation))
    gone = withdrawn(former)
    return gone, UUID(bytes=DELETED if how == "delete" else listing_print(gone, creation))


def as_pushed(bound: Bound, creation: Fields) -> tuple[UUID, Leaving | None]:
    """Print and way out of what the shop was given last; `bound.pushed` is that."""
    assert bound.pushed is not None
    listing = decode(bound.pushed, Listing)
    if bound.left_at is None:
        return UUID(bytes=listing_print(listing, creation)), None
    how: Leaving = "out_of_stock" if listing.published else "unpublish"
    return _left(listing, creation, how)[1], how


def _is_being_deleted(bound: Bound) -> bool:
    """The shop was asked, and nobody has heard the answer yet."""
    return (
        bound.leaving == "delete"
        and bound.target is not None
        and bound.pushed_print is None
        and not bound.held
        and bound.brake is None
    )


def _held(
    key: str, since: datetime, problem: Problem, bound: Bound | None, creation: Fields
) -> Decision | None:
    """The shop keeps what it has."""
    told = (Event.REFUSED, problem)
    if bound is None:
        return Desire(key, None, None, since, pack(problem), True, None, renewed=False), told
    former = unpack(bound.problem)
    if bound.held and is_of(former, matching.PREFIX):
        return None
    if bound.brake is not None and bound.pushed is not None:
        # It is for sale again: what waited to be withdrawn is not.
        print_, leaving = as_pushed(bound, creation)
        return Desire(key, bound.pushed, print_, since, pack(problem), True, None, False, leaving), told
    if _is_being_deleted(bound) or (bound.held and former == problem):
        return None
    desired, leaving = bound.desired, bound.leaving
    return Desire(key, desired, bound.desired_print, since, pack(problem), True, None, False, leaving), told


def is_of(problem: Problem | None, prefix: str) -> bool:
    return problem is not None and problem.message.code.startswith(prefix)


def pack(problem: Problem | None) -> str | None:
    return None if problem is None else msgspec.json.encode(problem).decode()


def unpack(problem: str | None) -> Problem | None:
    return None if problem is None else msgspec.json.decode(problem, type=Problem)
