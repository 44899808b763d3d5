"""Sentences of the Oxatis connector."""

from raccord_connectors.contract import Text

NOT_AUTHORISED = Text(
    "oxatis.not_authorised",
    "Oxatis refuse l’accès : {area}. Vérifiez l’AppID et le jeton, et dans Compte/Profils → Gestion des droits d’accès que "
    "« Utiliser les Web Services » et les droits de cette partie sont cochés.",
    "Oxatis refuses access: {area}. Check the AppID and the token, and in Account/Profiles → Access rights management that “Use "
    "Web Services” and the rights of this part are ticked.",
)
DAY_SPENT = Text(
    "oxatis.day_spent",
    "Le quota quotidien d’appels d’Oxatis est épuisé. Rien n’est perdu : tout reprend seul demain à 0 h, les commandes d’abord.",
    "The daily quota of calls of Oxatis is used up. Nothing is lost: all goes on by itself tomorrow at midnight, orders first.",
)
MAINTENANCE = Text(
    "oxatis.maintenance",
    "Oxatis est en maintenance. Nous réessayons tout seuls dans quelques minutes.",
    "Oxatis is under maintenance. We try again by ourselves in a few minutes.",
)
REFUSED = Text(
    "oxatis.refused",
    "Oxatis a refusé {what} : {reason}. Corrigez-le dans la GesCom ou dans la correspondance ; le reste continue.",
    "Oxatis refused {what}: {reason}. Correct it in the ERP or in the mapping; the rest goes on.",
)
GONE = Text(
    "oxatis.gone",
    "Oxatis n’a plus {what} (n° {target}), supprimé dans la boutique. Rapprochez-le à nouveau ou laissez Raccord le recréer.",
    "Oxatis no longer has {what} (no. {target}), deleted in the shop. Match it again or let Raccord create it anew.",
)
TOO_LONG = Text(
    "oxatis.too_long",
    "Article {key} : « {field} » a {length} caractères, Oxatis en prend {most}. Raccourcissez-le dans la GesCom ou dans la "
    "correspondance.",
    "Article {key}: “{field}” has {length} characters, Oxatis takes {most}. Shorten it in the ERP or in the mapping.",
)
TOO_MANY = Text(
    "oxatis.too_many",
    "Article {key} : {count} valeurs pour « {field} », Oxatis en prend {most}. Réduisez-les dans la correspondance.",
    "Article {key}: {count} values for “{field}”, Oxatis takes {most}. Reduce them in the mapping.",
)
BAD_LEVEL = Text(
    "oxatis.bad_level",
    "Article {key} : le tarif « {group} » n’existe pas dans Oxatis, qui a les tarifs 1 à 10. Corrigez la correspondance des "
    "catégories tarifaires.",
    "Article {key}: there is no price level “{group}” in Oxatis, which has levels 1 to 10. Correct the table of price "
    "categories.",
)
BAD_PACKAGING = Text(
    "oxatis.bad_packaging",
    "Article {key} : conditionnement « {line} » incompris. Écrivez nom|référence|quantité|prix, un par point-virgule.",
    "Article {key}: packaging “{line}” is not understood. Write name|reference|quantity|price, separated by semicolons.",
)
UNKNOWN_FIELD = Text(
    "oxatis.unknown_field",
    "{key} : Oxatis n’a pas de champ « {field} ». Choisissez un champ de la liste dans la correspondance.",
    "{key}: Oxatis has no field “{field}”. Choose a field of the list in the mapping.",
)
SHAPE_CHANGED = Text(
    "oxatis.shape_changed",
    "Article {key} : il a maintenant des déclinaisons (ou n’en a plus). Oxatis ne transforme pas un article : supprimez-le dans "
    "la boutique, il sera recréé.",
    "Article {key}: it now has variants (or has none any more). Oxatis does not turn one into the other: delete it in the shop, "
    "it is then created anew.",
)
PICTURE_REFUSED = Text(
    "oxatis.picture_refused",
    "Article {key} : Oxatis a refusé une image : {reason}. Il prend jpg, png et gif de moins de 1 Mo. Remplacez-la ; l’article "
    "sera repris aussitôt.",
    "Article {key}: Oxatis refused a picture: {reason}. It takes jpg, png and gif below 1 MB. Replace it; the article is then "
    "taken up at once.",
)
NOT_PUBLISHED = Text(
    "oxatis.not_published",
    "{key} n’est pas encore dans la boutique : sa quantité suivra dès que l’article y sera.",
    "{key} is not in the shop yet: its quantity follows as soon as the article is.",
)
LISTS_REFUSED = Text(
    "oxatis.lists_refused",
    "Oxatis a refusé une liste de quantités : {reason}. Décochez « Stock par listes » dans les réglages de la connexion, puis "
    "testez-la.",
    "Oxatis refused a list of quantities: {reason}. Untick “Stock in lists” in the settings of the connection, then test it.",
)
BAD_CURSOR = Text(
    "oxatis.bad_cursor",
    "Le repère de lecture de la boutique n’est plus lisible. Réessayez une lecture complète.",
    "The bookmark of the shop’s reading cannot be read any more. Start a complete reading.",
)
BAD_ZONE = Text(
    "oxatis.bad_zone",
    "Le fuseau horaire « {zone} » n’existe pas. Écrivez-le comme Europe/Paris.",
    "There is no time zone “{zone}”. Write it like Europe/Paris.",
)
UNREADABLE = Text(
    "oxatis.unreadable",
    "Commande ou article {key} d’Oxatis : illisible ({reason}). Ouvrez-le dans Oxatis et enregistrez-le à nouveau.",
    "Order or article {key} of Oxatis: unreadable ({reason}). Open it in Oxatis and save it again.",
)
ORDER_GONE = Text(
    "oxatis.order_gone",
    "Oxatis n’a pas de commande {target} : son avancement n’y est plus suivi.",
    "Oxatis has no order {target}: its progress is no longer followed there.",
)
UNKNOWN_STATE = Text(
    "oxatis.unknown_state",
    "L’état d’avancement « {state} » n’existe pas dans Oxatis. Choisissez dans les réglages de la connexion un code "
    "parmi : {known}.",
    "There is no progress state “{state}” in Oxatis. In the settings of the connection choose a code among: {known}.",
)
NO_REFUNDS = Text(
    "oxatis.no_refunds",
    "Commande {key} : Oxatis ne sait pas rembourser par ses Web Services. Remboursez dans Oxatis ou chez votre prestataire de "
    "paiement, puis notez-le dans la GesCom.",
    "Order {key}: Oxatis cannot refund through its web services. Refund in Oxatis or at your payment provider, then note it in "
    "the ERP.",
)
NO_EMAIL = Text(
    "oxatis.no_email",
    "Client {key} : sans adresse e-mail, Oxatis ne peut pas avoir de compte. Ajoutez-la dans la GesCom.",
    "Customer {key}: without an e-mail address Oxatis can have no account. Add it in the ERP.",
)
CUSTOMER_TOO_LONG = Text(
    "oxatis.customer_too_long",
    "Client {key} : « {field} » a {length} caractères, Oxatis en prend {most}. Raccourcissez-le dans la GesCom.",
    "Customer {key}: “{field}” has {length} characters, Oxatis takes {most}. Shorten it in the ERP.",
)
BAD_CUSTOMER_LEVEL = Text(
    "oxatis.bad_customer_level",
    "Client {key} : le tarif « {level} » n’existe pas dans Oxatis, qui a les tarifs 1 à 10.",
    "Customer {key}: there is no price level “{level}” in Oxatis, which has levels 1 to 10.",
)
AREAS = {
    "TaxRateServices": ("les Web Services", "the web services"),
    "ProductServices": ("le catalogue", "the catalogue"),
    "OrderServices": ("les commandes", "the orders"),
    "UserServices": ("les clients", "the customers"),
    "ProgressStateServices": ("les états d’avancement", "the progress states"),
}
"""What a service is about, in French and English; a service that is not here is told by its name."""
