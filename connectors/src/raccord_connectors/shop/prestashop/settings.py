"""What the merchant types to connect a PrestaShop."""

from typing import Annotated

from msgspec import Meta

from raccord_connectors.contract import label
from raccord_connectors.kit.settings import Settings


class PrestaShopSettings(Settings, frozen=True, kw_only=True):
    url: Annotated[
        str,
        label(
            "Adresse de la boutique",
            "Address of the shop",
            help_fr="Telle que dans le navigateur, par exemple https://www.ma-boutique.fr",
            help_en="As in the browser, for example https://www.my-shop.com",
        ),
    ]
    key: Annotated[
        str,
        label(
            "Clé du webservice",
            "Webservice key",
            secret=True,
            help_fr="Back-office › Paramètres avancés › Webservice : activez-le, ajoutez une clé (32 caractères) et cochez ses "
            "droits. « Tester la connexion » dit lesquels manquent.",
            help_en="Back office › Advanced parameters › Webservice: enable it, add a key (32 characters) and tick its rights. "
            "“Test the connection” says which are missing.",
        ),
    ]
    state_preparing: Annotated[
        str,
        label(
            "État « en préparation »",
            "State “being prepared”",
            advanced=True,
            help_fr="N° de l’état de commande. Vide : celui que PrestaShop prévoit pour cela ; « - » : ne pas changer l’état.",
            help_en="Number of the order state. Empty: the one that PrestaShop has for it; “-”: leave the state alone.",
        ),
    ] = ""
    state_shipped: Annotated[
        str,
        label(
            "État « expédié »",
            "State “shipped”",
            advanced=True,
            help_fr="N° de l’état de commande. Vide : celui que PrestaShop prévoit pour cela ; « - » : ne pas changer l’état.",
            help_en="Number of the order state. Empty: the one that PrestaShop has for it; “-”: leave the state alone.",
        ),
    ] = ""
    shop_mails: Annotated[
        bool,
        label(
            "La boutique prévient le client",
            "The shop tells the customer",
            help_fr="PrestaShop envoie ses e-mails quand Raccord change un état ou donne un n° de suivi. Laissez "
            "décoché si Raccord "
            "prévient lui-même.",
            help_en="PrestaShop sends its e-mails when Raccord changes a state or gives a tracking number. Leave it "
            "off if Raccord "
            "tells the customer itself.",
        ),
    ] = False
    shop_id: Annotated[
        str,
        label(
            "N° de la boutique (multiboutique)",
            "Number of the shop (multistore)",
            advanced=True,
            help_fr="Vide s’il n’y a qu’une boutique.",
            help_en="Empty if there is only one shop.",
        ),
    ] = ""
    products_per_call: Annotated[
        int,
        Meta(ge=1, le=50),
        label(
            "Articles par appel",
            "Products per call",
            advanced=True,
            help_fr="10 convient à la plupart des hébergements. Baissez-le si la boutique dépasse son temps de réponse.",
            help_en="10 suits most hosting. Lower it if the shop takes too long to answer.",
        ),
    ] = 10
    key_in_address: Annotated[
        bool,
        label(
            "Transmettre la clé dans l’adresse",
            "Send the key in the address",
            advanced=True,
            help_fr="Seulement si l’hébergeur retire l’en-tête Authorization : « Tester la connexion » le dit.",
            help_en="Only if the hosting removes the Authorization header: “Test the connection” says so.",
        ),
    ] = False
    allow_private_address: Annotated[
        bool,
        label(
            "Autoriser une adresse privée",
            "Allow a private address",
            advanced=True,
            help_fr="Pour un bac à sable sur la même machine ; jamais en production.",
            help_en="For a sandbox on the same machine; never in production.",
        ),
    ] = False
