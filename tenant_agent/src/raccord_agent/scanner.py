"""Reads a stream and puts what varies into the base and the outbox. The caller owns the connector's thread.

Three ways, as the stream allows: *since* a cursor (what changed, with overlap), by *sketch* (all keys with digests of
their rows, then only the records whose digest differs), or *everything*. The last two are complete passes, and only
they conclude that a record is gone: when they ended without error and saw rows.
"""

import time
from collections.abc import Callable
from pathlib import Path

from raccord_agent.base import Base
from raccord_agent.scan import Report, Scan, Surroundings, Way
from raccord_connectors.contract import Can, Connector, StreamSpec


def way(spec: StreamSpec, cursor: str | None, *, complete: bool) -> Way | None:
    """How to scan this stream now; None when it is write-only."""
    if not complete and cursor is not None and Can.READ_SINCE in spec.can:
        return Way.SINCE
    if {Can.SKETCH, Can.READ_SOME} <= spec.can:
        return Way.SKETCH
    return Way.EVERYTHING if Can.READ in spec.can else None


class Scanner:
    """`outbox_bytes`: size of the outbox at which reading pauses. The rest is told in `scan.Surroundings`."""

    def __init__(
        self,
        base: Base,
        spool: Path,
        *,
        outbox_bytes: int,
        at_border: Callable[[Way], None] = lambda way: None,
        kept: Callable[[], None] = lambda: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._surroundings = Surroundings(base, spool, outbox_bytes, at_border, kept, now)

    def scan(self, connector: Connector, stream: str, *, complete: bool = False) -> Report:
        """One scan from beginning to end. Raises what the connector raises, after keeping what was read before."""
        of = self._surroundings
        spec = connector.spec.stream(stream)
        state = of.base.streams.state(stream)
        chosen = way(spec, state.cursor, complete=complete)
        if chosen is None:
            raise ValueError(f"{stream} of {connector.spec.name} cannot be read")
        began = of.now()
        report = Report(stream, chosen)
        scan = Scan(of, connector, spec, state, report, began)
        try:
            if state.doubts:
                scan.settle_doubts()
            cursor = scan.run()
        finally:
            scan.keep()
            report.seconds = of.now() - began
        of.base.streams.scanned(
            state,
            began=began,
            complete=chosen is not Way.SINCE,
            seen=report.seen,
            cursor=cursor,
            changed=scan.changed,
        )
        return report
