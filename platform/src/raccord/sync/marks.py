"""What in the shops depends on a record of the ERP, and so must be projected again when that record changes. Pure.

A mark is a stream of the shop and a key: the product's in `listings`, the item's in `availability`, the shop's order
reference in `order_updates`, the invoice's in `papers`, the customer's in `customers`. Families and catalogue nodes concern
whole sets of products: `storage.marks.products_in` finds those.
"""

from collections.abc import Iterable, Iterator

from raccord_connectors.canonical import Customer, Document, Invoice, PriceSet, Product, Record, StockLevels

Mark = tuple[str, str]

COMPARES = frozenset({"products", "prices", "documents"})
"""Streams whose former record decides as well: what it pointed to changes too."""


def marks(before: Record | None, after: Record | None) -> Iterator[Mark]:
    """What to project again after a record changed from `before` (None: it is new, or unknown) to `after` (None: gone).
    May yield a mark twice."""
    for record in (before, after):
        match record:
            case Product():
                yield "listings", record.key
            case PriceSet():
                yield "listings", record.product
            case StockLevels():
                yield "availability", record.key
            case Document() if record.reference:
                yield "order_updates", record.reference
            case Invoice():
                yield "papers", record.key
            case Customer():
                yield "customers", record.key
    if isinstance(before, Product) or isinstance(after, Product):
        for item in _availability(before, after):
            yield "availability", item


def _availability(before: Record | None, after: Record | None) -> Iterable[str]:
    """Items that came, went, or whose stock now counts in another way; a new description changes no quantity."""
    if isinstance(before, Product) and isinstance(after, Product):
        old, new = _stock_rules(before), _stock_rules(after)
        return [item for item in old.keys() | new.keys() if old.get(item) != new.get(item)]
    only = before or after
    return only.items() if isinstance(only, Product) else ()


def _stock_rules(product: Product) -> dict[str, object]:
    rule = (product.stock_policy, product.components, product.active and product.published)
    return dict.fromkeys(product.items(), rule)
