"""The simulated ERP on SQLite, and what its people do in it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox.sql_erp.seed import DEFINITION, rows

HERE = Path(__file__).parent


class SqlErp:
    """`root/erp.sqlite`, and `root/definition.toml` as it lies beside the agent."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.database = root / "erp.sqlite"
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

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.database, timeout=30)
        connection.row_factory = sqlite3.Row
        try:
            with connection:
                yield connection
        finally:
            connection.close()
