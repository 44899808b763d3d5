"""`products`: articles with their variants (gammes), packagings, components, media and free fields."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Row

from raccord_connectors.canonical import Axis, Component, MediaRef, Packaging, Product, Scalar, Variant, plain
from raccord_connectors.contract import RecordRejected
from raccord_connectors.erp.sage100 import texts, values
from raccord_connectors.erp.sage100.countries import iso_of
from raccord_connectors.erp.sage100.cursors import Marks, stamped_since
from raccord_connectors.erp.sage100.custom import LibreField, custom_values, libre_fields
from raccord_connectors.erp.sage100.settings import Sage100Settings
from raccord_connectors.erp.sage100.source import Batch, Hanging, Source
from raccord_connectors.erp.sage100.tables import COLUMNS, Tables
from raccord_connectors.erp.sage100.taxes import Taxes, changed_by_family, changed_by_rate, own_taxes
from raccord_connectors.kit.sql import Session

GRAMS = {0: Decimal(1_000_000), 1: Decimal(100_000), 2: Decimal(1000), 3: Decimal(1), 4: Decimal("0.001")}
"""AR_UnitePoids → grams: tonne, quintal, kilogram, gram, milligram."""
KITS = (2, 3)
"""AR_Nomencl: *commerciale* and *composant* kits. 1 is manufacturing, 4 links articles to one another."""
LINKED = 4
STATISTICS = ("AR_Stat01", "AR_Stat02", "AR_Stat03", "AR_Stat04", "AR_Stat05")
PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff")
SHARED = ("P_UNITE", "P_GAMME", "F_TAXE", "F_FAMCOMPTA", "F_GLOSSAIRE", "cbSysLibre")
"""Small tables that any article may draw from: they enter each digest."""


def family_key(code: str) -> str:
    return f"FA|{code}"


def catalogue_key(number: int) -> str:
    return f"CL|{number}"


def variant_key(article: str, first: Any, second: Any) -> str:
    """AG_No are stable; the labels that people see may be renamed, and AE_Ref may be empty."""
    return f"{article}|{values.whole(first)}|{values.whole(second)}"


def item_key(article: str, first: Any, second: Any) -> str:
    """The variant where a row names one, else the article."""
    return variant_key(article, first, second) if values.whole(first) else article


def article_of(item: str) -> str:
    """The article of an item key."""
    parts = item.rsplit("|", 2)
    return parts[0] if len(parts) == 3 and parts[1].isdigit() and parts[2].isdigit() else item


def variants_of(tables: Tables, gammes: Sequence[int]) -> Hanging:
    """Combinations that one can buy. A gamme may also be a price scale: such articles have no variants."""

    def real(table: sa.TableClause) -> sa.ColumnElement[bool]:
        article = tables["F_ARTICLE"]
        return table.c.AR_Ref.in_(sa.select(article.c.AR_Ref).where(article.c.AR_Gamme1.in_(list(gammes))))

    return Hanging("F_ARTENUMREF", "AR_Ref", where=real, order=("AG_No1", "AG_No2"))


def real_gammes(session: Session, tables: Tables) -> dict[int, str]:
    """P_GAMME: index → title of the gammes that make variants."""
    rows = session.all(tables.select("P_GAMME"))
    return {
        row.cbIndice: values.text(row.G_Intitule)
        for row in rows
        if values.whole(row.G_Type) == 0 and values.text(row.G_Intitule)
    }


class Articles:
    """What is read once per reading, and the making of one record."""

    def __init__(self, session: Session, tables: Tables, settings: Sage100Settings) -> None:
        self.settings = settings
        self.fields: list[LibreField] = libre_fields(session, tables, "F_ARTICLE")
        self.gammes = real_gammes(session, tables)
        self.taxes = Taxes.of(session, tables, settings.accounting_category)
        self.units = {
            row.cbIndice: values.text(row.U_Intitule) for row in session.all(tables.select("P_UNITE"))
        }
        self.glossary = _glossary(session, tables)
        parts = ("F_ARTGAMME", "F_CONDITION", "F_NOMENCLAT", "F_ARTICLEMEDIA", "F_ARTGLOSS")
        self.variants = variants_of(tables, list(self.gammes))
        self.source = Source(
            tables,
            "F_ARTICLE",
            "AR_Ref",
            names=[*COLUMNS["F_ARTICLE"].split(), *(field.name for field in self.fields)],
            hanging=[
                self.variants,
                own_taxes(settings.accounting_category),
                *(Hanging(table, "AR_Ref") for table in parts),
            ],
            also=[changed_by_family(tables), changed_by_rate(tables), *_changed_text(tables)],
        )

    def records(self, batch: Batch) -> Iterator[Product | tuple[str, RecordRejected]]:
        for key, row in batch.rows.items():
            try:
                yield self.product(key, row, batch)
            except RecordRejected as refusal:
                yield key, refusal

    def product(self, key: str, row: Row[Any], batch: Batch) -> Product:
        name = values.text(row.AR_Design)
        if not name:
            raise RecordRejected(texts.NO_NAME.fill(article=key), field="name")
        family = values.key(row.FA_CodeFamille)
        tax, eco = self.taxes.of_article(key, family, batch.of("F_ARTCOMPTA", key))
        nodes = [values.whole(node) for node in (row.CL_No4, row.CL_No3, row.CL_No2, row.CL_No1)]
        custom = custom_values(row, self.fields, STATISTICS)
        nomenclature = values.whole(row.AR_Nomencl)
        parts = [_component(part) for part in batch.of("F_NOMENCLAT", key)]
        return Product(
            key=key,
            sku=values.text(row.AR_Ref),
            name=name,
            names=self._names(row, name),
            description=self._description(batch.of("F_ARTGLOSS", key)),
            family=family_key(family) if family else None,
            categories=[catalogue_key(node) for node in nodes if node][:1],
            brand=_text_of(custom, self.settings.brand_field),
            ean=values.text(row.AR_CodeBarre) or None,
            unit=self.units.get(values.whole(row.AR_UniteVen)) or None,
            weight_g=_grams(row),
            tax=tax,
            eco_contribution=eco,
            origin_country=iso_of(values.text(row.AR_Pays)) or None,
            customs_code=values.text(row.AR_CodeFiscal) or None,
            active=not values.flag(row.AR_Sommeil),
            published=values.flag(row.AR_Publie),
            stock_policy=_policy(row),
            axes=self._axes(row) if batch.of("F_ARTENUMREF", key) else [],
            variants=_variants(key, batch),
            packagings=[_packaging(part) for part in batch.of("F_CONDITION", key)],
            components=parts if nomenclature in KITS else [],
            media=self._media(row, batch.of("F_ARTICLEMEDIA", key), custom),
            related=[part.item for part in parts] if nomenclature == LINKED else [],
            replaced_by=values.key(row.AR_Substitut) or None,
            custom=custom,
        )

    def _axes(self, row: Row[Any]) -> list[Axis]:
        chosen = (("1", row.AR_Gamme1), ("2", row.AR_Gamme2))
        return [Axis(axis, self.gammes[index]) for axis, index in chosen if index in self.gammes]

    def _names(self, row: Row[Any], name: str) -> dict[str, str]:
        foreign = {
            self.settings.language_1: values.text(row.AR_Langue1),
            self.settings.language_2: values.text(row.AR_Langue2),
        }
        told = {language: said for language, said in foreign.items() if language and said}
        return {"fr": name, **told} if told else {}

    def _description(self, rows: Sequence[Row[Any]]) -> str:
        found = (self.glossary.get(row.GL_No, "") for row in rows)
        return "\n\n".join(said for said in found if said)

    def _media(self, row: Row[Any], rows: Sequence[Row[Any]], custom: dict[str, Scalar]) -> list[MediaRef]:
        """The article's photo first, then the fields that the merchant named, then the media list."""
        named = [(values.text(row.AR_Photo), "")]
        named += [(_text_of(custom, name) or "", "") for name in self.settings.picture_fields]
        named += [(values.text(part.ME_Fichier), values.text(part.ME_Commentaire)) for part in rows]
        found: dict[str, MediaRef] = {}
        for name, title in named:
            if name and name not in found:
                kind: Literal["picture", "document"] = (
                    "picture" if name.lower().endswith(PICTURES) else "document"
                )
                found[name] = MediaRef(name=name, kind=kind, title=title)
        return list(found.values())


def _variants(article: str, batch: Batch) -> list[Variant]:
    labels = {part.AG_No: values.text(part.EG_Enumere) for part in batch.of("F_ARTGAMME", article)}
    found = []
    for row in batch.of("F_ARTENUMREF", article):
        numbers = {"1": values.whole(row.AG_No1), "2": values.whole(row.AG_No2)}
        options = {axis: labels.get(number, "") for axis, number in numbers.items() if number}
        if not options or not all(options.values()):
            raise RecordRejected(texts.NO_LABEL.fill(article=article), field="variants")
        suffix = "-".join(str(number) for number in numbers.values() if number)
        found.append(
            Variant(
                key=variant_key(article, row.AG_No1, row.AG_No2),
                sku=values.text(row.AE_Ref) or f"{article}-{suffix}",
                options=options,
                ean=values.text(row.AE_CodeBarre) or None,
                active=not values.flag(row.AE_Sommeil),
            )
        )
    return found


def _packaging(row: Row[Any]) -> Packaging:
    return Packaging(
        key=str(values.whole(row.CO_No)),
        title=values.text(row.EC_Enumere),
        quantity=values.amount(row.EC_Quantite),
        sku=values.text(row.CO_Ref) or None,
        ean=values.text(row.CO_CodeBarre) or None,
        principal=values.flag(row.CO_Principal),
    )


def _component(row: Row[Any]) -> Component:
    part = item_key(values.key(row.NO_RefDet), row.AG_No1Comp, row.AG_No2Comp)
    return Component(part, values.amount(row.NO_Qte))


def _grams(row: Row[Any]) -> Decimal | None:
    weight = values.amount(row.AR_PoidsNet)
    return plain(weight * GRAMS.get(values.whole(row.AR_UnitePoids), Decimal(1000))) if weight > 0 else None


def _policy(row: Row[Any]) -> Literal["tracked", "untracked", "kit", "made_to_order"]:
    """Which rule the stock of this article obeys; kits, services and back-to-back articles have no stock of their own."""
    if values.whole(row.AR_Nomencl) in KITS:
        return "kit"
    if values.flag(row.AR_Contremarque):
        return "made_to_order"
    return "tracked" if values.whole(row.AR_SuiviStock) else "untracked"


def _text_of(custom: dict[str, Scalar], name: str) -> str | None:
    value = custom.get(name)
    return value if isinstance(value, str) else None


def _glossary(session: Session, tables: Tables) -> dict[int, str]:
    """Long texts are shared by articles and few: they are read whole."""
    if not (tables.has("F_GLOSSAIRE") and tables.has("F_ARTGLOSS")):
        return {}
    return {row.GL_No: values.text(row.GL_Text) for row in session.rows(tables.select("F_GLOSSAIRE"))}


def _changed_text(tables: Tables) -> list[tuple[str, Any]]:
    """Articles whose long text changed."""
    if not (tables.has("F_GLOSSAIRE") and tables.has("F_ARTGLOSS")):
        return []

    def changed(session: Session, marks: Marks) -> sa.Select[Any]:
        links, long = tables["F_ARTGLOSS"], tables["F_GLOSSAIRE"]
        stamped = sa.select(long.c.GL_No).where(stamped_since(session, tables, "F_GLOSSAIRE", marks))
        return sa.select(links.c.AR_Ref).where(links.c.GL_No.in_(stamped))

    return [("F_GLOSSAIRE", changed)]
