"""What is said when the writing bridge, or Sage behind it, refuses: by the `kind` of `protocol.Failure`."""

from raccord_connectors.contract import Text

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
        "{key} : la période du {day} est clôturée dans Sage. Rouvrez-la ou changez la date, puis réessayez.",
        "{key}: the period of {day} is closed in Sage. Open it again or change the date, then retry.",
    ),
    "no_exercise": Text(
        "sage100.no_exercise",
        "{key} : le {day} n’est dans aucun exercice ouvert de Sage. Créez l’exercice, ou faites dater les documents du jour de "
        "leur saisie dans les réglages du canal, puis réessayez.",
        "{key}: {day} is in no open fiscal year of Sage. Create the year, or have documents dated by the day of their entry in "
        "the channel’s settings, then retry.",
    ),
    "credit_limit": Text(
        "sage100.credit_limit",
        "{key} : Sage refuse, l’encours autorisé du client {customer} est dépassé. Relevez son encours ou choisissez un autre "
        "client, puis réessayez.",
        "{key}: Sage refuses, the credit limit of the customer {customer} is exceeded. Raise it or choose another customer, then "
        "retry.",
    ),
    "stock_short": Text(
        "sage100.stock_short",
        "{key} : Sage refuse, le stock ne suffit pas ({said}). Vérifiez le stock du dépôt, ou autorisez le stock négatif dans "
        "Sage, puis réessayez.",
        "{key}: Sage refuses, there is not enough stock ({said}). Check the depot’s stock, or allow negative stock in Sage, then "
        "retry.",
    ),
    "unknown_article": Text(
        "sage100.unknown_article",
        "{key} : l’article {article} n’existe pas dans Sage. Créez-le ou corrigez le lien du catalogue, puis réessayez.",
        "{key}: the article {article} does not exist in Sage. Create it or correct the catalogue’s binding, then retry.",
    ),
    "sleeping_article": Text(
        "sage100.sleeping_article",
        "{key} : l’article {article} est en sommeil dans Sage. Réveillez-le ou remplacez-le, puis réessayez.",
        "{key}: the article {article} is asleep in Sage. Wake it or replace it, then retry.",
    ),
    "unknown_variant": Text(
        "sage100.unknown_variant",
        "{key} : cette déclinaison de l’article {article} n’existe pas dans Sage. Corrigez le lien, puis réessayez.",
        "{key}: this variant of the article {article} does not exist in Sage. Correct the binding, then retry.",
    ),
    "unknown_customer": Text(
        "sage100.unknown_customer",
        "{key} : le compte client {customer} n’existe pas dans Sage. Choisissez un autre client, puis réessayez.",
        "{key}: the customer account {customer} does not exist in Sage. Choose another customer, then retry.",
    ),
    "sleeping_customer": Text(
        "sage100.sleeping_customer",
        "{key} : le compte client {customer} est en sommeil dans Sage. Réveillez-le, puis réessayez.",
        "{key}: the customer account {customer} is asleep in Sage. Wake it, then retry.",
    ),
    "blocked_customer": Text(
        "sage100.blocked_customer",
        "{key} : le compte client {customer} est bloqué dans Sage (encours). Débloquez-le, puis réessayez.",
        "{key}: the customer account {customer} is blocked in Sage (credit). Unblock it, then retry.",
    ),
    "tax_missing": Text(
        "sage100.tax_missing",
        "{key} : l’article {article} n’a pas de TVA au taux {rate} % dans Sage. Complétez sa comptabilité, puis réessayez.",
        "{key}: the article {article} has no VAT at the rate {rate} % in Sage. Complete its accounting, then retry.",
    ),
    "no_currency": Text(
        "sage100.no_currency",
        "{key} : la passerelle de Sage n’écrit pas de documents en {currency}. Saisissez celui-ci dans Sage, ou ignorez-le ici.",
        "{key}: Sage’s bridge writes no documents in {currency}. Enter this one in Sage, or ignore it here.",
    ),
    "total_differs": Text(
        "sage100.total_differs",
        "{key} : Sage arrive à {found} et le client a payé {expected}. Rien n’a été écrit. Vérifiez les taux de TVA "
        "des articles de la commande.",
        "{key}: Sage comes to {found} and the customer paid {expected}. Nothing was written. Check the VAT rates of "
        "the order’s articles.",
    ),
    "too_long": Text(
        "sage100.refused_too_long",
        "{key} : le champ {column} de Sage est trop court pour la valeur donnée. Raccourcissez-la, puis réessayez.",
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
