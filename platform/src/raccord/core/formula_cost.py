"""How slow a formula could get, from its text alone: what could take longer than some milliseconds on the longest texts and
lists is refused before it runs.

A step is a tenth of a microsecond or so, a character copied a tenth of a nanosecond.
"""

from collections.abc import Callable, Mapping

from msgspec import Struct

from raccord.core.formula_functions import FUNCTIONS, MACROS
from raccord.core.formula_operators import LONGEST_LIST, LONGEST_TEXT
from raccord.core.formula_text import FormulaError, Node
from raccord.core.sources import Kind
from raccord_connectors.contract import Text

MOST_STEPS = 20_000
MOST_COPIED = 20_000_000
CALL = 20
"""Steps that a function takes."""
GROWS = 20
"""How many times as long as what it is given a function's text may be: a list that is joined with long separators, a text in
which each character is replaced. Never more than the longest text."""

TOO_SLOW = Text(
    "formula.too_slow",
    "Au caractère {place}, la formule peut devenir trop lente (elle parcourt des listes dans des listes, ou assemble trop de "
    "longs textes). Simplifiez-la ou répartissez-la sur plusieurs règles.",
    "At character {place}, the formula can get too slow (it goes through lists inside lists, or puts too many long texts "
    "together). Simplify it or spread it over several rules.",
)


class Cost(Struct, frozen=True):
    steps: int
    copied: int
    size: int
    """Characters of the result, at most."""
    length: int = LONGEST_LIST
    """Parts of the result, at most, should it be a list."""


Names = Mapping[str, Cost]
"""What the names of macros stand for: one part of their list, of the size that parts have on average. The cost of a body grows
with its texts, so that the parts together cost what as many average ones do."""


def demand_quick(root: Node, kind: Callable[[Node], Kind | None]) -> None:
    """`kind` of a field; None of anything else. Raises `FormulaError`."""

    def cost(node: Node, names: Names) -> Cost:
        found = _cost(node, kind(node), names, cost)
        if found.steps > MOST_STEPS or found.copied > MOST_COPIED:
            raise FormulaError(TOO_SLOW.fill(place=node.place), node.place)
        return found

    cost(root, {})


def _cost(node: Node, kind: Kind | None, names: Names, cost: Callable[[Node, Names], Cost]) -> Cost:
    if node.kind == "name" and node.name in names:
        return names[node.name]
    if kind is not None or node.kind in ("name", "member"):
        size = 20 if kind in ("number", "truth") else LONGEST_TEXT
        return Cost(1, size, size)
    if node.kind in ("text", "value"):
        return Cost(1, 0, max(len(node.name), 20))
    if node.kind == "call" and node.method and node.name in MACROS:
        return _macro(node, names, cost)
    parts = [cost(part, names) for part in node.parts]
    steps, copied = 1 + sum(part.steps for part in parts), sum(part.copied for part in parts)
    sizes = [part.size for part in parts]
    if node.kind == "call":
        function = FUNCTIONS[node.name]
        most = {"text": LONGEST_TEXT, "list": LONGEST_TEXT, "same": max(sizes, default=20)}
        size = min(most.get(function.gives, 20), sum(sizes) * GROWS)
        return Cost(steps + CALL, copied + function.weight * sum(sizes) + size, size)
    if node.kind == "list":
        return Cost(steps, copied + sum(sizes), sum(sizes), len(parts))
    if node.kind == "choice":
        return Cost(steps, copied, max(sizes), max(part.length for part in parts))
    if node.kind == "binary" and node.name == "+":
        return Cost(steps, copied + sum(sizes), sum(sizes), sum(part.length for part in parts))
    return Cost(steps, copied + min(sizes), 20 if node.kind != "index" else max(sizes))


def _macro(node: Node, names: Names, cost: Callable[[Node, Names], Cost]) -> Cost:
    over = cost(node.parts[0], names)
    times = max(over.length, 1)
    part = Cost(1, 0, over.size // times + 1)
    body = cost(node.parts[2], {**names, node.parts[1].name: part})
    copied = over.copied + times * (body.copied + body.size)
    size = times * body.size if node.name == "map" else over.size
    return Cost(over.steps + times * (body.steps + 2), copied, size, over.length)
