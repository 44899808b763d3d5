"""Writing listings: products, their variants, and all that hangs on them.

A listing is several things in Vendure, made by several requests, and we may die between any two. What makes that
harmless: a new product is hidden under a slug derived from the ERP's key (`work.marker`) until its variants are there;
the next attempt finds it by that slug, or finds its variants by their SKU, and goes on from what it sees. Its last
step gives it its own slug and shows it.
"""

from collections.abc import Callable, Iterator, Sequence

import httpx

from raccord_connectors.canonical import Listing
from raccord_connectors.contract import Change, Outcome, RecordRejected, TransientError
from raccord_connectors.kit.http import HttpClient
from raccord_connectors.shop.vendure import texts
from raccord_connectors.shop.vendure.bulk import Row, send
from raccord_connectors.shop.vendure.client import Graph, Json, Refused
from raccord_connectors.shop.vendure.facets import Facets
from raccord_connectors.shop.vendure.inputs import Inputs
from raccord_connectors.shop.vendure.installation import Installation
from raccord_connectors.shop.vendure.lookup import (
    find_created,
    find_unfinished,
    gone,
    load_states,
    refuse_taken_skus,
)
from raccord_connectors.shop.vendure.options import Options
from raccord_connectors.shop.vendure.pictures import Pictures
from raccord_connectors.shop.vendure.settings import VendureSettings
from raccord_connectors.shop.vendure.validation import validate
from raccord_connectors.shop.vendure.work import Work

CREATE_PRODUCT = "createProduct(input: $input{n}) {{ id }}"
UPDATE_PRODUCTS = "mutation($input: [UpdateProductInput!]!) { updateProducts(input: $input) { id } }"
CREATE_VARIANTS = """mutation($input: [CreateProductVariantInput!]!) {
  createProductVariants(input: $input) { id sku productId } }"""
UPDATE_VARIANTS = (
    "mutation($input: [UpdateProductVariantInput!]!) { updateProductVariants(input: $input) { id } }"
)
DELETE = "mutation($ids: [ID!]!) { deleteProducts(ids: $ids) { result message } }"
THERE = """query($ids: [String!]!) {
  products(options: { take: 1000, filter: { id: { in: $ids } } }) { items { id } } }"""
PRODUCTS_AT_ONCE = 20


class ListingWriter:
    """Carries out one call of `write`."""

    def __init__(
        self,
        graph: Graph,
        installation: Installation,
        settings: VendureSettings,
        transport: httpx.BaseTransport | None,
    ) -> None:
        self._graph = graph
        self._installation = installation
        self._inputs = Inputs(installation, settings)
        self._options = Options(graph, installation.language, _refuse)
        self._facets = Facets(graph, installation.language, _refuse, with_collections=settings.collections)

        def download(origin: str) -> HttpClient:
            private = settings.allow_private_address
            return HttpClient(origin, transport=transport, allow_private=private)

        self._pictures = Pictures(graph, download)

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        """One outcome per change, in order."""
        for run in _runs(changes):
            if run[0].op == "delete":
                yield from self._delete(run)
            else:
                yield from self._put(run)

    # ---------------------------------------------------------------------------------------------- deleting

    def _delete(self, changes: Sequence[Change]) -> list[Outcome]:
        """Vendure keeps a deleted product for its orders. One that is not there is deleted, as asked."""
        targets = [change.target for change in changes if change.target]
        there = [item["id"] for item in self._graph.ask(THERE, ids=targets)["products"]["items"]]
        sent = send(
            [Row(target, {"id": target}) for target in there],
            lambda rows: self._deleted([row["id"] for row in rows]),
            limit=self._graph.body_limit,
            match=lambda row: row["id"],
            answer=lambda answer: answer["id"],
        )
        refused = {row.owner: refusal.words for row, refusal in sent.refused}
        for row, answer in sent.done:
            if answer["result"] != "DELETED":
                refused[row.owner] = str(answer["message"])
        return [self._deleted_outcome(change, refused.get(change.target or "")) for change in changes]

    def _deleted(self, ids: list[str]) -> list[Json]:
        answers = self._graph.change(DELETE, ids=ids)["deleteProducts"]
        return [{"id": id_, **answer} for id_, answer in zip(ids, answers, strict=True)]

    def _deleted_outcome(self, change: Change, words: str | None) -> Outcome:
        if words is None:
            return Outcome(change.key, change.target)
        problem = RecordRejected(texts.REFUSED.fill(name=change.key, words=words)).problem()
        return Outcome(change.key, change.target, problem=problem)

    # --------------------------------------------------------------------------------- creating and updating

    def _put(self, changes: Sequence[Change]) -> list[Outcome]:
        works = [self._begin(change) for change in changes]
        self._refuse_shared_skus(works)
        self._find(works)
        for step in (
            self._make_products,
            self._facets.ensure,
            self._pictures.ensure,
            self._options.ensure,
            self._update_variants,
            self._create_variants,
            self._update_products,
        ):
            step([work for work in works if work.alive])
        return [work.outcome() for work in works]

    def _begin(self, change: Change) -> Work:
        assert isinstance(change.record, Listing), "a listing is written from a Listing"
        previous = change.previous if isinstance(change.previous, Listing) else None
        known = change.op == "update" and change.target is not None
        work = Work(change, change.record, previous if known else None)
        if known:
            work.product = change.target
            work.variants = dict(change.targets)
        try:
            validate(work.record, self._installation)
        except RecordRejected as error:
            work.reject(error)
        return work

    def _refuse_shared_skus(self, works: Sequence[Work]) -> None:
        """Two listings of one batch with the same SKU would both be made, for neither is in the shop yet."""
        taken: dict[str, str] = {}
        for work in works:
            for offer in work.record.offers if work.alive else ():
                if taken.setdefault(offer.sku, work.record.key) != work.record.key:
                    message = texts.SAME_SKU.fill(sku=offer.sku, name=work.record.name)
                    work.reject(RecordRejected(message, field="sku"))

    def _find(self, works: Sequence[Work]) -> None:
        alive = [work for work in works if work.alive]
        unknown = [work for work in alive if work.product is None]
        if unknown:
            find_created(self._graph, unknown)
        known = [
            work for work in alive if work.change.op == "update" and work.product and work not in unknown
        ]
        load_states(self._graph, [work for work in known if work.needs_state()])
        refuse_taken_skus(self._graph, [work for work in known if work.alive])

    def _make_products(self, works: Sequence[Work]) -> None:
        missing = [work for work in works if work.product is None]
        for start in range(0, len(missing), PRODUCTS_AT_ONCE):
            part = missing[start : start + PRODUCTS_AT_ONCE]
            try:
                self._make(part)
            except Refused:
                # Some of them may have been made, and the answer does not say which.
                for work in part:
                    try:
                        found = find_unfinished(self._graph, [work]).get(work.record.key)
                        self._note_made(work, found) if found else self._make([work])
                    except Refused as refusal:
                        _refuse(work, refusal)

    def _make(self, works: Sequence[Work]) -> None:
        numbers = range(len(works))
        declared = ", ".join(f"$input{n}: CreateProductInput!" for n in numbers)
        fields = " ".join(f"createProduct{n}: {CREATE_PRODUCT.format(n=n)}" for n in numbers)
        variables: Json = {f"input{n}": self._inputs.first_product(works[n]) for n in numbers}
        data = self._graph.change(f"mutation({declared}) {{ {fields} }}", **variables)
        for n in numbers:
            self._note_made(works[n], data[f"createProduct{n}"]["id"])

    def _note_made(self, work: Work, product: str) -> None:
        work.product, work.unfinished = product, True
        work.state = {
            "translations": [{"languageCode": self._installation.language}],
            "facetValues": [],
            "assets": [],
            "optionGroups": [],
            "variants": [],
        }

    # ----------------------------------------------------------------------------------------- the bulk steps

    def _update_variants(self, works: Sequence[Work]) -> None:
        rows = [
            Row(work, row)
            for work in works
            for row in (
                *(self._inputs.variant(work, o) for o in work.record.offers if o.key in work.variants),
                *self._inputs.gone_variants(work),
            )
            if row is not None
        ]
        self._send(rows, UPDATE_VARIANTS, "updateProductVariants", repeat=True)

    def _create_variants(self, works: Sequence[Work]) -> None:
        rows = [
            Row((work, offer.key), self._inputs.new_variant(work, offer))
            for work in works
            for offer in work.new_offers
        ]
        sent = send(
            rows,
            lambda inputs: self._graph.change(CREATE_VARIANTS, input=inputs)["createProductVariants"],
            limit=self._graph.body_limit,
            match=lambda row: (row["productId"], row["sku"]),
            answer=lambda variant: (variant["productId"], variant["sku"]),
        )
        for row, answer in sent.done:
            work, key = row.owner
            work.variants[key] = answer["id"]
        for made, refusal in sent.refused:
            _refuse(made.owner[0], refusal)

    def _update_products(self, works: Sequence[Work]) -> None:
        rows = [Row(work, row) for work in works if (row := self._inputs.product(work)) is not None]
        self._send(rows, UPDATE_PRODUCTS, "updateProducts", repeat=True)

    def _send(self, rows: Sequence[Row[Work]], document: str, field: str, *, repeat: bool) -> None:
        call: Callable[[list[Json]], Sequence[Json]] = lambda inputs: self._graph.change(  # noqa: E731
            document, repeat=repeat, input=inputs
        )[field]
        by_id: Callable[[Json], object] = lambda found: found["id"]  # noqa: E731
        sent = send(rows, call, limit=self._graph.body_limit, match=by_id, answer=by_id)
        for row, refusal in sent.refused:
            _refuse(row.owner, refusal)


def _refuse(work: Work, refusal: Refused) -> None:
    """What Vendure said of one row becomes the outcome of its listing."""
    name = work.record.name
    match refusal.code:
        case "ENTITY_NOT_FOUND":
            work.reject(gone(work))
        case "TOO_LARGE":
            message = texts.TOO_LARGE.fill(name=name, limit=refusal.words)
            work.reject(RecordRejected(message, field="description"))
        case "INTERNAL_SERVER_ERROR":
            # Its database refused, or is in trouble: both look alike, and one of them passes.
            fault = TransientError(texts.FAULT.fill(words=refusal.words), detail=refusal.code)
            work.problem = work.problem or fault.problem()
        case _:
            message = texts.REFUSED.fill(name=name, words=refusal.words)
            work.reject(RecordRejected(message, detail=refusal.code))


def _runs(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Consecutive changes that may travel together: deletions apart, and no key twice."""
    run: list[Change] = []
    for change in changes:
        apart = run and (run[0].op == "delete") != (change.op == "delete")
        if apart or any(change.key == other.key for other in run):
            yield run
            run = []
        run.append(change)
    if run:
        yield run
