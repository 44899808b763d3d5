"""What one Sage 100 company has beyond the canonical records: its lists, its titles, its informations libres."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from raccord_connectors.contract import Choice, CustomField, Discovery, Feature, Identity
from raccord_connectors.erp.sage100 import values
from raccord_connectors.erp.sage100.articles import STATISTICS as ARTICLE_STATISTICS
from raccord_connectors.erp.sage100.countries import iso_of
from raccord_connectors.erp.sage100.custom import MOST_VALUES, described, values_met
from raccord_connectors.erp.sage100.customers import STATISTICS as CUSTOMER_STATISTICS
from raccord_connectors.erp.sage100.settings import Sage100Settings
from raccord_connectors.erp.sage100.tables import Tables
from raccord_connectors.kit.sql import Session

STATUSES = (Choice("0", "Saisi"), Choice("1", "Confirmé"), Choice("2", "À préparer"))
"""DO_Statut. A company may rename them; where it keeps the names is not known to us."""
VARIANTS = 0
"""G_Type; the other gammes are scales of prices."""
COLLECTED = 1
"""TA_Sens: taxes on sales."""


def discover(session: Session, tables: Tables, settings: Sage100Settings) -> Discovery:
    company = session.first(tables.select("P_DOSSIER"))
    categories = session.all(tables.select("P_CATTARIF").order_by(tables["P_CATTARIF"].c.cbIndice))
    named = [row for row in categories if values.text(row.CT_Intitule)]
    return Discovery(
        company=values.text(company.D_RaisonSoc) if company is not None else "",
        currency="EUR",
        prices_include_tax=values.flag(named[0].CT_PrixTTC) if named else None,
        languages=tuple(code for code in ("fr", settings.language_1, settings.language_2) if code),
        custom_fields=_custom_fields(session, tables),
        depots=_choices(session.all(tables.select("F_DEPOT")), "DE_No", "DE_Intitule"),
        price_categories=tuple(
            Choice(
                str(row.cbIndice),
                values.text(row.CT_Intitule),
                {"tax_included": "true" if values.flag(row.CT_PrixTTC) else "false"},
            )
            for row in named
        ),
        order_statuses=STATUSES,
        tax_classes=_tax_classes(session, tables),
        payment_methods=_choices(session.all(tables.select("P_REGLEMENT")), "cbIndice", "R_Intitule"),
        carriers=_choices(session.all(tables.select("P_EXPEDITION")), "cbIndice", "E_Intitule"),
        units=_choices(session.all(tables.select("P_UNITE")), "cbIndice", "U_Intitule"),
        features=_axes(session, tables),
        identity=_identity(company, settings) if company is not None else Identity(),
    )


def _identity(row: Any, settings: Sage100Settings) -> Identity:
    """Sage keeps neither legal form, capital nor register where we could read them: the merchant tells those."""
    siret = "".join(values.text(row.D_Siret).split())
    return Identity(
        name=values.text(row.D_RaisonSoc),
        siren=siret[:9],
        siret=siret,
        vat_number="".join(values.text(row.D_Identifiant).split()).upper(),
        activity=values.text(row.D_Ape),
        line1=values.text(row.D_Adresse),
        line2=values.text(row.D_Complement),
        postal_code=values.text(row.D_CodePostal),
        city=values.text(row.D_Ville),
        country=iso_of(values.text(row.D_Pays), settings.default_country),
        email=values.text(row.D_EMail),
        phone=values.text(row.D_Telephone),
        website=values.text(row.D_Site),
    )


def _custom_fields(session: Session, tables: Tables) -> tuple[CustomField, ...]:
    titles = _statistics_titles(session, tables)
    found = described(session, tables, "products", "F_ARTICLE")
    found += [
        CustomField("products", name, title, "choice", values_met(session, tables, "F_ARTICLE", name))
        for name, title in zip(ARTICLE_STATISTICS, titles, strict=True)
        if name in tables.found["F_ARTICLE"]
    ]
    found += described(session, tables, "customers", "F_COMPTET")
    found += [
        CustomField(
            "customers",
            name,
            f"Statistique {number}",
            "choice",
            values_met(session, tables, "F_COMPTET", name),
        )
        for number, name in enumerate(CUSTOMER_STATISTICS, start=1)
        if name in tables.found["F_COMPTET"]
    ]
    return tuple(found + described(session, tables, "documents", "F_DOCENTETE"))


def _axes(session: Session, tables: Tables) -> tuple[Feature, ...]:
    """The gammes that make variants, with the values that articles have of them."""
    gammes, article, value = tables["P_GAMME"], tables["F_ARTICLE"], tables["F_ARTGAMME"]
    titles = {
        values.whole(row.cbIndice): values.text(row.G_Intitule)
        for row in session.all(tables.select("P_GAMME").order_by(gammes.c.cbIndice))
        if values.whole(row.G_Type) == VARIANTS
    }
    found: dict[str, dict[str, None]] = {title: {} for title in titles.values() if title}
    for axis, column in enumerate((article.c.AR_Gamme1, article.c.AR_Gamme2)):
        pairs: sa.Select[Any] = (
            sa.select(column, value.c.EG_Enumere)
            .join_from(article, value, article.c.AR_Ref == value.c.AR_Ref)
            .where(value.c.AG_Type == axis, column > 0)
            .group_by(column, value.c.EG_Enumere)
            .order_by(column, value.c.EG_Enumere)
        )
        rows: Sequence[Any] = session.all(pairs.limit(MOST_VALUES))
        for row in rows:
            title, said = titles.get(values.whole(row[0])), values.text(row[1])
            if title and said:
                found[title][said] = None
    return tuple(Feature(title, tuple(held)) for title, held in found.items())


def _statistics_titles(session: Session, tables: Tables) -> list[str]:
    """P_INTSTATART has one row per field; only that its title ends with "Intitule" is taken for granted."""
    default = [f"Statistique {number}" for number in range(1, len(ARTICLE_STATISTICS) + 1)]
    columns = [name for name in tables.found.get("P_INTSTATART", {}) if name.endswith("Intitule")]
    if not columns:
        return default
    table = tables["P_INTSTATART"]
    rows = session.all(tables.select("P_INTSTATART", columns[:1]).order_by(table.c.cbMarq))
    told = [values.text(row[0]) for row in rows][: len(default)]
    return [said or default[index] for index, said in enumerate(told)] + default[len(told) :]


def _tax_classes(session: Session, tables: Tables) -> tuple[Choice, ...]:
    found = []
    for row in session.all(tables.select("F_TAXE")):
        if values.whole(row.TA_TTaux) == 0 and values.whole(row.TA_Sens) == COLLECTED:
            code = values.key(row.TA_Code)
            rate = {"rate": str(values.amount(row.TA_Taux))}
            found.append(Choice(code, values.text(row.TA_Intitule) or code, rate))
    return tuple(found)


def _choices(rows: Sequence[Any], key: str, title: str) -> tuple[Choice, ...]:
    """Parameter tables have a row for each possible index: those without a title are not in use."""
    found = ((values.whole(getattr(row, key)), values.text(getattr(row, title))) for row in rows)
    return tuple(Choice(str(number), said) for number, said in sorted(found) if said)
