"""What this connector says to people: what happened, to which record, and what to do."""

from raccord_connectors.contract import Text

REFUSED = Text(
    "acme.refused",
    "La boutique refuse la fiche {key}, champ « {field} » : {reason}. Corrigez-la, elle repartira d’elle-même.",
    "The shop refuses the record {key}, field “{field}”: {reason}. Correct it, it will be sent again by itself.",
)
GONE = Text(
    "acme.gone",
    "{key} n’est plus dans la boutique (numéro {target}). Il sera recréé s’il doit y être.",
    "{key} is no longer in the shop (number {target}). It will be created again if it has to be there.",
)
NO_VARIANTS = Text(
    "acme.no_variants",
    "{key} a plusieurs déclinaisons, que cette boutique ne connaît pas. Publiez-les comme des articles séparés.",
    "{key} has several variants, which this shop does not know. Publish them as separate articles.",
)
