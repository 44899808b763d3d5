"""What each alert says: in the list, and in the mails."""

from raccord.alerts.models import Alert, Kind
from raccord_connectors.contract import Message, Text

SENTENCES: dict[Kind, Text] = {
    "shop_stopped": Text(
        "alert.shop_stopped",
        "La boutique « {name} » ne peut plus être jointe comme il faut : rien n’y est envoyé. Testez sa connexion.",
        "The shop “{name}” can no longer be reached as it should: nothing is sent to it. Test its connection.",
    ),
    "erp_unread": Text(
        "alert.erp_unread",
        "La gestion « {name} » n’est pas lue en entier : son agent signale un problème. Voyez la page « Agents ».",
        "The ERP “{name}” is not read completely: its agent tells of a problem. See the page “Agents”.",
    ),
    "agent_silent": Text(
        "alert.agent_silent",
        "L’agent de « {name} » ne donne plus de nouvelles. Vérifiez que sa machine est allumée et reliée à internet.",
        "The agent of “{name}” is silent. Check that its machine is on and connected to the internet.",
    ),
    "brake": Text(
        "alert.brake",
        "Le frein est tiré sur « {name} » : {count} articles quitteraient la boutique d’un coup. Décidez sur la page "
        "« En attente de vous ».",
        "The brake is on for “{name}”: {count} articles would leave the shop at once. Decide on “Waiting for you”.",
    ),
    "orders_waiting": Text(
        "alert.orders_waiting",
        "Commandes de « {name} » qui attendent une décision : {count}.",
        "Orders of “{name}” that wait for a decision: {count}.",
    ),
    "orders_late": Text(
        "alert.orders_late",
        "Commandes de « {name} » qui n’entrent pas dans la gestion depuis plus d’une heure : {count}. Vérifiez l’agent.",
        "Orders of “{name}” that have not got into the ERP for more than an hour: {count}. Check the agent.",
    ),
    "payments_held": Text(
        "alert.payments_held",
        "Règlements de « {name} » qui n’ont pas pu être saisis dans la gestion : {count}. Ouvrez ces commandes.",
        "Payments of “{name}” that could not be entered in the ERP: {count}. Open these orders.",
    ),
    "sales_unproven": Text(
        "alert.sales_unproven",
        "Ventes de « {name} » que le stock de la gestion ne montre toujours pas : {count}. Le stock en boutique reste "
        "abaissé d’autant.",
        "Sales of “{name}” that the ERP’s stock still does not show: {count}. The stock in the shop stays lowered by them.",
    ),
    "mail_stopped": Text(
        "alert.mail_stopped",
        "Les messages à vos clients ne partent plus ({name}). Voyez la page « Messages ».",
        "The messages to your customers do not leave any more ({name}). See the page “Messages”.",
    ),
    "messages_failed": Text(
        "alert.messages_failed",
        "Messages à des clients de « {name} » qui ne sont pas partis, ou peut-être pas : {count}. Voyez la page « Messages ».",
        "Messages to customers of “{name}” that did not leave, or perhaps not: {count}. See the page “Messages”.",
    ),
    "webhook_stopped": Text(
        "alert.webhook_stopped",
        "Le webhook « {name} » échoue depuis des jours : il n’est plus appelé. Réparez l’adresse, puis remettez-le en marche sur "
        "la page « API ».",
        "The webhook “{name}” has failed for days: it is not called any more. Mend the address, then switch it on again on the "
        "page “API”.",
    ),
}
PLACES: dict[Kind, str] = {
    "shop_stopped": "connections", "erp_unread": "agents", "agent_silent": "agents", "brake": "waiting",
    "orders_waiting": "orders?tab=held", "orders_late": "orders?tab=under_way", "payments_held": "orders",
    "sales_unproven": "orders", "mail_stopped": "messages", "messages_failed": "messages?tab=failed",
    "webhook_stopped": "api",
}  # fmt: skip
"""Where it is looked at: an address within the tenant."""


def sentence(alert: Alert) -> Message:
    return SENTENCES[alert.kind].fill(**{"name": "", "count": 0, **alert.details})
