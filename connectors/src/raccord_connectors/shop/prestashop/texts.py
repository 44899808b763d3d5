"""Every sentence that the PrestaShop connector may say to a person."""

from raccord_connectors.contract import Text

# --------------------------------------------------------------------------------------------- the connection

KEY_REFUSED = Text(
    "prestashop.key_refused",
    "{host} ne connaît pas cette clé, ou elle est désactivée. Back-office › Paramètres avancés › Webservice : "
    "vérifiez qu’elle est "
    "active et recopiez ses 32 caractères.",
    "{host} does not know this key, or it is disabled. Back office › Advanced parameters › Webservice: check that it is enabled "
    "and copy its 32 characters again.",
)
KEY_LOST = Text(
    "prestashop.key_lost",
    "L’hébergement de {host} retire la clé avant que PrestaShop la voie. Demandez à l’hébergeur « CGIPassAuth On », ou cochez "
    "« Transmettre la clé dans l’adresse » dans les réglages avancés de la connexion.",
    "The hosting of {host} removes the key before PrestaShop sees it. Ask the host for “CGIPassAuth On”, or tick "
    "“Send the key in "
    "the address” in the advanced settings of the connection.",
)
SWITCHED_OFF = Text(
    "prestashop.switched_off",
    "Le webservice de {host} est désactivé. Back-office › Paramètres avancés › Webservice : activez-le.",
    "The webservice of {host} is switched off. Back office › Advanced parameters › Webservice: enable it.",
)
WRONG_SHOP = Text(
    "prestashop.wrong_shop",
    "Cette clé n’a pas accès à la boutique demandée. Vérifiez le n° de boutique, ou associez la clé à cette boutique.",
    "This key has no access to the shop asked for. Check the number of the shop, or link the key to that shop.",
)
NO_WEBSERVICE = Text(
    "prestashop.no_webservice",
    "{host} répond, mais pas son webservice (/api). Vérifiez l’adresse et, dans PrestaShop, « URL simplifiées » (Trafic et SEO).",
    "{host} answers, but not its webservice (/api). Check the address and, in PrestaShop, “Friendly URL” (Traffic & SEO).",
)
FORBIDDEN = Text(
    "prestashop.forbidden",
    "La clé du webservice n’a pas le droit de faire cela ({words}). Lancez « Tester la connexion » pour la liste des "
    "droits manquants.",
    "The webservice key may not do this ({words}). Press “Test the connection” for the list of missing rights.",
)
RIGHTS_MISSING = Text(
    "prestashop.rights_missing",
    "Il manque des droits à la clé du webservice. Back-office › Paramètres avancés › Webservice › la clé : cochez {rights}.",
    "The webservice key lacks rights. Back office › Advanced parameters › Webservice › the key: tick {rights}.",
)
RIGHT_MISSING = Text(
    "prestashop.right_missing",
    "Cochez {verbs} pour « {resource} » : il sert à {purpose_fr}.",
    "Tick {verbs} for “{resource}”: it serves for {purpose_en}.",
)
STATE_UNKNOWN = Text(
    "prestashop.state_unknown",
    "La boutique n’a pas d’état de commande n° « {state} ». Ses états : {known}.",
    "The shop has no order state number “{state}”. Its states: {known}.",
)
ADVANCED_STOCK = Text(
    "prestashop.advanced_stock",
    "La gestion avancée des stocks de PrestaShop est activée : elle empêche d’écrire les quantités. Désactivez-la "
    "dans Paramètres de "
    "la boutique › Produits.",
    "PrestaShop’s advanced stock management is on: it prevents writing quantities. Switch it off in Shop parameters › Products.",
)
INCOMPLETE = Text(
    "prestashop.incomplete",
    "{host} n’a pas confirmé tout ce qui lui a été envoyé. Nous vérifions et réessayons tout seuls.",
    "{host} did not confirm all that was sent to it. We check and try again by ourselves.",
)
BAD_CURSOR = Text(
    "prestashop.bad_cursor",
    "Le repère de lecture de la boutique est illisible. Réessayez une lecture complète.",
    "The shop’s reading mark cannot be read. Start a complete reading.",
)
NO_LANGUAGE = Text(
    "prestashop.no_language",
    "La boutique {host} n’a aucune langue active. Activez-en une dans International › Localisation › Langues.",
    "The shop {host} has no active language. Enable one in International › Localization › Languages.",
)

# ------------------------------------------------------------------------------------------------- listings

NO_NAME = Text(
    "prestashop.no_name",
    "L’article {key} n’a pas de désignation. Donnez-lui-en une dans la gestion.",
    "Article {key} has no name. Give it one in the ERP.",
)
NO_OFFER = Text(
    "prestashop.no_offer",
    "L’article {key} n’a rien à vendre : aucune référence. Vérifiez ses variantes dans la gestion.",
    "Article {key} has nothing to sell: no reference. Check its variants in the ERP.",
)
FORBIDDEN_SIGN = Text(
    "prestashop.forbidden_sign",
    "Article {key} : PrestaShop refuse le signe « {sign} » dans {field_fr}. Retirez-le dans la gestion, ou ajoutez "
    "une étape à la "
    "correspondance qui le remplace.",
    "Article {key}: PrestaShop refuses the sign “{sign}” in {field_en}. Remove it in the ERP, or add a step to the mapping that "
    "replaces it.",
)
TOO_LONG = Text(
    "prestashop.too_long",
    "Article {key} : {field_fr} a {length} caractères, PrestaShop en prend {limit}. Raccourcissez le texte, ou ajoutez à la "
    "correspondance une étape qui le coupe.",
    "Article {key}: {field_en} has {length} characters, PrestaShop takes {limit}. Shorten the text, or add a step to the mapping "
    "that cuts it.",
)
BAD_EAN = Text(
    "prestashop.bad_ean",
    "Le code-barres « {ean} » de {sku} n’est pas un EAN : PrestaShop prend au plus 13 chiffres. Corrigez-le dans la gestion.",
    "The barcode “{ean}” of {sku} is not an EAN: PrestaShop takes 13 digits at most. Correct it in the ERP.",
)
SAME_SKU = Text(
    "prestashop.same_sku",
    "La référence « {sku} » est portée par deux articles à la fois. Donnez à chacun la sienne dans la gestion.",
    "The reference “{sku}” is on two articles at once. Give each its own in the ERP.",
)
AMBIGUOUS = Text(
    "prestashop.ambiguous",
    "La boutique a plusieurs articles de référence « {sku} » (n° {holders}) : nous ne savons pas lequel est le bon. Gardez cette "
    "référence sur un seul.",
    "The shop has several products with the reference “{sku}” (no. {holders}): we cannot tell which is the right one. Keep this "
    "reference on one of them only.",
)
OTHER_SHAPE = Text(
    "prestashop.other_shape",
    "« {sku} » est dans la boutique {theirs_fr} et dans la gestion {ours_fr}. Supprimez le produit n° {holder} de la "
    "boutique, ou "
    "changez sa référence : nous le recréerons.",
    "“{sku}” is {theirs_en} in the shop and {ours_en} in the ERP. Delete product no. {holder} in the shop, or change "
    "its reference: "
    "we will create it anew.",
)
PRICE_MODE = Text(
    "prestashop.price_mode",
    "Le prix de {sku} est TTC, et PrestaShop garde des prix hors taxes. Réglez les prix du canal sur hors taxes.",
    "The price of {sku} includes tax, and PrestaShop keeps prices without tax. Set the prices of the channel to without tax.",
)
CURRENCY = Text(
    "prestashop.currency",
    "Le prix de {sku} est en {ours}, la devise de la boutique est {theirs}. Réglez la devise du canal.",
    "The price of {sku} is in {ours}, the shop’s currency is {theirs}. Set the currency of the channel.",
)
TAX_UNKNOWN = Text(
    "prestashop.tax_unknown",
    "La boutique n’a pas de règle de taxe pour {tax} ({key}). Créez-la dans International › Taxes › Règles de taxes, "
    "ou complétez la "
    "table de correspondance des TVA.",
    "The shop has no tax rule for {tax} ({key}). Create it in International › Taxes › Tax rules, or complete the VAT "
    "table of the "
    "mapping.",
)
GROUP_UNKNOWN = Text(
    "prestashop.group_unknown",
    "La boutique n’a pas de groupe de clients « {group} » pour un tarif de {sku}. Créez-le, ou corrigez la table des catégories "
    "tarifaires.",
    "The shop has no customer group “{group}” for a price of {sku}. Create it, or correct the table of price categories.",
)
FIELD_UNKNOWN = Text(
    "prestashop.field_unknown",
    "PrestaShop n’a pas de champ « {name} » (article {key}). Champs possibles : {known}.",
    "PrestaShop has no field “{name}” (article {key}). Possible fields: {known}.",
)
RELATED_UNKNOWN = Text(
    "prestashop.related_unknown",
    "Article {key} : « {related} » n’est pas le n° d’un produit de la boutique. Corrigez les articles associés.",
    "Article {key}: “{related}” is not the number of a product of the shop. Correct the related articles.",
)
REFUSED = Text(
    "prestashop.refused",
    "PrestaShop a refusé {name} : « {words} ». Corrigez-le dans la gestion ou la correspondance.",
    "PrestaShop refused {name}: “{words}”. Correct it in the ERP or the mapping.",
)
GONE = Text(
    "prestashop.gone",
    "L’article {key} n’est plus dans la boutique : il y a été supprimé. Réessayez son envoi pour le recréer.",
    "Article {key} is no longer in the shop: it was deleted there. Send it again to create it anew.",
)
PICTURE_REFUSED = Text(
    "prestashop.picture_refused",
    "Une image de {name} n’a pas pu être mise en ligne ({words}). Vérifiez le fichier, puis réessayez l’envoi.",
    "A picture of {name} could not be put online ({words}). Check the file, then send it again.",
)
FAULT = Text(
    "prestashop.fault",
    "PrestaShop n’a pas pu enregistrer {name} : « {words} ». Nous réessayons tout seuls ; si cela dure, montrez-le à "
    "votre hébergeur.",
    "PrestaShop could not save {name}: “{words}”. We try again by ourselves; if it lasts, show it to your hosting company.",
)

# --------------------------------------------------------------------------------------------------- stock

NOT_PUBLISHED = Text(
    "prestashop.not_published",
    "L’article {key} n’est pas encore dans la boutique : son stock partira après lui.",
    "Article {key} is not in the shop yet: its stock will follow it.",
)
STOCK_ELSEWHERE = Text(
    "prestashop.stock_elsewhere",
    "Le stock de {key} est tenu par la gestion avancée des stocks de PrestaShop. Désactivez-la pour cet article.",
    "The stock of {key} is kept by PrestaShop’s advanced stock management. Switch it off for this article.",
)
BAD_QUANTITY = Text(
    "prestashop.bad_quantity",
    "La quantité {quantity} de {key} est hors de ce que PrestaShop peut tenir. Vérifiez le stock dans la gestion.",
    "The quantity {quantity} of {key} is beyond what PrestaShop can keep. Check the stock in the ERP.",
)

# ----------------------------------------------------------------------------------------------- customers

ACCOUNT_UNREADABLE = Text(
    "prestashop.account_unreadable",
    "Le compte client {account} de la boutique est illisible ({reason}). Ouvrez-le dans le back-office et "
    "enregistrez-le à nouveau.",
    "The customer account {account} of the shop cannot be read ({reason}). Open it in the back office and save it again.",
)
ACCOUNT_GONE = Text(
    "prestashop.account_gone",
    "La boutique n’a pas (ou plus) de compte client n° {account}.",
    "The shop has no customer account number {account} (any more).",
)
ACCOUNT_REFUSED = Text(
    "prestashop.account_refused",
    "PrestaShop a refusé le compte client n° {account} : « {words} ». Corrigez la fiche du client.",
    "PrestaShop refused customer account number {account}: “{words}”. Correct the customer’s record.",
)
ACCOUNT_GROUP_UNKNOWN = Text(
    "prestashop.account_group_unknown",
    "La boutique n’a pas de groupe de clients « {group} » pour le compte n° {account}. Créez-le, ou corrigez la table "
    "des catégories "
    "tarifaires.",
    "The shop has no customer group “{group}” for account number {account}. Create it, or correct the table of price categories.",
)

# -------------------------------------------------------------------------------------------------- orders

ORDER_UNREADABLE = Text(
    "prestashop.order_unreadable",
    "La commande {number} de la boutique est incomplète ({reason}). Ouvrez-la dans le back-office et enregistrez-la à nouveau.",
    "Order {number} of the shop is incomplete ({reason}). Open it in the back office and save it again.",
)
ORDER_GONE = Text(
    "prestashop.order_gone",
    "La boutique n’a pas (ou plus) de commande n° {number}.",
    "The shop has no order number {number} (any more).",
)
REFUND_BY_HAND = Text(
    "prestashop.refund_by_hand",
    "PrestaShop ne permet pas de rembourser depuis l’extérieur. Remboursez {amount} de la commande {number} dans son "
    "back-office : "
    "l’avoir reviendra tout seul.",
    "PrestaShop allows no refund from outside. Refund {amount} of order {number} in its back office: the credit slip "
    "will come back "
    "by itself.",
)
TRACKING_REFUSED = Text(
    "prestashop.tracking_refused",
    "PrestaShop refuse le n° de suivi « {tracking} » de la commande {number} (64 caractères, sans accents). "
    "Corrigez-le dans la gestion.",
    "PrestaShop refuses the tracking number “{tracking}” of order {number} (64 characters, no accents). Correct it in the ERP.",
)
NOTE_DOCUMENT = Text(
    "prestashop.note_document",
    "Commande enregistrée dans la gestion sous le n° {number}.",
    "Order entered in the ERP under number {number}.",
)
NOTE_INVOICE = Text("prestashop.note_invoice", "Facture n° {number} établie.", "Invoice {number} was issued.")
NOTE_PAPER = Text(
    "prestashop.note_paper",
    "{what} n° {number} est à votre disposition : {url}",
    "{what} {number} is at your disposal: {url}",
)
PAPER_KINDS = {
    "invoice": Text("prestashop.paper_invoice", "Votre facture", "Your invoice"),
    "credit": Text("prestashop.paper_credit", "Votre avoir", "Your credit note"),
    "deposit": Text("prestashop.paper_deposit", "Votre facture d’acompte", "Your deposit invoice"),
}
NOTE_PARCEL = Text(
    "prestashop.note_parcel",
    "Un colis est parti ({carrier}), n° de suivi {tracking}.",
    "A parcel has left ({carrier}), tracking number {tracking}.",
)
PART = Text("prestashop.part", "{quantity} × {name}", "{quantity} × {name}")
NOTE_PART_SHIPPED = Text(
    "prestashop.note_part_shipped",
    "Une partie de votre commande est partie : {what}. Le reste suivra.",
    "A part of your order has left: {what}. The rest will follow.",
)
NOTE_PART_CANCELLED = Text(
    "prestashop.note_part_cancelled",
    "Nous ne pourrons pas livrer : {what}. Veuillez nous en excuser.",
    "We will not be able to deliver: {what}. Please accept our apologies.",
)
