"""What an account of the shop shall say of what the ERP owns, and what the ERP's record shall say of what the shop owns. Pure.

A field travels one way only, so that nothing comes back as a change of its own. What one side does not know is not empty: only
what it had told before, and tells no more, was emptied.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec.structs import replace

from raccord.core import customer_fields
from raccord.core.customer_identities import digits
from raccord.core.customer_names import words
from raccord.core.customer_owners import CustomerExchange, known_fields
from raccord_connectors.canonical import Address, Contact, Customer, Scalar

PLACE = ("line1", "line2", "postal_code", "city", "region", "country")
"""What of an address is the shop's to say; names, titles and the ERP's own key stay."""
NUMBERS = ("phone", "mobile", "fax")


# ------------------------------------------------------------------------------------------- ERP → shop


def for_account(
    customer: Customer,
    account: str,
    rules: CustomerExchange,
    former: Customer | None,
    takes: Sequence[str] | None,
) -> Customer:
    """What the shop's account shall have. `former` is what was wanted before: of what the ERP had told then, emptiness is told
    too. `takes`: what the shop can hold; None: everything."""
    owned = [name for name in rules.fields("erp") if takes is None or name.partition(".")[0] in takes]
    said: dict[str, Any] = {}
    for name in known_fields(owned):
        value = _custom_for_shop(customer, rules) if name == "custom" else getattr(customer, name)
        if not _is_nothing(value) or (former is not None and former.says(name)):
            said[name] = value
    return Customer(key=account, fields=sorted(said), **said)


def _custom_for_shop(customer: Customer, rules: CustomerExchange) -> dict[str, Scalar]:
    """A name that the ERP left empty is sent as None: names that are absent would be the shop's own."""
    pairs = [one for one in rules.custom if one.owner == "erp"]
    if not any(one.erp in customer.custom for one in pairs):
        return {}
    return {one.shop: customer.custom.get(one.erp) for one in pairs}


# ------------------------------------------------------------------------------------------- shop → ERP


def for_erp(
    customer: Customer, account: Customer, told: Customer | None, rules: CustomerExchange
) -> Customer:
    """The ERP's record with what the shop owns of it; the same record where nothing differs. `told`: the account as it was
    when it was last brought to the ERP."""
    changes: dict[str, Any] = {}
    owned = rules.fields("shop")
    for name in known_fields(owned):
        if name != "custom" and not account.says(name):
            continue
        if name in _OWN_WAY:
            changes |= _OWN_WAY[name](replace(customer, **changes), account, told, rules)
        elif _differs(name, getattr(account, name), customer, account, told):
            changes[name] = getattr(account, name)
    if changes.keys() & {"first_name", "last_name", "company"}:
        changes |= _title(customer, changes)
    return replace(customer, **changes) if changes else customer


def owned_by_shop(account: Customer, rules: CustomerExchange) -> dict[str, Any]:
    """What counts of an account: when it is as before, nothing has to go to the ERP."""
    said: dict[str, Any] = {}
    for name in known_fields(rules.fields("shop")):
        if not account.says(name):
            continue
        value = getattr(account, name)
        if name == "custom":
            value = {one.shop: value.get(one.shop) for one in rules.custom if one.owner == "shop"}
        elif name == "deliveries":
            value = [_place(one) for one in value]
        elif name == "billing":
            value = _place(value) if value is not None else None
        said[name] = value
    return said


def owned_in_erp(customer: Customer, rules: CustomerExchange) -> dict[str, Any]:
    """The same of the ERP's record, contacts included: when it is as it was entered, nobody has changed it since."""
    said: dict[str, Any] = {}
    for name in known_fields(rules.fields("shop")):
        if name in ("birthday", "subscriptions", "custom", "deliveries"):
            continue
        value = getattr(customer, name)
        said[name] = _place(value) if isinstance(value, Address) else value
    for field in _held_in(rules):
        said[f"custom.{field}"] = customer.custom.get(field)
    return said


def _held_in(rules: CustomerExchange) -> list[str]:
    """The ERP's custom fields that hold what the shop owns."""
    found = [one.erp for one in rules.custom if one.owner == "shop"]
    if rules.owner("birthday") == "shop" and rules.birthday_field:
        found.append(rules.birthday_field)
    if rules.owner("subscriptions") == "shop":
        found += rules.subscription_fields.values()
    return found


def _differs(name: str, value: Any, customer: Customer, account: Customer, told: Customer | None) -> bool:
    if _is_nothing(value):
        emptied = told is not None and told.says(name) and not _is_nothing(getattr(told, name))
        return bool(emptied and name != "email" and not _is_nothing(getattr(customer, name)))
    return bool(_plain(name, value, account) != _plain(name, getattr(customer, name), customer))


def _plain(name: str, value: Any, of: Customer) -> Any:
    """In one spelling, so that a space is no change."""
    if name == "email":
        return customer_fields.normal_email(value)
    if name in NUMBERS:
        return customer_fields.phone(value, of.billing.country if of.billing else "") or digits(value)
    if name == "siret":
        return customer_fields.siret(value) or value
    if name == "vat_number":
        return customer_fields.vat_number(value) or value
    return " ".join(words(value)) if isinstance(value, str) else value


def _billing(
    customer: Customer, account: Customer, told: Customer | None, rules: CustomerExchange
) -> dict[str, Any]:
    theirs, ours = account.billing, customer.billing or Address()
    if theirs is None or not _is_place(theirs) or _place(theirs) == _place(ours):
        return {}
    return {"billing": replace(ours, **{part: getattr(theirs, part) for part in PLACE})}


def _deliveries(
    customer: Customer, account: Customer, told: Customer | None, rules: CustomerExchange
) -> dict[str, Any]:
    """New ones are added. None is changed or taken away: documents of the ERP may point at it."""
    there = {_place(one) for one in customer.deliveries}
    billing = account.billing if account.says("billing") else None
    there |= {_place(one) for one in (customer.billing, billing) if one is not None}
    new = []
    for place in account.deliveries:
        if _is_place(place) and _place(place) not in there:
            there.add(_place(place))
            new.append(replace(place, key=None))
    return {"deliveries": [*customer.deliveries, *new]} if new else {}


def _numbers(name: str) -> Callable[..., dict[str, Any]]:
    """What identifies a company is taken only where it can be right, and never emptied."""

    def own_way(
        customer: Customer, account: Customer, told: Customer | None, rules: CustomerExchange
    ) -> dict[str, Any]:
        check = customer_fields.siret if name == "siret" else customer_fields.vat_number
        value = check(getattr(account, name))
        return {name: value} if value and value != check(getattr(customer, name)) else {}

    return own_way


def _birthday(
    customer: Customer, account: Customer, told: Customer | None, rules: CustomerExchange
) -> dict[str, Any]:
    value = account.birthday
    if not rules.birthday_field or value is None or _day(customer.custom.get(rules.birthday_field)) == value:
        return {}
    return {"birthday": value, "custom": {**customer.custom, rules.birthday_field: value.isoformat()}}


def _subscriptions(
    customer: Customer, account: Customer, told: Customer | None, rules: CustomerExchange
) -> dict[str, Any]:
    held = {
        field: "1" if account.subscriptions[name] else "0"
        for name, field in rules.subscription_fields.items()
        if name in account.subscriptions
    }
    if all(_switch(customer.custom.get(field)) == value for field, value in held.items()):
        return {}
    return {"custom": {**customer.custom, **held}}


def _custom(
    customer: Customer, account: Customer, told: Customer | None, rules: CustomerExchange
) -> dict[str, Any]:
    new = {
        one.erp: account.custom[one.shop]
        for one in rules.custom
        if one.owner == "shop"
        and account.custom.get(one.shop) is not None
        and str(account.custom[one.shop]) != str(customer.custom.get(one.erp, ""))
    }
    return {"custom": {**customer.custom, **new}} if new else {}


Way = Callable[[Customer, Customer, Customer | None, CustomerExchange], dict[str, Any]]
_OWN_WAY: Mapping[str, Way] = {
    "billing": _billing, "deliveries": _deliveries, "birthday": _birthday, "subscriptions": _subscriptions, "custom": _custom,
    "siret": _numbers("siret"), "vat_number": _numbers("vat_number"),
}  # fmt: skip


def _title(customer: Customer, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The account's title follows the name where it was made of it."""
    former = customer.company or _person(customer)
    if words(customer.account_title) != words(former):
        return {}
    new = replace(customer, **changes)
    return {"account_title": new.company or _person(new)}


def _person(customer: Customer) -> str:
    return " ".join(part for part in (customer.last_name.upper(), customer.first_name) if part)


# ------------------------------------------------------------------------------------------------ contacts


def with_contact(customer: Customer, account: Customer) -> Customer:
    """The ERP's record with this person among its contacts; the same where it is there already, or cannot be told."""
    email = customer_fields.normal_email(account.email)
    if not (account.last_name or account.first_name) and not email:
        return customer
    for contact in customer.contacts:
        if email and customer_fields.normal_email(contact.email) == email:
            return customer
        if not email and words(f"{contact.first_name} {contact.last_name}") == words(
            f"{account.first_name} {account.last_name}"
        ):
            return customer
    if email and email == customer_fields.normal_email(customer.email):
        return customer
    new = Contact(
        key="", civility=account.civility, first_name=account.first_name, last_name=account.last_name, email=account.email,
        phone=account.phone, mobile=account.mobile,
    )  # fmt: skip
    return replace(customer, contacts=[*customer.contacts, new])


def is_further(account: Customer, customer: Customer, reason: str) -> bool:
    """Whether an account is one more person of a customer rather than the customer: recognised by what its company is known by,
    and the ERP writes to somebody else."""
    email = customer_fields.normal_email(customer.email)
    if reason not in ("siret", "vat_number", "code") or not email:
        return False
    return bool(account.email) and customer_fields.normal_email(account.email) != email


# ------------------------------------------------------------------------------------------------- spelling


def _place(address: Address) -> tuple[str, ...]:
    """In plain words: how it is broken into lines, and its capital letters, do not count."""
    return (
        " ".join(words(f"{address.line1} {address.line2}")),
        "".join(address.postal_code.split()).casefold(),
        " ".join(words(address.city)),
        address.country.upper() or "FR",
    )


def _is_place(address: Address) -> bool:
    return bool(address.line1.strip() and address.city.strip())


def _is_nothing(value: Any) -> bool:
    return value is None or value is False or value in ("", [], {}) or value == Address()


def _day(value: Scalar) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _switch(value: Scalar) -> str | None:
    """ERPs keep "yes" in many ways."""
    if value is None:
        return None
    return "1" if str(value).strip().casefold() in ("1", "1.0", "true", "oui", "yes", "o", "y") else "0"
