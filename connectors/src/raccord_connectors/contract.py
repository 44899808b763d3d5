"""What a connector is. Read this first.

A connector is a class with a `spec` and four blocking verbs. It knows one kind of system and nothing of
Raccord's platform: ERP connectors run in the agent beside the ERP, shop connectors in the workers, and the
tunnel between them is this contract on the wire (`wire`). What a connector declares in its `spec` is tested
by the conformance suite (`kit.conformance`); it declares only what its system can honour.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, ClassVar, Literal, Protocol

import msgspec
from msgspec import Struct

from raccord_connectors.canonical import Record
from raccord_connectors.discovery import Choice as Choice
from raccord_connectors.discovery import CustomField as CustomField
from raccord_connectors.discovery import Discovery as Discovery
from raccord_connectors.discovery import Feature as Feature
from raccord_connectors.discovery import Identity as Identity
from raccord_connectors.discovery import PaperNeeds as PaperNeeds
from raccord_connectors.discovery import PictureNeeds as PictureNeeds
from raccord_connectors.limits import Allowance as Allowance
from raccord_connectors.limits import Limits as Limits
from raccord_connectors.limits import Metered as Metered
from raccord_connectors.limits import Purpose as Purpose
from raccord_connectors.limits import purpose_of as purpose_of
from raccord_connectors.sentences import Message as Message
from raccord_connectors.sentences import Text as Text
from raccord_connectors.sentences import listed as listed

# ------------------------------------------------------------------------------------------------- errors


class ConnectorError(Exception):
    """Base of the three errors that a connector raises on purpose, chosen by *what happens next*.

    `message` is for the person, `detail` for us (never a secret in either). Any other exception is our bug.
    """

    kind: ClassVar[Literal["config", "transient", "rejected"]]

    def __init__(self, message: Message, *, detail: str = "", field: str | None = None) -> None:
        super().__init__(f"{message.code}: {message.en}" + (f" [{detail}]" if detail else ""))
        self.message = message
        self.detail = detail
        self.field = field

    def problem(self) -> "Problem":
        return Problem(self.kind, self.message, field=self.field, detail=self.detail)


class ConfigError(ConnectorError):
    """The connection cannot work until a person changes something: it stops, and its owner is told what to do.

    `findings` lists what is missing right by right when more than one thing is.
    """

    kind = "config"

    def __init__(
        self,
        message: Message,
        *,
        detail: str = "",
        field: str | None = None,
        findings: Sequence[Message] = (),
    ) -> None:
        super().__init__(message, detail=detail, field=field)
        self.findings = tuple(findings)


class TransientError(ConnectorError):
    """Come back later: the system is busy, unreachable or limits us. `retry_after` in seconds when it said so."""

    kind = "transient"

    def __init__(self, message: Message, *, detail: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, detail=detail)
        self.retry_after = retry_after

    def problem(self) -> "Problem":
        return Problem(self.kind, self.message, detail=self.detail, retry_after=self.retry_after)


class DaySpent(TransientError):
    """The requests of the day are used up, for this purpose at least: others may go on. It says nothing of how fast the
    system can be asked."""


class RecordRejected(ConnectorError):
    """This one record is refused (`field` says where). Inside `write` it becomes an outcome; the others go on."""

    kind = "rejected"


class Problem(Struct, frozen=True, kw_only=False, omit_defaults=True):
    """An error as data: what travels in outcomes and is kept in the journal. `bug` is an error of ours."""

    kind: Literal["config", "transient", "rejected", "bug"]
    message: Message
    field: str | None = None
    detail: str = ""
    retry_after: float | None = None


# ------------------------------------------------------------------------------------------- declarations


class Side(StrEnum):
    ERP = "erp"
    SHOP = "shop"


class Can(StrEnum):
    """What a stream can do. `read` means everything; the others narrow or cheapen it, or write."""

    READ = "read"
    READ_SINCE = "read_since"
    """Only what changed since a cursor; the boundary is included (ERP stamps are coarse)."""
    READ_SOME = "read_some"
    """Only the records whose keys are given."""
    SKETCH = "sketch"
    """All keys, each with a digest of its source rows, much cheaper than the records."""
    READ_LATEST = "read_latest"
    """Only the last ones made, newest first, as many as are asked for."""
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


OPEN_FIELDS = frozenset({"custom", "features", "names", "descriptions"})
"""Mappings of names to values. A name that is absent is the system's own, as a field that is `UNSET`, even if it was
pushed before; None, or an empty list, empties it."""


FIRST_KINDS: dict[str, tuple[str, ...]] = {
    "drafts": ("quotation", "order"),
    "payments": ("deposit", "settlement", "refund"),
}
"""What a connector writes that names no kinds of its own."""


class StreamSpec(Struct, frozen=True):
    """A named sequence of records of one type. Names and record types are those of `canonical.STREAMS`."""

    name: str
    can: frozenset[Can]
    page_size: int = 100
    """Records of a page of `read`."""
    batch_size: int = 1
    """Changes that the system takes in one request: callers group up to this many."""
    after: tuple[str, ...] = ()
    """Streams to be written before this one."""
    fields: tuple[str, ...] | None = None
    """Which fields of its record the system takes, as paths (`name`, `offer.ean`, `offer.price.before`); None: all. The
    others are never sent. Some of them also need a setting: see `Discovery.missing_fields`."""
    kinds: tuple[str, ...] | None = None
    """Of records that have a `kind` (`drafts`, `payments`): those that the system honours, each proven by the conformance suite.
    Others are not offered to the merchant, and refused if they come all the same. None: those of `FIRST_KINDS`."""

    def makes(self, kind: str) -> bool:
        """Whether a record of this kind can be written."""
        known = FIRST_KINDS.get(self.name, ()) if self.kinds is None else self.kinds
        return bool(self.can & {Can.CREATE, Can.UPDATE}) and kind in known

    def takes(self, path: str) -> bool:
        """Whether the system takes this field; of an open one, a name inside counts as the field (`custom.colour`)."""
        if self.fields is None or path in self.fields:
            return True
        return any(path.startswith(f"{f}.") for f in self.fields if f.rpartition(".")[2] in OPEN_FIELDS)


class ConnectorSpec(Struct, frozen=True):
    """All that can be known of a connector without a network. `settings` is a msgspec Struct whose fields carry
    a `label` (below): the connection form is generated from it, in both languages."""

    name: str
    title: str
    """A name, or words in French; then `title_en` has the English ones."""
    side: Side
    settings: type[Struct]
    streams: tuple[StreamSpec, ...]
    limits: Limits = Limits()
    verified_against: tuple[str, ...] = ()
    """What this connector was really run against, e.g. "Tryton 8.2 (real)", "WooCommerce REST v3 (simulator)"."""
    pictures: PictureNeeds | None = None  # of shops that take pictures
    papers: PaperNeeds | None = None  # of shops that keep the ERP's invoices in a customer area of their own
    title_en: str = ""

    def titled(self, language: str) -> str:
        return self.title_en if language == "en" and self.title_en else self.title

    def stream(self, name: str) -> StreamSpec:
        for stream in self.streams:
            if stream.name == name:
                return stream
        raise KeyError(f"{self.name} has no stream {name!r}")

    def can(self, stream: str, capability: Can) -> bool:
        return any(s.name == stream and capability in s.can for s in self.streams)

    def makes(self, stream: str, kind: str) -> bool:
        """Whether it writes records of this kind: `makes("drafts", "credit")`."""
        return any(s.name == stream and s.makes(kind) for s in self.streams)


def label(
    fr: str, en: str, *, help_fr: str = "", help_en: str = "", secret: bool = False, advanced: bool = False
) -> msgspec.Meta:
    """Title and help of a settings field: `url: Annotated[str, label("Adresse de la boutique", "Shop address")]`.

    `secret` fields are encrypted at rest and never shown again; `advanced` ones are folded away in the form.
    """
    texts = {"fr": fr, "en": en, "help_fr": help_fr, "help_en": help_en}
    return msgspec.Meta(title=en, extra={**texts, "secret": secret, "advanced": advanced})


# ------------------------------------------------------------------------------------------ what is asked


class Selection(Struct, frozen=True, omit_defaults=True):
    """Which records `read` shall yield. At most one is set; none means everything."""

    since: str | None = None
    """A cursor of an earlier page: only what changed since."""
    keys: tuple[str, ...] | None = None
    """Just these records; a key that does not exist is absent from the pages, not an error."""
    sketch: bool = False
    """Keys and digests of their source rows (`Page.digests`) instead of records."""
    latest: int | None = None
    """The last ones that were made, newest first."""


EVERYTHING = Selection()


class Page(Struct, frozen=True, omit_defaults=True):
    """Some records of a stream. Keys never repeat within one `read`, and whole reads come in key order only if
    the system can sort (callers must not rely on it)."""

    records: Sequence[Record] = ()
    deleted: Sequence[str] = ()
    """Keys that the system says were deleted; of those that a selection named, the ones that it does not have."""
    digests: Mapping[str, bytes] = {}
    cursor: str | None = None
    """Where to go on with `Selection(since=…)`. The watermark in it was taken *before* the rows were read."""
    rejected: Sequence["Rejection"] = ()
    """Records that exist but cannot be expressed: held with their reason, never silently dropped."""


class Rejection(Struct, frozen=True):
    key: str
    problem: Problem


class Change(Struct, frozen=True, omit_defaults=True):
    """One write asked of a system.

    `key` is the record's key on the asking side and the idempotency key: the same `create` sent twice makes one
    thing. `target` is the system's own key, when known. An update sends only what differs between `previous`
    (what was last pushed) and `record`; a field that is `UNSET` in `record`, or absent from an open one,
    belongs to the system and is never sent.
    `targets` gives the system's keys of the parts (offers of a listing) already known.
    """

    op: Literal["create", "update", "delete"]
    key: str
    record: Record | None = None
    previous: Record | None = None
    target: str | None = None
    targets: Mapping[str, str] = {}


class Outcome(Struct, frozen=True, omit_defaults=True):
    """What became of one change. `problem` is None exactly when it was done."""

    key: str
    """`Change.key`."""
    target: str | None = None
    """The system's own key of the thing written."""
    targets: Mapping[str, str] = {}
    """The system's keys of its parts."""
    problem: Problem | None = None
    existed: bool = False
    """A `create` that found its thing already there (a repetition, or a match by natural key)."""
    media: Mapping[str, str] = {}  # digest → the system's own key, of the pictures that this change brought
    said: Sequence[
        Message
    ] = ()  # of a change that was done: what its owner should know of it, such as a text that was cut

    @property
    def done(self) -> bool:
        return self.problem is None


# ------------------------------------------------------------------------------------------ the four verbs


class Connector(Protocol):
    """Blocking on purpose: ERP drivers block and want one thread, and partners write plain Python.

    An instance is used by one thread at a time. `close` releases what it holds; a closed connector is not reused.
    """

    spec: ClassVar[ConnectorSpec]

    def __init__(self, settings: Any) -> None: ...

    def check(self) -> None:
        """Nothing, or a `ConfigError` / `TransientError` that its owner can act on, right by right."""

    def discover(self) -> Discovery: ...

    def read(self, stream: str, wanted: Selection = EVERYTHING) -> Iterator[Page]:
        """Pages of records. A failure in the middle raises; the cursors already yielded stay valid.

        Between two pages the same thread may call any verb, another `read` included, and then go on: an order does
        not wait for the end of a long read. A reading that is given up is closed as generators are (`close()`)."""

    def write(self, stream: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        """One outcome per change, in order. A refused record is an outcome; only a failure that concerns all
        remaining changes is raised (`ConfigError`, `TransientError`), after the outcomes already known."""

    def close(self) -> None: ...
