"""What the demonstration merchant sells: families, the catalogue tree, and the words that articles are made of.

"Maison Aubépine" is invented, and so are its collections and its suppliers' names.
"""

from dataclasses import dataclass, field

COMPANY = "MAISON AUBÉPINE"

COLLECTIONS = (
    "Brume", "Ardèche", "Romarin", "Océane", "Camargue", "Cévennes", "Aubrac", "Luberon", "Ouessant", "Vercors",
    "Sologne", "Étretat", "Belle-Île", "Drôme", "Mirabelle", "Garrigue", "Perle", "Cœur de lin", "Bruyère", "Tilleul",
)  # fmt: skip

MAKERS = (
    "Faïencerie d’Orcival", "Verrerie du Doubs", "Coutellerie Montbrial", "Tissages Lévanne", "Fonderie Saint-Aubin",
    "Atelier Pervenche", "Maison Tournebise", "Ateliers Cœur de Chêne",
)  # fmt: skip

COLOURS = (
    "Blanc",
    "Écru",
    "Bleu nuit",
    "Vert sauge",
    "Terracotta",
    "Gris perle",
    "Jaune paille",
    "Rouge brique",
)

TREE: dict[str, tuple[str, ...]] = {
    "Art de la table": ("Vaisselle", "Verrerie", "Couverts", "Linge de table"),
    "Cuisine": ("Cuisson", "Couteaux", "Ustensiles", "Pâtisserie", "Petit électroménager"),
    "Maison": ("Luminaires", "Bougies & senteurs", "Linge de maison", "Rangement"),
    "Jardin": ("Outils", "Pots & jardinières", "Plantes aromatiques"),
    "Épicerie & lecture": ("Épicerie fine", "Thés & infusions", "Livres & revues"),
}


@dataclass(frozen=True)
class Family:
    """One F_FAMILLE with the articles made for it. `things`: label, price without VAT in euros, weight in grams."""

    code: str
    title: str
    prefix: str
    node: str
    things: tuple[tuple[str, float, int], ...]
    collections: int = 4
    vat: str = "C20"
    material: str = ""
    gammes: tuple[str, ...] = ()
    """"taille", "couleur": which axes its variants have."""
    sizes: tuple[str, ...] = ()
    eco: str = ""
    """Code of the eco-contribution."""
    carton: int = 0
    tails: tuple[str, ...] = field(default=())
    """Names after the thing, when they are not collections."""
    text: str = ""


FAMILIES: tuple[Family, ...] = (
    Family("ASSIETTES", "Assiettes et plats", "ASS", "Vaisselle", (
        ("Assiette plate 27 cm", 9.5, 620), ("Assiette creuse 21 cm", 8.9, 540), ("Assiette à dessert 20 cm", 7.4, 380),
        ("Plat ovale 35 cm", 24.0, 1400), ("Saladier 24 cm", 22.5, 1250), ("Bol à petit-déjeuner", 6.9, 350),
        ("Tasse et soucoupe", 8.2, 310), ("Mug 30 cl", 6.6, 330),
    ), collections=8, material="Grès émaillé", carton=6,
        text="Tournée et émaillée à la main : de légères différences de teinte font le charme de chaque pièce."),
    Family("VERRES", "Verres et carafes", "VER", "Verrerie", (
        ("Verre à eau 33 cl", 4.2, 210), ("Verre à vin 45 cl", 6.3, 190), ("Flûte à champagne", 6.1, 150),
        ("Gobelet 25 cl", 3.6, 220), ("Carafe 1 L", 19.5, 780), ("Verre à thé", 3.9, 160),
    ), collections=6, material="Verre soufflé", carton=6,
        text="Verre soufflé bouche, résistant aux chocs thermiques. Compatible lave-vaisselle jusqu’à 60 °C."),
    Family("COUVERTS", "Couverts", "COU", "Couverts", (
        ("Fourchette de table", 5.2, 60), ("Couteau de table", 7.8, 90), ("Cuillère à soupe", 5.2, 65),
        ("Cuillère à café", 3.4, 30), ("Service à salade", 16.5, 180), ("Pelle à tarte", 14.2, 140),
    ), collections=6, material="Inox 18/10", carton=12,
        text="Inox 18/10 poli miroir, équilibré pour une tenue agréable en main."),
    Family("LINGETABLE", "Linge de table", "LTA", "Linge de table", (
        ("Nappe", 49.0, 900), ("Serviette de table", 6.8, 70), ("Chemin de table", 21.0, 260),
        ("Set de table", 7.9, 120),
    ), collections=4, material="Lin lavé", gammes=("taille", "couleur"),
        sizes=("150 × 150 cm", "150 × 250 cm", "170 × 300 cm"),
        text="Lin cultivé et tissé en Normandie, lavé pour un tombé souple. Repassage inutile."),
    Family("CASSEROLES", "Casseroles et poêles", "CAS", "Cuisson", (
        ("Casserole 16 cm", 42.0, 900), ("Casserole 20 cm", 52.0, 1200), ("Poêle 24 cm", 39.0, 1100),
        ("Poêle 28 cm", 46.0, 1400), ("Sauteuse 24 cm", 64.0, 1700), ("Cocotte en fonte 26 cm", 139.0, 5300),
        ("Faitout 28 cm", 89.0, 3100),
    ), collections=5, material="Inox triple épaisseur",
        text="Tous feux dont induction. Fond triple épaisseur pour une cuisson régulière."),
    Family("COUTEAUX", "Couteaux de cuisine", "CTX", "Couteaux", (
        ("Couteau de chef 20 cm", 58.0, 220), ("Couteau d’office 9 cm", 19.0, 70), ("Couteau à pain", 36.0, 190),
        ("Couteau santoku 17 cm", 62.0, 210), ("Fusil à aiguiser", 29.0, 260), ("Planche à découper", 34.0, 1900),
    ), collections=5, material="Acier X50CrMoV15",
        text="Lame forgée d’une seule pièce, manche en chêne stabilisé."),
    Family("USTENSILES", "Ustensiles", "UST", "Ustensiles", (
        ("Fouet 25 cm", 8.4, 110), ("Spatule en hêtre", 4.9, 60), ("Louche", 11.2, 170), ("Écumoire", 10.6, 150),
        ("Râpe fine", 14.9, 120), ("Presse-ail", 12.8, 230), ("Passoire 22 cm", 17.5, 420),
        ("Balance mécanique", 39.0, 1600),
    ), collections=4, material="Hêtre et inox", text="Pensé pour durer : toutes les pièces se démontent et se remplacent."),
    Family("PATISSERIE", "Moules et pâtisserie", "PAT", "Pâtisserie", (
        ("Moule à tarte 28 cm", 15.2, 640), ("Moule à cake 26 cm", 13.9, 520), ("Moule à kouglof", 27.5, 1300),
        ("Plaque à pâtisserie", 18.4, 900), ("Rouleau à pâtisserie", 12.6, 480), ("Poche à douille", 7.2, 60),
    ), collections=3, material="Acier revêtu", text="Revêtement sans PFAS, démoulage sans effort."),
    Family("ELECTRO", "Petit électroménager", "ELE", "Petit électroménager", (
        ("Bouilloire électrique 1,7 L", 49.0, 1200), ("Grille-pain deux fentes", 54.0, 1500),
        ("Robot pâtissier 4,8 L", 259.0, 7800), ("Mixeur plongeant", 46.0, 950),
        ("Cafetière à piston chauffante", 65.0, 1400),
        ("Gaufrier", 59.0, 2600), ("Yaourtière 12 pots", 52.0, 2100), ("Balance électronique", 24.0, 480),
    ), collections=3, eco="DEEE", material="Inox brossé", text="Garantie deux ans, pièces détachées disponibles dix ans."),
    Family("LUMINAIRE", "Luminaires", "LUM", "Luminaires", (
        ("Lampe à poser", 69.0, 1800), ("Suspension", 89.0, 2100), ("Applique", 55.0, 900), ("Lampadaire", 149.0, 6400),
        ("Guirlande guinguette 10 m", 39.0, 1300),
    ), collections=4, eco="DEEE", material="Laiton et verre", text="Livré avec son ampoule LED. Câble textile tressé."),
    Family("BOUGIES", "Bougies et senteurs", "BOU", "Bougies & senteurs", (
        ("Bougie parfumée 180 g", 16.5, 420), ("Diffuseur à tiges 100 ml", 19.8, 380), ("Bougie pilier", 7.9, 460),
    ), collections=6, carton=6, material="Cire de colza",
        tails=("Figuier", "Thé blanc", "Feu de bois", "Fleur d’oranger", "Cèdre & cuir", "Herbe coupée"),
        text="Cire végétale française, mèche en coton, parfums de Grasse. Environ quarante heures."),
    Family("LINGEMAISON", "Linge de maison", "LMA", "Linge de maison", (
        ("Housse de couette", 89.0, 1500), ("Taie d’oreiller", 19.5, 180), ("Drap plat", 59.0, 900),
        ("Serviette de bain", 22.0, 480), ("Plaid", 65.0, 1100),
    ), collections=4, material="Coton peigné", gammes=("taille", "couleur"), sizes=("Petit", "Moyen", "Grand"),
        text="Coton peigné, certifié sans substances nocives. Lavable à 60 °C."),
    Family("TABLIERS", "Tabliers et gants", "TAB", "Linge de table", (
        ("Tablier de chef", 34.0, 320), ("Gant de four", 14.5, 140), ("Torchon métis", 9.9, 110),
    ), collections=4, material="Coton métis", gammes=("couleur",), text="Coton métis tissé serré, coutures renforcées."),
    Family("RANGEMENT", "Rangement", "RAN", "Rangement", (
        ("Corbeille à pain", 18.5, 300), ("Bocal hermétique 1 L", 7.9, 700), ("Panier en osier", 32.0, 850),
        ("Étagère murale", 74.0, 4200), ("Boîte à thé", 12.9, 260),
    ), collections=5, eco="ECOM", material="Osier et métal", text="Fabriqué en petite série dans nos ateliers partenaires."),
    Family("JARDIN", "Outils de jardin", "JAR", "Outils", (
        ("Sécateur", 29.0, 260), ("Transplantoir", 13.5, 240), ("Arrosoir 8 L", 36.0, 1700), ("Gants de jardin", 12.4, 90),
        ("Serfouette", 21.0, 900), ("Plantoir", 9.8, 180),
    ), collections=4, material="Acier trempé et frêne", text="Acier trempé forgé, manche en frêne huilé."),
    Family("POTS", "Pots et jardinières", "POT", "Pots & jardinières", (
        ("Pot rond 18 cm", 11.9, 1600), ("Pot rond 30 cm", 26.0, 4200), ("Jardinière 50 cm", 31.0, 5200),
        ("Cache-pot", 14.9, 900),
    ), collections=6, material="Terre cuite", text="Terre cuite non gélive, percée, avec sa soucoupe."),
    Family("PLANTES", "Plantes aromatiques", "PLA", "Plantes aromatiques", (
        ("Plant en pot", 4.1, 350), ("Coffret à semer", 12.0, 420),
    ), collections=8, vat="C10",
        tails=("Basilic", "Thym citron", "Menthe poivrée", "Sauge", "Ciboulette", "Estragon", "Verveine", "Persil"),
        text="Cultivé en Drôme sans pesticide. Expédié du lundi au mercredi."),
    Family("EPICERIE", "Épicerie fine", "EPI", "Épicerie fine", (
        ("Confiture 320 g", 5.9, 520), ("Miel 500 g", 9.8, 720), ("Huile d’olive 50 cl", 14.2, 920),
        ("Moutarde façon grand-mère 200 g", 4.3, 330), ("Sablés pur beurre 150 g", 4.8, 190),
    ), collections=5, vat="C05", carton=6,
        tails=("Abricot", "Châtaigne", "Fleur de sel", "Noix du Périgord", "Citron de Menton"),
        text="Fabriqué à la main en petites quantités, sans conservateur."),
    Family("THES", "Thés et infusions", "THE", "Thés & infusions", (
        ("Thé en vrac 100 g", 8.9, 130), ("Infusion 20 sachets", 6.4, 70), ("Coffret découverte", 21.0, 340),
    ), collections=6, vat="C05",
        tails=("Earl Grey", "Jasmin", "Rooibos vanille", "Tilleul menthe", "Soir d’été", "Cœur de forêt"),
        text="Feuilles entières, aromatisées avec des huiles essentielles."),
    Family("LIVRES", "Livres de cuisine", "LIV", "Livres & revues", (
        ("Le grand livre", 27.5, 1300), ("Carnet de recettes", 13.2, 420),
    ), collections=8, vat="C05",
        tails=("des légumes", "du pain", "des sauces", "des desserts", "de la mer", "du potager", "des soupes", "du goûter"),
        text="Photographies en lumière naturelle, papier issu de forêts gérées durablement."),
    Family("REVUES", "Revues", "REV", "Livres & revues", (
        ("Revue trimestrielle « Terroirs & tables »", 7.8, 380),
    ), collections=6, vat="C21", tails=("n° 31", "n° 32", "n° 33", "n° 34", "n° 35", "n° 36"),
        text="Cent trente pages de reportages, de recettes et de portraits d’artisans."),
)  # fmt: skip

SERVICES = (
    ("PORT", "Frais de port", 5.75), ("EMBALLAGE", "Papier cadeau", 2.92), ("FRAIS", "Frais de dossier", 0.0),
    ("REMISE", "Remise commerciale", 0.0), ("ARRONDI", "Écart d’arrondi", 0.0),
)  # fmt: skip
"""Articles that carry what is no goods on a document: without stock, never published."""

ODD_REFERENCES = {12: "ASS 012/B", 65: "VER#65+", 140: "CAS-140.1", 233: "ELE&233"}
"""References as they occur: spaces, slashes, signs."""
