"""A first definition from the files that lie in a drop folder."""

import json
from collections.abc import Iterator
from pathlib import Path

from raccord_connectors.contract import ConfigError
from raccord_connectors.erp.files import texts
from raccord_connectors.kit.definition.guessing import Proposal, fields_toml, propose
from raccord_connectors.kit.dropfolder.incoming import MOVED, READ, UNFINISHED, away
from raccord_connectors.kit.rowfiles.model import KINDS, FileForm, Unreadable
from raccord_connectors.kit.rowfiles.opening import opened

HEAD = """\
# Raccord : quels fichiers, quelles colonnes / which files, which columns.
# Ce fichier reste ici ; la plateforme ne le voit pas / this file stays here; the platform never sees it.
# Ensuite : raccord-agent check / next: raccord-agent check
version = 1
language = "fr"
decimal = ","
# marker = ".ok"        # un fichier compte quand articles.csv.ok est là / a file counts once articles.csv.ok is there
settle_seconds = 5.0    # sinon, quand il n’a plus changé depuis / else, once it has not changed for so long
"""
ORDERS = """
# Commandes et nouveaux clients vers la gestion / orders and new customers to the ERP
[orders]
folder = "commandes"
acknowledgements = "commandes/accuses"
format = "json"         # json, csv, xml

[customers]
folder = "clients"
acknowledgements = "clients/accuses"
format = "json"
"""


def proposed(folder: Path) -> str:
    """TOML. Raises `ConfigError` when no file has columns that we know."""
    if not folder.is_dir():
        raise away(folder, FileNotFoundError(2, "?"))
    tables = {path.stem: (path, columns) for path, columns in _tables(folder)}
    proposals = propose({stem: columns for stem, (_, columns) in tables.items()})
    if not proposals:
        raise ConfigError(texts.NOTHING_FOUND.fill(folder=folder))
    parts = [HEAD]
    for proposal in proposals:
        path, columns = tables[proposal.table]
        parts.append("\n".join(_stream(proposal, path, columns)) + "\n")
    return "\n".join(parts) + ORDERS


def _tables(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """Each file under the name that it was dropped with, those that were read already included (the latest of each name)."""
    read = sorted((folder / READ).iterdir(), reverse=True) if (folder / READ).is_dir() else []
    seen: set[str] = set()
    for path in [*sorted(folder.iterdir()), *read]:
        name = MOVED.sub("", path.name) if path.parent != folder else path.name
        usable = path.is_file() and path.suffix.lower() in KINDS and not UNFINISHED.search(name)
        if not usable or name in seen:
            continue
        try:
            with opened(path, FileForm()) as table:
                yield folder / name, [column for column in table.columns if column]
        except (Unreadable, OSError):
            continue  # it is no table, or not a readable one: there is nothing to propose from it
        seen.add(name)


def _stream(proposal: Proposal, path: Path, columns: list[str]) -> list[str]:
    return [
        f"[streams.{proposal.stream}]",
        f"files = {json.dumps(path.stem + '*' + path.suffix, ensure_ascii=False)}",
        'content = "snapshot"   # le fichier dit tout ; sinon "delta" / the file says everything; else "delta"',
        *fields_toml(proposal.stream, proposal.fields, columns),
    ]
