"""Quantities on sale: a hundred products a call, whole pieces, absolute values."""

from collections.abc import Iterator, Sequence
from decimal import ROUND_FLOOR, Decimal
from xml.etree.ElementTree import Element

from raccord_connectors.canonical import Availability, plain
from raccord_connectors.contract import Change, ConfigError, Outcome, Page, Problem, Selection
from raccord_connectors.kit import xml
from raccord_connectors.shop.oxatis import assumed, client, tags, texts
from raccord_connectors.shop.oxatis.client import OxatisClient, Refusal, identity
from raccord_connectors.shop.oxatis.products import PRODUCTS, Products
from raccord_connectors.shop.oxatis.settings import OxatisSettings

BATCH = 100
"""The largest list is not documented."""


class AvailabilityStream:
    def __init__(self, shop: OxatisClient, settings: OxatisSettings) -> None:
        self._shop = shop
        self._settings = settings
        self._products = Products(shop, settings)

    # ----------------------------------------------------------------------------------------------- reading

    def read(self, wanted: Selection, size: int) -> Iterator[Page]:
        """One call for each product; a parent of variants holds no quantity. Compared and repaired, not sold by: it is paid
        from what the catalogue may use."""
        pages = [list(wanted.keys)] if wanted.keys is not None else self._products.ids(None)
        for keys in pages:
            for start in range(0, len(keys), size):
                found = [self._products.get(key) for key in keys[start : start + size]]
                records = [one for product in found if product is not None and (one := self._record(product))]
                yield Page(records=records)

    def _record(self, product: Element) -> Availability | None:
        if xml.text_of(product, "ProductType") == tags.PARENT:
            return None
        number = xml.text_of(product, "OxID")
        return Availability(
            key=number,
            quantity=plain(Decimal(xml.text_of(product, "QuantityInStock/Value", "0"))),
            product=self._products.parent_of(product) or number,
            backorders=xml.text_of(product, "SaleIfOutOfStock").lower() == "true",
        )

    # ----------------------------------------------------------------------------------------------- writing

    def write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        for start in range(0, len(changes), BATCH):
            yield from self._write(changes[start : start + BATCH])

    def _write(self, changes: Sequence[Change]) -> Iterator[Outcome]:
        outcomes: dict[int, Outcome] = {}
        due: dict[int, tuple[str, int]] = {}
        for place, change in enumerate(changes):
            record, before, target = change.record, change.previous, identity(change.target)
            if not isinstance(record, Availability):
                raise TypeError(f"{change.op} of {change.key} carries no quantity")
            if target is None:
                problem = Problem("rejected", texts.NOT_PUBLISHED.fill(key=change.key), field="product")
                outcomes[place] = Outcome(change.key, change.target, problem=problem)
                continue
            same = isinstance(before, Availability) and before.backorders == record.backorders
            if not same and (before is not None or record.backorders):
                refused = self._allow_backorders(target, change, record.backorders)
                if refused is not None:
                    outcomes[place] = refused
                    continue
            outcomes[place] = Outcome(change.key, change.target)
            if not (same and isinstance(before, Availability) and pieces(before) == pieces(record)):
                due[place] = (target, pieces(record))
        for place, problem in self._send(due, changes).items():
            outcomes[place] = Outcome(changes[place].key, changes[place].target, problem=problem)
        yield from (outcomes[place] for place in range(len(changes)))

    def _send(self, due: dict[int, tuple[str, int]], changes: Sequence[Change]) -> dict[int, Problem]:
        """The problems, by place."""
        if not due:
            return {}
        if not self._settings.stock_in_lists:
            return {place: p for place, one in due.items() if (p := self._one(*one, changes[place]))}
        items = [{"OxID": target, "QtyInStock": quantity} for target, quantity in due.values()]
        try:
            content = {assumed.STOCK_ITEM: items}
            data = self._shop.call(PRODUCTS, "ProductUpdateItemQtyList", assumed.STOCK_LIST, content, "stock")
        except Refusal as refusal:
            said = texts.LISTS_REFUSED.fill(reason=refusal.reason)
            raise ConfigError(said, detail=refusal.detail, field="stock_in_lists") from None
        refused = _errors(data)
        return {
            place: _refused(changes[place], refused[target], gone=False)
            for place, (target, _) in due.items()
            if target in refused
        }

    def _one(self, target: str, quantity: int, change: Change) -> Problem | None:
        content = {"OxID": target, "QuantityInStock": {"Value": quantity, "Append": False}}
        try:
            self._shop.call(PRODUCTS, "ProductUpdateQuantityInStock", "Product", content, "stock")
        except Refusal as refusal:
            return _refused(change, refusal.reason, gone=refusal.code == client.NOT_FOUND)
        return None

    def _allow_backorders(self, target: str, change: Change, allowed: bool) -> Outcome | None:
        """A call of its own, when it changes only."""
        try:
            content = {"OxID": target, "SaleIfOutOfStock": allowed}
            self._shop.call(PRODUCTS, "ProductUpdate", "Product", content, "stock")
        except Refusal as refusal:
            gone = refusal.code == client.NOT_FOUND
            return Outcome(change.key, change.target, problem=_refused(change, refusal.reason, gone=gone))
        return None


def pieces(record: Availability) -> int:
    """Whole ones, rounded down, because nobody may buy what is not there; less than nothing is nothing."""
    return max(0, int(record.quantity.to_integral_value(ROUND_FLOOR)))


def _errors(data: Element) -> dict[str, str]:
    """OxID → why, of the items that the list's answer names."""
    found: dict[str, str] = {}
    for error in (one for one in data.iter() if one.find("SourceIDArray") is not None):
        reason = xml.text_of(error, "Message") or "?"
        for source in error.iterfind("SourceIDArray"):
            for element in source.iter():
                if (element.text or "").strip():
                    found[(element.text or "").strip()] = reason
    return found


def _refused(change: Change, reason: str, *, gone: bool) -> Problem:
    if gone:
        said = texts.GONE.fill(what=change.key, target=change.target)
        return Problem("rejected", said, field="product", detail=reason)
    return Problem("rejected", texts.REFUSED.fill(what=change.key, reason=reason), field="quantity")
