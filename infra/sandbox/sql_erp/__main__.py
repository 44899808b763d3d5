"""What people do in the simulated ERP: `python -m sandbox.sql_erp --data DIR prix 007 25.90`. **A simulator.**"""

import argparse
from pathlib import Path

from sandbox.sql_erp.erp import SqlErp


def main() -> None:
    parser = argparse.ArgumentParser(prog="sql_erp", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="its folder")
    acts = parser.add_subparsers(dest="act", required=True)
    for act, value in (
        ("prix", "prix hors taxe"),
        ("stock", "quantité"),
        ("livrer", "numéro de suivi"),
        ("facturer", "numéro"),
    ):
        one = acts.add_parser(act)
        one.add_argument("key", help="référence de l’article, ou numéro de la commande")
        one.add_argument("value", help=value)
    acts.add_parser("voir")
    given = parser.parse_args()
    erp = SqlErp(given.data)
    match given.act:
        case "prix":
            erp.change("ARTICLE", given.key, PRIX_HT=given.value.replace(",", "."))
        case "stock":
            erp.change("ARTICLE", given.key, STOCK=given.value.replace(",", "."))
        case "livrer":
            erp.change("COMMANDE", given.key, ETAT="L", NUM_SUIVI=given.value)
        case "facturer":
            erp.change("COMMANDE", given.key, ETAT="F", NUM_FACTURE=given.value)
    for row in erp.rows("SELECT REF, DESIGNATION, PRIX_HT, STOCK FROM ARTICLE ORDER BY REF"):
        print(*row.values(), sep="  ")
    for row in erp.rows("SELECT NUMERO, REF_WEB, ETAT, TOTAL_TTC FROM COMMANDE ORDER BY NUMERO"):
        print(*row.values(), sep="  ")


if __name__ == "__main__":
    main()
