"""A demonstration GesCom that has the articles, tax categories and customers of the order scenarios."""

import re
import sqlite3
from decimal import Decimal
from pathlib import Path

from sandbox.gescom.business import GesCom
from sandbox.gescom.store import insert, writing
from support.gescom import small_gescom
from support.order_scenarios import Scenario

CATEGORIES = {
    "FR": 1, "UE-B2B": 2, "EXPORT": 3, "DOM": 4, "OSS-BE": 5, "OSS-DE": 6, "OSS-IT": 7, "OSS-ES": 8,
}  # fmt: skip
"""Regime → accounting category (N_CatCompta) of its customer."""
ABROAD: dict[str, dict[str, str]] = {
    "DOM": {"20": "8.5", "5.5": "2.1"},
    "OSS-BE": {"20": "21", "5.5": "6"},
    "OSS-DE": {"20": "19", "5.5": "7"},
    "OSS-IT": {"20": "22", "5.5": "4"},
    "OSS-ES": {"20": "21", "10": "10"},
}
"""What a French rate becomes there; elsewhere nothing is taxed."""
ECO = "SECO"
"""0.42 € a piece, on the article E20, whose price contains it."""
SERVICES = ("PORT", "FRAIS", "EMBALLAGE", "REMISE", "BON", "ECO", "ARRONDI", "REMB", "DIVERS", "PACK")


def customer_of(scenario: Scenario) -> str:
    return f"SCN{CATEGORIES[scenario.regime]}"


def scenario_gescom(folder: Path, scenarios: list[Scenario]) -> GesCom:
    gescom = small_gescom(folder)
    every = [
        line
        for one in scenarios
        for line in [*one.lines, *(line for lines in one.credits.values() for line in lines)]
    ]
    named = {line.item for line in every}
    with writing(gescom.path) as connection:
        for rate in ("0", "2.1", "4", "5.5", "6", "7", "8.5", "10", "19", "20", "21", "22"):
            _tax(connection, rate)
        insert(
            connection, "F_TAXE", TA_Code=ECO, TA_Intitule="Éco-participation", TA_Taux=0.42, TA_TTaux=2, TA_Type=2, TA_Sens=1
        )  # fmt: skip
        for ref in sorted(named | set(SERVICES)):
            _article(connection, ref)
        for regime, category in CATEGORIES.items():
            _customer(connection, f"SCN{category}", regime, category)
    return gescom


def home_rate(ref: str) -> str:
    """The rate in France that an article's name tells; services are taxed at the normal rate."""
    found = re.fullmatch(r"[A-Z](\d+(?:\.\d)?)", ref)
    return found[1] if found else "0" if ref == "CARTE" else "20"


def _code(rate: str) -> str:
    return f"S{int(Decimal(rate) * 10):03d}"


def _tax(connection: sqlite3.Connection, rate: str) -> None:
    insert(
        connection, "F_TAXE", TA_Code=_code(rate), TA_Intitule=f"TVA {rate} %", TA_Taux=float(Decimal(rate)), TA_TTaux=0,
        TA_Type=0, TA_Sens=1,
    )  # fmt: skip


def _article(connection: sqlite3.Connection, ref: str) -> None:
    connection.execute("delete from F_ARTICLE where AR_Ref = ?", (ref,))
    connection.execute("delete from F_ARTCOMPTA where AR_Ref = ?", (ref,))
    insert(
        connection, "F_ARTICLE", AR_Ref=ref, AR_Design=f"Article {ref}", FA_CodeFamille="SERVICES", AR_PrixVen=10,
        AR_PrixTTC=0, AR_SuiviStock=0, AR_Nomencl=0, AR_Gamme1=0, AR_Gamme2=0, AR_Condition=0, AR_Publie=0, AR_Sommeil=0,
        AR_PoidsNet=0, AR_UnitePoids=2, AR_Type=0,
    )  # fmt: skip
    for regime, category in CATEGORIES.items():
        rate = home_rate(ref) if regime == "FR" else ABROAD.get(regime, {}).get(home_rate(ref), "0")
        insert(
            connection, "F_ARTCOMPTA", AR_Ref=ref, ACP_Type=0, ACP_Champ=category, ACP_ComptaCPT_Taxe1=_code(rate),
            ACP_ComptaCPT_Taxe2=ECO if ref == "E20" else "",
        )  # fmt: skip


def _customer(connection: sqlite3.Connection, code: str, regime: str, category: int) -> None:
    insert(
        connection, "F_COMPTET", CT_Num=code, CT_Intitule=f"CLIENT {regime}", CT_Type=0, CT_Sommeil=0, CT_ControlEnc=0,
        N_CatTarif=1, N_CatCompta=category, N_Expedition=1, CT_Pays="France", CG_NumPrinc="4110000", DE_No=1, CO_No=0,
    )  # fmt: skip
