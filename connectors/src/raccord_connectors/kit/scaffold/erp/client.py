"""The Acme ERP's web service: its addresses, its paging, its way of refusing.

Errors are told apart by what happens next. The kit already raises `TransientError` for what passes (429, 5xx, no
answer) and `ConfigError` for what a person must change (401, 403); here we only add what this system means by 404,
409 and 422.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx

from raccord_connectors.contract import RecordRejected
from raccord_connectors.kit.http import HttpClient, HttpFailure

from . import texts
from .settings import AcmeSettings

Row = dict[str, Any]


class AcmeClient:
    def __init__(
        self,
        settings: AcmeSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        authorisation = {"Authorization": f"Bearer {settings.key}"}
        self._http = HttpClient(
            settings.url,
            headers=authorisation,
            transport=transport,
            allow_private=True,  # the ERP is on the merchant's own network, and so is the agent that runs this
            sleep=sleep,
        )

    def status(self) -> Row:
        found: Row = self._http.json("GET", "/api/status")
        return found

    def changed(self, kind: str, since: int, size: int) -> Iterator[list[Row]]:
        """Rows in the order of their last change, from `since` on (included), each once.

        A row that changes while we read moves to the end and comes a second time: it is dropped here, and not lost,
        because cursors never go past the revision at which the reading began (see `read` in `__init__.py`).
        """
        seen: set[str] = set()
        while True:
            rows = self._http.json("GET", f"/api/{kind}", params={"from": since, "limit": size})
            yield [row for row in rows if row["id"] not in seen]
            if len(rows) < size:
                return
            seen.update(row["id"] for row in rows)
            since = rows[-1]["revision"] + 1

    def row(self, kind: str, key: str) -> Row | None:
        try:
            found: Row = self._http.json("GET", self._address(kind, key))
        except HttpFailure as failure:
            if failure.status == 404:
                return None
            raise
        return found

    def create(self, kind: str, key: str, body: Row) -> tuple[str, bool]:
        """The ERP's number of the thing, and whether it was there already: our `reference` is unique there, so a
        creation repeated after a cut finds its thing. That also makes it safe to repeat."""
        with _refusals(key):
            try:
                made = self._http.json("POST", f"/api/{kind}", repeat=True, json={**body, "reference": key})
            except HttpFailure as failure:
                if failure.status == 409 and failure.body:
                    return str(failure.body["id"]), True
                raise
        return made["id"], False

    def close(self) -> None:
        self._http.close()

    def _address(self, kind: str, key: str) -> str:
        return f"/api/{kind}/{quote(key, safe='')}"


@contextmanager
def _refusals(key: str) -> Iterator[None]:
    """A refusal that concerns this one record becomes its rejection; the others go on."""
    try:
        yield
    except HttpFailure as failure:
        if failure.status == 422 and failure.body:
            field = failure.body["field"]
            message = texts.REFUSED.fill(key=key, field=field, reason=failure.body["reason"])
            raise RecordRejected(message, field=field, detail=failure.detail) from None
        raise
