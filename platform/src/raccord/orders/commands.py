"""What an order asks of the ERP's agent. Each command has a mark (`once`), so that asking again is asking once; the state
of an order follows from which of its commands are answered, and nothing is lost when a process dies in between."""

from collections.abc import Sequence

from raccord_connectors import wire
from raccord_connectors.canonical import CustomerDraft, Draft
from raccord_connectors.contract import Change, Outcome, Problem, Selection


def write_customer(draft: CustomerDraft) -> wire.Write:
    return wire.Write("customer_drafts", [wire.change_to_wire(Change("create", draft.key, draft))])


def write_draft(draft: Draft) -> wire.Write:
    return wire.Write("drafts", [wire.change_to_wire(Change("create", draft.key, draft))])


def read(stream: str, keys: Sequence[str]) -> wire.Read:
    return wire.Read(stream, Selection(keys=tuple(keys)))


def customer_mark(draft: CustomerDraft, attempt: int) -> str:
    return f"customer:{draft.key}:{attempt}"


def draft_mark(reference: str, attempt: int) -> str:
    return f"draft:{reference}:{attempt}"


def readback_mark(reference: str, attempt: int) -> str:
    return f"readback:{reference}:{attempt}"


def stock_mark(reference: str, number: int) -> str:
    return f"{stock_marks(reference)}{number}"


def stock_marks(reference: str) -> str:
    """How the marks of all proofs of this order begin; their number follows."""
    return f"stock:{reference}:"


def outcome_of(result: wire.CommandResult) -> Outcome | Problem:
    """The one outcome of a write, or why the command as a whole failed."""
    if result.problem is not None:
        return result.problem
    if not result.outcomes:
        raise ValueError(f"command {result.command} was a write and has no outcome")
    return result.outcomes[0]
