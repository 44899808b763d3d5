"""Reading orders: which ones, and when they have changed.

`order.updatedAt` cannot be trusted: placing an order, settling or refunding a payment and shipping leave it where it was
(seen on 3.7). A poller that goes by it alone never sees an order whose basket is older than the last poll. So three
questions are asked since the cursor:

1. which orders were placed or stamped since;
2. of the orders that are not shipped yet, which have a history entry since: every transition leaves one;
3. the same of all orders of the last three months, where refunds happen: each time in a shop that has few of them, once
   an hour in one where that is much to ask.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from raccord_connectors.contract import Page, Rejection, Selection
from raccord_connectors.shop.vendure.client import Graph, Json, in_parts
from raccord_connectors.shop.vendure.cursors import moment, readable, since
from raccord_connectors.shop.vendure.installation import Installation
from raccord_connectors.shop.vendure.order_records import OrderReader, query_fields
from raccord_connectors.shop.vendure.settings import VendureSettings

PLACED = "active: { eq: false }, orderPlacedAt: { isNull: false }"
"""Baskets and drafts are nobody's orders yet."""
ALL = """query($take: Int!, $skip: Int!) {{
  orders(options: {{ take: $take, skip: $skip, sort: {{ id: ASC }}, filter: {{ {placed} }} }}) {{
    items {{ {fields} }} }} }}"""
SOME = """query($ids: [String!]!) {{
  orders(options: {{ take: 1000, sort: {{ id: ASC }}, filter: {{ {placed}, id: {{ in: $ids }} }} }}) {{
    items {{ {fields} }} }} }}"""
LATEST = """query($take: Int!) {{
  orders(options: {{ take: $take, sort: {{ orderPlacedAt: DESC }}, filter: {{ {placed} }} }}) {{
    items {{ {fields} }} }} }}"""
STAMPED = f"""query($take: Int!, $skip: Int!, $since: DateTime!) {{
  orders(options: {{ take: $take, skip: $skip, sort: {{ id: ASC }}, filter: {{ {PLACED},
    _or: [{{ updatedAt: {{ after: $since }} }}, {{ orderPlacedAt: {{ after: $since }} }}] }} }}) {{ items {{ id }} }} }}"""
ACTIVITY = """id history(options: { take: 1, sort: { createdAt: DESC } }) { items { createdAt } }"""
OPEN = f"""query($take: Int!, $skip: Int!) {{
  orders(options: {{ take: $take, skip: $skip, sort: {{ id: ASC }}, filter: {{ {PLACED},
    state: {{ notIn: ["Shipped", "Delivered", "Cancelled"] }} }} }}) {{ items {{ {ACTIVITY} }} }} }}"""
RECENT = f"""query($take: Int!, $skip: Int!, $since: DateTime!) {{
  orders(options: {{ take: $take, skip: $skip, sort: {{ id: ASC }}, filter: {{ {PLACED},
    _and: [{{ orderPlacedAt: {{ after: $since }} }}] }} }}) {{ items {{ {ACTIVITY} }} }} }}"""
HOW_MANY_RECENT = f"""query($since: DateTime!) {{
  orders(options: {{ take: 1, filter: {{ {PLACED}, _and: [{{ orderPlacedAt: {{ after: $since }} }}] }} }}) {{
    totalItems }} }}"""
IDS_AT_ONCE = 500
FEW = 500
"""Orders whose latest history entry can be asked for at every poll: one small query each, in the server's database."""
RECENT_EVERY = timedelta(hours=1)
RECENT_FOR = timedelta(days=92)
DEFAULT_CHANNEL = "__default_channel__"


class Orders:
    def __init__(
        self, graph: Graph, installation: Installation, settings: VendureSettings, *, few: int = FEW
    ) -> None:
        self._few = few
        self._graph = graph
        self._installation = installation
        self._reader = OrderReader(installation, settings)
        fields = query_fields(installation)
        self._all = ALL.format(placed=PLACED, fields=fields)
        self._some = SOME.format(placed=PLACED, fields=fields)
        self._latest = LATEST.format(placed=PLACED, fields=fields)

    def read(self, wanted: Selection, size: int) -> Iterator[Page]:
        """The cursor comes with the last page: "moment|moment of the last complete look at recent orders"."""
        if wanted.keys is not None:
            yield from self._by_id(list(wanted.keys), size)
            return
        if wanted.latest is not None:
            yield self._page(self._graph.ask(self._latest, take=wanted.latest)["orders"]["items"])
            return
        now = self._graph.now()
        if wanted.since is None:
            for rows in self._graph.everything(self._all, "orders", size=size):
                yield self._page(rows)
            yield Page(cursor=f"{moment(now)}|{moment(now)}")
            return
        start, _, looked = wanted.since.partition("|")
        ids = [*self._stamped(since(start)), *self._active(OPEN, since(start))]
        looked = looked or start
        recent = moment(now - RECENT_FOR)
        few = self._graph.ask(HOW_MANY_RECENT, since=recent)["orders"]["totalItems"] <= self._few
        if few or now - datetime.fromisoformat(looked) >= RECENT_EVERY:
            ids += self._active(RECENT, since(looked), since=recent)
            looked = moment(now)
        yield from self._by_id(list(dict.fromkeys(ids)), size)
        yield Page(cursor=f"{moment(now)}|{looked}")

    def _by_id(self, ids: list[str], size: int) -> Iterator[Page]:
        for part in in_parts(readable(ids), size):
            rows = self._graph.ask(self._some, ids=part)["orders"]["items"]
            if rows:
                yield self._page(rows)

    def _stamped(self, start: str) -> list[str]:
        pages = self._graph.everything(STAMPED, "orders", size=IDS_AT_ONCE, since=start)
        return [row["id"] for rows in pages for row in rows]

    def _active(self, document: str, start: str, **variables: str) -> list[str]:
        """Of the orders that `document` finds, those with something in their history since then."""
        pages = self._graph.everything(document, "orders", size=IDS_AT_ONCE, **variables)
        first = datetime.fromisoformat(start)
        return [
            row["id"]
            for rows in pages
            for row in rows
            for entry in row["history"]["items"]
            if datetime.fromisoformat(entry["createdAt"]) >= first
        ]

    def _page(self, rows: list[Json]) -> Page:
        records, rejected = [], []
        for row in rows:
            # In a marketplace the operator's channel shows each sale twice: as the buyer paid it (Aggregate) and split by
            # seller. The operator's ERP gets the first; a seller's own channel only holds the second.
            if row["type"] == "Seller" and self._installation.channel["code"] == DEFAULT_CHANNEL:
                continue
            read = self._reader.read(row)
            if isinstance(read, Rejection):
                rejected.append(read)
            else:
                records.append(read)
        return Page(records=records, rejected=rejected)
