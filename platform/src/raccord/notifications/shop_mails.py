"""The mails that a shop sends by itself: what is to be switched off there where we tell the customer instead."""

from raccord.core.notification_rules import EventName
from raccord_connectors.contract import Text

WHERE: dict[str, Text] = {
    "woocommerce": Text(
        "shop_mail.woocommerce",
        "WooCommerce › Réglages › E-mails",
        "WooCommerce › Settings › Emails",
    ),
    "vendure": Text(
        "shop_mail.vendure",
        "les gabarits du EmailPlugin de votre serveur Vendure",
        "the handlers of the EmailPlugin of your Vendure server",
    ),
}
NAMES: dict[str, dict[EventName, Text]] = {
    "woocommerce": {
        "accepted": Text("shop_mail.wc_processing", "« Commande en cours »", "“Processing order”"),
        "shipped": Text("shop_mail.wc_completed", "« Commande terminée »", "“Completed order”"),
        "refunded": Text("shop_mail.wc_refunded", "« Commande remboursée »", "“Refunded order”"),
        "cancelled": Text(
            "shop_mail.wc_cancelled", "« Commande annulée » (client)", "“Cancelled order” (customer)"
        ),
    },
    "vendure": {
        "accepted": Text("shop_mail.vendure_placed", "« order-confirmation »", "“order-confirmation”"),
    },
}


def mail_of(connector: str, event: EventName) -> Text | None:
    """The shop's own mail for this event, by the name it has there."""
    return NAMES.get(connector, {}).get(event)
