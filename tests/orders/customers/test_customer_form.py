"""What a merchant says of customers in the channel's form becomes rules; what cannot be is told beside its field."""

import msgspec
from litestar.datastructures import FormMultiDict

from raccord.channels.customer_forms import customer_rules, sharing_of
from raccord.channels.typed import Typed
from raccord.core.order_rules import CustomerRules

FORMER = CustomerRules(anchors=("email",), guests="collective", collective_account="WEB")


def typed(**entries: str) -> Typed:
    return Typed(FormMultiDict(list(entries.items())))


def test_the_order_of_marks_the_sharing_and_the_code_are_kept() -> None:
    form = typed(
        anchor_1="siret", anchor_2="email", anchor_3="", anchor_4="", anchor_5="binding", anchor_6="", sharing="everyone",
        collective_account="WEBDIVERS", code_pattern="{department}{name:4}{number:3}", new_customer_price_category="2",
        business_price_category="3", new_customer_accounting_category="1",
    )  # fmt: skip
    rules = customer_rules(form, FORMER)
    assert {} == form.wrong
    assert ("siret", "email", "binding") == rules.anchors
    assert ("everyone", "WEBDIVERS") == (sharing_of(rules), rules.collective_account)
    assert "{department}{name:4}{number:3}" == rules.code.pattern
    assert ("2", "1") == (rules.template.price_category, rules.template.accounting_category)
    assert rules.business_template is not None
    assert ("3", "1") == (rules.business_template.price_category, rules.business_template.accounting_category)
    assert rules == msgspec.json.decode(msgspec.json.encode(rules), type=CustomerRules)


def test_a_form_without_these_entries_leaves_them() -> None:
    assert customer_rules(typed(), FORMER) == FORMER


def test_what_cannot_be_is_told_beside_its_field() -> None:
    form = typed(
        anchor_1="email",
        anchor_2="email",
        sharing="guests",
        collective_account="",
        code_pattern="{name}{town}",
    )
    customer_rules(form, FORMER)
    assert {"anchor_2", "collective_account", "code_pattern"} == form.wrong.keys() - {
        f"anchor_{number}" for number in range(3, 7)
    }
    assert "{name:4}" in form.wrong["code_pattern"].fr


def test_two_counters_are_no_pattern() -> None:
    form = typed(code_pattern="{number:3}{number:4}")
    customer_rules(form, FORMER)
    assert ["code_pattern"] == list(form.wrong)
