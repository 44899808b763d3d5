"""Articles of the demonstration merchant, with variants, packagings, kits, texts, pictures and stock."""

import random
import sqlite3
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count, product

from sandbox.gescom import seed_prices
from sandbox.gescom.assortment import (
    COLLECTIONS,
    COLOURS,
    FAMILIES,
    MAKERS,
    ODD_REFERENCES,
    SERVICES,
    Family,
)
from sandbox.gescom.people import ean13
from sandbox.gescom.seed_parameters import COLOUR, SIZE, nodes
from sandbox.gescom.store import insert

SLEEPING = 26
"""Every so many articles one is asleep."""
HIDDEN = 17
UNPRICED = 83
KILOGRAM, GRAM = 2, 3
DEPOTS = (1, 2)


@dataclass
class Counters:
    """Numbers that Sage draws from one sequence for all articles."""

    gamme: "count[int]" = field(default_factory=lambda: count(1))
    packaging: "count[int]" = field(default_factory=lambda: count(1))
    ean: "count[int]" = field(default_factory=lambda: count(1001))

    def next_ean(self) -> str:
        return ean13(f"37601852{next(self.ean):04d}"[:12])


@dataclass(frozen=True)
class Made:
    """What later steps need to know of an article."""

    ref: str
    name: str
    family: Family
    price: Decimal
    variants: tuple[tuple[int, int], ...]


def fill(connection: sqlite3.Connection, chance: random.Random) -> None:
    counters, places = Counters(), nodes()
    made: list[Made] = []
    for number, family in enumerate(FAMILIES, start=1):
        insert(connection, "F_GLOSSAIRE", GL_No=number, GL_Intitule=family.title, GL_Text=family.text)
        made += _family(connection, chance, counters, family, places[family.node], number, len(made))
    _services(connection)
    _kits(connection, counters, made, places)
    _faulty(connection)
    _linked(connection, made)
    seed_prices.fill(connection, chance, made)


def _family(
    connection: sqlite3.Connection,
    chance: random.Random,
    counters: Counters,
    family: Family,
    place: tuple[int, int],
    text: int,
    before: int,
) -> list[Made]:
    start = chance.randrange(len(COLLECTIONS))
    collections = [COLLECTIONS[(start + step) % len(COLLECTIONS)] for step in range(family.collections)]
    tails = family.tails[: family.collections] or tuple(f"« {name} »" for name in collections)
    made: list[Made] = []
    for (thing, price, weight), tail in product(family.things, tails):
        index = before + len(made)
        ref = ODD_REFERENCES.get(index, f"{family.prefix}{len(made) + 1:03d}")
        name = f"{thing} {tail}"
        net = _price(chance, price, index)
        _article(connection, chance, counters, family, ref, name, net, weight, place, index)
        if text % 7:  # some families have no long text
            insert(connection, "F_ARTGLOSS", AR_Ref=ref, GL_No=text)
        variants = _variants(connection, chance, counters, family, ref) if family.gammes else ()
        _eco(connection, family, ref, weight)
        _stock(connection, chance, ref, variants, index)
        if family.carton and not variants:
            _carton(connection, counters, ref, family.carton)
        made.append(Made(ref, name, family, net, variants))
    return made


def _price(chance: random.Random, price: float, index: int) -> Decimal:
    if index % UNPRICED == UNPRICED - 1:
        return Decimal(0)
    spread = Decimal(str(price)) * Decimal(chance.randint(92, 118)) / 100
    return spread.quantize(Decimal("0.1"))


def _article(
    connection: sqlite3.Connection,
    chance: random.Random,
    counters: Counters,
    family: Family,
    ref: str,
    name: str,
    net: Decimal,
    weight: int,
    place: tuple[int, int],
    index: int,
) -> None:
    picture = f"{picture_stem(ref)}.jpg"
    maker = MAKERS[(index // 5) % len(MAKERS)]
    heavy = weight >= 1000
    gammes = {"taille": SIZE, "couleur": COLOUR}
    axes = [gammes[axis] for axis in family.gammes]
    special = {"Matière principale": family.material or None, "Photo 1": picture}
    if index % 3 == 0:
        special["Photo 2"] = f"{picture_stem(ref)}_2.jpg"
    if family.node in ("Vaisselle", "Verrerie", "Couverts"):
        special["Compatible lave-vaisselle"] = "Oui" if index % 4 else "Non"
    gross = index % 9 == 4 and net > 0  # some merchants type the price with VAT
    insert(
        connection, "F_ARTICLE", AR_Ref=ref, AR_Design=name, AR_Langue1="", FA_CodeFamille=family.code,
        CL_No1=place[0], CL_No2=place[1], CL_No3=0, CL_No4=0,
        AR_CodeBarre="" if family.gammes or index % 29 == 28 else counters.next_ean(),
        AR_PrixVen=_with_vat(net, family.vat) if gross else net, AR_PrixTTC=int(gross),
        AR_PrixAch=(net * Decimal("0.48")).quantize(Decimal("0.01")), AR_Coef=Decimal("2.08") if net else Decimal(0),
        AR_PUNet=(net * Decimal("0.47")).quantize(Decimal("0.0001")),
        AR_UniteVen=1, AR_UnitePoids=KILOGRAM if heavy else GRAM,
        AR_PoidsNet=Decimal(weight) / 1000 if heavy else weight, AR_PoidsBrut=Decimal(weight) / 1000 if heavy else weight,
        AR_Gamme1=axes[0] if axes else 0, AR_Gamme2=axes[1] if len(axes) > 1 else 0,
        AR_Condition=1 if family.carton else 0, AR_SuiviStock=2, AR_Contremarque=int(index % 61 == 60),
        AR_Publie=int(index % HIDDEN != HIDDEN - 1), AR_Sommeil=int(index % SLEEPING == SLEEPING - 1),
        AR_Photo=picture, AR_Garantie=24 if family.eco == "DEEE" else 0, AR_Delai=2, AR_NbColis=1,
        AR_CodeFiscal="69120025" if family.code == "ASSIETTES" else "", AR_Pays="FRANCE" if index % 5 else "PORTUGAL",
        AR_Stat01=maker[:21], AR_Stat02=name.partition("« ")[2].rstrip(" »")[:21], AR_Type=int(bool(axes)),
        AR_DateCreation=f"2024-{1 + index % 12:02d}-15", AR_DateModif="2026-03-02",
        AR_DateApplication="1753-01-01", **special,
    )  # fmt: skip
    if index % 8 == 0:
        insert(
            connection,
            "F_ARTICLEMEDIA",
            AR_Ref=ref,
            ME_Commentaire="Vue d’ambiance",
            ME_Fichier=f"{picture_stem(ref)}_2.jpg",
        )


def _variants(
    connection: sqlite3.Connection, chance: random.Random, counters: Counters, family: Family, ref: str
) -> tuple[tuple[int, int], ...]:
    sizes = family.sizes if "taille" in family.gammes else ()
    colours = chance.sample(COLOURS, 3)
    axes = [labels for labels in (sizes, colours) if labels]
    numbers: list[list[int]] = []
    for axis, labels in enumerate(axes):
        numbers.append([])
        for label in labels:
            number = next(counters.gamme)
            insert(connection, "F_ARTGAMME", AR_Ref=ref, AG_No=number, EG_Enumere=label, AG_Type=axis)
            numbers[-1].append(number)
    combined = [(pair[0], pair[1] if len(pair) > 1 else 0) for pair in product(*numbers)]
    for position, (first, second) in enumerate(combined, start=1):
        insert(
            connection, "F_ARTENUMREF", AR_Ref=ref, AG_No1=first, AG_No2=second,
            AE_Ref=f"{ref}-{position:02d}" if position % 5 else "", AE_CodeBarre=counters.next_ean(),
            AE_Sommeil=int(position == len(combined) and chance.random() < 0.15),
        )  # fmt: skip
    return tuple(combined)


def _eco(connection: sqlite3.Connection, family: Family, ref: str, weight: int) -> None:
    """An eco-contribution is a second tax, which makes the article differ from its family."""
    if not family.eco:
        return
    size = 1 if weight < 1000 else 2 if weight < 3000 else 3
    code = f"DEEE{size}" if family.eco == "DEEE" else family.eco
    insert(
        connection, "F_ARTCOMPTA", AR_Ref=ref, ACP_Type=0, ACP_Champ=1, ACP_ComptaCPT_Taxe1=family.vat,
        ACP_ComptaCPT_Taxe2=code,
    )  # fmt: skip


def _carton(connection: sqlite3.Connection, counters: Counters, ref: str, quantity: int) -> None:
    insert(
        connection, "F_CONDITION", AR_Ref=ref, CO_No=next(counters.packaging), EC_Enumere=f"Carton de {quantity}",
        EC_Quantite=quantity, CO_Ref=f"{ref}-C{quantity}"[:19], CO_CodeBarre=counters.next_ean(), CO_Principal=0,
    )  # fmt: skip


def _stock(
    connection: sqlite3.Connection,
    chance: random.Random,
    ref: str,
    variants: tuple[tuple[int, int], ...],
    index: int,
) -> None:
    if index % 37 == 36:
        return  # never moved: no row at all
    for depot in DEPOTS:
        total = 0
        for first, second in variants:
            quantity = chance.choice((0, 2, 5, 8, 12, 20)) if depot == 1 else chance.choice((0, 0, 15, 30))
            total += quantity
            insert(
                connection,
                "F_GAMSTOCK",
                AR_Ref=ref,
                AG_No1=first,
                AG_No2=second,
                DE_No=depot,
                GS_QteSto=quantity,
            )
        if not variants:
            total = (
                chance.choice((0, 3, 6, 12, 18, 24, 40)) if depot == 1 else chance.choice((0, 0, 24, 60, 120))
            )
            if index % 97 == 96 and depot == 1:
                total = -2  # sold before the goods receipt was typed
        ordered = 24 if index % 13 == 0 and depot == 2 else 0
        insert(
            connection, "F_ARTSTOCK", AR_Ref=ref, DE_No=depot, AS_QteSto=total, AS_QteCom=ordered, AS_QteMini=4,
            AS_Principal=int(depot == 1), AS_Mouvemente=1,
        )  # fmt: skip


def _services(connection: sqlite3.Connection) -> None:
    for ref, name, price in SERVICES:
        insert(
            connection, "F_ARTICLE", AR_Ref=ref, AR_Design=name, FA_CodeFamille="SERVICES", AR_PrixVen=price,
            AR_SuiviStock=0, AR_UniteVen=1, AR_DateCreation="2024-01-02", AR_DateModif="2024-01-02",
        )  # fmt: skip


def _kits(
    connection: sqlite3.Connection, counters: Counters, made: list[Made], places: dict[str, tuple[int, int]]
) -> None:
    """Gift boxes out of two or three plain articles, at a little less than their sum."""
    plain = [each for each in made if not each.variants and each.price]
    for number in range(10):
        parts = [plain[(number * 41 + step * 97) % len(plain)] for step in range(2 + number % 2)]
        price = (sum((part.price for part in parts), Decimal(0)) * Decimal("0.9")).quantize(Decimal("0.1"))
        ref = f"COF{number + 1:03d}"
        name = f"Coffret cadeau n° {number + 1} : {parts[0].name}"[:69].rstrip()
        place = places["Rangement"]
        insert(
            connection, "F_ARTICLE", AR_Ref=ref, AR_Design=name, FA_CodeFamille="RANGEMENT", CL_No1=place[0],
            CL_No2=place[1], AR_CodeBarre=counters.next_ean(), AR_PrixVen=price, AR_UniteVen=1, AR_UnitePoids=GRAM,
            AR_PoidsNet=1200, AR_SuiviStock=0, AR_Nomencl=2, AR_Publie=1, AR_Photo=f"{ref}.jpg",
            AR_DateCreation="2025-09-01", AR_DateModif="2025-09-01",
        )  # fmt: skip
        for part in parts:
            insert(
                connection,
                "F_NOMENCLAT",
                AR_Ref=ref,
                NO_RefDet=part.ref,
                NO_Qte=1 + number % 2,
                AG_No1Comp=0,
                AG_No2Comp=0,
            )


def _faulty(connection: sqlite3.Connection) -> None:
    """Mistakes that are found in every base: the connector holds them and says why."""
    insert(
        connection, "F_ARTICLE", AR_Ref="SANS-NOM", AR_Design="   ", FA_CodeFamille="VERRES", AR_PrixVen=5, AR_Publie=1,
        AR_SuiviStock=2,
    )  # fmt: skip
    insert(
        connection, "F_ARTICLE", AR_Ref="TAXE-INCONNUE", AR_Design="Cendrier à reprendre", FA_CodeFamille="VERRES",
        AR_PrixVen=7, AR_Publie=1, AR_SuiviStock=2,
    )  # fmt: skip
    insert(
        connection, "F_ARTCOMPTA", AR_Ref="TAXE-INCONNUE", ACP_Type=0, ACP_Champ=1, ACP_ComptaCPT_Taxe1="C196"
    )


def _linked(connection: sqlite3.Connection, made: list[Made]) -> None:
    """AR_Nomencl 4: articles proposed together; and an article that another one replaces."""
    for number in range(0, 60, 12):
        one, other = made[number], made[number + 1]
        connection.execute("update F_ARTICLE set AR_Nomencl = 4 where AR_Ref = ?", (one.ref,))
        insert(
            connection,
            "F_NOMENCLAT",
            AR_Ref=one.ref,
            NO_RefDet=other.ref,
            NO_Qte=1,
            AG_No1Comp=0,
            AG_No2Comp=0,
        )
    connection.execute("update F_ARTICLE set AR_Substitut = ? where AR_Ref = ?", (made[3].ref, made[25].ref))


def picture_stem(ref: str) -> str:
    """A reference may hold what a file name may not."""
    return "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in ref)


def _with_vat(net: Decimal, code: str) -> Decimal:
    return (net * (1 + seed_prices.RATES[code])).quantize(Decimal("0.01"))
