"""The shop as one object: its database, its clock, its settings and its keys, without any HTTP."""

import secrets
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sandbox.prestashop import seed
from sandbox.prestashop.database import Database, Values, find
from sandbox.prestashop.schema import ALL, IMAGES, RESOURCES, Resource
from sandbox.shop.faults import Faults
from sandbox.shop.journal import Journal

VERSION = "8.1.7"
FIRST_WITH_PATCH = (8, 0)


class Shop:
    def __init__(self, folder: Path, key: str = "") -> None:
        self.database = Database(folder)
        self.journal = Journal(folder)
        self.faults = Faults()
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.home = ""
        self.begin()
        self.key = self._key(folder / "key.txt", key)

    def begin(self) -> None:
        """What every new PrestaShop has; nothing where it is there already."""
        with self.database.write() as db:
            if not find(db, RESOURCES["languages"]):
                seed.fill(db, self.now_of(seed.TIMEZONE))
        self._read_settings()

    def reset(self) -> None:
        """Everything as at the first start; only the key stays."""
        self.database.empty()
        self.faults.clear()
        self.journal.reset()
        self.begin()
        self.grant(self.key)

    def close(self) -> None:
        self.journal.close()
        self.database.close()

    # --------------------------------------------------------------------------------------------- settings

    def configured(self, name: str) -> str:
        """A value of the configuration; empty where there is none."""
        return self._configuration.get(name, "")

    def configure(self, **values: object) -> None:
        """What the owner would set in the shop's settings pages; `VERSION` and `ON` are the simulator's own."""
        resource = RESOURCES["configurations"]
        with self.database.write() as db:
            for name, value in values.items():
                db.execute("DELETE FROM configurations WHERE name = ?", (name,))
                seed.add(db, resource, name=name, value=str(value))
        self._read_settings()

    def _read_settings(self) -> None:
        db = self.database.read()
        self._configuration: dict[str, str] = {
            row["name"]: row["value"] for row in find(db, RESOURCES["configurations"])
        }
        self.languages: list[str] = [row["id"] for row in find(db, RESOURCES["languages"])]
        self.language = self.configured("PS_LANG_DEFAULT")

    @property
    def version(self) -> str:
        return self.configured("VERSION") or VERSION

    @property
    def patches(self) -> bool:
        """Whether this version knows PATCH."""
        major, minor = (int(part) for part in self.version.split(".")[:2])
        return (major, minor) >= FIRST_WITH_PATCH

    def now(self) -> str:
        """In the shop's own time, without a zone, as all its stamps are."""
        return self.now_of(self.configured("PS_TIMEZONE") or seed.TIMEZONE)

    def now_of(self, zone: str) -> str:
        return self.clock().astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")

    # ------------------------------------------------------------------------------------------------- keys

    def grant(
        self, key: str, rights: Mapping[str, Sequence[str]] | None = None, *, active: bool = True
    ) -> None:
        """The rights of a key: resource → verbs; everything where none are named."""
        verbs = rights if rights is not None else dict.fromkeys((*RESOURCES, IMAGES), ALL)
        packed = ";".join(f"{name}={','.join(granted)}" for name, granted in verbs.items())
        with self.database.write() as db:
            db.execute("INSERT OR REPLACE INTO api_keys VALUES (?, ?, ?)", (key, int(active), packed))

    def rights_of(self, key: str) -> dict[str, list[str]] | None:
        """None: there is no such key. Verbs that this version, or the resource, does not know are left out."""
        row = self.database.read().execute("SELECT * FROM api_keys WHERE key = ?", (key,)).fetchone()
        if row is None or not row["active"]:
            return None
        found: dict[str, list[str]] = {}
        for pair in filter(None, row["rights"].split(";")):
            name, _, granted = pair.partition("=")
            known = ALL if name == IMAGES else RESOURCES[name].verbs
            verbs = [
                verb for verb in granted.split(",") if verb in known and (verb != "PATCH" or self.patches)
            ]
            if verbs:
                found[name] = verbs
        return found

    def _key(self, file: Path, wanted: str) -> str:
        """The key of the first start, or the one asked for: exactly 32 characters."""
        if not wanted and file.exists():
            wanted = file.read_text("utf-8").strip()
        key = wanted or secrets.token_hex(16).upper()
        file.touch(mode=0o600)
        file.write_text(key, "utf-8")
        self.grant(key)
        return key

    # ------------------------------------------------------------------------------------------------ views

    def shown(self, db: sqlite3.Connection, resource: Resource, rows: list[Values]) -> list[Values]:
        """With what is computed when it is shown."""
        match resource.name:
            case "products":
                _show_products(db, rows)
            case "combinations":
                for row in rows:
                    row["quantity"] = "0"  # as in the real one: quantities are told by stock_availables only
            case "orders":
                _show_orders(db, rows)
            case "customer_threads":
                linked = _grouped(
                    db, "SELECT id, id_customer_thread FROM customer_messages", rows, "id_customer_thread"
                )
                for row in rows:
                    row["associations"]["customer_messages"] = [
                        {"id": str(one["id"])} for one in linked[row["id"]]
                    ]
        return rows


def _grouped(
    db: sqlite3.Connection, query: str, rows: list[Values], owner: str
) -> dict[str, list[sqlite3.Row]]:
    """What belongs to each of these rows, by the column that names its owner."""
    found: dict[str, list[sqlite3.Row]] = defaultdict(list)
    for start in range(0, len(rows), 500):
        numbers = [int(row["id"]) for row in rows[start : start + 500]]
        marks = ", ".join("?" * len(numbers))
        for one in db.execute(f"{query} WHERE {owner} IN ({marks}) ORDER BY id", numbers):
            found[str(one[owner])].append(one)
    return found


def _show_products(db: sqlite3.Connection, rows: list[Values]) -> None:
    makers = {str(one["id"]): one["name"] for one in db.execute("SELECT id, name FROM manufacturers")}
    combinations = _grouped(db, "SELECT id, id_product, default_on FROM combinations", rows, "id_product")
    stocks = _grouped(
        db, "SELECT id, id_product, id_product_attribute FROM stock_availables", rows, "id_product"
    )
    images = _grouped(db, "SELECT id, id_product, cover, position FROM images", rows, "id_product")
    for row in rows:
        number = row["id"]
        covers = [str(one["id"]) for one in images[number] if one["cover"]]
        defaults = [str(one["id"]) for one in combinations[number] if one["default_on"]]
        row |= {
            "manufacturer_name": makers.get(row["id_manufacturer"], ""),
            "quantity": "0",
            "id_default_image": covers[0] if covers else "",
            "id_default_combination": defaults[0] if defaults else "0",
            "type": "simple",
        }
        by_place = sorted(images[number], key=lambda one: one["position"])
        row["associations"] |= {
            "images": [{"id": str(one["id"])} for one in by_place],
            "combinations": [{"id": str(one["id"])} for one in combinations[number]],
            "stock_availables": [
                {"id": str(one["id"]), "id_product_attribute": str(one["id_product_attribute"])}
                for one in stocks[number]
            ],
        }


def _show_orders(db: sqlite3.Connection, rows: list[Values]) -> None:
    carriers = _grouped(db, "SELECT id, id_order, tracking_number FROM order_carriers", rows, "id_order")
    query = "SELECT id, id_order, product_id, product_attribute_id, product_quantity, product_name FROM order_details"
    details = _grouped(db, query, rows, "id_order")
    for row in rows:
        row["shipping_number"] = next((one["tracking_number"] for one in carriers[row["id"]]), "")
        row["associations"]["order_rows"] = [
            {name: str(value) for name, value in dict(one).items() if name != "id_order"}
            for one in details[row["id"]]
        ]
