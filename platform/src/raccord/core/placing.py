"""Where an article stands in the shop: its categories, and the tax class of its rate."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from raccord.core.channel import ChannelSettings
from raccord_connectors.canonical import Category, Product, plain
from raccord_connectors.contract import Discovery

Paths = Mapping[str, list[str]]
"""Category key → titles from the root; closed categories are absent."""


def build_paths(categories: Iterable[Category]) -> dict[str, list[str]]:
    """A closed category is nowhere, and what hangs below it neither; so is one that hangs below itself."""
    known = {category.key: category for category in categories}
    paths = {}
    for key in known:
        path = _path(key, known)
        if path:
            paths[key] = path
    return paths


def build_lines(categories: Iterable[Category]) -> dict[str, list[str]]:
    """Category key → itself and all above it, closed ones included."""
    parents = {category.key: category.parent for category in categories}
    lines = {}
    for key in parents:
        line: list[str] = []
        at: str | None = key
        while at is not None and at not in line:
            line.append(at)
            at = parents.get(at)
        lines[key] = line
    return lines


def category_paths(product: Product, paths: Paths) -> list[list[str]]:
    """Where the article stands: its catalogue nodes, else its family."""
    keys = product.categories or ([product.family] if product.family else [])
    found: list[list[str]] = []
    for key in keys:
        path = paths.get(key)
        if path and path not in found:
            found.append(path)
    return found


def _path(key: str | None, known: Mapping[str, Category]) -> list[str]:
    titles: list[str] = []
    seen = set()
    while key is not None:
        category = known.get(key)
        if category is None or not category.active or key in seen:
            return []
        seen.add(key)
        titles.append(category.name.strip() or key)
        key = category.parent
    return titles[::-1]


def tax_classes(settings: ChannelSettings, discovery: Discovery) -> tuple[dict[Decimal, str], bool]:
    """VAT rate → the shop's tax class, and whether the shop told its rates at all. What the merchant chose goes first; of
    several classes with one rate the shop's first."""
    found: dict[Decimal, str] = {}
    for choice in discovery.tax_classes:
        rate = _rate(choice.details.get("rate", ""))
        if rate is not None:
            found.setdefault(rate, choice.key)
    told = bool(found) or bool(settings.tax_classes)
    for text, key in settings.tax_classes.items():
        rate = _rate(text)
        if rate is not None:
            found[rate] = key
    return found, told


def _rate(text: str) -> Decimal | None:
    try:
        return plain(Decimal(text.strip().rstrip("%").replace(",", ".").strip()))
    except ArithmeticError:
        return None
