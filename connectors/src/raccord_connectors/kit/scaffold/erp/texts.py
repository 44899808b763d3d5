"""What this connector says to people: what happened, to which record, and what to do."""

from raccord_connectors.contract import Text

REFUSED = Text(
    "acme.refused",
    "L’ERP refuse {key}, champ « {field} » : {reason}. Corrigez la fiche ou la correspondance, puis réessayez.",
    "The ERP refuses {key}, field “{field}”: {reason}. Correct the record or the correspondence, then try again.",
)
BAD_DATE = Text(
    "acme.bad_date",
    "Le document {key} porte une date illisible ({value}). Corrigez-la dans l’ERP.",
    "The document {key} carries an unreadable date ({value}). Correct it in the ERP.",
)
