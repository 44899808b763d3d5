"""What a merchant is told of a paper that did not reach its customer."""

from raccord_connectors.contract import Text

CHANGED = Text(
    "paper.changed",
    "{number} a été modifié dans la gestion après avoir été remis au client ({was} TTC, maintenant {now} TTC). Le client voit "
    "toujours le document remis. Remettez la nouvelle version, ou faites un avoir dans la gestion.",
    "{number} was altered in the ERP after it was given to the customer ({was}, now {now}). The customer still sees the document "
    "as given. Give the new version, or make a credit note in the ERP.",
)
NOT_FINAL = Text(
    "paper.not_final",
    "{number} n’est pas encore définitif dans la gestion (à valider ou à comptabiliser). Il sera remis au client ensuite.",
    "{number} is not final in the ERP yet (an invoice to be validated or posted). It will be given to the customer then.",
)
NO_FILE = Text(
    "paper.no_file",
    "{number} : aucun fichier « {name} » dans les dossiers autorisés de l’agent. Imprimez la facture en PDF dans ce dossier, ou "
    "choisissez dans les réglages des documents que Raccord la dessine.",
    "{number}: no file “{name}” in the agent’s allowed folders. Print the invoice as PDF into that folder, or choose in the "
    "document settings that Raccord draws it.",
)
NO_RECORD = Text(
    "paper.no_record",
    "{number} n’est plus dans la gestion. Le document remis reste chez le client comme il était.",
    "{number} is no longer in the ERP. The document that was given stays with the customer as it was.",
)
