"""Customers and what the ERP agreed with them: price level, discount, account, code. The key in Oxatis is the e-mail address."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal
from xml.etree.ElementTree import Element

from msgspec.structs import replace

from raccord_connectors.canonical import Customer, plain
from raccord_connectors.contract import Change, Outcome, Page, Problem, RecordRejected, Rejection, Selection
from raccord_connectors.kit import xml
from raccord_connectors.kit.customers import changed_fields
from raccord_connectors.kit.xml import text_of
from raccord_connectors.shop.oxatis import assumed, client, texts
from raccord_connectors.shop.oxatis.client import OxatisClient, Refusal, entity, identity, oxid
from raccord_connectors.shop.oxatis.order_records import truth
from raccord_connectors.shop.oxatis.windows import OVERLAP, Cursor, cursor_from

USERS = "UserServices"
FIELDS = (
    "civility", "first_name", "last_name", "company", "email", "siret", "vat_number", "price_category", "representative",
    "category", "discount_percent", "on_account", "language", "birthday", "subscriptions", "custom",
)  # fmt: skip
TEXTS = {
    "first_name": ("FirstName", 30), "last_name": ("LastName", 50), "company": ("Company", 50), "email": ("Email", 255),
    "siret": ("FiscalCode", 30), "vat_number": ("VATNumber", 16), "representative": ("SalesRepCode", 50),
    "category": ("Category1", 50), "language": ("UserLanguage", 2),
}  # fmt: skip
"""Field → Oxatis's name (spelled as it is), and the characters that it takes."""
CIVILITIES: dict[Literal["", "mr", "mrs"], str] = {"mr": "M.", "mrs": "Mme"}
CODE = "CustomerCode"
"""The ERP's code. Written when an account is made; later, a mapping may fill it as a field of its own."""
CUSTOM = {
    CODE: 50, "NAFCode": 20, "LegalForm": 40, "DiscountGridCode": 6, "Category2": 50, "Category3": 50, "Category4": 50,
    "CustomFieldText1": 255, "CustomFieldText2": 255, "CustomFieldText3": 255, "CustomFieldText4": 255,
    "CustomFieldNumeric1": 30, "CustomFieldNumeric2": 30, "CustomFieldDate": 30,
}  # fmt: skip
LETTERS = {"newsletter": "SubscribeToNewletters", "sms": "SubscribeToSMSCampaign"}
DEFAULT_LEVEL = "-1"
"""The level that the customer's category gives."""


class CustomerStream:
    def __init__(self, shop: OxatisClient) -> None:
        self._shop = shop

    # ----------------------------------------------------------------------------------------------- reading

    def read(self, wanted: Selection, size: int) -> Iterator[Page]:
        if wanted.keys is not None:
            for start in range(0, len(wanted.keys), size):
                part = [key for key in wanted.keys[start : start + size] if identity(key)]
                found = {key: self._get({"OxID": identity(key)}) for key in part}
                gone = [key for key, user in found.items() if user is None]
                yield replace(
                    self._page([one for one in found.values() if one is not None], None), deleted=gone
                )
            return
        cursor = cursor_from(wanted.since)
        mark = int(self._shop.now()) if cursor.mark is None else cursor.mark
        begin = None if cursor.since is None else self._shop.local(cursor.since - OVERLAP)
        done, page = set(cursor.read), []
        window = {} if begin is None else {"LatestModifiedDateStart": begin}
        for rows in self._shop.rows(USERS, "UserGetList", assumed.USER_LIST, window, "catalogue"):
            for number in (text_of(row, "OxID") for row in rows):
                user = None if number in done else self._get({"OxID": number})
                done.add(number)
                if user is not None:
                    page.append(user)
                if len(page) == size:
                    yield self._page(page, Cursor(cursor.since, mark, tuple(sorted(done))))
                    page = []
        yield self._page(page, Cursor(mark))

    def _get(self, wanted: dict[str, Any]) -> Element | None:
        try:
            return entity(self._shop.call(USERS, "UserGet", "User", wanted, "catalogue"), "User")
        except Refusal as refusal:
            if refusal.code != client.NOT_FOUND:
                raise
            return None

    def _page(self, users: Sequence[Element], cursor: Cursor | None) -> Page:
        records, rejected = [], []
        for user in users:
            try:
                records.append(customer(user))
            except (ValueError, InvalidOperation) as error:
                key = text_of(user, "OxID")
                said = texts.UNREADABLE.fill(key=key, reason=type(error).__name__)
                rejected.append(Rejection(key, Problem("rejected", said, detail=str(error))))
        return Page(records=records, rejected=rejected, cursor=cursor.text() if cursor else None)

    # ----------------------------------------------------------------------------------------------- writing

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        for change in changes:
            record = change.record
            if not isinstance(record, Customer):
                raise TypeError(f"{change.op} of {change.key} carries no customer")
            try:
                yield self._written(change, record)
            except RecordRejected as error:
                yield Outcome(change.key, change.target, problem=error.problem())
            except Refusal as refusal:
                text, reason = texts.REFUSED, {"what": record.email or change.key, "reason": refusal.reason}
                said = text.fill(**reason)
                if refusal.code == client.NOT_FOUND:
                    said = texts.GONE.fill(what=record.email or change.key, target=change.target)
                problem = Problem("rejected", said, field="email", detail=refusal.detail)
                yield Outcome(change.key, change.target, problem=problem)

    def _written(self, change: Change, record: Customer) -> Outcome:
        if change.op == "create":
            if not record.email:
                raise RecordRejected(texts.NO_EMAIL.fill(key=record.key), field="email")
            found = self._get({"Email": record.email})
            if found is not None:
                return Outcome(change.key, text_of(found, "OxID"), existed=True)
            made = {CODE: record.key, **content(record, None)}
            data = self._shop.call(USERS, "UserImport", "User", made, "catalogue")
            return Outcome(change.key, oxid(data))
        target = identity(change.target or change.key)
        if target is None:
            raise Refusal("UserUpdate", client.NOT_FOUND, "")
        sent = content(record, change.previous if isinstance(change.previous, Customer) else None)
        if sent:
            self._shop.call(USERS, "UserUpdate", "User", {"OxID": target, **sent}, "catalogue")
        return Outcome(change.key, target)


def content(record: Customer, before: Customer | None) -> dict[str, Any]:
    """What is to be sent: what differs of the fields that the record speaks of. What it says nothing of is Oxatis's."""
    changed = changed_fields(record, before)
    found: dict[str, Any] = {}
    for field, (name, most) in TEXTS.items():
        if field in changed:
            found[name] = _measured(record.key, name, str(changed[field] or ""), most, field)
    if "civility" in changed:
        found["BillingTitle"] = CIVILITIES.get(record.civility, "")
    if "price_category" in changed:
        found["PriceIndex"] = _level(record)
    if "discount_percent" in changed:
        found["Discount"] = xml.written(record.discount_percent or 0)
    if "on_account" in changed:
        found["CustomerAccount"] = xml.written(record.on_account)
    if "birthday" in changed:
        found["BirthDate"] = "" if record.birthday is None else xml.written(record.birthday)
    for subscription, name in LETTERS.items():
        if subscription in changed.get("subscriptions", {}):
            found[name] = xml.written(record.subscriptions[subscription])
    for name, value in changed.get("custom", {}).items():
        if name not in CUSTOM:
            said = texts.UNKNOWN_FIELD.fill(key=record.key, field=name)
            raise RecordRejected(said, field=f"custom.{name}")
        text = "" if value is None else str(value)
        found[name] = _measured(record.key, name, text, CUSTOM[name], f"custom.{name}")
    return found


def customer(user: Element) -> Customer:
    plain_texts: dict[str, Any] = {
        field: value for field, (name, _) in TEXTS.items() if (value := text_of(user, name))
    }
    level = text_of(user, "PriceIndex", DEFAULT_LEVEL)
    discount = Decimal(text_of(user, "Discount", "0"))
    born = text_of(user, "BirthDate")[:10]
    title = text_of(user, "BillingTitle")
    return Customer(
        key=text_of(user, "OxID"),
        civility=next((ours for ours, theirs in CIVILITIES.items() if theirs == title), ""),
        price_category=None if level == DEFAULT_LEVEL else str(int(level) + 1),
        discount_percent=plain(discount) if discount else None,
        on_account=truth(user, "CustomerAccount"),
        fields=sorted(FIELDS),
        birthday=date.fromisoformat(born) if born else None,
        subscriptions={
            ours: truth(user, name) for ours, name in LETTERS.items() if user.find(name) is not None
        },
        custom={name: value for name in CUSTOM if (value := text_of(user, name))},
        **plain_texts,
    )


def _level(record: Customer) -> str:
    level = record.price_category
    if level is None:
        return DEFAULT_LEVEL
    if not (level.isascii() and level.isdigit() and 1 <= int(level) <= 10):
        said = texts.BAD_CUSTOMER_LEVEL.fill(key=record.key, level=level)
        raise RecordRejected(said, field="price_category")
    return str(int(level) - 1)


def _measured(key: str, name: str, value: str, most: int, field: str) -> str:
    if len(value) > most:
        said = texts.CUSTOMER_TOO_LONG.fill(key=key, field=name, length=len(value), most=most)
        raise RecordRejected(said, field=field)
    return value
