"""Finding what is already in the shop, so that nothing is made twice: by SKU, in one request for a whole batch."""

from collections.abc import Sequence

from raccord_connectors.contract import RecordRejected
from raccord_connectors.shop.woocommerce import bodies, texts
from raccord_connectors.shop.woocommerce.client import BATCH, Row, ShopClient
from raccord_connectors.shop.woocommerce.listing_job import Job, meta_of, offers_to_match

LONGEST_LIST = 3_000
"""Characters of SKUs in one address."""
FIELDS = "id,sku,parent_id,type,status,attributes,images,meta_data"


def match(client: ShopClient, jobs: Sequence[Job]) -> None:
    """Tells each job what of it stands in the shop. A SKU that belongs to another article is the job's problem."""
    found = look_up(client, offers_to_match(jobs))
    for job in jobs:
        rows = [found[sku.casefold()] for sku in job.skus if sku.casefold() in found]
        try:
            adopt(job, rows)
        except RecordRejected as refused:
            job.problem = refused.problem()


def look_up(client: ShopClient, skus: Sequence[str]) -> dict[str, Row]:
    """SKU (in lower case, the shop makes no difference) → product or variation, the trash left out."""
    found: dict[str, Row] = {}
    for part in _parts(skus):
        for row in client.page("products", {"sku": ",".join(part), "per_page": BATCH, "_fields": FIELDS})[0]:
            found[str(row.get("sku") or "").casefold()] = row
    return found


def adopt(job: Job, rows: Sequence[Row]) -> None:
    """Takes over what these rows of the shop are of the job's listing. Raises `RecordRejected` where they are not."""
    if job.product:
        _adopt_variations(job, [row for row in rows if row.get("parent_id") == job.product])
        return
    if not rows:
        return
    if job.simple:
        _adopt_product(job, rows[0])
        return
    parents = {int(row["parent_id"]) for row in rows if row.get("parent_id")}
    own = [row for row in rows if str(row["sku"]).casefold() == bodies.parent_sku(job.record).casefold()]
    parents |= {int(row["id"]) for row in own if not row.get("parent_id")}
    if len(parents) > 1:
        holders = ", ".join(f"n° {number}" for number in sorted(parents))
        raise RecordRejected(texts.SEVERAL_PARENTS.fill(key=job.record.key, holders=holders), field="sku")
    if not parents:  # its variations are simple products here: creating them will be refused, each by name
        return
    job.product = parents.pop()
    job.existed = True
    if own and not own[0].get("parent_id"):
        _demand_not_anothers(job, own[0], job.record.key)
        job.current = own[0]
    _adopt_variations(job, [row for row in rows if row.get("parent_id") == job.product])


def _adopt_product(job: Job, row: Row) -> None:
    if row.get("parent_id"):
        raise RecordRejected(texts.SKU_ELSEWHERE.fill(sku=job.sku, holder=row["parent_id"]), field="sku")
    _demand_not_anothers(job, row, job.record.key)
    if row.get("type") == "variable":
        raise RecordRejected(texts.VARIABLE_IN_SHOP.fill(sku=job.sku, holder=row["id"]), field="sku")
    job.product, job.current, job.existed = int(row["id"]), row, True


def _adopt_variations(job: Job, rows: Sequence[Row]) -> None:
    by_sku = {str(row["sku"]).casefold(): int(row["id"]) for row in rows}
    for offer in job.unknown_offers:
        number = by_sku.get(bodies.sku_of(offer).casefold())
        if number:
            job.variations[offer.key] = number


def _demand_not_anothers(job: Job, row: Row, key: str) -> None:
    """A product that we made for another article is not taken over, whatever its SKU."""
    owner = meta_of(row, bodies.KEY)
    if owner not in (None, "", key):
        raise RecordRejected(texts.SKU_TAKEN.fill(sku=job.sku, holder=row["id"]), field="sku")


def _parts(skus: Sequence[str]) -> list[list[str]]:
    """TRAP: the list is cut at commas. A SKU that holds one is asked for alone, which WooCommerce understands."""
    parts: list[list[str]] = [[sku] for sku in skus if "," in sku]
    current: list[str] = []
    length = 0
    for sku in (sku for sku in skus if "," not in sku):
        if current and (len(current) == BATCH or length + len(sku) > LONGEST_LIST):
            parts.append(current)
            current, length = [], 0
        current.append(sku)
        length += len(sku) + 1
    return [*parts, current] if current else parts
