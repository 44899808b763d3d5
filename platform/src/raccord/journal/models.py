"""What a journal entry says, and the events it can tell."""

from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from raccord_connectors.contract import Problem


class Event(StrEnum):
    """What happened. Values are stored, so they never change their meaning."""

    # A record of the ERP
    APPEARED = "appeared"
    CHANGED = "changed"
    DISAPPEARED = "disappeared"
    REAPPEARED = "reappeared"
    HELD = "held"
    """It cannot be used as it is: `problem` says why and what to do."""
    RELEASED = "released"
    """What held it is over."""

    # A stream of the ERP
    EMPTIED = "emptied"
    """A complete pass saw nothing where records were known: nothing is withdrawn, the brake is on."""
    REFILLED = "refilled"
    DRIFTED = "drifted"
    """A comparison of both sides found differences; `after` counts them."""

    # A record in the shop
    MATCHED = "matched"
    CREATED = "created"
    UPDATED = "updated"
    WITHDRAWN = "withdrawn"
    DELETED = "deleted"
    """Some time after it was withdrawn, where the merchant wants that."""
    REFUSED = "refused"
    """By the shop, or by the mapping; `problem` says why."""
    BRAKED = "braked"

    # An order of the shop
    ORDER_RECEIVED = "order_received"
    ORDER_CHANGED = "order_changed"
    ORDER_HELD = "order_held"
    ORDER_ENTERING = "order_entering"
    ORDER_INTEGRATED = "order_integrated"
    ORDER_IGNORED = "order_ignored"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_FOLLOWED = "order_followed"
    """The shop was told what the ERP did."""
    PAYMENT_ENTERED = "payment_entered"
    """`after` is the entry, as read back from the ERP."""
    PAYMENT_HELD = "payment_held"
    CREDIT_ENTERED = "credit_entered"
    """`after` is the credit note's number and the refund's key."""
    CREDIT_HELD = "credit_held"
    BALANCE_DIFFERS = "balance_differs"
    """What is left to pay in the ERP is not what the shop says."""
    CUSTOMER_TOLD = "customer_told"
    """By e-mail or text message; `after` says of what, by what and to which address."""
    CUSTOMER_NOT_TOLD = "customer_not_told"
    """Or nobody knows whether; `problem` says why and what to do."""
    CUSTOMER_MATCHED = "customer_matched"
    CUSTOMER_CREATED = "customer_created"
    CUSTOMER_UPDATED = "customer_updated"
    """The ERP was brought what the customer changed in the shop."""
    CUSTOMER_CONTACT = "customer_contact"
    """One more person of a customer was written among its contacts."""
    CUSTOMER_HELD = "customer_held"
    """The ERP refuses what the customer changed; `problem` says why."""
    SALE_UNPROVEN = "sale_unproven"
    """The ERP has it and its stock does not show it: it still lowers what the shops show."""
    RESERVATION_ENDED = "reservation_ended"
    """By a person, who says that the ERP's stock is right without it."""
    ARTICLE_CHOSEN = "article_chosen"
    """A person said which article of the ERP the shop's article is; `after` tells both."""
    ORDER_DECIDED = "order_decided"
    """What waited of an order that the ERP has; `after` holds the question and the decision."""
    ORDER_ROUNDED = "order_rounded"
    """A manager had an order entered that does not add up; `after` tells the difference and why."""

    # A person
    RETRIED = "retried"
    IGNORED = "ignored"
    DECIDED = "decided"
    """On a brake; `after` holds the decision."""
    APPLIED = "applied"
    """A plan: the channel has a new version; `after` counts what the plan said."""
    TRIED = "tried"
    """A few articles follow a plan before it is applied."""
    TRIAL_UNDONE = "trial_undone"


class Entry(Struct, frozen=True, kw_only=True):
    """`before` and `after` are canonical encodings of the record (or small JSON objects of our own)."""

    stream: str
    key: str
    event: Event
    connection: UUID | None = None
    channel: UUID | None = None
    run: UUID | None = None
    before: bytes | None = None
    after: bytes | None = None
    problem: Problem | None = None
    account: UUID | None = None
    """Who did it, when a person did."""
    took_ms: int | None = None
    """From the ERP's change, or the shop's order, to here."""
