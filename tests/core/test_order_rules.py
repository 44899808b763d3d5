"""Which orders import and when; what their documents say; what differs from what was asked is told."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from msgspec.structs import replace

from raccord.core.channel import ChannelSettings
from raccord.core.order_admission import admission, payment_state
from raccord.core.order_difference import gaps, told
from raccord.core.order_entry import Entry, enter
from raccord.core.order_gap import explained
from raccord.core.order_rules import OrderRules, PaymentRule
from raccord.core.order_words import filled, unknown_names
from raccord.core.totals import check
from raccord_connectors.canonical import (
    Charge,
    Discount,
    Document,
    DocumentLine,
    Draft,
    Order,
    OrderLine,
    Payment,
    TaxAmount,
)
from support.order_scenarios import CHARGES, PLACED, scenarios

ORDER: Order = replace(
    next(one for one in scenarios() if one.name == "vat: quatre taux dans une commande").order,
    note="Sonner deux fois",
    gift_message="Joyeux Noël",
)
ITEMS = {line.item: line.item for line in ORDER.lines}


def entered(order: Order = ORDER, bound: dict[str, str] = ITEMS, **rules: Any) -> Entry:
    settings = ChannelSettings(orders=OrderRules(**{"items": CHARGES, **rules}))
    return enter(order, reference="R", customer="C", items=bound, settings=settings, today=date(2026, 12, 1))


def draft_of(order: Order = ORDER, bound: dict[str, str] = ITEMS, **rules: Any) -> Draft:
    draft = entered(order, bound, **rules).draft
    assert draft is not None
    return draft


def paid(*amounts: tuple[str, str], at: datetime | None = None) -> list[Payment]:
    return [
        Payment(key=str(number), method="card", amount=D(amount), state=state, paid_at=at)  # type: ignore[arg-type]
        for number, (amount, state) in enumerate(amounts)
    ]


# ------------------------------------------------------------------------------------------------ which and when


@pytest.mark.parametrize(
    ("rules", "answer"),
    [
        ({}, "import"),
        ({"stages": ("pending",)}, "sleep"),
        ({"statuses": ("processing", "on-hold")}, "import"),
        ({"statuses": ("on-hold",)}, "sleep"),
        ({"payment_states": ("paid",)}, "import"),
        ({"payment_states": ("unpaid", "authorised")}, "sleep"),
        ({"delay_minutes": 30}, "later"),
    ],
)
def test_an_order_imports_by_stage_status_payment_and_delay(rules: dict[str, Any], answer: str) -> None:
    found = admission(ORDER, OrderRules(**rules), PLACED + timedelta(minutes=10))
    assert answer == found.now
    assert (PLACED + timedelta(minutes=30) if answer == "later" else None) == found.at


def test_the_delay_is_over_to_the_minute() -> None:
    rules = OrderRules(delay_minutes=30)
    assert "import" == admission(ORDER, rules, PLACED + timedelta(minutes=30)).now
    assert "later" == admission(ORDER, rules, PLACED + timedelta(minutes=29, seconds=59)).now


@pytest.mark.parametrize(
    ("payments", "state"),
    [
        (paid((str(ORDER.gross), "paid")), "paid"),
        (paid(("10", "paid"), (str(ORDER.gross - 10), "paid")), "paid"),
        (paid(("10", "paid"), ("90", "pending")), "partly_paid"),
        (paid((str(ORDER.gross), "authorised")), "authorised"),
        (paid((str(ORDER.gross), "pending")), "unpaid"),
        (paid((str(ORDER.gross), "failed")), "unpaid"),
        ([], "unpaid"),
    ],
)
def test_how_far_an_order_is_paid(payments: list[Payment], state: str) -> None:
    assert state == payment_state(replace(ORDER, payments=payments))


def test_an_order_that_costs_nothing_is_paid() -> None:
    assert "paid" == payment_state(replace(ORDER, payments=[], net=D(0), tax=D(0), gross=D(0)))


# ------------------------------------------------------------------------------------------------- the document


def test_the_document_carries_what_the_rules_say() -> None:
    draft = draft_of(
        kind="quotation", depot="2", representative="7", price_mode="net", reference="WEB {number}",
        remark="{note} / {gift_message}", comments=("Commande {number} du {placed}", "{transaction}"), dated="entered",
    )  # fmt: skip
    assert ("quotation", "2", "7", False) == (
        draft.kind,
        draft.depot,
        draft.representative,
        draft.prices_include_tax,
    )
    assert f"WEB {ORDER.number}" == draft.reference
    assert "Sonner deux fois / Joyeux Noël" == draft.remark
    assert [f"Commande {ORDER.number} du 24/11/2026"] == [
        one.title for one in draft.lines if one.kind == "comment"
    ]
    assert date(2026, 12, 1) == draft.dated


def test_the_document_is_dated_by_the_order_or_by_its_last_payment() -> None:
    order = replace(ORDER, payments=paid(("1", "paid"), at=datetime(2026, 11, 27, 8, tzinfo=UTC)))
    assert date(2026, 11, 24) == draft_of(order, dated="placed").dated
    assert date(2026, 11, 27) == draft_of(order, dated="paid").dated
    assert date(2026, 11, 24) == draft_of(replace(ORDER, payments=[]), dated="paid").dated


def test_a_reference_that_comes_out_empty_is_the_order_s_number() -> None:
    assert ORDER.number == draft_of(reference="{transaction}").reference


def test_words_that_nobody_knows_stay_as_they_are_written() -> None:
    assert "{numero}" == filled("{numero}", ORDER)
    assert ["numero"] == unknown_names("{number} {numero}")
    assert "{key}" == filled("{note}", replace(ORDER, note="{key}"))  # an order's words are no template


def test_an_unknown_article_goes_on_the_other_one_with_its_reason_in_the_document() -> None:
    known = {key: item for key, item in ITEMS.items() if key != "A10"}
    draft = draft_of(bound=known, unknown_item="other", other_item="DIVERS")
    place = next(number for number, line in enumerate(draft.lines) if line.item == "DIVERS")
    assert (
        "Article inconnu de la gestion : « Article A10 », référence A10 dans la boutique"
        == draft.lines[place + 1].title
    )
    assert draft.gross == sum((line.net + line.tax for line in draft.lines), D(0))
    assert entered(bound=known).problem is not None
    assert entered(bound=known, unknown_item="other").problem is not None  # no article was chosen


def test_cents_that_want_a_line_of_their_own_hold_the_order_while_no_article_carries_it() -> None:
    cents = next(
        one for one in scenarios() if one.name.startswith("residue: centimes sur l’article d’arrondi")
    )
    settings = ChannelSettings(orders=OrderRules(items={}, residue="rounding"))
    order = replace(cents.order, charges=[], **_sums(cents.order))
    entry = enter(order, reference="R", customer="C", items=cents.items, settings=settings)
    assert entry.problem is not None
    assert "items.rounding" == entry.problem.field


def _sums(order: Order) -> dict[str, Any]:
    net = order.net - sum((one.net for one in order.charges), D(0))
    tax = order.tax - sum((one.tax for one in order.charges), D(0))
    return {"net": net, "tax": tax, "gross": net + tax}


@pytest.mark.parametrize(
    ("charge", "items", "item"),
    [
        (
            Charge(kind="voucher", title="V", net=D(-5), tax=D(0)),
            {"voucher": "BON", "discount": "REM"},
            "BON",
        ),
        (Charge(kind="voucher", title="V", net=D(-5), tax=D(0)), {"discount": "REM"}, "REM"),
        (Charge(kind="fee", title="F", net=D(-5), tax=D(-1)), {"discount": "REM", "fee": "FRAIS"}, "REM"),
        (Charge(kind="eco", title="E", net=D(1), tax=D(0)), {"fee": "FRAIS"}, "FRAIS"),
        (Charge(kind="other", title="O", net=D(1), tax=D(0)), {"shipping": "PORT"}, "PORT"),
        (
            Charge(kind="gift_wrap", title="G", net=D(1), tax=D(0)),
            {"gift_wrap": "CADEAU", "fee": "F"},
            "CADEAU",
        ),
    ],
)
def test_each_kind_of_charge_goes_on_its_article_or_the_next_best(
    charge: Charge, items: dict[str, str], item: str
) -> None:
    order = replace(
        ORDER, charges=[charge], net=ORDER.lines[0].net + charge.net, tax=ORDER.lines[0].tax + charge.tax,
        gross=ORDER.lines[0].net + charge.net + ORDER.lines[0].tax + charge.tax, lines=ORDER.lines[:1],
    )  # fmt: skip
    assert item == draft_of(order, items=items).lines[-1].item


def test_shipping_that_is_free_needs_no_article() -> None:
    free = Charge(kind="shipping", title="Offert", net=D(0), tax=D(0))
    order = replace(ORDER, charges=[free], **_sums(ORDER))
    assert {line.item for line in ORDER.lines} == {line.item for line in draft_of(order, items={}).lines}


def test_a_payment_method_has_its_rule_or_that_of_the_others_or_a_deposit() -> None:
    rules = OrderRules(payments={"transfer": PaymentRule(entry="none"), "": PaymentRule(entry="settlement")})
    assert ("none", "settlement") == (rules.payment("transfer").entry, rules.payment("card").entry)
    assert "deposit" == OrderRules().payment("card").entry


# ------------------------------------------------------------------------------------------------ what differs


def document_of(draft: Draft, **changes: Any) -> Document:
    table: dict[D, tuple[D, D]] = {}
    for line in draft.lines:
        if line.rate:
            base, tax = table.get(line.rate, (D(0), D(0)))
            table[line.rate] = (base + line.net, tax + line.tax)
    told_by_erp = {
        "net": draft.net, "tax": draft.tax, "gross": draft.gross,
        "taxes": [TaxAmount(rate, *amounts) for rate, amounts in table.items()],
        "lines": [
            DocumentLine(
                key=str(number), item=line.item, title=line.title, quantity=line.quantity, net=line.net,
                gross=line.net + line.tax, rate=line.rate,
            )
            for number, line in enumerate(draft.lines)
        ],
        **changes,
    }  # fmt: skip
    return Document(
        key="1|BC1", number="BC1", kind="order", dated=date(2026, 11, 24), state="confirmed", **told_by_erp
    )


def test_a_document_that_is_what_was_asked_differs_in_nothing() -> None:
    draft = draft_of()
    assert [] == gaps(draft, document_of(draft))
    assert [] == gaps(
        draft, document_of(draft, taxes=[])
    )  # an ERP that tells no table is compared by its totals


def test_taxes_that_moved_between_rates_are_told_though_the_totals_agree() -> None:
    draft = draft_of()
    moved = [
        TaxAmount(one.rate, one.base, one.tax + {D("20"): D("0.01"), D("10"): D("-0.01")}.get(one.rate, D(0)))
        for one in document_of(draft).taxes
    ]
    found = gaps(draft, document_of(draft, taxes=moved))
    assert [("rate", D("10")), ("rate", D("20"))] == [(gap.what, gap.rate) for gap in found]
    french, english = told(found)
    assert "taxe à 10 % : 0,75 au lieu de 0,76" in french
    assert "tax at 10%: 0.75 instead of 0.76" in english


def test_a_line_that_the_erp_priced_itself_explains_the_total() -> None:
    draft = draft_of()
    document = document_of(draft)
    lines = [replace(document.lines[0], net=D("20.00")), *document.lines[2:]]
    added = DocumentLine(
        key="9", item="ESCOMPTE", title="Escompte", quantity=D(1), net=D("-1"), gross=D("-1.20")
    )
    found = gaps(draft, document_of(draft, gross=draft.gross + 1, lines=[*lines, added]))
    assert "gross" == found[0].what
    french, _ = told(found)
    assert "ligne « Article A20 » hors taxe : 20,00 au lieu de 16,66" in french
    assert "ligne « Article A10 », absente du document" in french
    assert "ligne « Escompte », ajoutée dans la gestion" in french


def test_an_order_that_does_not_add_up_is_explained_line_by_line() -> None:
    wrong = replace(ORDER.lines[0], net=D("160.00"), unit_gross=None, unit_net=D("16.66"), name="Théière")
    order = replace(ORDER, lines=[wrong, *ORDER.lines[1:]])
    problem = check(order)
    assert problem is not None
    said = explained(order, problem.message)
    assert "« Théière » : 1 × 16,66 font 16,66, la boutique compte 160,00." in said.fr
    assert "“Théière”: 20% of 160.00 make 32.00 of tax" in said.en


def test_amounts_of_lines_that_are_not_those_of_their_prices_are_told_when_the_prices_make_the_total() -> (
    None
):
    line = replace(ORDER.lines[0], net=D("15.00"), tax=D("3.00"))
    order = replace(ORDER, lines=[line, *ORDER.lines[1:]])
    problem = check(order)
    assert problem is not None
    assert "arrondis à la pièce, font bien le total" in explained(order, problem.message).fr


def test_a_discount_of_just_the_size_of_the_difference_is_named() -> None:
    order = replace(
        ORDER, gross=ORDER.gross - 5, net=ORDER.net - 5, discounts=[Discount(title="NOEL", net=D(5), kind="order")]
    )  # fmt: skip
    problem = check(order)
    assert problem is not None
    assert "NOEL" in explained(order, problem.message).fr


def test_a_line_of_an_unknown_rate_is_compared_by_the_totals_only() -> None:
    lines = [OrderLine(key="1", item="A20", name="A", quantity=D(1), net=D(10), tax=D(2))]
    order = replace(ORDER, lines=lines, charges=[], net=D(10), tax=D(2), gross=D(12))
    draft = draft_of(order)
    assert [] == gaps(draft, document_of(draft, taxes=[TaxAmount(D(20), D(10), D(2))]))


def test_an_untaxed_rounding_line_of_the_erp_s_own_may_move_a_base_but_never_a_tax() -> None:
    """Tryton makes 8.33 + 1.66 as 8.32 + 1.66 + 0.01."""
    lines = [
        OrderLine(key="1", item="A20", name="A", quantity=D(1), net=D("8.33"), tax=D("1.66"), rate=D(20))
    ]
    draft = draft_of(replace(ORDER, lines=lines, charges=[], net=D("8.33"), tax=D("1.66"), gross=D("9.99")))
    asked = document_of(draft)
    moved = [replace(asked.lines[0], net=D("8.32"), gross=D("9.98"))]
    own = DocumentLine(key="2", item="ARRONDI", quantity=D(1), net=D("0.01"), gross=D("0.01"))
    base = [TaxAmount(D(20), D("8.32"), D("1.66"))]
    assert [] == gaps(draft, replace(asked, lines=[*moved, own], taxes=base))
    assert ["base", "line"] == [gap.what for gap in gaps(draft, replace(asked, lines=moved, taxes=base))]
    tax = [TaxAmount(D(20), D("8.32"), D("1.67"))]
    assert "rate" in [gap.what for gap in gaps(draft, replace(asked, lines=[*moved, own], taxes=tax))]
