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
    "{host} a répondu par autre chose que des données (souvent une page d’entretien). "
    "Vérifiez l’adresse ; nous réessayons tout seuls.",
    "{host} answered something that is not data (often a maintenance page). "
    "Check the address; we keep trying by ourselves.",
)
ENDLESS = Text(
    "connection.endless",
    "La réponse de {host} est anormalement longue : nous l’avons interrompue. Nous réessayons tout seuls ; "
    "si cela dure, signalez-le à votre hébergeur.",
    "The answer of {host} is abnormally long: we cut it. We keep trying by ourselves; "
    "if it lasts, tell your hosting company.",
)
MOVED = Text(
    "connection.moved",
    "{host} renvoie vers {other}. Saisissez cette adresse-là dans les réglages de la connexion.",
    "{host} sends us on to {other}. Enter that address in the settings of the connection.",
)
BAD_ADDRESS = Text(
    "connection.bad_address",
    "L’adresse n’est pas utilisable. Saisissez-la comme dans un navigateur, avec https:// au début "
    "et sans identifiant ni mot de passe.",
    "The address cannot be used. Enter it as in a browser, with https:// at the beginning "
    "and without user name or password.",
)
UNKNOWN_ADDRESS = Text(
    "connection.unknown_address",
    "{host} existe mais ne propose pas le service attendu à cette adresse (réponse 404). Vérifiez l’adresse saisie.",
    "{host} exists but does not offer the expected service at this address (answer 404). Check the address entered.",
)
BLOCKED = Text(
    "connection.blocked",
    "Le pare-feu de {host} bloque nos appels (réponse 403). Demandez à votre hébergeur d’autoriser Raccord.",
    "The firewall of {host} blocks our calls (answer 403). Ask your hosting company to allow Raccord.",
)
UNEXPECTED = Text(
    "connection.unexpected",
    "{host} n’accepte pas notre demande (réponse {status}). Lancez le test de la connexion pour savoir ce qui manque.",
    "{host} does not accept our request (answer {status}). Test the connection to learn what is missing.",
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
