"""Sentences that only the Vendure connector says."""

from raccord_connectors.contract import Text

# -------------------------------------------------------------------------------------------- the connection

NO_CREDENTIALS = Text(
    "vendure.no_credentials",
    "Saisissez une clé d’API, ou l’identifiant et le mot de passe d’un administrateur.",
    "Enter an API key, or the user name and password of an administrator.",
)
LOGIN_REFUSED = Text(
    "vendure.login_refused",
    "Vendure refuse l’identifiant ou le mot de passe de « {user} ». Vérifiez-les, ou recréez le compte réservé à Raccord.",
    "Vendure refuses the user name or password of “{user}”. Check them, or create Raccord’s account again.",
)
KEY_REFUSED = Text(
    "vendure.key_refused",
    "Vendure n’accepte pas la clé d’API. Recréez-la (Paramètres → Clés d’API) et vérifiez auprès de votre intégrateur "
    "que « api-key » figure dans authOptions.tokenMethod du serveur.",
    "Vendure does not accept the API key. Create it again (Settings → API keys) and check with your integrator "
    "that “api-key” is in the server’s authOptions.tokenMethod.",
)
RIGHT_MISSING = Text(
    "vendure.right_missing",
    "Il manque le droit « {right} » au rôle de Raccord, pour {purpose_fr}. Ajoutez-le dans Paramètres → Rôles.",
    "Raccord’s role lacks the permission “{right}”, for {purpose_en}. Add it in Settings → Roles.",
)
RIGHTS_MISSING = Text(
    "vendure.rights_missing",
    "Des droits manquent au rôle de Raccord dans Vendure : {rights}. Ajoutez-les dans Paramètres → Rôles.",
    "Raccord’s role in Vendure lacks permissions: {rights}. Add them in Settings → Roles.",
)
FORBIDDEN = Text(
    "vendure.forbidden",
    "Vendure nous interdit l’opération « {operation} ». Lancez le test de la connexion : il nomme les droits qui manquent.",
    "Vendure forbids us the operation “{operation}”. Test the connection: it names the missing permissions.",
)
WRONG_CHANNEL = Text(
    "vendure.wrong_channel",
    "Aucun canal n’a ce jeton. Recopiez-le depuis Paramètres → Canaux, ou laissez le champ vide.",
    "No channel has this token. Copy it from Settings → Channels, or leave the field empty.",
)
UNKNOWN_LANGUAGE = Text(
    "vendure.unknown_language",
    "Le canal ne propose pas la langue « {language} ». Langues disponibles : {known}.",
    "The channel does not offer the language “{language}”. Available languages: {known}.",
)
UNKNOWN_LOCATION = Text(
    "vendure.unknown_location",
    "L’emplacement de stock « {location} » n’existe pas dans ce canal. Emplacements : {known}.",
    "The stock location “{location}” does not exist in this channel. Locations: {known}.",
)
UNKNOWN_CUSTOM_FIELD = Text(
    "vendure.unknown_custom_field",
    "Le serveur Vendure n’a pas de champ personnalisé « {name} » sur {entity}. Champs disponibles : {known}.",
    "The Vendure server has no custom field “{name}” on {entity}. Available fields: {known}.",
)
UNKNOWN_HANDLER = Text(
    "vendure.unknown_handler",
    "Le gestionnaire d’expédition « {handler} » n’existe pas sur ce serveur. Gestionnaires : {known}.",
    "The fulfilment handler “{handler}” does not exist on this server. Handlers: {known}.",
)
OTHER_SCHEMA = Text(
    "vendure.other_schema",
    "Ce serveur ne comprend pas notre demande : sa version de Vendure est trop ancienne ou a été modifiée ({words}). "
    "Il faut Vendure 3.",
    "This server does not understand our request: its version of Vendure is too old or was modified ({words}). "
    "Vendure 3 is needed.",
)
FAULT = Text(
    "vendure.fault",
    "Le serveur Vendure a rencontré une erreur interne ({words}). Nous réessayons tout seuls ; "
    "si cela dure, transmettez ce texte à votre intégrateur.",
    "The Vendure server met an internal error ({words}). We keep trying by ourselves; "
    "if it lasts, give this text to your integrator.",
)

# ------------------------------------------------------------------------------------------------- products

REFUSED = Text(
    "vendure.refused",
    "Vendure refuse « {name} » : {words}. Corrigez la fiche dans la gestion commerciale ou dans la boutique.",
    "Vendure refuses “{name}”: {words}. Correct the record in the ERP or in the shop.",
)
NO_NAME = Text(
    "vendure.no_name",
    "L’article {key} n’a pas de désignation : Vendure en exige une.",
    "Article {key} has no name: Vendure requires one.",
)
NO_OFFERS = Text(
    "vendure.no_offers",
    "« {name} » n’a rien à vendre : ni article simple, ni variante.",
    "“{name}” has nothing to sell: neither a simple article nor a variant.",
)
NO_SKU = Text(
    "vendure.no_sku",
    "Un article de « {name} » n’a pas de référence (SKU) : sans elle on ne peut le retrouver dans Vendure.",
    "An article of “{name}” has no reference (SKU): without it, it cannot be found again in Vendure.",
)
SAME_SKU = Text(
    "vendure.same_sku",
    "La référence {sku} est portée deux fois ({name}) : deux articles ne peuvent partager une référence.",
    "The reference {sku} is used twice ({name}): two articles cannot share a reference.",
)
SKU_TAKEN = Text(
    "vendure.sku_taken",
    "La référence {sku} de « {name} » est déjà celle d’un autre produit de la boutique. Changez l’une des deux.",
    "The reference {sku} of “{name}” is already that of another product in the shop. Change one of them.",
)
AMBIGUOUS_SKU = Text(
    "vendure.ambiguous_sku",
    "Plusieurs produits de Vendure portent les références de « {name} » ({skus}). "
    "Supprimez le doublon dans la boutique, puis réessayez.",
    "Several products in Vendure carry the references of “{name}” ({skus}). "
    "Delete the duplicate in the shop, then retry.",
)
NO_OPTION = Text(
    "vendure.no_option",
    "La variante {sku} de « {name} » n’a pas de valeur pour « {axis} » : chaque variante doit en avoir une.",
    "Variant {sku} of “{name}” has no value for “{axis}”: every variant must have one.",
)
SAME_OPTIONS = Text(
    "vendure.same_options",
    "Deux variantes de « {name} » ont les mêmes options ({options}) : Vendure ne peut les distinguer.",
    "Two variants of “{name}” have the same options ({options}): Vendure cannot tell them apart.",
)
OTHER_AXES = Text(
    "vendure.other_axes",
    "« {name} » existe dans Vendure avec l’axe « {axis} », que la gestion commerciale ne connaît pas. "
    "Retirez ce groupe d’options dans la boutique, ou renommez l’axe.",
    "“{name}” exists in Vendure with the axis “{axis}”, which the ERP does not know. "
    "Remove that option group in the shop, or rename the axis.",
)
OTHER_TAX_MODE = Text(
    "vendure.other_tax_mode",
    "Le prix de {sku} est {sent_fr}, alors que ce canal de Vendure attend des prix {wanted_fr}. Corrigez la règle du prix.",
    "The price of {sku} is {sent_en}, but this channel of Vendure expects prices {wanted_en}. Correct the price rule.",
)
OTHER_CURRENCY = Text(
    "vendure.other_currency",
    "Le prix de {sku} est en {currency}, alors que ce canal de Vendure est en {wanted}.",
    "The price of {sku} is in {currency}, but this channel of Vendure is in {wanted}.",
)
BAD_AMOUNT = Text(
    "vendure.bad_amount",
    "Le prix de {sku} ({amount}) n’est pas un montant que Vendure peut garder : il va de 0 à {largest}.",
    "The price of {sku} ({amount}) is not an amount that Vendure can keep: it goes from 0 to {largest}.",
)
UNKNOWN_TAX = Text(
    "vendure.unknown_tax",
    "La catégorie de taxe « {tax} » de « {name} » n’existe pas dans Vendure. Complétez la table de TVA. Connues : {known}.",
    "The tax category “{tax}” of “{name}” does not exist in Vendure. Complete the VAT table. Known: {known}.",
)
BAD_CUSTOM_VALUE = Text(
    "vendure.bad_custom_value",
    "La valeur « {value} » ne convient pas au champ « {name} » de Vendure, qui est de type {type}.",
    "The value “{value}” does not fit Vendure’s field “{name}”, which is of type {type}.",
)
TOO_LARGE = Text(
    "vendure.too_large",
    "« {name} » dépasse ce que le serveur accepte en une requête ({limit} Ko). "
    "Raccourcissez sa description, ou faites relever la limite.",
    "“{name}” is more than the server accepts in one request ({limit} kB). "
    "Shorten its description, or have the limit raised.",
)
GONE = Text(
    "vendure.gone",
    "{what_fr} n’existe plus dans Vendure : quelqu’un l’y a supprimé. Réessayez-le pour le créer à nouveau, ou ignorez-le.",
    "{what_en} no longer exists in Vendure: someone deleted it there. Retry to create it again, or ignore it.",
)
PICTURE_REFUSED = Text(
    "vendure.picture_refused",
    "Une image de « {name} » n’a pas pu être mise en ligne : {words}.",
    "A picture of “{name}” could not be put online: {words}.",
)

# ---------------------------------------------------------------------------------------------------- stock

NOT_IN_SHOP = Text(
    "vendure.not_in_shop",
    "L’article {key} n’est pas encore dans la boutique : son stock suivra sa création.",
    "Article {key} is not in the shop yet: its stock will follow its creation.",
)
BAD_QUANTITY = Text(
    "vendure.bad_quantity",
    "Le stock de {key} ({quantity}) est trop grand pour Vendure. Vérifiez-le dans la gestion commerciale.",
    "The stock of {key} ({quantity}) is too large for Vendure. Check it in the ERP.",
)

# ---------------------------------------------------------------------------------------------------- orders

NO_CUSTOMER = Text(
    "vendure.no_customer",
    "La commande {code} n’a pas de client dans Vendure. Attribuez-lui un client dans la boutique.",
    "Order {code} has no customer in Vendure. Assign a customer to it in the shop.",
)
ORDER_REFUSED = Text(
    "vendure.order_refused",
    "Vendure refuse la mise à jour de la commande {code} : {words}.",
    "Vendure refuses the update of order {code}: {words}.",
)
ACCOUNT_GONE = Text(
    "vendure.account_gone",
    "Le compte client {account} n’existe plus dans la boutique. Le client de la gestion reste comme il est.",
    "The customer account {account} does not exist in the shop any more. The ERP’s customer stays as it is.",
)
ACCOUNT_REFUSED = Text(
    "vendure.account_refused",
    "Vendure refuse la mise à jour du compte client {account} : {words}. Corrigez la fiche dans la gestion, puis réessayez.",
    "Vendure refuses the update of the customer account {account}: {words}. Correct the customer in the ERP, then retry.",
)
ACCOUNT_EMAIL = Text(
    "vendure.account_email",
    "Compte client {account} : Vendure refuse l’adresse e-mail « {email} » ({words}) : un autre compte l’a déjà. Corrigez-la "
    "dans la gestion, puis réessayez.",
    "Customer account {account}: Vendure refuses the e-mail address “{email}” ({words}): another account has it already. Correct "
    "it in the ERP, then retry.",
)
ACCOUNT_VALUE = Text(
    "vendure.account_value",
    "Le champ « {field} » du client dans Vendure ne peut pas contenir « {value} ». Changez le type du champ, ou choisissez-en un "
    "autre dans les réglages de la connexion.",
    "The customer’s field “{field}” in Vendure cannot hold “{value}”. Change the field’s type, or choose another one in the "
    "connection’s settings.",
)
NOT_SHIPPABLE = Text(
    "vendure.not_shippable",
    "La commande {code} est à l’état « {state} » dans Vendure : elle ne peut être expédiée. "
    "Encaissez ou validez-la dans la boutique, puis réessayez.",
    "Order {code} is in state “{state}” in Vendure: it cannot be shipped. "
    "Settle its payment or confirm it in the shop, then retry.",
)
UNKNOWN_LINE = Text(
    "vendure.unknown_line",
    "L’expédition de la commande {code} cite une ligne ({line}) qui n’est pas dans cette commande.",
    "The shipment of order {code} names a line ({line}) that is not in this order.",
)
TOO_MUCH = Text(
    "vendure.too_much",
    "L’expédition de la commande {code} porte sur {shipped} pour une ligne de {ordered} : "
    "modifiez la commande dans la boutique si le client en a pris davantage.",
    "The shipment of order {code} has {shipped} for a line of {ordered}: "
    "change the order in the shop if the customer took more.",
)
NO_LINES = Text(
    "vendure.no_lines",
    "L’expédition partielle de la commande {code} ne dit pas quelles lignes sont parties.",
    "The partial shipment of order {code} does not say which lines left.",
)
NOT_WHOLE = Text(
    "vendure.not_whole",
    "L’expédition de la commande {code} compte {quantity} d’une ligne : Vendure ne connaît que des quantités entières.",
    "The shipment of order {code} counts {quantity} of a line: Vendure only knows whole quantities.",
)
NO_STOCK_TO_SHIP = Text(
    "vendure.no_stock_to_ship",
    "Vendure n’a pas assez de stock de « {name} » pour expédier la commande {code} ({words}). "
    "Corrigez le stock de l’emplacement dans la boutique, puis réessayez.",
    "Vendure has not enough stock of “{name}” to ship order {code} ({words}). "
    "Correct the stock of the location in the shop, then retry.",
)

# ------------------------------------------------------------------- notes left in the order, for the shop's staff

NOTE_ACCEPTED = Text(
    "vendure.note_accepted",
    "Enregistrée dans la gestion commerciale sous le n° {document}.",
    "Recorded in the ERP under no. {document}.",
)
NOTE_PREPARING = Text("vendure.note_preparing", "En préparation.", "In preparation.")
NOTE_PAPER = Text(
    "vendure.note_paper",
    "Votre {what} n° {number} est disponible :",
    "Your {what} no. {number} is available:",
)
PAPER_KINDS = {
    "invoice": Text("vendure.paper_invoice", "facture", "invoice"),
    "credit": Text("vendure.paper_credit", "avoir", "credit note"),
    "deposit": Text("vendure.paper_deposit", "facture d’acompte", "deposit invoice"),
}
NOTE_INVOICED = Text("vendure.note_invoiced", "Facture {invoice}.", "Invoice {invoice}.")
NOTE_TRACKING = Text(
    "vendure.note_tracking", "Suivi : {carrier} {tracking}.", "Tracking: {carrier} {tracking}."
)
NOTE_CANCELLED = Text(
    "vendure.note_cancelled",
    "Annulée dans la gestion commerciale.",
    "Cancelled in the ERP.",
)
REFUND_REASON = Text("vendure.refund_reason", "Remboursé d’après la gestion.", "Refunded as the ERP says.")
NOTHING_TO_REFUND = Text(
    "vendure.nothing_to_refund",
    "Commande {code} : le remboursement de {amount} dépasse les {left} qui restent sur un paiement. Remboursez-la dans Vendure.",
    "Order {code}: the refund of {amount} is more than the {left} left on one payment. Refund it in Vendure.",
)
