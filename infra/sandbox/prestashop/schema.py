"""What the webservice knows: its resources, their fields, and what may be done with them.

Tables, checks, answers and the list of rights are all made from these declarations.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["int", "bool", "decimal", "text", "date", "moment", "lang"]
ALL = ("GET", "POST", "PUT", "PATCH", "DELETE")
READ = ("GET",)


@dataclass(frozen=True)
class Field:
    name: str
    kind: Kind = "text"
    required: bool = False
    size: int = 0
    """Characters at most; 0: no limit."""
    check: str = ""
    """Name of a check of `rules`."""
    default: str = ""
    """Of a new row. What a PUT does not name becomes empty, whatever stands here."""

    @property
    def empty(self) -> str:
        return {"int": "0", "bool": "0", "decimal": "0.000000"}.get(self.kind, "")


@dataclass(frozen=True)
class Resource:
    name: str
    node: str
    fields: tuple[Field, ...]
    verbs: tuple[str, ...] = ALL
    associations: tuple[tuple[str, str], ...] = ()
    """Name and node of those that can be set; each one present replaces its whole set."""
    computed: tuple[str, ...] = ()
    """Shown, never to be sent (400, code 93), and not to be filtered by."""
    indexed: tuple[str, ...] = ()

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)

    @property
    def stamped(self) -> bool:
        return self.field("date_upd") is not None


def _ints(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "int") for name in names)


def _bools(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "bool") for name in names)


def _decimals(*names: str) -> tuple[Field, ...]:
    return tuple(Field(name, "decimal") for name in names)


def _texts(*names: str, size: int = 0) -> tuple[Field, ...]:
    return tuple(Field(name, size=size) for name in names)


def _named(size: int, check: str = "") -> Field:
    return Field("name", "lang", required=True, size=size, check=check)


STAMPS = (Field("date_add", "moment"), Field("date_upd", "moment"))
CODES = (
    Field("reference", size=64, check="isReference"),
    Field("supplier_reference", size=64, check="isReference"),
    Field("ean13", size=13, check="isEan13"),
    Field("isbn", size=32, check="isIsbn"),
    Field("upc", size=12, check="isUpc"),
    Field("mpn", size=40, check="isMpn"),
)

PRODUCTS = Resource(
    "products",
    "product",
    (
        *_ints("id_manufacturer", "id_supplier", "id_category_default", "id_tax_rules_group"),
        *CODES,
        Field("location", size=255),
        *_decimals("width", "height", "depth", "weight"),
        Field("is_virtual", "bool"),
        Field("state", "int"),
        Field("additional_delivery_times", "int", default="1"),
        Field("delivery_in_stock", "lang", size=255),
        Field("delivery_out_stock", "lang", size=255),
        Field("product_type", size=16),
        *_bools("on_sale", "online_only"),
        Field("ecotax", "decimal"),
        Field("minimal_quantity", "int", default="1"),
        Field("low_stock_threshold", "int"),
        Field("price", "decimal", required=True),
        Field("wholesale_price", "decimal"),
        Field("unity", size=255),
        Field("unit_price", "decimal"),
        Field("additional_shipping_cost", "decimal"),
        Field("active", "bool"),
        Field("redirect_type", size=32),
        Field("available_for_order", "bool", default="1"),
        Field("condition", size=16, default="new"),
        Field("show_price", "bool", default="1"),
        Field("visibility", size=16, default="both"),
        *STAMPS,
        Field("meta_description", "lang", size=512, check="isGenericName"),
        Field("meta_title", "lang", size=255, check="isGenericName"),
        Field("link_rewrite", "lang", size=128, check="isLinkRewrite"),
        _named(128, "isCatalogName"),
        Field("description", "lang", check="isCleanHtml"),
        Field("description_short", "lang", check="isCleanHtml"),
        Field("available_now", "lang", size=255),
        Field("available_later", "lang", size=255),
    ),
    associations=(
        ("categories", "category"),
        ("product_features", "product_feature"),
        ("tags", "tag"),
        ("accessories", "product"),
    ),
    computed=("manufacturer_name", "quantity", "id_default_image", "id_default_combination", "type"),
    indexed=("reference", "date_upd"),
)
COMBINATIONS = Resource(
    "combinations",
    "combination",
    (
        Field("id_product", "int", required=True),
        *CODES,
        Field("location", size=255),
        *_decimals("wholesale_price", "price", "ecotax", "weight"),
        Field("minimal_quantity", "int", required=True, default="1"),
        Field("low_stock_threshold", "int"),
        Field("default_on", "bool"),
    ),
    associations=(("product_option_values", "product_option_value"), ("images", "image")),
    computed=("quantity",),
    indexed=("id_product", "reference"),
)
STOCK = Resource(
    "stock_availables",
    "stock_available",
    (
        Field("id_product", "int", required=True),
        Field("id_product_attribute", "int", required=True),
        *_ints("id_shop", "id_shop_group", "quantity"),
        Field("depends_on_stock", "bool"),
        Field("out_of_stock", "int"),
        Field("location", size=255),
    ),
    verbs=("GET", "PUT", "PATCH"),
    indexed=("id_product",),
)
SPECIFIC_PRICES = Resource(
    "specific_prices",
    "specific_price",
    (
        *(
            Field(name, "int", required=True)
            for name in (
                "id_shop",
                "id_cart",
                "id_product",
                "id_currency",
                "id_country",
                "id_group",
                "id_customer",
            )
        ),
        *_ints("id_shop_group", "id_product_attribute", "id_specific_price_rule"),
        Field("price", "decimal", required=True),
        Field("from_quantity", "int", required=True),
        Field("reduction", "decimal", required=True),
        Field("reduction_tax", "bool", required=True),
        Field("reduction_type", required=True),
        Field("from", "moment", required=True),
        Field("to", "moment", required=True),
    ),
    indexed=("id_product",),
)
ORDERS = Resource(
    "orders",
    "order",
    (
        *_ints(
            "id_address_delivery",
            "id_address_invoice",
            "id_cart",
            "id_currency",
            "id_lang",
            "id_customer",
            "id_carrier",
            "current_state",
            "id_shop",
        ),
        Field("module", required=True),
        Field("invoice_number", "int"),
        Field("invoice_date", "moment"),
        Field("delivery_number", "int"),
        Field("delivery_date", "moment"),
        Field("valid", "bool"),
        *STAMPS,
        Field("note"),
        Field("payment", required=True),
        Field("gift", "bool"),
        Field("gift_message"),
        *_decimals(
            "total_discounts",
            "total_discounts_tax_incl",
            "total_discounts_tax_excl",
            "total_paid",
            "total_paid_tax_incl",
            "total_paid_tax_excl",
            "total_paid_real",
            "total_products",
            "total_products_wt",
            "total_shipping",
            "total_shipping_tax_incl",
            "total_shipping_tax_excl",
            "carrier_tax_rate",
            "total_wrapping",
            "total_wrapping_tax_incl",
            "total_wrapping_tax_excl",
            "conversion_rate",
        ),
        *_ints("round_mode", "round_type"),
        Field("reference", size=9),
    ),
    verbs=("GET", "PUT", "PATCH"),
    computed=("shipping_number",),
    indexed=("reference", "date_upd"),
)
ORDER_DETAILS = Resource(
    "order_details",
    "order_detail",
    (
        *_ints("id_order", "product_id", "product_attribute_id", "id_order_invoice", "id_tax_rules_group"),
        *_texts("product_name", "product_reference", "product_ean13", "product_mpn"),
        *_ints("product_quantity", "product_quantity_refunded", "product_quantity_return"),
        *_decimals(
            "product_price",
            "original_product_price",
            "reduction_percent",
            "reduction_amount",
            "ecotax",
            "unit_price_tax_incl",
            "unit_price_tax_excl",
            "total_price_tax_incl",
            "total_price_tax_excl",
            "purchase_supplier_price",
        ),
    ),
    verbs=READ,
    associations=(("taxes", "tax"),),
    indexed=("id_order",),
)
CUSTOMERS = Resource(
    "customers",
    "customer",
    (
        *_ints("id_default_group", "id_lang", "id_gender"),
        Field("lastname", required=True, size=255, check="isName"),
        Field("firstname", required=True, size=255, check="isName"),
        Field("email", required=True, size=255, check="isEmail"),
        Field("birthday", "date"),
        Field("outstanding_allow_amount", "decimal"),
        Field("max_payment_days", "int"),
        *_bools("newsletter", "optin", "is_guest", "active", "deleted"),
        *_texts("company", "siret", "ape", "website", "note"),
        *STAMPS,
    ),
    associations=(("groups", "group"),),
    indexed=("email",),
)
ADDRESSES = Resource(
    "addresses",
    "address",
    (
        *_ints("id_customer", "id_state"),
        Field("id_country", "int", required=True),
        Field("alias", required=True, size=32),
        *_texts(
            "company",
            "vat_number",
            "dni",
            "address2",
            "postcode",
            "phone",
            "phone_mobile",
            "other",
            size=255,
        ),
        Field("lastname", required=True, size=255, check="isName"),
        Field("firstname", required=True, size=255, check="isName"),
        Field("address1", required=True, size=128),
        Field("city", required=True, size=64),
        Field("deleted", "bool"),
        *STAMPS,
    ),
    indexed=("id_customer",),
)


def _simple(name: str, node: str, *fields: Field, verbs: tuple[str, ...] = READ, **more: object) -> Resource:
    return Resource(name, node, fields, verbs, **more)  # type: ignore[arg-type]


RESOURCES: dict[str, Resource] = {
    resource.name: resource
    for resource in (
        PRODUCTS,
        COMBINATIONS,
        STOCK,
        SPECIFIC_PRICES,
        ORDERS,
        ORDER_DETAILS,
        CUSTOMERS,
        ADDRESSES,
        _simple(
            "categories",
            "category",
            Field("id_parent", "int"),
            Field("active", "bool", required=True),
            Field("is_root_category", "bool"),
            Field("position", "int"),
            *STAMPS,
            _named(128, "isCatalogName"),
            Field("link_rewrite", "lang", required=True, size=128, check="isLinkRewrite"),
            Field("description", "lang"),
            verbs=ALL,
        ),
        _simple(
            "manufacturers",
            "manufacturer",
            Field("active", "bool"),
            Field("name", required=True, size=64, check="isCatalogName"),
            *STAMPS,
            verbs=ALL,
        ),
        _simple(
            "product_features",
            "product_feature",
            Field("position", "int"),
            _named(128, "isGenericName"),
            verbs=ALL,
        ),
        _simple(
            "product_feature_values",
            "product_feature_value",
            Field("id_feature", "int", required=True),
            Field("custom", "bool"),
            Field("value", "lang", required=True, size=255, check="isGenericName"),
            verbs=ALL,
            indexed=("id_feature",),
        ),
        _simple(
            "product_options",
            "product_option",
            Field("is_color_group", "bool"),
            Field("group_type", required=True),
            Field("position", "int"),
            _named(128, "isGenericName"),
            Field("public_name", "lang", required=True, size=64, check="isGenericName"),
            verbs=ALL,
        ),
        _simple(
            "product_option_values",
            "product_option_value",
            Field("id_attribute_group", "int", required=True),
            Field("color"),
            Field("position", "int"),
            _named(128, "isGenericName"),
            verbs=ALL,
            indexed=("id_attribute_group",),
        ),
        _simple(
            "tags",
            "tag",
            Field("id_lang", "int", required=True),
            Field("name", required=True, size=32, check="isGenericName"),
            verbs=ALL,
            indexed=("name",),
        ),
        _simple(
            "groups",
            "group",
            Field("reduction", "decimal"),
            Field("price_display_method", "int"),
            Field("show_prices", "bool"),
            *STAMPS,
            _named(32),
        ),
        _simple(
            "order_states",
            "order_state",
            *_bools(
                "unremovable", "delivery", "hidden", "send_email", "invoice", "logable", "shipped", "paid"
            ),
            *_bools("pdf_delivery", "pdf_invoice", "deleted"),
            Field("color"),
            Field("module_name"),
            _named(64),
            Field("template", "lang"),
        ),
        _simple(
            "order_histories",
            "order_history",
            Field("id_employee", "int"),
            Field("id_order_state", "int", required=True),
            Field("id_order", "int", required=True),
            Field("date_add", "moment"),
            verbs=("GET", "POST", "PUT", "PATCH", "DELETE"),
            indexed=("id_order",),
        ),
        _simple(
            "order_carriers",
            "order_carrier",
            Field("id_order", "int", required=True),
            Field("id_carrier", "int", required=True),
            *_ints("id_order_invoice"),
            *_decimals("weight", "shipping_cost_tax_excl", "shipping_cost_tax_incl"),
            Field("tracking_number", size=64, check="isTrackingNumber"),
            Field("date_add", "moment"),
            verbs=("GET", "POST", "PUT", "PATCH"),
            indexed=("id_order",),
        ),
        _simple(
            "order_payments",
            "order_payment",
            Field("order_reference", size=9),
            Field("id_currency", "int", required=True),
            Field("amount", "decimal", required=True),
            Field("payment_method", required=True),
            Field("conversion_rate", "decimal"),
            Field("transaction_id"),
            Field("date_add", "moment"),
            verbs=("GET", "POST", "PUT", "PATCH"),
            indexed=("order_reference",),
        ),
        _simple(
            "order_cart_rules",
            "order_cart_rule",
            *_ints("id_order", "id_cart_rule", "id_order_invoice"),
            Field("name"),
            *_decimals("value", "value_tax_excl"),
            *_bools("free_shipping", "deleted"),
            indexed=("id_order",),
        ),
        _simple(
            "order_slip",
            "order_slip",
            *_ints("id_customer", "id_order"),
            *_decimals("conversion_rate", "total_products_tax_excl", "total_products_tax_incl"),
            *_decimals(
                "total_shipping_tax_excl", "total_shipping_tax_incl", "amount", "shipping_cost_amount"
            ),
            *_bools("shipping_cost", "partial"),
            *STAMPS,
            associations=(("order_slip_details", "order_slip_detail"),),
            indexed=("id_order",),
        ),
        _simple(
            "customer_threads",
            "customer_thread",
            Field("id_lang", "int", required=True),
            *_ints("id_shop", "id_customer", "id_order", "id_product"),
            Field("id_contact", "int", required=True),
            Field("email"),
            Field("token", required=True),
            Field("status"),
            *STAMPS,
            verbs=ALL,
            indexed=("id_order",),
        ),
        _simple(
            "customer_messages",
            "customer_message",
            *_ints("id_employee", "id_customer_thread"),
            Field("message", required=True),
            *_bools("private", "read"),
            *STAMPS,
            verbs=ALL,
            indexed=("id_customer_thread",),
        ),
        _simple(
            "carriers",
            "carrier",
            *_bools("deleted", "is_module", "is_free", "active"),
            *_ints("id_tax_rules_group", "id_reference"),
            Field("name"),
            Field("url"),
            Field("delay", "lang"),
        ),
        _simple("countries", "country", Field("iso_code"), Field("active", "bool"), _named(64)),
        _simple("states", "state", Field("id_country", "int"), Field("iso_code"), Field("name")),
        _simple(
            "currencies",
            "currency",
            *_texts("name", "iso_code"),
            *_decimals("conversion_rate"),
            *_ints("precision"),
            *_bools("deleted", "active"),
        ),
        _simple(
            "languages",
            "language",
            *_texts("name", "iso_code", "locale", "language_code"),
            Field("active", "bool"),
        ),
        _simple("taxes", "tax", Field("rate", "decimal"), *_bools("active", "deleted"), _named(32)),
        _simple(
            "tax_rule_groups",
            "tax_rule_group",
            Field("name"),
            *_bools("active", "deleted"),
            *STAMPS,
        ),
        _simple(
            "tax_rules",
            "tax_rule",
            *_ints("id_tax_rules_group", "id_state", "id_country", "zipcode_from", "zipcode_to", "id_tax"),
            Field("behavior", "int"),
        ),
        _simple("configurations", "configuration", Field("name"), Field("value"), *STAMPS),
        _simple(
            "shops",
            "shop",
            *_ints("id_shop_group", "id_category"),
            *_bools("active", "deleted"),
            Field("name"),
        ),
    )
}
IMAGES = "images"
"""Not rows but files: `images.py`."""
