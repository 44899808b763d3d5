"""The books of a small workshop, as its spreadsheet holds them, and the definition that an integrator would write for them."""

ARTICLES = """\
REF;DESIGNATION;FAMILLE;MARQUE;EAN;PRIX_HT;TVA;STOCK;POIDS;ACTIF;PHOTO;COULEUR
007;Carafe « Brume » 1 L;VERRE;Atelier Aubépine;3760123450016;24,90;20;12;0,85;O;carafe.jpg;Fumé
008;Verre à pied « Brume »;VERRE;Atelier Aubépine;3760123450023;7,50;20;144;0,16;O;verre.jpg;Fumé
021;Assiette plate « Œuvre »;TERRE;Atelier Aubépine;3760123450030;11,20;20;60;0,62;O;assiette.jpg;Blanc
022;Assiette creuse « Œuvre »;TERRE;Atelier Aubépine;3760123450047;11,90;20;48;0,6;O;assiette.jpg;Blanc
040;Planche à découper;BOIS;Forêt d’Orient;3760123450054;32,00;20;9;1,4;O;planche.jpg;Hêtre
041;Cuillère en olivier;BOIS;Forêt d’Orient;3760123450061;6,40;20;75;0,05;O;cuillere.jpg;Olivier
060;Miel de châtaignier 500 g;EPICERIE;Les Ruches du Lac;3760123450078;8,53;5,5;30;0,72;O;miel.jpg;
061;Café moulu 250 g;EPICERIE;Torréfaction du Port;3760123450085;5,21;5,5;40;0,27;O;cafe.jpg;
099;Ancien modèle;VERRE;;;3,00;20;0;0,1;N;;
PORT;Frais de port;SERVICE;;;4,92;20;;;N;;
"""
FAMILIES = """\
CODE;LIBELLE;PARENT
TABLE;Arts de la table;
VERRE;Verrerie;TABLE
TERRE;Céramique;TABLE
BOIS;Bois;TABLE
EPICERIE;Épicerie fine;
SERVICE;Services;
"""
CUSTOMERS = """\
CODE_CLIENT;RAISON_SOCIALE;NOM;PRENOM;EMAIL;TEL;ADRESSE;CP;VILLE;PAYS;REF_WEB
C0001;Hôtel du Château;Évrard;Zoé;contact@hotel-chateau.example;02 40 00 00 01;2 place d’Armes;44000;Nantes;FR;
C0002;;Besnard;Luc;luc.besnard@example.fr;06 12 34 56 78;14 rue des Lilas;75011;Paris;FR;
"""
ORDERS = """\
NUMERO;DATE;CLIENT;REF_WEB;ETAT;TOTAL_HT;TOTAL_TVA;TOTAL_TTC;REF;LIBELLE_LIGNE;QTE;LIGNE_HT;TAUX_TVA;FACTURE;SUIVI;TRANSPORTEUR
CC0001;03/11/2026;C0001;;Livrée;249,00;49,80;298,80;007;Carafe « Brume » 1 L;10;249,00;20;;;
CC0002;12/11/2026;C0002;;En cours;22,40;4,48;26,88;021;Assiette plate « Œuvre »;2;22,40;20;;;
"""
BOOKS = {"articles": ARTICLES, "familles": FAMILIES, "clients": CUSTOMERS, "commandes": ORDERS}

DEFINITION = """\
# Quels fichiers de la gestion, quelles colonnes. Ce fichier reste à côté de l’agent.
version = 1
language = "fr"
company = "Atelier Aubépine"
decimal = ","
settle_seconds = 0.3

[[depots]]
key = "1"
title = "Atelier"

[streams.categories]
files = "familles*.csv"
content = "snapshot"
[streams.categories.fields]
key = "CODE"
name = "LIBELLE"
parent = "PARENT"

[streams.products]
files = "articles*.csv"
content = "snapshot"
[streams.products.fields]
key = "REF"
name = "DESIGNATION"
family = "FAMILLE"
brand = "MARQUE"
ean = "EAN"
tax_rate = "TVA"
weight_kg = "POIDS"
published = "ACTIF"
pictures = "PHOTO"
"custom.couleur" = "COULEUR"

[streams.prices]
files = "articles*.csv"
content = "snapshot"
[streams.prices.fields]
product = "REF"
net = "PRIX_HT"

[streams.stock]
files = "articles*.csv"
content = "snapshot"
[streams.stock.fields]
product = "REF"
real = "STOCK"
depot = { value = "1" }

[streams.customers]
files = "clients*.csv"
content = "snapshot"
[streams.customers.fields]
key = "CODE_CLIENT"
account_title = "RAISON_SOCIALE"
last_name = "NOM"
first_name = "PRENOM"
email = "EMAIL"
phone = "TEL"
line1 = "ADRESSE"
postal_code = "CP"
city = "VILLE"
country = "PAYS"

[streams.documents]
files = "commandes*.csv"
content = "snapshot"
[streams.documents.fields]
key = "NUMERO"
dated = "DATE"
customer = "CLIENT"
reference = "REF_WEB"
state = { column = "ETAT", values = { "En cours" = "confirmed", "Préparation" = "preparing", "Livrée" = "delivered", \
"Facturée" = "invoiced", "Annulée" = "cancelled" } }
net = "TOTAL_HT"
tax = "TOTAL_TVA"
gross = "TOTAL_TTC"
"line.item" = "REF"
"line.title" = "LIBELLE_LIGNE"
"line.quantity" = "QTE"
"line.net" = "LIGNE_HT"
"line.rate" = "TAUX_TVA"
invoice = "FACTURE"
tracking = "SUIVI"
carrier = "TRANSPORTEUR"

[orders]
folder = "commandes"
acknowledgements = "commandes/accuses"
settle_seconds = 0.2

[customers]
folder = "clients"
acknowledgements = "clients/accuses"
settle_seconds = 0.2
"""
