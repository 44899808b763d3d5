"""Units as ERPs name them, and their codes of UN/ECE recommendation 20 (and 21 for packagings), as EN 16931 wants them."""

import unicodedata

ONE = "C62"
_NAMES = {
    "C62": "unite u un unit units ea each",
    "H87": "piece pieces pce pc pcs p piece(s)",
    "KGM": "kilogramme kilogrammes kilo kilos kg kilogram kilograms",
    "GRM": "gramme grammes g gr gram grams",
    "TNE": "tonne tonnes t",
    "LTR": "litre litres l liter liters",
    "CLT": "centilitre centilitres cl",
    "MLT": "millilitre millilitres ml",
    "MTR": "metre metres m ml. meter meters",
    "CMT": "centimetre centimetres cm",
    "MMT": "millimetre millimetres mm",
    "MTK": "m2 m²",
    "MTQ": "m3 m³",
    "HUR": "heure heures h hour hours",
    "DAY": "jour jours j day days",
    "MON": "mois month months",
    "PR": "paire paires pair pairs",
    "SET": "jeu jeux lot lots set sets kit kits",
    "XBX": "boite boites box boxes",
    "XCT": "carton cartons",
    "XPK": "paquet paquets pack packs colis",
    "XPX": "palette palettes pallet pallets",
    "XRO": "rouleau rouleaux roll rolls",
    "XBO": "bouteille bouteilles bottle bottles",
    "DZN": "douzaine douzaines dozen dozens",
    "KWH": "kwh",
}
_CODES = {name: code for code, names in _NAMES.items() for name in names.split()}
_CODES |= {"metre carre": "MTK", "metres carres": "MTK", "metre cube": "MTQ", "metres cubes": "MTQ"}


def unit_code(name: str) -> str:
    """What we do not know counts as ones: EN 16931 has no way to say a unit in words."""
    folded = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(sign for sign in folded if not unicodedata.combining(sign)).strip()
    return _CODES.get(plain) or _CODES.get(plain.rstrip(".")) or ONE
