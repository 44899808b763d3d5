"""A first definition from the tables and views that a database has."""

import sqlalchemy as sa

from raccord_connectors.contract import ConfigError
from raccord_connectors.erp.sql import texts
from raccord_connectors.kit.definition.guessing import Proposal, fields_toml, propose, toml_text
from raccord_connectors.kit.sql import Database

HEAD = """\
# Raccord : quelles vues, quelles colonnes / which views, which columns.
# Ce fichier reste ici ; la plateforme ne le voit pas / this file stays here; the platform never sees it.
# Ensuite : raccord-agent check / next: raccord-agent check
version = 1
language = "fr"
"""
ORDERS = """
# Commandes par fichiers (donnez folder dans agent.toml) / orders by files (give folder in agent.toml):
# [orders]
# by = "file"
# folder = "commandes"
# acknowledgements = "commandes/accuses"
# Ou par votre procédure, et relues par [streams.documents] / or by your procedure, read back by [streams.documents]:
# [orders]
# by = "statement"
# statement = "EXEC dbo.web_commande :reference, :data"
"""
HIDDEN = ("information_schema", "pg_catalog", "sys", "mysql", "performance_schema", "pg_toast")
MOST = 3_000
"""Tables that are looked at."""


def proposed(database: Database) -> str:
    """TOML. Raises `ConfigError` when nothing has a name and columns that we know."""
    with database.guard():
        inspector = sa.inspect(database.engine)
        usual = inspector.default_schema_name
        tables: dict[str, list[str]] = {}
        for schema in _schemas(database, inspector, usual):
            names = [*inspector.get_view_names(schema), *inspector.get_table_names(schema)]
            for name in names[:MOST]:
                shown = name if schema in (None, usual) else f"{schema}.{name}"
                tables[shown] = [str(column["name"]) for column in inspector.get_columns(name, schema)]
    proposals = propose(tables)
    if not proposals:
        raise ConfigError(texts.NOTHING_FOUND.fill(database=database.name))
    parts = [HEAD, *("\n".join(_stream(one, tables[one.table], database)) + "\n" for one in proposals)]
    return "\n".join(parts) + ORDERS


def _schemas(database: Database, inspector: sa.Inspector, usual: str | None) -> list[str | None]:
    if database.dialect in ("sqlite", "mysql", "mariadb"):
        return [None]
    others = [
        one
        for one in inspector.get_schema_names()
        if one != usual and one not in HIDDEN and not one.startswith(("db_", "pg_"))
    ]
    return [usual, *others]


def _stream(proposal: Proposal, columns: list[str], database: Database) -> list[str]:
    quoted = ".".join(
        database.engine.dialect.identifier_preparer.quote(part) for part in proposal.table.split(".")
    )
    lines = [f"[streams.{proposal.stream}]", f"view = {toml_text(quoted)}"]
    if proposal.modified:
        lines.append(f"modified = {toml_text(proposal.modified)}")
    return [*lines, *fields_toml(proposal.stream, proposal.fields, columns)]
