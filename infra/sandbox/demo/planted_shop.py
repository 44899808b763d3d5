"""The demonstration shop as its people filled it by hand over the years, and the faults in it."""

import sqlite3
from collections import defaultdict
from pathlib import Path
from typing import Any

from sandbox.demo.planted_gescom import NOT_IN_SHOP, Fault
from sandbox.gescom import store
from sandbox.shop.shop import Shop

TAX_CLASSES = {"C20": "", "C10": "taux-intermediaire", "C05": "taux-reduit", "C21": "taux-particulier"}
UNSOLD = ("ASS017", "ASS026")
"""Articles that the GesCom does not publish, or that are asleep; the shop has them all the same."""
ON_SALE = "AR_Publie = 1 and AR_Sommeil = 0 and trim(AR_Design) <> ''"


def fill(gescom: Path, shop: Shop) -> list[Fault]:
    """A listing for each article on sale, under its reference."""
    with store.reading(gescom) as erp, shop.database.write() as db:
        taxes = {row["FA_CodeFamille"]: row["FCP_ComptaCPT_Taxe1"] for row in erp.execute(
            "select FA_CodeFamille, FCP_ComptaCPT_Taxe1 from F_FAMCOMPTA where FCP_Champ = 1"
        )}  # fmt: skip
        variants = _variants(erp)
        for row in erp.execute(f"select * from F_ARTICLE where {ON_SALE} order by cbMarq").fetchall():
            if row["AR_Ref"] not in NOT_IN_SHOP:
                _listing(
                    shop, db, row, taxes.get(row["FA_CodeFamille"], "C20"), variants.get(row["AR_Ref"], [])
                )
    return []


def _variants(erp: sqlite3.Connection) -> dict[str, list[tuple[str, dict[str, str]]]]:
    """Article → (reference, title of the axis → value) of its variants, as they are typed."""
    labels = {
        row["AG_No"]: row["EG_Enumere"] for row in erp.execute("select AG_No, EG_Enumere from F_ARTGAMME")
    }
    axes = {
        row["cbIndice"]: row["G_Intitule"] for row in erp.execute("select cbIndice, G_Intitule from P_GAMME")
    }
    found: dict[str, list[tuple[str, dict[str, str]]]] = defaultdict(list)
    query = "select e.*, a.AR_Gamme1, a.AR_Gamme2 from F_ARTENUMREF e join F_ARTICLE a using (AR_Ref) order by e.cbMarq"
    for row in erp.execute(query):
        numbers = [(row["AR_Gamme1"], row["AG_No1"]), (row["AR_Gamme2"], row["AG_No2"])]
        options = {axes[axis]: labels[number] for axis, number in numbers if axis and number}
        suffix = "-".join(str(number) for axis, number in numbers if axis and number)
        found[row["AR_Ref"]].append((row["AE_Ref"] or f"{row['AR_Ref']}-{suffix}", options))
    return found


def _listing(
    shop: Shop, db: sqlite3.Connection, row: sqlite3.Row, tax: str, variants: list[tuple[str, dict[str, str]]]
) -> None:
    body: dict[str, Any] = {
        "name": row["AR_Design"], "status": "publish", "tax_class": TAX_CLASSES.get(tax, ""),
        "regular_price": "15.00", "manage_stock": True, "stock_quantity": 50,
    }  # fmt: skip
    if not variants:
        shop.catalogue.create(db, {**body, "sku": row["AR_Ref"]})
        return
    axes = list(variants[0][1])
    attributes = [
        {"name": axis, "variation": True, "visible": True,
         "options": list(dict.fromkeys(options[axis] for _, options in variants))}
        for axis in axes
    ]  # fmt: skip
    parent = shop.catalogue.create(
        db, {"name": body["name"], "status": "publish", "type": "variable", "tax_class": body["tax_class"],
             "attributes": attributes},
    )  # fmt: skip
    for sku, options in variants:
        chosen = [{"name": axis, "option": value} for axis, value in options.items()]
        shop.catalogue.create_variation(db, parent["id"], {**body, "sku": sku, "attributes": chosen})


def plant(shop: Shop) -> list[Fault]:
    faults: list[Fault] = []
    with shop.database.write() as db:
        for ref, twin in (("ASS005", "ASS 005"), ("VER006", "VER 006")):
            made = _make(shop, db, sku=twin, name=f"Copie de {ref}")
            first = db.execute("SELECT id FROM products WHERE sku = ?", (ref,)).fetchone()["id"]
            faults += [("shop.sku_duplicate", str(min(first, made))), ("match.ambiguous", ref)]
        for number in (1, 2, 3):
            made = _make(shop, db, sku=f"ANCIEN-{number}", name=f"Ancien article {number}")
            faults.append(("match.only_shop", str(made)))
        for ref in UNSOLD:
            made = _make(shop, db, sku=ref, name=f"Reste de {ref}")
            faults.append(("match.unsold", str(made)))
        for number in (1, 2):
            made = _make(shop, db, name=f"Sans référence {number}")
            faults.append(("shop.no_sku", str(made)))
    return faults


def _make(shop: Shop, db: sqlite3.Connection, **body: Any) -> int:
    made = shop.catalogue.create(
        db,
        {"status": "publish", "regular_price": "15.00", "manage_stock": True, "stock_quantity": 50, **body},
    )
    return int(made["id"])
