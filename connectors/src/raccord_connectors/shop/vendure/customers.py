"""Customers' accounts: those who have a user; Vendure keeps a customer of every guest too, who is nobody's account.

`updatedAt` of a customer does not move when one of its addresses changes (seen on 3.7), so "what changed since" would miss them:
accounts are read whole, a hundred in a question. No account is made or deleted here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, cast

from raccord_connectors.canonical import Address, Customer, Scalar, plain
from raccord_connectors.contract import (
    Change,
    Outcome,
    Page,
    Problem,
    RecordRejected,
    Selection,
    TransientError,
)
from raccord_connectors.kit.customers import changed_fields
from raccord_connectors.shop.vendure import texts
from raccord_connectors.shop.vendure.client import Graph, Json, Refused, in_parts
from raccord_connectors.shop.vendure.cursors import readable
from raccord_connectors.shop.vendure.installation import Installation
from raccord_connectors.shop.vendure.settings import VendureSettings

PLACE = """id fullName company streetLine1 streetLine2 city province postalCode country { code } phoneNumber
    defaultShippingAddress defaultBillingAddress"""
FIELDS = f"id title firstName lastName emailAddress phoneNumber user {{ id }} addresses {{ {PLACE} }} CUSTOM"
ALL = """query($take: Int!, $skip: Int!) {{
  customers(options: {{ take: $take, skip: $skip, sort: {{ id: ASC }} }}) {{ items {{ {fields} }} }} }}"""
SOME = """query($ids: [String!]!) {{
  customers(options: {{ take: 1000, sort: {{ id: ASC }}, filter: {{ id: {{ in: $ids }} }} }}) {{ items {{ {fields} }} }} }}"""
UPDATE = """mutation($input: UpdateCustomerInput!) { updateCustomer(input: $input) {
  __typename ... on Customer { id } ... on ErrorResult { errorCode message } } }"""
CHANGE_PLACE = "mutation($input: UpdateAddressInput!) { updateCustomerAddress(input: $input) { id } }"
ADD_PLACE = """mutation($id: ID!, $input: CreateAddressInput!) {
  createCustomerAddress(customerId: $id, input: $input) { id } }"""
PLAIN = ("civility", "email", "first_name", "last_name", "phone", "billing", "deliveries")
"""What Vendure has fields for."""
CUSTOMER_FIELDS = (
    *PLAIN, "mobile", "fax", "siret", "vat_number", "birthday", "subscriptions", "price_category", "discount_percent",
    "payment_terms", "on_account", "credit_limit", "outstanding", "category", "custom",
)  # fmt: skip
INPUTS = {"email": "emailAddress", "first_name": "firstName", "last_name": "lastName", "phone": "phoneNumber"}
PLACES = {
    "company": "company", "line1": "streetLine1", "line2": "streetLine2", "postal_code": "postalCode", "city": "city",
    "region": "province", "phone": "phoneNumber",
}  # fmt: skip
TITLES = {"mr": "M.", "mrs": "Mme"}
Civility = Literal["", "mr", "mrs"]
CIVILITIES: Mapping[str, Civility] = {
    "m": "mr", "mr": "mr", "monsieur": "mr", "mme": "mrs", "mrs": "mrs", "ms": "mrs", "madame": "mrs", "mlle": "mrs",
}  # fmt: skip


def held_fields(settings: VendureSettings) -> list[str]:
    """Those of `Customer` that this shop keeps as it is set up."""
    subscriptions, others = settings.customer_opened
    opened = [*(["subscriptions"] if subscriptions else []), *(["custom"] if others else [])]
    return sorted([*PLAIN, *settings.customer_held, *opened])


class Customers:
    def __init__(self, graph: Graph, installation: Installation, settings: VendureSettings) -> None:
        self._graph = graph
        self._settings = settings
        self._types = installation.fields("Customer")
        self._known = held_fields(settings)
        self._query = FIELDS.replace("CUSTOM", installation.selection("Customer"))

    # ------------------------------------------------------------------------------------------------ reading

    def read(self, wanted: Selection, size: int) -> Iterator[Page]:
        if wanted.keys is None:
            for rows in self._graph.everything(ALL.format(fields=self._query), "customers", size=size):
                yield self._page(rows)
            return
        for part in in_parts(list(dict.fromkeys(wanted.keys)), size):
            there = readable(part)
            found: list[Json] = []
            if there:
                found = self._graph.ask(SOME.format(fields=self._query), ids=there)["customers"]["items"]
            gone = set(part) - {row["id"] for row in found}
            yield Page(records=self._page(found).records, deleted=sorted(gone))

    def _page(self, rows: Sequence[Json]) -> Page:
        return Page(records=[self._customer(row) for row in rows if row["user"]])

    def _customer(self, row: Json) -> Customer:
        custom = row.get("customFields") or {}
        subscriptions, others = self._settings.customer_opened
        held: dict[str, Any] = {
            name: READ[name](custom.get(field)) for name, field in self._settings.customer_held.items()
        }
        billing = _billing_of(row["addresses"] or ())
        return Customer(
            key=row["id"],
            civility=CIVILITIES.get((row["title"] or "").casefold().rstrip("."), ""),
            first_name=row["firstName"] or "",
            last_name=row["lastName"] or "",
            email=row["emailAddress"] or "",
            phone=row["phoneNumber"] or "",
            billing=_address(billing) if billing else None,
            deliveries=[_address(one) for one in row["addresses"] or () if one is not billing],
            subscriptions={
                name: custom[name] is True for name in subscriptions if custom.get(name) is not None
            },
            custom={name: _scalar(custom[name]) for name in others if custom.get(name) is not None},
            fields=self._known,
            **held,
        )

    # ------------------------------------------------------------------------------------------------ writing

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        for change in changes:
            try:
                self._apply(change)
                yield Outcome(change.key, change.target)
            except RecordRejected as error:
                yield Outcome(change.key, change.target, problem=error.problem())
            except Refused as refusal:
                yield Outcome(change.key, change.target, problem=_problem(change, refusal))

    def _apply(self, change: Change) -> None:
        record, previous = change.record, change.previous
        assert isinstance(record, Customer), "an account is updated from a Customer"
        key = change.target or record.key
        changed = changed_fields(record, previous if isinstance(previous, Customer) else None)
        if not readable([key]):
            raise RecordRejected(texts.ACCOUNT_GONE.fill(account=key), field="key")
        body = self._body(changed)
        if body:
            self._update({"id": key, **body}, record)
        if changed.get("billing") or changed.get("deliveries"):
            self._change_places(key, changed)

    def _body(self, changed: Mapping[str, Any]) -> Json:
        body: Json = {theirs: changed[ours] for ours, theirs in INPUTS.items() if ours in changed}
        if "civility" in changed:
            body["title"] = TITLES.get(changed["civility"], "")
        custom = {
            field: self._written(field, changed[name])
            for name, field in self._settings.customer_held.items()
            if name in changed
        }
        for name, known in zip(("subscriptions", "custom"), self._settings.customer_opened, strict=True):
            custom |= {
                field: self._written(field, value)
                for field, value in changed.get(name, {}).items()
                if field in known
            }
        if custom:
            body["customFields"] = custom
        return body

    def _written(self, field: str, value: Any) -> Any:
        """As the type of the custom field wants it; what it cannot hold is refused by name."""
        if value is None:
            return None
        kind = self._types[field].type if field in self._types else "string"
        try:
            match kind:
                case "boolean":
                    return (
                        value
                        if isinstance(value, bool)
                        else str(value).casefold() in ("1", "true", "yes", "oui")
                    )
                case "int":
                    if Decimal(str(value)) != int(Decimal(str(value))):
                        raise ValueError(value)
                    return int(Decimal(str(value)))
                case "float":
                    return float(
                        value
                    )  # GraphQL has no other number with decimals; a text field keeps them exactly
                case "datetime":
                    return f"{value.isoformat() if isinstance(value, date) else value}T00:00:00.000Z"
        except (ValueError, ArithmeticError) as error:
            said = texts.ACCOUNT_VALUE.fill(field=field, value=value)
            raise RecordRejected(said, field=f"custom.{field}") from error
        if isinstance(value, bool):
            return "1" if value else "0"
        return format(plain(value), "f") if isinstance(value, Decimal) else str(value)

    def _update(self, body: Json, record: Customer) -> None:
        answer = self._graph.change(UPDATE, repeat=True, input=body)["updateCustomer"]
        if answer["__typename"] != "Customer":
            said = texts.ACCOUNT_EMAIL.fill(account=body["id"], email=record.email, words=answer["message"])
            raise RecordRejected(said, field="email", detail=str(answer["errorCode"]))

    def _change_places(self, key: str, changed: Mapping[str, Any]) -> None:
        """The billing address is the default one; a delivery address that is not there yet is added, none is taken away."""
        query = SOME.format(fields=self._query)
        rows: list[Json] = self._graph.ask(query, ids=[key])["customers"]["items"]
        if not rows:
            raise RecordRejected(texts.ACCOUNT_GONE.fill(account=key), field="key")
        places = rows[0]["addresses"] or []
        billing = changed.get("billing")
        old = _billing_of(places)
        if isinstance(billing, Address):
            if old is not None:
                self._graph.change(CHANGE_PLACE, repeat=True, input={"id": old["id"], **_place(billing)})
            else:
                self._add(key, billing, defaultBillingAddress=True)
        there = [_compared(_address(one)) for one in places]
        for place in changed.get("deliveries", ()):
            if _compared(place) not in there:
                self._add(key, place)
                there.append(_compared(place))

    def _add(self, key: str, place: Address, **flags: bool) -> None:
        self._graph.change(
            ADD_PLACE, id=key, input={"streetLine1": "", "countryCode": "FR", **_place(place), **flags}
        )


def _billing_of(places: Sequence[Json]) -> Json | None:
    """The default one, else the first that is not the default for deliveries only, else the first."""
    chosen = next((one for one in places if one["defaultBillingAddress"]), None)
    return chosen or next(
        (one for one in places if not one["defaultShippingAddress"]), places[0] if places else None
    )


def _address(row: Json) -> Address:
    told = {ours: row[theirs] or "" for ours, theirs in PLACES.items()}
    return Address(**told, last_name=row["fullName"] or "", country=(row["country"] or {}).get("code") or "")


def _place(address: Address) -> Json:
    """Names that the ERP's address does not have stay the shop's."""
    told: Json = {
        theirs: getattr(address, ours) for ours, theirs in PLACES.items() if ours not in ("company", "phone")
    }
    told |= {theirs: getattr(address, ours) for ours, theirs in PLACES.items() if getattr(address, ours)}
    name = " ".join(part for part in (address.first_name, address.last_name) if part)
    if name:
        told["fullName"] = name
    if address.country:
        told["countryCode"] = address.country
    return told


def _compared(address: Address) -> tuple[str, ...]:
    parts = (f"{address.line1} {address.line2}", address.postal_code, address.city, address.country or "FR")
    return tuple(" ".join(part.split()).casefold() for part in parts)


def _problem(change: Change, refusal: Refused) -> Problem:
    account = change.target or change.key
    if refusal.code == "ENTITY_NOT_FOUND":
        return RecordRejected(texts.ACCOUNT_GONE.fill(account=account), field="key").problem()
    if refusal.code == "INTERNAL_SERVER_ERROR":
        return TransientError(texts.FAULT.fill(words=refusal.words), detail=refusal.code).problem()
    message = texts.ACCOUNT_REFUSED.fill(account=account, words=refusal.words)
    return RecordRejected(message, field="customer", detail=refusal.code).problem()


# ---------------------------------------------------------------------------------------------------- values


def _text(value: Any) -> str:
    return str(value).strip() if value is not None else ""


def _code(value: Any) -> str | None:
    return _text(value) or None


def _amount(value: Any) -> Decimal | None:
    said = _text(value).replace(",", ".")
    try:
        return plain(Decimal(said)) if said else None
    except ArithmeticError:  # somebody wrote words there
        return None


def _day(value: Any) -> date | None:
    try:
        return datetime.fromisoformat(_text(value)).date() if value else None
    except ValueError:
        return None


def _flag(value: Any) -> bool:
    return value is True or _text(value).casefold() in ("1", "true", "yes", "oui")


def _scalar(value: Any) -> Scalar:
    return cast(Scalar, value) if isinstance(value, bool | int | str) else str(value)


READ: Mapping[str, Callable[[Any], Any]] = {
    "siret": _code, "vat_number": _code, "mobile": _text, "fax": _text, "birthday": _day, "price_category": _code,
    "discount_percent": _amount, "payment_terms": _code, "on_account": _flag, "credit_limit": _amount, "outstanding": _amount,
    "category": _code,
}  # fmt: skip
