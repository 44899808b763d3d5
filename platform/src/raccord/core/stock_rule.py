"""How much of an item a shop may sell: the merchant's rule over the ERP's stock, less what shops have sold and the ERP has
not recorded yet. Unknown is not zero: what cannot be known is not pushed.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import get_args

from msgspec import Struct

from raccord.core.channel import Figure, StockRule
from raccord.core.formulas import Formula, Formulas
from raccord.core.sources import STOCK, Sources
from raccord.core.stock_words import figure_of, sentence
from raccord.core.values import Failed, number
from raccord_connectors.canonical import Component, DepotStock, Product, StockLevels, plain
from raccord_connectors.contract import Message, Text

ZERO = Decimal(0)
Signs = tuple[tuple[str, int], ...]
FORMULAS: dict[str, Signs] = {
    "real": (("real", 1),),
    "available": (("real", 1), ("preparing", -1), ("in_control", -1)),
    "forward": (("real", 1), ("ordered", 1), ("reserved", -1), ("preparing", -1)),
    "prudent": (("real", 1), ("reserved", -1), ("preparing", -1), ("in_control", -1)),
}
"""Signs of the ERP's figures for each nature of stock. Computed for each depot, then summed."""

NOT_STOCK = Text(
    "stock_rule.not_stock",
    "La formule du stock lit « {path} » : elle ne peut lire que stock.real, stock.ordered, stock.reserved, stock.preparing "
    "et stock.in_control.",
    "The stock formula reads “{path}”: it can read stock.real, stock.ordered, stock.reserved, stock.preparing and "
    "stock.in_control only.",
)
NO_FIGURE = Text(
    "stock_rule.no_figure",
    "La formule du stock doit donner un nombre, par exemple stock.real - stock.reserved.",
    "The stock formula has to give a number, for example stock.real - stock.reserved.",
)
NO_TERMS = Text(
    "stock_rule.no_terms",
    "Le calcul du stock n’additionne rien : choisissez au moins un chiffre en plus, par exemple le stock réel.",
    "The stock sum adds nothing up: choose at least one figure with a plus, for example the stock on hand.",
)


class StockRuleError(Exception):
    """The rule cannot be used; `field` of `StockRule` says where."""

    def __init__(self, message: Message, field: str) -> None:
        super().__init__(f"{message.code}: {message.en}")
        self.message = message
        self.field = field


class Term(Struct, frozen=True):
    """One step of the sum, with its sign. `name` is a figure of the ERP, or a step: formula, empty_depots, sold, margin,
    maximum, packs (`stock_words.figure_of` names them)."""

    name: str
    amount: Decimal

    @property
    def title(self) -> Text:
        return figure_of(self.name)


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
    """They add up to the quantity, or to less than zero where it is zero; of a kit, what was taken off the `parts`."""
    parts: tuple[Part, ...] = ()
    unknown: tuple[str, ...] = ()
    """Depots whose stock the ERP does not know."""
    tracked: bool = True
    """False: sold without counting."""
    failure: Message | None = None
    """Why the merchant's formula gave no quantity."""
    sold_here: bool = True
    """False: the rule keeps articles of this kind out of the shop."""


UNKNOWN = Sellable(None)
UNCOUNTED = Sellable(None, tracked=False)
NOT_SOLD = Sellable(None, tracked=False, sold_here=False)


class StockSum:
    """A rule ready to be applied to many items."""

    def __init__(self, rule: StockRule) -> None:
        """Raises `StockRuleError`; `FormulaError` when the formula cannot be used."""
        self.rule = rule
        self._formula = _formula(rule.formula) if rule.nature == "formula" else None
        self._signs: Signs = FORMULAS.get(rule.nature, ())
        if rule.nature == "terms":
            self._signs = tuple(
                (name, 1 if rule.terms[name] == "plus" else -1)
                for name in get_args(Figure)
                if name in rule.terms
            )
            if not any(sign > 0 for _, sign in self._signs):
                raise StockRuleError(NO_TERMS.fill(), "terms")

    def counts_reserved(self) -> bool:
        """Whether a customer order lowers the result as soon as the ERP has it, before anything is delivered."""
        free = self._sum(_probe("0"))
        taken = self._sum(_probe("1"))
        return free is not None and taken is not None and taken < free

    def of_item(self, levels: StockLevels | None, sold: Decimal, pack: Decimal | None = None) -> Sellable:
        """A counted item. `sold` are the base units that shops have sold and the ERP has not recorded; `pack` those of its
        packaging.

        An item that has moved somewhere has nothing in the depots where it has no row. The physical stock must be known; the
        other figures are zero where an ERP does not keep them."""
        if levels is None or not levels.depots:
            return UNKNOWN
        depots = [row for row in levels.depots if not self.rule.depots or row.depot in self.rule.depots]
        unknown = tuple(row.depot for row in depots if row.real is None)
        if unknown:
            return Sellable(None, unknown=unknown)
        terms = self._terms(depots)
        if isinstance(terms, Message):
            return Sellable(None, failure=terms)
        terms.append(Term("sold", plain(-sold)))
        return _kept_back(terms, self.rule, pack)

    def _terms(self, depots: Sequence[DepotStock]) -> list[Term] | Message:
        if self._formula is not None:
            figures = {name: _figure(name, depots) for name in STOCK}
            result = self._formula(figures)
            return result if isinstance(result, Message) else [Term("formula", result)]
        terms = [Term(name, plain(sign * _figure(name, depots))) for name, sign in self._signs]
        if self.rule.empty_depots:
            sums = [sum((sign * _figure(name, [row]) for name, sign in self._signs), ZERO) for row in depots]
            terms.append(Term("empty_depots", plain(-sum((one for one in sums if one < 0), ZERO))))
        return terms

    def _sum(self, depot: DepotStock) -> Decimal | None:
        terms = self._terms([depot])
        return None if isinstance(terms, Message) else sum((term.amount for term in terms), ZERO)


def of_item(
    levels: StockLevels | None, sold: Decimal, rule: StockRule, pack: Decimal | None = None
) -> Sellable:
    """For one item; whoever asks for many keeps the `StockSum`."""
    return StockSum(rule).of_item(levels, sold, pack)


def pack_of(product: Product | None) -> Decimal | None:
    """Base units of the packaging that an article is sold by: its principal one, else its smallest."""
    packs = [pack for pack in product.packagings if pack.quantity > 0] if product is not None else []
    principal = [pack for pack in packs if pack.principal]
    return min((pack.quantity for pack in principal or packs), default=None)


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
    if len(known) < len(kits) and ZERO not in known:
        return Sellable(None, parts=tuple(parts))
    return Sellable(min(known), parts=tuple(parts))


def limited_kit(kit: Sellable, rule: StockRule) -> Sellable:
    """A kit keeps no margin of its own, its components have theirs; the most that the shop shows holds for it too."""
    if kit.quantity is None or rule.maximum is None or kit.quantity <= rule.maximum:
        return kit
    return Sellable(plain(rule.maximum), (Term("maximum", plain(rule.maximum - kit.quantity)),), kit.parts)


def spread_sales(sold: Mapping[str, Decimal], kits: Mapping[str, Sequence[Component]]) -> dict[str, Decimal]:
    """Sales of kits, as sales of their components: selling one kit of four chairs takes four chairs from all who sell
    them. Kits within kits are followed; one that contains itself is taken as a plain item."""
    total: dict[str, Decimal] = {}

    def take(item: str, quantity: Decimal, inside: frozenset[str]) -> None:
        parts = kits.get(item) if item not in inside else None
        if not parts:
            total[item] = total.get(item, ZERO) + quantity
            return
        for part in parts:
            take(part.item, quantity * part.quantity, inside | {item})

    for item, quantity in sold.items():
        take(item, quantity, frozenset())
    return total


def explain(sellable: Sellable) -> Message:
    """ "réel 12 + commandé 5 − réservé 3 = 14", in both languages."""
    return sentence(sellable)


# --------------------------------------------------------------------------------------------------- steps


def _kept_back(terms: list[Term], rule: StockRule, pack: Decimal | None) -> Sellable:
    """Each step as a term of its own, so that the terms add up to what is shown."""
    total = sum((term.amount for term in terms), ZERO)

    def step(name: str, amount: Decimal) -> None:
        nonlocal total
        terms.append(Term(name, plain(amount)))
        total += amount

    step("margin", -_margin(total, rule))
    if rule.maximum is not None and total > rule.maximum:
        step("maximum", rule.maximum - total)
    if rule.whole_packs and pack is not None and total > 0:
        step("packs", (total / pack).to_integral_value(ROUND_FLOOR) * pack - total)
    shown = tuple(term for term in terms if term.amount or term.name == "real")
    return Sellable(plain(max(total, ZERO)), shown or (Term("real", ZERO),))


def _margin(total: Decimal, rule: StockRule) -> Decimal:
    """Where pieces are counted, whole pieces are kept back; of kilos, grams."""
    share = max(total, ZERO) * rule.margin_percent / 100
    unit = Decimal(1) if total == total.to_integral_value() else Decimal("0.001")
    return max(rule.margin, share.quantize(unit, ROUND_CEILING))


def _figure(name: str, depots: Sequence[DepotStock]) -> Decimal:
    return sum((getattr(depot, name) or ZERO for depot in depots), ZERO)


def _part(component: Component, sellable: Sellable) -> Part:
    available = sellable.quantity
    kits = None
    if available is not None:
        kits = plain((available / component.quantity).to_integral_value(ROUND_FLOOR))
    return Part(component.item, available, plain(component.quantity), kits)


def _formula(expression: str) -> Callable[[Mapping[str, Decimal]], Decimal | Message]:
    formulas = Formulas(of_offer=True)
    run = formulas.add(Formula(expression))
    for path in sorted(formulas.paths):
        if not path.startswith("stock."):
            raise StockRuleError(NOT_STOCK.fill(path=path[:60]), "formula")

    def work(figures: Mapping[str, Decimal]) -> Decimal | Message:
        given = Sources()
        given.stock = figures
        result = run(None, given)
        if isinstance(result, Failed):
            return result.reason
        found = number(result) if not isinstance(result, str) else None
        return NO_FIGURE.fill() if found is None else plain(found)

    tried = work(dict.fromkeys(STOCK, Decimal(10)))
    if isinstance(tried, Message):
        raise StockRuleError(tried, "formula")
    return work


def _probe(reserved: str) -> DepotStock:
    figures = {"ordered": Decimal(50), "preparing": ZERO, "in_control": ZERO}
    return DepotStock(depot="", real=Decimal(100), reserved=Decimal(reserved), **figures)
