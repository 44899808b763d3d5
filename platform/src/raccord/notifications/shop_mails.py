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
    "prestashop": Text(
        "shop_mail.prestashop",
        "PrestaShop › Paramètres de la boutique › Statuts › « Envoyer un e-mail au client »",
        "PrestaShop › Shop parameters › Order settings › Statuses › “Send an email to the customer”",
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
    "prestashop": {
        "accepted": Text("shop_mail.ps_payment", "« Paiement accepté »", "“Payment accepted”"),
        "shipped": Text("shop_mail.ps_shipped", "« Expédié »", "“Shipped”"),
        "refunded": Text("shop_mail.ps_refunded", "« Remboursé »", "“Refunded”"),
        "cancelled": Text("shop_mail.ps_cancelled", "« Annulé »", "“Canceled”"),
    },
    "vendure": {
        "accepted": Text("shop_mail.vendure_placed", "« order-confirmation »", "“order-confirmation”"),
    },
}


NOTES: dict[str, Text] = {
    "woocommerce": Text(
        "shop_mail.wc_notes",
        "WooCommerce envoie aussi un e-mail « Note au client » avec chaque note que nous laissons au client. Tant qu’il est "
        "activé, nos notes sont réservées à votre équipe, pour que le client ne soit pas prévenu deux fois ; désactivez-le, et "
        "il les voit dans son compte.",
        "WooCommerce also sends a mail “Customer note” with each note that we leave to the customer. As long as it is on, our "
        "notes are for your staff alone, so that nobody is told twice; switch it off, and customers see them in their account.",
    ),
}
"""Shops that mail what we write into an order."""


def notes_of(connector: str, event: EventName) -> Text | None:
    return NOTES.get(connector) if event in ("shipped", "invoiced", "cancelled") else None


def mail_of(connector: str, event: EventName) -> Text | None:
    """The shop's own mail for this event, by the name it has there."""
    return NAMES.get(connector, {}).get(event)
