"""A formula's tree as closures, made once, that work its value out for one record.

The values are those of CEL, but for numbers: a decimal number is a `Decimal`, exact where CEL's would be a binary one, and whole
and decimal numbers mix. Two whole numbers divide to a whole one, as in CEL.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from raccord.core import formula_operators as operators
from raccord.core.formula_functions import FUNCTIONS, MACROS
from raccord.core.formula_operators import Fails
from raccord.core.formula_text import Node, path_of
from raccord.core.formula_values import reader
from raccord.core.sources import Source

Bound = dict[str, Any]
"""What the formula's own names stand for: `value`, and the name of a macro while it goes through its list."""
Work = Callable[[Any, Bound], Any]


def closure(node: Node, fields: Mapping[str, Source]) -> Work:
    """`work(record, bound)`; raises `Fails`, whose `part` is the smallest part that has no value. `fields` by their paths."""
    return _Maker(fields).made(node, frozenset({"value"}))


class _Maker:
    def __init__(self, fields: Mapping[str, Source]) -> None:
        self._fields = fields

    def made(self, node: Node, bound: frozenset[str]) -> Work:
        path = path_of(node)
        if path is not None:
            if node.kind == "name" and path in bound:
                return lambda given, names: names[path]
            return reader(path, self._fields[path])
        match node.kind:
            case "text":
                return _constant(node.name)
            case "value":
                return _constant(_literal(node.name))
            case "call" if node.method and node.name in MACROS:
                return self._macro(node, bound)
            case "call":
                return self._call(node, bound)
            case "choice":
                return self._choice(node, bound)
            case "binary" if node.name in ("&&", "||"):
                return self._logic(node, bound)
            case "list":
                parts = [self.made(part, bound) for part in node.parts]
                return lambda given, names: [part(given, names) for part in parts]
        return self._operation(node, bound)

    def _operation(self, node: Node, bound: frozenset[str]) -> Work:
        parts = [self.made(part, bound) for part in node.parts]
        if node.kind == "unary":
            return _of_one(node, operators.UNARY[node.name], parts[0])
        work = operators.index if node.kind == "index" else operators.BINARY[node.name]
        return _of_two(node, work, parts[0], parts[1])

    def _call(self, node: Node, bound: frozenset[str]) -> Work:
        function = FUNCTIONS[node.name].work
        parts = [self.made(part, bound) for part in node.parts]
        if len(parts) == 1:
            return _of_one(node, function, parts[0])
        if len(parts) == 2:
            return _of_two(node, function, parts[0], parts[1])
        return _of_several(node, function, parts)

    def _choice(self, node: Node, bound: frozenset[str]) -> Work:
        test, yes, no = (self.made(part, bound) for part in node.parts)

        def work(given: Any, names: Bound) -> Any:
            found = test(given, names)
            if found is True:
                return yes(given, names)
            if found is False:
                return no(given, names)
            raise Fails(operators.NOT_TRUTH, part=node.parts[0])

        return work

    def _logic(self, node: Node, bound: frozenset[str]) -> Work:
        """CEL's: what one side decides stands, even where the other side has no value."""
        left, right = (self.made(part, bound) for part in node.parts)
        deciding = node.name == "||"

        def side(work: Work, part: Node, given: Any, names: Bound) -> bool:
            found = work(given, names)
            if found.__class__ is not bool:
                raise Fails(operators.NOT_TRUTH, part=part)
            return bool(found)

        def work(given: Any, names: Bound) -> bool:
            try:
                first = side(left, node.parts[0], given, names)
            except Fails:
                if side(right, node.parts[1], given, names) is deciding:
                    return deciding
                raise
            return deciding if first is deciding else side(right, node.parts[1], given, names)

        return work

    def _macro(self, node: Node, bound: frozenset[str]) -> Work:
        over = self.made(node.parts[0], bound)
        name = node.parts[1].name
        body = self.made(node.parts[2], bound | {name})
        finish = operators.MACROS[node.name]
        maps = node.name == "map"

        def work(given: Any, names: Bound) -> Any:
            parts = over(given, names)
            if parts.__class__ is not list:
                raise Fails(operators.NOT_A_LIST, part=node.parts[0])
            found = [body(given, {**names, name: part}) for part in parts]
            if not maps and any(one.__class__ is not bool for one in found):
                raise Fails(operators.NOT_TRUTH, part=node.parts[2])
            return finish(parts, found)

        return work


def _constant(value: Any) -> Work:
    return lambda given, names: value


def _of_one(node: Node, work: Callable[[Any], Any], part: Work) -> Work:
    def apply(given: Any, names: Bound) -> Any:
        try:
            return work(part(given, names))
        except (Fails, ArithmeticError) as error:
            raise _blamed(error, node) from None

    return apply


def _of_two(node: Node, work: Callable[[Any, Any], Any], left: Work, right: Work) -> Work:
    def apply(given: Any, names: Bound) -> Any:
        try:
            return work(left(given, names), right(given, names))
        except (Fails, ArithmeticError) as error:
            raise _blamed(error, node) from None

    return apply


def _of_several(node: Node, work: Callable[..., Any], parts: list[Work]) -> Work:
    def apply(given: Any, names: Bound) -> Any:
        try:
            return work(*[part(given, names) for part in parts])
        except (Fails, ArithmeticError) as error:
            raise _blamed(error, node) from None

    return apply


def _blamed(error: Fails | ArithmeticError, node: Node) -> Fails:
    """The failure, with the smallest part that it comes from. An arithmetic one is beyond what a Decimal holds."""
    if isinstance(error, ArithmeticError):
        return Fails(operators.TOO_LARGE, part=node)
    error.part = error.part or node
    return error


def _literal(told: str) -> Any:
    if told in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[told]
    digits = told.rstrip("uU")
    if digits[:2].lower() == "0x":
        return int(digits, 16)
    return int(digits) if digits.isdigit() else Decimal(digits)
