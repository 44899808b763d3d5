"""A formula read and found good before it runs: it is CEL, what it reads and calls exists, it cannot get slow, and it works on an
example. Each refusal says at which character, and what to do."""

from decimal import Decimal
from typing import Any

import cel

from raccord.core.formula_cost import demand_quick
from raccord.core.formula_functions import FUNCTIONS, MACROS
from raccord.core.formula_operators import OF_KINDS, Fails
from raccord.core.formula_run import closure
from raccord.core.formula_text import UNEXPECTED, FormulaError, Node, parse, path_of
from raccord.core.sources import Kind, Source, find
from raccord.core.step_patterns import BadPattern, pattern
from raccord_connectors.contract import Message, Text

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
    "Au caractère {place}, l’expression régulière n’est pas valable : {reason}.",
    "At character {place}, the regular expression is not valid: {reason}.",
)
FREE_PATTERN = Text(
    "formula.free_pattern",
    "Au caractère {place}, l’expression régulière doit être un texte entre guillemets, pas la valeur d’un champ.",
    "At character {place}, the regular expression has to be a text in quotation marks, not a field’s value.",
)
WRONG_TYPES = Text(
    "formula.wrong_types",
    "Au caractère {place}, « {part} » mêle des valeurs de sortes différentes : text(x) fait d’un nombre un texte, number(x) "
    "d’un texte un nombre, et une condition donne vrai ou faux.",
    "At character {place}, “{part}” mixes values of different kinds: text(x) makes a text of a number, number(x) a number of a "
    "text, and a condition is true or false.",
)
NO_CEL = Text(
    "formula.no_cel",
    "La formule n’est pas du CEL valable. Vérifiez les guillemets et les mots réservés (if, for, as…).",
    "The formula is not valid CEL. Check the quotation marks and the reserved words (if, for, as…).",
)
REFUSED = Text(
    "formula.refused",
    "« {part} », au caractère {place}, échoue toujours : {why}.",
    "“{part}”, at character {place}, always fails: {why}.",
)


class Checked:
    """One formula that was found good. `fields`: what it reads of a record, by path."""

    def __init__(self, source: str, of_offer: bool) -> None:
        self.source = source
        self.of_offer = of_offer
        self.root = parse(source)
        self.fields: dict[str, Source] = {}
        self.with_value = False
        self._visit(self.root, frozenset())
        demand_quick(self.root, self._kind)
        _demand_cel(source)
        self._try_out()

    def _try_out(self) -> None:
        """Runs it on an example: what mixes texts and numbers shows here, and the smallest part that fails is told. `value`
        may be of any kind, so that a formula with it passes when one kind does. What only this example fails on (a list that
        is too short) is left to the records, unless the formula reads none of them."""
        program = closure(self.root, {path: _example(found.kind) for path, found in self.fields.items()})
        wrong: Fails | None = None
        for value in ("12.5", Decimal("12.5"), ["12.5"]) if self.with_value else ("",):
            try:
                program(None, {"value": value})
                return
            except Fails as fails:
                wrong = wrong or fails
        assert wrong is not None
        part = wrong.part or self.root
        told = {"place": part.place, "part": self.source[part.start : part.end][:60]}
        if wrong.why in OF_KINDS:
            raise FormulaError(WRONG_TYPES.fill(**told), part.place)
        if not self.fields and not self.with_value:
            why = wrong.failed.reason
            fr, en = REFUSED.fill(**told, why=why.fr).fr, REFUSED.fill(**told, why=why.en).en
            raise FormulaError(Message(REFUSED.code, fr, en), part.place)

    # ------------------------------------------------------------------------------------------------- checks

    def _visit(self, node: Node, bound: frozenset[str]) -> None:
        path = path_of(node)
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
        if name.kind != "name" or name.name in ROOTS:
            raise FormulaError(
                UNEXPECTED.fill(place=name.place, found=self.source[name.start : name.end][:20]), name.place
            )
        self._visit(over, bound)
        self._visit(body, bound | {name.name})

    def _kind(self, node: Node) -> Kind | None:
        path = path_of(node)
        found = self.fields.get(path) if path is not None else None
        return found.kind if found is not None else None


ROOTS = frozenset(
    {"product", "item", "price", "stock", "tax", "custom", "value", "ean", "tiers", "categories"}
)
EXAMPLES: dict[Kind, Any] = {"text": "12.5", "number": Decimal("12.5"), "truth": True, "list": ["12.5"]}


def _demand_pattern(node: Node) -> None:
    if node.kind != "text":
        raise FormulaError(FREE_PATTERN.fill(place=node.place), node.place)
    try:
        pattern(node.name)
    except BadPattern as bad:
        raise FormulaError(BAD_PATTERN.fill(place=node.place, reason=bad.reason), node.place) from None


def _demand_cel(source: str) -> None:
    """The library has the last word on what CEL is, so that what a merchant types here works elsewhere too."""
    try:
        cel.compile(source)
    except Exception:
        raise FormulaError(NO_CEL.fill(), 1) from None


def _example(kind: Kind) -> Source:
    value = EXAMPLES[kind]
    return Source(lambda given: value, kind)
