"""Customers with their addresses and contacts, and one supplier, who shares their table."""

import random
import sqlite3
from itertools import count

from sandbox.gescom.people import Person, people
from sandbox.gescom.seed_parameters import PRO, PUBLIC, RESELLER
from sandbox.gescom.seed_prices import customers_prices
from sandbox.gescom.store import insert

PRIVATE = 44
COLLECTIVE = "4110000"


def fill(connection: sqlite3.Connection, chance: random.Random) -> None:
    places, contacts = count(1), count(1)
    everyone = people(chance, PRIVATE)
    for number, person in enumerate(everyone):
        _account(connection, chance, person, number)
        _place(connection, next(places), person, main=True)
        if number % 6 == 5:
            _place(connection, next(places), person, main=False)
        insert(
            connection, "F_CONTACTT", CT_No=next(contacts), CT_Num=person.code, CT_Nom=person.last, CT_Prenom=person.first,
            CT_Fonction="Achats" if person.siret else "", CT_Civilite=0 if person.quality in ("M.", "SA") else 1,
            CT_TelPortable=person.phone if person.phone.startswith("06") else "", CT_EMail=person.email,
        )  # fmt: skip
    insert(
        connection, "F_COMPTET", CT_Num="FOURN01", CT_Intitule="FAÏENCERIE D’ORCIVAL", CT_Type=1, CG_NumPrinc="4010000",
        CT_Pays="FRANCE",
    )  # fmt: skip
    companies = [person for person in everyone if person.siret]
    refs = [
        row[0]
        for row in connection.execute(
            "select AR_Ref from F_ARTICLE where AR_PrixVen > 0 order by cbMarq limit 40"
        )
    ]
    customers_prices(connection, companies[0].code, refs[:8], 12)
    customers_prices(connection, companies[3].code, refs[20:32], 15)


def _account(connection: sqlite3.Connection, chance: random.Random, person: Person, number: int) -> None:
    company = bool(person.siret)
    category = (PRO if number % 3 else RESELLER) if company else PUBLIC
    abroad = person.country not in ("", "FRANCE")
    accounting = 1 if not abroad else 2 if person.country == "SUISSE" else 3
    extra = {"Date d'anniversaire": f"19{60 + number % 39}-0{1 + number % 9}-12"} if not company else {}
    insert(
        connection, "F_COMPTET", CT_Num=person.code, CT_Intitule=person.title, CT_Type=0, CG_NumPrinc=COLLECTIVE,
        CT_Qualite=person.quality, CT_Contact=f"{person.first} {person.last}"[:35], CT_Adresse=person.street,
        CT_Complement="Bâtiment B" if number % 9 == 4 else "", CT_CodePostal=person.postal, CT_Ville=person.town,
        CT_Pays=person.country, CT_Telephone=person.phone, CT_EMail=person.email, CT_Identifiant=person.vat,
        CT_Siret=person.siret, CT_Ape="5610A" if company else "", N_CatTarif=category,
        N_CatCompta=1 if company and not abroad else accounting, CT_Taux01=5 if number % 10 == 9 else 0,
        CT_Encours=chance.choice((1500, 3000, 8000)) if company else 0, CT_ControlEnc=2 if number == 6 else 0,
        N_Risque=1, CO_No=1 + number % 3, DE_No=1, N_Expedition=1, CT_Sommeil=int(number == 13), CT_Langue=0,
        CT_Statistique01="Web" if number % 4 == 0 else "Magasin", CT_DateCreate="2024-06-01", CT_DateMAJ="1900-01-01",
        **extra, **{"Abonné newsletter": "Oui" if number % 2 else "Non"},
    )  # fmt: skip


def _place(connection: sqlite3.Connection, number: int, person: Person, *, main: bool) -> None:
    title = person.title[:35] if main else f"{person.title[:25]} (bureau)"
    insert(
        connection, "F_LIVRAISON", LI_No=number, CT_Num=person.code, LI_Intitule=title,
        LI_Adresse=person.street if main else "8 rue du Commerce", LI_CodePostal=person.postal, LI_Ville=person.town,
        LI_Pays=person.country or "FRANCE", LI_Contact=f"{person.last.upper()} {person.first}"[:35],
        LI_Telephone=person.phone, LI_EMail=person.email, LI_Principal=int(main), N_Expedition=1,
    )  # fmt: skip
