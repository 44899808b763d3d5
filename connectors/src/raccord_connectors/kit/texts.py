"""Sentences that any connector may say. A connector's own sentences live beside it, in its `texts.py`."""

from raccord_connectors.contract import Text

UNREACHABLE = Text(
    "connection.unreachable",
    "{host} ne répond pas. Vérifiez l’adresse et que le service est en marche ; nous réessayons tout seuls.",
    "{host} does not answer. Check the address and that the service is running; we keep trying by ourselves.",
)
BUSY = Text(
    "connection.busy",
    "{host} est surchargé ou limite nos appels (réponse {status}). Nous ralentissons et réessayons tout seuls.",
    "{host} is overloaded or limits our calls (answer {status}). We slow down and try again by ourselves.",
)
NOT_AN_API = Text(
    "connection.not_an_api",
    "{host} a répondu par autre chose que des données (souvent une page d’entretien ou un pare-feu). "
    "Vérifiez l’adresse ; nous réessayons tout seuls.",
    "{host} answered something that is not data (often a maintenance page or a firewall). "
    "Check the address; we keep trying by ourselves.",
)
REFUSED = Text(
    "connection.refused",
    "{host} refuse nos identifiants (réponse {status}). Recréez la clé d’accès et saisissez-la à nouveau.",
    "{host} refuses our credentials (answer {status}). Create the access key again and enter it anew.",
)
FORBIDDEN_ADDRESS = Text(
    "connection.forbidden_address",
    "L’adresse {host} mène à un réseau privé. Saisissez l’adresse publique de la boutique.",
    "The address {host} leads to a private network. Enter the public address of the shop.",
)
"""Text of the guard of rule 13: no call to a merchant-typed address reaches our own network."""
