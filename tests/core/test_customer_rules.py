"""What identifies a customer is checked and has one spelling; codes are formed as the merchant wants them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raccord.core import customer_code, customer_fields, customer_names
from raccord.core.order_rules import CodeFormation
from raccord_connectors.canonical import Address, Customer

LEFEVRE = Customer(
    key="", account_title="LEFÈVRE Zoé", last_name="Lefèvre", first_name="Zoé",
    billing=Address(postal_code="69002", city="Lyon", country="FR"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("said", "country", "number"),
    [
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("+33 (0)6.12.34.56.78", "", "+33612345678"),
        ("0033612345678", "FR", "+33612345678"),
        ("+330612345678", "FR", "+33612345678"),
        ("612345678", "FR", "+33612345678"),
        ("0262 20 30 41", "RE", "+262262203041"),
        ("0475 12 34 56", "BE", "+32475123456"),
        ("02 1234 5678", "IT", "+390212345678"),
        ("0000000000", "FR", ""),
        ("06 12 34 56 7", "FR", ""),
        ("à rappeler", "FR", ""),
        ("", "FR", ""),
    ],
)
def test_a_telephone_is_told_as_it_is_dialled_from_abroad(said: str, country: str, number: str) -> None:
    assert number == customer_fields.phone(said, country)


@given(st.text(max_size=30), st.sampled_from(["", "FR", "BE", "IT", "XX"]))
def test_a_telephone_is_read_the_same_once_it_is_in_its_spelling(said: str, country: str) -> None:
    number = customer_fields.phone(said, country)
    assert number == customer_fields.phone(number, country)


def test_numbers_are_checked_and_have_one_spelling() -> None:
    assert "73282932000074" == customer_fields.siret("732 829 320 00074")
    assert "" == customer_fields.siret("73282932000075")
    assert "35600000049837" == customer_fields.siret("35600000049837"), "La Poste has a rule of its own"
    assert "FR40303265045" == customer_fields.vat_number("fr 40 303 265 045")
    assert "" == customer_fields.vat_number("FR00000000000")
    assert "CHE116281710" == customer_fields.vat_number("CHE-116.281.710"), "not ours to check"
    assert "FR7630006000011234567890189" == customer_fields.iban("FR76 3000 6000 0112 3456 7890 189")
    assert "" == customer_fields.iban("FR76 3000 6000 0112 3456 7890 188")
    assert {"732829320"} == customer_fields.businesses("73282932000074", "FR44732829320")


@given(st.text(max_size=40))
def test_a_wrong_number_is_left_out_and_told_never_kept(value: str) -> None:
    tidied, told = customer_fields.tidied(Customer(key="", siret=value, vat_number=value), "1001")
    assert customer_fields.siret(value) == (tidied.siret or "")
    wrong = [one for one in (tidied.siret, tidied.vat_number) if one is None and value.strip()]
    assert len(wrong) == len(told)


@pytest.mark.parametrize(
    ("pattern", "taken", "code"),
    [
        ("CLI{number:5}", [], "CLI00001"),
        ("CLI{number:5}", ["CLI00007", "CLI9", "CLIENT", "cli00012"], "CLI00013"),
        ("{department}{name:4}{number:3}", ["69LEFE001"], "69LEFE002"),
        ("{name:6}{first:1}", [], "LEFEVRZ"),
        ("{name:6}{first:1}", ["LEFEVRZ", "LEFEVRZ2"], "LEFEVRZ3"),
        ("{country}-{number:4}W", ["FR-0003W"], "FR-0004W"),
    ],
)
def test_a_code_is_formed_from_the_pattern_and_is_free(pattern: str, taken: list[str], code: str) -> None:
    formation = CodeFormation(pattern=pattern)
    assert code == customer_code.next_code(customer_code.stem(formation, LEFEVRE), taken, formation.longest)


@given(
    st.integers(4, 17),
    st.sets(st.integers(1, 400), max_size=40),
    st.sampled_from(["{name}", "C{number:3}", "{name}{number:3}"]),
)
def test_no_code_is_given_twice_or_too_long(longest: int, numbers: set[int], pattern: str) -> None:
    formation = CodeFormation(pattern=pattern, longest=longest)
    stem = customer_code.stem(formation, LEFEVRE)
    taken = {f"{stem.before}{number:03d}" for number in numbers}
    for _ in range(30):
        code = customer_code.next_code(stem, taken, longest)
        assert code not in taken
        assert len(code) <= longest
        taken.add(code)


@pytest.mark.parametrize(
    ("postal_code", "country", "told"),
    [
        ("69002", "FR", "69"),
        ("97400", "RE", "974"),
        ("20200", "", "20"),
        ("1000", "BE", "BE"),
        ("", "FR", ""),
    ],
)
def test_the_department_comes_from_the_postal_code(postal_code: str, country: str, told: str) -> None:
    assert told == customer_code.department(postal_code, country)


def test_names_are_compared_in_plain_letters_without_civility_or_legal_form() -> None:
    assert ["zoe", "lefevre"] == customer_names.words("Mme Zoé LEFÈVRE")
    assert {"carat"} == customer_names.core_words("SARL Carat")
    assert customer_names.alike("lefevre", "lefebvre")
    assert not customer_names.alike("paul", "saul"), "a slip in a short name is another name"
