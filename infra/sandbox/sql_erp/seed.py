"""The rows of the simulated ERP, and the definition that its integrator would write."""

from collections.abc import Iterator

STAMP = "2026-11-02 09:30:00"
Row = tuple[str | int | float | None, ...]

FAMILIES: tuple[Row, ...] = (
    ("TABLE", "Arts de la table", None, STAMP),
    ("VERRE", "Verrerie", "TABLE", STAMP),
    ("TERRE", "Céramique", "TABLE", STAMP),
    ("SERVICE", "Services", None, STAMP),
)
ARTICLES: tuple[Row, ...] = (
    ("007", "Carafe « Brume » 1 L", "VERRE", "Atelier Aubépine", "3760123450016",
     24.9, 20, 12, 0.85, 0, "carafe.jpg", "Fumé", STAMP),
    ("008", "Verre à pied « Brume »", "VERRE", "Atelier Aubépine", "3760123450023",
     7.5, 20, 144, 0.16, 0, "verre.jpg", "Fumé", STAMP),
    ("021", "Assiette plate « Œuvre »", "TERRE", "Atelier Aubépine", "3760123450030",
     11.2, 20, 60, 0.62, 0, None, "Blanc", STAMP),
    ("099", "Ancien modèle", "VERRE", None, None, 3, 20, 0, 0.1, 1, None, None, STAMP),
    ("PORT", "Frais de port", "SERVICE", None, None, 4.92, 20, None, None, 0, None, None, STAMP),
)  # fmt: skip
CUSTOMERS: tuple[Row, ...] = (
    ("C0001", "Hôtel du Château", "Évrard", "Zoé", "contact@hotel-chateau.example", "02 40 00 00 01", "2 place d’Armes", "44000",
     "Nantes", "FR", None, STAMP),
    ("C0002", None, "Besnard", "Luc", "luc.besnard@example.fr", "06 12 34 56 78", "14 rue des Lilas", "75011", "Paris", "FR",
     None, STAMP),
)  # fmt: skip
ORDERS: tuple[Row, ...] = (
    ("CC0001", "2026-11-03", "C0001", None, "L", 249, 49.8, 298.8, None, "6A0001", STAMP),
    ("CC0002", "2026-11-12", "C0002", None, "E", 22.4, 4.48, 26.88, None, None, STAMP),
)
LINES: tuple[Row, ...] = (
    ("CC0001", 1, "007", "Carafe « Brume » 1 L", 10, 249, 20),
    ("CC0002", 1, "021", "Assiette plate « Œuvre »", 2, 22.4, 20),
)


def rows() -> Iterator[tuple[str, Row]]:
    """Table and row, in an order that foreign keys would allow."""
    tables = {
        "famille": FAMILIES, "article": ARTICLES, "client": CUSTOMERS, "commande": ORDERS, "commande_ligne": LINES,
    }  # fmt: skip
    for table, found in tables.items():
        for row in found:
            yield table, row


DEFINITION = """\
# Quelles vues, quelles colonnes. Ce fichier reste à côté de l’agent ; la plateforme ne le voit pas.
version = 1
language = "fr"
company = "Atelier Aubépine"

[[depots]]
key = "1"
title = "Atelier"

[streams.categories]
view = "FAMILLE"
modified = "DATE_MODIF"
[streams.categories.fields]
key = "CODE"
name = "LIBELLE"
parent = "PARENT"

[streams.products]
view = "ARTICLE"
modified = "DATE_MODIF"
[streams.products.fields]
key = "REF"
name = "DESIGNATION"
family = "FAMILLE"
brand = "MARQUE"
ean = "EAN"
tax_rate = "TAUX_TVA"
weight_kg = "POIDS"
asleep = "SOMMEIL"
pictures = "PHOTO"
"custom.couleur" = "COULEUR"

[streams.prices]
query = "SELECT REF, PRIX_HT, DATE_MODIF FROM ARTICLE WHERE PRIX_HT IS NOT NULL"
modified = "DATE_MODIF"
[streams.prices.fields]
product = "REF"
net = "PRIX_HT"

[streams.stock]
view = "ARTICLE"
modified = "DATE_MODIF"
[streams.stock.fields]
product = "REF"
real = "STOCK"
depot = { value = "1" }

[streams.customers]
view = "CLIENT"
modified = "DATE_MODIF"
[streams.customers.fields]
key = "CODE_CLIENT"
reference = "REF_WEB"
account_title = "RAISON_SOCIALE"
last_name = "NOM"
first_name = "PRENOM"
email = "EMAIL"
phone = "TEL"
line1 = "ADRESSE"
postal_code = "CP"
city = "VILLE"
country = "CODE_PAYS"

[streams.documents]
view = "V_WEB_COMMANDES"
modified = "DATE_MODIF"
[streams.documents.fields]
key = "NUMERO"
dated = "DATE_COMMANDE"
customer = "CODE_CLIENT"
reference = "REF_WEB"
state = { column = "ETAT", values = { "E" = "confirmed", "P" = "preparing", "L" = "delivered", "F" = "invoiced", \
"A" = "cancelled" } }
net = "TOTAL_HT"
tax = "TOTAL_TVA"
gross = "TOTAL_TTC"
invoice = "NUM_FACTURE"
tracking = "NUM_SUIVI"
"line.key" = "NUM_LIGNE"
"line.item" = "REF"
"line.title" = "LIBELLE_LIGNE"
"line.quantity" = "QTE"
"line.net" = "LIGNE_HT"
"line.rate" = "TAUX_TVA"

[orders]
by = "statement"
statement = "INSERT INTO WEB_COMMANDE VALUES (:reference, :data)"
repeat = true

[customers]
by = "statement"
statement = "INSERT INTO WEB_CLIENT VALUES (:reference, :data)"
repeat = true
"""
POSTGRESQL_DEFINITION = DEFINITION.replace(
    "INSERT INTO WEB_COMMANDE VALUES (:reference, :data)",
    "SELECT web_commande(:reference, CAST(:data AS jsonb))",
).replace(
    "INSERT INTO WEB_CLIENT VALUES (:reference, :data)", "SELECT web_client(:reference, CAST(:data AS jsonb))"
)
