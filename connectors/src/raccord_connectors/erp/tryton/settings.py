"""What a person tells us of their Tryton."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from raccord_connectors.contract import label
from raccord_connectors.kit.settings import Settings


class TrytonSettings(Settings, frozen=True, kw_only=True):
    url: Annotated[
        str,
        label(
            "Adresse de Tryton",
            "Address of Tryton",
            help_fr="Celle du serveur trytond vue de l’agent, par exemple http://serveur:8000.",
            help_en="That of the trytond server as the agent sees it, e.g. http://server:8000.",
        ),
    ]
    database: Annotated[str, label("Base de données", "Database")]
    user: Annotated[
        str,
        label(
            "Identifiant",
            "Login",
            help_fr="Un utilisateur réservé à Raccord, dans les groupes Ventes, Administrateur des ventes, Stock et "
            "Administration des tiers.",
            help_en="A user kept for Raccord, in the groups Sales, Sales Administrator, Stock and Party Administration.",
        ),
    ]
    password: Annotated[str, label("Mot de passe", "Password", secret=True)]
    company: Annotated[
        str,
        label(
            "Société",
            "Company",
            help_fr="Son nom, si la base en contient plusieurs. Vide : celle de l’utilisateur.",
            help_en="Its name, if the database holds several. Empty: the user’s own.",
        ),
    ] = ""
    warehouses: Annotated[
        list[str],
        label(
            "Dépôts",
            "Warehouses",
            help_fr="Noms ou codes. Vide : tous. Les commandes sans dépôt choisi partent du premier.",
            help_en="Names or codes. Empty: all. Orders without a chosen warehouse leave from the first.",
        ),
    ] = []
    price_lists: Annotated[
        list[str],
        label(
            "Listes de prix",
            "Price lists",
            help_fr="Noms des listes à publier, en plus du prix de base.",
            help_en="Names of the lists to publish, besides the base price.",
        ),
    ] = []
    shipping_article: Annotated[
        str,
        label(
            "Article de port",
            "Shipping article",
            help_fr="Code de l’article de service qui porte les frais de livraison des commandes.",
            help_en="Code of the service article that carries the shipping charges of orders.",
        ),
    ] = ""
    fee_article: Annotated[
        str,
        label(
            "Article de frais",
            "Charges article",
            help_fr="Code de l’article de service des autres frais. Vide : l’article de port.",
            help_en="Code of the service article of other charges. Empty: the shipping article.",
        ),
    ] = ""
    discount_article: Annotated[
        str,
        label(
            "Article de remise",
            "Discount article",
            help_fr="Code de l’article de service des remises données à part. Vide : l’article de frais.",
            help_en="Code of the service article of separate discounts. Empty: the charges article.",
        ),
    ] = ""
    rounding_article: Annotated[
        str,
        label(
            "Article d’arrondi",
            "Rounding article",
            help_fr="Code d’un article de service sans TVA. Un quart des commandes TTC ne tombent pas juste dans Tryton à un "
            "centime près (9,99 € à 20 %) : il reçoit ce centime. Sans lui, ces commandes attendent une décision.",
            help_en="Code of a service article without VAT. A quarter of orders with tax included miss their total in Tryton "
            "by a cent (€9.99 at 20 %): it takes that cent. Without it those orders wait for a decision.",
        ),
    ] = ""
    rounding_limit: Annotated[
        int,
        Meta(ge=0, le=500),
        label(
            "Arrondi maximal (centimes)",
            "Largest rounding (cents)",
            help_fr="Ce dont une ligne s’écarte au plus de la boutique ; au-delà, la commande attend. Un centime de TVA à "
            "5,5 % demande 18 centimes de base.",
            help_en="By how much a line differs from the shop’s at most; beyond it the order waits. One cent of VAT at 5.5 % "
            "takes 18 cents of base.",
            advanced=True,
        ),
    ] = 50
    payment_method: Annotated[
        str,
        label(
            "Mode de paiement habituel",
            "Usual payment method",
            help_fr="Nom d’un mode de paiement de Tryton, pour les règlements dont le canal ne nomme pas le mode. Raccord saisit "
            "alors acomptes, règlements et remboursements ; son utilisateur doit être aussi du groupe Comptabilité.",
            help_en="Name of a payment method of Tryton, for payments whose mode the channel does not name. Raccord then enters "
            "deposits, payments and refunds; its user must be in the group Accounting as well.",
        ),
    ] = ""
    deposit_account: Annotated[
        str,
        label(
            "Compte d’acomptes",
            "Account for deposits",
            help_fr="Code du compte des acomptes reçus, par exemple 4191. Vide : le seul de ce type.",
            help_en="Code of the account for deposits received, e.g. 4191. Empty: the only one of that type.",
            advanced=True,
        ),
    ] = ""
    language: Annotated[
        str,
        label(
            "Langue",
            "Language",
            help_fr="Code de la langue des noms et descriptions lus, par exemple fr.",
            help_en="Code of the language in which names and descriptions are read, e.g. fr.",
            advanced=True,
        ),
    ] = "fr"
    other_languages: Annotated[
        list[str],
        label(
            "Autres langues",
            "Other languages",
            help_fr="Codes des langues à lire en plus ; chacune coûte une lecture de plus des noms.",
            help_en="Codes of further languages to read; each costs one more reading of the names.",
            advanced=True,
        ),
    ] = []
    article_fields: Annotated[
        list[str],
        label(
            "Autres champs d’article",
            "Further article fields",
            help_fr="Noms techniques de champs simples de « product.template », ajoutés par vos modules.",
            help_en="Technical names of plain fields of “product.template”, added by your modules.",
            advanced=True,
        ),
    ] = []
    documents_from: Annotated[
        date | None,
        label(
            "Ventes depuis le",
            "Sales since",
            help_fr="Les ventes plus anciennes ne sont pas lues. Vide : toutes.",
            help_en="Older sales are not read. Empty: all.",
            advanced=True,
        ),
    ] = None
    overlap_seconds: Annotated[
        int,
        Meta(ge=0, le=86_400),
        label(
            "Recouvrement (secondes)",
            "Overlap (seconds)",
            help_fr="Relu à chaque passe : couvre une horloge décalée et les transactions longues, que Tryton date de "
            "leur début.",
            help_en="Read again at each pass: covers a clock that differs and long transactions, which Tryton dates from "
            "their beginning.",
            advanced=True,
        ),
    ] = 120
    allow_private_address: Annotated[
        bool,
        label(
            "Adresse du réseau local",
            "Address in the local network",
            help_fr="Oui en général : l’agent est installé à côté de Tryton, qui n’a pas besoin d’être visible d’Internet.",
            help_en="Usually yes: the agent is installed beside Tryton, which need not be visible from the Internet.",
            advanced=True,
        ),
    ] = True
