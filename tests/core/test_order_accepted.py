"""Taking the ERP's document as it is: how far, and what the order is measured against from then on."""

from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from raccord.core.order_accepted import as_made, most_of, print_of, refusal
from raccord.core.order_difference import gaps
from raccord.core.order_rules import OrderRules
from raccord_connectors.canonical import Document, DocumentLine, Draft, DraftLine, TaxAmount

RULES = OrderRules(tolerance=D("0.05"))


def draft(*nets: str) -> Draft:
    """At 20 %, an article each: A, B, C…"""
    lines = [
        DraftLine(item=chr(65 + n), title=f"Article {n}", quantity=D(1), unit_net=D(net), net=D(net), tax=D(net) / 5, rate=D(20))
        for n, net in enumerate(nets)
    ]  # fmt: skip
    net = sum((line.net for line in lines), D(0))
    return Draft(
        key="K-1", dated=date(2026, 5, 4), reference="1", customer="C", lines=lines, net=net, tax=net / 5, gross=net * 6 / 5
    )  # fmt: skip


def made(asked: Draft, off: D = D(0)) -> Document:
    """What the ERP made of it: `off` more on the first line, before tax and in the tax as it comes."""
    lines = [
        DocumentLine(key=str(n), item=one.item, title=one.title, quantity=D(1), net=one.net, gross=one.net + one.tax, rate=D(20))
        for n, one in enumerate(asked.lines)
    ]  # fmt: skip
    lines[0] = replace(lines[0], net=lines[0].net + off, gross=(lines[0].gross or D(0)) + off)
    net = asked.net + off
    return Document(
        key="BC1", number="BC1", kind="order", dated=asked.dated, state="confirmed", lines=lines, net=net, tax=asked.tax,
        gross=net + asked.tax, taxes=[TaxAmount(D(20), net, asked.tax)],
    )  # fmt: skip


def code(asked: Draft | None, document: Document | None) -> str | None:
    found = refusal("1", asked, document, RULES)
    return found.code.removeprefix("order.accept_") if found else None


def test_a_difference_may_be_accepted_up_to_the_channel_s_limit_in_every_total_and_tax() -> None:
    asked = draft("100.00", "20.00")
    assert [None, None, "too_much", "agrees"] == [
        code(asked, made(asked, D(off))) for off in ("0.05", "-0.05", "0.06", "0")
    ]
    assert ["not_read", "not_read"] == [code(None, made(asked)), code(asked, None)]
    other = replace(made(asked, D("0.01")), currency="USD")
    assert "currency" == code(asked, other)
    moved = replace(made(asked), tax=asked.tax + D("0.10"), net=asked.net - D("0.10"), taxes=[])
    assert "too_much" == code(asked, moved), "the total is right, and the VAT return would not be"


@pytest.mark.parametrize("change", [{"key": "BC2"}, {"gross": D("144.04")}])
def test_it_counts_for_that_document_with_those_figures_only(change: dict[str, object]) -> None:
    asked = draft("100.00", "20.00")
    seen = made(asked, D("0.03"))
    now = replace(seen, **change)
    assert print_of(seen, gaps(asked, seen)) == print_of(seen, gaps(asked, made(asked, D("0.03"))))
    assert print_of(seen, gaps(asked, seen)) != print_of(now, gaps(asked, now))


cents = st.integers(1, 99_999).map(lambda n: D(n) / 20)
"""Whole cents of which a fifth is whole cents too."""


@given(nets=st.lists(cents, min_size=1, max_size=6), off=st.integers(-500, 500).map(lambda n: D(n) / 100))
def test_from_then_on_the_document_is_what_was_asked(nets: list[D], off: D) -> None:
    """Credit notes and the balance are measured against it: nothing is left to explain."""
    asked = draft(*map(str, nets))
    document = made(asked, off)
    assert [] == gaps(as_made(asked, document), document)
    assert abs(off) == most_of(gaps(asked, document))


def test_a_line_that_the_erp_added_and_one_that_it_left_out_are_taken_over() -> None:
    asked = draft("100.00", "0.02")
    document = made(draft("100.00"))
    extra = DocumentLine(
        key="9", item="X", title="Arrondi", quantity=D(1), net=D("0.03"), gross=D("0.03"), rate=D(0)
    )
    document = replace(
        document,
        lines=[*document.lines, extra],
        net=document.net + D("0.03"),
        gross=document.gross + D("0.03"),
    )
    now = as_made(asked, document)
    assert [("A", D(100)), ("B", D(0)), ("X", D("0.03"))] == [(line.item, line.net) for line in now.lines]
    assert now.gross == sum(line.net + line.tax for line in now.lines)
