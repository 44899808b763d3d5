"""Settings of a custom ERP's database, and what its definition file says."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from raccord_connectors.contract import label
from raccord_connectors.kit.definition.model import FRENCH, Depot, Manners, Rule
from raccord_connectors.kit.dropfolder.handover import FileHandover
from raccord_connectors.kit.settings import Settings

Kind = Literal["sqlserver", "mariadb", "postgresql", "sqlite"]


class SqlSettings(Settings, frozen=True, kw_only=True):
    """Where the database is. Which tables and columns: the definition."""

    kind: Annotated[
        Kind,
        label(
            "Sorte de base",
            "Kind of database",
            help_fr="sqlserver, mariadb (ou MySQL), postgresql ou sqlite.",
            help_en="sqlserver, mariadb (or MySQL), postgresql or sqlite.",
        ),
    ]
    definition: Annotated[
        str,
        label(
            "Fichier de définition",
            "Definition file",
            help_fr="Un fichier TOML à côté de l’agent : quelles vues, quelles colonnes. « raccord-agent propose » en écrit un.",
            help_en="A TOML file beside the agent: which views, which columns. “raccord-agent propose” writes one.",
        ),
        Meta(min_length=1),
    ]
    server: Annotated[
        str,
        label(
            "Serveur",
            "Server",
            help_fr="Nom ou adresse ; pour SQL Server avec l’instance, par exemple SRV01\\ERP.",
            help_en="Name or address; for SQL Server with the instance, for instance SRV01\\ERP.",
        ),
    ] = ""
    port: Annotated[
        int,
        label("Port", "Port", help_fr="0 : le port habituel.", help_en="0: the usual port.", advanced=True),
        Meta(ge=0, le=65535),
    ] = 0
    database: Annotated[
        str,
        label(
            "Base de données",
            "Database",
            help_fr="Pour SQLite : le chemin du fichier.",
            help_en="For SQLite: the path of the file.",
        ),
        Meta(min_length=1),
    ]
    user: Annotated[
        str,
        label(
            "Identifiant de lecture",
            "Reading login",
            help_fr="Un identifiant réservé à Raccord, qui n’a que le droit de lire.",
            help_en="A login of Raccord’s own, with the right to read only.",
        ),
    ] = ""
    password: Annotated[str, label("Mot de passe de lecture", "Reading password", secret=True)] = ""
    order_user: Annotated[
        str,
        label(
            "Identifiant des commandes",
            "Login for orders",
            help_fr="Seulement si les commandes passent par une procédure : n’a que le droit de l’exécuter.",
            help_en="Only where orders go through a procedure: with the right to execute it only.",
            advanced=True,
        ),
    ] = ""
    order_password: Annotated[
        str, label("Mot de passe des commandes", "Password for orders", secret=True, advanced=True)
    ] = ""
    folder: Annotated[
        str,
        label(
            "Dossier d’échange",
            "Exchange folder",
            help_fr="Seulement si les commandes passent par des fichiers.",
            help_en="Only where orders go through files.",
            advanced=True,
        ),
    ] = ""
    timeout: Annotated[
        float, label("Délai de lecture (secondes)", "Reading time-out (seconds)", advanced=True), Meta(gt=0)
    ] = 60.0


class SqlStream(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[streams.NAME]`: a table or view, or a query."""

    fields: dict[str, str | Rule]
    view: str = ""
    """A view or table, as one writes it in SQL: dbo.V_WEB_ARTICLES."""
    filter: str = ""
    """A condition on it: WEB = 1 AND SOCIETE = 'A'."""
    query: str = ""
    """Instead of both: one SELECT."""
    modified: str = ""
    """Column that tells when a row was changed: a date with time, a number or a rowversion. Empty: all is read each time."""


class OrdersByFile(
    FileHandover, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="by", tag="file"
):
    """As with a drop folder; folders are relative to the setting `folder`."""


class OrdersByStatement(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="by", tag="statement"
):
    """A stored procedure or statement that the integrator names: the only one that ever writes, as the login for orders."""

    statement: Annotated[str, Meta(min_length=1)]
    """With :reference and :data (JSON): EXEC dbo.web_commande :reference, :data"""
    repeat: bool = False
    """Whether it may be run again for the same reference and does nothing then. Otherwise one whose end we did not see is
    never run again by itself."""
    wait_seconds: Annotated[float, Meta(ge=0, le=60)] = 5.0
    """How long an order waits to be found by the definition's own query."""


class SqlDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    streams: dict[str, SqlStream]
    version: Literal[1] = 1
    language: Literal["fr", "en"] = "fr"
    company: str = ""
    currency: str = "EUR"
    decimal: Literal[",", "."] = ","
    """Of numbers that the database keeps as text."""
    dates: tuple[str, ...] = FRENCH.dates
    yes: tuple[str, ...] = FRENCH.yes
    no: tuple[str, ...] = FRENCH.no
    overlap_seconds: Annotated[int, Meta(ge=0, le=86_400)] = 300
    """How far before the last stamp each look begins: stamps may be written late."""
    depots: tuple[Depot, ...] = ()
    price_categories: tuple[Depot, ...] = ()
    orders: OrdersByFile | OrdersByStatement | None = None
    customers: OrdersByFile | OrdersByStatement | None = None

    @property
    def manners(self) -> Manners:
        return Manners(decimal=self.decimal, dates=self.dates, yes=self.yes, no=self.no)
