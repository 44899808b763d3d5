"""Addresses of parties: ours from Tryton's, Tryton's from ours, and the one that is already there."""

from collections.abc import Mapping, Sequence
from typing import Any

from raccord_connectors.canonical import Address
from raccord_connectors.contract import RecordRejected
from raccord_connectors.erp.tryton import texts
from raccord_connectors.erp.tryton.client import Client, Row
from raccord_connectors.erp.tryton.remembered import Remembered

FIELDS = ("party_name", "attn", "street", "postal_code", "city", "country.code", "subdivision.name", "active")


def from_row(row: Row, phone: str = "", email: str = "") -> Address:
    """The street is one text of several lines; `attn` is the person as written, first and last name together."""
    first, _, rest = (row["street"] or "").strip().partition("\n")
    country = row.get("country.") or {}
    region = row.get("subdivision.") or {}
    return Address(
        key=str(row["id"]),
        company=row["party_name"] or "",
        last_name=row["attn"] or "",
        line1=first.strip(),
        line2=" ".join(rest.split("\n")).strip(),
        postal_code=row["postal_code"] or "",
        city=row["city"] or "",
        region=region.get("name") or "",
        country=country.get("code") or "",
        phone=phone,
        email=email,
    )


class Addresses:
    """Writes addresses; remembers the ids of countries."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._countries: Remembered[dict[str, int]] = Remembered()

    def values(self, address: Address, party_name: str = "") -> dict[str, Any]:
        """Tryton's fields. A name that only repeats the party's is left out, as Tryton prints the party's own."""
        person = " ".join(part for part in (address.first_name, address.last_name) if part)
        same = {party_name.casefold(), ""}
        return {
            "party_name": address.company if address.company.casefold() not in same else "",
            "attn": person if person.casefold() not in same else "",
            "street": "\n".join(line for line in (address.line1, address.line2) if line),
            "postal_code": address.postal_code,
            "city": address.city,
            "country": self._country(address.country),
        }

    def of(self, party: int) -> list[Row]:
        """The party's active addresses."""
        return self._client.search_read("party.address", [["party", "=", party]], (*FIELDS, "country"))

    def existing(
        self, party: int, values: Mapping[str, Any], known: Sequence[Row] | None = None
    ) -> int | None:
        """The active address of the party that says the same, spaces and capital letters aside. `known`: those of the party,
        where they were read already."""
        wanted = _folded(values)
        for row in self.of(party) if known is None else known:
            if _folded(row) == wanted:
                return int(row["id"])
        return None

    def ensure(
        self, party: int, address: Address, party_name: str = "", known: list[Row] | None = None
    ) -> int:
        """The id of this address of the party, created when it is not there yet (and then one of `known`)."""
        values = self.values(address, party_name)
        found = self.existing(party, values, known)
        if found is None:
            found = self._client.create("party.address", {"party": party, **values})
            if known is not None:
                known.append({"id": found, **values})
        return found

    def _country(self, code: str) -> int | None:
        if not code:
            return None
        try:
            found = self._countries.get("all", self._ask_countries, holds=lambda known: code.upper() in known)
            return found[code.upper()]
        except KeyError:
            raise RecordRejected(texts.NO_COUNTRY.fill(code=code), field="country") from None

    def _ask_countries(self) -> dict[str, int]:
        rows = self._client.search_read("country.country", [], ("code",))
        return {row["code"]: row["id"] for row in rows if row["code"]}


def _folded(values: Mapping[str, Any]) -> tuple[object, ...]:
    names = ("party_name", "attn", "street", "postal_code", "city")
    return (*(" ".join((values[name] or "").split()).casefold() for name in names), values["country"])
