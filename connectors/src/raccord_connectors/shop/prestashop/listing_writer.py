"""Writing listings: products, their combinations, specific prices and pictures, several in one call, one outcome each.

A listing with parts takes several calls, and we may die between any two. What makes that harmless: a new product is hidden
(`state` 0, which PrestaShop keeps for products that nobody has saved yet) until its parts are there; the next attempt finds it
by its reference, knows by its state that it was ours, and goes on. The last step shows it.
"""

from collections.abc import Callable, Iterator, Sequence

from msgspec import UNSET

from raccord_connectors.canonical import Listing, Offer
from raccord_connectors.contract import Change, Outcome, RecordRejected
from raccord_connectors.kit.http import HttpClient
from raccord_connectors.shop.prestashop import bodies, keys, listing_checks, matching, texts
from raccord_connectors.shop.prestashop.client import AT_ONCE, Webservice
from raccord_connectors.shop.prestashop.facts import Facts
from raccord_connectors.shop.prestashop.listing_job import Job
from raccord_connectors.shop.prestashop.pictures import Pictures
from raccord_connectors.shop.prestashop.refusals import Refused
from raccord_connectors.shop.prestashop.resolving import Resolver
from raccord_connectors.shop.prestashop.rows import Fields, Row, linked, number
from raccord_connectors.shop.prestashop.settings import PrestaShopSettings
from raccord_connectors.shop.prestashop.specials import SpecialPrices
from raccord_connectors.shop.prestashop.terms import Terms

BATCH = 50


class ListingWriter:
    def __init__(
        self,
        client: Webservice,
        facts: Facts,
        terms: Terms,
        settings: PrestaShopSettings,
        download: Callable[[str], HttpClient],
    ) -> None:
        self._client = client
        self._facts = facts
        self._at_once = settings.products_per_call
        self._resolver = Resolver(facts, terms)
        self._pictures = Pictures(client, download)
        self._specials = SpecialPrices(client)

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        for start in range(0, len(changes), BATCH):
            yield from self._write(changes[start : start + BATCH])

    def _write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        jobs: dict[int, Job] = {}
        for place, change in enumerate(changes):
            if change.op != "delete":
                if not isinstance(change.record, Listing):
                    raise TypeError(f"{change.op} of {change.key} carries no listing")
                jobs[place] = Job.of(change, change.record, self._facts)
        self._put(list(jobs.values()))
        for place, change in enumerate(changes):
            yield jobs[place].outcome() if place in jobs else self._delete(change)

    def _delete(self, change: Change) -> Outcome:
        """For good: PrestaShop has no bin. Its orders keep what was bought."""
        target = keys.split(change.target)
        if target is not None:
            try:
                self._client.delete("products", target[0])
            except Refused as refusal:
                said = texts.REFUSED.fill(name=change.key, words=refusal.words)
                return Outcome(change.key, change.target, problem=RecordRejected(said, field="key").problem())
        return Outcome(change.key, change.target)

    # --------------------------------------------------------------------------------- creating and updating

    def _put(self, jobs: list[Job]) -> None:
        for job in jobs:
            try:
                listing_checks.check(job.record, self._facts)
            except RecordRejected as refused:
                job.refuse(refused)
        matching.match(self._client, _open(jobs))
        self._read_current(_open(jobs))
        made = self._create(_open(jobs))
        self._update([job for job in _open(jobs) if job not in made])
        self._write_combinations(_open(jobs))
        self._specials.write(_open(jobs))
        self._write_pictures(_open(jobs))
        self._write_stock_rule(_open(jobs))
        self._finish(_open(jobs))

    def _read_current(self, jobs: list[Job]) -> None:
        wanted = [job for job in jobs if job.needs_current() or job.resumed]
        found = self._client.by("products", "id", [job.product for job in wanted]) if wanted else []
        by_id = {number(row): row for row in found}
        for job in wanted:
            job.current = by_id.get(job.product)
            if job.current is None:
                job.refuse(RecordRejected(texts.GONE.fill(key=job.record.key), field="key"))

    def _create(self, jobs: list[Job]) -> list[Job]:
        new = [job for job in jobs if not job.product]
        rows: list[Fields] = []
        ready: list[Job] = []
        for job in new:
            fields = self._resolved(job, bodies.creation(job.fields, self._facts))
            if fields is not None:
                job.unfinished = job.has_parts
                shown = {"state": "0", "active": "0"} if job.unfinished else {"state": "1"}
                kind = "standard" if job.simple else "combinations"
                rows.append({**fields, "product_type": kind, **shown})
                ready.append(job)
        answers = self._client.create_each("products", rows, self._saved, self._at_once)
        for job, answer in zip(ready, answers, strict=True):
            if isinstance(answer, Refused):
                job.refused(answer)
            else:
                job.product, job.current = number(answer), answer
        return ready

    def _saved(self, rows: Sequence[Fields]) -> list[Row | None]:
        """Which of these a call that was refused has made after all."""
        found = self._client.by("products", "reference", [row["reference"] for row in rows])
        held = {row["reference"].strip().casefold(): row for row in found}
        return [held.get(str(row["reference"]).strip().casefold()) for row in rows]

    def _update(self, jobs: list[Job]) -> None:
        changes: list[tuple[int, Fields]] = []
        for job in jobs:
            fields = self._resolved(job, job.fields)
            if fields and job.unfinished:
                fields = {**fields, "active": "0"}
            if fields:
                changes.append((job.product, fields))
        refused = self._client.update_each("products", changes, self._at_once)
        for job in jobs:
            if job.product in refused:
                job.refused(refused[job.product])

    def _resolved(self, job: Job, flat: bodies.Flat) -> Fields | None:
        """None where a refusal became the job's problem."""
        try:
            return self._resolver.product(job, flat)
        except RecordRejected as refused:
            job.refuse(refused)
        except Refused as refusal:
            job.refused(refusal)
        return None

    # --------------------------------------------------------------------------------------------- combinations

    def _write_combinations(self, jobs: list[Job]) -> None:
        made: list[Fields] = []
        owners: list[tuple[Job, Offer]] = []
        changed: list[tuple[int, Fields]] = []
        for job in jobs:
            default = not job.combinations and not linked(job.current or {}, "combinations")
            for offer in [] if job.simple else job.record.offers:
                fields = self._combination(job, offer)
                if fields is None:
                    break
                if offer.key in job.combinations:
                    if fields:
                        changed.append((job.combinations[offer.key], fields))
                    continue
                made.append({"id_product": str(job.product), **fields, "default_on": "1" if default else "0"})
                owners.append((job, offer))
                default = False
        answers = self._client.create_each("combinations", made, self._saved_combinations)
        for (job, offer), answer in zip(owners, answers, strict=True):
            if isinstance(answer, Refused):
                job.refused(answer, bodies.sku_of(offer))
            else:
                job.combinations[offer.key] = number(answer)
        refused = self._client.update_each("combinations", changed)
        for job in jobs:
            for key, combination in job.combinations.items():
                if combination in refused:
                    job.refused(refused[combination], key)
        for job in _open(jobs):
            self._delete_gone(job)

    def _combination(self, job: Job, offer: Offer) -> Fields | None:
        flat = job.fields_of(offer)
        known = offer.key in job.combinations
        if known and job.previous is None and not job.unfinished and flat.get("minimal_quantity") == "1":
            del flat["minimal_quantity"]  # found in the shop: its people may want another one
        try:
            return self._resolver.combination(offer, flat)
        except Refused as refusal:
            job.refused(refusal, bodies.sku_of(offer))
        return None

    def _saved_combinations(self, rows: Sequence[Fields]) -> list[Row | None]:
        found = self._client.by("combinations", "id_product", {row["id_product"] for row in rows})
        held = {(row["id_product"].strip(), row["reference"].strip().casefold()): row for row in found}
        return [held.get((row["id_product"], str(row["reference"]).strip().casefold())) for row in rows]

    def _delete_gone(self, job: Job) -> None:
        """PrestaShop has no hidden combination. Its orders keep what was bought."""
        gone = job.gone
        for key in gone:
            try:
                self._client.delete("combinations", job.combinations[key])
            except Refused as refusal:
                job.refused(refusal, key)
                return
            del job.combinations[key]
        first = next((job.combinations[o.key] for o in job.record.offers if o.key in job.combinations), None)
        if (
            gone and first is not None
        ):  # exactly one must be the default, and it may have been the one that went
            rows = self._client.by("combinations", "id_product", [job.product], display="[id,default_on]")
            if not any(row["default_on"].strip() == "1" for row in rows):
                self._client.update_each("combinations", [(first, {"default_on": "1"})])

    # -------------------------------------------------------------------------------------------------- the rest

    def _write_pictures(self, jobs: list[Job]) -> None:
        changed: list[tuple[int, Fields]] = []
        wanted = [job for job in jobs if job.pictures_changed]
        for job in wanted:
            images = self._pictures.write(job)
            for offer in [] if job.simple or job.problem else job.record.offers:
                before = job.before.get(offer.key)
                if offer.pictures is UNSET or (before is not None and before.pictures == offer.pictures):
                    continue
                if before is None and not offer.pictures:
                    continue
                rows = [{"id": str(images[picture.digest])} for picture in offer.pictures]
                changed.append((job.combinations[offer.key], {"associations": {"images": rows}}))
        refused = self._client.update_each("combinations", changed)
        for job in wanted:
            for key, combination in job.combinations.items():
                if combination in refused:
                    job.refused(refused[combination], key)

    def _write_stock_rule(self, jobs: list[Job]) -> None:
        """What is not counted may be bought without stock."""
        wanted = [
            job
            for job in jobs
            if (job.previous is None and not job.record.track_stock)
            or (job.previous is not None and job.previous.track_stock != job.record.track_stock)
        ]
        if not wanted:
            return
        rows = self._client.by("stock_availables", "id_product", [job.product for job in wanted])
        rule = {job.product: "2" if job.record.track_stock else "1" for job in wanted}
        changes: list[tuple[int, Fields]] = [
            (number(row), {"out_of_stock": rule[int(row["id_product"])]})
            for row in rows
            if row["out_of_stock"].strip() != rule[int(row["id_product"])]
        ]
        owner = {number(row): int(row["id_product"]) for row in rows}
        refused = {
            owner[key]: refusal
            for key, refusal in self._client.update_each("stock_availables", changes).items()
        }
        for job in wanted:
            if job.product in refused:
                job.refused(refused[job.product])

    def _finish(self, jobs: list[Job]) -> None:
        waiting = [job for job in jobs if job.unfinished]
        changes: list[tuple[int, Fields]] = [
            (job.product, {"state": "1", "active": bodies.product(job.record, self._facts)["active"]})
            for job in waiting
        ]
        refused = self._client.update_each("products", changes, AT_ONCE)
        for job in waiting:
            if job.product in refused:
                job.refused(refused[job.product])


def _open(jobs: list[Job]) -> list[Job]:
    return [job for job in jobs if job.problem is None]
