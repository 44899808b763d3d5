"""Catalogue categories. Tryton keeps accounting categories in the same tree; those are no catalogue."""

from raccord_connectors.canonical import Category, Names
from raccord_connectors.erp.tryton.client import Client, Row
from raccord_connectors.erp.tryton.reading import Built, Source, digest, stamp_fields
from raccord_connectors.erp.tryton.settings import TrytonSettings


def source(client: Client, settings: TrytonSettings) -> Source:
    def build(rows: list[Row]) -> Built:
        names: dict[int, Names] = {row["id"]: {} for row in rows}
        if settings.other_languages:
            for row in rows:
                names[row["id"]][settings.language] = row["name"]
        for language in settings.other_languages:
            here = [["id", "in", list(names)]]
            for row in client.search_read(
                "product.category", here, ("name",), context={"language": language}
            ):
                names[row["id"]][language] = row["name"]
        return Built([_category(row, names[row["id"]]) for row in rows])

    return Source(
        model="product.category",
        base=[["accounting", "!=", True]],
        stamps=("",),
        sketch=stamp_fields(""),
        digests=lambda rows: {str(row["id"]): digest(row) for row in rows},
        fields=lambda: ("name", "parent", "parent.accounting"),
        build=build,
        salt=lambda: digest([settings.language, *settings.other_languages]).hex(),
    )


def _category(row: Row, names: Names) -> Category:
    """An accounting category above a catalogue category is not part of the catalogue."""
    parent = row["parent."] if row["parent"] and not row["parent."]["accounting"] else None
    return Category(
        key=str(row["id"]), name=row["name"], names=names, parent=str(parent["id"]) if parent else None
    )
