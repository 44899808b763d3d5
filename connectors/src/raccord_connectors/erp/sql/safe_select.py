"""Whether a text is one SELECT and nothing else. The login's rights and the read-only transaction stand behind it: three
locks."""

from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

DIALECTS = {"sqlserver": "tsql", "mariadb": "mysql", "postgresql": "postgres", "sqlite": "sqlite"}
FORBIDDEN = (
    exp.DML, exp.DDL, exp.Command, exp.Into, exp.Drop, exp.Alter, exp.Set, exp.Use, exp.Pragma, exp.Copy, exp.Lock, exp.Merge,
    exp.Transaction, exp.Commit, exp.Rollback, exp.Kill, exp.Analyze, exp.Grant, exp.Attach, exp.Detach, exp.NextValueFor,
    exp.Placeholder, exp.Parameter, exp.SessionParameter,
)  # fmt: skip
REACHING_OUT = (
    "openrowset", "opendatasource", "openquery", "xp_", "sp_", "load_file", "sleep", "benchmark", "get_lock", "pg_sleep",
    "pg_read", "pg_ls_dir", "pg_stat_file", "pg_terminate", "pg_cancel", "pg_advisory", "lo_", "dblink", "load_extension",
    "writefile", "readfile", "edit", "set_config", "nextval", "setval", "query_to_xml", "database_to_xml", "copy_",
)  # fmt: skip
"""Beginnings of names of functions that leave the database, write or wait."""


def objection(sql: str, kind: str) -> str | None:
    """Why this is no single reading SELECT (a word of SQL, no sentence), or None."""
    try:
        found = [one for one in sqlglot.parse(sql, dialect=DIALECTS[kind]) if one is not None]
    except SqlglotError as error:
        errors: list[dict[str, Any]] = getattr(error, "errors", None) or [{}]
        near = str(errors[0].get("highlight") or "?")[:40]
        return f"« {near} »"
    if len(found) != 1:
        return ";"
    tree = found[0]
    if not isinstance(tree, exp.Query):
        return type(tree).__name__.upper()
    for node in tree.walk():
        if isinstance(node, FORBIDDEN):
            return type(node).__name__.upper()
        if isinstance(node, exp.Func):
            name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
            if name.startswith(REACHING_OUT):
                return name
    return None


def stands_inside(sql: str, kind: str) -> bool:
    """Whether the query may stand in brackets inside another: SQL Server has no WITH and no bare ORDER BY there."""
    if kind != "sqlserver":
        return True
    tree = sqlglot.parse_one(sql, dialect=DIALECTS[kind])
    own = {name.rstrip("_"): value for name, value in tree.args.items() if value}
    return "with" not in own and ("order" not in own or "limit" in own or "offset" in own)
