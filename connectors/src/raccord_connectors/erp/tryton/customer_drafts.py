"""Creates and completes customers, never twice: our reference is kept among the party's identifiers."""

from collections.abc import Mapping, Sequence
from typing import Any

from raccord_connectors.canonical import Address, Contact, Customer, CustomerDraft
from raccord_connectors.contract import Change, Outcome, RecordRejected
from raccord_connectors.erp.tryton import texts
from raccord_connectors.erp.tryton.addresses import Addresses
from raccord_connectors.erp.tryton.answers import Refused
from raccord_connectors.erp.tryton.client import Client, Row
from raccord_connectors.erp.tryton.parties import VAT_TYPES
from raccord_connectors.erp.tryton.reading import EVERYTHING_TOO
from raccord_connectors.erp.tryton.remembered import Remembered
from raccord_connectors.erp.tryton.settings import TrytonSettings
from raccord_connectors.kit.changes import differences

REFERENCE = "raccord:"
"""Begins the code of the untyped identifier that keeps our key in the party."""
MECHANISMS = ("email", "phone", "mobile", "fax")
PARTY = ("code", "name", "active", "replaced_by")


class CustomerDrafts:
    def __init__(self, client: Client, settings: TrytonSettings) -> None:
        self._client = client
        self._settings = settings
        self._addresses = Addresses(client)
        self._types: Remembered[frozenset[str]] = Remembered()

    def write(self, change: Change) -> Outcome:
        assert isinstance(change.record, CustomerDraft)
        try:
            if change.op == "update":
                return self._update(change, change.record.customer)
            return self._create(change.key, change.record)
        except RecordRejected as error:
            return Outcome(change.key, problem=error.problem())
        except Refused as refused:
            return Outcome(change.key, problem=_rejected(refused, change.record.customer).problem())

    # ------------------------------------------------------------------------------------------------ create

    def _create(self, key: str, draft: CustomerDraft) -> Outcome:
        customer = draft.customer
        name = party_name(customer)
        if not name:
            raise RecordRejected(texts.NO_NAME.fill(), field="account_title")
        found = self._by_reference(key)
        if found is not None:
            self._identify(found["id"], customer, name)  # a creation that was cut may lack them
            return Outcome(key, target=found["code"], existed=True)
        found = self._same(customer)
        if found is not None:
            self._client.create("party.identifier", self._reference(found["id"], key))
            return Outcome(key, target=found["code"], existed=True)
        created = self._client.create("party.party", self._values(key, customer, name))
        found = self._by_reference(key)
        if found is not None and found["id"] != created:  # another agent was faster by an instant
            self._client.call("party.party", "delete", [created])
            return Outcome(key, target=found["code"], existed=True)
        try:
            self._identify(created, customer, name)
        except (Refused, RecordRejected):
            self._client.call("party.party", "delete", [created])  # not half a customer
            raise
        if found is None:
            raise AssertionError("a party was created and cannot be found by its reference")
        return Outcome(key, target=found["code"])

    def _values(self, key: str, customer: Customer, name: str) -> Row:
        places = [place for place in (customer.billing, *customer.deliveries) if place is not None]
        rows: list[Row] = []
        for place in places:
            row = self._addresses.values(place, name)
            if row not in rows:
                rows.append(row)
        mechanisms = [
            {"type": kind, "value": getattr(customer, kind)} for kind in MECHANISMS if getattr(customer, kind)
        ]
        values: Row = {
            "name": name,
            "addresses": [["create", rows or [{}]]],
            "contact_mechanisms": [["create", mechanisms]] if mechanisms else [],
            "identifiers": [["create", [self._reference(None, key)]]],
            **self._links(customer),
        }
        if customer.key:
            values["code"] = customer.key
        return values

    def _links(self, customer: Customer) -> Row:
        values: Row = {}
        language = self._language(customer.language)
        if language is not None:
            values["lang"] = language
        if (
            customer.price_category
            and customer.price_category.isdigit()
            and self._client.has("sale_price_list")
        ):
            values["sale_price_list"] = int(customer.price_category)
        if (
            customer.payment_terms
            and customer.payment_terms.isdigit()
            and self._client.has("account_invoice")
        ):
            values["customer_payment_term"] = int(customer.payment_terms)
        return values

    def _language(self, code: str) -> int | None:
        if not code:
            return None
        rows = self._client.search_read("ir.lang", [["code", "=", code.replace("-", "_")[:2]]], ("id",))
        return rows[0]["id"] if rows else None

    def _reference(self, party: int | None, key: str) -> Row:
        values: Row = {"type": None, "code": REFERENCE + key}
        return values if party is None else {**values, "party": party}

    def _by_reference(self, key: str) -> Row | None:
        """The oldest party with our reference; a party that was merged leads to the one it became (Tryton retires the
        identifiers of the merged one)."""
        domain = [["type", "=", None], ["code", "=", REFERENCE + key]]
        rows = self._client.search_read("party.identifier", domain, ("party",), context=EVERYTHING_TOO)
        return self._party(min(row["party"] for row in rows)) if rows else None

    def _party(self, number: int) -> Row:
        (row,) = self._client.read("party.party", [number], PARTY)
        while row["replaced_by"]:
            (row,) = self._client.read("party.party", [row["replaced_by"]], PARTY)
        return row

    def _same(self, customer: Customer) -> Row | None:
        """The one active party with the same code, SIRET, VAT number or e-mail address, in this order."""
        if customer.key:
            rows = self._client.search_read("party.party", [["code", "=", customer.key]], PARTY)
            if rows:
                return rows[0]
        for field, parties in (
            ("siret", self._with_identifier(("fr_siret",), _digits(customer.siret))),
            ("vat_number", self._with_identifier(VAT_TYPES, _compact(customer.vat_number))),
            ("email", self._with_email(customer.email)),
        ):
            if len(parties) == 1:
                return self._party(parties.pop())
            if parties:
                rows = self._client.read("party.party", sorted(parties), PARTY)
                known = ", ".join(sorted(row["code"] for row in rows))
                raise RecordRejected(texts.AMBIGUOUS.fill(field=field, customers=known), field=field)
        return None

    def _with_identifier(self, kinds: Sequence[str], code: str) -> set[int]:
        if not code:
            return set()
        codes = [code, code[2:]] if code[:2].isalpha() else [code]
        domain = [["type", "in", list(kinds)], ["code_compact", "in", codes], ["party.active", "=", True]]
        return {row["party"] for row in self._client.search_read("party.identifier", domain, ("party",))}

    def _with_email(self, email: str) -> set[int]:
        """`ilike` takes _ and % for anything: what it finds is compared again."""
        wanted = email.strip().casefold()
        if not wanted:
            return set()
        domain = [["type", "=", "email"], ["value", "ilike", email.strip()], ["party.active", "=", True]]
        rows = self._client.search_read("party.contact_mechanism", domain, ("party", "value"))
        return {row["party"] for row in rows if row["value"].strip().casefold() == wanted}

    # ----------------------------------------------------------------------------------------------- identify

    def _identify(self, party: int, customer: Customer, name: str) -> None:
        """Adds the SIRET (which Tryton hangs on an address) and the VAT number that the party lacks."""
        if not customer.siret and not customer.vat_number:
            return
        rows = self._client.search_read("party.identifier", [["party", "=", party]], ("type",))
        present = {row["type"] for row in rows}
        if customer.siret and "fr_siret" not in present:
            self._demand_type("fr_siret", "siret", customer.siret)
            place = customer.billing or Address()
            address = self._addresses.ensure(party, place, name)
            values = {"type": "fr_siret", "code": _digits(customer.siret)}
            self._client.create("party.identifier", {"party": party, "address": address, **values})
        if customer.vat_number and not present & set(VAT_TYPES):
            self._demand_type("eu_vat", "vat_number", customer.vat_number)
            values = {"type": "eu_vat", "code": _compact(customer.vat_number)}
            self._client.create("party.identifier", {"party": party, **values})

    def _demand_type(self, kind: str, field: str, value: str) -> None:
        if kind not in self._types.get("all", self._ask_types, holds=lambda known: kind in known):
            raise RecordRejected(texts.NO_IDENTIFIER_TYPE.fill(kind=kind, value=value), field=field)

    def _ask_types(self) -> frozenset[str]:
        offered = self._client.call("party.identifier", "get_types", repeat=True)
        return frozenset(key for key, _ in offered if key)

    # ------------------------------------------------------------------------------------------------- update

    def _update(self, change: Change, customer: Customer) -> Outcome:
        code = change.target or customer.key
        rows = self._client.search_read("party.party", [["code", "=", code]], PARTY, context=EVERYTHING_TOO)
        if not rows:
            raise RecordRejected(texts.NO_PARTY.fill(key=code), field="key")
        party = rows[0]
        previous = change.previous.customer if isinstance(change.previous, CustomerDraft) else None
        changed = differences(customer, previous)
        values = self._changed_links(changed, customer)
        name = party_name(customer)
        if name and name != party["name"] and (previous is None or name != party_name(previous)):
            values["name"] = name
        if values:
            self._client.write("party.party", [party["id"]], values)
        for kind in MECHANISMS:
            if kind in changed:
                self._change_mechanism(party["id"], kind, getattr(previous, kind, ""), changed[kind])
        self._change_places(party["id"], name or party["name"], changed, previous)
        if "contacts" in changed:
            known = previous.contacts if previous else []
            self._add_contacts(party["id"], [one for one in customer.contacts if one not in known])
        if changed.get("siret") or changed.get("vat_number"):
            self._change_identifiers(party["id"], changed, customer, name)
        return Outcome(change.key, target=code)

    def _changed_links(self, changed: Mapping[str, Any], customer: Customer) -> Row:
        links = self._links(customer)
        sources = {
            "lang": "language", "sale_price_list": "price_category", "customer_payment_term": "payment_terms"
        }  # fmt: skip
        return {field: value for field, value in links.items() if sources[field] in changed}

    def _change_mechanism(self, party: int, kind: str, before: str, after: str) -> None:
        """The one that said `before` says `after`; other addresses and numbers of the party are its own affair."""
        rows = self._client.search_read(
            "party.contact_mechanism", [["party", "=", party], ["type", "=", kind]], ("value",)
        )
        if any(row["value"] == after for row in rows):
            return
        ours = [row["id"] for row in rows if before and row["value"] == before]
        if ours:
            self._client.write(
                "party.contact_mechanism", ours, {"value": after} if after else {"active": False}
            )
        elif after:
            self._client.create("party.contact_mechanism", {"party": party, "type": kind, "value": after})

    def _add_contacts(self, party: int, contacts: Sequence[Contact]) -> None:
        """Tryton has no persons of a party: each becomes an e-mail address that bears its name, once. Not a telephone: where the
        party has none of its own, it would be taken for the party's."""
        domain = [["party", "=", party], ["type", "=", "email"]]
        for contact in contacts:
            rows = self._client.search_read("party.contact_mechanism", domain, ("value",))
            if not contact.email or any(row["value"].casefold() == contact.email.casefold() for row in rows):
                continue
            name = " ".join(part for part in (contact.first_name, contact.last_name) if part)
            new = {"party": party, "type": "email", "value": contact.email, "name": name or None}
            self._client.create("party.contact_mechanism", new)

    def _change_places(
        self, party: int, name: str, changed: Mapping[str, Any], previous: Customer | None
    ) -> None:
        billing: Address | None = changed.get("billing")
        if billing is not None:
            values = self._addresses.values(billing, name)
            before = previous.billing if previous else None
            old = self._addresses.existing(party, self._addresses.values(before, name)) if before else None
            if old is not None:
                self._client.write("party.address", [old], values)
            else:
                self._addresses.ensure(party, billing, name)
        for place in changed.get("deliveries", ()):
            self._addresses.ensure(party, place, name)

    def _change_identifiers(
        self, party: int, changed: Mapping[str, Any], customer: Customer, name: str
    ) -> None:
        for field, kinds, compact in (("siret", ("fr_siret",), _digits), ("vat_number", VAT_TYPES, _compact)):
            if not changed.get(field):
                continue
            domain = [["party", "=", party], ["type", "in", list(kinds)]]
            rows = self._client.search_read("party.identifier", domain, ("id",))
            if rows:
                self._client.write("party.identifier", [rows[0]["id"]], {"code": compact(changed[field])})
        self._identify(party, customer, name)


def party_name(customer: Customer) -> str:
    """Tryton has one name: the account's title, the company, or the person."""
    person = " ".join(part for part in (customer.last_name, customer.first_name) if part)
    return customer.account_title or customer.company or person


def _digits(value: str | None) -> str:
    return "".join(letter for letter in value or "" if letter.isdigit())


def _compact(value: str | None) -> str:
    return "".join(letter for letter in (value or "").upper() if letter.isalnum())


def _rejected(refused: Refused, customer: Customer) -> RecordRejected:
    """Tryton's sentence quotes the value that it refuses: that tells the field."""
    quoted = _compact(refused.sentence)
    fields = ("siret", "vat_number", *MECHANISMS)
    field = next(
        (
            name
            for name in fields
            if _compact(getattr(customer, name)) and _compact(getattr(customer, name)) in quoted
        ),
        "customer",
    )
    message = texts.PARTY_REFUSED.fill(name=party_name(customer), sentence=refused.sentence)
    return RecordRejected(message, field=field)
