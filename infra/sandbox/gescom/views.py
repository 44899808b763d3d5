"""What the GesCom's screens show: queries only, each gives plain dictionaries ready to be printed."""

import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

from sandbox.gescom import store
from sandbox.gescom.store import number

KINDS = {
    0: "Devis", 1: "Bon de commande", 2: "Préparation de livraison", 3: "Bon de livraison", 4: "Bon de retour",
    5: "Avoir financier", 6: "Facture", 7: "Facture comptabilisée", 20: "Entrée en stock", 21: "Sortie de stock",
}  # fmt: skip
STATUSES = {0: "Saisi", 1: "Confirmé", 2: "À préparer"}
PAGE = 40
Rows = list[dict[str, Any]]


class Views:
    def __init__(self, path: Path) -> None:
        self._path = path

    def company(self) -> str:
        rows = self._all("select D_RaisonSoc from P_DOSSIER")
        return str(rows[0]["D_RaisonSoc"]) if rows else ""

    def counts(self) -> dict[str, int]:
        """Figures of the front page."""
        asked = {
            "articles": "select count(*) from F_ARTICLE where AR_Sommeil = 0",
            "sommeil": "select count(*) from F_ARTICLE where AR_Sommeil = 1",
            "clients": "select count(*) from F_COMPTET where CT_Type = 0",
            "commandes": "select count(*) from F_DOCENTETE where DO_Domaine = 0 and DO_Type = 1",
            "a_facturer": "select count(*) from F_DOCENTETE where DO_Domaine = 0 and DO_Type = 3",
            "web": "select count(distinct DO_NoWeb) from F_DOCENTETE where DO_NoWeb <> ''",
        }
        with store.reading(self._path) as connection:
            return {name: int(connection.execute(query).fetchone()[0]) for name, query in asked.items()}

    def families(self) -> Rows:
        return self._all("select * from F_FAMILLE where FA_Type = 0 order by FA_Intitule")

    def articles(self, said: str, family: str, state: str, page: int) -> tuple[Rows, int]:
        """A page of articles, and how many match."""
        where, values = ["1"], list[Any]()
        for word in said.split():
            where.append("(a.AR_Ref like ? or a.AR_Design like ? or a.AR_CodeBarre like ?)")
            values += [f"%{word}%"] * 3
        if family:
            where.append("a.FA_CodeFamille = ?")
            values.append(family)
        where.append(
            {
                "sommeil": "a.AR_Sommeil = 1", "caches": "a.AR_Publie = 0 and a.AR_Sommeil = 0",
                "rupture": "a.AR_SuiviStock > 0 and coalesce(s.reel, 0) <= 0", "sans_prix": "a.AR_PrixVen = 0",
            }.get(state, "1")
        )  # fmt: skip
        source = (
            "from F_ARTICLE a left join (select AR_Ref, sum(AS_QteSto) reel, sum(AS_QteRes + AS_QtePrepa) res from F_ARTSTOCK "
            "group by AR_Ref) s on s.AR_Ref = a.AR_Ref left join F_ARTCLIENT p on p.AR_Ref = a.AR_Ref and p.AC_Categorie = 1 "
            f"and p.CT_Num is null left join F_FAMILLE f on f.FA_CodeFamille = a.FA_CodeFamille where {' and '.join(where)}"
        )
        count = int(self._all(f"select count(*) n {source}", *values)[0]["n"])
        columns = "a.*, s.reel, s.res, p.AC_PrixVen public, f.FA_Intitule"
        rows = self._all(
            f"select {columns} {source} order by a.AR_Ref limit {PAGE} offset {PAGE * (page - 1)}", *values
        )
        return rows, count

    def article(self, ref: str) -> dict[str, Any] | None:
        found = self._all(
            "select a.*, f.FA_Intitule from F_ARTICLE a left join F_FAMILLE f on f.FA_CodeFamille = a.FA_CodeFamille "
            "where a.AR_Ref = ?",
            ref,
        )
        if not found:
            return None
        article = found[0]
        article["listes"] = self._all(
            "select c.cbIndice, c.CT_Intitule, c.CT_PrixTTC, p.AC_PrixVen, p.AC_PrixTTC, p.AC_Remise from P_CATTARIF c "
            "left join F_ARTCLIENT p on p.AC_Categorie = c.cbIndice and p.AR_Ref = ? and p.CT_Num is null "
            "where c.CT_Intitule <> '' order by c.cbIndice",
            ref,
        )
        article["paliers"] = self._all(
            "select * from F_TARIFQTE where AR_Ref = ? order by TQ_RefCF, TQ_BorneSup", ref
        )
        article["clients"] = self._all(
            "select * from F_ARTCLIENT where AR_Ref = ? and CT_Num is not null", ref
        )
        article["colisages"] = self._all("select * from F_CONDITION where AR_Ref = ?", ref)
        article["composants"] = self._all(
            "select n.*, a.AR_Design from F_NOMENCLAT n left join F_ARTICLE a on a.AR_Ref = n.NO_RefDet where n.AR_Ref = ?",
            ref,
        )
        article["stock"] = self._stock(ref)
        article["libres"] = self._libres(article)
        article["mouvements"] = self.movements(ref, 12)
        return article

    def _stock(self, ref: str) -> Rows:
        """One line per depot, or per variant and depot."""
        variants = self._all(
            "select e.AG_No1, e.AG_No2, e.AE_Sommeil, e.AE_CodeBarre, g1.EG_Enumere un, g2.EG_Enumere deux from F_ARTENUMREF e "
            "left join F_ARTGAMME g1 on g1.AG_No = e.AG_No1 left join F_ARTGAMME g2 on g2.AG_No = e.AG_No2 "
            "where e.AR_Ref = ? order by e.AG_No1, e.AG_No2",
            ref,
        ) or [{"AG_No1": 0, "AG_No2": 0, "un": None, "deux": None, "AE_Sommeil": 0, "AE_CodeBarre": ""}]
        totals = self._all("select 0 AG_No1, 0 AG_No2, s.* from F_ARTSTOCK s where s.AR_Ref = ?", ref)
        rows = self._all("select * from F_GAMSTOCK where AR_Ref = ?", ref) + totals
        held = {(row["AG_No1"], row["AG_No2"], row["DE_No"]): row for row in rows}
        found = []
        for variant in variants:
            for depot in self._all("select * from F_DEPOT order by DE_No"):
                row = held.get((variant["AG_No1"], variant["AG_No2"], depot["DE_No"]), {})
                prefix = "GS" if variant["AG_No1"] else "AS"
                natures = {
                    name: number(row.get(f"{prefix}_{name}"))
                    for name in ("QteSto", "QteRes", "QtePrepa", "QteCom")
                }
                found.append({**variant, **depot, **natures})
        return found

    def _libres(self, article: dict[str, Any]) -> Rows:
        fields = self._all(
            "select CB_Name from cbSysLibre where CB_File = 'F_ARTICLE' and CB_Type > 0 order by CB_Pos"
        )
        return [{"nom": each["CB_Name"], "valeur": article.get(each["CB_Name"])} for each in fields]

    def movements(self, ref: str = "", limit: int = 80) -> Rows:
        """What went in and out: deliveries, invoices without one, returns, entries and exits."""
        rows = self._all(
            "select l.*, c.CT_Intitule, d.DE_Intitule from F_DOCLIGNE l left join F_COMPTET c on c.CT_Num = l.CT_Num "
            "left join F_DEPOT d on d.DE_No = l.DE_No left join F_ARTICLE a on a.AR_Ref = l.AR_Ref "
            "where l.AR_Ref <> '' and a.AR_SuiviStock > 0 and (? = '' or l.AR_Ref = ?) and l.DO_Type in (3, 4, 6, 7, 20, 21) "
            "order by l.DO_Date desc, l.cbMarq desc limit ?",
            ref, ref, limit,
        )  # fmt: skip
        for row in rows:
            sign = 1 if row["DO_Type"] in (4, 20) or str(row["DL_PieceBL"] or "").startswith("BR") else -1
            row["entree"] = sign > 0
            row["quantite"] = sign * number(row["DL_Qte"])
            row["nature"] = KINDS.get(row["DO_Type"], "Mouvement")
        return rows

    def customers(self, said: str) -> Rows:
        like = f"%{said}%"
        return self._all(
            "select t.*, p.CT_Intitule tarif, (select count(*) from F_DOCENTETE d where d.DO_Tiers = t.CT_Num) documents "
            "from F_COMPTET t left join P_CATTARIF p on p.cbIndice = t.N_CatTarif where t.CT_Type = 0 "
            "and (t.CT_Num like ? or t.CT_Intitule like ? or t.CT_EMail like ? or t.CT_Ville like ?) order by t.CT_Intitule",
            like, like, like, like,
        )  # fmt: skip

    def customer(self, code: str) -> dict[str, Any] | None:
        found = self._all(
            "select t.*, p.CT_Intitule tarif from F_COMPTET t left join P_CATTARIF p on p.cbIndice = t.N_CatTarif "
            "where t.CT_Num = ? and t.CT_Type = 0",
            code,
        )
        if not found:
            return None
        customer = found[0]
        customer["adresses"] = self._all("select * from F_LIVRAISON where CT_Num = ? order by LI_No", code)
        customer["contacts"] = self._all("select * from F_CONTACTT where CT_Num = ? order by CT_No", code)
        customer["documents"] = self._documents("d.DO_Tiers = ?", code)
        return customer

    def documents(self, kind: str, said: str) -> Rows:
        like = f"%{said}%"
        where = "(d.DO_Piece like ? or d.DO_NoWeb like ? or d.DO_Ref like ? or c.CT_Intitule like ?)"
        if kind == "web":
            where += " and d.DO_NoWeb <> ''"
        elif kind.isdigit():
            where += f" and d.DO_Type = {int(kind)}"
        return self._documents(where, like, like, like, like)

    def _documents(self, where: str, *values: Any) -> Rows:
        rows = self._all(
            "select d.*, c.CT_Intitule from F_DOCENTETE d left join F_COMPTET c on c.CT_Num = d.DO_Tiers "
            f"where d.DO_Domaine = 0 and {where} order by d.DO_Date desc, d.cbMarq desc limit 120",
            *values,
        )
        for row in rows:
            row["genre"] = KINDS[row["DO_Type"]]
            row["statut"] = STATUSES.get(row["DO_Statut"], "")
        return rows

    def document(self, piece: str) -> dict[str, Any] | None:
        found = self._documents("d.DO_Piece = ?", piece)
        if not found:
            return None
        document = found[0]
        key = (document["DO_Type"], document["DO_Piece"])
        where = "where DO_Domaine = 0 and DO_Type = ? and DO_Piece = ?"
        document["lignes"] = self._all(f"select * from F_DOCLIGNE {where} order by DL_Ligne, DL_No", *key)
        document["reglements"] = self._all(
            f"select r.*, p.R_Intitule from F_DOCREGL r left join P_REGLEMENT p on p.cbIndice = r.N_Reglement {where}",
            *key,
        )
        document["regle"] = sum(
            (number(row["RC_Montant"]) for row in self._all(f"select * from F_REGLECH {where}", *key)),
            Decimal(0),
        )
        document["livraison"] = next(
            iter(self._all("select * from F_LIVRAISON where LI_No = ?", document["LI_No"])), None
        )
        carrier = self._all("select E_Intitule from P_EXPEDITION where cbIndice = ?", document["DO_Expedit"])
        document["transporteur"] = carrier[0]["E_Intitule"] if carrier else ""
        document["verrou"] = next(
            iter(self._all("select * from SANDBOX_VERROU where TABLE_Nom = 'F_DOCENTETE' and ENREG_Cle = ?", piece)), None
        )  # fmt: skip
        return document

    def has_copy(self) -> bool:
        return bool(self._all("select 1 from sqlite_master where name = 'SANDBOX_COPIE_ARTICLES'"))

    def methods(self) -> Rows:
        return self._all("select * from P_REGLEMENT order by cbIndice")

    def _all(self, statement: str, *values: Any) -> Rows:
        with store.reading(self._path) as connection:
            return [dict(row) for row in _fetch(connection, statement, values)]


def _fetch(connection: sqlite3.Connection, statement: str, values: tuple[Any, ...]) -> list[sqlite3.Row]:
    return connection.execute(statement, values).fetchall()
