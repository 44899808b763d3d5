"""What a merchant's agent needs to reach an Acme ERP. The credentials stay on the merchant's machine."""

from typing import Annotated

from raccord_connectors.contract import label
from raccord_connectors.kit.settings import Settings


class AcmeSettings(Settings, kw_only=True, frozen=True):
    url: Annotated[
        str,
        label(
            "Adresse du serveur",
            "Server address",
            help_fr="Celle du serveur Acme dans vos locaux, par exemple http://serveur:8080",
            help_en="That of the Acme server on your premises, such as http://server:8080",
        ),
    ]
    key: Annotated[str, label("Clé d’accès", "Access key", secret=True)]
    depot: Annotated[str, label("Dépôt", "Depot", advanced=True)] = "1"
