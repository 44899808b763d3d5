"""What `discover` tells of one installation. Part of the contract: import these from `contract`."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct


class Choice(Struct, frozen=True):
    """One thing that a system offers by key: a depot, a status, a tax class."""

    key: str
    title: str
    details: Mapping[str, str] = {}


class CustomField(Struct, frozen=True):
    stream: str
    name: str
    title: str
    type: Literal["text", "number", "date", "boolean", "choice"] = "text"
    choices: tuple[str, ...] = ()


class Feature(Struct, frozen=True):
    """A characteristic that a system has already (a facet, an attribute, an axis of variants), and its values."""

    title: str
    values: tuple[str, ...] = ()


class Identity(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who the company is by law, as its system tells it: what its invoices have to say."""

    name: str = ""
    legal_form: str = ""
    """SARL, SAS, EI…"""
    capital: str = ""
    """As written: "10 000 €"."""
    siren: str = ""
    siret: str = ""
    vat_number: str = ""
    register: str = ""
    """Where it is registered: "Lyon" of "RCS Lyon 732 829 320"."""
    activity: str = ""
    """APE / NAF code."""
    line1: str = ""
    line2: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""
    """ISO 3166-1 alpha-2."""
    email: str = ""
    phone: str = ""
    website: str = ""
    iban: str = ""
    bic: str = ""


class Discovery(Struct, frozen=True, omit_defaults=True):
    """What this installation has beyond the canonical records. Feeds the mapping editor and the defaults."""

    company: str = ""
    version: str = ""
    currency: str = ""
    prices_include_tax: bool | None = None
    net_price_decimals: int | None = None
    """Of a shop that keeps prices without tax with more decimals than cents, and multiplies before it rounds: then three pieces
    are right as well as one. None: it does not say."""
    languages: tuple[str, ...] = ()
    custom_fields: tuple[CustomField, ...] = ()
    depots: tuple[Choice, ...] = ()
    price_categories: tuple[Choice, ...] = ()
    order_statuses: tuple[Choice, ...] = ()
    tax_classes: tuple[Choice, ...] = ()
    """Key, title, and `details["rate"]` in percent where the system tells it."""
    payment_methods: tuple[Choice, ...] = ()
    carriers: tuple[Choice, ...] = ()
    units: tuple[Choice, ...] = ()
    customer_groups: tuple[Choice, ...] = ()
    categories: tuple[Choice, ...] = ()
    """Of the shop: the title is the path from the root, « Maison > Cuisine »."""
    brands: tuple[Choice, ...] = ()
    features: tuple[Feature, ...] = ()
    missing_fields: tuple[str, ...] = ()
    """Paths of `StreamSpec.fields` that it cannot hold as it is set up: no SEO plug-in, no field named for the EAN."""
    identity: Identity = Identity()
    """Of an ERP's company."""
    customer_fields: tuple[str, ...] | None = None
    """Of a shop: which fields of `canonical.Customer` it can hold as it is set up; None: all that its stream takes."""


class PictureNeeds(Struct, frozen=True):
    """What a shop takes of pictures: what it says, or what we choose where it says nothing."""

    formats: tuple[str, ...] = ("jpeg", "png", "webp")
    """The preferred one first, among `jpeg`, `png`, `webp`, `avif`, `gif`."""
    largest_bytes: int = 2_000_000
    longest_side: int = 2_560
    """Pixels; the shop makes its smaller ones itself."""
    most: int = 30
    """Of one listing."""
    most_of_offer: int = 1
    """Of one variant."""


class PaperNeeds(Struct, frozen=True):
    """What a shop takes of the ERP's papers: their content comes with the order update (`PaperLink.content`)."""

    kinds: tuple[str, ...] = ("invoice",)
    """Of `PaperLink.kind`; the others are a link only."""
    largest_bytes: int = 5_000_000
