"""What this connector says to a person."""

from raccord_connectors.contract import Text

NOT_TRYTON = Text(
    "tryton.not_tryton",
    "{host} répond, mais pas comme Tryton 8. Saisissez l’adresse du serveur trytond (souvent avec le port 8000) ; les "
    "versions plus anciennes ne sont pas prises en charge.",
    "{host} answers, but not as Tryton 8 does. Enter the address of the trytond server (often with port 8000); older "
    "versions are not supported.",
)
NO_DATABASE = Text(
    "tryton.no_database",
    "Ce serveur Tryton n’a pas de base « {database} ». Vérifiez son nom (majuscules comprises).",
    "This Tryton server has no database “{database}”. Check its name (capital letters included).",
)
BAD_LOGIN = Text(
    "tryton.bad_login",
    "Tryton refuse l’identifiant « {user} » ou son mot de passe sur la base « {database} ». Vérifiez-les dans Tryton "
    "(Administration > Utilisateurs), puis saisissez-les à nouveau.",
    "Tryton refuses the login “{user}” or its password on the database “{database}”. Check them in Tryton "
    "(Administration > Users), then enter them again.",
)
SECOND_FACTOR = Text(
    "tryton.second_factor",
    "Tryton demande à « {user} » plus qu’un mot de passe. Donnez à Raccord un utilisateur qui se connecte par mot de "
    "passe seul.",
    "Tryton asks “{user}” for more than a password. Give Raccord a user that signs in with a password alone.",
)
CONCURRENCY = Text(
    "tryton.concurrency",
    "Quelqu’un modifie le même enregistrement dans Tryton. Nous réessayons tout seuls.",
    "Someone changes the same record in Tryton. We try again by ourselves.",
)
SERVER_FAILED = Text(
    "tryton.server_failed",
    "Tryton ({host}) a rencontré une erreur interne. Nous réessayons ; si cela dure, le journal de trytond dit laquelle.",
    "Tryton ({host}) met an internal error. We try again; if it lasts, trytond’s log tells which.",
)
TOO_LARGE = Text(
    "tryton.too_large",
    "Tryton refuse nos demandes parce qu’elles portent sur trop de lignes. Dans sa configuration, portez "
    "[request] records_limit à 1000 au moins.",
    "Tryton refuses our requests because they cover too many rows. In its configuration, raise [request] records_limit "
    "to 1000 at least.",
)
NOT_ALLOWED = Text(
    "tryton.not_allowed",
    "Tryton répond : « {sentence} » Corrigez les droits ou les données dans Tryton ; la synchronisation reprendra.",
    "Tryton answers: “{sentence}” Correct the rights or the data in Tryton; the synchronisation will go on.",
)
# ------------------------------------------------------------------------------------------------------- check
FINDINGS = Text(
    "tryton.findings",
    "La connexion à Tryton ({host}) s’ouvre, mais il manque {count} chose(s). La première : {first}",
    "The connection to Tryton ({host}) opens, but {count} thing(s) are missing. The first: {first}",
)
NO_MODULE = Text(
    "tryton.no_module",
    "Le module « {module} » n’est pas activé dans Tryton ; il sert à : {use_fr}. Activez-le (Administration > Modules).",
    "The module “{module}” is not activated in Tryton; it serves for: {use_en}. Activate it (Administration > Modules).",
)
NO_RIGHT = Text(
    "tryton.no_right",
    "L’utilisateur « {user} » n’a pas le droit « {right} » sur « {model} ». Ajoutez-le au groupe qui le donne "
    "(Ventes, Stock, Administration des tiers…).",
    "The user “{user}” lacks the right “{right}” on “{model}”. Add the user to the group that gives it (Sales, Stock, "
    "Party Administration…).",
)
NO_BUTTON = Text(
    "tryton.no_button",
    "L’utilisateur « {user} » ne peut pas cliquer sur « {button} » d’une vente. Ajoutez-le au groupe {groups}.",
    "The user “{user}” may not click on “{button}” of a sale. Add the user to the group {groups}.",
)
NO_COMPANY = Text(
    "tryton.no_company",
    "L’utilisateur « {user} » n’a pas de société courante dans Tryton. Choisissez-en une dans sa fiche.",
    "The user “{user}” has no current company in Tryton. Choose one on the user’s form.",
)
OTHER_COMPANY = Text(
    "tryton.other_company",
    "L’utilisateur « {user} » travaille dans la société « {found} », pas « {wanted} ». Changez la société courante de sa "
    "fiche ou le réglage.",
    "The user “{user}” works in the company “{found}”, not “{wanted}”. Change the current company on the user’s form or "
    "the setting.",
)
NO_WAREHOUSE = Text(
    "tryton.no_warehouse",
    "Aucun dépôt de Tryton ne s’appelle « {name} » (nom ou code). Dépôts trouvés : {known}.",
    "No warehouse of Tryton is called “{name}” (name or code). Warehouses found: {known}.",
)
NO_PRICE_LIST = Text(
    "tryton.no_price_list",
    "Aucune liste de prix de Tryton ne s’appelle « {name} ». Listes trouvées : {known}.",
    "No price list of Tryton is called “{name}”. Lists found: {known}.",
)
NO_ARTICLE = Text(
    "tryton.no_article",
    "Aucun article de Tryton n’a le code « {code} » ({use_fr}). Créez-le ou corrigez le réglage.",
    "No article of Tryton has the code “{code}” ({use_en}). Create it or correct the setting.",
)
NO_USUAL_METHOD = Text(
    "tryton.no_usual_payment_method",
    "Aucun mode de paiement de Tryton ne s’appelle « {name} ». Modes trouvés : {known}. Corrigez le réglage ou créez-le "
    "(Comptabilité > Configuration > Factures).",
    "No payment method of Tryton is called “{name}”. Methods found: {known}. Correct the setting or create it (Financial > "
    "Configuration > Invoice).",
)
NO_FIELD = Text(
    "tryton.no_field",
    "« {model} » n’a pas de champ simple « {name} » dans ce Tryton. Corrigez le réglage.",
    "“{model}” has no plain field “{name}” in this Tryton. Correct the setting.",
)
# ----------------------------------------------------------------------------------------------------- articles
NO_CODE = Text(
    "tryton.product_without_code",
    "L’article « {name} » est en vente mais {which} n’a pas de code. Donnez-lui un code dans Tryton.",
    "The article “{name}” is for sale but {which_en} has no code. Give it a code in Tryton.",
)
NO_VARIANT = Text(
    "tryton.product_without_variant",
    "L’article « {name} » n’a aucune variante : Tryton ne peut ni le vendre ni le compter. Ajoutez-lui une variante.",
    "The article “{name}” has no variant: Tryton can neither sell nor count it. Add a variant to it.",
)
BAD_FORMULA = Text(
    "tryton.price_formula",
    "Le prix de « {name} » ne peut pas être calculé. Tryton répond : « {sentence} » Corrigez la liste de prix.",
    "The price of “{name}” cannot be computed. Tryton answers: “{sentence}” Correct the price list.",
)
# ------------------------------------------------------------------------------------------------------ parties
NO_NAME = Text(
    "tryton.customer_without_name",
    "Ce client n’a ni intitulé, ni société, ni nom. Complétez-le, puis réessayez.",
    "This customer has no title, no company and no name. Complete it, then retry.",
)
NO_PARTY = Text(
    "tryton.no_party",
    "Le client {key} n’existe pas (ou plus) dans Tryton. Vérifiez son code ou rattachez la commande à un autre client.",
    "The customer {key} does not exist (any more) in Tryton. Check the code or bind the order to another customer.",
)
NO_COUNTRY = Text(
    "tryton.no_country",
    "Le pays « {code} » n’existe pas dans Tryton. Importez les pays (trytond_import_countries) ou créez-le, puis réessayez.",
    "The country “{code}” does not exist in Tryton. Import the countries (trytond_import_countries) or create it, then "
    "retry.",
)
PARTY_REFUSED = Text(
    "tryton.party_refused",
    "Tryton refuse le client « {name} » : « {sentence} » Corrigez la donnée, puis réessayez.",
    "Tryton refuses the customer “{name}”: “{sentence}” Correct the data, then retry.",
)
# ------------------------------------------------------------------------------------------------------- drafts
WRONG_KIND = Text(
    "tryton.wrong_kind",
    "Raccord n’écrit dans Tryton que des devis et des commandes, pas « {kind} ». Changez la nature de document du canal.",
    "Raccord writes only quotations and orders into Tryton, not “{kind}”. Change the channel’s kind of document.",
)
UNKNOWN_ITEM = Text(
    "tryton.unknown_item",
    "Commande {reference} : l’article {item} (« {title} ») n’existe pas ou n’est plus vendable dans Tryton. Rattachez la "
    "ligne à un autre article ou réactivez-le, puis réessayez.",
    "Order {reference}: the article {item} (“{title}”) does not exist or is no longer salable in Tryton. Bind the line "
    "to another article or reactivate it, then retry.",
)
NO_CHARGE_ARTICLE = Text(
    "tryton.no_charge_article",
    "Commande {reference} : aucun article ne porte « {title} » ({kind}). Choisissez-le dans les réglages de la connexion.",
    "Order {reference}: no article carries “{title}” ({kind}). Choose it in the settings of the connection.",
)
NO_CURRENCY = Text(
    "tryton.no_currency",
    "Commande {reference} : Tryton n’a pas la devise {currency}. Créez-la avec son cours, puis réessayez.",
    "Order {reference}: Tryton does not have the currency {currency}. Create it with its rate, then retry.",
)
NO_RATE = Text(
    "tryton.no_rate",
    "Commande {reference} : Tryton n’a pas de cours pour {currency}. Saisissez-le dans la fiche de la devise, puis réessayez.",
    "Order {reference}: Tryton has no rate for {currency}. Enter it in the currency’s form, then try again.",
)
RATE_FAR = Text(
    "tryton.rate_far",
    "Commande {reference} : la boutique compte 1 {currency} pour {told} et Tryton pour {known}, dans votre monnaie. Tryton prend "
    "toujours son cours du jour, et rien n’a été écrit. Mettez-le à jour dans la fiche de la devise, puis réessayez.",
    "Order {reference}: the shop counts 1 {currency} as {told} and Tryton as {known}, in your own money. Tryton always takes its "
    "rate of the day, and nothing was written. Bring it up to date in the currency’s form, then try again.",
)
NO_DEPOT = Text(
    "tryton.no_depot",
    "Commande {reference} : le dépôt {depot} n’existe pas dans Tryton. Choisissez-en un autre dans le canal.",
    "Order {reference}: the warehouse {depot} does not exist in Tryton. Choose another one in the channel.",
)
CANCELLED = Text(
    "tryton.cancelled",
    "Commande {reference} : la vente {number} porte déjà cette référence dans Tryton et y est annulée. Remettez-la en "
    "brouillon pour qu’elle soit reprise, ou traitez la commande à la main.",
    "Order {reference}: the sale {number} already carries this reference in Tryton and is cancelled there. Set it back to "
    "draft to have it taken up again, or treat the order by hand.",
)
DIFFERS = Text(
    "tryton.amounts_differ",
    "Commande {reference} : Tryton calcule {found} au lieu de {wanted} (HT / TVA / TTC). Rien n’a été confirmé. {lines}",
    "Order {reference}: Tryton computes {found} instead of {wanted} (net / VAT / gross). Nothing was confirmed. {lines}",
)
ALREADY_FIRM = Text(
    "tryton.firm_and_different",
    "Commande {reference} : la vente {number} est déjà ferme dans Tryton avec {found} au lieu de {wanted} (HT / TVA / "
    "TTC). Corrigez-la dans Tryton ou acceptez la différence.",
    "Order {reference}: the sale {number} is already firm in Tryton with {found} instead of {wanted} (net / VAT / gross). "
    "Correct it in Tryton or accept the difference.",
)
SALE_REFUSED = Text(
    "tryton.sale_refused",
    "Commande {reference} : Tryton refuse l’étape « {step} » : « {sentence} » Corrigez la cause dans Tryton, puis "
    "réessayez : la vente déjà commencée sera reprise.",
    "Order {reference}: Tryton refuses the step “{step_en}”: “{sentence}” Correct the cause in Tryton, then retry: the sale "
    "already begun will be taken up again.",
)
SALE_WARNED = Text(
    "tryton.sale_warned",
    "Commande {reference} : Tryton demande à une personne de confirmer l’étape « {step} » : « {sentence} » Faites cette "
    "étape dans Tryton, puis réessayez : la commande sera relue.",
    "Order {reference}: Tryton asks a person to confirm the step “{step_en}”: “{sentence}” Do that step in Tryton, then "
    "retry: the order will be read back.",
)
NOT_PROCESSED = Text(
    "tryton.not_processed",
    "Commande {reference} : la vente {number} est confirmée, mais Tryton ne peut pas la traiter : « {sentence} » Corrigez "
    "la cause dans Tryton, puis réessayez.",
    "Order {reference}: the sale {number} is confirmed, but Tryton cannot process it: “{sentence}” Correct the cause in "
    "Tryton, then retry.",
)
BAD_CURSOR = Text(
    "tryton.bad_cursor",
    "Le repère de lecture n’est pas de ce connecteur. Réessayez une lecture complète du flux.",
    "The reading position is not of this connector. Start a complete reading of the stream.",
)
AMBIGUOUS = Text(
    "tryton.ambiguous_customer",
    "Plusieurs tiers de Tryton conviennent à ce client ({field}) : {customers}. Choisissez le bon, ou fusionnez-les dans "
    "Tryton, puis réessayez.",
    "Several parties of Tryton fit this customer ({field}): {customers}. Choose the right one, or merge them in Tryton, "
    "then retry.",
)
NO_IDENTIFIER_TYPE = Text(
    "tryton.no_identifier_type",
    "Tryton n’accepte pas d’identifiant de type « {kind} » ({value}). Ajoutez ce type dans la configuration des tiers, puis "
    "réessayez.",
    "Tryton does not accept identifiers of the type “{kind}” ({value}). Add this type in the configuration of parties, "
    "then retry.",
)
LINE_DIFFERS = Text(
    "tryton.line_differs",
    "« {title} » : {wanted} HT à {wanted_rate} % dans la boutique, {found} à {rate} % dans Tryton.",
    "“{title}”: {wanted} net at {wanted_rate} % in the shop, {found} at {rate} % in Tryton.",
)
RATES_DIFFER = Text(
    "tryton.rates_differ",
    "Commande {reference} : Tryton trouve bien le total de {gross}, mais d’autres taxes que la boutique. {rates} Rien n’a été "
    "confirmé. Changez « Taxes du document » dans les règles de commande du canal (« comme la gestion les calcule »), puis "
    "réessayez, ou saisissez cette commande à la main.",
    "Order {reference}: Tryton does come to the total of {gross}, but to other taxes than the shop. {rates} Nothing was "
    "confirmed. Change “Taxes of the document” in the channel’s order rules (“as the ERP works them out”), then retry, or enter "
    "this order by hand.",
)
RATE_DIFFERS = Text(
    "tryton.rate_differs",
    "TVA à {rate} % : {found} HT et {found_tax} de taxe au lieu de {wanted} et {wanted_tax}.",
    "VAT at {rate} %: {found} net and {found_tax} of tax instead of {wanted} and {wanted_tax}.",
)
NO_ORIGIN = Text(
    "tryton.no_origin",
    "Avoir {reference} : la vente {key} qu’il crédite n’existe pas (ou plus) dans Tryton. Faites l’avoir à la main dans Tryton.",
    "Credit note {reference}: the sale {key} that it credits does not exist (any more) in Tryton. Make the credit note by hand "
    "in Tryton.",
)
LINE_ADDED = Text(
    "tryton.line_added",
    "« {title} » : {found} HT ajoutés par Tryton.",
    "“{title}”: {found} net added by Tryton.",
)
ROUNDING_DIFFERS = Text(
    "tryton.rounding_differs",
    "Les lignes sont les mêmes ; seul l’arrondi de la TVA diffère. Choisissez un article d’arrondi dans les réglages de la "
    "connexion (ou relevez l’arrondi maximal), puis réessayez.",
    "The lines are the same; only the rounding of VAT differs. Choose a rounding article in the settings of the connection "
    "(or raise the largest rounding), then retry.",
)
