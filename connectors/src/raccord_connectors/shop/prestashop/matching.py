"""Finding what is already in the shop, so that nothing is made twice: by reference, for a whole batch in two requests.

PrestaShop has no place for a key of ours, and its references are not unique: several holders of one are a person's affair.
"""

from collections import defaultdict
from collections.abc import Sequence

from raccord_connectors.contract import RecordRejected
from raccord_connectors.shop.prestashop import bodies, texts
from raccord_connectors.shop.prestashop.client import Webservice
from raccord_connectors.shop.prestashop.listing_job import Job
from raccord_connectors.shop.prestashop.rows import Row, linked, number

PRODUCT = "[id,reference,state,combinations[id]]"
COMBINATION = "[id,id_product,reference,minimal_quantity]"


def match(client: Webservice, jobs: Sequence[Job]) -> None:
    """Tells each job what of it stands in the shop. What cannot be told apart is the job's problem."""
    _refuse_shared(jobs)
    new = [job for job in jobs if not job.product and job.problem is None]
    if new:
        skus = [bodies.sku_of(offer) for job in new for offer in job.record.offers]
        own = [bodies.reference_of(job.record) for job in new]
        products = _by_reference(client, "products", PRODUCT, [*own, *skus])
        variants = _by_reference(client, "combinations", COMBINATION, skus)
        for job in new:
            try:
                _adopt_simple(job, products, variants) if job.simple else _adopt(job, products, variants)
            except RecordRejected as refused:
                job.refuse(refused)
    _find_offers(client, [job for job in jobs if job.product and job.unknown_offers and job.problem is None])


def _by_reference(
    client: Webservice, resource: str, display: str, skus: Sequence[str]
) -> dict[str, list[Row]]:
    """Reference in lower case, as the shop compares them → its holders."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in client.by(resource, "reference", skus, display=display):
        found[row["reference"].strip().casefold()].append(row)
    return found


def _adopt_simple(job: Job, products: dict[str, list[Row]], variants: dict[str, list[Row]]) -> None:
    sku = job.sku.casefold()
    holders = products.get(sku, [])
    _demand_one(job.sku, [number(row) for row in holders])
    if not holders:
        if variants.get(sku):
            _other_shape(job, int(variants[sku][0]["id_product"]), simple=False)
        return
    if linked(holders[0], "combinations"):
        _other_shape(job, number(holders[0]), simple=False)
    _take(job, holders[0])


def _adopt(job: Job, products: dict[str, list[Row]], variants: dict[str, list[Row]]) -> None:
    own = products.get(job.sku.casefold(), [])
    skus = [bodies.sku_of(offer).casefold() for offer in job.record.offers]
    parents = {int(row["id_product"]) for sku in skus for row in variants.get(sku, [])}
    parents |= {number(row) for row in own}
    _demand_one(job.sku, sorted(parents))
    for sku in skus:
        for row in products.get(sku, []):
            if number(row) not in parents:
                _other_shape(job, number(row), simple=True)
    if not parents:
        return
    found = next((row for row in own if number(row) in parents), None)
    if found is not None:
        _take(job, found)
    else:
        job.product, job.existed = parents.pop(), True


def _take(job: Job, row: Row) -> None:
    job.product, job.existed = number(row), True
    if row.get("state", "1").strip() == "0":
        job.unfinished = job.resumed = True


def _find_offers(client: Webservice, jobs: Sequence[Job]) -> None:
    if not jobs:
        return
    rows = client.by("combinations", "id_product", [job.product for job in jobs], display=COMBINATION)
    held = {(int(row["id_product"]), row["reference"].strip().casefold()): row for row in reversed(rows)}
    for job in jobs:
        for offer in job.unknown_offers:
            row = held.get((job.product, bodies.sku_of(offer).casefold()))
            if row is not None:
                job.combinations[offer.key] = number(row)


def _refuse_shared(jobs: Sequence[Job]) -> None:
    """Two listings of one batch with the same reference would both be made: neither is in the shop yet."""
    taken: dict[str, str] = {}
    for job in jobs:
        for sku in (
            {bodies.sku_of(offer).casefold() for offer in job.record.offers} if job.problem is None else ()
        ):
            if taken.setdefault(sku, job.record.key) != job.record.key:
                job.refuse(RecordRejected(texts.SAME_SKU.fill(sku=sku.upper()), field="sku"))


def _demand_one(sku: str, holders: Sequence[int]) -> None:
    if len(set(holders)) > 1:
        raise RecordRejected(texts.AMBIGUOUS.fill(sku=sku, holders=", ".join(map(str, holders))), field="sku")


def _other_shape(job: Job, holder: int, *, simple: bool) -> None:
    words = {
        True: ("sans déclinaison", "a simple product"),
        False: ("avec des déclinaisons", "one with variants"),
    }
    theirs, ours = words[simple], words[not simple]
    said = texts.OTHER_SHAPE.fill(
        sku=job.sku, holder=holder, theirs_fr=theirs[0], theirs_en=theirs[1], ours_fr=ours[0], ours_en=ours[1]
    )
    raise RecordRejected(said, field="sku")
