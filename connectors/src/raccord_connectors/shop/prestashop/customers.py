"""Customers' accounts. What PrestaShop has fields for is read and written; addresses are read only: the shop itself never changes
one that an order has used, it makes a new one. Guests stand in their orders only. No account is made or deleted here.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from raccord_connectors.canonical import Customer, plain
from raccord_connectors.contract import Change, Outcome, Page, Problem, RecordRejected, Rejection, Selection
from raccord_connectors.kit.customers import changed_fields
from raccord_connectors.shop.prestashop import keys, texts, windows
from raccord_connectors.shop.prestashop.addresses import address, phone_of, text
from raccord_connectors.shop.prestashop.client import Webservice
from raccord_connectors.shop.prestashop.facts import Facts
from raccord_connectors.shop.prestashop.refusals import Refused
from raccord_connectors.shop.prestashop.rows import Fields, Row, linked, number

BATCH = 50
WRITTEN = (
    "email", "first_name", "last_name", "civility", "company", "siret", "birthday", "subscriptions", "price_category",
    "credit_limit",
)  # fmt: skip
"""What an update of an account takes."""
READ = tuple(sorted((*WRITTEN, "billing", "deliveries", "phone", "mobile", "vat_number")))
PLAIN = {
    "email": "email", "first_name": "firstname", "last_name": "lastname", "company": "company", "siret": "siret",
}  # fmt: skip
SUBSCRIPTIONS = ("newsletter", "optin")
"""The shop's letter, and offers of its partners."""
CIVILITIES: dict[str, Literal["", "mr", "mrs"]] = {"1": "mr", "2": "mrs"}


class CustomerStream:
    def __init__(self, client: Webservice, facts: Facts) -> None:
        self._client = client
        self._facts = facts

    # ------------------------------------------------------------------------------------------------ reading

    def read(self, wanted: Selection, size: int) -> Iterator[Page]:
        if wanted.keys is not None:
            numbers = keys.numbers(wanted.keys)
            for start in range(0, len(numbers), size):
                part = numbers[start : start + size]
                rows = _accounts(self._client.by("customers", "id", part))
                found = {number(row) for row in rows}
                yield self._page(rows, None, [str(one) for one in part if one not in found])
            return
        cursor = windows.cursor_from(wanted.since)
        seen: set[int] = set()
        for rows, after in windows.read(self._client, "customers", cursor, self._facts.zone, size):
            if not rows and cursor.since is not None:
                yield from self._with_new_addresses(cursor, seen, size)
            seen.update(number(row) for row in rows)
            yield self._page(_accounts(rows), after.text(), [])

    def _with_new_addresses(self, cursor: windows.Cursor, seen: set[int], size: int) -> Iterator[Page]:
        """An address is saved without its customer."""
        fresh, zone = windows.Cursor(cursor.since), self._facts.zone
        for rows, _ in windows.read(
            self._client, "addresses", fresh, zone, 100, display="[id,id_customer,date_upd]"
        ):
            owners = sorted({int(row["id_customer"] or 0) for row in rows} - seen - {0})
            seen.update(owners)
            for start in range(0, len(owners), size):
                found = self._client.by("customers", "id", owners[start : start + size])
                yield self._page(_accounts(found), None, [])

    def _page(self, rows: Sequence[Row], cursor: str | None, deleted: Sequence[str]) -> Page:
        places: dict[int, list[Row]] = defaultdict(list)
        ids = [number(row) for row in rows]
        for row in self._client.by("addresses", "id_customer", ids) if ids else ():
            if row["deleted"].strip() != "1":
                places[int(row["id_customer"])].append(row)
        records, rejected = [], []
        for row in rows:
            try:
                records.append(self._customer(row, sorted(places[number(row)], key=number)))
            except (KeyError, ValueError, InvalidOperation) as error:
                reason = f"{type(error).__name__}: {error}"
                said = texts.ACCOUNT_UNREADABLE.fill(account=row.get("email") or row["id"], reason=reason)
                rejected.append(Rejection(str(number(row)), Problem("rejected", said, detail=reason)))
        return Page(records=records, cursor=cursor, deleted=deleted, rejected=rejected)

    def _customer(self, row: Row, places: Sequence[Row]) -> Customer:
        """The oldest of its addresses stands for the billing one: PrestaShop asks for it anew with each order."""
        first = places[0] if places else {}
        limit = text(row.get("outstanding_allow_amount"))
        return Customer(
            key=str(number(row)),
            civility=CIVILITIES.get(text(row.get("id_gender")), ""),
            birthday=_day(text(row.get("birthday"))),
            subscriptions={name: text(row.get(name)) == "1" for name in SUBSCRIPTIONS},
            price_category=text(row.get("id_default_group")) or None,
            credit_limit=plain(Decimal(limit)) or None if limit else None,
            billing=address(first, self._facts) if first else None,
            deliveries=[address(one, self._facts) for one in places[1:]],
            phone=phone_of(first),
            mobile=text(first.get("phone_mobile")),
            vat_number=text(first.get("vat_number")) or None,
            email=text(row["email"]),
            first_name=text(row["firstname"]),
            last_name=text(row["lastname"]),
            company=text(row.get("company")) or text(first.get("company")),
            siret=text(row.get("siret")) or None,
            fields=list(READ),
        )

    # ------------------------------------------------------------------------------------------------ writing

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        for start in range(0, len(changes), BATCH):
            yield from self._write(changes[start : start + BATCH])

    def _write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        wanted = {place: _changed(change) for place, change in enumerate(changes)}
        held = self._groups_of(
            [change for place, change in enumerate(changes) if "price_category" in wanted[place]]
        )
        problems: dict[int, Problem] = {}
        todo: list[tuple[int, Fields]] = []
        owners: dict[int, int] = {}
        for place, change in enumerate(changes):
            target = next(iter(keys.numbers((change.target or change.key,))), 0)
            try:
                fields = self._fields(change, wanted[place], held.get(target))
            except RecordRejected as refused:
                problems[place] = refused.problem()
                continue
            if not target:
                problems[place] = _gone(change)
            elif fields and target not in owners:
                todo.append((target, fields))
                owners[target] = place
        for target, refusal in self._client.update_each("customers", todo).items():
            problems[owners[target]] = _problem(changes[owners[target]], refusal)
        for place, change in enumerate(changes):
            yield Outcome(change.key, change.target, problem=problems.get(place))

    def _groups_of(self, changes: Sequence[Change]) -> dict[int, list[int]]:
        """Groups are replaced as a whole: what the shop's people added is sent back."""
        numbers = [one for change in changes for one in keys.numbers((change.target or change.key,))]
        return {number(row): linked(row, "groups") for row in self._client.by("customers", "id", numbers)}

    def _fields(self, change: Change, changed: dict[str, Any], groups: list[int] | None) -> Fields:
        fields: dict[str, Any] = {
            theirs: changed[ours] or "" for ours, theirs in PLAIN.items() if ours in changed
        }
        if "civility" in changed:
            ids = {word: key for key, word in CIVILITIES.items()}
            fields["id_gender"] = ids.get(changed["civility"], "0")
        if "birthday" in changed:
            fields["birthday"] = changed["birthday"].isoformat() if changed["birthday"] else "0000-00-00"
        if "credit_limit" in changed:
            fields["outstanding_allow_amount"] = f"{changed['credit_limit'] or Decimal(0):f}"
        for name, value in changed.get("subscriptions", {}).items():
            if name in SUBSCRIPTIONS:
                fields[name] = "1" if value else "0"
        if "price_category" in changed:
            group = self._group(change, changed["price_category"])
            before = change.previous.price_category if isinstance(change.previous, Customer) else None
            former = self._facts.customer_group(before) if before else None
            kept = [str(one) for one in groups or [] if str(one) != former]
            fields["id_default_group"] = group
            fields["associations"] = {"groups": [{"id": one} for one in dict.fromkeys([*kept, group])]}
        return fields

    def _group(self, change: Change, wanted: str | None) -> str:
        """Of customers of whom the ERP says nothing, the shop's own group."""
        found = self._facts.customer_group(wanted) if wanted else self._facts.usual_group
        if found is None:
            said = texts.ACCOUNT_GROUP_UNKNOWN.fill(account=change.target or change.key, group=wanted)
            raise RecordRejected(said, field="price_category")
        return found


def _accounts(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if text(row.get("is_guest")) != "1" and text(row.get("deleted")) != "1"]


def _changed(change: Change) -> dict[str, Any]:
    record = change.record
    if not isinstance(record, Customer):
        raise TypeError(f"{change.op} of {change.key} carries no customer")
    return changed_fields(record, change.previous if isinstance(change.previous, Customer) else None)


def _gone(change: Change) -> Problem:
    said = texts.ACCOUNT_GONE.fill(account=change.target or change.key)
    return RecordRejected(said, field="key").problem()


def _problem(change: Change, refusal: Refused) -> Problem:
    if refusal.missing:
        return _gone(change)
    account = change.target or change.key
    field = next((ours for ours, theirs in PLAIN.items() if theirs in refusal.words), "customer")
    said = texts.ACCOUNT_REFUSED.fill(account=account, words=refusal.words)
    return RecordRejected(said, field=field, detail=str(refusal)).problem()


def _day(stamp: str) -> date | None:
    try:
        return date.fromisoformat(stamp[:10])
    except ValueError:
        return None
