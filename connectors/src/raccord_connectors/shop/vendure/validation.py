"""What Vendure would refuse, or worse, accept: said by name before anything is sent."""

from decimal import Decimal

from msgspec import UNSET

from raccord_connectors.canonical import Listing, Offer, OfferPrice, Scalar
from raccord_connectors.contract import RecordRejected
from raccord_connectors.shop.vendure import texts
from raccord_connectors.shop.vendure.installation import LARGEST_MINOR, FieldType, Installation, TaxClass
from raccord_connectors.shop.vendure.work import code


def validate(record: Listing, installation: Installation) -> None:
    """Raises `RecordRejected` with the field."""
    if not record.name.strip():
        raise RecordRejected(texts.NO_NAME.fill(key=record.key), field="name")
    if not record.offers:
        raise RecordRejected(texts.NO_OFFERS.fill(name=record.name), field="offers")
    _skus(record)
    _options(record)
    tax_class(record, installation)
    custom_values(record.custom, "Product", installation)
    for offer in record.offers:
        custom_values(offer.custom, "ProductVariant", installation)
        if isinstance(offer.price, OfferPrice):
            _price(offer, offer.price, installation)


def tax_class(record: Listing, installation: Installation) -> TaxClass | None:
    """The tax category that the record asks for; None when it leaves that to the shop."""
    if record.tax_class is not UNSET and record.tax_class:
        found = installation.tax_class(record.tax_class)
        asked, field = record.tax_class, "tax_class"
    elif record.tax_rate is not UNSET:
        found = installation.tax_class_of_rate(record.tax_rate)
        asked, field = f"{record.tax_rate} %", "tax_rate"
    else:
        return None
    if found is None:
        # Vendure ignores an unknown tax category in an update without a word.
        known = ", ".join(f"{tax.key} ({tax.name})" for tax in installation.taxes) or "—"
        raise RecordRejected(texts.UNKNOWN_TAX.fill(tax=asked, name=record.name, known=known), field=field)
    return found


def custom_values(values: dict[str, Scalar], entity: str, installation: Installation) -> dict[str, object]:
    """Values as the server wants them, by custom field. Raises `RecordRejected` for a field or value that it lacks."""
    known = installation.fields(entity)
    found: dict[str, object] = {}
    for name, value in values.items():
        if name not in known:
            names = ", ".join(known) or "—"
            message = texts.UNKNOWN_CUSTOM_FIELD.fill(name=name, entity=entity, known=names)
            raise RecordRejected(message, field=f"custom.{name}")
        found[name] = _custom_value(name, value, known[name])
    return found


def _custom_value(name: str, value: Scalar, field: FieldType) -> object:
    try:
        match field.type:
            case _ if value is None:
                return None
            case "int":
                return int(str(value))
            case "float":
                return float(str(value))  # GraphQL has no decimals, and these are not amounts of ours
            case "boolean":
                if str(value).lower() not in ("true", "false", "1", "0"):
                    raise ValueError
                return str(value).lower() in ("true", "1")
            case _:
                return str(value)
    except ValueError:
        message = texts.BAD_CUSTOM_VALUE.fill(value=value, name=name, type=field.type)
        raise RecordRejected(message, field=f"custom.{name}") from None


def _skus(record: Listing) -> None:
    seen: set[str] = set()
    for offer in record.offers:
        if not offer.sku.strip():
            raise RecordRejected(texts.NO_SKU.fill(name=record.name), field="sku")
        if offer.sku in seen:
            raise RecordRejected(texts.SAME_SKU.fill(sku=offer.sku, name=record.name), field="sku")
        seen.add(offer.sku)


def _options(record: Listing) -> None:
    combinations: set[tuple[str, ...]] = set()
    for offer in record.offers:
        for axis in record.axes:
            if not offer.options.get(axis, "").strip():
                message = texts.NO_OPTION.fill(sku=offer.sku, name=record.name, axis=axis)
                raise RecordRejected(message, field="options")
        combination = tuple(code(offer.options[axis]) for axis in record.axes)
        if combination in combinations:
            options = ", ".join(offer.options[axis] for axis in record.axes) or "—"
            raise RecordRejected(texts.SAME_OPTIONS.fill(name=record.name, options=options), field="options")
        combinations.add(combination)


def _price(offer: Offer, price: OfferPrice, installation: Installation) -> None:
    if price.currency != installation.currency:
        message = texts.OTHER_CURRENCY.fill(
            sku=offer.sku, currency=price.currency, wanted=installation.currency
        )
        raise RecordRejected(message, field="price")
    if price.tax_included is not installation.prices_include_tax:
        modes = (("TTC", "with tax"), ("HT", "without tax"))
        sent, wanted = modes if price.tax_included else modes[::-1]
        message = texts.OTHER_TAX_MODE.fill(
            sku=offer.sku, sent_fr=sent[0], wanted_fr=wanted[0], sent_en=sent[1], wanted_en=wanted[1]
        )
        raise RecordRejected(message, field="price")
    largest = installation.amount(LARGEST_MINOR)
    if not Decimal(0) <= price.amount <= largest:
        message = texts.BAD_AMOUNT.fill(sku=offer.sku, amount=price.amount, largest=largest)
        raise RecordRejected(message, field="price")
