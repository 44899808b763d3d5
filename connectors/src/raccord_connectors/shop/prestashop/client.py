"""Calls of PrestaShop's webservice: lists, and rows written several at a time."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any
from xml.etree.ElementTree import Element

import httpx

from raccord_connectors.contract import TransientError
from raccord_connectors.kit import texts as kit_texts
from raccord_connectors.kit.http import HttpClient
from raccord_connectors.kit.xml import BadXml, parse
from raccord_connectors.shop.prestashop import texts
from raccord_connectors.shop.prestashop.refusals import Refused, judged, xml_in
from raccord_connectors.shop.prestashop.rows import (
    Fields,
    Row,
    changed_document,
    document,
    number,
    row_of,
    rows_in,
)
from raccord_connectors.shop.prestashop.settings import PrestaShopSettings

PAGE = 100
"""Rows of one answer: PrestaShop has no limit of its own, and whole products are large."""
IDS_AT_ONCE = 100
LONGEST_FILTER = 3_000
"""Characters of a filter in one address."""
AT_ONCE = 25
"""Rows of one call that writes, other than products."""
SLOW = httpx.Timeout(120.0, connect=10.0)
"""Seconds for a call that writes: shared hosting takes its time for each row, and makes thumbnails of each picture."""
CLIENT_CLOCK_SLACK = 300
"""Seconds taken off our own clock where a shop does not tell its own."""
NODES = {
    "products": "product", "combinations": "combination", "stock_availables": "stock_available",
    "specific_prices": "specific_price", "categories": "category", "manufacturers": "manufacturer", "tags": "tag",
    "product_features": "product_feature", "product_feature_values": "product_feature_value",
    "product_options": "product_option", "product_option_values": "product_option_value", "customers": "customer",
    "addresses": "address", "order_histories": "order_history", "order_carriers": "order_carrier",
    "customer_threads": "customer_thread", "customer_messages": "customer_message",
}  # fmt: skip
MAILING = {"sendemail": "1"}
"""The shop tells the customer: without it no mail is sent."""


class Webservice:
    """Raises errors of the contract, and `Refused`."""

    def __init__(
        self,
        settings: PrestaShopSettings,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.now = now
        self._always: dict[str, str] = (
            {"id_shop": settings.shop_id.strip()} if settings.shop_id.strip() else {}
        )
        key = settings.key.strip()
        if settings.key_in_address:
            self._always["ws_key"] = key
        self.http = HttpClient(
            _base(settings.url),
            auth=None if settings.key_in_address else (key, ""),
            headers={"Accept": "application/xml, text/xml", "Output-Format": "XML"},
            transport=transport,
            allow_private=settings.allow_private_address,
            sleep=sleep,
            now=now,
            judge=lambda response: judged(response, self.host),
        )
        self._rights: Mapping[str, frozenset[str]] | None = None
        self.version = ""
        """As the shop told it with its latest answer."""

    @property
    def host(self) -> str:
        return self.http.host

    def close(self) -> None:
        self.http.close()

    # ---------------------------------------------------------------------------------------------- reading

    def rights(self, *, anew: bool = False) -> Mapping[str, frozenset[str]]:
        """Resource → verbs (lower case) that this key may use."""
        if self._rights is None or anew:
            root, _ = self._xml("GET", "", {})
            api = root.find("api")
            if api is None:
                raise TransientError(kit_texts.NOT_AN_API.fill(host=self.host), detail="no <api>")
            self._rights = {
                one.tag: frozenset(
                    verb for verb in ("get", "post", "put", "patch", "delete") if one.get(verb) == "true"
                )
                for one in api
            }
        return self._rights

    def can_patch(self, resource: str) -> bool:
        """From 8.0, and where the key has the right: keys older than the update of a shop do not."""
        return "patch" in self.rights().get(resource, ())

    def page(self, resource: str, **params: str) -> tuple[list[Row], float]:
        """Rows, and the shop's own time when it answered."""
        root, moment = self._xml("GET", resource, params)
        return [row_of(element) for element in rows_in(root)], moment

    def rows(self, resource: str, *, display: str = "full", **params: str) -> list[Row]:
        return self.page(resource, display=display, **params)[0]

    def everything(
        self, resource: str, display: str = "full", after: int = 0, size: int = PAGE, **params: str
    ) -> Iterator[list[Row]]:
        """A whole list, in pages by id: nothing is lost when rows go while we read."""
        while True:
            found = self.rows(
                resource,
                display=display,
                **{**params, "filter[id]": f">[{after}]", "sort": "[id_ASC]", "limit": str(size)},
            )
            if found:
                yield found
                after = number(found[-1])
            if len(found) < size:
                return

    def all(self, resource: str, *, display: str = "full", **params: str) -> list[Row]:
        return [row for rows in self.everything(resource, display, 0, PAGE, **params) for row in rows]

    def by(
        self, resource: str, field: str, values: Iterable[object], *, display: str = "full", **params: str
    ) -> list[Row]:
        """Rows whose field is one of these values, in as few requests as addresses allow; each row once."""
        found: dict[int, Row] = {}
        for wanted in _filters(values):
            for row in self.rows(resource, display=display, **{f"filter[{field}]": wanted, **params}):
                found[number(row)] = row
        return list(found.values())

    # ---------------------------------------------------------------------------------------------- writing

    def create(self, resource: str, rows: Sequence[Fields], *, mail: bool = False) -> list[Row]:
        """In one call, never repeated blindly. TRAP: not all or nothing; the rows before a refused one are saved."""
        root, _ = self._xml("POST", resource, MAILING if mail else {}, document(NODES[resource], rows))
        made = [row_of(element) for element in rows_in(root)]
        if len(made) != len(rows):
            raise TransientError(
                texts.INCOMPLETE.fill(host=self.host), detail=f"{len(made)} of {len(rows)} {resource}"
            )
        return made

    def create_each(
        self,
        resource: str,
        rows: Sequence[Fields],
        saved: Callable[[Sequence[Fields]], Sequence[Row | None]],
        at_once: int = AT_ONCE,
    ) -> list[Row | Refused]:
        """One answer for each. Where a call is refused, `saved` finds those of its rows that were, and the others go alone."""
        found: list[Row | Refused] = []
        for part in in_parts(rows, at_once):
            try:
                found += self.create(resource, part)
            except Refused as refused:
                if len(part) == 1:
                    found.append(refused)
                    continue
                known = saved(part)
                for row, there in zip(part, known, strict=True):
                    found += [there] if there is not None else self.create_each(resource, [row], saved, 1)
        return found

    def update_each(
        self,
        resource: str,
        changes: Sequence[tuple[int, Fields]],
        at_once: int = AT_ONCE,
        *,
        mail: bool = False,
    ) -> dict[int, Refused]:
        """Those that were refused. Absolute values: sent twice they change nothing more, so a refused call is halved."""
        refused: dict[int, Refused] = {}
        for part in in_parts(changes, at_once):
            refused |= self._update(resource, list(part), MAILING if mail else {})
        return refused

    def _update(
        self, resource: str, part: list[tuple[int, Fields]], params: Mapping[str, str]
    ) -> dict[int, Refused]:
        try:
            if self.can_patch(resource):
                rows = [{"id": row, **fields} for row, fields in part]
                self._xml("PATCH", resource, params, document(NODES[resource], rows), repeat=True)
            else:
                self._put(resource, dict(part), params)
        except Refused as refused:
            if len(part) == 1:
                return {part[0][0]: refused}
            middle = len(part) // 2
            return self._update(resource, part[:middle], params) | self._update(
                resource, part[middle:], params
            )
        return {}

    def _put(self, resource: str, changes: Mapping[int, Fields], params: Mapping[str, str]) -> None:
        """Read, change, write: what is not in a PUT becomes empty. What somebody else changes between the two calls is lost; they
        follow each other at once."""
        asked = "|".join(map(str, changes))
        root, _ = self._xml("GET", resource, {"display": "full", "filter[id]": f"[{asked}]"})
        elements = {number(row_of(element)): element for element in rows_in(root)}
        lost = [row for row in changes if row not in elements]
        if lost:
            raise Refused(404, 92, f"{resource} {lost}")
        whole = [(elements[row], fields) for row, fields in changes.items()]
        body = changed_document(NODES[resource], whole, quantity=resource == "stock_availables")
        self._xml("PUT", resource, params, body, repeat=True)

    def delete(self, resource: str, row: int) -> None:
        """Harmless where it is gone already."""
        try:
            self._send("DELETE", f"{resource}/{row}", {}, repeat=True)
        except Refused as refused:
            if not refused.missing:
                raise

    def upload(self, product: int, content: bytes, kind: str) -> int:
        """A picture of a product; its id."""
        files = {"image": (f"image.{kind.rpartition('/')[2]}", content, kind)}
        response = self._send("POST", f"images/products/{product}", {}, files=files)
        for element in rows_in(self._parsed(response, "images")):
            return number(row_of(element))
        raise TransientError(texts.INCOMPLETE.fill(host=self.host), detail="no image id")

    # ----------------------------------------------------------------------------------------------- the wire

    def _xml(
        self,
        verb: str,
        path: str,
        params: Mapping[str, str],
        body: bytes = b"",
        *,
        repeat: bool | None = None,
    ) -> tuple[Element, float]:
        options: dict[str, Any] = {}
        if body:
            options = {"content": body, "headers": {"Content-Type": "text/xml; charset=utf-8"}}
        response = self._send(verb, path, params, repeat=repeat, **options)
        return self._parsed(response, path), self._time_of(response)

    def _send(
        self, verb: str, path: str, params: Mapping[str, str], *, repeat: bool | None = None, **options: Any
    ) -> httpx.Response:
        if verb != "GET":
            options["timeout"] = SLOW
        response = self.http.send(
            verb, f"api/{path}", repeat=repeat, params={**params, **self._always}, **options
        )
        self.version = response.headers.get("PSWS-Version", self.version)
        return response

    def _parsed(self, response: httpx.Response, path: str) -> Element:
        try:
            return parse(xml_in(response.content))
        except BadXml as error:
            raise TransientError(
                kit_texts.NOT_AN_API.fill(host=self.host), detail=f"{path}: {error}"
            ) from error

    def _time_of(self, response: httpx.Response) -> float:
        try:
            return parsedate_to_datetime(response.headers.get("Date", "")).timestamp()
        except ValueError:
            return self.now() - CLIENT_CLOCK_SLACK


def in_parts(rows: Sequence[Any], size: int) -> Iterator[list[Any]]:
    left = iter(rows)
    while part := list(islice(left, size)):
        yield part


def _base(url: str) -> str:
    """Merchants paste the address of the webservice as well as that of the shop."""
    return url.strip().rstrip("/").removesuffix("/api") + "/"


def _filters(values: Iterable[object]) -> Iterator[str]:
    """TRAP: a filter is cut at `|`, and a comma makes an interval. A value with one is asked for by what stands before it: the
    caller finds more than was asked for."""
    parts: list[str] = []
    length = 0
    for value in dict.fromkeys(str(value) for value in values):
        plain = re.split(r"[|,\[\]]", value)[0]
        if plain != value:
            yield f"[{plain}]%"
            continue
        if parts and (len(parts) == IDS_AT_ONCE or length + len(value) > LONGEST_FILTER):
            yield f"[{'|'.join(parts)}]"
            parts, length = [], 0
        parts.append(value)
        length += len(value) + 1
    if parts:
        yield f"[{'|'.join(parts)}]"
