"""What a merchant enters to connect a Vendure shop."""

from typing import Annotated

from raccord_connectors.contract import label
from raccord_connectors.shop.vendure.customer_settings import CustomerFieldSettings


class VendureSettings(CustomerFieldSettings, kw_only=True, frozen=True):
    url: Annotated[
        str,
        label(
            "Adresse de l’API d’administration",
            "Address of the Admin API",
            help_fr="Par exemple https://boutique.example/admin-api ; sans chemin, « /admin-api » est ajouté.",
            help_en="For example https://shop.example/admin-api; without a path, “/admin-api” is added.",
        ),
    ]
    api_key: Annotated[
        str,
        label(
            "Clé d’API",
            "API key",
            secret=True,
            help_fr="Vendure 3.6 ou plus récent : Paramètres → Clés d’API. Sinon, un compte d’administrateur ci-dessous.",
            help_en="Vendure 3.6 or newer: Settings → API keys. Otherwise an administrator account below.",
        ),
    ] = ""
    user: Annotated[
        str,
        label(
            "Identifiant de l’administrateur",
            "Administrator’s user name",
            help_fr="Un compte réservé à Raccord, avec un rôle à lui. Inutile avec une clé d’API.",
            help_en="An account reserved for Raccord, with a role of its own. Not needed with an API key.",
        ),
    ] = ""
    password: Annotated[
        str, label("Mot de passe de l’administrateur", "Administrator’s password", secret=True)
    ] = ""
    channel_token: Annotated[
        str,
        label(
            "Jeton du canal",
            "Channel token",
            help_fr="Paramètres → Canaux. Vide : le canal par défaut.",
            help_en="Settings → Channels. Empty: the default channel.",
        ),
    ] = ""
    languages: Annotated[
        str,
        label(
            "Langues",
            "Languages",
            help_fr="Codes séparés par des virgules, la principale d’abord : fr, en. Vide : celles du canal.",
            help_en="Codes separated by commas, the main one first: fr, en. Empty: those of the channel.",
        ),
    ] = ""
    stock_location: Annotated[
        str,
        label(
            "Emplacement de stock",
            "Stock location",
            help_fr="Nom ou identifiant de l’emplacement que Raccord tient à jour. Vide : le premier.",
            help_en="Name or id of the location that Raccord keeps up to date. Empty: the first one.",
        ),
    ] = ""
    collections: Annotated[
        bool,
        label(
            "Créer les collections manquantes",
            "Create missing collections",
            advanced=True,
            help_fr="Une collection par catégorie, remplie par la facette « category ».",
            help_en="One collection for each category, filled by the facet “category”.",
        ),
    ] = True
    ean_field: Annotated[
        str,
        label(
            "Champ du code-barres",
            "Barcode field",
            advanced=True,
            help_fr="Vendure n’a pas ces champs : nom du champ personnalisé de la variante. Vide : non envoyé.",
            help_en="Vendure lacks these fields: name of the variant’s custom field. Empty: not sent.",
        ),
    ] = ""
    mpn_field: Annotated[
        str, label("Champ de la référence fabricant", "Manufacturer reference field", advanced=True)
    ] = ""
    weight_field: Annotated[str, label("Champ du poids (grammes)", "Weight field (grams)", advanced=True)] = (
        ""
    )
    length_field: Annotated[
        str,
        label(
            "Champ de la longueur (mm)",
            "Length field (mm)",
            advanced=True,
            help_fr="Les trois dimensions sont envoyées ensemble : nommez leurs trois champs, ou aucun.",
            help_en="The three dimensions are sent together: name all three of their fields, or none.",
        ),
    ] = ""
    width_field: Annotated[str, label("Champ de la largeur (mm)", "Width field (mm)", advanced=True)] = ""
    height_field: Annotated[str, label("Champ de la hauteur (mm)", "Height field (mm)", advanced=True)] = ""
    summary_field: Annotated[
        str, label("Champ du résumé (produit)", "Summary field (product)", advanced=True)
    ] = ""
    seo_title_field: Annotated[
        str, label("Champ du titre SEO (produit)", "SEO title field (product)", advanced=True)
    ] = ""
    seo_description_field: Annotated[
        str, label("Champ de la description SEO (produit)", "SEO description field (product)", advanced=True)
    ] = ""
    siret_field: Annotated[str, label("Champ du SIRET (client)", "SIRET field (customer)", advanced=True)] = (
        ""
    )
    vat_number_field: Annotated[
        str, label("Champ du n° de TVA (client)", "VAT number field (customer)", advanced=True)
    ] = ""
    fulfillment_handler: Annotated[
        str,
        label(
            "Gestionnaire d’expédition",
            "Fulfilment handler",
            advanced=True,
            help_fr="Code du gestionnaire qui reçoit transporteur et n° de suivi.",
            help_en="Code of the handler that takes carrier and tracking number.",
        ),
    ] = "manual-fulfillment"
    body_limit_kb: Annotated[
        int,
        label(
            "Taille maximale d’une requête (Ko)",
            "Largest request (kB)",
            advanced=True,
            help_fr="100 sauf si votre intégrateur a relevé la limite du serveur.",
            help_en="100 unless your integrator raised the server’s limit.",
        ),
    ] = 100
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

    @property
    def sides(self) -> tuple[str, str, str] | None:
        """The custom fields of length, width and height, where all three are named."""
        named = (self.length_field, self.width_field, self.height_field)
        return named if all(named) else None
