"""A blocking connector's `read`, page by page on the event loop."""

import asyncio
from collections.abc import AsyncGenerator, Iterator

from raccord_connectors.contract import EVERYTHING, Connector, Page, Selection


async def pages(
    connector: Connector, stream: str, wanted: Selection = EVERYTHING
) -> AsyncGenerator[Page, None]:
    """Use it with `contextlib.aclosing`: a reading that is given up is closed."""
    reading: Iterator[Page] = connector.read(stream, wanted)
    try:
        while True:
            page = await asyncio.to_thread(next, reading, None)
            if page is None:
                return
            yield page
    finally:
        close = getattr(reading, "close", None)
        if close is not None:
            await asyncio.to_thread(close)
