"""What stands beside the sentence of a problem on its card: whose turn it is, what to do, and which buttons do it. Pure."""

from typing import Literal

from msgspec import Struct

from raccord_connectors.contract import Problem, Text

Turn = Literal["seller", "manager", "us", "nobody"]
"""Who runs the shop / who runs the company and its ERP / Raccord / it goes on by itself."""
Act = Literal["customer", "article", "anyway", "settings", "connection", "retry", "ignored"]
"""The buttons of the card: three choices on the order's page, two ways to where something is set, and two plain decisions."""

SELLER_CODES = (
    "order.customer_ambiguous", "order.customer_doubtful", "order.customer_unknown", "order.unknown_item",
    "order.totals_disagree", "order.no_lines", "order.closed_before_entry", "order.part_cancelled", "order.cancelled_and_paid",
    "order.added_in_erp",
)  # fmt: skip
"""What is solved in the shop, or by knowing its buyers and articles; the rest needs the ERP or the settings."""
CUSTOMER_CODES = (
    "sage100.unknown_customer", "sage100.sleeping_customer", "sage100.blocked_customer", "sage100.credit_limit",
)  # fmt: skip
"""Beside those of ours: solved by putting the order on another customer."""
SETTINGS_CODES = (
    "order.no_charge_item", "order.no_rounding_item", "order.closed_before_entry", "order.customer_no_collective",
    "order.unknown_payment_method", "sage100.bad_kind", "sage100.no_item", "sage100.unknown_depot", "sage100.month_closed",
    "sage100.unknown_representative", "sage100.unknown_payment_method", "sage100.unknown_payment_mode", "sage100.no_exercise",
)  # fmt: skip

BY_ITSELF = Text(
    "card.by_itself",
    "Rien à faire : nous réessayons tout seuls.",
    "Nothing to do: we try again by ourselves.",
)
LET_GO = Text(
    "card.let_go",
    "Personne ne l’a encore fermé ? Fermez cette fiche dans la gestion : la commande passe dès le prochain essai.",
    "Has nobody closed it yet? Close that record in the ERP: the order goes through at the next attempt.",
)
FREE_LICENCE = Text(
    "card.free_licence",
    "Fermez la gestion sur un poste qui ne s’en sert pas, ou ajoutez une licence : la commande passe dès le prochain essai.",
    "Close the ERP on a workstation that does not use it, or add a licence: the order goes through at the next attempt.",
)
WAIT_FOR_ERP = Text(
    "card.wait_for_erp",
    "Laissez finir la sauvegarde, la clôture ou la maintenance : les commandes passent d’elles-mêmes après.",
    "Let the backup, closing or maintenance finish: orders go through by themselves afterwards.",
)
ASK_THEM = Text(
    "card.ask_them",
    "Demandez à cette personne si elle a fini : dès que la société est libre, les commandes passent d’elles-mêmes.",
    "Ask that person whether he has finished: as soon as the company is free, orders go through by themselves.",
)
MAKE_ROOM = Text(
    "card.make_room",
    "Faites libérer de la place sur le serveur de la gestion : les commandes passent d’elles-mêmes après.",
    "Have room made on the ERP’s server: orders go through by themselves afterwards.",
)
OPEN_PERIOD = Text(
    "card.open_period",
    "Rouvrez la période dans la gestion, ou faites dater les documents du jour de leur saisie dans les réglages du canal. Puis "
    "réessayez.",
    "Open the period again in the ERP, or have documents dated by the day of their entry in the channel’s settings. Then retry.",
)
MEND_CONNECTION = Text(
    "card.mend_connection",
    "Corrigez la connexion : toutes les commandes qui l’attendent repartent alors d’elles-mêmes.",
    "Mend the connection: all orders that wait for it then go on by themselves.",
)
REPORTED = Text(
    "card.reported",
    "Il n’y a rien à corriger chez vous : l’erreur nous est signalée. Vous pouvez réessayer plus tard.",
    "There is nothing to correct on your side: the error is reported to us. You may retry later.",
)
CHOOSE_CUSTOMER = Text(
    "card.choose_customer",
    "Choisissez le client plus bas ; la réponse est retenue pour ses commandes suivantes.",
    "Choose the customer below; the answer is remembered for later orders.",
)
MAP_ARTICLE = Text(
    "card.map_article",
    "Dites plus bas de quel article de la gestion il s’agit ; la réponse est retenue pour les commandes suivantes.",
    "Say below which article of the ERP it is; the answer is remembered for later orders.",
)
CORRECT_SHOP = Text(
    "card.correct_shop",
    "Corrigez la commande dans la boutique : elle repart d’elle-même. Si l’écart est petit, un gestionnaire peut l’accepter "
    "plus bas.",
    "Correct the order in the shop: it goes on by itself. If the difference is small, a manager may let it go below.",
)
CORRECT_DOCUMENT = Text(
    "card.correct_document",
    "Comparez plus bas, corrigez ou supprimez le document dans la gestion, puis réessayez. Si l’écart est petit, un gestionnaire "
    "peut l’accepter.",
    "Compare below, correct or delete the document in the ERP, then retry. If the difference is small, a manager may accept it.",
)
SET_CHANNEL = Text(
    "card.set_channel",
    "Changez les réglages du canal, puis réessayez.",
    "Change the channel’s settings, then retry.",
)
CORRECT_ERP = Text(
    "card.correct_erp", "Corrigez-le dans la gestion, puis réessayez.", "Correct it in the ERP, then retry."
)

ADVICE: dict[str, Text] = {
    "sage100.locked": LET_GO, "sage100.licence": FREE_LICENCE, "sage100.busy": WAIT_FOR_ERP, "sage100.exclusive": ASK_THEM,
    "sage100.no_space": MAKE_ROOM, "sage100.month_closed": OPEN_PERIOD, "sage100.no_exercise": OPEN_PERIOD,
    "order.unknown_item": MAP_ARTICLE, "order.totals_disagree": CORRECT_SHOP,
    "order.document_differs": CORRECT_DOCUMENT,
}  # fmt: skip
"""By code; other problems get the advice of their kind or of their first button."""


class Card(Struct, frozen=True):
    turn: Turn
    advice: Text
    acts: tuple[Act, ...]
    """The one that solves it first."""


def turn_of(problem: Problem) -> Turn:
    if problem.kind == "transient":
        return "nobody"
    if problem.kind == "bug":
        return "us"
    return "seller" if problem.kind == "rejected" and problem.message.code in SELLER_CODES else "manager"


def card_of(problem: Problem) -> Card:
    """For an order that the ERP does not have yet."""
    code = problem.message.code
    acts = _acts(problem)
    advice = ADVICE.get(code) or _KINDS.get(problem.kind) or _FIRST.get(acts[0], CORRECT_ERP)
    return Card(turn_of(problem), advice, acts)


_KINDS = {"transient": BY_ITSELF, "config": MEND_CONNECTION, "bug": REPORTED}
_FIRST: dict[Act, Text] = {"customer": CHOOSE_CUSTOMER, "settings": SET_CHANNEL}


def _acts(problem: Problem) -> tuple[Act, ...]:
    code = problem.message.code
    if problem.kind == "transient":
        return ("retry", "ignored")
    if problem.kind == "config":
        return ("connection", "retry", "ignored")
    found: list[Act] = []
    if chooses_customer(code):
        found.append("customer")
    if code == "order.unknown_item":
        found.append("article")
    if code in ("order.totals_disagree", "order.document_differs"):
        found.append("anyway")
    if code in SETTINGS_CODES:
        found.append("settings")
    return (*found, "retry", "ignored")


def chooses_customer(code: str) -> bool:
    return code.startswith("order.customer") or code in CUSTOMER_CODES
