"""Sending many rows in one mutation, within the server's limits, and finding the bad row when it refuses the lot.

Vendure's bulk mutations are one transaction: a single bad row fails them all, and the answer does not say which. So a
refused batch is halved until the row stands alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import msgspec

from raccord_connectors.shop.vendure.client import Json, Refused

O = TypeVar("O")  # noqa: E741
ROWS = 100
"""Rows of a request: Vendure handles them one by one, some 10 ms each, within a request that may last 30 s."""


@dataclass(frozen=True)
class Row(Generic[O]):
    """One row of a bulk mutation, and whose it is."""

    owner: O
    input: Json


@dataclass
class Sent(Generic[O]):
    done: list[tuple[Row[O], Json]] = field(default_factory=list)
    """Rows and what Vendure answered for each."""
    refused: list[tuple[Row[O], Refused]] = field(default_factory=list)


class TooLarge(Refused):
    """One row alone is more than the server takes: `words` is its limit in kB."""

    def __init__(self, limit: int) -> None:
        super().__init__("TOO_LARGE", str(limit // 1024))


def send(
    rows: Sequence[Row[O]],
    call: Callable[[list[Json]], Sequence[Json]],
    *,
    limit: int,
    match: Callable[[Json], object],
    answer: Callable[[Json], object],
) -> Sent[O]:
    """`call` sends inputs and returns Vendure's answers, in whatever order: `match` of an input equals `answer` of
    its answer. `limit` in bytes. Raises what `call` raises, save `Refused`."""
    sent: Sent[O] = Sent()
    for batch in _batches(rows, limit, sent):
        _send(batch, call, match, answer, sent)
    return sent


def _send(
    batch: Sequence[Row[O]],
    call: Callable[[list[Json]], Sequence[Json]],
    match: Callable[[Json], object],
    answer: Callable[[Json], object],
    sent: Sent[O],
) -> None:
    try:
        answers = {answer(found): found for found in call([row.input for row in batch])}
    except Refused as refusal:
        if len(batch) == 1:
            sent.refused.append((batch[0], refusal))
            return
        middle = len(batch) // 2
        _send(batch[:middle], call, match, answer, sent)
        _send(batch[middle:], call, match, answer, sent)
        return
    sent.done += [(row, answers.get(match(row.input), {})) for row in batch]


def _batches(rows: Sequence[Row[O]], limit: int, sent: Sent[O]) -> list[list[Row[O]]]:
    batches: list[list[Row[O]]] = []
    size = limit
    for row in rows:
        weight = len(msgspec.json.encode(row.input)) + 1
        if weight > limit:
            sent.refused.append((row, TooLarge(limit)))
            continue
        if size + weight > limit or len(batches[-1]) == ROWS:
            batches.append([])
            size = 0
        batches[-1].append(row)
        size += weight
    return batches
