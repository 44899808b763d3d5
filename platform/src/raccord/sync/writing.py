"""A blocking connector's `write`, as outcomes that arrive one by one on the event loop."""

import asyncio
from collections.abc import AsyncGenerator, Sequence

from raccord_connectors.contract import Change, Connector, Outcome

_END = object()
MOST = 200
"""Outcomes handed over at once."""


async def outcomes(
    connector: Connector, stream: str, changes: Sequence[Change]
) -> AsyncGenerator[list[Outcome], None]:
    """Outcomes as they come, those together that came together. What the connector raises is raised here, after the
    outcomes that it had yielded. The connector works in a thread of its own until it is done."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[object] = asyncio.Queue()

    def work() -> None:
        try:
            for outcome in connector.write(stream, changes):
                loop.call_soon_threadsafe(queue.put_nowait, outcome)
        finally:
            loop.call_soon_threadsafe(queue.put_nowait, _END)

    writing = asyncio.ensure_future(asyncio.to_thread(work))
    ended = False
    try:
        while not ended:
            gathered = [await queue.get()]
            while len(gathered) < MOST and not queue.empty():
                gathered.append(queue.get_nowait())
            ended = gathered[-1] is _END
            found = [item for item in gathered if isinstance(item, Outcome)]
            if found:
                yield found
    finally:
        await asyncio.shield(writing)
