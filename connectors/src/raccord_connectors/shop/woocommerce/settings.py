"""What a merchant enters to connect a WooCommerce shop."""

from typing import Annotated, Literal

from raccord_connectors.contract import label
from raccord_connectors.shop.woocommerce.customer_settings import CustomerFieldSettings


class WooCommerceSettings(CustomerFieldSettings, kw_only=True, frozen=True):
    url: Annotated[
        str,
        label(
            "Adresse de la boutique",
            "Shop address",
            help_fr="Celle de la page d’accueil, par exemple https://www.maboutique.fr",
            help_en="That of the home page, for example https://www.myshop.com",
        ),
    ]
    consumer_key: Annotated[
        str,
        label(
            "Clé client",
            "Consumer key",
            help_fr="Commence par ck_. Dans WordPress : WooCommerce → Réglages → Avancé → API REST → Ajouter une clé, "
            "avec les droits Lecture/Écriture.",
            help_en="Begins with ck_. In WordPress: WooCommerce → Settings → Advanced → REST API → Add key, "
            "with Read/Write permissions.",
        ),
    ]
    consumer_secret: Annotated[
        str,
        label(
            "Secret client",
            "Consumer secret",
            help_fr="Commence par cs_. Il n’est montré qu’une fois, à la création de la clé.",
            help_en="Begins with cs_. It is shown once only, when the key is created.",
            secret=True,
        ),
    ]
    delete_for_good: Annotated[
        bool,
        label(
            "Supprimer définitivement",
            "Delete for good",
            help_fr="Sinon, un article à supprimer va à la corbeille de WordPress, d’où l’on peut le reprendre.",
            help_en="Otherwise an article to delete goes to the trash of WordPress, from where it can be restored.",
            advanced=True,
        ),
    ] = False
    status_preparing: Annotated[
        str,
        label(
            "État d’une commande en préparation",
            "Status of an order being prepared",
            help_fr="Code de l’état dans WooCommerce. Vide : l’état n’est pas changé.",
            help_en="Code of the status in WooCommerce. Empty: the status is not changed.",
            advanced=True,
        ),
    ] = "processing"
    status_shipped: Annotated[
        str,
        label(
            "État d’une commande expédiée",
            "Status of an order shipped",
            help_fr="Code de l’état dans WooCommerce. Vide : l’état n’est pas changé.",
            help_en="Code of the status in WooCommerce. Empty: the status is not changed.",
            advanced=True,
        ),
    ] = "completed"
    seo_plugin: Annotated[
        Literal["none", "yoast", "rank_math", "seopress"],
        label(
            "Extension de référencement",
            "SEO plug-in",
            help_fr="WooCommerce n’a pas lui-même de titre ni de description de référencement : "
            "choisissez l’extension qui les tient, ou none.",
            help_en="WooCommerce itself has no SEO title or description: choose the plug-in that holds them, or none.",
            advanced=True,
        ),
    ] = "none"
    related_as: Annotated[
        Literal["upsells", "cross_sells"],
        label(
            "Articles liés",
            "Related articles",
            help_fr="Où la boutique montre les articles liés : upsells sur la fiche, cross_sells dans le panier.",
            help_en="Where the shop shows related articles: upsells on the product’s page, cross_sells in the basket.",
            advanced=True,
        ),
    ] = "upsells"
    allow_private_address: Annotated[
        bool,
        label(
            "Autoriser une adresse privée",
            "Allow a private address",
            help_fr="Seulement pour la démonstration, dont la boutique tourne sur la même machine.",
            help_en="Only for the demonstration, whose shop runs on the same machine.",
            advanced=True,
        ),
    ] = False
