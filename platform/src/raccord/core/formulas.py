"""Formulas in CEL: checked when they are typed, made into closures once, then run for each article or item.

A formula reads fields by their paths (`sources`): `product.name`, `custom.MARQUE`, `item.sku`, `price.amount`, `stock.real`,
`tax.rate`, and `value`, what the steps before it made. A text that the ERP lacks is an empty text; a number that it lacks
is `null`. A formula is refused when it could get slow: it cannot loop but over lists, and its cost is known beforehand.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from msgspec import Struct

from raccord.core.formula_check import Checked
from raccord.core.formula_operators import OF_KINDS, Fails
from raccord.core.formula_run import closure
from raccord.core.formula_values import into, out
from raccord.core.sources import Source
from raccord.core.values import Failed, Value
from raccord_connectors.contract import Text


class Formula(Struct, frozen=True, tag_field="do", tag="formula"):
    """A CEL expression: `product.brand != "" ? product.brand + " " + product.name : product.name`."""

    TITLE: ClassVar = Text("step.formula", "formule", "formula")
    expression: str


EMPTY = Text(
    "formula.empty_field",
    "{fields} est vide pour cet article, et la formule ne le prévoit pas ; ajoutez par exemple {field} == null ? 0 : …",
    "{fields} is empty for this article, and the formula does not provide for it; add for example {field} == null ? 0 : …",
)


class Formulas:
    """Those of one level: of listings, or of offers."""

    def __init__(self, of_offer: bool) -> None:
        self._of_offer = of_offer
        self._fields: dict[str, dict[str, Source]] = {}

    @property
    def paths(self) -> frozenset[str]:
        """What they read of the record."""
        return frozenset(path for fields in self._fields.values() for path in fields)

    def fields(self, step: Formula) -> Mapping[str, Source]:
        """What one of them reads, by path."""
        return self._fields[step.expression]

    def add(self, step: Formula) -> Callable[[Value, Any], Value]:
        """What runs it, on the value so far and the sources of a record (`Sources`). Raises `FormulaError`."""
        checked = Checked(step.expression, self._of_offer)
        fields = self._fields[step.expression] = checked.fields
        program, with_value = closure(checked.root, fields), checked.with_value

        def run(value: Value, given: Any) -> Value:
            try:
                result = program(given, {"value": into(value, "value")} if with_value else NO_NAMES)
            except Fails as fails:
                return _explained(fails.failed, fields, given)
            return result if result.__class__ is str else out(result)

        return run


NO_NAMES: dict[str, Any] = {}


def check(expression: str, of_offer: bool) -> frozenset[str]:
    """The paths that a formula reads. Raises `FormulaError` where it cannot be used."""
    formulas = Formulas(of_offer)
    formulas.add(Formula(expression))
    return formulas.paths


def _explained(failed: Failed, fields: Mapping[str, Source], given: Any) -> Failed:
    """Most often, a number that the ERP lacks is the reason."""
    empty = [path for path, source in fields.items() if source.kind != "text" and source.read(given) is None]
    if not empty or failed.why not in OF_KINDS:
        return failed
    return Failed(EMPTY, {"fields": ", ".join(empty), "field": empty[0]})
