"""Parameters of the demonstration company: taxes, depots, price categories, gammes, carriers, numbering."""

import sqlite3

from sandbox.gescom import people, schema
from sandbox.gescom.assortment import COMPANY, FAMILIES, TREE
from sandbox.gescom.store import insert

UNITS = ("Pièce", "Lot", "Mètre", "Kilogramme")
GAMMES = (("Taille", 0), ("Couleur", 0), ("Quantités", 1))
SIZE, COLOUR = 1, 2
PACKAGES = ("Carton",)
CATEGORIES = (("Public TTC", 1), ("Professionnels HT", 0), ("Revendeurs HT", 0))
PUBLIC, PRO, RESELLER = 1, 2, 3
ACCOUNTING = ("France", "Export", "Union européenne")
TAXES = (
    ("C20", "TVA collectée 20 %", 20, 0, 0), ("C10", "TVA collectée 10 %", 10, 0, 0),
    ("C05", "TVA collectée 5,5 %", 5.5, 0, 0), ("C21", "TVA collectée 2,1 %", 2.1, 0, 0),
    ("C00", "Exonéré", 0, 0, 0),
    ("DEEE1", "Éco-participation DEEE petite", 0.25, 2, 2), ("DEEE2", "Éco-participation DEEE moyenne", 1.2, 2, 2),
    ("DEEE3", "Éco-participation DEEE grande", 3, 2, 2), ("ECOM", "Éco-mobilier", 0.5, 2, 2),
)  # fmt: skip
"""Code, title, rate or amount, TA_TTaux (0 percent, 2 per unit), TA_Type (0 VAT on debits, 2 parafiscal on net)."""
LIBRES = (
    ("F_ARTICLE", "Matière principale", 9, 35), ("F_ARTICLE", "Photo 1", 9, 69), ("F_ARTICLE", "Photo 2", 9, 69),
    ("F_ARTICLE", "Compatible lave-vaisselle", 22, 21), ("F_ARTICLE", "Garantie étendue (ans)", 7, 0),
    ("F_ARTICLE", "Prix conseillé [TTC]", 20, 0), ("F_ARTICLE", "Date de nouveauté", 3, 0),
    ("F_COMPTET", "Date d'anniversaire", 3, 0), ("F_COMPTET", "Abonné newsletter", 22, 21),
    ("F_DOCENTETE", "Message cadeau", 9, 69),
)  # fmt: skip
CURRENCIES = (
    ("Euro", "EUR", 1, "€"), ("Dollar US", "USD", 0.92, "$"), ("Franc suisse", "CHF", 1.06, "CHF"),
    ("Livre sterling", "GBP", 1.17, "£"), ("Dollar canadien", "CAD", 0.67, "$C"),
)  # fmt: skip
"""Title, ISO code, euros for one unit (*à l'incertain*), sign."""
COUNTERS = ((0, 0, "DE00001"), (0, 1, "BC00001"), (0, 2, "PL00001"), (0, 3, "BL00001"), (0, 4, "BR00001"),
            (0, 5, "AV00001"), (0, 6, "FA00001"), (2, 20, "ME00001"), (2, 21, "MS00001"))  # fmt: skip


def fill(connection: sqlite3.Connection) -> None:
    insert(
        connection, "P_DOSSIER", D_RaisonSoc=COMPANY, D_Profession="Arts de la table, cuisine, maison",
        D_Adresse="14 quai des Lavandières", D_CodePostal="69005", D_Ville="Lyon", D_Pays="FRANCE",
        D_Siret="90214736200013", D_Identifiant="FR90902147362", D_Ape="4759B", D_Telephone="04 99 00 14 14",
        D_EMail="bonjour@maison-aubepine.example", D_Site="www.maison-aubepine.example",
    )  # fmt: skip
    for index, title in enumerate(UNITS, start=1):
        insert(connection, "P_UNITE", U_Intitule=title, cbIndice=index)
    for index, (title, kind) in enumerate(GAMMES, start=1):
        insert(connection, "P_GAMME", G_Intitule=title, G_Type=kind, cbIndice=index)
    for index in range(len(GAMMES) + 1, 11):  # a row for each possible index, as Sage has
        insert(connection, "P_GAMME", G_Intitule="", G_Type=0, cbIndice=index)
    for index, title in enumerate(PACKAGES, start=1):
        insert(connection, "P_CONDITIONNEMENT", P_Conditionnement=title, cbIndice=index)
    for index in range(1, 33):
        title, gross = CATEGORIES[index - 1] if index <= len(CATEGORIES) else ("", 0)
        insert(connection, "P_CATTARIF", CT_Intitule=title, CT_PrixTTC=gross, cbIndice=index)
    titles = {f"CA_ComptaVen{number:02d}": title for number, title in enumerate(ACCOUNTING, start=1)}
    insert(connection, "P_CATCOMPTA", **titles)
    for title in ("Marque", "Collection", "Saison", "", ""):
        insert(connection, "P_INTSTATART", S_Intitule=title)
    for index, title in enumerate(people.CARRIERS, start=1):
        insert(connection, "P_EXPEDITION", E_Intitule=title, AR_Ref="PORT", cbIndice=index)
    for index in range(1, 33):  # empty ones too, as Sage has
        title, code, rate, sign = CURRENCIES[index - 1] if index <= len(CURRENCIES) else ("", "", 0, "")
        insert(
            connection, "P_DEVISE", D_Intitule=title, D_CodeISO=code, D_Cours=rate, D_Monnaie=title, D_Sigle=sign,
            cbIndice=index,
        )  # fmt: skip
    for index, (title, code) in enumerate(people.METHODS, start=1):
        insert(connection, "P_REGLEMENT", R_Intitule=title, R_Code=code, cbIndice=index)
    insert(connection, "P_SOUCHEVENTE", S_Intitule="Ventes", S_Valide=1, cbIndice=1)
    for index, title in enumerate(("À livrer", "À surveiller", "À bloquer"), start=1):
        insert(connection, "P_CRISQUE", R_Intitule=title, R_Type=index - 1, cbIndice=index)
    insert(
        connection,
        "F_DEPOT",
        DE_No=1,
        DE_Intitule="Magasin de Lyon",
        DE_Code="LYON",
        DE_Ville="Lyon",
        DE_Principal=1,
    )
    insert(
        connection, "F_DEPOT", DE_No=2, DE_Intitule="Entrepôt de Corbas", DE_Code="CORBAS", DE_Ville="Corbas"
    )
    for number, last, first in people.REPRESENTATIVES:
        insert(
            connection,
            "F_COLLABORATEUR",
            CO_No=number,
            CO_Nom=last,
            CO_Prenom=first,
            CO_Fonction="Commercial",
        )
    for code, title, rate, how, kind in TAXES:
        insert(
            connection, "F_TAXE", TA_Code=code, TA_Intitule=title, TA_Taux=rate, TA_TTaux=how, TA_Type=kind, TA_Sens=1
        )  # fmt: skip
    _families(connection)
    for number, (table, name, kind, width) in enumerate(LIBRES, start=1):
        schema.add_libre(connection, table, name, kind, width, number)
    insert(
        connection, "cbSysLibre", CB_File="F_ARTICLE", CB_Name="Ancien champ", CB_Pos=99, CB_Type=0, CB_Len=20
    )
    for domain, kind, piece in COUNTERS:
        insert(connection, "F_DOCCURRENTPIECE", DC_Domaine=domain, DC_IdCol=kind, DC_Souche=0, DC_Piece=piece)


def _families(connection: sqlite3.Connection) -> None:
    insert(connection, "F_FAMILLE", FA_CodeFamille="ZTOTAL", FA_Intitule="Total marchandises", FA_Type=1)
    titled = [(family.code, family.title, family.vat) for family in FAMILIES]
    for code, title, vat in [*titled, ("SERVICES", "Ports et services", "C20")]:
        insert(connection, "F_FAMILLE", FA_CodeFamille=code, FA_Intitule=title, FA_Type=0)
        for category, tax in ((1, vat), (2, "C00"), (3, "C00")):
            insert(
                connection, "F_FAMCOMPTA", FA_CodeFamille=code, FCP_Type=0, FCP_Champ=category, FCP_ComptaCPT_Taxe1=tax
            )  # fmt: skip
    number = 0
    for top, below in TREE.items():
        number += 1
        parent = number
        insert(
            connection,
            "F_CATALOGUE",
            CL_No=number,
            CL_Intitule=top,
            CL_Code=f"{number:03d}",
            CL_NoParent=0,
            CL_Niveau=0,
        )
        for title in below:
            number += 1
            insert(
                connection, "F_CATALOGUE", CL_No=number, CL_Intitule=title, CL_Code=f"{number:03d}", CL_NoParent=parent,
                CL_Niveau=1,
            )  # fmt: skip


def nodes() -> dict[str, tuple[int, int]]:
    """Title of a leaf of the catalogue → (its parent's CL_No, its own), as `_families` numbers them."""
    found: dict[str, tuple[int, int]] = {}
    number = 0
    for below in TREE.values():
        number += 1
        parent = number
        for title in below:
            number += 1
            found[title] = (parent, number)
    return found
