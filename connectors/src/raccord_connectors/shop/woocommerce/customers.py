"""Customers' accounts: e-mail, names and one address each for billing and shipping are WooCommerce's own; the rest stands in
the custom values that the settings name. WooCommerce cannot tell which accounts changed, so they are read whole; guests stand
in their orders only. No account is made or deleted here.
"""

import html
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, cast

from raccord_connectors.canonical import Address, Customer, Scalar, plain
from raccord_connectors.contract import Change, Outcome, Page, Problem, Rejection, Selection
from raccord_connectors.kit.customers import changed_fields
from raccord_connectors.shop.woocommerce import keys, problems, texts, windows
from raccord_connectors.shop.woocommerce.client import BATCH, Item, Row, ShopClient
from raccord_connectors.shop.woocommerce.customer_settings import CustomerFieldSettings
from raccord_connectors.shop.woocommerce.listing_job import meta_of

PARAMS = {"role": "all"}
"""The list shows the role "customer" only, and plug-ins give companies roles of their own."""
STAFF = frozenset({"administrator", "shop_manager", "editor", "author", "contributor"})
PLAIN = ("email", "first_name", "last_name", "company", "phone", "billing", "deliveries")
"""What WooCommerce has fields for."""
ADDRESS = {
    "first_name": "first_name", "last_name": "last_name", "company": "company", "line1": "address_1", "line2": "address_2",
    "postal_code": "postcode", "city": "city", "region": "state", "country": "country",
}  # fmt: skip
"""Ours → WooCommerce's. The telephone and e-mail address of the billing address are the account's."""
YES = ("yes", "1", "true", "on", "oui")
FIELDS = (
    *PLAIN, "civility", "mobile", "fax", "siret", "vat_number", "birthday", "subscriptions", "price_category",
    "discount_percent", "payment_terms", "on_account", "credit_limit", "outstanding", "category", "custom",
)  # fmt: skip
Civility = Literal["", "mr", "mrs"]


def held_fields(settings: CustomerFieldSettings) -> list[str]:
    """Those of `Customer` that this shop keeps as it is set up."""
    subscriptions, custom = settings.customer_keys
    opened = [*(["subscriptions"] if subscriptions else []), *(["custom"] if custom else [])]
    return sorted([*PLAIN, *settings.customer_meta, *opened])


class CustomerReader:
    def __init__(self, client: ShopClient, settings: CustomerFieldSettings) -> None:
        self._client = client
        self._settings = settings
        self._fields = held_fields(settings)

    def read(self, wanted: Selection, size: int) -> Iterator[Page]:
        if wanted.keys is not None:
            numbers = keys.numbers(wanted.keys)
            for start in range(0, len(numbers), size):
                part = numbers[start : start + size]
                rows = self._client.by_ids("customers", part, **PARAMS)
                found = {int(row["id"]) for row in rows}
                yield self._page(rows, [str(number) for number in part if number not in found])
            return
        for rows, _ in windows.read(self._client, "customers", PARAMS, windows.Cursor(), size):
            if rows:
                yield self._page(rows, [])

    def _page(self, rows: Sequence[Row], deleted: Sequence[str]) -> Page:
        records, rejected = [], []
        for row in rows:
            if row.get("role") in STAFF:
                continue
            try:
                records.append(self._customer(row))
            except (KeyError, TypeError, ValueError, InvalidOperation) as error:
                reason = f"{type(error).__name__}: {error}"
                said = texts.ACCOUNT_UNREADABLE.fill(account=row.get("email") or row.get("id"), reason=reason)
                rejected.append(Rejection(str(row.get("id")), Problem("rejected", said, detail=reason)))
        return Page(records=records, deleted=deleted, rejected=rejected)

    def _customer(self, row: Row) -> Customer:
        billing, shipping = row.get("billing") or {}, row.get("shipping") or {}
        place = _address(shipping)
        subscriptions, custom = self._settings.customer_keys
        held: dict[str, Any] = {
            name: READ[name](meta_of(row, key)) for name, key in self._settings.customer_meta.items()
        }
        return Customer(
            key=str(row["id"]),
            email=_text(row, "email"),
            first_name=_text(row, "first_name") or _text(billing, "first_name"),
            last_name=_text(row, "last_name") or _text(billing, "last_name"),
            company=_text(billing, "company"),
            phone=_text(billing, "phone"),
            billing=_address(billing) if any(billing.values()) else None,
            deliveries=[place] if place.line1 else [],
            subscriptions={
                key: _flag(meta_of(row, key)) for key in subscriptions if meta_of(row, key) is not None
            },
            custom={key: _scalar(meta_of(row, key)) for key in custom if meta_of(row, key) is not None},
            fields=self._fields,
            **held,
        )


class CustomerWriter:
    """Only what differs is sent: WooCommerce leaves alone what a request does not name, inside an address too."""

    def __init__(self, client: ShopClient, settings: CustomerFieldSettings) -> None:
        self._client = client
        self._settings = settings

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        for start in range(0, len(changes), BATCH):
            yield from self._write(changes[start : start + BATCH])

    def _write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        todo: list[Item] = []
        places: list[int] = []
        outcomes: dict[int, Outcome] = {}
        for place, change in enumerate(changes):
            target = keys.numbers((change.target or change.key,))
            outcomes[place] = Outcome(change.key, change.target)
            body = self._body(change)
            if not target:
                outcomes[place] = _refused(change, {"code": "woocommerce_rest_invalid_id"})
            elif body:
                todo.append(Item("update", {"id": target[0], **body}))
                places.append(place)
        answers = self._client.batch("customers", todo) if todo else []
        for place, answer in zip(places, answers, strict=True):
            if answer.get("error"):
                outcomes[place] = _refused(changes[place], answer["error"])
        yield from (outcomes[place] for place in range(len(changes)))

    def _body(self, change: Change) -> Row:
        record = change.record
        if not isinstance(record, Customer):
            raise TypeError(f"{change.op} of {change.key} carries no customer")
        changed = changed_fields(record, change.previous if isinstance(change.previous, Customer) else None)
        body: Row = {name: changed[name] for name in ("email", "first_name", "last_name") if name in changed}
        billing: Row = {name: changed[name] for name in ("company", "phone") if name in changed}
        if isinstance(changed.get("billing"), Address):
            billing = {**_place(changed["billing"]), **billing}
        if billing:
            body["billing"] = billing
        if changed.get("deliveries"):
            body["shipping"] = _place(changed["deliveries"][0])
        meta = {
            key: _written(changed[name])
            for name, key in self._settings.customer_meta.items()
            if name in changed
        }
        subscriptions, custom = self._settings.customer_keys
        for name, known in (("subscriptions", subscriptions), ("custom", custom)):
            meta |= {key: _written(value) for key, value in changed.get(name, {}).items() if key in known}
        if meta:
            body["meta_data"] = [{"key": key, "value": value} for key, value in meta.items()]
        return body


def _place(address: Address) -> Row:
    """Names that the ERP's address does not have stay the shop's."""
    told = {theirs: getattr(address, ours) for ours, theirs in ADDRESS.items()}
    own = ("first_name", "last_name", "company")
    return {name: value for name, value in told.items() if value or name not in own}


def _address(row: Mapping[str, Any]) -> Address:
    return Address(**{ours: _text(row, theirs) for ours, theirs in ADDRESS.items()})


def _refused(change: Change, error: Mapping[str, Any]) -> Outcome:
    code, reason = str(error.get("code") or ""), problems.plain_text(error.get("message"))
    account = change.target or change.key
    data = error.get("data")
    status = int(data.get("status") or 400) if isinstance(data, Mapping) else 400
    if code.endswith("invalid_id"):
        said, field = texts.ACCOUNT_GONE.fill(account=account), "key"
    elif "email" in code:
        record = change.record
        email = record.email if isinstance(record, Customer) else ""
        said, field = texts.EMAIL_REFUSED.fill(account=account, email=email, reason=reason or code), "email"
    else:
        said, field = texts.ACCOUNT_REFUSED.fill(account=account, reason=reason or code), "customer"
    kind: Literal["transient", "rejected"] = "transient" if status >= 500 else "rejected"
    return Outcome(change.key, change.target, problem=Problem(kind, said, field=field, detail=code))


# ---------------------------------------------------------------------------------------------------- values


def _text(row: Mapping[str, Any], name: str) -> str:
    return _plain(row.get(name))


def _plain(value: Any) -> str:
    return html.unescape(str(value if value is not None else "")).replace("\x00", "").strip()


def _flag(value: Any) -> bool:
    return value is True or _plain(value).casefold() in YES


def _amount(value: Any) -> Decimal | None:
    said = _plain(value).replace(",", ".")
    return plain(Decimal(said)) if said else None


def _day(value: Any) -> date | None:
    """ISO, or as people write it; what is no date is none: a plug-in may keep anything there."""
    said = _plain(value)[:10]
    parts = said.replace(".", "/").split("/")
    try:
        return date(*(int(part) for part in reversed(parts))) if len(parts) == 3 else date.fromisoformat(said)
    except ValueError:
        return None


def _civility(value: Any) -> Civility:
    known = {
        "m": "mr",
        "mr": "mr",
        "monsieur": "mr",
        "mme": "mrs",
        "mrs": "mrs",
        "madame": "mrs",
        "mlle": "mrs",
    }
    return cast(Civility, known.get(_plain(value).casefold().rstrip("."), ""))


def _number(value: Any) -> str | None:
    return _plain(value) or None


def _scalar(value: Any) -> Scalar:
    return value if isinstance(value, bool | int) else _plain(value)


READ: Mapping[str, Callable[[Any], Any]] = {
    "siret": _number, "vat_number": _number, "civility": _civility, "mobile": _plain, "fax": _plain, "birthday": _day,
    "price_category": _number, "discount_percent": _amount, "payment_terms": _number, "on_account": _flag,
    "credit_limit": _amount, "outstanding": _amount, "category": _number,
}  # fmt: skip


def _written(value: Any) -> str:
    """Custom values are texts. An empty one is what is empty: to take the value away would leave nothing to be shown."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return format(plain(value), "f")
    return value.isoformat() if isinstance(value, date) else str(value)
