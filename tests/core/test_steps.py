"""Each step: what it makes of a value, that it never raises, and what the editor is told of it."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from raccord.core.sources import Sources
from raccord.core.step_catalogue import CATALOGUE, GROUPS, StepKind, kind, kind_of
from raccord.core.step_dates import MONTHS
from raccord.core.step_numbers import FACTORS
from raccord.core.step_parameters import UNITS
from raccord.core.step_words import describe
from raccord.core.steps import (
    Arithmetic,
    Case,
    CleanHtml,
    Convert,
    Default,
    First,
    FormatDate,
    FormatNumber,
    Formula,
    Html,
    Join,
    Lookup,
    Pattern,
    Replace,
    Round,
    Slug,
    Split,
    Step,
    StepError,
    StripHtml,
    Table,
    Tax,
    Trim,
    When,
    Words,
    Workshop,
    made,
)  # fmt: skip
from raccord.core.values import NOTHING, Failed
from raccord_connectors.canonical import OfferPrice, Tier
from support.catalogue import product

D = Decimal
TABLES = {"Couleurs": Table({"ROU": "Rouge", "1.5": "Un et demi", " b ": "Bleu"})}


TWENTY = D(20)


def record(rate: Decimal | None = TWENTY, **fields: Any) -> Sources:
    given = Sources()
    given.product = given.item = product(**fields)
    given.tax_rate = rate
    given.stock = {}
    given.price = None
    return given


def done(step: Step, value: Any, **fields: Any) -> Any:
    return made(step, Workshop(TABLES, of_offer=False))(value, record(**fields))


def price(amount: str, before: str | None = None, tax_included: bool = False) -> OfferPrice:
    crossed_out = None if before is None else D(before)
    return OfferPrice(amount=D(amount), tax_included=tax_included, currency="EUR", before=crossed_out)


@pytest.mark.parametrize(
    ("step", "value", "expected"),
    [
        (Trim(), [" a ", "b "], ["a", "b"]),
        (Case("upper"), "été", "ÉTÉ"),
        (Case("lower"), "ÉTÉ", "été"),
        (Case("sentence"), "chaise DUVAL", "Chaise DUVAL"),
        (Case("words"), "chaise haute (l’été)", "Chaise Haute (L’été)"),
        (Replace("a", "o"), "chaises à bas", "choises à bos"),
        (Replace(" "), "a b c", "abc"),
        (Replace(","), {"fr": "a,b"}, {"fr": "ab"}),
        (Join(" / "), ["a", "", None, D("1.50")], "a / 1.5"),
        (Join(), "a", "a"),
        (Split(""), "a  b", ["a", "b"]),
        (Words(2), "une chaise haute", "une chaise"),
        (Words(1, "last"), "une chaise haute", "haute"),
        (Words(5), "une chaise", "une chaise"),
        (First(), ["", None, "b", "c"], "b"),
        (First(), "a", "a"),
        (Html(), "a\nb & c", "<p>a<br />b &amp; c</p>"),
        (CleanHtml(), '<p class="x" onclick="f()">a<script>b</script></p>', "<p>a</p>"),
        (CleanHtml(), '<a href="javascript:f()">a</a>', '<a rel="noopener noreferrer">a</a>'),
        (StripHtml(), "<p>a &amp; b</p><ul><li>c</li></ul>", "a & b\nc"),
        (Slug(), "L’été à Œuvre n° 3 !", "l-ete-a-oeuvre-n-3"),
        (Slug(), "mot " * 40, "-".join(["mot"] * 20)),
        (Pattern(r"(\d+)\s*cm", "replace", r"\1 mm"), "30 cm x 4cm", "30 mm x 4 mm"),
        (Pattern(r"REF-(\d+)", "extract"), "x REF-12 y", "12"),
        (Pattern(r"\d+", "extract"), "sans", ""),
        (Pattern("^A", "keep"), ["Ab", "Ba"], ["Ab", ""]),
        (Lookup("Couleurs"), " rou", "Rouge"),
        (Lookup("Couleurs"), "B", "Bleu"),
        (Lookup("Couleurs"), D("1.50"), "Un et demi"),
        (Lookup("Couleurs"), "", ""),
        (Lookup("Couleurs", "keep"), ["ROU", "VER"], ["Rouge", "VER"]),
        (Lookup("Couleurs", "nothing"), ["ROU", "VER"], ["Rouge"]),
        (Lookup("Couleurs", "default", "Autre"), "VER", "Autre"),
        (Arithmetic("multiply", D("1.02")), "10", D("10.2")),
        (Arithmetic("divide", D(3)), D(1), D("0.3333333333333333333333333333")),
        (Arithmetic("add", D(1)), [1, "2"], [D(2), D(3)]),
        (Arithmetic("subtract", D(1)), "", ""),
        (Arithmetic("multiply", D(2)), price("10", "12"), price("20", "24")),
        (Arithmetic("multiply", D(2)), [Tier(D(3), D(10))], [Tier(D(6), D(10))]),
        (Round("0.05"), "9.98", D(10)),
        (Round("0.05", "down"), "9.99", D("9.95")),
        (Round("0.10", "up"), "9.91", D(10)),
        (Round("1"), "9.5", D(10)),
        (Round("x.99"), "10.20", D("9.99")),
        (Round("x.99", "up"), "10.20", D("10.99")),
        (Round("x.99"), "0.10", D("0.99")),
        (Round("x.99"), price("10.20", "10.60"), price("9.99", "10.99")),
        (Round("x.99"), price("10.20", "10.30"), price("9.99")),
        (Tax("with"), "10", D(12)),
        (Tax("without"), D(12), D(10)),
        (Tax("with"), price("10", "20"), price("12", "24", tax_included=True)),
        (Tax("with"), price("10", tax_included=True), price("10", tax_included=True)),
        (Convert("g", "kg"), "4200", D("4.2")),
        (Convert("in", "cm"), D(2), D("5.08")),
        (FormatNumber(), D("1234.50"), "1234,5"),
        (FormatNumber(2, ",", "\u202f", after=" €"), "1234.5", "1\u202f234,50 €"),
        (FormatNumber(0, "."), "1.5", "2"),
        (FormatNumber(before="≈ "), price("3"), "≈ 3"),
        (FormatDate(write="long"), "2026-11-01T10:00", "1er novembre 2026"),
        (FormatDate(write="long", language="en"), "2026-11-24", "24 November 2026"),
        (FormatDate("DD/MM/YYYY", "YYYYMMDD"), "24/11/2026", "20261124"),
        (FormatDate(), "", ""),
        (Formula("value + product.key"), "a", "aCHAISE"),
        (When(is_="empty", then="put", put="?", otherwise="go_on"), " ", "?"),
        (When(is_="empty", then="put", put="?", otherwise="go_on"), "a", "a"),
        (When(is_="equals", to="06"), "6", None),
        (When(is_="equals", to="6,0"), D(6), D(6)),
        (When(is_="differs", to="a"), "A ", None),
        (When(is_="contains", to="bois"), "en Bois", "en Bois"),
        (When(is_="contains", to="bois"), ["Bois", "fer"], ["Bois", "fer"]),
        (When(is_="lacks", to="bois"), "en bois", None),
        (When(is_="begins", to="en"), "En bois", "En bois"),
        (When(is_="greater", to="10"), "10,5", "10,5"),
        (When(is_="less", to="10"), "texte", None),
        (When("product.family", is_="equals", to="F1", otherwise="put", put_otherwise="autre"), "x", "autre"),
        (When(is_="not_empty", otherwise="skip"), "", NOTHING),
    ],
)  # fmt: skip
def test_a_step_makes(step: Step, value: Any, expected: Any) -> None:
    found = done(step, value)
    assert expected == found
    assert type(expected) is type(found)


@pytest.mark.parametrize(
    ("step", "value", "code", "quoted"),
    [
        (Lookup("Couleurs"), ["ROU", "VER"], "step.not_in_table", "VER"),
        (Arithmetic("add", D(1)), "douze", "step.not_a_number", "douze"),
        (Arithmetic("multiply", D(10**9)), D(10) ** 14, "step.too_large", "grand"),
        (Round(), {"fr": "1"}, "step.not_a_number", "nombre"),
        (FormatNumber(), "x", "step.not_a_number", "x"),
        (FormatDate(), "2026-02-30", "step.date.failed", "YYYY-MM-DD"),
        (When(then="hold"), "promo", "step.when.held", "promo"),
        (Formula("number(value) * 2"), "x", "formula.empty", ""),
    ],
)
def test_a_step_without_an_answer_holds_the_record_and_says_why(
    step: Step, value: Any, code: str, quoted: str
) -> None:
    found = done(step, value)
    assert isinstance(found, Failed)
    assert found.reason.code.startswith(code) or code == "formula.empty"
    assert quoted in found.reason.fr


@pytest.mark.parametrize("step", [CleanHtml(), StripHtml()])
def test_html_that_would_stop_a_worker_holds_the_record(step: Step) -> None:
    for hostile in ("<div>" * 100_000, "<b><i>" * 5_000, "<p>" + "a" * 200_000):
        for value in (hostile, [hostile], {"fr": "<p>a</p>", "en": hostile}):
            found = done(step, value)
            assert isinstance(found, Failed)
            assert "step.too_much_html" == found.reason.code
    assert not isinstance(done(step, "<ul>" + "<li>a<br>b</li>" * 5_000 + "</ul>"), Failed)


def test_tax_without_a_rate_holds_the_record() -> None:
    found = made(Tax("with"), Workshop({}, of_offer=False))("10", record(rate=None))
    assert isinstance(found, Failed)
    assert "step.no_rate" == found.reason.code


def test_a_hostile_regular_expression_is_refused_or_runs_in_its_time() -> None:
    assert "" == done(Pattern("(a*)*(a|aa)*b", "extract"), "a" * 50_000)
    assert "b" * 10_000 == done(Pattern("a", by="b"), "a" * 10_000)
    assert isinstance(done(Pattern("a", by="b"), "a" * 10_001), Failed)
    for source in ("(" * 100, "a{1000}{1000}", "x" * 501, r"(?<=a)b", r"(a)\1"):
        with pytest.raises(StepError) as refused:
            made(Pattern(source), Workshop({}, of_offer=False))
        assert "find" == refused.value.parameter


@pytest.mark.parametrize(
    ("step", "parameter"),
    [
        (Lookup("Absente"), "table"),
        (When("product.nom"), "source"),
        (When("item.sku"), "source"),
        (Pattern("a", by=r"\1"), "find"),
        (Arithmetic("divide", D(0)), "number"),
        (Convert("g", "cm"), "to"),
        (Formula("1 +"), "expression"),
    ],
)
def test_a_step_that_cannot_work_is_refused_before_it_runs(step: Step, parameter: str) -> None:
    with pytest.raises(StepError) as refused:
        made(step, Workshop(TABLES, of_offer=False))
    assert parameter == refused.value.parameter
    assert refused.value.message.fr != refused.value.message.en


# ------------------------------------------------------------------------------------------------ never raise

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.text(max_size=40)
    | st.integers(-(10**20), 10**20)
    | st.decimals(allow_nan=True, allow_infinity=True)
    | st.sampled_from(
        ["12,5", "1 234.50", "2026-11-24", "<p>a</p>", "\ud800", "1e5", price("10", "12"), Tier(D(1), D(2))]
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["fr", "en"]), inner, max_size=2)
    ),
    max_leaves=6,
)
short = st.text(max_size=8)


def filled(one: StepKind) -> st.SearchStrategy[Step]:
    """Any step of this kind that can be typed and made."""
    entries: dict[str, st.SearchStrategy[str]] = {}
    for parameter in one.parameters:
        match parameter.kind:
            case "choice":
                entries[parameter.name] = st.sampled_from([choice.value for choice in parameter.choices])
            case "number" | "whole":
                entries[parameter.name] = st.integers(2, 6).map(str)
            case "source":
                entries[parameter.name] = st.sampled_from(
                    ["", "product.brand", "custom.X", "tax.rate", "product.categories"]
                )
            case "table":
                entries[parameter.name] = st.just("Couleurs")
            case "formula":
                entries[parameter.name] = st.sampled_from(
                    [
                        "value",
                        "value + value",
                        "number(value) * 2",
                        'split(text(value), "a")[1]',
                        "product.weight_g / 3",
                    ]
                )
            case "pattern":
                entries[parameter.name] = st.sampled_from(["a", "(.)(.)", r"\d+", "^$", "é|ü"])
            case _:
                entries[parameter.name] = short.filter(bool)
    typed: st.SearchStrategy[dict[str, str]] = st.fixed_dictionaries(entries)
    return typed.map(one.make)


def is_usable(step: Step) -> bool:
    return not isinstance(step, Convert) or FACTORS[step.from_][0] == FACTORS[step.to][0]


steps = st.sampled_from(CATALOGUE).flatmap(filled).filter(is_usable)


@given(st.lists(steps, min_size=1, max_size=3), anything, st.none() | st.sampled_from([D("5.5"), D(20)]))
def test_no_step_ever_raises(chain: list[Step], value: Any, rate: Decimal | None) -> None:
    given = record(rate, custom={"X": "12"})
    for step in chain:
        value = made(step, Workshop(TABLES, of_offer=False))(value, given)
        if value is NOTHING or isinstance(value, Failed):
            if isinstance(value, Failed):
                assert value.reason.fr
            return


@given(steps, anything)
def test_a_step_gives_the_same_for_the_same(step: Step, value: Any) -> None:
    first, second = (made(step, Workshop(TABLES, of_offer=False))(value, record()) for _ in range(2))
    assert repr(first) == repr(second)


# -------------------------------------------------------------------------------------------- the catalogue


def test_every_step_can_be_added_in_the_editor() -> None:
    assert set(Step.__args__) == {one.type for one in CATALOGUE}
    assert list(GROUPS) == [group for group in GROUPS if any(one.group == group for one in CATALOGUE)]
    for one in CATALOGUE:
        assert one is kind(one.tag)
        assert one.title.fr
        assert one.help.fr != one.help.en
        fields = {field.encode_name for field in msgspec.structs.fields(one.type)}
        assert fields == {parameter.name for parameter in one.parameters}


def test_the_units_that_can_be_chosen_are_those_that_can_be_converted() -> None:
    assert set(FACTORS) == {unit.value for unit in UNITS}


@given(steps)
def test_a_step_comes_back_from_its_form_and_its_file(step: Step) -> None:
    one = kind_of(step)
    asked = one.make(one.typed(step))
    assert asked == one.make(one.typed(asked))
    assert step == msgspec.json.decode(msgspec.json.encode(step), type=Step)


@given(steps)
def test_a_step_is_said_in_words(step: Step) -> None:
    said = describe(step)
    assert 3 < len(said.fr) < 300
    assert 3 < len(said.en) < 300


@pytest.mark.parametrize(
    ("step", "fr", "en"),
    [
        (Replace("a", "b"), "remplacer « a » par « b »", "replace “a” by “b”"),
        (Replace("a"), "ôter « a »", "take out “a”"),
        (Join(), "assembler avec « espace »", "join with “space”"),
        (Arithmetic("multiply", D("1.02")), "multiplier par 1,02", "multiply by 1.02"),
        (Round("0.05", "up"), "arrondir à 0,05, vers le haut", "round to 0.05, up"),
        (
            FormatNumber(1, ",", " ", after=" kg"),
            "écrire le nombre : 1 234,5 kg",
            "write the number: 1 234,5 kg",
        ),
        (Default("?"), "si vide, mettre « ? »", "where empty, put “?”"),
        (
            When("product.brand", is_="equals", to="Duval", then="put", put="Maison", otherwise="hold"),
            "si Marque est égal à « Duval », mettre « Maison » ; sinon, retenir l’article",
            "if Brand equals “Duval”, put “Maison”; else, hold the article",
        ),
    ],
)
def test_words_say_what_was_filled_in(step: Step, fr: str, en: str) -> None:
    assert (fr, en) == (describe(step).fr, describe(step).en)


@pytest.mark.parametrize(
    ("tag", "typed", "parameter", "code"),
    [
        ("cut", {"length": ""}, "length", "step.parameter.needed"),
        ("cut", {"length": "1"}, "length", "step.parameter.bounds"),
        ("cut", {"length": "12,5"}, "length", "step.parameter.number"),
        ("arithmetic", {"number": "deux"}, "number", "step.parameter.number"),
        ("round", {"to": "0.07"}, "to", "step.parameter.choice"),
        ("when", {"is": "equals"}, "to", "step.parameter.needed"),
        ("when", {"then": "put"}, "put", "step.parameter.needed"),
        ("pattern", {"find": "x" * 501}, "find", "step.parameter.too_long"),
    ],
)
def test_what_is_typed_wrong_is_said_at_its_entry(
    tag: str, typed: dict[str, str], parameter: str, code: str
) -> None:
    one = kind(tag)
    assert one is not None
    with pytest.raises(StepError) as refused:
        one.make(typed)
    assert (parameter, code) == (refused.value.parameter, refused.value.message.code)
    title = next(each.title for each in one.parameters if each.name == parameter)
    assert title.fr in refused.value.message.fr
    assert title.en in refused.value.message.en


def test_an_entry_that_is_not_asked_does_not_count() -> None:
    one = kind("lookup")
    assert one is not None
    assert Lookup("T", "hold") == one.make({"table": " T ", "otherwise": "hold", "default": "left over"})


def test_months_are_twelve_in_each_language() -> None:
    assert {12} == {len(set(months)) for months in MONTHS.values()}
