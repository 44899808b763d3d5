"""What makes a mapping unusable, said before it runs. `{target}` is the title of the rule's field."""

from raccord_connectors.contract import Text

UNKNOWN_TARGET = Text(
    "mapping.unknown_target",
    "La règle « {target} » vise un champ qui n’existe pas dans la boutique. Choisissez un champ de la liste.",
    "The rule “{target}” aims at a field that the shop does not have. Choose a field of the list.",
)
UNKNOWN_SOURCE = Text(
    "mapping.unknown_source",
    "La règle « {target} » lit « {source} », que la gestion n’a pas. Choisissez un champ de la liste.",
    "The rule “{target}” reads “{source}”, which the ERP does not have. Choose a field of the list.",
)
TWO_RULES = Text(
    "mapping.two_rules",
    "Deux règles remplissent « {target} ». Supprimez l’une des deux.",
    "Two rules fill “{target}”. Remove one of them.",
)
WHOLE_AND_PART = Text(
    "mapping.whole_and_part",
    "Une règle remplit « {whole} » en entier et une autre « {target} », qui en est une partie. Supprimez l’une des deux.",
    "One rule fills all of “{whole}” and another one “{target}”, which is a part of it. Remove one of the two.",
)
MANY_SOURCES = Text(
    "mapping.many_sources",
    "La règle « {target} » lit plusieurs champs : commencez-la par l’étape « premier non vide » ou « assembler ».",
    "The rule “{target}” reads several fields: begin it with the step “first not empty” or “join”.",
)
NEEDED = Text(
    "mapping.needed",
    "La règle « {target} » ne peut pas être laissée à la boutique : aucun article ne peut être créé sans elle.",
    "The rule “{target}” cannot be left to the shop: no article can be made without it.",
)
ALWAYS = Text(
    "mapping.always",
    "La règle « {target} » doit appartenir à la gestion, toujours : la boutique reconnaît l’article à ce champ.",
    "The rule “{target}” has to be the ERP’s always: the shop knows the article by this field.",
)
BAD_STEP = Text(
    "mapping.bad_step",
    "Règle « {target} », étape {number} ({step}) : {why}",
    "Rule “{target}”, step {number} ({step}): {why}",
)
