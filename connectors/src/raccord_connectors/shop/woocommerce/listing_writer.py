"""Writing listings: in batches of up to a hundred, with one outcome each, never twice the same product."""

from collections.abc import Iterator, Sequence
from typing import Any

from raccord_connectors.canonical import Listing
from raccord_connectors.contract import Change, Outcome, Problem, RecordRejected
from raccord_connectors.kit.http import HttpFailure
from raccord_connectors.shop.woocommerce import bodies, keys, listing_checks, matching, problems, texts
from raccord_connectors.shop.woocommerce.client import BATCH, Item, Row, ShopClient
from raccord_connectors.shop.woocommerce.facts import Facts
from raccord_connectors.shop.woocommerce.listing_job import Job
from raccord_connectors.shop.woocommerce.resolving import PICTURE_WEIGHT, Resolver
from raccord_connectors.shop.woocommerce.settings import WooCommerceSettings
from raccord_connectors.shop.woocommerce.terms import Terms

PRICED = ("regular_price", "sale_price")


class ListingWriter:
    def __init__(self, client: ShopClient, facts: Facts, terms: Terms, settings: WooCommerceSettings) -> None:
        self._client = client
        self._facts = facts
        self._settings = settings
        self._resolver = Resolver(facts, terms)

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        for start in range(0, len(changes), BATCH):
            yield from self._write(changes[start : start + BATCH])

    def _write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        jobs: dict[int, Job] = {}
        for place, change in enumerate(changes):
            if change.op != "delete":
                if not isinstance(change.record, Listing):
                    raise TypeError(f"{change.op} of {change.key} carries no listing")
                jobs[place] = Job.of(change, change.record, self._settings)
        self._put(list(jobs.values()))
        for place, change in enumerate(changes):
            yield jobs[place].outcome() if place in jobs else self._delete(change)

    def _put(self, jobs: list[Job]) -> None:
        for job in jobs:
            self._guarded(job, self._check, job)
        matching.match(self._client, _open(jobs))
        self._read_current(_open(jobs))
        self._resolver.prepare(job.product_fields for job in _open(jobs))
        self._send_products(_open(jobs))
        for job in _open(jobs):
            if not job.simple:
                self._send_variations(job)

    def _check(self, job: Job) -> None:
        fields = job.product_fields
        listing_checks.check(job.record, fields, self._facts)
        sent = [fields, *(fields for _, fields in job.variation_fields())]
        if any(fields.get(name) for fields in sent for name in PRICED):
            listing_checks.check_prices(job.record, self._facts)

    def _read_current(self, jobs: list[Job]) -> None:
        wanted = [job for job in jobs if job.needs_current]
        found = (
            self._client.by_ids("products", [job.product for job in wanted], _fields=matching.FIELDS)
            if wanted
            else []
        )
        by_id = {row["id"]: row for row in found}
        for job in wanted:
            job.current = by_id.get(job.product)

    # ----------------------------------------------------------------------------------------------- products

    def _send_products(self, jobs: list[Job]) -> None:
        sent: list[tuple[Job, Item]] = []
        later: list[Job] = []
        bringing: set[str] = set()
        for job in jobs:
            item = self._product_item(job)
            if item is None:
                continue
            new = _new_pictures(job, item)
            if (
                new & bringing
            ):  # another product of this batch brings the picture: this one then takes it by its id
                later.append(job)
            else:
                bringing |= new
                sent.append((job, item))
        taken: list[tuple[Job, int]] = []
        stale: list[Job] = []
        for (job, item), answer in zip(
            sent, self._client.batch("products", [i for _, i in sent]), strict=True
        ):
            error = answer.get("error")
            holder = (
                (error.get("data") or {}).get("resource_id")
                if error and error.get("code") == problems.SKU_TAKEN
                else 0
            )
            if error is None:
                job.product, job.current = int(answer["id"]), answer
                self._resolver.library |= job.note_media(answer.get("images") or [])
            elif item.verb == "create" and holder:
                taken.append((job, int(holder)))
            elif problems.is_unknown_picture(error) and not job.without_remotes:
                job.without_remotes = True
                stale.append(job)
            else:
                job.problem = self._problem(job, error, job.product)
        if stale or later:
            self._send_products([*stale, *later])
        if taken:
            self._settle_taken(taken)

    def _product_item(self, job: Job) -> Item | None:
        fields = job.product_fields
        if job.product and not fields:
            return None
        try:
            body, weight = self._resolver.product(job, fields)
        except RecordRejected as refused:
            job.problem = refused.problem()
            return None
        return (
            Item("update", {"id": job.product, **body}, weight)
            if job.product
            else Item("create", body, weight)
        )

    def _settle_taken(self, taken: list[tuple[Job, int]]) -> None:
        """A creation whose SKU exists after all: made a moment ago by a call that was cut, or lying in the trash, which
        searches do not see. If it is the same article it is taken over, else the merchant must decide."""
        adopted = []
        for job, holder in taken:
            row = self._client.find(f"products/{holder}", _fields=matching.FIELDS)
            same = row is not None and str(row.get("sku") or "").casefold() in {
                sku.casefold() for sku in job.skus
            }
            if not same:
                said = texts.SKU_TAKEN.fill(sku=job.sku, holder=holder)
                job.problem = Problem("rejected", said, field="sku")
                continue
            self._guarded(job, matching.adopt, job, [row])
            if job.problem is None:
                adopted.append(job)
        if adopted:
            self._send_products(adopted)

    # --------------------------------------------------------------------------------------------- variations

    def _send_variations(self, job: Job) -> None:
        items: list[Item] = []
        offers: list[tuple[str, str]] = []
        late: dict[int, str] = {}
        """Place of an item → digest of a picture that an earlier one of the same batch brings into the shop."""
        brought: dict[str, int] = {}
        for offer, fields in job.variation_fields():
            try:
                body, weight = self._resolver.variation(job, fields)
            except RecordRejected as refused:
                job.problem = refused.problem()
                return
            digest = fields["image"].digest if weight == PICTURE_WEIGHT else ""
            if digest in brought:
                late[len(items)], weight = digest, 1
                del body["image"]
            elif digest:
                brought[digest] = len(items)
            number = job.variations.get(offer.key)
            items.append(
                Item("update", {"id": number, **body}, weight) if number else Item("create", body, weight)
            )
            offers.append((offer.key, bodies.sku_of(offer)))
        gone = [self._withdraw(number) for number in job.withdrawn()]
        path = f"products/{job.product}/variations"
        answers = self._client.batch(path, [*items, *gone]) if items or gone else []
        for (key, sku), answer in zip(offers, answers, strict=False):
            self._note_variation(job, key, sku, answer)
        self._share_pictures(path, answers, late, brought)

    def _note_variation(self, job: Job, key: str, sku: str, answer: Row) -> None:
        error = answer.get("error")
        if error is None:
            job.variations[key] = int(answer["id"])
            self._resolver.library |= job.note_media([answer["image"]] if answer.get("image") else [])
        elif job.problem is None:
            target = keys.target_of(job.product, job.variations.get(key, 0))
            job.problem = problems.of_item(error, key=key, sku=sku, target=target)

    def _withdraw(self, number: int) -> Item:
        if self._settings.delete_for_good:
            return Item("delete", number)
        return Item("update", {"id": number, "status": "private"})

    def _share_pictures(
        self, path: str, answers: list[Row], late: dict[int, str], brought: dict[str, int]
    ) -> None:
        """Variations of one colour share one picture in the media library."""
        items = []
        for place, digest in late.items():
            image = answers[brought[digest]].get("image") or {}
            if image.get("id") and answers[place].get("id"):
                items.append(Item("update", {"id": answers[place]["id"], "image": {"id": image["id"]}}))
        if items:
            self._client.batch(path, items)

    # ----------------------------------------------------------------------------------------------- deletions

    def _delete(self, change: Change) -> Outcome:
        """To the trash one by one: deletions of a batch are always for good."""
        target = keys.split(change.target)
        if target is None:
            return Outcome(change.key)
        try:
            force = "true" if self._settings.delete_for_good else "false"
            self._client.delete(f"products/{target[0]}", force=force)
        except HttpFailure as failure:
            if failure.status not in (404, 410):  # not there, or in the trash already: as asked
                raise
        return Outcome(change.key, change.target)

    def _guarded(self, job: Job, call: Any, *arguments: Any) -> None:
        """A refusal becomes the job's problem; the others go on."""
        try:
            call(*arguments)
        except RecordRejected as refused:
            job.problem = refused.problem()

    def _problem(self, job: Job, error: Row, target: object) -> Problem:
        if error.get("code") in ("too_large", "woocommerce_rest_request_entity_too_large"):
            return Problem("rejected", texts.TOO_LARGE.fill(sku=job.sku), field="description")
        return problems.of_item(error, key=job.record.key, sku=job.sku, target=target)


def _open(jobs: list[Job]) -> list[Job]:
    return [job for job in jobs if job.problem is None]


def _new_pictures(job: Job, item: Item) -> set[str]:
    """Digests of the pictures that the shop is to fetch for this item. Ours stand first in it, in their order."""
    body = item.content if isinstance(item.content, dict) else {}
    pictures = job.product_fields.get("images") or []
    sent = body.get("images") or []
    return {picture.digest for picture, image in zip(pictures, sent, strict=False) if "src" in image}
