"""Quantities on sale: sent in batches without asking anything first, because a target says where a variation stands."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import ROUND_FLOOR, Decimal

from raccord_connectors.canonical import Availability
from raccord_connectors.contract import Change, Outcome, Page, Problem, Selection
from raccord_connectors.shop.woocommerce import keys, problems, texts, windows
from raccord_connectors.shop.woocommerce.client import BATCH, Item, Row, ShopClient

FIELDS = "id,type,manage_stock,stock_quantity,backorders"


class AvailabilityStream:
    def __init__(self, client: ShopClient) -> None:
        self._client = client

    # ----------------------------------------------------------------------------------------------- reading

    def read(self, wanted: Selection, size: int) -> Iterator[Page]:
        """Items that count their stock; of the others the shop knows no quantity, and unknown is not zero."""
        if wanted.keys is not None:
            yield from self._read_some(wanted.keys, size)
            return
        for rows, _ in windows.read(self._client, "products", {"_fields": FIELDS}, windows.Cursor(), size):
            yield Page(
                records=[found for row in rows if (found := availability(row, int(row["id"]))) is not None]
            )
            for row in rows:
                if row.get("type") == "variable":
                    yield from self._of_variations(int(row["id"]), size)

    def _of_variations(self, parent: int, size: int, **params: str) -> Iterator[Page]:
        rows = self._client.all(f"products/{parent}/variations", _fields=FIELDS, **params)
        found = [record for row in rows if (record := availability(row, parent, int(row["id"]))) is not None]
        for start in range(0, len(found), size):
            yield Page(records=found[start : start + size])

    def _read_some(self, wanted: tuple[str, ...], size: int) -> Iterator[Page]:
        products: list[int] = []
        variations: dict[int, list[int]] = defaultdict(list)
        for target in filter(None, map(keys.split, wanted)):
            if target[1]:
                variations[target[0]].append(target[1])
            else:
                products.append(target[0])
        for start in range(0, len(products), size):
            rows = self._client.by_ids("products", products[start : start + size], _fields=FIELDS)
            yield Page(
                records=[found for row in rows if (found := availability(row, int(row["id"]))) is not None]
            )
        for parent, numbers in variations.items():
            if self._client.find(f"products/{parent}", _fields="id") is not None:
                yield from self._of_variations(parent, size, include=",".join(map(str, numbers)))

    # ----------------------------------------------------------------------------------------------- writing

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        """A create and an update mean the same: the item has this quantity."""
        for start in range(0, len(changes), BATCH):
            yield from self._write(changes[start : start + BATCH])

    def _write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        """Simple products in one call, variations in one call per parent."""
        outcomes: dict[int, Outcome] = {}
        places: dict[int, list[tuple[int, Item]]] = defaultdict(list)
        for place, change in enumerate(changes):
            target = keys.split(change.target)
            record, before = change.record, change.previous
            if not isinstance(record, Availability):
                raise TypeError(f"{change.op} of {change.key} carries no quantity")
            if target is None:
                problem = Problem("rejected", texts.NOT_PUBLISHED.fill(key=change.key), field="product")
                outcomes[place] = Outcome(change.key, change.target, problem=problem)
            elif isinstance(before, Availability) and stock(before) == stock(record):
                outcomes[place] = Outcome(change.key, change.target)
            else:
                body = {"id": target[1] or target[0], **stock(record)}
                places[target[0] if target[1] else 0].append((place, Item("update", body)))
        for parent, asked in places.items():
            path = f"products/{parent}/variations" if parent else "products"
            answers = self._client.batch(path, [item for _, item in asked])
            for (place, _), answer in zip(asked, answers, strict=True):
                outcomes[place] = _outcome(changes[place], answer)
        yield from (outcomes[place] for place in range(len(changes)))


def stock(record: Availability) -> Row:
    """`manage_stock` goes with it each time: without it the quantity is ignored. Whole pieces only, rounded down,
    because nobody may buy what is not there; less than nothing is nothing, unless one may order in advance."""
    quantity = int(record.quantity.to_integral_value(ROUND_FLOOR))
    if not record.backorders:
        quantity = max(0, quantity)
    return {
        "manage_stock": True,
        "stock_quantity": quantity,
        "backorders": "notify" if record.backorders else "no",
    }


def availability(row: Row, product: int, variation: int = 0) -> Availability | None:
    if row.get("manage_stock") is not True or row.get("stock_quantity") is None:
        return None  # « parent » for a variation means that its parent counts
    return Availability(
        key=keys.target_of(product, variation),
        quantity=Decimal(str(row["stock_quantity"])),
        product=str(product),
        backorders=row.get("backorders") not in (None, "no"),
    )


def _outcome(change: Change, answer: Row) -> Outcome:
    error = answer.get("error")
    if error is None:
        return Outcome(change.key, change.target)
    problem = problems.of_item(error, key=change.key, sku=change.key, target=change.target)
    return Outcome(change.key, change.target, problem=problem)
