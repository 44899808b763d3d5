"""The conformance suite on a French schema: on SQLite directly and through the wire, and on PostgreSQL."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from msgspec.structs import replace

from raccord_connectors.canonical import Address, Customer, CustomerDraft, Draft, DraftLine, Record
from raccord_connectors.erp.sql import CustomSql, SqlSettings
from raccord_connectors.kit.conformance import ConnectorConformance, pytest_generate_tests  # noqa: F401
from sandbox.sql_erp.erp import HERE, SqlErp
from sandbox.sql_erp.seed import POSTGRESQL_DEFINITION, rows

PASSWORD = "mot-de-passe-tres-secret"
TABLES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "categories": ("FAMILLE", "VERRE", {"LIBELLE": "Verre soufflé"}),
    "products": ("ARTICLE", "008", {"DESIGNATION": "Verre retouché"}),
    "prices": ("ARTICLE", "008", {"PRIX_HT": 8.25}),
    "stock": ("ARTICLE", "008", {"STOCK": 143}),
    "customers": ("CLIENT", "C0002", {"NOM": "Besnard-Leroy"}),
    "documents": ("COMMANDE", "CC0002", {"ETAT": "F"}),
}
KEYS = {"FAMILLE": "code", "ARTICLE": "ref", "CLIENT": "code_client", "COMMANDE": "numero"}


class TestCustomSql(ConnectorConformance):
    connector_type = CustomSql
    secrets = (PASSWORD,)

    def setup_method(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="raccord-sql-"))
        self.erp = SqlErp(self._folder)
        self.holder: sqlite3.Connection | None = None
        self._made: list[CustomSql] = []

    def teardown_method(self) -> None:
        for connector in self._made:
            connector.close()
        if self.holder is not None:
            self.holder.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def settings(self, definition: Path) -> SqlSettings:
        return SqlSettings(
            kind="sqlite",
            database=str(self.erp.database),
            definition=str(definition),
            password=PASSWORD,
            timeout=0.2,
        )

    def open_on(self, definition: Path) -> CustomSql:
        made = CustomSql(self.settings(definition), sleep=lambda seconds: None)
        self._made.append(made)
        return made

    def connector(self) -> CustomSql:
        return self.open_on(self.erp.definition)

    def broken_connector(self) -> CustomSql:
        broken = self._folder / "broken.toml"
        text = self.erp.definition.read_text("utf-8")
        broken.write_text(text.replace('name = "DESIGNATION"', 'name = "DESIGNATIONS"'), "utf-8")
        return self.open_on(broken)

    def sample(self, stream: str, number: int) -> Record:
        if stream == "customer_drafts":
            address = Address(line1="3 rue de l’Œillet", postal_code="21000", city="Dijon", country="FR")
            known = Customer(
                key="", last_name="Évrard", first_name="Zélie", email=f"z{number}@exemple.fr", billing=address
            )
            return CustomerDraft(key=f"email:z{number}@exemple.fr", customer=known)
        line = DraftLine(
            item="008", title="Verre à pied « Brume »", quantity=Decimal(2), unit_net=Decimal("7.5"), net=Decimal(15),
            tax=Decimal(3), rate=Decimal(20),
        )  # fmt: skip
        return Draft(
            key=f"K3QZ-{1000 + number}", dated=date(2026, 11, 24), reference=f"#{1000 + number}", customer="C0002",
            lines=[line], net=Decimal(15), tax=Decimal(3), gross=Decimal(18),
        )  # fmt: skip

    def bad_sample(self, stream: str) -> Record:
        match self.sample(stream, 2):
            case Draft() as draft:
                return replace(draft, key="BAD", lines=[replace(draft.lines[0], item="UNKNOWN")])
            case record:
                return replace(record, key="bad", customer=Customer(key=""))

    def touch(self, stream: str) -> str:
        table, key, values = TABLES[stream]
        self.erp.change(table, key, **values)
        return key

    def remove(self, stream: str) -> str:
        table, key, _ = TABLES[stream]
        self.erp.drop(table, key)
        return key

    def look(self, stream: str, target: str) -> Mapping[str, object]:
        if stream == "customer_drafts":
            return self.one("SELECT * FROM client WHERE code_client = ?", target)
        return self.one("SELECT * FROM v_web_commandes WHERE numero = ?", target)

    def one(self, query: str, value: str) -> dict[str, Any]:
        return self.erp.rows(query, value)[0]

    def stop_system(self) -> None:
        self.holder = sqlite3.connect(self.erp.database, isolation_level=None)
        self.holder.execute("BEGIN EXCLUSIVE")


class TestCustomSqlThroughTheWire(TestCustomSql):
    through_wire = True


@pytest.fixture(scope="module")
def own_database(postgres: str) -> Iterator[str]:
    """A database of this ERP's own, with its schema and no row."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE custom_erp")
    url = psycopg.conninfo.make_conninfo(postgres, dbname="custom_erp")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute((HERE / "schema_postgresql.sql").read_bytes())
    yield url
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP DATABASE custom_erp WITH (FORCE)")


class TestCustomSqlOnPostgresql(TestCustomSql):
    @pytest.fixture(autouse=True)
    def filled(self, own_database: str) -> None:
        """The same rows as on SQLite."""
        self.url = own_database
        self.socket = self._folder / "socket"
        self.socket.symlink_to(str(psycopg.conninfo.conninfo_to_dict(own_database)["host"]))
        self.run("TRUNCATE famille, article, client, commande, commande_ligne")
        for table, row in rows():
            values = [bool(value) if table == "article" and n == 9 else value for n, value in enumerate(row)]
            self.run(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(row))})", *values)
        self.erp.definition.write_text(POSTGRESQL_DEFINITION, "utf-8")

    def run(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        with psycopg.connect(self.url, row_factory=psycopg.rows.dict_row) as connection:
            cursor = connection.execute(statement.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def settings(self, definition: Path) -> SqlSettings:
        given = psycopg.conninfo.conninfo_to_dict(self.url)
        return SqlSettings(
            kind="postgresql", server=str(self.socket), database=str(given["dbname"]), user="postgres",
            password=PASSWORD, definition=str(definition),
        )  # fmt: skip

    def touch(self, stream: str) -> str:
        table, key, values = TABLES[stream]
        ((name, value),) = values.items()
        self.run(
            f"UPDATE {table} SET {name} = %s, date_modif = localtimestamp WHERE {KEYS[table]} = %s",
            value,
            key,
        )
        return key

    def remove(self, stream: str) -> str:
        table, key, _ = TABLES[stream]
        self.run(f"DELETE FROM {table} WHERE {KEYS[table]} = %s", key)
        return key

    def one(self, query: str, value: str) -> dict[str, Any]:
        return self.run(query.replace("?", "%s"), value)[0]

    def stop_system(self) -> None:
        """Nobody answers at its address any more; the server itself is everybody's in these tests."""
        self.socket.unlink()
