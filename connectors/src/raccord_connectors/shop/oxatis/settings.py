"""What a merchant enters to connect an Oxatis shop."""

from typing import Annotated, Literal

import msgspec

from raccord_connectors.contract import label
from raccord_connectors.kit.settings import Settings

State = Annotated[str, msgspec.Meta(max_length=16)]
"""The code (mnemonic) of a progress state of the merchant's own; empty: the state is left as it is."""


class OxatisSettings(Settings, kw_only=True, frozen=True):
    app_id: Annotated[
        str,
        label(
            "AppID",
            "AppID",
            help_fr="L’identifiant d’application qu’Oxatis remet à l’éditeur du logiciel, sous contrat.",
            help_en="The application id that Oxatis gives to the software’s vendor, under contract.",
            secret=True,
        ),
    ]
    token: Annotated[
        str,
        label(
            "Jeton (token)",
            "Token",
            help_fr="Dans l’administration Oxatis : Compte/Profils → Gestion des droits d’accès. Cochez « Utiliser les Web "
            "Services », puis Accéder, Modifier, Insérer et Supprimer pour le catalogue, les commandes et les clients.",
            help_en="In the Oxatis administration: Account/Profiles → Access rights management. Tick “Use Web Services”, then "
            "Access, Edit, Insert and Delete for catalogue, orders and customers.",
            secret=True,
        ),
    ]
    daily_calls: Annotated[
        int,
        msgspec.Meta(ge=100, le=10_000_000),
        label(
            "Appels par jour",
            "Calls per day",
            help_fr="Le quota quotidien de votre compte ; Oxatis ne le publie pas, demandez-le-lui. Les commandes passent "
            "d’abord, puis le stock, puis le catalogue.",
            help_en="The daily quota of your account; Oxatis does not publish it, ask for it. Orders come first, then stock, "
            "then the catalogue.",
        ),
    ] = 5_000
    language: Annotated[
        Literal["fr", "en", "es", "de", "it", "nl", "ca", "pt"],
        label(
            "Langue des articles",
            "Language of the articles",
            help_fr="Dans Oxatis un article est d’une langue ; une autre langue est un autre article.",
            help_en="In Oxatis an article is of one language; another language is another article.",
        ),
    ] = "fr"
    state_preparing: Annotated[
        State,
        label(
            "État « en préparation »",
            "State “being prepared”",
            help_fr="Code de l’état d’avancement dans Oxatis. Vide : l’état n’est pas changé.",
            help_en="Code of the progress state in Oxatis. Empty: the state is not changed.",
            advanced=True,
        ),
    ] = ""
    state_shipped: Annotated[
        State,
        label(
            "État « expédiée »",
            "State “shipped”",
            help_fr="Code de l’état d’avancement dans Oxatis. Vide : l’état n’est pas changé.",
            help_en="Code of the progress state in Oxatis. Empty: the state is not changed.",
            advanced=True,
        ),
    ] = ""
    state_invoiced: Annotated[
        State,
        label(
            "État « facturée »",
            "State “invoiced”",
            help_fr="Code de l’état d’avancement dans Oxatis. Une facture n’est déposée dans l’espace client qu’avec un état : "
            "donnez celui-ci pour qu’elle y arrive.",
            help_en="Code of the progress state in Oxatis. An invoice is put into the customer area with a state only: name "
            "this one for it to get there.",
            advanced=True,
        ),
    ] = ""
    state_cancelled: Annotated[
        State,
        label(
            "État « annulée »",
            "State “cancelled”",
            help_fr="Code de l’état d’avancement dans Oxatis. Vide : l’état n’est pas changé.",
            help_en="Code of the progress state in Oxatis. Empty: the state is not changed.",
            advanced=True,
        ),
    ] = ""
    send_email: Annotated[
        bool,
        label(
            "Oxatis prévient par e-mail",
            "Oxatis tells by e-mail",
            help_fr="À chaque changement d’état. Laissez décoché si Raccord prévient vos clients.",
            help_en="At each change of state. Leave it unticked when Raccord tells your customers.",
            advanced=True,
        ),
    ] = False
    send_sms: Annotated[
        bool,
        label(
            "Oxatis prévient par SMS",
            "Oxatis tells by SMS",
            help_fr="À chaque changement d’état. Oxatis facture ses SMS.",
            help_en="At each change of state. Oxatis charges for its SMS.",
            advanced=True,
        ),
    ] = False
    weight_unit: Annotated[
        Literal["g", "kg"],
        label(
            "Unité de poids de la boutique",
            "Weight unit of the shop",
            help_fr="En grammes le poids est arrondi à l’entier, comme le demande Oxatis.",
            help_en="In grams the weight is rounded to a whole number, as Oxatis demands.",
            advanced=True,
        ),
    ] = "g"
    history_days: Annotated[
        int,
        msgspec.Meta(ge=1, le=3_650),
        label(
            "Jours d’historique des commandes",
            "Days of past orders",
            help_fr="À la première lecture, jusqu’où remonter : chaque commande lue coûte un appel.",
            help_en="How far to go back at the first reading: each order read costs a call.",
            advanced=True,
        ),
    ] = 60
    stock_in_lists: Annotated[
        bool,
        label(
            "Stock par listes",
            "Stock in lists",
            help_fr="Cent quantités par appel. Décochez seulement si Oxatis refuse les listes : chaque quantité coûte alors "
            "un appel.",
            help_en="A hundred quantities a call. Untick only if Oxatis refuses lists: each quantity then costs a call.",
            advanced=True,
        ),
    ] = True
    url: Annotated[
        str,
        label(
            "Adresse des Web Services",
            "Address of the web services",
            help_fr="Celle d’Oxatis, sauf pour un essai.",
            help_en="That of Oxatis, except for a trial.",
            advanced=True,
        ),
    ] = "https://webservices.oxatis.com/webservices/httpservices"
    time_zone: Annotated[
        str,
        label(
            "Fuseau horaire de la boutique",
            "Time zone of the shop",
            help_fr="Oxatis date sans fuseau, à l’heure de la boutique.",
            help_en="Oxatis writes dates without a zone, in the shop’s time.",
            advanced=True,
        ),
    ] = "Europe/Paris"
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
