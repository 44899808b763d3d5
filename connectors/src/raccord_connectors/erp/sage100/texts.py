"""What this connector says to people."""

import string

from raccord_connectors.contract import Text
from raccord_connectors.erp.sage100.refusals import BRIDGE_REFUSALS as BRIDGE_REFUSALS

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
    "« {value} » est trop long pour le champ {column} de Sage ({width} caractères). Raccourcissez-le, puis réessayez.",
    "“{value}” is too long for Sage’s field {column} ({width} characters). Shorten it, then retry.",
)
PHONE_CUT = Text(
    "sage100.phone_cut",
    "Client {customer} : le téléphone « {value} » est trop long pour Sage. La fiche garde « {kept} » ; le reste, « {rest} », "
    "{place_fr}.",
    "Customer {customer}: the telephone “{value}” is too long for Sage. The record keeps “{kept}”; the rest, “{rest}”, "
    "{place_en}.",
)
IN_COMPLEMENT = ("est dans le complément d’adresse", "stands in the address complement")
NO_ROOM = ("n’a pas trouvé de place : notez-le dans Sage", "found no room: note it in Sage")
BY_HAND = Text(
    "sage100.customer_by_hand",
    "Client {customer} : la passerelle de Sage ne sait pas écrire {columns}. Le reste est enregistré ; saisissez-les dans Sage.",
    "Customer {customer}: Sage’s bridge cannot write {columns}. The rest is saved; enter them in Sage.",
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
    "Commande {key} : ses lignes font {lines} {currency} et son total {total} {currency}. Elle n’est pas écrite tant qu’ils "
    "diffèrent.",
    "Order {key}: its lines make {lines} {currency} and its total {total} {currency}. It is not written while they differ.",
)
UNKNOWN_CURRENCY = Text(
    "sage100.unknown_currency",
    "Commande {key} : elle est en {currency}, et Sage n’a pas cette devise. Créez-la dans Sage (Structure, Devises) avec son "
    "code ISO et son cours, puis réessayez.",
    "Order {key}: it is in {currency}, and Sage does not have that currency. Create it in Sage (Structure, Devises) with its ISO "
    "code and its rate, then try again.",
)
RATES_NOT_SAID = Text(
    "sage100.rates_not_said",
    "Commande {key} : elle est en {currency}, et nous ne savons pas comment vos devises sont cotées dans Sage. Dites-le dans les "
    "réglages de la connexion (Cotation des devises), puis réessayez.",
    "Order {key}: it is in {currency}, and we do not know how your currencies are quoted in Sage. Say it in the connection’s "
    "settings (Quotation of currencies), then try again.",
)
NO_RATE = Text(
    "sage100.no_rate",
    "Commande {key} : ni la boutique ni Sage ne disent le cours de {currency}. Complétez-le dans Sage (Structure, Devises), puis "
    "réessayez.",
    "Order {key}: neither the shop nor Sage tells the rate of {currency}. Fill it in in Sage (Structure, Devises), then "
    "try again.",
)
RATE_FAR = Text(
    "sage100.rate_far",
    "Commande {key} : la boutique compte 1 {currency} pour {told} € et Sage pour {known} €. Rien n’a été écrit. Vérifiez le "
    "cours dans Sage et le réglage « Cotation des devises », puis réessayez.",
    "Order {key}: the shop counts 1 {currency} as {told} € and Sage as {known} €. Nothing was written. Check the rate in Sage "
    "and the setting “Quotation of currencies”, then try again.",
)
ECO_IN_CURRENCY = Text(
    "sage100.eco_in_currency",
    "Commande {key} : elle est en {currency} et l’article {article} porte une éco-contribution en euros. Comment Sage la "
    "convertit n’est pas connu ; saisissez cette commande dans Sage.",
    "Order {key}: it is in {currency} and the article {article} carries an eco-contribution in euros. How Sage converts it is "
    "not known; enter this order in Sage.",
)
CURRENCY_OF_PAYMENT = Text(
    "sage100.currency_of_payment",
    "Le règlement {key} est en {currency} et son document dans Sage en {known}. Saisissez-le dans Sage.",
    "The payment {key} is in {currency} and its document in Sage in {known}. Enter it in Sage.",
)
FOREIGN_SETTLEMENT = Text(
    "sage100.foreign_settlement",
    "Le règlement {key} est en {currency} et la commande est déjà facturée. Comment Sage affecte un règlement en devise à une "
    "facture n’est pas connu ; saisissez-le dans Sage.",
    "The payment {key} is in {currency} and the order is invoiced already. How Sage allocates a payment in another currency to "
    "an invoice is not known; enter it in Sage.",
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


def places_of(text: Text) -> set[str]:
    """The `{places}` that a text wants."""
    return {name for _, name, _, _ in string.Formatter().parse(text.fr + text.en) if name}
