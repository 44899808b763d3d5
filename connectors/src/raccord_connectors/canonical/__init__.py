"""The records that every connector speaks, one file per subject, and the names of the streams that carry them."""

from raccord_connectors.canonical.customer import Address, Contact, Customer
from raccord_connectors.canonical.document import (
    CustomerDraft,
    Document,
    DocumentLine,
    Draft,
    DraftLine,
    PaymentEntry,
    payment_key,
)
from raccord_connectors.canonical.invoice import DeducedDeposit, DueDate, Invoice, InvoiceLine
from raccord_connectors.canonical.listing import Availability, Listing, Offer, OfferPrice, Picture, Tier
from raccord_connectors.canonical.order import (
    Buyer,
    Charge,
    Discount,
    LineUpdate,
    Order,
    OrderLine,
    OrderUpdate,
    PaperLink,
    Payment,
    Refund,
    RefundPart,
    RefundWish,
    Shipment,
    TaxAmount,
)
from raccord_connectors.canonical.price import Price, PriceSet
from raccord_connectors.canonical.product import (
    Axis,
    Category,
    Component,
    EcoContribution,
    MediaRef,
    Packaging,
    Product,
    Tax,
    Variant,
)
from raccord_connectors.canonical.record import Names, Record, Scalar, decode, encode, fingerprint, plain
from raccord_connectors.canonical.stock import DepotStock, StockLevels

ERP_STREAMS: dict[str, type[Record]] = {
    "categories": Category,
    "products": Product,
    "prices": PriceSet,
    "stock": StockLevels,
    "customers": Customer,
    "documents": Document,
    "invoices": Invoice,
    "customer_drafts": CustomerDraft,  # write only: what comes of it is read in `customers`
    "drafts": Draft,  # write only: what comes of it is read in `documents`
    "payments": PaymentEntry,  # of documents that the ERP has
}
SHOP_STREAMS: dict[str, type[Record]] = {
    "listings": Listing,
    "availability": Availability,
    "orders": Order,
    "order_updates": OrderUpdate,  # write only
    "customers": Customer,  # the accounts of the shop's customers; the fields of each are those that the shop can hold
}
STREAMS: dict[str, type[Record]] = ERP_STREAMS | SHOP_STREAMS

__all__ = [
    "ERP_STREAMS", "SHOP_STREAMS", "STREAMS",
    "Address", "Availability", "Axis", "Buyer", "Category", "Charge", "Component", "Contact", "Customer",
    "CustomerDraft", "DeducedDeposit", "DepotStock", "Discount", "Document", "DocumentLine", "Draft", "DraftLine",
    "DueDate", "EcoContribution", "Invoice", "InvoiceLine", "LineUpdate", "Listing", "MediaRef", "Names", "Offer",
    "OfferPrice", "Order", "OrderLine", "OrderUpdate", "Packaging", "PaperLink", "Payment", "PaymentEntry", "Picture", "Price",
    "PriceSet", "Product", "Record", "Refund", "RefundPart", "RefundWish", "Scalar", "Shipment", "StockLevels", "Tax",
    "TaxAmount", "Tier", "Variant", "decode", "encode", "fingerprint", "payment_key", "plain",
]  # fmt: skip
