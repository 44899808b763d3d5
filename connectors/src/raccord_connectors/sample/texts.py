"""Sentences of the in-memory systems."""

from raccord_connectors.contract import Text

UNKNOWN_SYSTEM = Text(
    "memory.unknown_system",
    "Il n’y a pas de système de démonstration nommé « {name} ». Créez-le d’abord, ou corrigez le nom.",
    "There is no demonstration system named “{name}”. Create it first, or correct the name.",
)
WRONG_TOKEN = Text(
    "memory.wrong_token",
    "Le système « {name} » refuse le jeton d’accès. Saisissez-le à nouveau.",
    "The system “{name}” refuses the access token. Enter it again.",
)
DOWN = Text(
    "memory.down",
    "Le système « {name} » ne répond pas. Nous réessayons tout seuls.",
    "The system “{name}” does not answer. We try again by ourselves.",
)
REFUSED = Text(
    "memory.refused",
    "Le système refuse {key} : {reason}. Corrigez la fiche, elle repartira d’elle-même.",
    "The system refuses {key}: {reason}. Correct the record, it will be sent again by itself.",
)
UNREADABLE = Text(
    "memory.unreadable",
    "La fiche {key} ne peut pas être lue : {reason}. Corrigez-la dans le logiciel.",
    "The record {key} cannot be read: {reason}. Correct it in the software.",
)
GONE = Text(
    "memory.gone",
    "{key} n’existe plus dans le système ({target}). Il sera recréé si la fiche doit y être.",
    "{key} no longer exists in the system ({target}). It will be created again if it has to be there.",
)
EMPTY_NAME = Text(
    "memory.empty_name",
    "{key} n’a pas de nom. Donnez-lui un nom dans le logiciel de gestion.",
    "{key} has no name. Give it a name in the ERP.",
)
TOO_LONG = Text(
    "memory.too_long",
    "Le nom de {key} dépasse {limit} caractères. Raccourcissez-le.",
    "The name of {key} is longer than {limit} characters. Shorten it.",
)
SKU_TAKEN = Text(
    "memory.sku_taken",
    "La référence {sku} est déjà celle d’un autre article de la boutique. Une référence doit être unique.",
    "The SKU {sku} already belongs to another article of the shop. A SKU must be unique.",
)
NEGATIVE = Text(
    "memory.negative",
    "Le stock de {key} est négatif. Corrigez-le dans le logiciel de gestion.",
    "The stock of {key} is negative. Correct it in the ERP.",
)
UNKNOWN_CUSTOMER = Text(
    "memory.unknown_customer",
    "La commande {key} est au nom d’un client inconnu ({customer}). Créez d’abord le client.",
    "The order {key} is for an unknown customer ({customer}). Create the customer first.",
)
UNKNOWN_ITEM = Text(
    "memory.unknown_item",
    "La commande {key} contient un article inconnu ({item}). Créez l’article ou corrigez la correspondance.",
    "The order {key} holds an unknown article ({item}). Create the article or correct the correspondence.",
)
WRONG_TOTAL = Text(
    "memory.wrong_total",
    "La commande {key} totalise {lines} ligne par ligne et annonce {total}. Vérifiez ses lignes.",
    "The order {key} adds up to {lines} line by line and announces {total}. Check its lines.",
)
NO_NAME = Text(
    "memory.no_name",
    "Le client {key} n’a ni nom ni intitulé. Complétez sa fiche.",
    "The customer {key} has neither a name nor an account title. Complete the record.",
)
UNKNOWN_ORDER_LINE = Text(
    "memory.unknown_order_line",
    "L’expédition de la commande {key} cite une ligne qui n’y est pas ({line}).",
    "The shipment of the order {key} names a line that is not in it ({line}).",
)
UNKNOWN_DOCUMENT = Text(
    "memory.unknown_document",
    "Le règlement {key} est d’un document inconnu ({document}). Il n’a pas été saisi. Vérifiez que la commande existe encore.",
    "The payment {key} is of an unknown document ({document}). It was not entered. Check that the order still exists.",
)
NO_AMOUNT = Text(
    "memory.no_amount",
    "Le règlement {key} est de {amount} : un montant doit être positif. Corrigez le paiement de la commande.",
    "The payment {key} is of {amount}: an amount must be positive. Correct the payment of the order.",
)
