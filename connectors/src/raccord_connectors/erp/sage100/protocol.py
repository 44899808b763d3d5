"""The bridge's protocol: one JSON object per line on stdin, one answer per line on stdout. Described in the README.

The bridge is a process of its own because Sage's Objets métiers need a 32-bit, single-threaded one that may die at
any access violation. It knows Sage and nothing of shops: the connector has already chosen articles, prices and codes.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

import msgspec
from msgspec import Struct

PROTOCOL = 1

Verb = Literal[
    "open",
    "check",
    "create_customer",
    "update_customer",
    "create_document",
    "create_foreign_document",
    "enter_payment",
    "enter_foreign_payment",
    "transform",
    "close",
]

LOCKED = "locked"
"""A user has the record open: come back."""
LICENCE = "licence"
"""No free session."""
BUSY = "busy"
EXCLUSIVE = "exclusive"
"""Somebody has opened the company for himself alone."""
NO_SPACE = "no_space"
"""The disk of Sage's server is full."""
MOVED = "moved"
"""The document was transformed since it was looked up: look again."""
WAITING = frozenset({LOCKED, LICENCE, BUSY, EXCLUSIVE, NO_SPACE, MOVED})
MISCONFIGURED = frozenset(
    {
        "login_refused",
        "no_right",
        "no_company",
        "not_installed",
        "version_mismatch",
        "protocol",
        "unsupported",
    }
)
"""A person must change something; every other kind is the refusal of one record."""


class Request(Struct, frozen=True):
    id: str
    verb: str
    data: dict[str, Any] = {}


class Failure(Struct, frozen=True, omit_defaults=True):
    """`kind` decides what happens next; `text` is Sage's own sentence; `field` names what is wrong, in our words."""

    kind: str
    text: str = ""
    field: str = ""
    values: dict[str, str] = {}


class Answer(Struct, frozen=True, omit_defaults=True):
    """Either `ok` or `error`."""

    id: str
    ok: dict[str, Any] | None = None
    error: Failure | None = None


class Place(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A delivery address of the document's customer: found among the existing ones, or added under a free title."""

    fields: dict[str, str]
    """Columns of F_LIVRAISON, already of their width."""


class DocumentLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line. `article` None is a comment."""

    article: str | None = None
    variant: tuple[int, int] = (0, 0)
    """AG_No1, AG_No2."""
    labels: tuple[str, str] = ("", "")
    """The variant's values as people see them: the Objets métiers know no AG_No."""
    title: str = ""
    quantity: Decimal = Decimal(0)
    net_price: Decimal = Decimal(0)
    """Per unit, without VAT and without eco-contribution, six decimals."""
    gross_price: Decimal = Decimal(0)
    """Per unit, everything included."""
    net: Decimal = Decimal(0)
    """What the customer paid for the line without VAT, eco-contribution included."""
    gross: Decimal = Decimal(0)
    rate: Decimal | None = None
    """VAT in percent that the shop applied; None: the article's."""
    free_rate: bool = False
    """The line may take another VAT than its article's (shipping follows the goods)."""


class Deposit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    amount: Decimal
    method: int
    """P_REGLEMENT.cbIndice."""
    dated: str
    label: str = ""


class Currency(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Another currency than the company's own, in which all amounts of a document are given. Sage converts them."""

    index: int
    """P_DEVISE.cbIndice, for DO_Devise."""
    code: str
    """ISO 4217."""
    rate: Decimal
    """For DO_Cours, six decimals, quoted as the company quotes."""


class NewDocument(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Amounts are the shop's: the bridge refuses (`total_differs`) rather than write another total."""

    reference: str
    """DO_NoWeb: two documents never have the same."""
    kind: int
    """DO_Type: 0 quotation, 1 order, 3 delivery note, 4 return, 5 financial credit note, 6 invoice. In returns and credit notes
    quantities and amounts are above zero; what is kept back of them is below."""
    customer: str
    dated: str
    fields: dict[str, Any]
    """Further columns of F_DOCENTETE."""
    lines: list[DocumentLine]
    net: Decimal
    gross: Decimal
    prices_include_tax: bool = False
    depot: int | None = None
    delivery: Place | None = None
    deposits: list[Deposit] = []
    currency: Currency | None = None
    """Asked for with the verb `create_foreign_document`, so that a bridge that does not know of it refuses."""


class NewPayment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Money of one order: a deposit on its document, or a payment allocated to the due dates of its invoices. What is given
    back is the same with a minus sign. All of it or nothing."""

    key: str
    """First word of DR_Libelle or RG_Libelle: two payments never have the same."""
    label: str
    """The whole title, which begins with the key."""
    kind: Literal["deposit", "settlement", "refund"]
    pieces: list[tuple[int, str]]
    """DO_Type and DO_Piece of the sales documents where the order's lines are now."""
    amount: Decimal
    """Positive."""
    method: int
    """P_REGLEMENT.cbIndice."""
    dated: str
    reference: str = ""
    """RG_Reference."""
    journal: str = ""
    """JO_Num; empty: Sage's own choice."""
    credit: list[tuple[int, str]] = []
    """Of a refund: DO_Type and DO_Piece of the return or credit note that it pays out."""
    currency: str = ""
    """Of a document in another currency than the company's: in which `amount` is. Asked for with `enter_foreign_payment`."""


class NewCustomer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    code: str
    fields: dict[str, Any]
    """Columns of F_COMPTET."""
    contact: dict[str, Any] = {}
    """Columns of F_CONTACTT, for the first contact."""
    deliveries: list[Place] = []
    contacts: list[dict[str, Any]] = []
    """Columns of F_CONTACTT: further people, each added unless there is one with the same e-mail address, or name."""


class Transformation(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Turns a document, or some quantities of it (DL_No → quantity), into the type `to`."""

    kind: int
    piece: str
    to: int
    quantities: dict[str, Decimal] = {}
    parcel: str = ""


_encoder = msgspec.json.Encoder(decimal_format="string")


def line_of(message: Struct) -> bytes:
    return _encoder.encode(message) + b"\n"


def as_data(message: Struct) -> dict[str, Any]:
    """A message's fields as plain JSON values."""
    found: dict[str, Any] = msgspec.json.decode(_encoder.encode(message))
    return found


def refusal(kind: str, text: str = "", field: str = "", **values: object) -> Failure:
    shown: Mapping[str, object] = values
    return Failure(kind, text, field, {name: str(value) for name, value in shown.items()})
