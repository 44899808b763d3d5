"""What is said of folders, files and orders that were laid down."""

from raccord_connectors.contract import Text

FOLDER_AWAY = Text(
    "folder.away",
    "Le dossier {folder} n’est pas accessible ({reason}). Vérifiez que le partage est connecté et que le compte de l’agent y a "
    "droit ; nous réessayons tout seuls.",
    "The folder {folder} cannot be reached ({reason}). Check that the share is connected and that the agent’s account may "
    "enter it; we keep trying by ourselves.",
)
NO_FOLDER = Text(
    "folder.missing",
    "Il n’y a pas de dossier {folder}. Créez-le, ou corrigez son nom dans la définition ({where}).",
    "There is no folder {folder}. Create it, or correct its name in the definition ({where}).",
)
NOT_WRITABLE = Text(
    "folder.not_writable",
    "Le compte de l’agent ne peut pas écrire dans {folder} ({reason}). Donnez-lui le droit de modifier ce dossier.",
    "The agent’s account cannot write into {folder} ({reason}). Give it the right to modify that folder.",
)
SENT = Text(
    "order.sent_not_confirmed",
    "{key} : envoyé le {at} ({what}), pas encore confirmé par la gestion. Rien ne sera envoyé une seconde fois. Si cela dure, "
    "vérifiez que la gestion lit ces commandes et écrit ses accusés{where_fr}.",
    "{key}: sent on {at} ({what}), not confirmed by the ERP yet. Nothing is sent a second time. If this lasts, check that the "
    "ERP reads these orders and writes its acknowledgements{where_en}.",
)
REFUSED = Text(
    "order.refused_by_erp",
    "{key} : la gestion refuse, champ « {field} » : {reason}. Corrigez la fiche ou la correspondance, puis réessayez.",
    "{key}: the ERP refuses, field “{field}”: {reason}. Correct the record or the correspondence, then retry.",
)
NOT_IN_ENCODING = Text(
    "order.not_in_encoding",
    "{key} : « {text} » contient des caractères ({signs}) que l’encodage {encoding} des fichiers de votre gestion ne connaît "
    "pas. Corrigez le texte, ou choisissez utf-8 dans la définition.",
    "{key}: “{text}” holds characters ({signs}) that the encoding {encoding} of your ERP’s files does not know. Correct the "
    "text, or choose utf-8 in the definition.",
)
ACK_UNKNOWN = Text(
    "ack.unknown",
    "{file}, ligne {row} : nous n’avons rien envoyé sous la référence « {reference} ». Recopiez la référence du fichier reçu.",
    "{file}, row {row}: we sent nothing under the reference “{reference}”. Copy the reference of the file received.",
)
ACK_INCOMPLETE = Text(
    "ack.incomplete",
    "{file}, ligne {row} : un accusé a besoin de « reference » et de « numero » (ou de « refus »). Ajoutez la colonne qui "
    "manque.",
    "{file}, row {row}: an acknowledgement needs “reference” and “number” (or “refused”). Add the column that is missing.",
)
ACK_AMOUNT = Text(
    "ack.amount",
    "{file}, ligne {row}, colonne « {column} » : « {value} » n’est pas un montant. Corrigez-le, puis déposez l’accusé à nouveau.",
    "{file}, row {row}, column “{column}”: “{value}” is not an amount. Correct it, then drop the acknowledgement again.",
)
