"""The simulated ERP on SQLite, and what its people do in it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox.own_erp.page import Article, Order, number
from sandbox.sql_erp.seed import DEFINITION, rows

HERE = Path(__file__).parent


class SqlErp:
    """`root/erp.sqlite`, and `root/definition.toml` as it lies beside the agent."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.database = root / "erp.sqlite"
        self.title = "Gestion maison (SQL)"
        self.where = (f"{self.database} : tables ARTICLE, COMMANDE…",)
        self.definition = root / "definition.toml"
        if not self.database.exists():
            with self._opened() as connection:
                connection.executescript((HERE / "schema.sql").read_text("utf-8"))
                for table, row in rows():
                    connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
        if not self.definition.exists():
            self.definition.write_text(DEFINITION, "utf-8")

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        with self._opened() as connection:
            return [dict(row) for row in connection.execute(sql, values)]

    def change(self, table: str, key: str, **values: Any) -> None:
        """One row by its first column, with its stamp, as the ERP's own screens do."""
        with self._opened() as connection:
            (first,) = [
                row["name"] for row in connection.execute(f"PRAGMA table_info({table})") if row["cid"] == 0
            ]
            told = {**values, "DATE_MODIF": f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S}"}
            names = ", ".join(f"{name} = ?" for name in told)
            connection.execute(f"UPDATE {table} SET {names} WHERE {first} = ?", (*told.values(), key))

    def drop(self, table: str, key: str) -> None:
        with self._opened() as connection:
            (first,) = [
                row["name"] for row in connection.execute(f"PRAGMA table_info({table})") if row["cid"] == 0
            ]
            connection.execute(f"DELETE FROM {table} WHERE {first} = ?", (key,))

    # ------------------------------------------------------------------------------------------- on its page

    def articles(self) -> list[Article]:
        found = self.rows("SELECT REF, DESIGNATION, PRIX_HT, STOCK FROM ARTICLE ORDER BY REF")
        return [Article(*("" if value is None else str(value) for value in row.values())) for row in found]

    def sales(self) -> list[Order]:
        found = self.rows(
            "SELECT NUMERO, REF_WEB, CODE_CLIENT, ETAT, TOTAL_TTC FROM COMMANDE ORDER BY NUMERO"
        )
        return [Order(*("" if value is None else str(value) for value in row.values())) for row in found]

    def set_price(self, ref: str, price: str) -> None:
        self.change("ARTICLE", ref, PRIX_HT=f"{number(price):f}")

    def set_stock(self, ref: str, stock: str) -> None:
        self.change("ARTICLE", ref, STOCK=f"{number(stock):f}")

    def deliver(self, number: str) -> None:
        self.change("COMMANDE", number, ETAT="L", NUM_SUIVI=f"6A{number[2:]}")

    def invoice(self, number: str) -> None:
        self.change("COMMANDE", number, ETAT="F", NUM_FACTURE=f"FA{number[2:]}")

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.database, timeout=30)
        connection.row_factory = sqlite3.Row
        try:
            with connection:
                yield connection
        finally:
            connection.close()
