"""A first definition from the names that tables and columns usually have, in French and in English."""

import json
import re
from collections.abc import Mapping, Sequence

from raccord_connectors.kit.definition.fields import FIELDS, MODIFIED, key_field, needed, plain_name

TABLES: dict[str, tuple[str, ...]] = {
    "categories": ("FAMILLE", "FAMILLES", "CATEGORIE", "CATEGORIES", "CATEGORY", "FAMILLEARTICLE"),
    "products": ("ARTICLE", "ARTICLES", "PRODUIT", "PRODUITS", "PRODUCT", "PRODUCTS", "ITEM", "ITEMS", "CATALOGUE"),
    "prices": ("TARIF", "TARIFS", "PRIX", "PRICE", "PRICES", "PRICELIST", "PRIXARTICLE"),
    "stock": ("STOCK", "STOCKS", "INVENTORY", "STOCKARTICLE", "STOCKDEPOT"),
    "customers": ("CLIENT", "CLIENTS", "CUSTOMER", "CUSTOMERS", "TIERS", "COMPTECLIENT"),
    "documents": ("COMMANDE", "COMMANDES", "DOCUMENT", "DOCUMENTS", "ORDER", "ORDERS", "SALESORDER", "COMMANDECLIENT", "ENTETE"),
}  # fmt: skip
FROM_ARTICLES = ("prices", "stock")
"""Streams that the table of the articles may hold in columns of its own."""


class Proposal:
    """One stream: which table, which column for which field, and the column of changes if there is one."""

    def __init__(self, stream: str, table: str, fields: Mapping[str, str], modified: str | None) -> None:
        self.stream = stream
        self.table = table
        self.fields = dict(fields)
        self.modified = modified

    @property
    def usable(self) -> bool:
        there = self.fields.keys()
        return set(needed(self.stream)) <= there and (
            self.stream != "prices" or bool({"net", "gross"} & there)
        )


def fields_for(stream: str, columns: Sequence[str]) -> dict[str, str]:
    """Field → column. Each column serves once, except where a line repeats what its header says."""
    by_name = {plain_name(column): column for column in reversed(columns)}
    found: dict[str, str] = {}
    used: set[str] = set()
    for name, field in FIELDS[stream].items():
        column = next(
            (by_name[one] for one in field.names if one in by_name and by_name[one] not in used), None
        )
        if column is not None:
            found[name] = column
            used.add(column)
    return found


def propose(tables: Mapping[str, Sequence[str]]) -> list[Proposal]:
    """`tables`: name of a table, view or file → its columns. In the order of the streams; only what can be used as it is."""
    found: dict[str, Proposal] = {}
    for stream in FIELDS:
        known = [table for table in tables if _rank(stream, table) < len(TABLES[stream])]
        for table in sorted(known, key=lambda name: (not _is_made_for_us(name), _rank(stream, name), name)):
            proposal = _proposal(stream, table, tables[table])
            if proposal.usable:
                found[stream] = proposal
                break
    articles = found.get("products")
    for stream in FROM_ARTICLES:
        if articles is not None and stream not in found:
            proposal = _proposal(stream, articles.table, tables[articles.table])
            if proposal.usable:
                found[stream] = proposal
    return [found[stream] for stream in FIELDS if stream in found]


def _proposal(stream: str, table: str, columns: Sequence[str]) -> Proposal:
    by_name = {plain_name(column): column for column in columns}
    modified = next((by_name[name] for name in MODIFIED if name in by_name), None)
    return Proposal(stream, table, fields_for(stream, columns), modified)


def _rank(stream: str, table: str) -> int:
    """The lower the more likely; the number of names where it is none of them. « v_web_articles » is ARTICLES."""
    name = plain_name(
        re.sub(r"^(dbo\.|public\.)?((v|vw|view|t|tb|tbl|web|erp|raccord|f)[_ ])*", "", table, flags=re.I)
    )
    names = TABLES[stream]
    return names.index(name) if name in names else len(names)


def _is_made_for_us(table: str) -> bool:
    """V_WEB_ARTICLES is what an integrator made for a shop; it is better than the table that it stands on."""
    return re.match(r"(\w+\.)?(v|vw|view|web)_", table, re.I) is not None


def toml_text(text: str) -> str:
    """As people would write it: quotes of SQL in quotes of the other kind."""
    return f"'{text}'" if '"' in text and "'" not in text else json.dumps(text, ensure_ascii=False)


def toml_name(name: str) -> str:
    return name if re.fullmatch(r"[\w-]+", name, re.ASCII) else json.dumps(name, ensure_ascii=False)


def fields_toml(stream: str, fields: Mapping[str, str], columns: Sequence[str]) -> list[str]:
    """The table of the fields; what is not used is named, so that an integrator sees what else there is."""
    lines = [f"[streams.{stream}.fields]"]
    lines += [
        f"{toml_name(name)} = {json.dumps(column, ensure_ascii=False)}" for name, column in fields.items()
    ]
    unused = [column for column in columns if column not in fields.values()]
    if unused:
        lines.append(f"# Colonnes non utilisées / unused columns: {', '.join(unused)}")
    missing = [name for name in FIELDS[stream] if name not in fields and name != key_field(stream)]
    lines.append(f"# Autres champs possibles / other fields: {', '.join(missing)}")
    return lines
