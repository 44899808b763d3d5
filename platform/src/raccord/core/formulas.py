"""Formulas in CEL: checked when they are typed, then run for each article or item with one context for all of them.

A formula reads fields by their paths (`sources`): `product.name`, `custom.MARQUE`, `item.sku`, `price.amount`, `stock.real`,
`tax.rate`, and `value`, what the steps before it made. A text that the ERP lacks is an empty text; a number that it lacks
is `null`. A formula is refused when it could get slow: it cannot loop but over lists, and its cost is known beforehand.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import cel
from msgspec import Struct

from raccord.core.formula_check import MINE, Checked
from raccord.core.formula_functions import LONGEST_TEXT
from raccord.core.formula_values import TEXT_TOO_LONG, for_cel, from_cel
from raccord.core.sources import FOR_ITEMS, Source
from raccord.core.values import Failed, Value
from raccord_connectors.contract import Text


class Formula(Struct, frozen=True, tag_field="do", tag="formula"):
    """A CEL expression: `product.brand != "" ? product.brand + " " + product.name : product.name`."""

    TITLE: ClassVar = Text("step.formula", "formule", "formula")
    expression: str


FAILS = Text(
    "formula.fails",
    "la formule échoue avec les valeurs de cet article ({reason})",
    "the formula fails with the values of this article ({reason})",
)


FAILS_EMPTY = Text(
    "formula.fails_empty",
    "la formule échoue parce que {fields} est vide pour cet article ; prévoyez ce cas, par exemple {field} == null ? 0.0 : …",
    "the formula fails because {fields} is empty for this article; provide for it, for example {field} == null ? 0.0 : …",
)


class Formulas:
    """Those of one level: of listings, or of offers. With those of the other level (`beside`) they share one context for each
    article, in which what is an item's own is renewed item by item."""

    def __init__(self, of_offer: bool, beside: "Formulas | None" = None) -> None:
        self._of_offer = of_offer
        self._names: dict[str, str] = beside._names if beside else {}
        self._of_product: list[_Variable] = beside._of_product if beside else []
        self._of_item: list[_Variable] = beside._of_item if beside else []
        self._functions: dict[str, Callable[..., Any]] = beside._functions if beside else {}

    @property
    def paths(self) -> frozenset[str]:
        """What they, and those beside, read of the record."""
        return frozenset(self._names)

    def add(self, step: Formula) -> Callable[[Value, Any], Value]:
        """What runs it, on the value so far and the sources of a record (`Sources`). Raises `FormulaError`."""
        of_offer = self._of_offer
        checked = Checked(step.expression, of_offer)
        for path, source in checked.fields.items():
            if path not in self._names:
                self._names[path] = f"{MINE}{len(self._names)}"
                of_item = path in FOR_ITEMS or path.startswith("item.")
                (self._of_item if of_item else self._of_product).append((self._names[path], path, source))
        self._functions.update(checked.functions)
        execute = checked.compiled(self._names).execute
        checked.try_out(self._names, self._functions)
        context_of, renew, with_value = self._context, self._renew, checked.with_value

        def run(value: Value, given: Any) -> Value:
            context = given.context
            if context is None:
                context = given.context = context_of(given)
                given.context_item = None
            if of_offer and given.context_item is not given.item and context.__class__ is not Failed:
                failed = renew(context, given)
                if failed is not None:
                    return failed
            if context.__class__ is Failed:
                return context
            if with_value:
                now = for_cel(value)
                if now.__class__ is Failed:
                    return now
                context.add_variable(f"{MINE}value", now)
            try:
                result = execute(context)
            except Exception as error:
                return _failed(error, checked.fields, given)
            return result if result.__class__ is str else from_cel(result)

        return run

    def _context(self, given: Any) -> Any:
        values = _values(self._of_product, given)
        return values if isinstance(values, Failed) else cel.Context(values, self._functions)

    def _renew(self, context: Any, given: Any) -> Failed | None:
        values = _values(self._of_item, given)
        if isinstance(values, Failed):
            return values
        for name, value in values.items():
            context.add_variable(name, value)
        given.context_item = given.item
        return None


_Variable = tuple[str, str, Source]
"""Its name in the library, its path, how it is read."""


def _values(variables: list[_Variable], given: Any) -> dict[str, Any] | Failed:
    values: dict[str, Any] = {}
    for name, path, source in variables:
        value = source.read(given)
        # An ASCII text is sound, and so is most of what an ERP says.
        if value.__class__ is str and len(value) <= LONGEST_TEXT and value.isascii():
            values[name] = value
            continue
        value = for_cel(value, source.kind)
        if value.__class__ is Failed:
            return Failed(TEXT_TOO_LONG, {"field": path, "limit": str(LONGEST_TEXT)})
        values[name] = value
    return values


def check(expression: str, of_offer: bool) -> frozenset[str]:
    """The paths that a formula reads. Raises `FormulaError` where it cannot be used."""
    formulas = Formulas(of_offer)
    formulas.add(Formula(expression))
    return formulas.paths


def _failed(error: Exception, fields: Mapping[str, Source], given: Any) -> Failed:
    """Most often a number that the ERP lacks; else in the words of CEL, short."""
    empty = [path for path, source in fields.items() if source.kind != "text" and source.read(given) is None]
    if empty:
        return Failed(FAILS_EMPTY, {"fields": ", ".join(empty), "field": empty[0]})
    return Failed(FAILS, {"reason": str(error).split(". ")[0].split(":")[0][:80]})
