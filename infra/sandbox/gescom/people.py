"""The demonstration merchant's customers, representatives and carriers: invented people, valid numbers."""

import random
import unicodedata
from dataclasses import dataclass

FIRST = (
    "Aïcha", "André", "Anaïs", "Benoît", "Béatrice", "Chloé", "Cédric", "Clémence", "David", "Élodie", "Éric", "Fanny",
    "François", "Gaëlle", "Hélène", "Hugo", "Inès", "Jérôme", "Joëlle", "Karim", "Léa", "Loïc", "Maëlle", "Mathéo",
    "Nadia", "Noël", "Océane", "Paul", "Raphaël", "Solène", "Sophie", "Théo", "Ursule", "Véronique", "Yann", "Zoé",
)  # fmt: skip
LAST = (
    "Abadie", "Béranger", "Blanchet", "Brémond", "Caillaud", "Chabrol", "Chevalier", "Cœurdevey", "Delmas", "Dubosc",
    "Dumoulin", "Escoffier", "Fabre", "Faugère", "Gauthier", "Giraudon", "Guérin", "Hébrard", "Jaubert", "Lacœuilhe",
    "Lagarde", "Lefebvre", "L’Hermitte", "Maréchal", "Ménard", "Noël", "Ollivier", "Pélissier", "Peyrot", "Quéméneur",
    "Rambaud", "Rivière", "Sénéchal", "Thévenot", "Vasseur", "Viguié",
)  # fmt: skip
STREETS = (
    "rue des Tanneurs", "avenue du Maréchal-Leclerc", "chemin des Vignes", "place de l’Église", "boulevard Gambetta",
    "impasse du Moulin", "quai Saint-Antoine", "allée des Érables", "rue de la Gare", "route de Beaucaire",
)  # fmt: skip
TOWNS = (
    ("69002", "Lyon"), ("38000", "Grenoble"), ("30300", "Beaucaire"), ("13100", "Aix-en-Provence"), ("75011", "Paris"),
    ("35000", "Rennes"), ("67000", "Strasbourg"), ("31000", "Toulouse"), ("44000", "Nantes"), ("63000", "Clermont-Ferrand"),
    ("26000", "Valence"), ("59800", "Lille"), ("97400", "Saint-Denis"),
)  # fmt: skip
ABROAD = (
    ("1000", "Bruxelles", "BELGIQUE"), ("1204", "Genève", "SUISSE"), ("L-1311", "Luxembourg", "LUXEMBOURG"),
    ("10117", "Berlin", "ALLEMAGNE"),
)  # fmt: skip
COMPANIES = (
    ("Hôtel des Trois Rivières", "SARL"), ("Restaurant L’Œuf Mollet", "SARL"), ("Épicerie du Vieux Port", "SAS"),
    ("Les Gîtes de la Sorgue", "EURL"), ("Traiteur Dauphinois", "SA"), ("Concept-store Béryl", "SAS"),
    ("Brasserie du Théâtre", "SARL"), ("Chambres d’hôtes La Bastide", "EI"), ("Quincaillerie Peyrache", "SARL"),
    ("Au Bonheur des Tables", "SAS"), ("Auberge du Col", "SARL"), ("Salon de thé Mirabelle", "EURL"),
    ("Comité d’entreprise Alpex", "ASSO"), ("Maison de la Presse Centrale", "SARL"), ("Jardinerie des Étangs", "SAS"),
    ("Boutique Le Nœud Papillon", "SARL"), ("Fromagerie Haute-Crête", "SARL"), ("Camping Les Cigales", "SAS"),
)  # fmt: skip
REPRESENTATIVES = ((1, "MARCHAND", "Lucie"), (2, "OZANNE", "Philippe"), (3, "TRAN", "Émilie"))
CARRIERS = ("Colissimo", "Chronopost", "Retrait en magasin", "Transport sur palette", "Mondial Relay")
METHODS = (
    ("Carte bancaire", "CB"), ("Chèque", "CHQ"), ("Virement", "VIR"), ("Espèces", "ESP"), ("PayPal", "PAYP"),
    ("LCR à 30 jours", "LCR"),
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    code: str
    title: str
    quality: str
    first: str
    last: str
    street: str
    postal: str
    town: str
    country: str
    email: str
    phone: str
    siret: str = ""
    vat: str = ""


def people(chance: random.Random, private: int) -> list[Person]:
    """`private` persons, then the companies."""
    found = [_private(chance, number) for number in range(private)]
    return found + [_company(chance, number) for number in range(len(COMPANIES))]


PRIVATE = {"1": "5", "2": "8"}
"""A SIREN that begins with 1 or 2 is a public body's: these are traders."""


def siret(chance: random.Random) -> str:
    """Fourteen digits that pass Luhn's test as a whole, and as a SIREN by their first nine."""
    digits = "".join(str(chance.randint(1 if at == 0 else 0, 9)) for at in range(8))
    siren = _with_luhn(PRIVATE.get(digits[0], digits[0]) + digits[1:])
    return _with_luhn(siren + "000" + str(chance.randint(1, 3)))


def vat_of(number: str) -> str:
    siren = int(number[:9])
    return f"FR{(12 + 3 * (siren % 97)) % 97:02d}{number[:9]}"


def ean13(digits: str) -> str:
    """Twelve digits and their check digit."""
    total = sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(digits))
    return digits + str(-total % 10)


def _with_luhn(digits: str) -> str:
    total = 0
    for at, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if at % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return digits + str(-total % 10)


def _private(chance: random.Random, number: int) -> Person:
    first, last = FIRST[number % len(FIRST)], LAST[(number * 7 + 3) % len(LAST)]
    postal, town = TOWNS[number % len(TOWNS)]
    country = "FRANCE" if number % 3 else ""
    if number % 11 == 10:
        postal, town, country = ABROAD[number // 11 % len(ABROAD)]
    name = f"{_plain(first)}.{_plain(last)}"
    return Person(
        code=f"C{_plain(last).upper()[:8]}{number:02d}",
        title=f"{last.upper()} {first}",
        quality="M." if number % 2 else "Mme",
        first=first,
        last=last,
        street=f"{chance.randint(1, 180)} {chance.choice(STREETS)}",
        postal=postal,
        town=town,
        country=country,
        email=f"{name}@exemple.fr",
        phone=f"06{chance.randint(10_000_000, 99_999_999)}",
    )


def _company(chance: random.Random, number: int) -> Person:
    title, form = COMPANIES[number]
    postal, town = TOWNS[(number * 5 + 1) % len(TOWNS)]
    first, last = FIRST[(number * 5 + 2) % len(FIRST)], LAST[(number * 11 + 1) % len(LAST)]
    registered = siret(chance)
    return Person(
        code=f"P{_plain(title).upper()[:9]}{number:02d}",
        title=title,
        quality=form,
        first=first,
        last=last,
        street=f"{chance.randint(1, 90)} {chance.choice(STREETS)}",
        postal=postal,
        town=town,
        country="FRANCE",
        email=f"contact@{_plain(title)[:18]}.exemple.fr",
        phone=f"04{chance.randint(10_000_000, 99_999_999)}",
        siret=registered,
        vat=vat_of(registered),
    )


def _plain(said: str) -> str:
    bare = unicodedata.normalize("NFKD", said.replace("œ", "oe").replace("Œ", "Oe"))
    return "".join(letter for letter in bare if letter.isascii() and letter.isalnum()).lower()
