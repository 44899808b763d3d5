"""Faults on demand, so that connectors are tried against a shop that misbehaves."""

import threading
from dataclasses import dataclass
from typing import Any

KINDS = ("status", "slow", "cut_before", "cut_after", "html", "notice", "stale", "drop_authorization")
NOTICE = (
    '<br />\n<b>Deprecated</b>:  Creation of dynamic property Foo::$bar["x"] is deprecated'
    " in <b>/wp/foo.php</b> on line <b>12</b><br />\n"
)
MAINTENANCE = (
    "<!doctype html><html lang='fr'><title>Maintenance</title>"
    "<p>Site en maintenance, revenez dans une minute.</p></html>"
)


@dataclass
class Fault:
    """`kind`:
    status: answer `status` (with `retry_after` if given) instead of working; slow: wait `seconds` first;
    cut_before: the connection breaks and nothing was done; cut_after: it was done, and the answer is lost;
    html: a maintenance page with status 200; notice: a PHP warning before the JSON;
    stale: the answer that an earlier, equal GET got (a cache that should not be);
    drop_authorization: the web server swallows the Authorization header.
    """

    kind: str
    count: int = 1
    """How many requests it hits; negative: all, until the faults are cleared."""
    match: str = ""
    """Only requests whose path contains this."""
    method: str = ""
    status: int = 503
    retry_after: str = ""
    seconds: float = 0.0
    skip: int = 0
    """Let so many matching requests pass first."""


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[Fault] = []

    def arm(self, **fields: Any) -> None:
        fault = Fault(**fields)
        if fault.kind not in KINDS:
            raise ValueError(f"no such fault: {fault.kind}")
        with self._lock:
            self._armed.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()

    def next(self, method: str, path: str) -> Fault | None:
        """The fault that hits this request, if any; its count goes down."""
        with self._lock:
            for fault in self._armed:
                if fault.match not in path or fault.method not in ("", method):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                if fault.count != 0:
                    fault.count -= 1
                    self._armed = [f for f in self._armed if f.count != 0]
                    return fault
        return None
