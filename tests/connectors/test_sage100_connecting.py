"""Connecting: what a person is told when the database, its rights or its driver are not as they should be."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pymssql
import pytest
from sqlalchemy.exc import OperationalError

from raccord_connectors import registry
from raccord_connectors.contract import ConfigError, TransientError
from raccord_connectors.erp.sage100 import Sage100, Sage100Settings
from raccord_connectors.kit import sql as kit
from sandbox.gescom.business import GesCom
from support.gescom import sage100, small_gescom, sql


@pytest.fixture
def gescom(tmp_path: Path) -> GesCom:
    return small_gescom(tmp_path)


def problem(connector: Sage100) -> ConfigError | TransientError:
    with pytest.raises((ConfigError, TransientError)) as caught:
        connector.check()
    connector.close()
    found = caught.value
    assert isinstance(found, ConfigError | TransientError)
    return found


def test_the_registry_builds_it() -> None:
    assert isinstance(registry.build("sage100", {"path": "x.sqlite"}), Sage100)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    error = problem(Sage100(Sage100Settings(path=str(tmp_path / "absent.sqlite"))))
    assert ("sql.no_database", ConfigError) == (error.message.code, type(error))
    assert "absent.sqlite" in error.message.fr


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "texte.sqlite"
    path.write_text("ce n’est pas une base" * 100)
    assert "sql.no_database" == problem(Sage100(Sage100Settings(path=str(path)))).message.code


def test_another_database_is_not_taken_for_sage(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "autre.sqlite").execute("create table CLIENTS (x)").connection.close()
    error = problem(Sage100(Sage100Settings(path=str(tmp_path / "autre.sqlite"))))
    assert "sage100.not_sage" == error.message.code
    assert "F_ARTICLE" in error.message.fr


def test_every_missing_table_is_named(gescom: GesCom) -> None:
    for table in ("F_TARIFQTE", "F_GAMSTOCK"):
        sql(gescom, f"drop table {table}")
    error = problem(sage100(gescom))
    assert isinstance(error, ConfigError)
    assert ["F_TARIFQTE", "F_GAMSTOCK"] == [
        table
        for table in ("F_TARIFQTE", "F_GAMSTOCK")
        if any(table in finding.fr for finding in error.findings)
    ]


def test_no_address_at_all_is_named() -> None:
    assert "sage100.no_address" == problem(Sage100(Sage100Settings())).message.code


def test_a_database_held_by_another_program_is_transient(gescom: GesCom) -> None:
    holder = sqlite3.connect(gescom.path, isolation_level=None)
    holder.execute("pragma locking_mode = exclusive")
    holder.execute("begin exclusive")
    holder.execute("update P_DOSSIER set D_Profession = 'x'")
    error = problem(sage100(gescom, timeout=0.1))
    holder.close()
    assert ("sql.locked", TransientError) == (error.message.code, type(error))


def test_the_reader_cannot_write(gescom: GesCom) -> None:
    engine = kit.sqlite_engine(gescom.path)
    with engine.connect() as connection, pytest.raises(OperationalError, match="readonly"):
        connection.exec_driver_sql("delete from F_ARTICLE")


def test_an_unreachable_sql_server_is_transient_and_silent_about_the_password() -> None:
    settings = Sage100Settings(
        server="127.0.0.1", port=9, database="BIJOU", user="raccord", password="très-secret"
    )
    error = problem(Sage100(settings))
    assert ("sql.unreachable", TransientError) == (error.message.code, type(error))
    assert "très-secret" not in f"{error!r} {error.detail} {error.__cause__!r}"


@pytest.mark.parametrize(
    ("raised", "kind", "code"),
    [
        (
            pymssql.OperationalError(18456, b"Login failed for user 'raccord'."),
            ConfigError,
            "sql.login_refused",
        ),
        (
            pymssql.OperationalError(
                20018, b"Login failed for user 'x'.DB-Lib error message 18456, severity 14"
            ),
            ConfigError,
            "sql.login_refused",
        ),
        (pymssql.OperationalError(4060, b'Cannot open database "BIJOU"'), ConfigError, "sql.no_database"),
        (pymssql.ProgrammingError(208, b"Invalid object name 'F_ARTICLE'."), ConfigError, "sql.no_table"),
        (
            pymssql.OperationalError(
                229, b"The SELECT permission was denied on the object 'F_TAXE', database 'B'"
            ),
            ConfigError,
            "sql.no_right",
        ),
        (pymssql.OperationalError(1205, b"Transaction was deadlocked"), TransientError, "sql.locked"),
        (pymssql.OperationalError(20009, b"Unable to connect"), TransientError, "sql.unreachable"),
        (
            pymssql.InterfaceError("Connection to the database failed for an unknown reason."),
            TransientError,
            "sql.unreachable",
        ),
    ],
)
def test_sql_servers_errors_are_explained(raised: Exception, kind: type[Exception], code: str) -> None:
    """The numbers are SQL Server's and FreeTDS's own; no server was reached in this test."""
    database = kit.Database(kit.sql_server_engine("SRV01\\SAGE100", "BIJOU", "raccord", "x"), "BIJOU")
    with pytest.raises(kind) as caught, database.guard():
        raise raised
    assert isinstance(caught.value, ConfigError | TransientError)
    assert code == caught.value.message.code
    assert "BIJOU" in caught.value.message.fr
    if code in ("sql.no_table", "sql.no_right"):
        assert "F_" in caught.value.message.fr


def test_sql_server_gets_varchar_keys_and_quoted_names() -> None:
    """The statement as SQL Server would see it: compared as varchar, informations libres in brackets, TOP for limits."""
    from raccord_connectors.erp.sage100.tables import Tables, among

    names = {"AR_Ref": 19, "Matière ]principale": 35, "cbMarq": None}
    tables = Tables({"F_ARTICLE": {name: kit.Column(name, width) for name, width in names.items()}}, "BIJOU")
    engine = kit.sql_server_engine("SRV01", "BIJOU", "raccord", "x")
    article = tables["F_ARTICLE"]
    statement = tables.select("F_ARTICLE", ["AR_Ref", "Matière ]principale", "AR_Pays"]).limit(5)
    said = str(
        statement.where(among(article.c.AR_Ref, 19, ["A", "x" * 20])).compile(
            engine, compile_kwargs={"render_postcompile": True}
        )
    )
    assert "[Matière ]]principale]" in said
    assert "NULL AS [AR_Pays]" in said
    assert "TOP" in said
    assert said.count("CAST(") == 1
    assert "VARCHAR(19)" in said


def test_the_form_can_be_shown_without_a_database_driver(tmp_path: Path) -> None:
    """The platform shows the settings and never connects: it has no SQLAlchemy. An agent that lacks it is told so."""
    script = tmp_path / "without.py"
    script.write_text(
        "import sys\n"
        "sys.modules['sqlalchemy'] = None\n"
        "from raccord_connectors import registry\n"
        "from raccord_connectors.contract import ConfigError\n"
        "print(registry.connector_class('sage100').spec.title)\n"
        "try:\n"
        "    registry.build('sage100', {'path': 'x.sqlite'}).check()\n"
        "except ConfigError as error:\n"
        "    print(error.message.code)\n"
    )
    said = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True).stdout
    assert ["Sage 100 Gestion Commerciale", "sage100.no_driver"] == said.split("\n")[:2]
