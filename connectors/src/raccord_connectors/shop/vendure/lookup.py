"""Finding in the shop what a listing is about: by Vendure's id, by SKU, by the mark of an unfinished attempt."""

from collections.abc import Sequence

from raccord_connectors.contract import RecordRejected
from raccord_connectors.shop.vendure import texts
from raccord_connectors.shop.vendure.client import Graph, Json, in_parts
from raccord_connectors.shop.vendure.work import Work, marker

STATE = """id enabled slug translations { languageCode slug }
  facetValues { id facet { id code name } } assets { id tags { value } }
  optionGroups { id code name options { id code name } }
  variants { id sku enabled options { id group { id } } assets { id tags { value } } }"""
BY_ID = f"""query($ids: [String!]!) {{
  products(options: {{ take: 1000, filter: {{ id: {{ in: $ids }} }} }}) {{ items {{ {STATE} }} }} }}"""
BY_SKU = """query($skus: [String!]!) {
  productVariants(options: { take: 1000, filter: { sku: { in: $skus } } }) { items { id sku productId } } }"""
BY_SLUG = """query($slugs: [String!]!) {
  products(options: { take: 1000, filter: { slug: { in: $slugs } } }) {
    items { id translations { slug } } } }"""
SKUS_AT_ONCE = 400
STATES_AT_ONCE = 50


def find_created(graph: Graph, works: Sequence[Work]) -> None:
    """Fills in the product and variants of creates that find their thing in the shop: a repetition, an attempt that
    was cut short, or a product that the merchant had before us. SKUs are not unique in Vendure, so what carries a
    SKU twice is not guessed at."""
    by_sku: dict[str, list[Json]] = {}
    skus = sorted({offer.sku for work in works for offer in work.record.offers})
    for part in in_parts(skus, SKUS_AT_ONCE):
        for variant in graph.ask(BY_SKU, skus=part)["productVariants"]["items"]:
            by_sku.setdefault(variant["sku"], []).append(variant)
    unfinished = find_unfinished(graph, works)
    for work in works:
        found = [variant for offer in work.record.offers for variant in by_sku.get(offer.sku, [])]
        products = {variant["productId"] for variant in found}
        skus_found = [variant["sku"] for variant in found]
        if len(products) > 1 or len(skus_found) != len(set(skus_found)):
            skus_text = ", ".join(sorted(set(skus_found)))
            work.reject(
                RecordRejected(texts.AMBIGUOUS_SKU.fill(name=work.record.name, skus=skus_text), field="sku")
            )
            continue
        half_made = unfinished.get(work.record.key)
        work.product = next(iter(products), half_made)
        work.unfinished = work.product is not None and work.product == half_made
        work.existed = work.product is not None
    load_states(graph, works)


def refuse_taken_skus(graph: Graph, works: Sequence[Work]) -> None:
    """An update that gives an article a SKU which another product carries already: Vendure would accept it, and the next
    search by SKU would find two."""
    asked: dict[str, list[Work]] = {}
    for work in works:
        for offer in work.record.offers:
            before = work.before.get(offer.key)
            if work.previous is not None and (before is None or before.sku != offer.sku):
                asked.setdefault(offer.sku, []).append(work)
    for part in in_parts(sorted(asked), SKUS_AT_ONCE):
        for variant in graph.ask(BY_SKU, skus=part)["productVariants"]["items"]:
            for work in asked[variant["sku"]]:
                if variant["productId"] != work.product:
                    message = texts.SKU_TAKEN.fill(sku=variant["sku"], name=work.record.name)
                    work.reject(RecordRejected(message, field="sku"))


def find_unfinished(graph: Graph, works: Sequence[Work]) -> dict[str, str]:
    """Record key → id of a product that an earlier attempt left unfinished."""
    slugs = {marker(work.record.key): work.record.key for work in works}
    found: dict[str, str] = {}
    for part in in_parts(sorted(slugs), SKUS_AT_ONCE):
        for product in graph.ask(BY_SLUG, slugs=part)["products"]["items"]:
            for translation in product["translations"]:
                if translation["slug"] in slugs:
                    found[slugs[translation["slug"]]] = product["id"]
    return found


def load_states(graph: Graph, works: Sequence[Work]) -> None:
    """Fills in what Vendure holds of the products that are known, and their variants by SKU; a product that was
    deleted there is rejected."""
    known = [work for work in works if work.alive and work.product is not None]
    states: dict[str, Json] = {}
    for part in in_parts(sorted({str(work.product) for work in known}), STATES_AT_ONCE):
        for product in graph.ask(BY_ID, ids=part)["products"]["items"]:
            states[product["id"]] = product
    for work in known:
        work.state = states.get(str(work.product))
        if work.state is None:
            work.reject(gone(work))
            continue
        by_sku = {variant["sku"]: variant["id"] for variant in work.state["variants"]}
        there = set(by_sku.values())
        # A variant that was deleted in the shop is made again; one that we did not know is found by its SKU.
        work.variants = {key: variant for key, variant in work.variants.items() if variant in there}
        for offer in work.record.offers:
            if offer.key not in work.variants and offer.sku in by_sku:
                work.variants[offer.key] = by_sku[offer.sku]


def gone(work: Work) -> RecordRejected:
    name = work.record.name
    return RecordRejected(texts.GONE.fill(what_fr=f"« {name} »", what_en=f"“{name}”"), field="key")
