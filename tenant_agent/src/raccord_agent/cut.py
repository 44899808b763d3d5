"""Cuts a refused delta until the one record is found that the platform cannot read. Pure."""

from msgspec.structs import replace

from raccord_agent.texts import REFUSED_DELTA
from raccord_connectors import wire
from raccord_connectors.contract import Message, Problem


def halves(delta: wire.Delta) -> tuple[wire.Delta, wire.Delta] | None:
    """Two deltas that together say the same; None when there is only one thing in it."""
    upserts, held, deletions = list(delta.upserts), list(delta.held), list(delta.deletions)
    half = (len(upserts) + len(held) + len(deletions)) // 2
    if half == 0:
        return None
    first_upserts, rest = upserts[:half], half - len(upserts[:half])
    first_held, rest = held[:rest], rest - len(held[:rest])
    first_deletions = deletions[:rest]
    return (
        replace(delta, upserts=first_upserts, held=first_held, deletions=first_deletions),
        replace(
            delta,
            upserts=upserts[len(first_upserts) :],
            held=held[len(first_held) :],
            deletions=deletions[len(first_deletions) :],
        ),
    )


def set_aside(delta: wire.Delta, reason: Message) -> wire.Delta | None:
    """In the place of a single record that was refused: the news that it is held, and why. None when it was no
    record."""
    if not delta.upserts:
        return None
    key = delta.upserts[0].key
    message = REFUSED_DELTA.fill(key=key, reason_fr=reason.fr, reason_en=reason.en)
    return replace(delta, upserts=(), held=(wire.Held(key, Problem("rejected", message)),))
