"""Why an article is not in the shop, in sentences that say what to do about it."""

from collections.abc import Mapping, Sequence

from raccord.core.channel import FieldIs, HasText, InCategories
from raccord_connectors.contract import Message, Text

ASLEEP = Text(
    "publication.asleep",
    "L’article est en sommeil dans la gestion.",
    "The article is asleep (inactive) in the ERP.",
)
UNFLAGGED = Text(
    "publication.unflagged",
    "La gestion ne le marque pas comme publié sur le web. Cochez-le dans sa fiche article.",
    "The ERP does not flag it for the web. Tick that in its article record.",
)
KINDS = {
    "untracked": Text(
        "publication.untracked_not_sold",
        "Son stock n’est pas suivi, et ce canal ne vend pas ces articles (règle de stock).",
        "Its stock is not tracked, and this channel does not sell such articles (stock rule).",
    ),
    "kit": Text(
        "publication.kit_not_sold",
        "C’est un article composé, et ce canal n’en vend pas (règle de stock).",
        "It is a kit, and this channel sells none (stock rule).",
    ),
    "made_to_order": Text(
        "publication.made_to_order_not_sold",
        "Il est fait ou acheté à la commande, et ce canal ne vend pas ces articles (règle de stock).",
        "It is made or bought to order, and this channel does not sell such articles (stock rule).",
    ),
}
NO_PRICE = Text(
    "publication.no_price",
    "Il n’a aucun prix supérieur à zéro. Saisissez-en un dans la gestion.",
    "It has no price above zero. Enter one in the ERP.",
)
NOT_IN_STOCK = Text(
    "publication.not_in_stock",
    "Il n’est pas en stock : le canal demande au moins {least} à vendre.",
    "It is not in stock: the channel asks for at least {least} to sell.",
)
STOCK_UNKNOWN = Text(
    "publication.stock_unknown",
    "La gestion ne connaît pas (encore) son stock. Saisissez un stock dans la gestion.",
    "The ERP does not know its stock (yet). Enter a stock in the ERP.",
)
NO_PICTURE = Text(
    "publication.no_picture",
    "Il n’a pas assez d’images : {found}, et le canal en demande {least}. Ajoutez-en dans la gestion.",
    "It has too few pictures: {found}, and the channel asks for {least}. Add some in the ERP.",
)
FORMULA = Text(
    "publication.formula",
    "La formule de publication du canal n’est pas vraie pour lui.",
    "The channel’s publication formula is not true of it.",
)
UNKNOWN_FIELD = Text(
    "publication.unknown_field",
    "La condition lit « {field} », que la gestion n’a pas. Choisissez un champ de la liste.",
    "The condition reads “{field}”, which the ERP does not have. Choose a field of the list.",
)
NO_VALUE = Text(
    "publication.no_value",
    "La condition sur « {field} » ne dit pas quelle valeur est attendue. Donnez-en au moins une.",
    "The condition on “{field}” does not say which value is expected. Give at least one.",
)
NO_NUMBER = Text(
    "publication.no_number",
    "La condition sur « {field} » compare à un nombre : donnez-le, par exemple 10 ou 2,5.",
    "The condition on “{field}” compares with a number: give it, for example 10 or 2.5.",
)
NO_TRUTH = Text(
    "publication.no_truth",
    'elle doit répondre vrai ou faux, par exemple product.brand == "Duval"',
    'it has to answer true or false, for example product.brand == "Duval"',
)
NO_RATE = Text(
    "publication.no_rate",
    "le taux de TVA de l’article est inconnu, et son prix ne peut pas être converti",
    "the article’s VAT rate is not known, and its price cannot be converted",
)
_FAILED = Text(
    "publication.formula_failed",
    "La formule de publication ne peut pas être évaluée pour lui : {reason}.",
    "The publication formula cannot be worked out for it: {reason}.",
)
_INSIDE = Text(
    "publication.other_category",
    "Il est dans {places}, et le canal n’a que {wanted}.",
    "It stands in {places}, and the channel has only {wanted}.",
)
_OUTSIDE = Text(
    "publication.barred_category",
    "Il est dans {places}, et le canal ne publie rien de {wanted}.",
    "It stands in {places}, and the channel publishes nothing of {wanted}.",
)
_NOWHERE = Text("publication.nowhere", "aucune famille ni catégorie", "no family or category")
_TESTS = {
    "equal": Text(
        "publication.field_differs",
        "Son champ « {field} » vaut « {value} » ; le canal demande {wanted}.",
        "Its field “{field}” is “{value}”; the channel asks for {wanted}.",
    ),
    "different": Text(
        "publication.field_barred",
        "Son champ « {field} » vaut « {value} », que le canal ne publie pas.",
        "Its field “{field}” is “{value}”, which the channel does not publish.",
    ),
    "filled": Text(
        "publication.field_empty",
        "Son champ « {field} » est vide. Remplissez-le dans la gestion.",
        "Its field “{field}” is empty. Fill it in the ERP.",
    ),
    "empty": Text(
        "publication.field_filled",
        "Son champ « {field} » est rempli (« {value} ») ; le canal ne publie que ceux où il est vide.",
        "Its field “{field}” is filled (“{value}”); the channel publishes only those where it is empty.",
    ),
    "at_least": Text(
        "publication.field_below",
        "Son champ « {field} » vaut « {value} » ; le canal demande au moins {wanted}.",
        "Its field “{field}” is “{value}”; the channel asks for at least {wanted}.",
    ),
    "at_most": Text(
        "publication.field_above",
        "Son champ « {field} » vaut « {value} » ; le canal demande au plus {wanted}.",
        "Its field “{field}” is “{value}”; the channel asks for at most {wanted}.",
    ),
}
_TEXTS = {
    "description": Text(
        "publication.no_description",
        "Sa description est trop courte (caractères : {found}, et le canal en demande {least}). Complétez-la dans la gestion.",
        "Its description is too short (characters: {found}, and the channel asks for {least}). Complete it in the ERP.",
    ),
    "summary": Text(
        "publication.no_summary",
        "Son résumé est trop court (caractères : {found}, et le canal en demande {least}). Complétez-le dans la gestion.",
        "Its summary is too short (characters: {found}, and the channel asks for {least}). Complete it in the ERP.",
    ),
}
SHOWN = 60
"""Characters of a value that a sentence quotes."""


def categories(condition: InCategories, places: Sequence[str], paths: Mapping[str, Sequence[str]]) -> Message:
    def named(keys: Sequence[str]) -> list[str]:
        return [paths[key][-1] if paths.get(key) else key for key in keys]

    sentence = _INSIDE if condition.inside else _OUTSIDE
    wanted = _quoted(named(condition.categories))
    if not places:
        nowhere = _NOWHERE.fill()
        told = {"fr": nowhere.fr, "en": nowhere.en}
    else:
        told = _quoted(named(places))
    return Message(
        sentence.code,
        sentence.fill(places=told["fr"], wanted=wanted["fr"]).fr,
        sentence.fill(places=told["en"], wanted=wanted["en"]).en,
    )


def field(condition: FieldIs, value: str) -> Message:
    sentence = _TESTS[condition.test]
    wanted = _quoted(condition.values)
    short = value if len(value) <= SHOWN else value[: SHOWN - 1] + "…"
    name = condition.field
    return Message(
        sentence.code,
        sentence.fill(field=name, value=short, wanted=wanted["fr"]).fr,
        sentence.fill(field=name, value=short, wanted=wanted["en"]).en,
    )


def no_text(condition: HasText, found: int) -> Message:
    return _TEXTS[condition.field].fill(found=found, least=condition.least)


def formula_failed(reason: Message) -> Message:
    return Message(_FAILED.code, _FAILED.fill(reason=reason.fr).fr, _FAILED.fill(reason=reason.en).en)


def none_of(reasons: Sequence[Message]) -> Message:
    """None of several conditions is met, and one would be enough."""
    return Message(
        "publication.none_of",
        "Aucune des conditions du canal n’est remplie : "
        + " ; ".join(_clause(one.fr) for one in reasons)
        + ".",
        "None of the channel’s conditions is met: " + "; ".join(_clause(one.en) for one in reasons) + ".",
    )


def _clause(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def _quoted(values: Sequence[str]) -> dict[str, str]:
    shown, rest = list(values[:3]), len(values) > 3
    return {
        "fr": ", ".join(f"« {value} »" for value in shown) + (", …" if rest else ""),
        "en": ", ".join(f"“{value}”" for value in shown) + (", …" if rest else ""),
    }
