"""Why a webhook cannot be set, or was not taken."""

from raccord_connectors.contract import Text

NEEDS_NAME = Text(
    "webhook.needs_name",
    "Donnez un nom au webhook : celui du programme qu’il informe.",
    "Give the webhook a name: that of the program that it tells.",
)
NEEDS_EVENTS = Text(
    "webhook.needs_events",
    "Choisissez au moins un évènement.",
    "Choose at least one event.",
)
BAD_URL = Text(
    "webhook.bad_url",
    "Saisissez une adresse complète qui commence par https://, sans mot de passe dedans.",
    "Type a complete address that begins with https://, without a password in it.",
)
FORBIDDEN = Text(
    "webhook.forbidden_address",
    "L’adresse {host} mène à un réseau privé, où nous n’appelons jamais. Saisissez une adresse publique.",
    "The address {host} leads to a private network, which we never call. Type a public address.",
)
TOO_MANY = Text(
    "webhook.too_many",
    "Vous avez déjà {most} webhooks. Supprimez-en un pour en ajouter un autre.",
    "You have {most} webhooks already. Delete one to add another.",
)
NO_ANSWER = Text(
    "webhook.no_answer",
    "{host} n’a pas répondu ({reason}). Vérifiez l’adresse et que le programme est en marche.",
    "{host} did not answer ({reason}). Check the address and that the program runs.",
)
REFUSED = Text(
    "webhook.refused",
    "{host} a répondu {status} au lieu d’un succès (2xx). Sa réponse est dans le détail des appels.",
    "{host} answered {status} instead of a success (2xx). Its answer is in the list of calls.",
)
REDIRECTED = Text(
    "webhook.redirected",
    "{host} renvoie vers une autre adresse ({status}). Saisissez directement l’adresse définitive.",
    "{host} redirects to another address ({status}). Type the final address itself.",
)
GONE = Text(
    "webhook.gone",
    "{host} a répondu qu’il ne veut plus être appelé (410). Remettez le webhook en marche si c’est une erreur.",
    "{host} answered that it does not want to be called any more (410). Switch the webhook on again if that is wrong.",
)
STOPPED = Text(
    "webhook.stopped",
    "Depuis plus de {days} jours, aucun appel à {host} n’a réussi. Réparez-le, puis remettez le webhook en marche : ce qui a "
    "échoué peut être rejoué.",
    "For more than {days} days no call to {host} has succeeded. Mend it, then switch the webhook on again: what failed can be "
    "replayed.",
)
SEALED = Text(
    "webhook.sealed",
    "Le secret de ce webhook ne peut plus être lu. Faites-en un autre.",
    "The secret of this webhook can no longer be read. Make another one.",
)
