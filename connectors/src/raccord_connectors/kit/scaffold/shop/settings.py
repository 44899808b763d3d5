"""What a merchant types to connect an Acme shop. The form is made from the labels."""

from typing import Annotated

from raccord_connectors.contract import label
from raccord_connectors.kit.settings import Settings


class AcmeSettings(Settings, kw_only=True, frozen=True):
    url: Annotated[
        str,
        label(
            "Adresse de la boutique",
            "Shop address",
            help_fr="Comme dans un navigateur, avec https:// au début.",
            help_en="As in a browser, with https:// at the beginning.",
        ),
    ]
    key: Annotated[str, label("Clé d’accès", "Access key", secret=True)]
