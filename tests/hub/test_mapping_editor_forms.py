"""What the editor makes of a form: rules that come back as they went, buttons, and a help that keeps its word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.datastructures import FormMultiDict

from raccord.core.default_mapping import default_mapping
from raccord.core.formula_functions import FUNCTIONS, MACROS
from raccord.core.rules import Mapping, Rule
from raccord.core.step_catalogue import CATALOGUE, StepKind
from raccord.core.step_texts import Cut, Join
from raccord.mappings import formula_help
from raccord.mappings.editor_forms import TypedRule, TypedStep, of_form, of_rule, pressed, rule_of, with_rule
from raccord.mappings.editor_rule import check

EVERY = Mapping([rule for rule in default_mapping("sage100", "woocommerce").rules if rule.owner != "shop"])


def sent(typed: TypedRule) -> FormMultiDict:
    """As a browser sends it."""
    pairs = [
        ("owner", typed.owner),
        ("when_empty", typed.when_empty),
        *(("source", one) for one in typed.sources),
    ]
    for number, step in enumerate(typed.steps):
        pairs.append((f"step-{number}-do", step.tag))
        pairs += [(f"step-{number}-{name}", value) for name, value in step.values.items()]
    return FormMultiDict(pairs)


@pytest.mark.parametrize("rule", EVERY.rules, ids=lambda rule: rule.target)
def test_a_rule_comes_back_from_its_form_as_it_went(rule: Rule) -> None:
    assert (rule, []) == rule_of(rule.target, of_form(sent(of_rule(rule))), EVERY)


@pytest.mark.parametrize("known", CATALOGUE, ids=lambda known: known.tag)
def test_every_step_can_be_added_and_is_usable_or_says_what_is_missing(known: StepKind) -> None:
    typed, _ = pressed(TypedRule(sources=["product.name"]), "step-add", known.tag)
    rule, wrong = rule_of("name", of_form(sent(typed)), EVERY)
    assert (rule is None) == bool(wrong)
    assert all(one.step == 0 for one in wrong)
    blank = known.blank()
    needs = [
        one
        for one in known.parameters
        if one.is_asked(blank) and not one.optional and not one.default
        if "" not in [choice.value for choice in one.choices]
    ]
    assert bool(needs) == bool(wrong)


@given(
    entries=st.dictionaries(
        st.from_regex(r"(step-\d{1,2}-[a-z_]{1,8}|source|owner|when_empty|do)", fullmatch=True),
        st.text(max_size=40),
    ),
    do=st.one_of(st.text(max_size=20), st.from_regex(r"(source|step)-(up|down|off)-\d{1,2}", fullmatch=True)),
)
def test_no_form_and_no_button_breaks_the_editor(entries: dict[str, str], do: str) -> None:
    typed, _ = pressed(of_form(FormMultiDict(entries)), do, entries.get("kind", "cut"))
    rule, wrong = rule_of("name", typed, EVERY)
    assert (rule is None) == bool(wrong)


STEPS = [TypedStep("trim", {}), TypedStep("cut", {"length": "9"}), TypedStep("slug", {})]


@pytest.mark.parametrize(
    ("do", "order", "focus"),
    [
        ("step-down-0", ["cut", "trim", "slug"], "step-1-down"),
        ("step-up-2", ["trim", "slug", "cut"], "step-1-up"),
        ("step-up-1", ["cut", "trim", "slug"], "step-0-down"),  # the button that was pressed is off there
        ("step-down-1", ["trim", "slug", "cut"], "step-2-up"),
        ("step-off-1", ["trim", "slug"], "step-add"),
        ("step-up-0", ["trim", "cut", "slug"], ""),
        ("step-off-9", ["trim", "cut", "slug"], ""),
    ],
)
def test_steps_are_put_in_order_and_the_focus_stays_with_them(do: str, order: list[str], focus: str) -> None:
    moved, where = pressed(TypedRule(steps=STEPS), do, "")
    assert order == [step.tag for step in moved.steps]
    assert focus == where


def test_a_second_source_is_gathered_unless_something_gathers_already() -> None:
    one = TypedRule(sources=["product.name"])
    assert ["first"] == [step.tag for step in pressed(one, "source-add:product.brand", "")[0].steps]
    joined = TypedRule(sources=["product.name"], steps=[TypedStep("join", {"separator": " "})])
    assert ["join"] == [step.tag for step in pressed(joined, "source-add:product.brand", "")[0].steps]
    assert one == pressed(one, "source-add:product.name", "")[0]


def test_a_rule_takes_the_place_of_the_former_one() -> None:
    short = Rule(target="brand", sources=["product.brand"], steps=[Cut(length=9)])
    changed = with_rule(EVERY, "brand", short)
    assert [rule.target for rule in EVERY.rules] == [rule.target for rule in changed.rules]
    assert short in changed.rules
    assert "brand" not in [rule.target for rule in with_rule(changed, "brand", None).rules]
    new = Rule(target="features.Taille", sources=["product.name", "product.brand"], steps=[Join()])
    assert new == with_rule(EVERY, "features.Taille", new).rules[-1]


# ---------------------------------------------------------------------------------------------------- help


def test_every_function_has_its_help_and_nothing_else_has() -> None:
    assert {*FUNCTIONS, *MACROS} == {one.name for one in formula_help.FUNCTIONS}


@pytest.mark.parametrize("one", formula_help.FUNCTIONS, ids=lambda one: one.name)
def test_every_example_of_a_function_can_be_used(one: formula_help.FunctionHelp) -> None:
    assert None is check(one.example, of_offer=False).problem
    assert one.name in one.example


@pytest.mark.parametrize("expression", [text for text, _ in formula_help.EXAMPLES])
def test_every_whole_example_can_be_used_for_what_is_sold(expression: str) -> None:
    assert None is check(expression, of_offer=True).problem


def test_a_wrong_formula_is_shown_with_the_character_that_is_wrong() -> None:
    found = check("upper(product.nom)", of_offer=False)
    assert found.problem is not None
    assert ("upper(", "p", "roduct.nom)") == (found.before, found.at, found.rest)
    ended = check("upper(", of_offer=False)
    assert ("upper(", "", "") == (ended.before, ended.at, ended.rest)
