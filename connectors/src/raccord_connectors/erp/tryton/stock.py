"""Stock of each item in each warehouse.

`real` is Tryton's own quantity of the whole warehouse (reception, storage, dispatch). What is promised and expected is
summed from open moves and not taken from `forecast_quantity`, which mixes both and forgets moves that are late.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from raccord_connectors.canonical import DepotStock, Record, StockLevels, encode, fingerprint, plain
from raccord_connectors.erp.tryton.client import Client, Row
from raccord_connectors.erp.tryton.items import ITEM_STAMPS, ITEMS, ids_of_items, item_key_of
from raccord_connectors.erp.tryton.lookups import Warehouse, chosen_warehouses, locations
from raccord_connectors.erp.tryton.reading import EVERYTHING_TOO, Built, Source, digest
from raccord_connectors.erp.tryton.settings import TrytonSettings

COUNTED = ["type", "in", ["goods", "assets"]]
"""Services have no stock; kits have that of their parts."""
ZERO = Decimal(0)


def source(client: Client, settings: TrytonSettings) -> Source:
    reader = StockReader(client, settings)
    return Source(
        model="product.product",
        base=[COUNTED],
        stamps=ITEM_STAMPS,
        sketch=ITEMS,
        digests=reader.digests,
        fields=lambda: ITEMS,
        build=lambda rows: Built(reader.levels(rows)),
        ids_of=lambda keys: ids_of_items(client, keys),
        salt=reader.salt,
        more=reader.moved,
    )


@dataclass(frozen=True)
class Places:
    """Where the moves of the chosen warehouses begin and end."""

    warehouses: list[Warehouse]
    warehouse_of: dict[int, int]
    """Location → warehouse, for all locations inside one."""
    customers: frozenset[int]
    suppliers: frozenset[int]


@dataclass
class StockReader:
    client: Client
    settings: TrytonSettings

    _places: Places | None = None

    @property
    def places(self) -> Places:
        if self._places is None:
            self._places = self._find_places()
        return self._places

    def salt(self) -> str:
        places = self.places
        return digest([[one.id for one in places.warehouses], sorted(places.warehouse_of.items())]).hex()

    def moved(self, since: object) -> list[object]:
        """Products have no list of their moves, so the moves are asked."""
        stamped = ["OR", ["write_date", ">=", since], ["create_date", ">=", since]]
        products: set[int] = set()
        for rows in self.client.rows("stock.move", [stamped], ("product",), size=1_000):
            products.update(row["product"] for row in rows)
        return [["id", "in", sorted(products)]] if products else []

    def digests(self, rows: list[Row]) -> dict[str, bytes]:
        """Quantities have no stamp: the digest is that of the record."""
        return {record.key: fingerprint(encode(record)) for record in self.levels(rows)}

    def levels(self, rows: Sequence[Row]) -> list[Record]:
        ids = [row["id"] for row in rows]
        real = {one.id: self._real(ids, one) for one in self.places.warehouses}
        reserved, ordered = self._open_moves(ids) if ids else ({}, {})
        levels: list[Record] = []
        for row in rows:
            depots = [
                DepotStock(
                    depot=str(one.id),
                    real=_exact(real[one.id].get(row["id"], ZERO)),
                    reserved=_exact(reserved.get((row["id"], one.id), ZERO)),
                    ordered=_exact(ordered.get((row["id"], one.id), ZERO)),
                )
                for one in self.places.warehouses
            ]
            levels.append(StockLevels(key=item_key_of(row), product=str(row["template"]), depots=depots))
        return levels

    def _real(self, ids: Sequence[int], warehouse: Warehouse) -> dict[int, Decimal]:
        """Without a date Tryton counts future moves too."""
        context = {"locations": [warehouse.id], "stock_date_end": self.client.today(), **EVERYTHING_TOO}
        rows = self.client.read("product.product", ids, ("quantity",), context=context)
        return {row["id"]: row["quantity"] or ZERO for row in rows}

    def _open_moves(
        self, ids: Sequence[int]
    ) -> tuple[dict[tuple[int, int], Decimal], dict[tuple[int, int], Decimal]]:
        """(product, warehouse) → quantity on its way to customers; from suppliers. In the product's default unit."""
        places = self.places
        reserved: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
        ordered: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
        # "staging" moves are plans of Tryton's supply rules that nobody confirmed yet.
        domain = [
            ["product", "in", list(ids)],
            ["state", "in", ["draft", "assigned"]],
            ["company", "=", self.client.company],
        ]
        fields = ("product", "internal_quantity", "from_location", "to_location")
        for rows in self.client.rows("stock.move", domain, fields, size=1_000):
            for move in rows:
                leaves = places.warehouse_of.get(move["from_location"])
                enters = places.warehouse_of.get(move["to_location"])
                if leaves is not None and move["to_location"] in places.customers:
                    reserved[move["product"], leaves] += Decimal(move["internal_quantity"])
                if enters is not None and move["from_location"] in places.suppliers:
                    ordered[move["product"], enters] += Decimal(move["internal_quantity"])
        return reserved, ordered

    def _find_places(self) -> Places:
        rows = locations(self.client)
        chosen = chosen_warehouses(rows, self.settings.warehouses)
        parents = {row["id"]: row["parent"] for row in rows}
        wanted = {one.id for one in chosen}
        warehouse_of = {}
        for location in parents:
            above: int | None = location
            while above is not None and above not in wanted:
                above = parents.get(above)
            if above is not None:
                warehouse_of[location] = above
        by_type: dict[str, set[int]] = defaultdict(set)
        for row in rows:
            by_type[row["type"]].add(row["id"])
        return Places(chosen, warehouse_of, frozenset(by_type["customer"]), frozenset(by_type["supplier"]))


def _exact(quantity: Decimal) -> Decimal:
    """Tryton's quantities are binary floats: 0.30000000000000004 is 0.3."""
    return plain(round(Decimal(quantity), 6))
