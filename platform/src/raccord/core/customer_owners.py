"""Who owns what of a customer: the ERP always, the ERP until the account was made, or the shop's customer. As data."""

from collections.abc import Iterable
from typing import Literal, get_args

from msgspec import Struct

from raccord_connectors.canonical import Customer
from raccord_connectors.contract import OPEN_FIELDS

Owner = Literal["erp", "creation", "shop"]
"""erp: the shop shows what the ERP says. creation: what a new customer is given; then each side keeps its own. shop: what the
customer types in the shop goes to the ERP."""
Direction = Literal["none", "to_shop", "to_erp", "both"]
Group = Literal[
    "names", "email", "phones", "billing", "deliveries", "birthday", "subscriptions", "numbers", "price_category", "discount",
    "payment_terms", "credit", "category",
]  # fmt: skip


class FieldGroup(Struct, frozen=True, kw_only=True):
    """Fields that have one owner, because half of them says nothing."""

    fields: tuple[str, ...]
    owner: Owner
    """Where the merchant chose none."""
    owners: tuple[Owner, ...] = get_args(Owner)


AGREED: tuple[Owner, ...] = ("erp", "creation")
"""What the merchant grants is never the customer's to say."""
GROUPS: dict[Group, FieldGroup] = {
    "names": FieldGroup(fields=("civility", "first_name", "last_name", "company"), owner="creation"),
    "email": FieldGroup(fields=("email",), owner="shop"),
    "phones": FieldGroup(fields=("phone", "mobile", "fax"), owner="shop"),
    "billing": FieldGroup(fields=("billing",), owner="shop"),
    "deliveries": FieldGroup(fields=("deliveries",), owner="shop"),
    "birthday": FieldGroup(fields=("birthday",), owner="shop"),
    "subscriptions": FieldGroup(fields=("subscriptions",), owner="shop"),
    "numbers": FieldGroup(fields=("siret", "vat_number"), owner="erp"),
    "price_category": FieldGroup(fields=("price_category",), owner="erp", owners=AGREED),
    "discount": FieldGroup(fields=("discount_percent",), owner="erp", owners=AGREED),
    "payment_terms": FieldGroup(fields=("payment_terms",), owner="erp", owners=AGREED),
    "credit": FieldGroup(
        fields=("on_account", "credit_limit", "outstanding", "blocked"), owner="erp", owners=AGREED
    ),
    "category": FieldGroup(fields=("category",), owner="erp", owners=AGREED),
}


class CustomField(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A custom field of the ERP that is a custom field of the shop's accounts."""

    erp: str
    shop: str
    owner: Owner = "erp"


class CustomerExchange(Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What travels between the ERP's customers and the shop's accounts after they are known to be the same. Nothing is ever
    deleted on either side: a customer with documents stays."""

    direction: Direction = "none"
    owners: dict[Group, Owner] = {}
    """Of the groups where the merchant chose another than the usual one."""
    custom: tuple[CustomField, ...] = ()
    birthday_field: str = ""
    """The ERP's custom field that holds it; few ERPs have one of their own. Empty: it stays in the shop."""
    subscription_fields: dict[str, str] = {}
    """The shop's subscription → the ERP's custom field that holds it ("1" or "0")."""

    @property
    def to_shop(self) -> bool:
        return self.direction in ("to_shop", "both")

    @property
    def to_erp(self) -> bool:
        return self.direction in ("to_erp", "both")

    def owner(self, group: Group) -> Owner:
        known = GROUPS[group]
        chosen = self.owners.get(group, known.owner)
        return chosen if chosen in known.owners else known.owner

    def fields(self, owner: Owner) -> tuple[str, ...]:
        """All fields of this owner; of custom ones `custom.NAME`, by the ERP's name."""
        grouped = [
            name for group, known in GROUPS.items() if self.owner(group) == owner for name in known.fields
        ]
        return (*grouped, *(f"custom.{one.erp}" for one in self.custom if one.owner == owner))


def known_fields(names: Iterable[str]) -> list[str]:
    """Those that a customer's record has; a name inside an open field counts as the field."""
    there = set(Customer.__struct_fields__)
    heads = dict.fromkeys(
        name.partition(".")[0] if name.partition(".")[0] in OPEN_FIELDS else name for name in names
    )
    return [name for name in heads if name in there]
