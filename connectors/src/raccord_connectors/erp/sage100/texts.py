"""What this connector says to people."""

import string

from raccord_connectors.contract import Text

# ------------------------------------------------------------------------------------------- the database

NO_DRIVER = Text(
    "sage100.no_driver",
    "Il manque à cet agent le pilote de base de données. Réinstallez-le avec l’option « sqlserver ».",
    "This agent lacks the database driver. Install it again with the option “sqlserver”.",
)
NO_ADDRESS = Text(
    "sage100.no_address",
    "Donnez le serveur SQL et le nom de la base de la société.",
    "Give the SQL server and the name of the company’s database.",
)
NOT_SAGE = Text(
    "sage100.not_sage",
    "La base {database} n’est pas celle d’une société Sage 100 : il lui manque {tables}. Choisissez la base que désigne "
    "le fichier .gcm.",
    "The database {database} is not that of a Sage 100 company: it lacks {tables}. Choose the one that the .gcm file "
    "points to.",
)
TABLE_MISSING = Text(
    "sage100.table_missing",
    "La table {table} n’est pas lisible dans la base {database}. Vérifiez la version de Sage 100 et donnez à notre "
    "identifiant le rôle db_datareader.",
    "The table {table} cannot be read in the database {database}. Check the version of Sage 100 and give our login the "
    "role db_datareader.",
)
NO_SUCH_STREAM = Text(
    "sage100.no_such_stream",
    "Sage 100 ne propose pas le flux « {stream} » de cette façon. Mettez l’agent à jour.",
    "Sage 100 does not offer the stream “{stream}” in this way. Update the agent.",
)

# ------------------------------------------------------------------------------------ records that are held

DOUBLED_ARTICLE = Text(
    "sage100.doubled_article",
    "Deux articles ont la même référence {key}, aux majuscules ou aux espaces près. Renommez-en un dans Sage.",
    "Two articles have the same reference {key}, but for capitals or spaces. Rename one of them in Sage.",
)
DOUBLED_CUSTOMER = Text(
    "sage100.doubled_customer",
    "Deux comptes clients ont le même numéro {key}, aux majuscules ou aux espaces près. Renommez-en un dans Sage.",
    "Two customer accounts have the same number {key}, but for capitals or spaces. Rename one of them in Sage.",
)
NO_NAME = Text(
    "sage100.no_name",
    "L’article {article} n’a pas de désignation. Saisissez-la dans sa fiche Sage pour qu’il puisse être publié.",
    "The article {article} has no label. Enter it in its Sage record so that it can be published.",
)
NO_LABEL = Text(
    "sage100.no_label",
    "Une déclinaison de l’article {article} n’a pas de libellé de gamme. Complétez les énumérés de gamme de sa fiche.",
    "A variant of the article {article} has no axis label. Complete the axis values of its record.",
)
UNKNOWN_TAX = Text(
    "sage100.unknown_tax",
    "L’article {article} utilise le code taxe {code}, qui n’existe pas. Corrigez sa comptabilité ou celle de sa famille.",
    "The article {article} uses the tax code {code}, which does not exist. Correct its accounting or its family’s.",
)
TIER_BY_AMOUNT = Text(
    "sage100.tier_by_amount",
    "L’article {article} a un tarif par quantité en montant de remise sur la ligne, qui ne donne pas de prix à l’unité. "
    "Exprimez-le en pourcentage, en montant unitaire ou en prix net.",
    "The article {article} has a quantity tier that takes an amount off the whole line, which gives no unit price. "
    "Express it in percent, per unit or as a net price.",
)
NAMELESS_NODE = Text(
    "sage100.nameless_node",
    "Le niveau de catalogue {key} n’a pas d’intitulé. Saisissez-le dans Sage.",
    "The catalogue level {key} has no title. Enter it in Sage.",
)
NO_TITLE = Text(
    "sage100.no_title",
    "Le compte client {customer} n’a pas d’intitulé. Saisissez-le dans sa fiche Sage.",
    "The customer account {customer} has no title. Enter it in its Sage record.",
)
NO_DATE = Text(
    "sage100.no_date",
    "Le document {document} n’a pas de date. Ouvrez-le et enregistrez-le à nouveau dans Sage.",
    "The document {document} has no date. Open it and save it again in Sage.",
)

# ------------------------------------------------------------------------------------------- what we write

READ_ONLY = Text(
    "sage100.read_only",
    "Cette connexion Sage 100 est en lecture seule : indiquez la commande de la passerelle d’écriture dans ses réglages.",
    "This Sage 100 connection only reads: give the command of the writing bridge in its settings.",
)
NO_RECORD = Text(
    "sage100.no_record",
    "La demande d’écriture {key} est vide ou n’est pas permise ({op}). Mettez la plateforme et l’agent à jour.",
    "The write {key} is empty or not allowed ({op}). Update the platform and the agent.",
)
TOO_LONG = Text(
    "sage100.too_long",
    "« {value} » est trop long pour le champ {column} de Sage ({width} caractères). Raccourcissez-le, puis relancez.",
    "“{value}” is too long for Sage’s field {column} ({width} characters). Shorten it, then retry.",
)
BAD_KIND = Text(
    "sage100.bad_kind",
    "La commande {key} ne peut pas devenir un document de type {kind} : choisissez devis, bon de commande, bon de livraison ou "
    "facture.",
    "The order {key} cannot become a document of type {kind}: choose quotation, order, delivery note or invoice.",
)
UNKNOWN_ORIGIN = Text(
    "sage100.unknown_origin",
    "L’avoir {key} est celui du document {document}, que Sage n’a pas ou n’a plus. Il n’est pas écrit. Vérifiez ce document dans "
    "Sage.",
    "The credit note {key} is of the document {document}, which Sage does not have, or no more. It is not written. Check that "
    "document in Sage.",
)
UNKNOWN_CREDIT = Text(
    "sage100.unknown_credit",
    "Le remboursement {key} solde l’avoir {document}, que Sage n’a pas ou n’a plus. Il n’est pas saisi. Vérifiez cet avoir dans "
    "Sage.",
    "The refund {key} pays out the credit note {document}, which Sage does not have, or no more. It is not entered. Check that "
    "credit note in Sage.",
)
TOTALS_OF_DRAFT = Text(
    "sage100.totals_of_draft",
    "Commande {key} : ses lignes font {lines} € et son total {total} €. Elle n’est pas écrite tant qu’ils diffèrent.",
    "Order {key}: its lines make {lines} € and its total {total} €. It is not written while they differ.",
)
FOREIGN_CURRENCY = Text(
    "sage100.foreign_currency",
    "La commande {key} est en {currency}. Seules les commandes en euros sont écrites dans Sage 100.",
    "The order {key} is in {currency}. Only orders in euros are written to Sage 100.",
)
NO_ITEM = Text(
    "sage100.no_item",
    "Commande {key} : la ligne « {title} » n’a pas d’article. Choisissez l’article de port ou de frais dans le canal.",
    "Order {key}: the line “{title}” has no article. Choose the article for shipping or charges in the channel.",
)
UNKNOWN_DEPOT = Text(
    "sage100.unknown_depot",
    "Commande {key} : le dépôt {depot} n’existe pas dans Sage. Corrigez le dépôt dans les réglages du canal.",
    "Order {key}: the depot {depot} does not exist in Sage. Correct the depot in the channel’s settings.",
)
UNKNOWN_REPRESENTATIVE = Text(
    "sage100.unknown_representative",
    "Commande {key} : le représentant {representative} n’existe pas dans Sage. Corrigez-le dans les réglages du canal.",
    "Order {key}: the representative {representative} does not exist in Sage. Correct it in the channel’s settings.",
)
UNKNOWN_PAYMENT_METHOD = Text(
    "sage100.unknown_payment_method",
    "Commande {key} : le mode de règlement {method} n’existe pas dans Sage. Corrigez la correspondance des règlements.",
    "Order {key}: the payment method {method} does not exist in Sage. Correct the table of payment methods.",
)
UNKNOWN_PAYMENT_MODE = Text(
    "sage100.unknown_payment_mode",
    "Règlement {key} : le mode de règlement « {method} » n’existe pas dans Sage. Choisissez-le dans les règlements du canal, ou "
    "dans la table des modes de règlement de la connexion.",
    "Payment {key}: the payment method “{method}” does not exist in Sage. Choose it in the channel’s payments, or in the "
    "connection’s table of payment methods.",
)
UNKNOWN_DOCUMENT = Text(
    "sage100.unknown_document",
    "Règlement {key} : le document {document} n’est plus dans Sage. Rien n’a été saisi. Vérifiez s’il a été supprimé.",
    "Payment {key}: the document {document} is no longer in Sage. Nothing was entered. Check whether it was deleted.",
)
NO_DEPOSIT_INVOICE = Text(
    "sage100.no_deposit_invoice",
    "Règlement {key} : Sage émet ses factures d’acompte lui-même, à la saisie d’un acompte, si la société le veut ; on ne peut "
    "pas les lui demander. Choisissez « Acompte sur la commande » pour ce moyen de paiement dans les réglages du canal.",
    "Payment {key}: Sage issues its deposit invoices by itself when a deposit is entered, if the company wants them; they cannot "
    "be asked for. Choose “Deposit on the order” for this payment method in the channel’s settings.",
)
NO_AMOUNT = Text(
    "sage100.no_amount",
    "Règlement {key} : le montant {amount} n’est pas positif. Corrigez le paiement de la commande.",
    "Payment {key}: the amount {amount} is not positive. Correct the payment of the order.",
)
NOT_VISIBLE = Text(
    "sage100.not_visible",
    "Sage dit avoir écrit {key}, mais nous ne le relisons pas encore. Nous vérifions à nouveau tout seuls.",
    "Sage says that it wrote {key}, but we do not read it back yet. We check again by ourselves.",
)
NO_CODE_LEFT = Text(
    "sage100.no_code_left",
    "Aucun numéro de compte libre après {code}. Changez le préfixe des comptes clients dans les réglages.",
    "No free account number after {code}. Change the prefix of customer accounts in the settings.",
)

# ---------------------------------------------------------------------------------------------- the bridge

BRIDGE_MISSING = Text(
    "sage100.bridge_missing",
    "La passerelle d’écriture {program} ne démarre pas. Vérifiez la commande dans les réglages et son installation.",
    "The writing bridge {program} does not start. Check the command in the settings and its installation.",
)
BRIDGE_DOWN = Text(
    "sage100.bridge_down",
    "La passerelle d’écriture de Sage ne répond pas. Nous la relançons et réessayons tout seuls.",
    "Sage’s writing bridge does not answer. We start it again and retry by ourselves.",
)
SAGE_REFUSES = Text(
    "sage100.refused",
    "Sage refuse {key} : {said}",
    "Sage refuses {key}: {said}",
)
BRIDGE_REFUSALS: dict[str, Text] = {
    "locked": Text(
        "sage100.locked",
        "{what} est ouvert par un utilisateur de Sage. Nous réessayons dès qu’il est fermé.",
        "{what} is open at a Sage user’s. We try again once it is closed.",
    ),
    "licence": Text(
        "sage100.licence",
        "Toutes les licences Sage sont prises. Nous réessayons ; au besoin, fermez un poste ou ajoutez une licence.",
        "All Sage licences are in use. We try again; if need be, close a workstation or add a licence.",
    ),
    "busy": Text(
        "sage100.busy",
        "Sage est occupé (sauvegarde, clôture ou maintenance). Nous réessayons tout seuls.",
        "Sage is busy (backup, closing or maintenance). We try again by ourselves.",
    ),
    "exclusive": Text(
        "sage100.exclusive",
        "Un utilisateur a ouvert la société Sage en mode exclusif ({said}). Rien d’autre ne peut y écrire : quand il aura fini, "
        "ou fermé, nous réessayons tout seuls.",
        "A user has opened the Sage company exclusively ({said}). Nothing else can write in it: once he has finished, or closed "
        "it, we try again by ourselves.",
    ),
    "no_space": Text(
        "sage100.no_space",
        "Le disque du serveur de Sage est plein ({said}). Libérez de la place ; nous réessayons tout seuls.",
        "The disk of Sage’s server is full ({said}). Make room; we try again by ourselves.",
    ),
    "no_right": Text(
        "sage100.no_right",
        "L’utilisateur Sage de la passerelle n’a pas le droit de faire cela ({said}). Donnez-lui ce droit dans Sage (Fichier, "
        "Autorisations d’accès) : tout ce qui l’attend repart alors tout seul.",
        "The bridge’s Sage user has not the right to do this ({said}). Give it that right in Sage (Fichier, Autorisations "
        "d’accès): all that waits for it then goes on by itself.",
    ),
    "moved": Text(
        "sage100.moved",
        "{key} : le document vient d’être transformé dans Sage. Nous réessayons tout seuls.",
        "{key}: the document has just been transformed in Sage. We try again by ourselves.",
    ),
    "login_refused": Text(
        "sage100.login_refused",
        "Sage refuse l’utilisateur ou le mot de passe de la passerelle. Corrigez-les dans les réglages.",
        "Sage refuses the bridge’s user or password. Correct them in the settings.",
    ),
    "no_company": Text(
        "sage100.no_company",
        "La passerelle ne trouve pas la société ({said}). Vérifiez le fichier .gcm, ou le serveur et la base.",
        "The bridge does not find the company ({said}). Check the .gcm file, or the server and the database.",
    ),
    "not_installed": Text(
        "sage100.not_installed",
        "Les Objets métiers de Sage ne sont pas installés sur ce poste, ou pas en 32 bits. Installez la version qui "
        "correspond à votre Sage 100.",
        "Sage’s Objets métiers are not installed on this machine, or not in 32 bits. Install the version that matches "
        "your Sage 100.",
    ),
    "version_mismatch": Text(
        "sage100.version_mismatch",
        "La version des Objets métiers ne correspond pas à celle de Sage 100 ({said}). Installez la bonne version.",
        "The version of the Objets métiers does not match Sage 100’s ({said}). Install the right version.",
    ),
    "protocol": Text(
        "sage100.protocol",
        "La passerelle d’écriture est d’une autre version que l’agent. Mettez les deux à jour ensemble.",
        "The writing bridge has another version than the agent. Update both together.",
    ),
    "unsupported": Text(
        "sage100.unsupported",
        "La passerelle d’écriture ne sait pas faire cela ({said}). Mettez-la à jour.",
        "The writing bridge cannot do this ({said}). Update it.",
    ),
    "month_closed": Text(
        "sage100.month_closed",
        "{key} : la période du {day} est clôturée dans Sage. Rouvrez-la ou changez la date, puis relancez.",
        "{key}: the period of {day} is closed in Sage. Open it again or change the date, then retry.",
    ),
    "no_exercise": Text(
        "sage100.no_exercise",
        "{key} : le {day} n’est dans aucun exercice ouvert de Sage. Créez l’exercice, ou faites dater les documents du jour de "
        "leur saisie dans les réglages du canal, puis relancez.",
        "{key}: {day} is in no open fiscal year of Sage. Create the year, or have documents dated by the day of their entry in "
        "the channel’s settings, then retry.",
    ),
    "credit_limit": Text(
        "sage100.credit_limit",
        "{key} : Sage refuse, l’encours autorisé du client {customer} est dépassé. Relevez son encours ou choisissez un autre "
        "client, puis relancez.",
        "{key}: Sage refuses, the credit limit of the customer {customer} is exceeded. Raise it or choose another customer, then "
        "retry.",
    ),
    "stock_short": Text(
        "sage100.stock_short",
        "{key} : Sage refuse, le stock ne suffit pas ({said}). Vérifiez le stock du dépôt, ou autorisez le stock négatif dans "
        "Sage, puis relancez.",
        "{key}: Sage refuses, there is not enough stock ({said}). Check the depot’s stock, or allow negative stock in Sage, then "
        "retry.",
    ),
    "unknown_article": Text(
        "sage100.unknown_article",
        "{key} : l’article {article} n’existe pas dans Sage. Créez-le ou corrigez le lien du catalogue, puis relancez.",
        "{key}: the article {article} does not exist in Sage. Create it or correct the catalogue’s binding, then retry.",
    ),
    "sleeping_article": Text(
        "sage100.sleeping_article",
        "{key} : l’article {article} est en sommeil dans Sage. Réveillez-le ou remplacez-le, puis relancez.",
        "{key}: the article {article} is asleep in Sage. Wake it or replace it, then retry.",
    ),
    "unknown_variant": Text(
        "sage100.unknown_variant",
        "{key} : cette déclinaison de l’article {article} n’existe pas dans Sage. Corrigez le lien, puis relancez.",
        "{key}: this variant of the article {article} does not exist in Sage. Correct the binding, then retry.",
    ),
    "unknown_customer": Text(
        "sage100.unknown_customer",
        "{key} : le compte client {customer} n’existe pas dans Sage. Choisissez un autre client, puis relancez.",
        "{key}: the customer account {customer} does not exist in Sage. Choose another customer, then retry.",
    ),
    "sleeping_customer": Text(
        "sage100.sleeping_customer",
        "{key} : le compte client {customer} est en sommeil dans Sage. Réveillez-le, puis relancez.",
        "{key}: the customer account {customer} is asleep in Sage. Wake it, then retry.",
    ),
    "blocked_customer": Text(
        "sage100.blocked_customer",
        "{key} : le compte client {customer} est bloqué dans Sage (encours). Débloquez-le, puis relancez.",
        "{key}: the customer account {customer} is blocked in Sage (credit). Unblock it, then retry.",
    ),
    "tax_missing": Text(
        "sage100.tax_missing",
        "{key} : l’article {article} n’a pas de TVA au taux {rate} % dans Sage. Complétez sa comptabilité, puis relancez.",
        "{key}: the article {article} has no VAT at the rate {rate} % in Sage. Complete its accounting, then retry.",
    ),
    "total_differs": Text(
        "sage100.total_differs",
        "{key} : Sage arrive à {found} € et le client a payé {expected} €. Rien n’a été écrit. Vérifiez les taux de TVA "
        "des articles de la commande.",
        "{key}: Sage comes to {found} € and the customer paid {expected} €. Nothing was written. Check the VAT rates of "
        "the order’s articles.",
    ),
    "too_long": Text(
        "sage100.refused_too_long",
        "{key} : le champ {column} de Sage est trop court pour la valeur donnée. Raccourcissez-la, puis relancez.",
        "{key}: Sage’s field {column} is too short for the given value. Shorten it, then retry.",
    ),
    "nothing_due": Text(
        "sage100.nothing_due",
        "{key} : il reste {left} € à régler sur {piece} dans Sage, et le règlement est de {amount} €. Rien n’a été saisi. "
        "Vérifiez ce qui a déjà été réglé à la main.",
        "{key}: {left} € are left to pay on {piece} in Sage, and the payment is of {amount} €. Nothing was entered. Check what "
        "was already entered by hand.",
    ),
    "too_much_back": Text(
        "sage100.too_much_back",
        "{key} : {left} € ont été réglés sur {piece} dans Sage, et le remboursement est de {amount} €. Rien n’a été saisi. "
        "Vérifiez les règlements de ce document.",
        "{key}: {left} € were paid on {piece} in Sage, and the refund is of {amount} €. Nothing was entered. Check the payments "
        "of that document.",
    ),
    "not_validated": Text(
        "sage100.not_validated",
        "{key} : la facture {piece} n’est pas validée dans Sage, qui refuse d’y affecter un règlement. Validez-la ; nous "
        "réessayons tout seuls.",
        "{key}: the invoice {piece} is not validated in Sage, which refuses to allocate a payment to it. Validate it; we try "
        "again by ourselves.",
    ),
    "by_hand": Text(
        "sage100.by_hand",
        "{key} : la passerelle de Sage ne sait pas saisir ce règlement après coup. Saisissez-le dans Sage avec « {label} » "
        "comme libellé : nous le reconnaîtrons.",
        "{key}: Sage’s bridge cannot enter this payment afterwards. Enter it in Sage with “{label}” as its title: we shall "
        "recognise it.",
    ),
    "code_taken": Text(
        "sage100.code_taken",
        "{key} : le compte {customer} existe déjà dans Sage.",
        "{key}: the account {customer} already exists in Sage.",
    ),
}


def places_of(text: Text) -> set[str]:
    """The `{places}` that a text wants."""
    return {name for _, name, _, _ in string.Formatter().parse(text.fr + text.en) if name}
