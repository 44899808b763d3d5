"""A custom ERP by SQL: one SELECT and nothing else, what is missing told field by field, orders by a procedure once."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from raccord_connectors.canonical import Draft, DraftLine, Product
from raccord_connectors.contract import Change, ConfigError, Selection
from raccord_connectors.erp.sql import CustomSql, SqlSettings, engines
from raccord_connectors.erp.sql.safe_select import objection, stands_inside
from raccord_connectors.erp.sql.source import text_of
from sandbox.sql_erp.erp import SqlErp

LINE = DraftLine(
    item="007", title="Carafe", quantity=Decimal(2), unit_net=Decimal("24.9"), net=Decimal("49.8"), tax=Decimal("9.96"),
    rate=Decimal(20),
)  # fmt: skip
DRAFT = Draft(
    key="K3QZ-1", dated=date(2026, 11, 24), reference="#1", customer="C0002", lines=[LINE], net=Decimal("49.8"),
    tax=Decimal("9.96"), gross=Decimal("59.76"),
)  # fmt: skip


class Merchant:
    def __init__(self, root: Path) -> None:
        self.erp = SqlErp(root)
        self.folder = root

    def connector(self, *, now: Callable[[], float] = time.time, **given: Any) -> CustomSql:
        usual = {"kind": "sqlite", "database": str(self.erp.database), "definition": str(self.erp.definition)}
        return CustomSql(SqlSettings(**{**usual, **given}), now=now, sleep=lambda seconds: None)

    def edit(self, old: str, new: str) -> None:
        text = self.erp.definition.read_text("utf-8")
        assert old in text
        self.erp.definition.write_text(text.replace(old, new), "utf-8")

    def sql(self, statement: str) -> None:
        connection = sqlite3.connect(self.erp.database)
        with connection:
            connection.executescript(statement)
        connection.close()

    def count(self, table: str) -> int:
        return int(self.erp.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"])


@pytest.fixture
def merchant(tmp_path: Path) -> Iterator[Merchant]:
    yield Merchant(tmp_path)  # noqa: PT022  # what is opened is closed by each test's own connectors


SAFE = (
    "SELECT REF, PRIX_HT FROM ARTICLE WHERE STOCK > 0 AND DESIGNATION LIKE '%; DROP TABLE%'",
    "SELECT a.REF, SUM(s.QTE) AS STOCK FROM ARTICLE a JOIN STOCK s ON s.REF = a.REF GROUP BY a.REF HAVING SUM(s.QTE) > 0",
    "SELECT REF FROM ARTICLE UNION ALL SELECT REF FROM ANCIEN",
    "SELECT CASE WHEN COALESCE(PRIX, 0) = 0 THEN NULL ELSE ROUND(PRIX / 1.2, 4) END AS PRIX FROM (SELECT 1 AS PRIX) t",
)
UNSAFE = (
    "DELETE FROM ARTICLE", "UPDATE ARTICLE SET PRIX_HT = 0", "INSERT INTO ARTICLE VALUES (1)", "DROP TABLE ARTICLE",
    "SELECT 1; DELETE FROM ARTICLE", "SELECT REF INTO COPIE FROM ARTICLE", "TRUNCATE TABLE ARTICLE", "EXEC xp_cmdshell 'dir'",
    "SELECT * FROM ARTICLE FOR UPDATE", "CREATE TABLE X (A INT)", "ALTER TABLE ARTICLE ADD X INT",
    "GRANT ALL ON ARTICLE TO PUBLIC",
    "SELECT * FROM (", "", "SET ROLE admin", "SELECT * FROM ARTICLE WHERE REF = :ref",
    "MERGE INTO A USING B ON 1=1 WHEN MATCHED THEN DELETE",
)  # fmt: skip
REACHING_OUT = {
    "sqlserver": "SELECT * FROM OPENROWSET('SQLNCLI', 'x', 'SELECT 1') r",
    "postgresql": "SELECT pg_read_file('/etc/passwd') AS REF",
    "mariadb": "SELECT LOAD_FILE('/etc/passwd') AS REF",
    "sqlite": "SELECT load_extension('x') AS REF",
}


@pytest.mark.parametrize("kind", list(REACHING_OUT))
def test_only_one_reading_select_passes(kind: str) -> None:
    assert [] == [sql for sql in SAFE if objection(sql, kind) is not None]
    assert [] == [sql for sql in UNSAFE if objection(sql, kind) is None]
    assert objection(REACHING_OUT[kind], kind) is not None
    assert (
        objection("WITH gone AS (DELETE FROM ARTICLE RETURNING REF) SELECT * FROM gone", "postgresql")
        is not None
    )


def test_sql_server_takes_no_with_inside_another_query() -> None:
    assert not stands_inside("WITH x AS (SELECT 1 AS A) SELECT A FROM x", "sqlserver")
    assert not stands_inside("SELECT REF FROM ARTICLE ORDER BY REF", "sqlserver")
    assert stands_inside("SELECT TOP 10 REF FROM ARTICLE ORDER BY REF", "sqlserver")
    assert stands_inside("WITH x AS (SELECT 1 AS A) SELECT A FROM x", "postgresql")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('view = "FAMILLE"', 'query = "DELETE FROM FAMILLE"', "le flux categories doit être une seule requête SELECT (DELETE)"),
        ('view = "FAMILLE"', "view = \"FAMILLE; DROP TABLE CLIENT\"", "une seule requête SELECT (;)"),
        ('view = "FAMILLE"', 'view = "FAMILLE"\nfilter = "1 = 1; DELETE FROM CLIENT"', "une seule requête SELECT (;)"),
        ('brand = "MARQUE"', 'brand = "MARQUES"', "ARTICLE n’a pas de colonne « MARQUES ». Vouliez-vous dire « MARQUE »"),
        ('view = "CLIENT"', 'view = "CLIENTS"', "flux customers : Il manque CLIENTS dans la base erp.sqlite"),
        ('net = "PRIX_HT"', 'net = "DATE_MODIF"', "Flux prices : aucune des"),
        ('key = "REF"', 'key = { column = "REF", pad = 5 }', "la clé du flux products doit être la colonne telle quelle"),
        ('reference = "REF_WEB"\nstate', "state", "dire quelle colonne garde notre référence"),
        ("WEB_COMMANDE VALUES (:reference, :data)", "WEB_COMMANDE VALUES (:reference, '')", "n’utilise pas :reference et :data"),
        ('modified = "DATE_MODIF"\n[streams.stock', 'modified = "MODIF"\n[streams.stock', "n’a pas de colonne « MODIF »"),
    ],
)  # fmt: skip
def test_check_says_what_is_wrong_field_by_field(merchant: Merchant, old: str, new: str, said: str) -> None:
    merchant.edit(old, new)
    clients = merchant.count("CLIENT")
    with pytest.raises(ConfigError) as told:
        merchant.connector().check()
    assert any(said in message.fr for message in (told.value.message, *told.value.findings)), (
        told.value.message.fr
    )
    assert clients == merchant.count("CLIENT")


def test_the_offending_row_is_named_and_the_others_are_read(merchant: Merchant) -> None:
    merchant.sql(
        "UPDATE ARTICLE SET TAUX_TVA = 'vingt' WHERE REF = '008'; INSERT INTO ARTICLE (REF, DESIGNATION) VALUES ('', 'X')"
    )
    connector = merchant.connector()
    connector.check()
    pages = list(connector.read("products"))
    held = {one.key: one.problem for page in pages for one in page.rejected}
    assert {"007", "021", "099", "PORT"} == {record.key for page in pages for record in page.records}
    assert (
        "ARTICLE, colonne « TAUX_TVA » : « vingt » n’est pas un nombre (champ tax_rate, clé 008)"
        in held["008"].message.fr
    )
    assert "1 lignes de ARTICLE n’ont pas de clé (colonne « REF »)" in held["(?)"].message.fr


def test_variants_stand_with_their_article_whatever_their_order(merchant: Merchant) -> None:
    merchant.sql(
        "ALTER TABLE ARTICLE ADD COLUMN PARENT TEXT; ALTER TABLE ARTICLE ADD COLUMN TAILLE TEXT;"
        "INSERT INTO ARTICLE (REF, DESIGNATION, PARENT, TAILLE, DATE_MODIF) VALUES "
        "('000-L', 'x', '021', 'L', '2026-11-24 10:00:00'),"
        "('ZZZ-M', 'x', '021', 'M', '2026-01-01 10:00:00')"
    )
    merchant.edit(
        'brand = "MARQUE"', 'parent = "PARENT"\noption1 = "TAILLE"\noption1_name = { value = "Taille" }'
    )
    connector = merchant.connector()
    (product,) = [r for page in connector.read("products", Selection(keys=("021",))) for r in page.records]
    assert isinstance(product, Product)
    assert [("000-L", {"1": "L"}), ("ZZZ-M", {"1": "M"})] == [
        (one.key, one.options) for one in product.variants
    ]
    assert ["Taille"] == [axis.title for axis in product.axes]
    cursor = '{"text":"2026-11-20 00:00:00","seen":"0"}'
    since = [r for page in connector.read("products", Selection(since=cursor)) for r in page.records]
    assert [product] == since, "one variant changed: the whole article comes"


def test_a_bulk_import_is_not_read_at_every_look_and_a_late_stamp_is_still_seen(merchant: Merchant) -> None:
    clock = 1_800_000_000.0
    connector = merchant.connector(now=lambda: clock)
    cursor: str | None = None

    def look() -> set[str]:
        nonlocal cursor
        pages = list(connector.read("products", Selection(since=cursor)))
        cursor = pages[-1].cursor
        return {record.key for page in pages for record in page.records}

    everything = look()
    assert 5 == len(everything)
    assert everything == look(), "all have one stamp, and others of it may still come"
    clock += 400
    assert everything == look(), "the last time: what comes later has a later stamp"
    clock += 1
    assert set() == look()
    cursor = list(connector.read("products", Selection(sketch=True)))[-1].cursor
    assert set() == look(), "a complete pass has seen them too"
    merchant.sql("UPDATE ARTICLE SET STOCK = 1, DATE_MODIF = '2026-11-24 10:05:00' WHERE REF = '007'")
    assert {"007"} == look()
    merchant.sql("UPDATE ARTICLE SET STOCK = 1, DATE_MODIF = '2026-11-24 10:03:00' WHERE REF = '008'")
    assert {"007", "008"} == look(), "stamped before the last one, seen after it"


def test_what_has_no_column_of_changes_is_read_whole(merchant: Merchant) -> None:
    merchant.edit('view = "FAMILLE"\nmodified = "DATE_MODIF"', 'view = "FAMILLE"')
    pages = list(merchant.connector().read("categories"))
    assert [None] == [page.cursor for page in pages if not page.records]
    assert 4 == sum(len(page.records) for page in pages)


def test_the_reading_login_cannot_write_even_by_a_function(merchant: Merchant) -> None:
    database = engines.reading(
        SqlSettings(kind="sqlite", database=str(merchant.erp.database), definition="x")
    )
    with database.session() as session, pytest.raises(ConfigError):
        session.all(sa.text("DELETE FROM ARTICLE"))


class Died(BaseException):
    """The process, right after the statement."""


def test_a_statement_whose_end_was_not_seen_is_not_run_again(merchant: Merchant) -> None:
    """Unless the definition says that it may be: then the ERP itself knows the reference."""
    merchant.sql("CREATE TABLE APPELS (REFERENCE TEXT, DONNEES TEXT)")
    merchant.edit("INSERT INTO WEB_COMMANDE", "INSERT INTO APPELS")
    merchant.edit("repeat = true", "repeat = false\nwait_seconds = 0")
    connector = merchant.connector()
    for _ in range(2):
        (outcome,) = connector.write("drafts", [Change("create", DRAFT.key, DRAFT)])
        assert outcome.problem is not None
        assert "order.sent_not_confirmed" == outcome.problem.message.code
    assert 1 == merchant.count("APPELS")
    merchant.sql(f"INSERT INTO WEB_COMMANDE SELECT * FROM APPELS WHERE REFERENCE = '{DRAFT.key}'")
    (entered,) = connector.write("drafts", [Change("create", DRAFT.key, DRAFT)])
    assert ("CC0003", True) == (entered.target, entered.existed)


def test_what_the_erp_has_is_believed_when_our_memory_is_lost(merchant: Merchant) -> None:
    connector = merchant.connector()
    (first,) = connector.write("drafts", [Change("create", DRAFT.key, DRAFT)])
    connector.close()
    merchant.erp.definition.with_suffix(".state.sqlite").unlink()
    (second,) = merchant.connector().write("drafts", [Change("create", DRAFT.key, DRAFT)])
    assert first.target == second.target
    assert 3 == merchant.count("COMMANDE")


def test_a_statement_that_fails_is_tried_again_after_it_is_corrected(merchant: Merchant) -> None:
    merchant.edit("INSERT INTO WEB_COMMANDE", "INSERT INTO WEB_COMMANDES")
    connector = merchant.connector()
    with pytest.raises(ConfigError):
        list(connector.write("drafts", [Change("create", DRAFT.key, DRAFT)]))
    connector.close()
    merchant.edit("INSERT INTO WEB_COMMANDES", "INSERT INTO WEB_COMMANDE")
    (outcome,) = merchant.connector().write("drafts", [Change("create", DRAFT.key, DRAFT)])
    assert "CC0003" == outcome.target


def test_orders_may_go_by_files_and_be_read_back_in_the_database(merchant: Merchant, tmp_path: Path) -> None:
    """Or be acknowledged, where the definition has no documents."""
    exchange = tmp_path / "echange"
    (exchange / "accuses").mkdir(parents=True)
    text = merchant.erp.definition.read_text("utf-8")
    block = text[text.index("[orders]") : text.index("[customers]")]
    merchant.edit(
        block,
        '[orders]\nby = "file"\nfolder = "."\nacknowledgements = "accuses"\nwait_seconds = 0\nsettle_seconds = 0\n',
    )
    connector = merchant.connector(folder=str(exchange))
    connector.check()
    (waiting,) = connector.write("drafts", [Change("create", DRAFT.key, DRAFT)])
    assert waiting.problem is not None
    assert ["K3QZ-1.json"] == [path.name for path in exchange.glob("*.json")]
    merchant.sql(
        "INSERT INTO COMMANDE VALUES "
        "('CC0009', '2026-11-24', 'C0002', 'K3QZ-1', 'E', 49.8, 9.96, 59.76, NULL, NULL, '2026-11-24')"
    )
    (entered,) = connector.write("drafts", [Change("create", DRAFT.key, DRAFT)])
    assert "CC0009" == entered.target
    other = replace(DRAFT, key="K3QZ-2")
    list(connector.write("drafts", [Change("create", other.key, other)]))
    (exchange / "accuses" / "a.csv").write_text("reference;numero\nK3QZ-2;CC0010\n", "utf-8")
    (acknowledged,) = connector.write("drafts", [Change("create", other.key, other)])
    assert ("CC0010", None) == (acknowledged.target, acknowledged.problem)


DRIVER_ERRORS = [
    ("postgresql", "28P01", "sql.login_refused"), ("postgresql", "42P01", "sql.no_table"),
    ("postgresql", "42501", "customsql.no_right"),
    ("postgresql", "40P01", "sql.locked"), ("postgresql", "08006", "sql.unreachable"),
    ("postgresql", "42601", "customsql.query_refused"),
    ("mariadb", 1045, "sql.login_refused"), ("mariadb", 1146, "sql.no_table"), ("mariadb", 1205, "sql.locked"),
    ("mariadb", 2003, "sql.unreachable"), ("mariadb", 1064, "customsql.query_refused"), ("sqlserver", 18456, "sql.login_refused"),
    ("sqlserver", 208, "sql.no_table"), ("sqlserver", 229, "customsql.no_right"), ("sqlserver", 102, "customsql.query_refused"),
    ("sqlserver", 20009, "sql.unreachable"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "number", "code"), DRIVER_ERRORS)
def test_errors_of_each_server_are_told_in_words(kind: str, number: Any, code: str) -> None:
    error: Any = (
        Exception(number, b"said by the server")
        if kind == "sqlserver"
        else Exception(number, "said by the server")
    )
    if kind == "postgresql":
        error = type("Error", (Exception,), {"sqlstate": number})("said by the server")
    _, text, _, _ = getattr(engines, f"_{kind.replace('sqlserver', 'sql_server')}_meaning")(error)
    assert code == text.code


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("sqlserver", "mssql+pymssql://"),
        ("mariadb", "mysql+pymysql://"),
        ("postgresql", "postgresql+psycopg://"),
    ],
)
def test_statements_compile_for_every_server(merchant: Merchant, kind: str, url: str) -> None:
    """No server of the first two was reached: this shows that the statements can be written in their words."""
    from datetime import timedelta

    from raccord_connectors.erp.sql.marks import Mark
    from raccord_connectors.erp.sql.settings import SqlDefinition
    from raccord_connectors.erp.sql.source import Source
    from raccord_connectors.kit.definition.loading import load

    class Told:
        columns = ["REF", "PRIX_HT", "DATE_MODIF"]
        used = ["REF", "PRIX_HT", "DATE_MODIF"]
        key, parent, modified = "REF", None, "DATE_MODIF"

    class Listening:
        def rows(self, statement: Any) -> Iterator[Any]:
            said.append(str(statement.compile(dialect=sa.create_engine(url).dialect)))
            return iter(())

    said: list[str] = []
    definition, _ = load(str(merchant.erp.definition), SqlDefinition)
    session: Any = Listening()
    shape: Any = Told()
    source = Source(session, "prices", definition.streams["prices"], shape, timedelta(0))
    for rows in (
        source.all(),
        source.since(Mark("2026", 0.0)),
        source.some(["a"], numeric=False),
        source.loosely(["a"]),
    ):
        list(rows)
    assert 4 == len(said)
    assert all(text_of(definition.streams["prices"]) in one for one in said)
    assert all("ORDER BY" in one for one in said)
