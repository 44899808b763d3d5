"""A model of the platform for very many competing sales: the same steps in the same order as the real one (`competing_real`,
which the same tests hold beside it), on the real stock rule, without its database."""

from dataclasses import dataclass, field
from decimal import Decimal

from raccord.core.channel import StockRule
from raccord.core.stock_rule import StockSum
from raccord_connectors.canonical import DepotStock, StockLevels
from support.competing_market import Market
from support.competing_shops import SHOPS, Clock


@dataclass
class ModelShelf:
    quantities: list[int]
    orders: list[tuple[str, int]] = field(default_factory=list)
    """(key, item), as they were placed."""
    read: int = 0

    def sell(self, item: int, buyer: str) -> str | None:
        if self.quantities[item] < 1:
            return None
        self.quantities[item] -= 1
        self.orders.append((buyer, item))
        return buyer

    def shown(self, item: int) -> int:
        return self.quantities[item]


@dataclass
class ModelErp:
    real: list[int]
    reserved: list[int]
    changed: set[int] = field(default_factory=set)

    def change(self, item: int, by: int) -> None:
        self.real[item] += by
        self.changed.add(item)

    def enter(self, item: int) -> None:
        self.reserved[item] += 1
        self.changed.add(item)

    def deliver(self) -> None:
        for item, waiting in enumerate(self.reserved):
            if waiting:
                self.real[item] -= waiting
                self.reserved[item] = 0
                self.changed.add(item)


@dataclass
class Reservation:
    item: int
    entered: bool = False
    proven_at: float | None = None


class ModelPlatform:
    def __init__(self, market: Market, shelves: list[ModelShelf], erp: ModelErp, clock: Clock) -> None:
        self._market, self._shelves, self._erp, self._clock = market, shelves, erp, clock
        self._sum = StockSum(StockRule())
        self._snapshot = {item: (real, erp.reserved[item], 0.0) for item, real in enumerate(erp.real)}
        """Item → physical, reserved, when it was read."""
        self._known: set[tuple[int, str]] = set()
        self._open: dict[int, list[Reservation]] = {item: [] for item in self._snapshot}
        self._entering: list[Reservation] = []
        self._marks: list[set[int]] = [set() for _ in shelves]
        self._pushed: list[list[int | None]] = [list(shelf.quantities) for shelf in shelves]
        """None: what the shop shows is in doubt."""
        self._desired: list[list[int]] = [list(shelf.quantities) for shelf in shelves]

    async def collect(self, shop: int, key: str | None) -> None:
        """What the shop sold has changed the figure that it shows: it is in doubt there."""
        shelf = self._shelves[shop]
        wanted = [one for one in shelf.orders[shelf.read :] if key in (None, one[0])]
        if key is None:
            shelf.read = len(shelf.orders)
        for found, item in wanted:
            if (shop, found) in self._known:
                continue
            self._known.add((shop, found))
            self._pushed[shop][item] = None
            made = Reservation(item)
            self._open[item].append(made)
            self._entering.append(made)
            self._mark(item)

    async def scan(self) -> None:
        for item in sorted(self._erp.changed):
            self._snapshot[item] = (self._erp.real[item], self._erp.reserved[item], self._clock.now)
            self._mark(item)
        self._erp.changed.clear()

    async def enter(self) -> None:
        """The document, then the proof: the stock as read after the ERP took the sale."""
        for one in self._entering:
            self._erp.enter(one.item)
            one.entered = True
            one.proven_at = self._clock.now
        self._entering.clear()

    async def prove(self) -> None: ...

    async def sweep(self) -> None: ...

    async def work(self) -> None:
        while any(self._marks) or any(self._due(shop) for shop in range(len(SHOPS))):
            for shop in range(len(self._shelves)):
                self._project(shop)
            for shop in range(len(self._shelves)):
                await self._push(shop)

    def _mark(self, item: int) -> None:
        for marks in self._marks:
            marks.add(item)

    def _project(self, shop: int) -> None:
        for item in self._marks[shop]:
            real, reserved, read_at = self._snapshot[item]
            kept = [one for one in self._open[item] if one.proven_at is None or one.proven_at >= read_at]
            self._open[item] = kept
            depot = DepotStock(depot="1", real=Decimal(real), reserved=Decimal(reserved))
            levels = StockLevels(key=str(item), product=str(item), depots=[depot])
            sellable = self._sum.of_item(levels, Decimal(len(kept)))
            assert sellable.quantity is not None
            self._desired[shop][item] = int(sellable.quantity)
        self._marks[shop].clear()

    def _due(self, shop: int) -> list[int]:
        pairs = zip(self._desired[shop], self._pushed[shop], strict=True)
        return [item for item, (desired, pushed) in enumerate(pairs) if desired != pushed]

    async def _push(self, shop: int) -> None:
        """Before stock goes into a shop, the shop is asked for its orders."""
        if not self._due(shop):
            return
        self._market.heard(shop)
        await self.collect(shop, None)
        self._project(shop)
        sent = {item: self._desired[shop][item] for item in self._due(shop)}
        if sent:
            self._market.a_request_takes_its_time()
        for item, quantity in sent.items():
            self._shelves[shop].quantities[item] = self._pushed[shop][item] = quantity
