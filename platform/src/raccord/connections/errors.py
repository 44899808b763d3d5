"""What can go wrong with a connection before anybody calls it."""

from raccord_connectors.contract import Text

NOT_A_SHOP = Text(
    "connection.not_a_shop",
    "Le connecteur {name} n’est pas celui d’une boutique. Choisissez-en un autre.",
    "The connector {name} is not one for shops. Choose another.",
)
NOT_AN_ERP = Text(
    "connection.not_an_erp",
    "Le connecteur {name} n’est pas celui d’une gestion commerciale. Choisissez-en un autre.",
    "The connector {name} is not one for ERPs. Choose another.",
)
UNKNOWN = Text(
    "connection.unknown_here",
    "Cette connexion n’existe pas, ou plus.",
    "This connection does not exist, or no longer.",
)
SEALED = Text(
    "connection.sealed",
    "Les clés de la boutique ne peuvent plus être lues sur cette installation. Saisissez-les à nouveau.",
    "The shop’s keys can no longer be read on this installation. Enter them again.",
)
FAILED = Text(
    "connection.failed",
    "Le test a échoué par une erreur de notre fait ; elle nous est signalée. Réessayez plus tard.",
    "The test failed by an error of ours; it is reported to us. Try again later.",
)
