"""What is said to people who decide on orders."""

from raccord.core.order_cards import Turn
from raccord.orders.decisions import Kind
from raccord.orders.models import OrderState
from raccord_connectors.contract import Text

NO_SUCH_CUSTOMER = Text(
    "order.no_such_customer",
    "La gestion n’a pas de client « {customer} ». Vérifiez le code, ou créez le client dans la gestion puis réessayez.",
    "The ERP has no customer “{customer}”. Check the code, or create the customer in the ERP and try again.",
)
NO_SUCH_ARTICLE = Text(
    "order.no_such_article",
    "La gestion n’a pas d’article « {item} » qui se vende tel quel. Cherchez-le par sa référence ou son nom ; d’un article à "
    "déclinaisons, choisissez la déclinaison.",
    "The ERP has no article “{item}” that is sold as it is. Search for it by its reference or name; of an article with variants, "
    "choose the variant.",
)
NOT_IN_ORDER = Text(
    "order.article_not_in_order",
    "La commande {number} ne contient plus cet article. Rien n’a été changé.",
    "Order {number} does not contain that article any more. Nothing was changed.",
)
NO_REASON = Text(
    "order.no_reason",
    "Dites pourquoi : le motif est gardé avec la commande et dans le journal.",
    "Say why: the reason is kept with the order and in the journal.",
)
NO_PAYMENT_WAITS = Text(
    "order.no_payment_waits",
    "Commande {number} : aucun de ses paiements n’attend d’être réessayé. Rien n’a été changé.",
    "Order {number}: none of its payments waits for another attempt. Nothing was changed.",
)
NOT_MAPPED = Text(
    "order.article_not_mapped",
    "Commande {number} : cet article n’est pas rattaché par un choix. Rien n’a été changé ; son lien est dans le catalogue.",
    "Order {number}: that article is not mapped by a choice. Nothing was changed; its binding is in the catalogue.",
)
MOVED_ON = Text(
    "order.moved_on",
    "Commande {number} : rien n’a été changé, car elle {now_fr} entre-temps.",
    "Order {number}: nothing was changed, because meanwhile it {now_en}.",
)
STATES: dict[OrderState, Text] = {
    "waiting": Text(
        "order.now_waiting", "a repris son chemin vers la gestion", "is on its way to the ERP again"
    ),
    "held": Text("order.now_held", "attend autre chose", "waits for something else"),
    "entering": Text(
        "order.now_entering", "est en cours d’écriture dans la gestion", "is being written in the ERP"
    ),
    "integrated": Text(
        "order.now_integrated",
        "est entrée dans la gestion (document {document})",
        "has entered the ERP (document {document})",
    ),
    "ignored": Text("order.now_ignored", "a été ignorée", "was ignored"),
    "cancelled": Text("order.now_cancelled", "a été annulée dans la boutique", "was cancelled in the shop"),
}
"""What became of an order while somebody decided on it."""

DONE: dict[Kind, Text] = {
    "retry": Text("order.done_retry", "nouvel essai en cours", "another attempt is under way"),
    "ignored": Text(
        "order.done_ignored",
        "ignorée ; ses articles sont de nouveau en vente",
        "ignored; its articles are on sale again",
    ),
    "customer": Text("order.done_customer", "client choisi", "customer chosen"),
    "new_customer": Text(
        "order.done_new_customer", "nouveau client en cours de création", "a new customer is being created"
    ),
    "article": Text("order.done_article", "article rattaché", "article mapped"),
    "forget_article": Text("order.done_forget_article", "choix oublié", "choice forgotten"),
    "payment": Text("order.done_payment", "paiements réessayés", "payments are tried again"),
    "anyway": Text(
        "order.done_anyway",
        "écart accepté, la commande continue",
        "difference accepted, the order goes on",
    ),
}

STATE_NAMES: dict[OrderState, Text] = {
    "waiting": Text("order.state_waiting", "reçue", "received"),
    "held": Text("order.state_held", "en attente", "held"),
    "entering": Text("order.state_entering", "en cours", "on its way"),
    "integrated": Text("order.state_integrated", "dans la gestion", "in the ERP"),
    "ignored": Text("order.state_ignored", "ignorée", "ignored"),
    "cancelled": Text("order.state_cancelled", "annulée", "cancelled"),
}
TURN_NAMES: dict[Turn, Text] = {
    "seller": Text("order.turn_seller", "le vendeur", "the seller"),
    "manager": Text("order.turn_manager", "le gestionnaire", "the manager"),
    "us": Text("order.turn_us", "Raccord", "Raccord"),
    "nobody": Text("order.turn_nobody", "personne : nous réessayons", "nobody: we try again"),
}
