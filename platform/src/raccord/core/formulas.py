"""Formulas in CEL: checked when they are typed, then run for each article or item with one context for all of them.

A formula reads fields by their paths (`sources`): `product.name`, `custom.MARQUE`, `item.sku`, `price.amount`, `stock.real`,
`tax.rate`, and `value`, what the steps before it made. A text that the ERP lacks is an empty text; a number that it lacks
is `null`. A formula is refused when it could get slow: it cannot loop but over lists, and its cost is known beforehand.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar

import cel
from msgspec import Struct

from raccord.core.formula_cost import demand_quick
from raccord.core.formula_functions import FUNCTIONS, LONGEST_LIST, LONGEST_TEXT, MACROS, exact
from raccord.core.formula_text import UNEXPECTED, FormulaError, Node, parse
from raccord.core.sources import Kind, Source, find
from raccord.core.step_patterns import BadPattern, pattern
from raccord.core.values import Failed, Value, sound
from raccord_connectors.canonical import OfferPrice, plain
from raccord_connectors.contract import Text

MINE = "raccord_"
"""Begins the names that the library sees; a formula's own names may not."""


class Formula(Struct, frozen=True, tag_field="do", tag="formula"):
    """A CEL expression: `product.brand != "" ? product.brand + " " + product.name : product.name`."""

    TITLE: ClassVar = Text("step.formula", "formule", "formula")
    expression: str


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
FAILS = Text(
    "formula.fails",
    "la formule échoue avec les valeurs de cet article ({reason})",
    "the formula fails with the values of this article ({reason})",
)
TEXT_TOO_LONG = Text(
    "formula.text_too_long",
    "« {field} » a plus de {limit} caractères, ou de 100 parties : trop pour une formule",
    "“{field}” has more than {limit} characters, or than 100 parts: too much for a formula",
)
NO_VALUE = Text(
    "formula.no_value",
    "la formule donne un résultat qu’un champ ne peut pas contenir ({kind})",
    "the formula gives a result that no field can hold ({kind})",
)


class _Read(Struct, frozen=True):
    """A field in the formula's text."""

    path: str
    start: int
    end: int


class Formulas:
    """Those of one level of a mapping: of listings, or of offers. They share one context per article or item."""

    def __init__(self, of_offer: bool) -> None:
        self._of_offer = of_offer
        self._names: dict[str, str] = {}
        self._readers: list[tuple[str, str, Source]] = []
        self._functions: dict[str, Callable[..., Any]] = {}

    @property
    def paths(self) -> frozenset[str]:
        """What they read of the record."""
        return frozenset(self._names)

    def add(self, step: Formula) -> Callable[[Value, Any], Value]:
        """Raises `FormulaError`."""
        checked = _Checked(step.expression, self._of_offer)
        for path, source in checked.fields.items():
            if path not in self._names:
                self._names[path] = f"{MINE}{len(self._names)}"
                self._readers.append((self._names[path], path, source))
        self._functions.update(checked.functions)
        program = checked.compiled(self._names)
        checked.try_out(self._names, self._functions)
        execute, context_of, with_value = program.execute, self._context, checked.with_value

        def run(value: Value, given: Any) -> Value:
            context = given.context
            if context is None:
                context = given.context = context_of(given)
            if context.__class__ is Failed:
                return context
            if with_value:
                now = _for_cel(value)
                if now.__class__ is Failed:
                    return now
                context.add_variable(f"{MINE}value", now)
            try:
                result = execute(context)
            except Exception as error:
                return Failed(FAILS, {"reason": _reason(error)})
            return result if result.__class__ is str else _from_cel(result)

        return run

    def _context(self, given: Any) -> Any:
        values: dict[str, Any] = {}
        for name, path, source in self._readers:
            value = source.read(given)
            if value.__class__ is str and len(value) <= LONGEST_TEXT:
                values[name] = value
                continue
            value = _for_cel(value, source.kind)
            if value.__class__ is Failed:
                return Failed(TEXT_TOO_LONG, {"field": path, "limit": str(LONGEST_TEXT)})
            values[name] = value
        try:
            return cel.Context(values, self._functions)
        except ValueError:  # half a character
            return cel.Context({name: _sound(value) for name, value in values.items()}, self._functions)


class _Checked:
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
    """Parts that can be run alone: not those inside a macro, where the macro's own name stands for something."""
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


# ------------------------------------------------------------------------------------------------------ values


def _for_cel(value: Value, kind: Kind = "other") -> Any:
    if isinstance(value, str):
        return sound(value) if len(value) <= LONGEST_TEXT else Failed(TEXT_TOO_LONG, _LIMIT)
    if value is None:
        return "" if kind == "text" else [] if kind == "list" else None
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else float(value)
    if isinstance(value, OfferPrice):
        return float(value.amount)
    if isinstance(value, list) and len(value) <= LONGEST_LIST:
        parts = [_for_cel(part) for part in value]
        if sum(len(part) for part in parts if isinstance(part, str)) <= LONGEST_TEXT:
            return next((part for part in parts if isinstance(part, Failed)), parts)
    return Failed(TEXT_TOO_LONG, _LIMIT)


_LIMIT = {"field": "value", "limit": str(LONGEST_TEXT)}


def _from_cel(result: Any) -> Value:
    if result is None or isinstance(result, str | bool):
        return result
    if isinstance(result, int | float):
        found = exact(result)
        return Failed(NO_VALUE, {"kind": "∞"}) if found is None else plain(found)
    if isinstance(result, list):
        parts = [_from_cel(part) for part in result]
        return next((part for part in parts if isinstance(part, Failed)), parts)
    return Failed(NO_VALUE, {"kind": type(result).__name__})


def _sound(value: Any) -> Any:
    if isinstance(value, list):
        return [_sound(part) for part in value]
    return sound(value) if isinstance(value, str) else value


def _reason(error: Exception) -> str:
    """In the words of CEL, short."""
    return str(error).split(". ")[0].split(":")[0][:80]
