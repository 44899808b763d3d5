"""How much of an item a shop may sell: the merchant's rule over the ERP's stock, less what shops have sold and the ERP has
not recorded yet. Unknown is not zero: what cannot be known is not pushed.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal

from msgspec import Struct

from raccord.core.channel import StockRule
from raccord_connectors.canonical import Component, DepotStock, StockLevels, plain
from raccord_connectors.contract import Message

FORMULAS: dict[str, tuple[tuple[str, int], ...]] = {
    "real": (("real", 1),),
    "available": (("real", 1), ("preparing", -1), ("in_control", -1)),
    "forward": (("real", 1), ("ordered", 1), ("reserved", -1), ("preparing", -1)),
    "prudent": (("real", 1), ("reserved", -1), ("preparing", -1), ("in_control", -1)),
}
"""Signs of the ERP's figures for each nature of stock. Computed for each depot, then summed."""

NAMES = {
    "real": ("réel", "on hand"),
    "ordered": ("commandé", "on order"),
    "reserved": ("réservé", "reserved"),
    "preparing": ("en préparation", "being prepared"),
    "in_control": ("en contrôle", "in control"),
    "sold": ("vendu en ligne, pas encore dans la gestion", "sold online, not in the ERP yet"),
    "margin": ("marge de sécurité", "safety margin"),
}


class Term(Struct, frozen=True):
    """One figure of the sum, with its sign."""

    name: str
    amount: Decimal


class Part(Struct, frozen=True):
    """One component of a kit: what it has, and how many kits that makes."""

    item: str
    available: Decimal | None
    per_kit: Decimal
    kits: Decimal | None


class Sellable(Struct, frozen=True, omit_defaults=True):
    """The answer and how it came about, for the person who asks why."""

    quantity: Decimal | None
    """Base units; None when it is not known or not counted (`tracked`)."""
    terms: tuple[Term, ...] = ()
    parts: tuple[Part, ...] = ()
    unknown: tuple[str, ...] = ()
    """Depots whose stock the ERP does not know."""
    tracked: bool = True
    """False: sold without counting."""


UNKNOWN = Sellable(None)
UNCOUNTED = Sellable(None, tracked=False)


def of_item(levels: StockLevels | None, sold: Decimal, rule: StockRule) -> Sellable:
    """A counted item. `sold` are the base units that shops have sold and the ERP has not recorded.

    An item that has moved somewhere has nothing in the depots where it has no row. The physical stock must be known; the
    other figures are zero where an ERP does not keep them."""
    if levels is None or not levels.depots:
        return UNKNOWN
    depots = [depot for depot in levels.depots if not rule.depots or depot.depot in rule.depots]
    unknown = tuple(depot.depot for depot in depots if depot.real is None)
    if unknown:
        return Sellable(None, unknown=unknown)
    terms = [_term(name, sign, depots) for name, sign in FORMULAS[rule.nature]]
    terms += [Term("sold", plain(-sold)), Term("margin", plain(-rule.margin))]
    total = sum((term.amount for term in terms), Decimal(0))
    shown = tuple(term for term in terms if term.amount or term.name == "real")
    return Sellable(plain(max(total, Decimal(0))), shown)


def of_kit(components: Sequence[Component], available: Mapping[str, Sellable]) -> Sellable:
    """As many whole kits as the scarcest component allows. Components sold without counting do not limit it."""
    parts = [
        _part(component, available.get(component.item, UNKNOWN))
        for component in components
        if component.quantity > 0 and available.get(component.item, UNKNOWN).tracked
    ]
    if not parts:
        return UNCOUNTED if components else UNKNOWN
    kits = [part.kits for part in parts]
    known = [count for count in kits if count is not None]
    # One empty component is enough to know; one unknown one is too much not to.
    if len(known) < len(kits) and Decimal(0) not in known:
        return Sellable(None, parts=tuple(parts))
    return Sellable(min(known), parts=tuple(parts))


def spread_sales(sold: Mapping[str, Decimal], kits: Mapping[str, Sequence[Component]]) -> dict[str, Decimal]:
    """Sales of kits, as sales of their components: selling one kit of four chairs takes four chairs from all who sell
    them. Kits within kits are followed; one that contains itself is taken as a plain item."""
    total: dict[str, Decimal] = {}

    def take(item: str, quantity: Decimal, inside: frozenset[str]) -> None:
        parts = kits.get(item) if item not in inside else None
        if not parts:
            total[item] = total.get(item, Decimal(0)) + quantity
            return
        for part in parts:
            take(part.item, quantity * part.quantity, inside | {item})

    for item, quantity in sold.items():
        take(item, quantity, frozenset())
    return total


def explain(sellable: Sellable) -> Message:
    """ "réel 12 + commandé 5 − réservé 3 = 14", in both languages."""
    if not sellable.tracked:
        return Message("stock.uncounted", "vendu sans compter le stock", "sold without counting stock")
    if sellable.parts:
        return _sentence("stock.kit", _parts(sellable, 0), _parts(sellable, 1), sellable)
    if sellable.quantity is None:
        depots = ", ".join(sellable.unknown)
        return Message(
            "stock.unknown",
            "stock inconnu de la gestion" + (f" (dépôt {depots})" if depots else ""),
            "stock not known by the ERP" + (f" (depot {depots})" if depots else ""),
        )
    return _sentence("stock.rule", _sum(sellable, 0), _sum(sellable, 1), sellable)


def _term(name: str, sign: int, depots: Sequence[DepotStock]) -> Term:
    total = sum((getattr(depot, name) or Decimal(0) for depot in depots), Decimal(0))
    return Term(name, plain(sign * total))


def _part(component: Component, sellable: Sellable) -> Part:
    available = sellable.quantity
    kits = None
    if available is not None:
        kits = plain((available / component.quantity).to_integral_value(ROUND_FLOOR))
    return Part(component.item, available, plain(component.quantity), kits)


def _sentence(code: str, fr: str, en: str, sellable: Sellable) -> Message:
    total = "?" if sellable.quantity is None else f"{sellable.quantity:f}"
    return Message(code, f"{fr} = {total}", f"{en} = {total}")


def _sum(sellable: Sellable, language: int) -> str:
    words = ""
    for term in sellable.terms:
        sign = " − " if term.amount < 0 else " + "
        words += (
            sign if words or term.amount < 0 else ""
        ) + f"{NAMES[term.name][language]} {abs(term.amount):f}"
    total = sum((term.amount for term in sellable.terms), Decimal(0))
    if total < 0:
        words += (" → au moins", " → at least")[language]
    return words.strip()


def _parts(sellable: Sellable, language: int) -> str:
    unknown = ("inconnu", "unknown")[language]
    shown = [
        f"{part.item} {unknown if part.available is None else f'{part.available:f}'} ÷ {part.per_kit:f}"
        for part in sellable.parts
    ]
    return "min(" + " ; ".join(shown) + ")"
