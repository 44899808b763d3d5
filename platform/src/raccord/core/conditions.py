"""The conditions of a publication rule, one by one: whether an article meets it, and why not."""

import html
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct

from raccord.core import publication_words as words
from raccord.core.channel import FieldIs, HasPicture, HasText, InCategories, InStock
from raccord.core.sources import Source, Sources, find
from raccord.core.stock_rule import Sellable
from raccord.core.values import is_empty, number, text
from raccord_connectors.canonical import PriceSet, Product, StockLevels
from raccord_connectors.contract import Message

Answer = tuple[bool | None, Message]
"""Whether a condition is met (None: it cannot be known yet), and why not."""


class Known(Struct, frozen=True):
    """What is known of an article beside its record. By item key, where nothing else is said."""

    prices: Mapping[str, PriceSet] = {}
    lines: Mapping[str, list[str]] = {}
    """Category key → itself and all above it (`placing.build_lines`)."""
    paths: Mapping[str, list[str]] = {}
    """Category key → its titles, for the reasons."""
    sellable: Mapping[str, Sellable] = {}
    stock: Mapping[str, StockLevels] = {}
    today: date = date.min


class PublicationError(Exception):
    """The rule cannot be used; `place` is the condition that it is about, None for the formula."""

    def __init__(self, message: Message, place: int | None) -> None:
        super().__init__(f"{message.code}: {message.en}")
        self.message = message
        self.place = place


def in_categories(condition: InCategories) -> Callable[[Product, Known], Answer]:
    wanted = frozenset(condition.categories)

    def check(product: Product, known: Known) -> Answer:
        places = [*product.categories, *([product.family] if product.family else [])]
        found = any(wanted.intersection(known.lines.get(place, [place])) for place in places)
        return found == condition.inside, words.categories(condition, places, known.paths)

    return check


def field_is(condition: FieldIs, place: int) -> Callable[[Product, Known], Answer]:
    source = find(condition.field, of_offer=False)
    if source is None or source.kind == "other" or condition.field.startswith("tax.class"):
        raise PublicationError(words.UNKNOWN_FIELD.fill(field=condition.field[:60]), place)
    if condition.test in ("at_least", "at_most"):
        return _compared(condition, source, place)
    wanted = frozenset(_folded(value) for value in condition.values)
    if condition.test in ("equal", "different") and not wanted - {""}:
        raise PublicationError(words.NO_VALUE.fill(field=condition.field[:60]), place)

    def check(product: Product, known: Known) -> Answer:
        value = source.read(_of_product(product))
        match condition.test:
            case "filled" | "empty":
                empty = is_empty(value) or (isinstance(value, str) and not value.strip())
                met = empty == (condition.test == "empty")
            case _:
                parts = value if isinstance(value, list) else [value]
                met = any(_folded(text(part)) in wanted for part in parts) == (condition.test == "equal")
        return met, words.field(condition, text(value))

    return check


def _compared(condition: FieldIs, source: Source, place: int) -> Callable[[Product, Known], Answer]:
    limit = number(condition.values[0]) if condition.values else None
    if limit is None:
        raise PublicationError(words.NO_NUMBER.fill(field=condition.field[:60]), place)

    def check(product: Product, known: Known) -> Answer:
        value = source.read(_of_product(product))
        found = None if is_empty(value) else number(value)
        if found is None:
            return False, words.field(condition, text(value))
        met = found >= limit if condition.test == "at_least" else found <= limit
        return met, words.field(condition, text(value))

    return check


def in_stock(condition: InStock) -> Callable[[Product, Known], Answer]:
    def check(product: Product, known: Known) -> Answer:
        answers = [enough(known.sellable.get(item), condition.least) for item in product.items()]
        if True in answers:
            return True, words.NOT_IN_STOCK.fill(least=text(condition.least))
        if None in answers:
            return None, words.STOCK_UNKNOWN.fill()
        return False, words.NOT_IN_STOCK.fill(least=text(condition.least))

    return check


def enough(sellable: Sellable | None, least: Decimal) -> bool | None:
    """None: its stock is not known."""
    if sellable is None or (sellable.tracked and sellable.quantity is None):
        return None
    return sellable.sold_here and (sellable.quantity is None or sellable.quantity >= least)


def has_picture(condition: HasPicture) -> Callable[[Product, Known], Answer]:
    def check(product: Product, known: Known) -> Answer:
        media = [*product.media, *(one for variant in product.variants for one in variant.media)]
        found = len({one.name for one in media if one.kind == "picture"})
        return found >= condition.least, words.NO_PICTURE.fill(found=found, least=condition.least)

    return check


_TAGS = re.compile(r"<[^>]*>")


def has_text(condition: HasText) -> Callable[[Product, Known], Answer]:
    def check(product: Product, known: Known) -> Answer:
        written = product.description if condition.field == "description" else product.summary
        length = len(" ".join(html.unescape(_TAGS.sub(" ", written)).split()))
        return length >= condition.least, words.no_text(condition, length)

    return check


def _of_product(product: Product) -> Sources:
    given = Sources()
    given.product = given.item = product
    given.tax_rate = product.tax.rate if product.tax else None
    return given


def _folded(value: str) -> str:
    return " ".join(value.split()).casefold()
