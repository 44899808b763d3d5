"""The tables and columns of Sage 100 that we read, and how they are found in one database.

Versions differ: columns were added and widened from v16 to v12. A column that this database lacks reads as NULL; a
table that is missing is named by `check`. Informations libres are columns too, named by the merchant: see `custom`.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from raccord_connectors.contract import ConfigError
from raccord_connectors.erp.sage100 import texts
from raccord_connectors.kit.sql import Column, Session

STAMP = "cbModification"
IDENTITY = "cbMarq"

COLUMNS: dict[str, str] = {
    "P_DOSSIER": "D_RaisonSoc D_Adresse D_Complement D_CodePostal D_Ville D_Pays D_Siret D_Identifiant D_Ape "
    "D_Telephone D_EMail D_Site",
    "P_UNITE": "U_Intitule cbIndice",
    "P_GAMME": "G_Intitule G_Type cbIndice",
    "P_CATTARIF": "CT_Intitule CT_PrixTTC cbIndice",
    "P_CATCOMPTA": "",
    "P_INTSTATART": "",
    "P_EXPEDITION": "E_Intitule AR_Ref cbIndice",
    "P_REGLEMENT": "R_Intitule R_Code cbIndice",
    "P_DEVISE": "D_Intitule D_CodeISO D_Cours cbIndice",
    "P_CRISQUE": "R_Intitule R_Type cbIndice",
    "F_DEPOT": "DE_No DE_Intitule DE_Code DE_Principal",
    "F_COLLABORATEUR": "CO_No CO_Nom CO_Prenom",
    "F_TAXE": "TA_Code TA_Intitule TA_Taux TA_TTaux TA_Type TA_Sens",
    "F_FAMILLE": "FA_CodeFamille FA_Intitule FA_Type",
    "F_FAMCOMPTA": "FA_CodeFamille FCP_Type FCP_Champ FCP_ComptaCPT_Taxe1 FCP_ComptaCPT_Taxe2 FCP_ComptaCPT_Taxe3",
    "F_CATALOGUE": "CL_No CL_Intitule CL_Code CL_NoParent CL_Niveau",
    "F_ARTICLE": "AR_Ref AR_Design AR_Langue1 AR_Langue2 FA_CodeFamille CL_No1 CL_No2 CL_No3 CL_No4 AR_CodeBarre "
    "AR_EdiCode AR_Substitut AR_PrixVen AR_PrixTTC AR_PrixAch AR_Coef AR_PUNet AR_PrixVenNouv AR_CoefNouv "
    "AR_PrixAchNouv AR_DateApplication AR_UniteVen AR_UnitePoids AR_PoidsNet AR_Gamme1 AR_Gamme2 AR_Condition "
    "AR_SuiviStock AR_Nomencl AR_Contremarque AR_Publie AR_Sommeil AR_Photo AR_CodeFiscal AR_Pays "
    "AR_Stat01 AR_Stat02 AR_Stat03 AR_Stat04 AR_Stat05",
    "F_ARTICLEMEDIA": "AR_Ref ME_Commentaire ME_Fichier",
    "F_ARTGLOSS": "AR_Ref GL_No",
    "F_GLOSSAIRE": "GL_No GL_Text",
    "F_ARTGAMME": "AR_Ref AG_No EG_Enumere AG_Type",
    "F_ARTENUMREF": "AR_Ref AG_No1 AG_No2 AE_Ref AE_CodeBarre AE_PrixAch AE_EdiCode AE_Sommeil",
    "F_CONDITION": "AR_Ref CO_No EC_Enumere EC_Quantite CO_Ref CO_CodeBarre CO_Principal",
    "F_NOMENCLAT": "AR_Ref NO_RefDet NO_Qte AG_No1Comp AG_No2Comp",
    "F_ARTCOMPTA": "AR_Ref ACP_Type ACP_Champ ACP_ComptaCPT_Taxe1 ACP_ComptaCPT_Taxe2 ACP_ComptaCPT_Taxe3",
    "F_ARTCLIENT": "AR_Ref AC_Categorie CT_Num AC_PrixVen AC_PrixTTC AC_Coef AC_Remise AC_PrixVenNouv AC_DateApplication",
    "F_TARIFGAM": "AR_Ref TG_RefCF AG_No1 AG_No2 TG_Prix",
    "F_TARIFCOND": "AR_Ref TC_RefCF CO_No TC_Prix",
    "F_TARIFQTE": "AR_Ref TQ_RefCF TQ_BorneSup TQ_Remise01REM_Valeur TQ_Remise01REM_Type TQ_Remise02REM_Valeur "
    "TQ_Remise02REM_Type TQ_Remise03REM_Valeur TQ_Remise03REM_Type TQ_PrixNet",
    "F_ARTSTOCK": "AR_Ref DE_No AS_QteSto AS_QteRes AS_QteCom AS_QtePrepa AS_QteAControler",
    "F_GAMSTOCK": "AR_Ref AG_No1 AG_No2 DE_No GS_QteSto GS_QteRes GS_QteCom GS_QtePrepa GS_QteAControler",
    "F_COMPTET": "CT_Num CT_Intitule CT_Type CT_Qualite CT_Classement CT_Contact CT_Commentaire CT_Adresse "
    "CT_Complement CT_CodePostal CT_Ville CT_CodeRegion CT_Pays CT_Telephone CT_Telecopie CT_EMail CT_Identifiant "
    "CT_Siret N_CatTarif N_CatCompta CT_Taux01 CT_Encours CT_ControlEnc N_Risque CT_Langue CT_LangueISO2 "
    "CT_Statistique01 CT_Statistique02 CT_Statistique03 CT_Statistique04 CT_Statistique05 CT_Statistique06 "
    "CT_Statistique07 CT_Statistique08 CT_Statistique09 CT_Statistique10 CT_Sommeil",
    "F_LIVRAISON": "LI_No CT_Num LI_Intitule LI_Adresse LI_Complement LI_CodePostal LI_Ville LI_CodeRegion LI_Pays "
    "LI_Contact LI_Telephone LI_EMail LI_Principal",
    "F_CONTACTT": "CT_No CT_Num CT_Nom CT_Prenom CT_Fonction CT_Civilite CT_Telephone CT_TelPortable CT_EMail",
    "F_DOCENTETE": "DO_Domaine DO_Type DO_Piece DO_Date DO_Ref DO_Tiers DO_NoWeb DO_Statut DO_Provenance DO_Expedit "
    "DO_DateLivr DO_DateExpedition DO_Coord01 DO_Coord02 DO_Coord03 DO_Coord04 DO_TypeFrais DO_ValFrais "
    "DO_TypeLigneFrais DO_ValFranco DO_Taxe1 DO_TypeTaux1 DO_Valide DO_TxEscompte DO_TotalTTC LI_No DO_Devise DO_Cours",
    "F_DOCLIGNE": "DO_Domaine DO_Type DO_Piece CT_Num DL_No DL_Ligne AR_Ref AG_No1 AG_No2 DL_Design DL_Qte DL_QteBL "
    "DL_PieceBC DL_DateBC DL_PiecePL DL_DatePL DL_PieceBL DL_DateBL DL_PieceDE DL_DateDE DO_Date DL_MontantHT "
    "DL_MontantTTC DL_Taxe1 DL_TypeTaux1 DL_TypeTaxe1 DL_CodeTaxe1 DL_Taxe2 DL_TypeTaux2 DL_TypeTaxe2 DL_Taxe3 "
    "DL_TypeTaux3 DL_TypeTaxe3 DL_NoColis DL_Valorise AR_RefCompose DL_PrixUnitaire DL_PUTTC DL_PUDevise DL_TTC EU_Enumere",
    "F_DOCREGL": "DR_No DO_Domaine DO_Type DO_Piece DR_TypeRegl DR_Date DR_Montant DR_MontantDev DR_Libelle N_Reglement",
    "F_CREGLEMENT": "RG_No CT_NumPayeur RG_Date RG_Reference RG_Libelle RG_Montant N_Reglement",
    "F_REGLECH": "RG_No DR_No DO_Domaine DO_Type DO_Piece RC_Montant",
    "cbSysLibre": "CB_File CB_Name CB_Pos CB_Type CB_Len",
}

OPTIONAL = frozenset(
    {"F_ARTGLOSS", "F_GLOSSAIRE", "P_INTSTATART", "P_CATCOMPTA", "F_COLLABORATEUR", "P_CRISQUE", "P_DEVISE"}
)
"""Tables that give a detail only: without them the detail is empty."""

RECOGNISED_BY = ("P_DOSSIER", "F_COMPTET", "F_ARTICLE", "F_DOCENTETE")


class Tables:
    """The tables of one database, by what it really has."""

    def __init__(self, found: dict[str, dict[str, Column]], database: str) -> None:
        self.found = found
        self.database = database
        self._made: dict[str, sa.TableClause] = {}

    @classmethod
    def of(cls, session: Session) -> "Tables":
        """Raises `ConfigError` when the database is not one of Sage 100."""
        found = session.columns(tuple(COLUMNS))
        missing = [name for name in RECOGNISED_BY if name not in found]
        if missing:
            message = texts.NOT_SAGE.fill(database=session.database.name, tables=", ".join(missing))
            raise ConfigError(message, field="database")
        return cls(found, session.database.name)

    def missing(self) -> list[str]:
        return [name for name in COLUMNS if name not in self.found and name not in OPTIONAL]

    def has(self, table: str) -> bool:
        return table in self.found

    def __getitem__(self, table: str) -> sa.TableClause:
        """The table with all its columns, custom ones included. `ConfigError` when it does not exist."""
        made = self._made.get(table)
        if made is None:
            if table not in self.found:
                raise ConfigError(
                    texts.TABLE_MISSING.fill(database=self.database, table=table), field="database"
                )
            columns: list[sa.ColumnClause[Any]] = [
                sa.column(sa.quoted_name(name, quote=True)) for name in self.found[table]
            ]
            made = self._made[table] = sa.table(sa.quoted_name(table, quote=True), *columns)
        return made

    def column(self, table: str, name: str) -> sa.ColumnElement[Any]:
        """The column, or a NULL of that name where this version has none."""
        if name in self.found.get(table, {}):
            return self[table].c[name]
        return sa.null().label(name)

    def columns(self, table: str, names: Iterable[str] | None = None) -> list[sa.ColumnElement[Any]]:
        """Those that we read, or the ones named."""
        return [self.column(table, name) for name in (names or COLUMNS[table].split())]

    def width(self, table: str, name: str) -> int | None:
        """Characters that the column takes in this version; None where it has no limit or does not exist."""
        found = self.found.get(table, {}).get(name)
        return found.width if found else None

    def select(self, table: str, names: Sequence[str] | None = None) -> sa.Select[Any]:
        return sa.select(*self.columns(table, names)).select_from(self[table])


class _Varchar(sa.types.UserDefinedType[str]):
    """A text compared as varchar(n). pymssql sends unicode literals, and comparing those with a varchar column makes
    SQL Server read the whole table instead of its index."""

    cache_ok = True

    def __init__(self, width: int) -> None:
        self.width = width

    def bind_expression(self, bindvalue: sa.BindParameter[str]) -> sa.ColumnElement[str]:
        return sa.cast(bindvalue, sa.String(self.width))


def among(column: sa.ColumnElement[Any], width: int | None, values: Sequence[str]) -> sa.ColumnElement[bool]:
    """`column IN (values)`. Values longer than the column cannot be in it (and the cast would cut them)."""
    size = width or 255
    fitting = [value for value in values if len(value) <= size]
    return column.in_(sa.bindparam("among", fitting, expanding=True, unique=True, type_=_Varchar(size)))
