"""Articles as the ERP knows them: one record per article, its variants and packagings inside."""

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from raccord_connectors.canonical.record import Names, Record, Scalar


class Axis(Struct, frozen=True):
    """What variants differ by: key "1", title "Taille"."""

    key: str
    title: str


class Variant(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """One combination of axis values. Its key is unique in the whole catalogue (Sage: AR_Ref|AG_No1|AG_No2)."""

    key: str
    sku: str
    options: dict[str, str]
    """Axis key → value, e.g. {"1": "Bleu"}."""
    ean: str | None = None
    mpn: str | None = None
    weight_g: Decimal | None = None
    active: bool = True
    media: list["MediaRef"] = []
    custom: dict[str, Scalar] = {}


class Packaging(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A selling unit that holds several base units (*conditionnement*): carton of 6."""

    key: str
    title: str
    quantity: Decimal
    """Base units in it."""
    sku: str | None = None
    ean: str | None = None
    principal: bool = False


class Component(Struct, frozen=True):
    """One part of a kit: item key and base units of it per kit."""

    item: str
    quantity: Decimal


class Tax(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """VAT of an article for the shop's customers. `rate` in percent; `code` is the ERP's own."""

    code: str
    rate: Decimal


class EcoContribution(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """DEEE, furniture…: an amount per base unit, separate from the price in the ERP."""

    code: str
    amount: Decimal
    tax_included: bool = False


class MediaRef(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A picture or a document named by the ERP: a file name as the merchant knows it, never an absolute path of the
    cloud's choice; of a document also its address on the web. `digest` is the content's hash once the agent has seen the
    file."""

    name: str
    kind: Literal["picture", "document"] = "picture"
    title: str = ""
    digest: str | None = None


class Product(Record, kw_only=True, frozen=True):
    """An article. An *item* is what one can buy: the article itself, or each of its variants if it has any."""

    sku: str
    name: str
    names: Names = {}
    description: str = ""
    descriptions: Names = {}
    summary: str = ""
    family: str | None = None
    """Key of the family, a record of the `categories` stream."""
    categories: list[str] = []
    """Keys of the catalogue nodes it stands in."""
    brand: str | None = None
    ean: str | None = None
    mpn: str | None = None
    unit: str | None = None
    weight_g: Decimal | None = None
    """Net weight in grams."""
    dimensions_mm: tuple[Decimal, Decimal, Decimal] | None = None
    """Length, width, height in millimetres."""
    tax: Tax | None = None
    eco_contribution: EcoContribution | None = None
    origin_country: str | None = None
    customs_code: str | None = None
    active: bool = True
    """False when the ERP says asleep (*en sommeil*), archived or inactive."""
    published: bool = True
    """The ERP's own "publish on the web" flag; True where it has none."""
    stock_policy: Literal["tracked", "untracked", "kit", "made_to_order"] = "tracked"
    axes: list[Axis] = []
    variants: list[Variant] = []
    packagings: list[Packaging] = []
    components: list[Component] = []
    media: list[MediaRef] = []
    related: list[str] = []
    replaced_by: str | None = None
    custom: dict[str, Scalar] = {}
    """Custom and statistics fields by their name in the ERP."""

    def items(self) -> list[str]:
        """Keys of what can be bought."""
        return [variant.key for variant in self.variants] or [self.key]


class Category(Record, kw_only=True, frozen=True):
    """A family or a node of the catalogue tree."""

    name: str
    names: Names = {}
    parent: str | None = None
    position: int = 0
    kind: Literal["family", "catalogue"] = "catalogue"
    active: bool = True
