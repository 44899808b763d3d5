"""Formulas: what they give, what is refused when it is typed, and that the CEL library gives the same."""

from decimal import Decimal
from typing import Any

import cel
import pytest
from hypothesis import given
from hypothesis import strategies as st

from raccord.core.formula_text import FormulaError
from raccord.core.formulas import Formula, Formulas, check
from raccord.core.sources import Sources
from raccord.core.values import Failed
from support.catalogue import product, words


def record(**fields: Any) -> Sources:
    given = Sources()
    given.product = given.item = product(**fields)
    given.stock = {"real": Decimal(12)}
    given.tax_rate = Decimal(20)
    return given


def worked_out(expression: str, value: Any = None, **fields: Any) -> Any:
    return Formulas(of_offer=True).add(Formula(expression))(value, record(**fields))


def refused(expression: str) -> FormulaError:
    with pytest.raises(FormulaError) as error:
        check(expression, of_offer=False)
    return error.value


# ------------------------------------------------------------------------------------------------- they work


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('product.brand != "" ? product.brand + " " + product.name : product.name', "Duval Chaise"),
        ("custom.MARQUE", "Acme"),
        ('product.custom["Ma matière"]', "hêtre"),
        ("product.weight_g / 1000", Decimal("4.2")),
        ("tax.rate + 0.1 + 0.2", Decimal("20.3")),
        ('stock.real > 10 ? "En stock" : "Sur commande"', "En stock"),
        ('text(round(product.weight_g / 1000, 1)) + " kg"', "4.2 kg"),
        ('number("1 234,50") * 2', Decimal(2469)),
        ('number("douze")', None),
        ('first(custom.VIDE, product.brand, "?")', "Duval"),
        ('split("a;b;c", ";").map(x, upper(x))', ["A", "B", "C"]),
        ('split("a;b;c", ";").filter(x, x != "b")', ["a", "c"]),
        ('split("a;b", ";").exists(x, x == "b") && !split("a;b", ";").all(x, x == "b")', True),
        ('product.name.matches("^Ch") ? substring(product.name, 0, 2) : ""', "Ch"),
        ('join([slug("L’été"), cut("une chaise haute", 12)], " | ")', "l-ete | une chaise…"),
        ("7 / 2", Decimal(3)),
        ("7 / 2.0", Decimal("3.5")),
        ("-7 % 3", Decimal(-1)),
        ("max(product.weight_g, 5000, 1.5)", Decimal(5000)),
        ("1.0 / 3.0", Decimal("0.333333")),
        ("size(product.name) > 60", False),
        ("product.dimensions_mm.length == null", True),
    ],
)
def test_a_formula_gives(expression: str, expected: Any) -> None:
    fields = {"name": "Chaise", "brand": "Duval", "weight_g": Decimal(4200)}
    found = worked_out(expression, custom={"MARQUE": "Acme", "Ma matière": "hêtre"}, **fields)
    assert expected == found
    assert type(expected) is type(found)


def test_a_formula_goes_on_from_what_the_steps_before_it_made() -> None:
    assert "a!" == worked_out('value + "!"', "a")
    assert Decimal(3) == worked_out("value * 2", Decimal("1.5"))


def test_money_is_exact_where_binary_numbers_are_not() -> None:
    assert worked_out("0.1 + 0.2 == 0.3")
    assert Decimal("1.1") == worked_out("1.1 * 1")


def test_a_formula_says_what_it_reads() -> None:
    expression = 'product.name + custom.MARQUE + (stock.real > 0 ? "x" : "") + product.custom["A b"]'
    assert {"product.name", "custom.MARQUE", "stock.real", "product.custom.A b"} == check(
        expression, of_offer=True
    )


# --------------------------------------------------------------------------------------- they hold a record


def test_a_number_that_the_erp_lacks_holds_the_record_with_the_fields_name() -> None:
    held = worked_out("product.weight_g * 2")
    assert isinstance(held, Failed)
    assert "product.weight_g est vide" in held.reason.fr
    assert Decimal(0) == worked_out("product.weight_g == null ? 0 : product.weight_g * 2")


def test_a_field_may_be_called_and_hold_anything() -> None:
    custom = {"{a}": "{b}"}
    assert "{b}!" == worked_out('product.custom["{a}"] + "!"', custom=custom)
    held = worked_out('int(product.custom["{a}"])', custom=custom)
    assert isinstance(held, Failed)
    assert "« {b} » n’est pas un nombre" in held.reason.fr


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("100 / product.weight_g", "formula.by_zero"),
        ('split(product.name, "-")[3]', "formula.not_there"),
        ("int(product.name)", "formula.no_number"),
        ("product.weight_g + 999999999999999", "formula.too_large"),
        ("value + 1", "formula.mixes"),
    ],
)
def test_what_has_no_value_for_a_record_is_a_failure_and_not_an_error(expression: str, code: str) -> None:
    weight = Decimal(0 if "/" in expression else 999999999999999)
    held = worked_out(expression, "texte", weight_g=weight)
    assert isinstance(held, Failed)
    assert code == held.reason.code


def test_a_text_too_long_for_a_formula_is_said_with_its_field() -> None:
    held = worked_out('product.description + "."', description="x" * 20_001)
    assert isinstance(held, Failed)
    assert "product.description" in held.reason.fr


# ------------------------------------------------------------------------------------- they are refused typed


@pytest.mark.parametrize(
    ("expression", "code", "place"),
    [
        ("product.nom", "formula.unknown_field", 1),
        ('"a" + item.sku', "formula.unknown_field", 7),
        ("product.__class__", "formula.unknown_field", 1),
        ("(1).__class__.__bases__", "formula.unknown_field", 1),
        ("product", "formula.unknown_field", 1),
        ("product.names", "formula.unknown_field", 1),
        ("raccord_0", "formula.unknown_field", 1),
        ('__import__("os")', "formula.unknown_function", 1),
        ('size("a") + exec("x")', "formula.unknown_function", 13),
        ("has(product.name)", "formula.unknown_function", 1),
        ("cut(product.name)", "formula.arguments", 1),
        ("[1].map(product, 1)", "formula.unexpected", 9),
        ("1 +", "formula.ends", 4),
        ("1 ++ 1", "formula.unexpected", 4),
        ("“a”", "formula.unexpected", 1),
        ('product.name + 1', "formula.wrong_types", 1),
        ('"a" == "b" || product.name', "formula.wrong_types", 15),
        ("1 / 0", "formula.refused", 1),
        ('matches(product.name, "(")', "formula.bad_pattern", 23),
        ("matches(product.name, product.brand)", "formula.free_pattern", 23),
        ('"\\ud800"', "formula.no_cel", 1),
    ],
)  # fmt: skip
def test_a_wrong_formula_is_refused_when_typed_with_the_place(expression: str, code: str, place: int) -> None:
    error = refused(expression)
    assert (code, place) == (error.message.code, error.place)
    assert error.message.fr != error.message.en


HOSTILE = {
    "huge": "1+" * 5_000 + "1",
    "a long chain": '"a"' + ' + "a"' * 200,
    "deep brackets": "(" * 500 + "1" + ")" * 500,
    "deep lists": "[" * 300 + "1" + "]" * 300,
    "deep negation": "!" * 400 + "true",
    "deep indexes": "[1]" + "[0]" * 400,
    "deep choices": "true ? 1 : " * 100 + "1",
    "loops inside loops": 'split(custom.A, "a").map(x, split(custom.A, "a").map(y, split(custom.A, "a").map(z, x + y + z)))',
    "attributes": "product.__class__.__mro__[1].__subclasses__()",
    "a function's attributes": 'size.__globals__["os"]',
    "a template": "${7*7}",
    "a statement": "import os; os.system('id')",
    "no text": "",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_formula_is_refused_with_a_sentence(name: str) -> None:
    sentence = refused(HOSTILE[name]).message
    assert len(sentence.fr) > 40
    assert len(sentence.fr) < 400


def test_a_regular_expression_cannot_run_away() -> None:
    bomb = 'custom.A.matches("(a*)*(a*)*(a*)*(a|a)*b") ? 1 : 0'
    assert Decimal(0) == worked_out(bomb, custom={"A": "a" * 19_000})


@given(st.text(max_size=200))
def test_any_text_is_a_formula_or_is_refused_at_a_place_inside_it(expression: str) -> None:
    place = 1
    try:
        check(expression, of_offer=True)
    except FormulaError as error:
        place = error.place
    assert 1 <= place <= len(expression) + 1


def test_a_text_that_grows_ends_before_the_memory_does() -> None:
    held = worked_out("product.description + product.description", description="a" * 15_000)
    assert isinstance(held, Failed)
    assert "20000" in held.reason.fr


# --------------------------------------------------------------------------------- the library gives the same

OURS = {"S_": "custom.S", "T_": "custom.T", "N_": "number(custom.N)", "M_": "number(custom.M)"}
NUMBERS = st.sampled_from(["0.5", "2.0", "-1.25", "N_", "M_"])
TEXTS = st.sampled_from(['""', '"a"', '"été b"', "S_", "T_"])


def _numbers(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = st.sampled_from(["+", "-", "*"])
    return st.builds("({} {} {})".format, inner, operators, inner) | st.builds("-({})".format, inner)


def _texts(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds("({} + {})".format, inner, inner)


numbers = st.recursive(NUMBERS, _numbers, max_leaves=6)
texts = st.recursive(TEXTS, _texts, max_leaves=5)
compared = st.builds(
    "({} {} {})".format, numbers, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), numbers
) | st.builds("({} {} {})".format, texts, st.sampled_from(["<", ">", "==", "!="]), texts)
truths = st.recursive(
    compared
    | st.builds("{}.contains({})".format, texts, texts)
    | st.builds("{}.startsWith({})".format, texts, texts)
    | st.builds("({} in [{}, {}])".format, texts, texts, texts)
    | st.builds("[{}, {}].exists(x, x == {})".format, texts, texts, texts)
    | st.builds("[{}, {}].all(x, x > {})".format, numbers, numbers, numbers)
    | st.builds("[{}, {}].exists_one(x, x < {})".format, numbers, numbers, numbers),
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["&&", "||"]), inner)
        | st.builds("!({})".format, inner)
    ),
    max_leaves=5,
)
formulas = st.one_of(
    texts,
    truths,
    st.builds("({} ? {} : {})".format, truths, texts, texts),
    st.builds("[{}, {}].map(x, x + {})".format, texts, texts, texts),
    st.builds("[{}, {}].filter(x, {})".format, texts, texts, truths),
    st.builds(
        "size({}) + {}".format,
        st.sampled_from(['"abc"', '["a", S_]']),
        st.sampled_from(["1", "7 / 2", "-7 / 2", "-7 % 3", "int(2.7)"]),
    ),
)


@given(formulas, words, words, st.integers(-1000, 1000), st.integers(-1000, 1000))
def test_the_library_gives_the_same(expression: str, s: str, t: str, n: int, m: int) -> None:
    """Numbers are quarters, which are exact in binary too. (`size` counts characters here, as CEL's text says; the library counts
    bytes.)"""
    ours = expression
    for name, path in OURS.items():
        ours = ours.replace(name, path)
    custom = {"S": s, "T": t, "N": str(Decimal(n) / 4), "M": str(Decimal(m) / 4)}
    mine = Formulas(of_offer=True).add(Formula(ours))(None, record(custom=custom))
    theirs = cel.evaluate(expression, {"S_": s, "T_": t, "N_": n / 4, "M_": m / 4})
    assert theirs == mine


QUICK = {
    "a list's parts": 'split(product.description, ";").filter(x, x.matches("^[A-Z]")).map(x, lower(trim(x)) + "!")',
    "a table of words": '["a", "b", "c"].exists(w, product.name.contains(w)) ? "oui" : "non"',
    "a long description": 'cut(lower(product.description), 160) + " " + slug(product.description)',
}
SLOW = {
    "a long text at each part of another": 'split(custom.A, "a").map(x, upper(product.description) + lower(custom.A) + x)',
    "three loops": '[1].map(a, split(custom.A, "a").map(x, split(custom.A, "a").map(y, slug(x + y))))',
    "a text that doubles": "[custom.A].map(a, a+a+a+a).map(a, a+a+a+a+a+a+a).map(a, a+a+a+a+a+a+a).map(a, a+a+a+a+a+a)",
}


@pytest.mark.parametrize("name", QUICK)
def test_what_people_need_is_quick_enough(name: str) -> None:
    check(QUICK[name], of_offer=False)
    assert not isinstance(worked_out(QUICK[name], description="Abc;def;" * 12), Failed)


@pytest.mark.parametrize("name", SLOW)
def test_what_could_stop_a_worker_is_refused(name: str) -> None:
    assert "formula.too_slow" == refused(SLOW[name]).message.code
