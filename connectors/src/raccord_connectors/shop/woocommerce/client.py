"""Calls of WooCommerce's REST API: lists, single things, and batches whose items answer one by one."""

import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import httpx

from raccord_connectors.contract import TransientError
from raccord_connectors.kit.http import HttpClient, HttpFailure, decode_json
from raccord_connectors.shop.woocommerce import texts
from raccord_connectors.shop.woocommerce.settings import WooCommerceSettings
from raccord_connectors.shop.woocommerce.signing import Signature

API = "wp-json/wc/v3/"
BATCH = 100
"""Items that WooCommerce takes in one batch, and rows of one page."""
BATCH_TIMEOUT = httpx.Timeout(120.0, connect=10.0)
"""Cheap hosting takes its time for a hundred products."""
CLIENT_CLOCK_SLACK = 300
"""Seconds taken off our own clock where a shop does not tell its own."""

Row = dict[str, Any]
Verb = Literal["create", "update", "delete"]


@dataclass(frozen=True)
class Item:
    """One item of a batch: a body, or the id to delete. `weight` is what it counts towards a full batch: pictures are
    downloaded by the shop during the request."""

    verb: Verb
    content: Row | int
    weight: int = 1


def is_wrong_key(failure: HttpFailure) -> bool:
    """Not the right or the clock that is missing, which the shop refuses with the same status."""
    body = failure.body if isinstance(failure.body, dict) else {}
    said = str(body.get("message") or "").casefold()
    return body.get("code") == "woocommerce_rest_authentication_error" and not re.search(
        r"timestamp|horodatage|permission|droits", said
    )


class ShopClient:
    """Answers of the shop as dicts, decimals as Decimal. Raises errors of the contract only."""

    def __init__(
        self,
        settings: WooCommerceSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._now = now
        self.http = HttpClient(
            settings.url.strip().rstrip("/") + "/",
            auth=Signature(settings.consumer_key.strip(), settings.consumer_secret.strip(), now),
            headers={"Cache-Control": "no-cache"},
            transport=transport,
            allow_private=settings.allow_private_address,
            sleep=sleep,
            now=now,
            explain=self._explain,
        )

    def _explain(self, failure: HttpFailure) -> None:
        """A key that was revoked while we work: told as the test of the connection tells it."""
        if failure.status == 401 and is_wrong_key(failure):
            failure.message, failure.field = texts.KEY_REFUSED.fill(host=self.host), "consumer_key"

    @property
    def host(self) -> str:
        return self.http.host

    def get(self, path: str, **params: Any) -> Any:
        return self.http.json("GET", _full(path), params=_fresh(params))

    def find(self, path: str, **params: Any) -> Any:
        """As `get`, None where there is no such thing or route."""
        try:
            return self.get(path, **params)
        except HttpFailure as failure:
            if failure.status in (404, 410):
                return None
            raise

    def page(self, path: str, params: Mapping[str, Any]) -> tuple[list[Row], float]:
        """Rows of a list, and the shop's own time when it answered."""
        response = self.http.send("GET", _full(path), params=_fresh(params))
        rows = decode_json(response.content)
        return (rows if isinstance(rows, list) else []), self._time_of(response)

    def all(self, path: str, **params: Any) -> list[Row]:
        """A whole list, for the short ones: attributes, variations of one product, webhooks."""
        found: list[Row] = []
        number = 1
        while True:
            rows, _ = self.page(path, {**params, "per_page": BATCH, "page": number})
            found += rows
            if len(rows) < BATCH:
                return found
            number += 1

    def by_ids(self, path: str, ids: Sequence[int], **params: Any) -> list[Row]:
        """The things with these ids, in requests of a hundred; those that do not exist are absent."""
        found: list[Row] = []
        for start in range(0, len(ids), BATCH):
            part = ",".join(str(number) for number in ids[start : start + BATCH])
            found += self.page(path, {**params, "include": part, "per_page": BATCH})[0]
        return found

    def post(self, path: str, body: Row, *, repeat: bool = False) -> Any:
        return self.http.json("POST", _full(path), json=body, repeat=repeat)

    def put(self, path: str, body: Row) -> Any:
        """Absolute values: sent twice they change nothing more."""
        return self.http.json("PUT", _full(path), json=body, repeat=True)

    def delete(self, path: str, **params: Any) -> Any:
        return self.http.json("DELETE", _full(path), params=params, repeat=True)

    # ------------------------------------------------------------------------------------------ batches

    def batch(self, path: str, items: Sequence[Item]) -> list[Row]:
        """One answer per item, in order; a failed one holds `error`. As few requests as the weights allow."""
        answers: list[Row] = []
        for part in _parts(items):
            answers += self._batch(path, part)
        return answers

    def _batch(self, path: str, items: Sequence[Item]) -> list[Row]:
        """One request; in halves when the shop refuses it as a whole, until the guilty item stands alone."""
        body: Row = {}
        for item in items:
            body.setdefault(item.verb, []).append(item.content)
        repeat = all(
            item.verb != "create" for item in items
        )  # what creates is searched for first, never repeated blindly
        try:
            answer = self.http.json(
                "POST", _full(f"{path}/batch"), json=body, repeat=repeat, timeout=BATCH_TIMEOUT
            )
        except HttpFailure as failure:
            if failure.status not in (400, 413):
                raise
            if len(items) == 1:
                return [
                    {
                        "id": 0,
                        "error": failure.body
                        or {"code": "too_large", "message": "", "data": {"status": 413}},
                    }
                ]
            middle = len(items) // 2
            return self._batch(path, items[:middle]) + self._batch(path, items[middle:])
        return self._aligned(items, answer)

    def _aligned(self, items: Sequence[Item], answer: Any) -> list[Row]:
        """The answer groups by verb; ours are in the order asked."""
        groups = {verb: iter(answer.get(verb) or []) for verb in ("create", "update", "delete")}
        try:
            return [next(groups[item.verb]) for item in items]
        except StopIteration:
            raise TransientError(texts.INCOMPLETE.fill(host=self.host)) from None

    def _time_of(self, response: httpx.Response) -> float:
        try:
            return parsedate_to_datetime(response.headers.get("Date", "")).timestamp()
        except ValueError:
            return self._now() - CLIENT_CLOCK_SLACK

    def close(self) -> None:
        self.http.close()


def _full(path: str) -> str:
    """Paths of other namespaces begin with wp-json themselves."""
    return path if path.startswith("wp-json") else API + path


def _fresh(params: Mapping[str, Any]) -> Row:
    """Host caches serve stale JSON: no address is asked twice."""
    return {**params, "_": secrets.token_hex(6)}


def _parts(items: Sequence[Item]) -> list[list[Item]]:
    parts: list[list[Item]] = []
    weight = BATCH + 1
    for item in items:
        if weight + item.weight > BATCH:
            parts.append([])
            weight = 0
        parts[-1].append(item)
        weight += item.weight
    return parts
