"""What the help beside a formula says: every function with its way of writing, what it gives, and an example that works."""

from collections.abc import Sequence

from msgspec import Struct

from raccord_connectors.contract import Text


class FunctionHelp(Struct, frozen=True):
    name: str
    writing: str
    """As one writes it, with the names of its values."""
    says: Text
    example: str


def _help(name: str, writing: str, fr: str, en: str, example: str) -> FunctionHelp:
    return FunctionHelp(name, writing, Text(f"formula.help.{name}", fr, en), example)


FUNCTIONS: Sequence[FunctionHelp] = (
    _help("first", "first(a, b, …)", "la première valeur qui n’est pas vide", "the first value that is not empty",
          "first(custom.TITRE_WEB, product.name)"),
    _help("lower", "lower(text)", "en minuscules", "in small letters", "lower(product.brand)"),
    _help("upper", "upper(text)", "en majuscules", "in capitals", "upper(product.brand)"),
    _help("trim", "trim(text)", "sans espaces aux deux bouts", "without spaces at both ends", "trim(product.name)"),
    _help("words", "words(text, count)", "les premiers mots", "the first words", "words(product.name, 3)"),
    _help("cut", "cut(text, length)", "au plus tant de caractères, coupé entre deux mots",
          "at most so many characters, cut between two words", "cut(product.description, 160)"),
    _help("substring", "substring(text, start, end)", "les caractères de start (compté depuis 0) jusqu’avant end",
          "the characters from start (counted from 0) to before end", "substring(product.sku, 0, 3)"),
    _help("replace", "replace(text, find, by)", "chaque endroit remplacé", "each place replaced",
          'replace(product.name, "  ", " ")'),
    _help("split", "split(text, separator)", "la liste des morceaux", "the list of the pieces", 'split(product.name, " ")'),
    _help("join", "join(list, separator)", "une liste en un seul texte", "a list as one text",
          'join([product.brand, product.name], " ")'),
    _help("slug", "slug(text)", "comme la fin d’une adresse de page", "as the end of a page’s address", "slug(product.name)"),
    _help("text", "text(number)", "un nombre en texte", "a number as text", 'text(product.weight_g) + " g"'),
    _help("number", "number(text)", "un texte en nombre, sinon null", "a text as a number, else null",
          "number(custom.LARGEUR)"),
    _help("round", "round(number, decimals)", "arrondi, le demi vers le haut", "rounded, halves up", "round(tax.rate, 1)"),
    _help("min", "min(a, b, …)", "le plus petit nombre", "the smallest number", "min(tax.rate, 20.0)"),
    _help("max", "max(a, b, …)", "le plus grand nombre", "the largest number", "max(tax.rate, 5.5)"),
    _help("size", "size(text)", "le nombre de caractères, ou d’éléments d’une liste",
          "the number of characters, or of a list’s elements", "size(product.name) > 60"),
    _help("contains", "contains(text, part)", "vrai si le morceau s’y trouve", "true if the part is in it",
          'product.name.contains("hêtre")'),
    _help("startsWith", "startsWith(text, part)", "vrai si le texte commence ainsi", "true if the text begins so",
          'product.sku.startsWith("CH")'),
    _help("endsWith", "endsWith(text, part)", "vrai si le texte finit ainsi", "true if the text ends so",
          'product.sku.endsWith("-XL")'),
    _help("matches", "matches(text, pattern)", "vrai si l’expression régulière y trouve quelque chose",
          "true if the regular expression finds something in it", 'product.sku.matches("^[A-Z]+[0-9]*$")'),
    _help("string", "string(value)", "en texte, à la manière de CEL", "as text, CEL’s way", "string(size(product.name))"),
    _help("int", "int(value)", "en nombre entier", "as a whole number", "int(2.7)"),
    _help("double", "double(value)", "en nombre décimal", "as a decimal number", "double(size(product.name)) / 2.0"),
    _help("exists", "list.exists(x, condition)", "vrai si un élément de la liste convient", "true if one element fits",
          'product.categories.exists(c, c == "SOLDES")'),
    _help("exists_one", "list.exists_one(x, condition)", "vrai si un seul élément convient", "true if exactly one element fits",
          'product.categories.exists_one(c, c.startsWith("WEB"))'),
    _help("all", "list.all(x, condition)", "vrai si tous les éléments conviennent", "true if all elements fit",
          "product.categories.all(c, size(c) > 2)"),
    _help("filter", "list.filter(x, condition)", "les éléments qui conviennent", "the elements that fit",
          'product.categories.filter(c, c.startsWith("WEB"))'),
    _help("map", "list.map(x, value)", "chaque élément changé", "each element changed", "product.categories.map(c, lower(c))"),
)  # fmt: skip
"""All that `core.formula_functions` knows; a test demands that none is missing and that each example can be used."""

EXAMPLES: Sequence[tuple[str, Text]] = (
    (
        'product.brand != "" ? product.brand + " " + product.name : product.name',
        Text("formula.example.choice", "la marque devant le nom, si elle est connue", "the brand before the name, if known"),
    ),
    (
        'stock.real != null && stock.real > 0.0 ? "En stock" : "Sur commande"',
        Text("formula.example.stock", "un texte selon le stock", "a text by the stock"),
    ),
    (
        'cut(product.name + " – " + first(product.brand, "Maison"), 60)',
        Text("formula.example.seo", "un titre de 60 caractères au plus", "a title of 60 characters at most"),
    ),
    (
        "price.amount * 1.02",
        Text("formula.example.price", "le prix augmenté de 2 %", "the price raised by 2 %"),
    ),
)  # fmt: skip
"""Of offers where they read an item's price or stock."""
