"""Settings of a drop folder, and what its definition file says."""

from collections.abc import Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from raccord_connectors.contract import label
from raccord_connectors.kit.definition.model import FRENCH, Depot, Manners, Rule
from raccord_connectors.kit.dropfolder.handover import FileHandover
from raccord_connectors.kit.rowfiles.model import FileForm
from raccord_connectors.kit.settings import Settings

Decimal_ = Literal[",", "."]
Marker = Annotated[str, Meta(pattern=r"^(\.\w+)?$")]


class FilesSettings(Settings, frozen=True, kw_only=True):
    """What of the two is where. Everything else is in the definition."""

    folder: Annotated[
        str,
        label(
            "Dossier d’échange",
            "Drop folder",
            help_fr="Le dossier (ou partage) où votre gestion dépose ses fichiers et reçoit les commandes.",
            help_en="The folder (or share) where your ERP drops its files and receives the orders.",
        ),
        Meta(min_length=1),
    ]
    definition: Annotated[
        str,
        label(
            "Fichier de définition",
            "Definition file",
            help_fr="Un fichier TOML à côté de l’agent : quels fichiers, quelles colonnes. « raccord-agent propose » "
            "en écrit un.",
            help_en="A TOML file beside the agent: which files, which columns. “raccord-agent propose” writes one.",
        ),
        Meta(min_length=1),
    ]


class FileStream(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[streams.NAME]`: which files carry the stream, and how they are written."""

    files: Annotated[str, Meta(min_length=1)]
    """A pattern in the drop folder, or in one folder below it: `articles*.csv`, `export/articles_*.xml`."""
    content: Literal["snapshot", "delta"]
    """snapshot: the file holds everything; what is not in it is gone. delta: only what it says changes."""
    fields: dict[str, str | Rule]
    encoding: str | None = None
    separator: str | None = None
    quote: Annotated[str, Meta(max_length=1)] = '"'
    header_row: Annotated[int, Meta(ge=1)] = 1
    sheet: str = ""
    rows: str = ""
    decimal: Decimal_ | None = None
    dates: tuple[str, ...] | None = None
    marker: Marker | None = None
    action: str = ""
    """Column that says what becomes of a row, in a delta."""
    delete: tuple[str, ...] = ("D", "S", "SUPPR", "SUPPRIMER", "DELETE")
    """What is in it where the record is gone."""
    trailer: str = ""
    """A snapshot that ends with a row which begins with this word and the number of rows: FIN;1204."""
    brake_percent: Annotated[int, Meta(ge=1, le=100)] = 30
    """A snapshot that lacks more than this part of what was known is refused until a person confirms it."""

    @property
    def folder(self) -> str:
        return self.files.replace("\\", "/").rpartition("/")[0]

    @property
    def pattern(self) -> str:
        return self.files.replace("\\", "/").rpartition("/")[2]


class FilesDefinition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    streams: dict[str, FileStream]
    version: Literal[1] = 1
    language: Literal["fr", "en"] = "fr"
    """Of the reports beside refused files."""
    company: str = ""
    currency: str = "EUR"
    encoding: str = ""
    separator: str = ""
    decimal: Decimal_ = ","
    dates: tuple[str, ...] = FRENCH.dates
    yes: tuple[str, ...] = FRENCH.yes
    no: tuple[str, ...] = FRENCH.no
    marker: Marker = ""
    """Files count once this marker lies beside them: `.ok` for articles.csv.ok or articles.ok. Empty: when they are still."""
    settle_seconds: Annotated[float, Meta(ge=0, le=600)] = 5.0
    depots: tuple[Depot, ...] = ()
    price_categories: tuple[Depot, ...] = ()
    orders: FileHandover | None = None
    customers: FileHandover | None = None

    def form(self, stream: FileStream) -> FileForm:
        return FileForm(
            encoding=self.encoding if stream.encoding is None else stream.encoding,
            separator=self.separator if stream.separator is None else stream.separator,
            quote=stream.quote,
            header_row=stream.header_row,
            sheet=stream.sheet,
            rows=stream.rows,
        )

    def manners(self, stream: FileStream | None = None) -> Manners:
        decimal = stream.decimal if stream is not None else None
        dates: Sequence[str] | None = stream.dates if stream is not None else None
        return Manners(
            decimal=decimal or self.decimal, dates=tuple(dates or self.dates), yes=self.yes, no=self.no
        )

    def marker_of(self, stream: FileStream) -> str:
        return self.marker if stream.marker is None else stream.marker
