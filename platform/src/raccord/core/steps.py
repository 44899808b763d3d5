"""The steps of a rule, as data, and what each does to a value. None of them raises on any value: a step that has no answer
answers `Failed`, and the record is held.

To add one: a struct beside its kin (`step_texts`, `step_numbers`, …), its place in `Step`, a case in `made`, and its title and
parameters in `step_catalogue`, from which the editor makes its form.
"""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from msgspec import Struct

from raccord.core import sources
from raccord.core.formula_text import FormulaError
from raccord.core.formulas import Formula, Formulas
from raccord.core.step_conditions import Default, When, default_step, when_step
from raccord.core.step_dates import FormatDate, date_step
from raccord.core.step_numbers import (
    FACTORS,
    Arithmetic,
    Convert,
    FormatNumber,
    Round,
    Tax,
    number_step,
    with_tax,
)
from raccord.core.step_patterns import BadPattern, Pattern, pattern_step
from raccord.core.step_tables import Lookup, Table, lookup_step
from raccord.core.step_texts import (
    Case,
    CleanHtml,
    Cut,
    Html,
    Join,
    Replace,
    Slug,
    Split,
    StripHtml,
    Trim,
    Words,
    text_step,
)  # fmt: skip
from raccord.core.values import Value, is_empty
from raccord_connectors.contract import Message, Text

__all__ = [
    "GATHERING", "Arithmetic", "Case", "CleanHtml", "Convert", "Cut", "Default", "First", "FormatDate", "FormatNumber",
    "Formula", "Html", "Join", "Lookup", "Made", "Pattern", "Replace", "Round", "Slug", "Split", "Step", "StepError",
    "StripHtml", "Table", "Tax", "Trim", "When", "Words", "Workshop", "made",
]  # fmt: skip


class First(Struct, frozen=True, tag_field="do", tag="first"):
    """Of several values, the first that has something. As the first step it gathers the rule's sources."""

    TITLE: ClassVar = Text("step.first", "premier non vide", "first not empty")


Step = (
    Trim | Case | Replace | Join | Split | Words | Cut | Html | CleanHtml | StripHtml | Slug | Pattern | First | Default | When
    | Lookup | Arithmetic | Round | Tax | Convert | FormatNumber | FormatDate | Formula
)  # fmt: skip

GATHERING = (First, Join)
"""Steps that, when they come first, make one value of the several that the rule reads."""


class StepError(Exception):
    """A step cannot be used as it was filled in. `parameter`: which of its fields is wrong."""

    def __init__(self, message: Message, parameter: str = "") -> None:
        super().__init__(f"{message.code}: {message.en}")
        self.message = message
        self.parameter = parameter


class Made(Struct, frozen=True):
    """A step, ready: `work(value, record)` when it is `with_record`, else `work(value)`."""

    work: Callable[..., Value]
    with_record: bool = False
    may_stop: bool = False
    """It may answer `Failed` or `NOTHING`."""

    def __call__(self, value: Value, given: Any = None) -> Value:
        return self.work(value, given) if self.with_record else self.work(value)


class Workshop:
    """What the steps of one level of a mapping (of listings, or of offers) are made with."""

    def __init__(self, tables: Mapping[str, Table], of_offer: bool) -> None:
        self.tables = tables
        self.of_offer = of_offer
        self.formulas = Formulas(of_offer)
        self.reads: set[str] = set()
        """Paths that steps read beside the rules' own sources."""

    def read(self, path: str) -> sources.Reader:
        found = sources.find(path, self.of_offer)
        if found is None:
            raise StepError(UNKNOWN_SOURCE.fill(source=path), "source")
        self.reads.add(path)
        return found.read


UNKNOWN_SOURCE = Text(
    "step.unknown_source",
    "elle lit « {source} », que la gestion n’a pas ici ; choisissez un champ de la liste",
    "it reads “{source}”, which the ERP does not have here; choose a field of the list",
)
UNKNOWN_TABLE = Text(
    "step.unknown_table",
    "la table de correspondance « {table} » n’existe pas ; choisissez-en une ou créez-la",
    "the correspondence table “{table}” does not exist; choose one or create it",
)
BAD_PATTERN = Text(
    "step.bad_pattern",
    "l’expression régulière ne peut pas être utilisée ({reason})",
    "the regular expression cannot be used ({reason})",
)
NO_DIVISION = Text("step.division_by_zero", "on ne divise pas par zéro", "nothing can be divided by zero")
UNITS_DIFFER = Text(
    "step.units_differ",
    "« {source} » et « {target} » ne sont pas des unités d’une même grandeur",
    "“{source}” and “{target}” are not units of one kind",
)


def made(step: Step, shop: Workshop) -> Made:
    """Raises `StepError` when the step cannot be used as it was filled in."""
    match step:
        case Default():
            return Made(default_step(step))
        case First():
            return Made(first_of)
        case When():
            work = when_step(step, shop.read(step.source) if step.source else None)
            return Made(
                work, with_record=True, may_stop={"hold", "skip"} & {step.then, step.otherwise} != set()
            )
        case Lookup(table=name):
            if name not in shop.tables:
                raise StepError(UNKNOWN_TABLE.fill(table=name), "table")
            return Made(lookup_step(step, shop.tables[name]), may_stop=step.otherwise in ("hold", "skip"))
        case Pattern():
            try:
                return Made(pattern_step(step), may_stop=step.action == "replace")
            except BadPattern as bad:
                raise StepError(BAD_PATTERN.fill(reason=bad.reason), "find") from None
        case Formula():
            return _formula(step, shop)
        case Tax():
            return Made(
                lambda value, given: with_tax(step, value, given.tax_rate), with_record=True, may_stop=True
            )
        case FormatDate():
            return Made(date_step(step), may_stop=True)
        case Arithmetic() | Round() | Convert() | FormatNumber():
            _check_number_step(step)
            return Made(number_step(step), may_stop=True)
        case _:
            return Made(text_step(step), may_stop=isinstance(step, CleanHtml | StripHtml))


def _formula(step: Formula, shop: Workshop) -> Made:
    try:
        return Made(shop.formulas.add(step), with_record=True, may_stop=True)
    except FormulaError as error:
        raise StepError(error.message, "expression") from None


def _check_number_step(step: Arithmetic | Round | Convert | FormatNumber) -> None:
    if isinstance(step, Arithmetic) and step.operation == "divide" and step.number == 0:
        raise StepError(NO_DIVISION.fill(), "number")
    if isinstance(step, Convert):
        kinds = [FACTORS[unit][0] if unit in FACTORS else unit for unit in (step.from_, step.to)]
        if kinds[0] != kinds[1] or step.to not in FACTORS:
            raise StepError(UNITS_DIFFER.fill(source=step.from_, target=step.to), "to")


def first_of(value: Value) -> Value:
    if isinstance(value, list):
        return next((part for part in value if not is_empty(part)), None)
    return value
