"""What the agent's tests share: records, and a world of one ERP, one platform and one enrolled agent."""

from dataclasses import dataclass
from decimal import Decimal

from raccord_agent.home import Home
from raccord_agent.run import Agent, Pace, from_home
from raccord_connectors import wire
from raccord_connectors.canonical import Category, Customer, Product, StockLevels
from raccord_connectors.canonical.stock import DepotStock
from support.control_plane import ControlPlane
from support.tiny_erp import TinyTables

QUICK = Pace(lease_wait=2.0, heartbeat=0.2, reconcile_look=0.2)


def product(number: int, name: str = "Chaise") -> Product:
    return Product(key=f"ART{number:05}", sku=f"ART{number:05}", name=f"{name} {number}")


def products(count: int, name: str = "Chaise") -> list[Product]:
    return [product(number, name) for number in range(count)]


def stock(number: int, real: int) -> StockLevels:
    key = f"ART{number:05}"
    return StockLevels(key=key, product=key, depots=[DepotStock(depot="1", real=Decimal(real))])


def category(number: int, name: str = "Famille") -> Category:
    return Category(key=f"FAM{number:03}", name=f"{name} {number}")


def customer(number: int, name: str = "Client") -> Customer:
    return Customer(key=f"C{number:04}", company=f"{name} {number}")


@dataclass
class World:
    """An enrolled agent that is not running yet."""

    home: Home
    tables: TinyTables
    plane: ControlPlane

    def agent(self) -> Agent:
        return from_home(self.home, pace=QUICK)

    def schedule(self, *streams: str, every: float = 0.1, complete_every: float = 3600.0) -> None:
        self.plane.configure(*(wire.StreamSchedule(stream, every, complete_every) for stream in streams))

    def agrees(self, stream: str) -> bool:
        """The platform holds exactly what the ERP holds."""
        return self.plane.snapshot[stream] == self.tables.all(stream)
