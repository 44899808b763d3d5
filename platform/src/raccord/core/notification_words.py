"""What the variables of a template are for one event of one order, in the customer's language."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from raccord.core.notification_rules import EventName, Language, Look, NotificationRules
from raccord.core.notification_tracking import link_of
from raccord_connectors.canonical import Document, Order, Shipment
from raccord_connectors.canonical.customer import Address

FRENCH_SPEAKING = frozenset(
    ("FR", "BE", "LU", "CH", "MC", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF", "TF")
)
LOCALES: dict[Language, str] = {"fr": "fr", "en": "en_GB"}


def language_of(order: Order, rules: NotificationRules) -> Language:
    """As the shop says; else by the country in which the buyer lives; else the channel's."""
    told = order.buyer.language.casefold()
    if told:
        return "fr" if told.startswith("fr") else "en"
    country = (order.billing.country or (order.delivery.country if order.delivery else "")).upper()
    if not country:
        return rules.default_language
    return "fr" if country in FRENCH_SPEAKING else "en"


def words_of(
    order: Order,
    document: Document | None,
    event: EventName,
    subject: str,
    *,
    language: Language,
    look: Look,
    items: Mapping[str, str],
    papers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """For `notification_template.render`. `items`: the shop's item key → the ERP's. `papers`: number of an invoice → where its
    customer finds it."""
    locale, currency = LOCALES[language], order.currency
    parcel = shipment_of(document, subject) if event == "shipped" else None
    refund = next((one for one in order.refunds if one.key == subject), None) if event == "refunded" else None
    person = " ".join(part for part in (order.buyer.first_name, order.buyer.last_name) if part)
    return {
        "order_number": order.number,
        "placed_on": format_date(order.placed_at, "long", locale=locale),
        "total": format_currency(order.gross, currency, locale=locale),
        "first_name": order.buyer.first_name or order.billing.first_name,
        "last_name": order.buyer.last_name or order.billing.last_name,
        "customer_name": order.buyer.company or person or order.billing.company,
        "company": order.buyer.company or order.billing.company,
        "delivery_address": _one_line(order.delivery or order.billing),
        "shop_name": look.name,
        "shop_address": look.address,
        "carrier": parcel.carrier if parcel else "",
        "tracking_number": parcel.tracking if parcel else "",
        "tracking_link": link_of(parcel) if parcel else "",
        "shipped_in_full": "✓" if document and document.state in ("delivered", "invoiced") else "",
        "document_number": document.number if document else "",
        "invoice_number": subject if event == "invoiced" else "",
        "invoice_link": (papers or {}).get(subject, "") if event == "invoiced" else "",
        "refund_amount": format_currency(refund.amount, currency, locale=locale) if refund else "",
        "refund_reason": refund.reason if refund else "",
        "lines": [
            {"name": line.name or line.sku, "quantity": format_decimal(line.quantity, locale=locale),
             "amount": format_currency(line.net + line.tax, currency, locale=locale)}
            for line in order.lines
        ],
        "parcels": [
            {"carrier": one.carrier, "number": one.tracking, "link": link_of(one)}
            for one in (document.shipments if document else ())
        ],
        "parcel_lines": _inside(order, parcel, items, locale),
    }  # fmt: skip


def shipment_of(document: Document | None, subject: str) -> Shipment | None:
    return next((one for one in document.shipments if one.key == subject), None) if document else None


def _inside(
    order: Order, parcel: Shipment | None, items: Mapping[str, str], locale: str
) -> list[dict[str, str]]:
    """By the shop's names: an item ordered on two lines fills the first one first."""
    left: dict[str, Decimal] = dict(parcel.lines) if parcel else {}
    found = []
    for line in order.lines:
        item = items.get(line.item, "")
        taken = min(left.get(item, Decimal(0)), line.quantity)
        if taken > 0:
            left[item] -= taken
            found.append({"name": line.name or line.sku, "quantity": format_decimal(taken, locale=locale)})
    return found


def _one_line(address: Address) -> str:
    person = " ".join(part for part in (address.first_name, address.last_name) if part)
    town = " ".join(part for part in (address.postal_code, address.city) if part)
    return ", ".join(part for part in (address.company or person, address.line1, address.line2, town) if part)
