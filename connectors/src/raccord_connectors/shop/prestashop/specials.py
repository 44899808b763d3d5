"""Specific prices: what is crossed out, and prices by group and quantity. One reading for all products of a batch.

Ours are told from the merchant's own by their shape: a promotion is an amount off for everybody from one piece on; a tier is a
fixed price without a date. Rows for one customer, one country, a cart or by percentage are never touched.
"""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from msgspec import UNSET

from raccord_connectors.canonical import Offer
from raccord_connectors.shop.prestashop import bodies
from raccord_connectors.shop.prestashop.bodies import Flat
from raccord_connectors.shop.prestashop.client import Webservice
from raccord_connectors.shop.prestashop.listing_job import Job
from raccord_connectors.shop.prestashop.refusals import Refused
from raccord_connectors.shop.prestashop.rows import Fields, Row, number

Place = tuple[int, str, str, str]
"""(combination, kind, group id, from)."""
ANY = {
    "id_cart": "0",
    "id_currency": "0",
    "id_country": "0",
    "id_customer": "0",
    "id_specific_price_rule": "0",
}
NEVER_YET = ("", "0000-00-00 00:00:00", "0000-00-00")


def place_of(row: Row) -> Place | None:
    """What a row would be if it were ours; None where it is the merchant's own."""
    if any(str(row.get(name, "0")).strip() not in ("", value) for name, value in ANY.items()):
        return None
    attribute, group, start = (
        str(row.get(name) or "0").strip() for name in ("id_product_attribute", "id_group", "from_quantity")
    )
    price, reduction = Decimal(row["price"].strip() or "0"), Decimal(row["reduction"].strip() or "0")
    if price < 0:
        promotion = (
            row["reduction_type"].strip() == "amount"
            and group == "0"
            and start in ("0", "1")
            and reduction > 0
        )
        # Off a price with tax it is the merchant's: ours are without.
        return (
            (int(attribute), "promotion", "0", "1")
            if promotion and row["reduction_tax"].strip() == "0"
            else None
        )
    dated = any(str(row.get(name, "")).strip() not in NEVER_YET for name in ("from", "to"))
    return None if reduction or dated else (int(attribute), "tier", group, start)


class SpecialPrices:
    def __init__(self, client: Webservice) -> None:
        self._client = client

    def write(self, jobs: Sequence[Job]) -> None:
        """Of products and combinations that are there."""
        wanted = [(job, changes) for job in jobs if (changes := _changes(job))]
        if not wanted:
            return
        rows = self._client.by("specific_prices", "id_product", [job.product for job, _ in wanted])
        held: dict[int, dict[Place, Row]] = defaultdict(dict)
        for row in rows:
            place = place_of(row)
            if place is not None:
                held[int(row["id_product"])].setdefault(place, row)
        made: list[Fields] = []
        owners: list[Job] = []
        changed: list[tuple[int, Fields]] = []
        for job, changes in wanted:
            for place, fields in changes.items():
                there = held[job.product].get(place)
                if fields is None:
                    if there is not None:
                        self._delete(job, there)
                elif there is None:
                    made.append(_whole(job.product, place, fields))
                    owners.append(job)
                elif any(not _same(there.get(name), value) for name, value in fields.items()):
                    changed.append((number(there), fields))
        answers = self._client.create_each("specific_prices", made, self._saved)
        for job, answer in zip(owners, answers, strict=True):
            if isinstance(answer, Refused):
                job.refused(answer)
        refused = self._client.update_each("specific_prices", changed)
        of_row = {number(row): product for product, places in held.items() for row in places.values()}
        for row_id, refusal in refused.items():
            for job, _ in wanted:
                if job.product == of_row.get(row_id):
                    job.refused(refusal)

    def _saved(self, rows: Sequence[Fields]) -> list[Row | None]:
        found = self._client.by("specific_prices", "id_product", {row["id_product"] for row in rows})
        places = {(int(row["id_product"]), place_of(row)): row for row in found}
        return [places.get((int(row["id_product"]), place_of(dict(row)))) for row in rows]

    def _delete(self, job: Job, row: Row) -> None:
        try:
            self._client.delete("specific_prices", number(row))
        except Refused as refusal:
            job.refused(refusal)


def _changes(job: Job) -> dict[Place, Flat | None]:
    """What differs from what was pushed; None: to be taken away."""
    found: dict[Place, Flat | None] = {}
    for offer in job.record.offers:
        combination = 0 if job.simple else job.combinations.get(offer.key, 0)
        if not job.simple and not combination:
            continue
        known = job.before.get(offer.key)
        now, before = bodies.specials(offer), bodies.specials(known) if known is not None else None
        if now is None or (known is not None and now == before):
            continue
        for kind, group, start in {**(before or {}), **now}:
            if not _ours(offer, kind):
                continue
            key = job.facts.customer_group(group) if group else "0"
            if key is not None:
                fields = now.get((kind, group, start))
                if fields is None or fields != (before or {}).get((kind, group, start)):
                    found[combination, kind, key, start] = fields
    return found


def _ours(offer: Offer, kind: str) -> bool:
    return (offer.price if kind == "promotion" else offer.tiers) is not UNSET


def _whole(product: int, place: Place, fields: Flat) -> Flat:
    combination, _, group, start = place
    return {
        "id_product": str(product), "id_product_attribute": str(combination), "id_shop": "0", "id_group": group,
        "from_quantity": start, **ANY, **fields,
    }  # fmt: skip


def _same(held: object, wanted: str) -> bool:
    text = str(held or "").strip()
    try:
        return Decimal(text) == Decimal(wanted)
    except ArithmeticError:
        return text == wanted or (text in NEVER_YET and wanted in NEVER_YET)
