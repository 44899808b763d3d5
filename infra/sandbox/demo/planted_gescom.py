"""Faults in the tables of the GesCom: articles, variants, kits, the catalogue tree, customers."""

import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

from sandbox.gescom import store
from sandbox.gescom.people import ean13
from sandbox.gescom.store import insert

Fault = tuple[str, str]
"""The kind under which the rehearsal finds it, and the record's key."""
FAMILY = "VERRES"
NODE = (1, 3)
NOT_IN_SHOP = ("ASS 003", "VER 008", "LTA900", "PL-SEUL")
"""Articles that `planted_shop.fill` makes no listing for."""
STAMP = "2026-03-02 00:00:00"


def plant(path: Path) -> list[Fault]:
    with store.writing(path) as connection:
        return [
            *_references(connection),
            *_bar_codes(connection),
            *_prices_and_taxes(connection),
            *_variants(connection),
            *_kits(connection),
            *_tree(connection),
            *_texts(connection),
            *_customers(connection),
        ]


def standing(path: Path) -> list[Fault]:
    """What the seed has of itself, asked of the tables and not of the connector."""
    on_sale = "AR_Publie = 1 and AR_Sommeil = 0"
    with store.reading(path) as connection:
        unpriced = _refs(
            connection,
            f"select AR_Ref from F_ARTICLE where AR_PrixVen = 0 and {on_sale} and AR_Ref not like 'PL%'",
        )
        negative = _refs(
            connection,
            "select distinct AR_Ref from F_ARTSTOCK join F_ARTICLE using (AR_Ref) "
            f"where AS_QteSto < 0 and {on_sale} and AR_Ref not like 'PL%'",
        )
        shared = _refs(
            connection,
            "select min(CT_Num) from F_COMPTET where CT_Type = 0 and CT_EMail like '%@exemple.fr' and CT_Sommeil = 0 "
            "group by lower(CT_EMail) having count(*) > 1",
        )
    return [
        *(("price.none", ref) for ref in unpriced),
        *(("stock.negative", ref) for ref in negative),
        *(("customer.same_email", code) for code in shared),
        ("record.erp", "SANS-NOM"),
        ("record.erp", "TAXE-INCONNUE"),
    ]


def _refs(connection: sqlite3.Connection, query: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(query)]


def _article(connection: sqlite3.Connection, ref: str, name: str = "", **changes: Any) -> None:
    """A sound one, apart from what is said."""
    fields: dict[str, Any] = {
        "AR_Design": name or f"Carafe d’essai {ref}", "FA_CodeFamille": FAMILY, "CL_No1": NODE[0], "CL_No2": NODE[1],
        "CL_No3": 0, "CL_No4": 0, "AR_CodeBarre": "", "AR_PrixVen": Decimal("12.5"), "AR_PrixTTC": 0, "AR_UniteVen": 1,
        "AR_UnitePoids": 3, "AR_PoidsNet": 400, "AR_SuiviStock": 2, "AR_Publie": 1, "AR_Sommeil": 0, "AR_Nomencl": 0,
        "AR_Gamme1": 0, "AR_Gamme2": 0, "AR_Photo": "carafe.jpg", "AR_DateCreation": "2025-01-01",
        "AR_DateModif": "2025-01-01", "cbModification": STAMP,
    }  # fmt: skip
    insert(connection, "F_ARTICLE", AR_Ref=ref, **{**fields, **changes})
    insert(
        connection, "F_ARTSTOCK", AR_Ref=ref, DE_No=1, AS_QteSto=10, AS_Principal=1, AS_Mouvemente=1, cbModification=STAMP
    )  # fmt: skip


def _references(connection: sqlite3.Connection) -> list[Fault]:
    """Twice the same but for a space; the same but for an accent or what nobody sees."""
    faults: list[Fault] = []
    for ref, twin in (("ASS 003", "ASS003"), ("VER 008", "VER008")):
        _article(connection, ref)
        faults += [("sku.duplicate", ref), ("match.shared", ref), ("match.shared", twin)]
    _article(connection, "PLÉTÉ1")
    _article(connection, "PLETE1")
    faults.append(("sku.lookalike", "PLETE1"))
    _article(connection, "PL\u00adOMBRE")  # a soft hyphen, which Sage's code page has
    _article(connection, "PLOMBRE")
    faults += [("sku.lookalike", "PLOMBRE"), ("sku.invisible", "PL\u00adOMBRE")]
    _article(connection, "PL\u00a0INSECABLE")
    faults.append(("sku.invisible", "PL\u00a0INSECABLE"))
    _article(connection, "PL-SEUL")
    faults.append(("match.only_erp", "PL-SEUL"))
    return faults


def _bar_codes(connection: sqlite3.Connection) -> list[Fault]:
    faults: list[Fault] = []
    wrong = ("3760185299990", "12345", "37601852ABCDE", "376018529999")
    for number, code in enumerate(wrong, start=1):
        ref = f"PLEAN{number}"
        _article(connection, ref, AR_CodeBarre=code)
        faults.append(("ean.wrong", ref))
    for number in (1, 2):
        code = ean13(f"37601852991{number}")
        _article(connection, f"PLDOUBLE{number}A", AR_CodeBarre=code)
        _article(connection, f"PLDOUBLE{number}B", AR_CodeBarre=code)
        faults.append(("ean.duplicate", f"PLDOUBLE{number}A"))
    return faults


def _prices_and_taxes(connection: sqlite3.Connection) -> list[Fault]:
    faults: list[Fault] = []
    for number in (1, 2, 3):
        _article(connection, f"PLPRIX{number}", AR_PrixVen=0)
        faults.append(("price.none", f"PLPRIX{number}"))
    insert(connection, "F_FAMILLE", FA_CodeFamille="PLSANSTVA", FA_Intitule="Sans TVA", FA_Type=0)
    for number in (1, 2):
        _article(connection, f"PLTVA{number}", FA_CodeFamille="PLSANSTVA")
        faults.append(("tax.article", f"PLTVA{number}"))
    insert(
        connection, "F_TAXE", TA_Code="C085", TA_Intitule="TVA collectée 8,5 %", TA_Taux=8.5, TA_TTaux=0, TA_Type=0, TA_Sens=1
    )  # fmt: skip
    for number in (1, 2):
        _article(connection, f"PLDOM{number}")
        insert(
            connection, "F_ARTCOMPTA", AR_Ref=f"PLDOM{number}", ACP_Type=0, ACP_Champ=1, ACP_ComptaCPT_Taxe1="C085"
        )  # fmt: skip
    faults.append(("tax.unmapped", "8.5"))
    for number in (1, 2):
        ref = f"PLMODE{number}"
        _article(connection, ref)
        insert(
            connection, "F_ARTCLIENT", AR_Ref=ref, AC_Categorie=1, AC_PrixVen=Decimal("12.5"), AC_PrixTTC=0
        )
        faults.append(("price.tax_doubt", ref))
    for number in (1, 2):
        ref = f"PLMOINS{number}"
        _article(connection, ref)
        connection.execute("update F_ARTSTOCK set AS_QteSto = -3 where AR_Ref = ?", (ref,))
        faults.append(("stock.negative", ref))
    return faults


def _variants(connection: sqlite3.Connection) -> list[Fault]:
    """Numbers of gammes far above those of the seed."""

    def gamme(ref: str, first: int, labels: tuple[str, ...], skus: tuple[str, ...]) -> None:
        _article(connection, ref, AR_Gamme1=1, AR_Type=1)
        for number, (label, sku) in enumerate(zip(labels, skus, strict=True), start=first):
            insert(connection, "F_ARTGAMME", AR_Ref=ref, AG_No=number, EG_Enumere=label, AG_Type=0)
            insert(connection, "F_ARTENUMREF", AR_Ref=ref, AG_No1=number, AG_No2=0, AE_Ref=sku, AE_Sommeil=0)
            insert(connection, "F_GAMSTOCK", AR_Ref=ref, AG_No1=number, AG_No2=0, DE_No=1, GS_QteSto=5)

    gamme("PLGAMME1", 90_000, ("Bleu", "BLEU "), ("PLGAMME1-1", "PLGAMME1-2"))
    gamme("PLGAMME2", 90_010, ("Petit", "Grand", "petit"), ("PLGAMME2-1", "PLGAMME2-2", "PLGAMME2-3"))
    gamme("PLGAMME3", 90_020, ("Rond", ""), ("PLGAMME3-1", "PLGAMME3-2"))
    gamme("LTA900", 90_030, ("Court", "Long"), ("PLMEME", "PL MEME"))
    return [
        ("variant.duplicate", "PLGAMME1"),
        ("variant.duplicate", "PLGAMME2"),
        ("record.erp", "PLGAMME3"),
        ("sku.same_inside", "LTA900"),
        ("match.only_erp", "LTA900"),
    ]


def _kits(connection: sqlite3.Connection) -> list[Fault]:
    def kit(ref: str, *parts: str) -> None:
        _article(connection, ref, AR_Nomencl=2, AR_SuiviStock=0)
        connection.execute("delete from F_ARTSTOCK where AR_Ref = ?", (ref,))
        for part in parts:
            insert(
                connection, "F_NOMENCLAT", AR_Ref=ref, NO_RefDet=part, NO_Qte=1, AG_No1Comp=0, AG_No2Comp=0
            )

    kit("PLKIT1", "VER001", "DISPARU1")
    kit("PLKIT2", "DISPARU2")
    kit("PLKIT3")
    kit("PLKIT4", "VER001", "PLKIT4")
    return [
        ("kit.missing", "PLKIT1"),
        ("kit.missing", "PLKIT2"),
        ("kit.empty", "PLKIT3"),
        ("kit.itself", "PLKIT4"),
    ]


def _tree(connection: sqlite3.Connection) -> list[Fault]:
    for number, title, parent in ((90, "Orpheline", 99), (91, "Serpent", 92), (92, "Queue du serpent", 91)):
        insert(
            connection, "F_CATALOGUE", CL_No=number, CL_Intitule=title, CL_Code=f"{number:03d}", CL_NoParent=parent, CL_Niveau=1
        )  # fmt: skip
    _article(connection, "PLNOEUD1", CL_No1=88, CL_No2=0)
    return [
        ("category.no_parent", "CL|90"),
        ("category.loop", "CL|91"),
        ("category.loop", "CL|92"),
        ("category.unknown", "PLNOEUD1"),
    ]


def _texts(connection: sqlite3.Connection) -> list[Fault]:
    _article(connection, "PLTEXTE1", "CafetiÃ¨re Ã\u00a0 piston")
    _article(connection, "PLTEXTE2", "Carafe Â« Brume Â»")
    _article(connection, "PLMUET1", "   ")
    for number in (1, 2):
        _article(connection, f"PLIMAGE{number}", AR_Photo="")
    return [
        ("text.damaged", "PLTEXTE1"),
        ("text.damaged", "PLTEXTE2"),
        ("record.erp", "PLMUET1"),
        ("picture.none", "PLIMAGE1"),
        ("picture.none", "PLIMAGE2"),
    ]


def _customers(connection: sqlite3.Connection) -> list[Fault]:
    def account(code: str, **fields: Any) -> None:
        insert(
            connection, "F_COMPTET", CT_Num=code, CT_Intitule=f"COMPTE {code}", CT_Type=0, CG_NumPrinc="4110000",
            CT_Pays="FRANCE", N_CatTarif=1, N_CatCompta=1, **{"CT_Sommeil": 0, **fields},
        )  # fmt: skip

    account("PLMAIL1", CT_EMail="double@essai.example")
    account("PLMAIL2", CT_EMail="Double@Essai.example ")
    account("PLSIRET1", CT_Siret="73282932000074")
    account("PLSIRET2", CT_Siret="732 829 320 0007"[:15])
    account("PLSIRET3", CT_Siret="73282932000074")
    account("PLTVA1", CT_Identifiant="FR44732829320")
    account("PLTVA2", CT_Identifiant="fr 44 732829320")
    account("PLDORT1", CT_EMail="dort@essai.example", CT_Sommeil=1)
    return [
        ("customer.same_email", "PLMAIL1"),
        ("customer.same_siret", "PLSIRET1"),
        ("customer.same_vat", "PLTVA1"),
    ]
