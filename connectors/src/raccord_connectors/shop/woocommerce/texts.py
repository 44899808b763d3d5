"""Sentences of the WooCommerce connector."""

from raccord_connectors.contract import Text

# ------------------------------------------------------------------------------------------- the connection

NO_REST = Text(
    "woocommerce.no_rest",
    "L’API de WordPress ne répond pas sur {host}. Vérifiez l’adresse, et qu’aucune extension de sécurité ne bloque "
    "/wp-json.",
    "The API of WordPress does not answer on {host}. Check the address, and that no security plug-in blocks /wp-json.",
)
PLAIN_PERMALINKS = Text(
    "woocommerce.plain_permalinks",
    "Les permaliens de {host} sont réglés sur « Simple ». Dans WordPress, Réglages → Permaliens, choisissez une autre "
    "structure (« Titre de la publication » par exemple).",
    "The permalinks of {host} are set to “Plain”. In WordPress, Settings → Permalinks, choose another structure "
    "(“Post name” for example).",
)
NO_WOOCOMMERCE = Text(
    "woocommerce.not_installed",
    "{host} est bien un site WordPress, mais WooCommerce n’y est pas actif (ou date d’avant la version 3.5). "
    "Activez ou mettez à jour WooCommerce.",
    "{host} is a WordPress site, but WooCommerce is not active there (or older than version 3.5). "
    "Activate or update WooCommerce.",
)
KEY_REFUSED = Text(
    "woocommerce.key_refused",
    "{host} ne reconnaît pas la clé. Créez-en une nouvelle dans WooCommerce → Réglages → Avancé → API REST, avec les "
    "droits Lecture/Écriture, et saisissez la clé et le secret.",
    "{host} does not recognise the key. Create a new one in WooCommerce → Settings → Advanced → REST API, with "
    "Read/Write permissions, and enter the key and the secret.",
)
CLOCK = Text(
    "woocommerce.clock",
    "L’horloge de {host} et la nôtre diffèrent de plus de quinze minutes : la boutique refuse nos signatures. "
    "Signalez-le à votre hébergeur.",
    "The clock of {host} and ours differ by more than fifteen minutes: the shop refuses our signatures. "
    "Tell your hosting company.",
)
MAY_NOT_READ = Text(
    "woocommerce.may_not_read",
    "La clé n’a pas le droit de lire les articles. Donnez-lui les droits Lecture/Écriture, et rattachez-la à un "
    "administrateur ou à un gestionnaire de boutique.",
    "The key may not read the products. Give it Read/Write permissions, and attach it to an administrator or a shop "
    "manager.",
)
MAY_NOT_WRITE = Text(
    "woocommerce.may_not_write",
    "La clé n’a pas le droit de modifier les articles. Donnez-lui les droits Lecture/Écriture.",
    "The key may not change the products. Give it Read/Write permissions.",
)
MAY_NOT_READ_ORDERS = Text(
    "woocommerce.may_not_read_orders",
    "La clé n’a pas le droit de lire les commandes. Rattachez-la à un administrateur ou à un gestionnaire de boutique.",
    "The key may not read the orders. Attach it to an administrator or a shop manager.",
)
MAY_NOT_READ_SETTINGS = Text(
    "woocommerce.may_not_read_settings",
    "La clé n’a pas le droit de lire les réglages de la boutique (prix hors taxes ou TTC, devise). Rattachez-la à un "
    "administrateur ou à un gestionnaire de boutique.",
    "The key may not read the settings of the shop (prices with or without tax, currency). Attach it to an "
    "administrator or a shop manager.",
)
STOCK_OFF = Text(
    "woocommerce.stock_off",
    "La gestion du stock est désactivée dans la boutique. Activez-la dans WooCommerce → Réglages → Produits → "
    "Inventaire, sinon aucune quantité ne peut être envoyée.",
    "Stock management is switched off in the shop. Switch it on in WooCommerce → Settings → Products → Inventory, "
    "otherwise no quantity can be sent.",
)

BAD_CURSOR = Text(
    "woocommerce.bad_cursor",
    "La lecture de la boutique ne peut pas reprendre où elle s’était arrêtée. Demandez une lecture complète.",
    "The reading of the shop cannot go on where it had stopped. Ask for a complete reading.",
)

# ------------------------------------------------------------------------------------------------ listings

REFUSED = Text(
    "woocommerce.refused",
    "La boutique refuse {sku} : {reason}. Corrigez la fiche, elle repartira d’elle-même.",
    "The shop refuses {sku}: {reason}. Correct the record, it will be sent again by itself.",
)
GONE = Text(
    "woocommerce.gone",
    "L’article {target} n’existe plus dans la boutique. Il sera recréé si la fiche {key} doit y être.",
    "The product {target} no longer exists in the shop. It will be created again if the record {key} has to be there.",
)
SKU_TAKEN = Text(
    "woocommerce.sku_taken",
    "La référence {sku} est déjà celle d’un autre article de la boutique (n° {holder}). Changez l’une des deux : "
    "WooCommerce n’accepte une référence qu’une fois, corbeille comprise.",
    "The SKU {sku} already belongs to another product of the shop (no. {holder}). Change one of the two: WooCommerce "
    "accepts a SKU only once, trash included.",
)
SKU_ELSEWHERE = Text(
    "woocommerce.sku_elsewhere",
    "La référence {sku} est celle d’une déclinaison de l’article n° {holder} de la boutique. Changez l’une des deux.",
    "The SKU {sku} is that of a variation of product no. {holder} of the shop. Change one of the two.",
)
SEVERAL_PARENTS = Text(
    "woocommerce.several_parents",
    "Les déclinaisons de {key} sont réparties sur plusieurs articles de la boutique ({holders}). Rassemblez-les sur un "
    "seul, ou supprimez ceux qui sont en trop.",
    "The variations of {key} are spread over several products of the shop ({holders}). Put them together on one, or "
    "delete the others.",
)
VARIABLE_IN_SHOP = Text(
    "woocommerce.variable_in_shop",
    "{sku} est un article simple dans la gestion commerciale, mais l’article n° {holder} de la boutique a des "
    "déclinaisons. Supprimez-les dans la boutique ou créez-les dans la gestion commerciale.",
    "{sku} is a simple article in the ERP, but product no. {holder} of the shop has variations. Delete them in the shop "
    "or create them in the ERP.",
)
SKU_ALTERED = Text(
    "woocommerce.sku_altered",
    "WooCommerce modifierait la référence « {sku} » (espaces en double, balise, plus de 100 caractères…) et ne la "
    "retrouverait plus. Corrigez-la.",
    "WooCommerce would alter the SKU “{sku}” (double spaces, a tag, more than 100 characters…) and not find it again. "
    "Correct it.",
)
EAN_WRONG = Text(
    "woocommerce.ean_wrong",
    "Le code-barres {ean} de {sku} n’est pas valable (8, 12, 13 ou 14 chiffres, dont le dernier se calcule). "
    "Corrigez-le ou videz-le.",
    "The barcode {ean} of {sku} is not valid (8, 12, 13 or 14 digits, the last one computed). Correct it or empty it.",
)
EAN_TAKEN = Text(
    "woocommerce.ean_taken",
    "Le code-barres de {sku} est déjà celui d’un autre article de la boutique (n° {holder}). Un code-barres ne sert "
    "qu’une fois.",
    "The barcode of {sku} already belongs to another product of the shop (no. {holder}). A barcode is used only once.",
)
PICTURE_REFUSED = Text(
    "woocommerce.picture_refused",
    "La boutique n’a pas pu reprendre une image de {sku} : {reason}. Vérifiez l’image.",
    "The shop could not take over a picture of {sku}: {reason}. Check the picture.",
)
PICTURE_WITHOUT_ADDRESS = Text(
    "woocommerce.picture_without_address",
    "Une image de {sku} n’est pas encore prête à être envoyée. Elle partira dès que son fichier sera traité.",
    "A picture of {sku} is not yet ready to be sent. It will leave as soon as its file is processed.",
)
TERM_REFUSED = Text(
    "woocommerce.term_refused",
    "La boutique n’a pas accepté « {name} » ({reason}). Corrigez ce nom : 200 caractères au plus, pas vide.",
    "The shop did not accept “{name}” ({reason}). Correct this name: at most 200 characters, not empty.",
)
TOO_LONG = Text(
    "woocommerce.too_long",
    "Un texte de {sku} est plus long que ce que la boutique peut garder. Raccourcissez le nom ou la description.",
    "A text of {sku} is longer than the shop can keep. Shorten the name or the description.",
)
NO_NAME = Text(
    "woocommerce.no_name",
    "L’article {key} n’a pas de nom. Donnez-lui un nom dans la gestion commerciale.",
    "The article {key} has no name. Give it a name in the ERP.",
)
NO_OFFER = Text(
    "woocommerce.no_offer",
    "L’article {key} n’a rien à vendre : aucune référence. Complétez-le dans la gestion commerciale.",
    "The article {key} has nothing to sell: no reference. Complete it in the ERP.",
)
TAX_CLASS_UNKNOWN = Text(
    "woocommerce.tax_class_unknown",
    "La boutique n’a pas de classe de TVA « {tax} » pour {sku}. Créez-la dans WooCommerce → Réglages → TVA, ou "
    "corrigez la correspondance des TVA.",
    "The shop has no tax class “{tax}” for {sku}. Create it in WooCommerce → Settings → Tax, or correct the "
    "correspondence of taxes.",
)
PRICE_MODE = Text(
    "woocommerce.price_mode",
    "Le prix de {sku} est {ours} alors que la boutique attend des prix {theirs}. Corrigez la règle du prix dans la "
    "correspondance.",
    "The price of {sku} is {ours_en} while the shop wants prices {theirs_en}. Correct the price rule of the mapping.",
)
CURRENCY = Text(
    "woocommerce.currency",
    "Le prix de {sku} est en {ours}, la boutique vend en {theirs}. Choisissez une liste de prix en {theirs}.",
    "The price of {sku} is in {ours}, the shop sells in {theirs}. Choose a price list in {theirs}.",
)
NOT_PUBLISHED = Text(
    "woocommerce.not_published",
    "Le stock de {key} ne peut pas être envoyé : l’article n’est pas encore dans la boutique.",
    "The stock of {key} cannot be sent: the article is not in the shop yet.",
)
TOO_LARGE = Text(
    "woocommerce.too_large",
    "La fiche {sku} est trop volumineuse pour la boutique. Raccourcissez ses textes ou retirez des images.",
    "The record {sku} is too large for the shop. Shorten its texts or remove pictures.",
)
INCOMPLETE = Text(
    "woocommerce.incomplete",
    "La réponse de {host} est incomplète : une extension de la boutique l’a sans doute coupée. Nous réessayons tout "
    "seuls.",
    "The answer of {host} is incomplete: a plug-in of the shop has probably cut it. We try again by ourselves.",
)
LOCKED = Text(
    "woocommerce.locked",
    "La boutique est encore occupée à enregistrer {sku}. Nous réessayons tout seuls.",
    "The shop is still busy saving {sku}. We try again by ourselves.",
)

# -------------------------------------------------------------------------------------------------- orders

ORDER_UNREADABLE = Text(
    "woocommerce.order_unreadable",
    "La commande {number} ne peut pas être lue : {reason}. Vérifiez-la dans la boutique.",
    "The order {number} cannot be read: {reason}. Check it in the shop.",
)
ORDER_GONE = Text(
    "woocommerce.order_gone",
    "La commande {number} n’existe plus dans la boutique : elle n’a pas pu être mise à jour.",
    "The order {number} no longer exists in the shop: it could not be updated.",
)
STATUS_UNKNOWN = Text(
    "woocommerce.status_unknown",
    "La boutique ne connaît pas l’état « {status} » que la commande {number} devait prendre. Corrigez les réglages de la "
    "connexion.",
    "The shop does not know the status “{status}” that the order {number} was to take. Correct the settings of the "
    "connection.",
)

ACCOUNT_GONE = Text(
    "woocommerce.account_gone",
    "Le compte client {account} n’existe plus dans la boutique. Le client de la gestion reste comme il est.",
    "The customer account {account} does not exist in the shop any more. The ERP’s customer stays as it is.",
)
ACCOUNT_REFUSED = Text(
    "woocommerce.account_refused",
    "Compte client {account} : la boutique a refusé la mise à jour ({reason}). Corrigez la fiche client dans la gestion, ou "
    "le compte dans la boutique, puis réessayez.",
    "Customer account {account}: the shop refused the update ({reason}). Correct the customer in the ERP, or the account in "
    "the shop, then retry.",
)
ACCOUNT_UNREADABLE = Text(
    "woocommerce.account_unreadable",
    "Le compte client {account} ne peut pas être lu ({reason}). Ouvrez-le dans WooCommerce et enregistrez-le de nouveau.",
    "The customer account {account} cannot be read ({reason}). Open it in WooCommerce and save it again.",
)
EMAIL_REFUSED = Text(
    "woocommerce.email_refused",
    "Compte client {account} : la boutique refuse l’adresse e-mail « {email} » ({reason}) : elle est mal formée, ou un autre "
    "compte l’a déjà. Corrigez-la dans la gestion, puis réessayez.",
    "Customer account {account}: the shop refuses the e-mail address “{email}” ({reason}): it is malformed, or another account "
    "has it already. Correct it in the ERP, then retry.",
)

# -------------------------------------------------------------------- notes on orders, read in the shop

NOTE_DOCUMENT = Text(
    "woocommerce.note_document",
    "Commande enregistrée dans la gestion commerciale sous le numéro {number}.",
    "Order recorded in the ERP under the number {number}.",
)
NOTE_SHIPPED = Text(
    "woocommerce.note_shipped",
    "Votre colis est parti avec {carrier}. Numéro de suivi : {tracking}.",
    "Your parcel has left with {carrier}. Tracking number: {tracking}.",
)
NOTE_SHIPPED_WITHOUT_TRACKING = Text(
    "woocommerce.note_shipped_without_tracking",
    "Votre colis est parti.",
    "Your parcel has left.",
)
NOTE_PAPER = Text(
    "woocommerce.note_paper",
    "Votre {what} n° {number} est disponible : {url}",
    "Your {what} no. {number} is available: {url}",
)
PAPER_KINDS = {
    "invoice": Text("woocommerce.paper_invoice", "facture", "invoice"),
    "credit": Text("woocommerce.paper_credit", "avoir", "credit note"),
    "deposit": Text("woocommerce.paper_deposit", "facture d’acompte", "deposit invoice"),
}
NOTE_INVOICE = Text(
    "woocommerce.note_invoice",
    "Facture {number} établie dans la gestion commerciale.",
    "Invoice {number} issued in the ERP.",
)
PART = Text("woocommerce.part", "{quantity} × {name}", "{quantity} × {name}")
NOTE_PART_SHIPPED = Text(
    "woocommerce.note_part_shipped",
    "Une partie de votre commande est partie : {what}.",
    "A part of your order has left: {what}.",
)
NOTE_PART_CANCELLED = Text(
    "woocommerce.note_part_cancelled",
    "Ces articles ne seront pas livrés : {what}.",
    "These articles will not be delivered: {what}.",
)
REFUND_REASON = Text(
    "woocommerce.refund_reason", "Remboursé d’après la gestion commerciale", "Refunded as the ERP says"
)
REFUND_REFUSED = Text(
    "woocommerce.refund_refused",
    "Commande {number} : WooCommerce n’a pas pu rembourser {amount} ({words}). Remboursez-la dans WooCommerce, "
    "ou dites que c’est "
    "fait autrement.",
    "Order {number}: WooCommerce could not refund {amount} ({words}). Refund it in WooCommerce, or say that it "
    "was done otherwise.",
)
