"""A formula read and found good before the library sees it: what it reads and calls exists, it cannot get slow, and it works on
an example. Each refusal says at which character, and what to do."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import cel
from msgspec import Struct

from raccord.core.formula_cost import demand_quick
from raccord.core.formula_functions import FUNCTIONS, MACROS
from raccord.core.formula_text import UNEXPECTED, FormulaError, Node, parse
from raccord.core.sources import Kind, Source, find
from raccord.core.step_patterns import BadPattern, pattern
from raccord_connectors.contract import Text

MINE = "raccord_"
"""Begins the names that the library sees; a formula's own names may not."""

UNKNOWN_FIELD = Text(
    "formula.unknown_field",
    "Au caractère {place}, la formule lit « {name} », qui n’existe pas ici. Choisissez un champ de la liste, par exemple "
    "product.name ou custom.MARQUE.",
    "At character {place}, the formula reads “{name}”, which does not exist here. Choose a field of the list, for example "
    "product.name or custom.MARQUE.",
)
UNKNOWN_FUNCTION = Text(
    "formula.unknown_function",
    "Au caractère {place}, la fonction « {name} » n’existe pas. Celles qui existent : {known}.",
    "At character {place}, the function “{name}” does not exist. Those that exist: {known}.",
)
ARGUMENTS = Text(
    "formula.arguments",
    "Au caractère {place}, la fonction « {name} » reçoit {given} valeurs ; il lui en faut de {least} à {most}.",
    "At character {place}, the function “{name}” is given {given} values; it takes {least} to {most}.",
)
BAD_PATTERN = Text(
    "formula.bad_pattern",
    "Au caractère {place}, l’expression régulière doit être un texte fixe et valable : {reason}.",
    "At character {place}, the regular expression has to be a fixed and valid text: {reason}.",
)
WRONG_TYPES = Text(
    "formula.wrong_types",
    "Au caractère {place}, « {part} » mêle des valeurs de sortes différentes. Un nombre décimal s’écrit avec un point "
    "(2.0 et non 2) ; text(x) fait d’un nombre un texte, number(x) d’un texte un nombre.",
    "At character {place}, “{part}” mixes values of different kinds. A decimal number is written with a point (2.0, not 2); "
    "text(x) makes a text of a number, number(x) a number of a text.",
)
REFUSED = Text(
    "formula.refused",
    "La formule ne peut pas être utilisée : « {part} », au caractère {place}, échoue sur un exemple. Vérifiez cette partie.",
    "The formula cannot be used: “{part}”, at character {place}, fails on an example. Check that part.",
)


class _Read(Struct, frozen=True):
    """A field in the formula's text."""

    path: str
    start: int
    end: int


class Checked:
    """One formula that was read and found good, before the library sees it."""

    def __init__(self, source: str, of_offer: bool) -> None:
        self.source = source
        self.of_offer = of_offer
        self.root = parse(source)
        self.fields: dict[str, Source] = {}
        self.functions: dict[str, Callable[..., Any]] = {}
        self.with_value = False
        self._reads: list[_Read] = []
        self._calls: list[Node] = []
        self._visit(self.root, frozenset())
        demand_quick(self.root, self._kind)

    def compiled(self, names: Mapping[str, str]) -> Any:
        return _library(lambda: cel.compile(self._rewritten(self.root, names)), self.root)

    def try_out(self, names: Mapping[str, str], functions: Mapping[str, Callable[..., Any]]) -> None:
        """Runs it on an example: what mixes texts and numbers shows here, and the smallest part that fails is told. `value`
        may be of any kind, so that parts with it are tried with a text and with a number."""
        failed: list[Node] = []
        for value in ("12.5", 12.5, 12) if self.with_value else ("",):
            example = {names[path]: EXAMPLES[found.kind] for path, found in self.fields.items()}
            context = cel.Context({**example, f"{MINE}value": value}, dict(functions))
            wrong = self._failing(context, names)
            if wrong is None:
                return
            failed.append(wrong)
        part = failed[0]
        quoted = self.source[part.start : part.end][:60]
        try:
            cel.compile(self._rewritten(part, names)).execute(context)
        except TypeError:
            raise FormulaError(WRONG_TYPES.fill(place=part.place, part=quoted), part.place) from None
        except Exception:
            raise FormulaError(REFUSED.fill(place=part.place, part=quoted), part.place) from None
        raise FormulaError(WRONG_TYPES.fill(place=part.place, part=quoted), part.place)

    def _failing(self, context: Any, names: Mapping[str, str]) -> Node | None:
        try:
            cel.compile(self._rewritten(self.root, names)).execute(context)
        except Exception:
            for node in _inner_first(self.root):
                try:
                    cel.compile(self._rewritten(node, names)).execute(context)
                except Exception:
                    return node
            return self.root
        return None

    def _rewritten(self, node: Node, names: Mapping[str, str]) -> str:
        """The text of a part as the library gets it: fields as plain variables, our functions by names of their own."""
        changes = [
            (read.start, read.end, f"{MINE}value" if read.path == "value" else names[read.path])
            for read in self._reads
        ]
        changes += [(*self._name_of(call), f"{MINE}{call.name}") for call in self._calls]
        told, at = "", node.start
        for start, end, text in sorted(changes):
            if node.start <= start and end <= node.end:
                told += self.source[at:start] + text
                at = end
        return told + self.source[at : node.end]

    def _name_of(self, call: Node) -> tuple[int, int]:
        """Where the function's name stands: at the start, or behind the dot after what it is called on."""
        start = call.start
        if call.method:
            start = self.source.index(".", call.parts[0].end)
            start = self.source.index(call.name, start)
        else:
            start = self.source.index(call.name, start)
        return start, start + len(call.name)

    # ------------------------------------------------------------------------------------------------- checks

    def _visit(self, node: Node, bound: frozenset[str]) -> None:
        path = _path(node)
        if path is not None and path.partition(".")[0] not in bound:
            self._field(node, path)
        elif node.kind == "call":
            self._call(node, bound)
        elif node.kind == "member":
            raise FormulaError(UNKNOWN_FIELD.fill(place=node.place, name=node.name), node.place)
        else:
            for part in node.parts:
                self._visit(part, bound)

    def _field(self, node: Node, path: str) -> None:
        if path == "value":
            self.with_value = True
        else:
            source = find(path, self.of_offer)
            if source is None or source.kind == "other":
                raise FormulaError(UNKNOWN_FIELD.fill(place=node.place, name=path[:60]), node.place)
            self.fields[path] = source
        self._reads.append(_Read(path, node.start, node.end))

    def _call(self, node: Node, bound: frozenset[str]) -> None:
        if node.method and node.name in MACROS:
            return self._macro(node, bound)
        function = FUNCTIONS.get(node.name)
        if function is None:
            known = ", ".join(sorted({*FUNCTIONS, *MACROS}))
            raise FormulaError(
                UNKNOWN_FUNCTION.fill(place=node.place, name=node.name[:60], known=known), node.place
            )
        given = len(node.parts)
        if not function.least <= given <= function.most:
            raise FormulaError(
                ARGUMENTS.fill(
                    place=node.place, name=node.name, given=given, least=function.least, most=function.most
                ),
                node.place,
            )
        if node.name == "matches":
            _demand_pattern(node.parts[1])
        if function.work is not None:
            self.functions[f"{MINE}{node.name}"] = function.work
            self._calls.append(node)
        for part in node.parts:
            self._visit(part, bound)
        return None

    def _macro(self, node: Node, bound: frozenset[str]) -> None:
        if len(node.parts) != 3:
            raise FormulaError(
                ARGUMENTS.fill(place=node.place, name=node.name, given=len(node.parts) - 1, least=2, most=2),
                node.place,
            )
        over, name, body = node.parts
        if name.kind != "name" or name.name.startswith(MINE) or name.name in ROOTS:
            raise FormulaError(
                UNEXPECTED.fill(place=name.place, found=self.source[name.start : name.end][:20]), name.place
            )
        self._visit(over, bound)
        self._visit(body, bound | {name.name})

    def _kind(self, node: Node) -> Kind | None:
        path = _path(node)
        found = self.fields.get(path) if path is not None else None
        return found.kind if found is not None else None


ROOTS = frozenset(
    {"product", "item", "price", "stock", "tax", "custom", "value", "ean", "tiers", "categories"}
)
EXAMPLES: dict[Kind, Any] = {"text": "12.5", "number": 12.5, "truth": True, "list": ["12.5"]}


def _path(node: Node) -> str | None:
    """`product.custom.MARQUE`, also as `product.custom["MARQUE"]`."""
    if node.kind == "name":
        return node.name
    if node.kind == "member" or (node.kind == "index" and node.parts[1].kind == "text"):
        before = _path(node.parts[0])
        name = node.name if node.kind == "member" else node.parts[1].name
        return None if before is None else f"{before}.{name}"
    return None


def _demand_pattern(node: Node) -> None:
    reason = "CEL: literal"
    if node.kind == "text":
        try:
            pattern(node.name)
            return
        except BadPattern as bad:
            reason = bad.reason
    raise FormulaError(BAD_PATTERN.fill(place=node.place, reason=reason), node.place)


def _inner_first(node: Node) -> Iterator[Node]:
    """Parts that can be run alone: not those of a field's path, nor those inside a macro, where the macro's own name stands for
    something."""
    if _path(node) is not None:
        yield node
        return
    macro = node.kind == "call" and node.name in MACROS
    for part in node.parts[:1] if macro else node.parts:
        yield from _inner_first(part)
    yield node


def _library(work: Callable[[], Any], root: Node) -> Any:
    """What our own reading let pass and the library does not."""
    try:
        return work()
    except Exception as error:
        raise FormulaError(REFUSED.fill(place=root.place, part=type(error).__name__), root.place) from None
