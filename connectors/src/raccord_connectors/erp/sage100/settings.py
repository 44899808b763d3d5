"""Settings of a Sage 100 connection: where its database is, and what the merchant chose."""

from typing import Annotated, Literal

from msgspec import Meta

from raccord_connectors.contract import label
from raccord_connectors.kit.settings import Settings

Quotation = Literal["", "incertain", "certain"]
"""How `DO_Cours` and `D_Cours` are quoted: "incertain", own money for one unit; "certain", units for one of one's own."""
Tracking = Literal["DL_NoColis", "DO_Coord01", "DO_Coord02", "DO_Coord03", "DO_Coord04"]


class Sage100Settings(Settings, frozen=True, kw_only=True):
    """Either `server` and `database` (SQL Server), or `path` (a SQLite file: sandbox and tests)."""

    server: Annotated[
        str,
        label(
            "Serveur SQL",
            "SQL server",
            help_fr="Nom du serveur et de l’instance, par exemple SRV01\\SAGE100.",
            help_en="Name of the server and of the instance, for instance SRV01\\SAGE100.",
        ),
    ] = ""
    port: Annotated[
        int,
        label(
            "Port",
            "Port",
            help_fr="0 : celui de l’instance, trouvé tout seul.",
            help_en="0: that of the instance, found by itself.",
            advanced=True,
        ),
        Meta(ge=0, le=65535),
    ] = 0
    database: Annotated[
        str,
        label(
            "Base de données",
            "Database",
            help_fr="La base de la société, celle que contient le fichier .gcm.",
            help_en="The company’s database, the one that the .gcm file points to.",
        ),
    ] = ""
    user: Annotated[
        str,
        label(
            "Identifiant SQL",
            "SQL login",
            help_fr="Un identifiant réservé à Raccord, avec le seul rôle db_datareader.",
            help_en="A login of Raccord’s own, with the role db_datareader only.",
        ),
    ] = ""
    password: Annotated[str, label("Mot de passe SQL", "SQL password", secret=True)] = ""
    path: Annotated[
        str,
        label(
            "Fichier SQLite",
            "SQLite file",
            help_fr="Pour la GesCom de démonstration seulement : laissez vide pour un vrai Sage 100.",
            help_en="For the demonstration GesCom only: leave empty for a real Sage 100.",
            advanced=True,
        ),
    ] = ""
    timeout: Annotated[
        float, label("Délai de lecture (secondes)", "Reading time-out (seconds)", advanced=True), Meta(gt=0)
    ] = 60.0

    accounting_category: Annotated[
        int,
        label(
            "Catégorie comptable de la boutique",
            "Accounting category of the shop",
            help_fr="Décide de la TVA des articles : la catégorie des clients du site, en général 1.",
            help_en="Decides the VAT of articles: the category of the site’s customers, usually 1.",
        ),
        Meta(ge=1, le=50),
    ] = 1
    default_country: Annotated[
        str, label("Pays des adresses sans pays", "Country of addresses without one", advanced=True)
    ] = "FR"
    language_1: Annotated[
        str,
        label(
            "Langue étrangère 1 des articles",
            "Foreign language 1 of articles",
            help_fr="Code de la langue tenue dans « Langue 1 », par exemple en. Vide : non utilisée.",
            help_en="Code of the language kept in “Langue 1”, for instance en. Empty: not used.",
            advanced=True,
        ),
    ] = ""
    language_2: Annotated[
        str, label("Langue étrangère 2 des articles", "Foreign language 2 of articles", advanced=True)
    ] = ""
    brand_field: Annotated[
        str,
        label(
            "Champ de la marque",
            "Field of the brand",
            help_fr="Nom de l’information libre ou du champ statistique (AR_Stat01…) qui tient la marque.",
            help_en="Name of the custom field or statistics field (AR_Stat01…) that holds the brand.",
            advanced=True,
        ),
    ] = ""
    picture_fields: Annotated[
        tuple[str, ...],
        label(
            "Champs des noms de photos",
            "Fields of picture names",
            help_fr="Informations libres qui tiennent des noms de fichiers, dans l’ordre d’affichage.",
            help_en="Custom fields that hold file names, in display order.",
            advanced=True,
        ),
    ] = ()
    scheduled_prices: Annotated[
        bool,
        label(
            "Appliquer les prix programmés à leur date",
            "Apply scheduled prices on their day",
            help_fr="Sinon, un nouveau prix ne compte qu’après la mise à jour des tarifs dans Sage.",
            help_en="Otherwise a new price only counts after Sage’s own update of the prices.",
            advanced=True,
        ),
    ] = False
    tracking_field: Annotated[
        Tracking,
        label(
            "Champ du numéro de suivi",
            "Field of the tracking number",
            help_fr="DL_NoColis (colis de la ligne), ou l’une des quatre lignes libres de l’en-tête.",
            help_en="DL_NoColis (parcel of the line), or one of the four free lines of the header.",
            advanced=True,
        ),
    ] = "DL_NoColis"
    documents_from: Annotated[
        str,
        label(
            "Documents à partir du",
            "Documents from",
            help_fr="Date AAAA-MM-JJ : les documents plus anciens ne sont pas suivis. Vide : tous.",
            help_en="Date YYYY-MM-DD: older documents are not followed. Empty: all.",
            advanced=True,
        ),
        Meta(pattern=r"^(\d{4}-\d{2}-\d{2})?$"),
    ] = ""

    bridge: Annotated[
        tuple[str, ...],
        label(
            "Commande de la passerelle d’écriture",
            "Command of the writing bridge",
            help_fr="Programme et arguments qui ouvrent les Objets métiers. Vide : lecture seule.",
            help_en="Program and arguments that open the Objets métiers. Empty: reading only.",
        ),
    ] = ()
    bridge_company: Annotated[
        str,
        label(
            "Fichier de société (.gcm)",
            "Company file (.gcm)",
            help_fr="Vide : la passerelle ouvre la société par serveur et base.",
            help_en="Empty: the bridge opens the company by server and database.",
            advanced=True,
        ),
    ] = ""
    sage_user: Annotated[str, label("Utilisateur Sage", "Sage user", advanced=True)] = ""
    sage_password: Annotated[str, label("Mot de passe Sage", "Sage password", secret=True, advanced=True)] = (
        ""
    )
    bridge_timeout: Annotated[
        float,
        label("Délai de la passerelle (secondes)", "Bridge time-out (seconds)", advanced=True),
        Meta(gt=0),
    ] = 60.0
    order_status: Annotated[
        int,
        label(
            "Statut des commandes créées",
            "Status of created orders",
            help_fr="0 saisi, 1 confirmé, 2 à préparer.",
            help_en="0 entered, 1 confirmed, 2 to be prepared.",
            advanced=True,
        ),
        Meta(ge=0, le=2),
    ] = 1
    customer_prefix: Annotated[
        str,
        label(
            "Préfixe des comptes clients créés",
            "Prefix of created customer accounts",
            help_fr="Suivi d’un numéro : WEB donne WEB00001.",
            help_en="Followed by a number: WEB gives WEB00001.",
        ),
        Meta(pattern=r"^[A-Z0-9]{1,10}$"),
    ] = "WEB"
    collective_account: Annotated[
        str,
        label("Compte collectif des clients créés", "Collective account of created customers", advanced=True),
    ] = "4110000"
    payment_methods: Annotated[
        dict[str, str],
        label(
            "Modes de règlement",
            "Payment methods",
            help_fr="Code de la boutique → numéro du mode de règlement de Sage.",
            help_en="The shop’s code → number of Sage’s payment method.",
            advanced=True,
        ),
    ] = {}
    currency_rates: Annotated[
        Quotation,
        label(
            "Cotation des devises",
            "Quotation of currencies",
            help_fr="Comment vos devises sont cotées dans Sage (Structure, Devises) : incertain, 1 USD = 0,92 € ; certain, "
            "1 € = 1,09 USD. Vide : les commandes en devise attendent.",
            help_en="How your currencies are quoted in Sage (Structure, Devises): incertain, 1 USD = 0.92 €; certain, "
            "1 € = 1.09 USD. Empty: orders in another currency wait.",
            advanced=True,
        ),
    ] = ""
    default_payment_method: Annotated[
        str,
        label("Mode de règlement par défaut", "Default payment method", advanced=True),
    ] = "1"
    carriers: Annotated[
        dict[str, str],
        label(
            "Transporteurs",
            "Carriers",
            help_fr="Code ou titre de la boutique → numéro du mode d’expédition de Sage.",
            help_en="The shop’s code or title → number of Sage’s shipping method.",
            advanced=True,
        ),
    ] = {}
