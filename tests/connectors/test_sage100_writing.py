"""Writing through the bridge: once, to the cent, and refused with a reason."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from raccord_connectors.canonical import (
    Address,
    Customer,
    CustomerDraft,
    Document,
    Draft,
    DraftLine,
    Payment,
    Record,
)
from raccord_connectors.contract import Change, ConfigError, Outcome, Selection, TransientError
from raccord_connectors.erp.sage100 import protocol, texts
from raccord_connectors.erp.sage100.bridge import contract_error
from sandbox.gescom.business import GesCom
from sandbox.gescom.connection import bridge_command
from sandbox.gescom.store import reading
from support.gescom import (
    a_customer,
    an_article,
    records,
    sage100,
    small_gescom,
    some_articles,
    sql,
    stock_of,
)

REFERENCE = "K3QZ-1042"


@pytest.fixture
def gescom(tmp_path: Path) -> GesCom:
    return small_gescom(tmp_path)


def line(item: str, quantity: int = 1, net: str = "10", tax: str = "2", **values: Any) -> DraftLine:
    unit = Decimal(net) / quantity
    told: dict[str, Any] = {"title": "Assiette", "rate": Decimal(20), **values}
    return DraftLine(
        item=item, quantity=Decimal(quantity), unit_net=unit, net=Decimal(net), tax=Decimal(tax), **told
    )


def draft(gescom: GesCom, *lines: DraftLine, **values: Any) -> Draft:
    held = lines or (line(an_article(gescom)),)
    net, tax = sum(each.net for each in held), sum(each.tax for each in held)
    told: dict[str, Any] = {
        "key": REFERENCE,
        "dated": date(2026, 5, 4),
        "reference": "#1042",
        "customer": a_customer(gescom),
        "net": net,
        "tax": tax,
        "gross": net + tax,
        **values,
    }
    return Draft(lines=list(held), **told)


def write(gescom: GesCom, *wanted: Record, stream: str = "drafts", **settings: Any) -> list[Outcome]:
    connector = sage100(gescom, **settings)
    try:
        return list(connector.write(stream, [Change("create", each.key, each) for each in wanted]))
    finally:
        connector.close()


def written(gescom: GesCom, wanted: Draft, **settings: Any) -> Document:
    (outcome,) = write(gescom, wanted, **settings)
    assert outcome.problem is None, outcome.problem
    found = records(gescom, "documents", Selection(keys=(str(outcome.target),)))[str(outcome.target)]
    assert isinstance(found, Document)
    return found


def refused(
    gescom: GesCom, wanted: Record, stream: str = "drafts", **settings: Any
) -> tuple[str, str | None]:
    (outcome,) = write(gescom, wanted, stream=stream, **settings)
    assert outcome.problem is not None
    assert "rejected" == outcome.problem.kind
    assert "{" not in outcome.problem.message.fr + outcome.problem.message.en
    return outcome.problem.message.code, outcome.problem.field


def headers(gescom: GesCom) -> list[dict[str, Any]]:
    return sql(gescom, "select * from F_DOCENTETE where DO_NoWeb = ?", REFERENCE)


# ---------------------------------------------------------------------------------------------- documents


def test_an_order_becomes_a_document_with_the_same_amounts(gescom: GesCom) -> None:
    one, other = some_articles(gescom, 2)
    wanted = draft(
        gescom,
        line(one, 3, "29.97", "5.99"),
        line(other, 2, "10.05", "2.01"),
        line("PORT", 1, "4.92", "0.98", kind="shipping", title="Livraison"),
    )
    found = written(gescom, wanted)
    assert (wanted.net, wanted.tax, wanted.gross) == (found.net, found.tax, found.gross)
    assert (REFERENCE, "confirmed", date(2026, 5, 4)) == (found.reference, found.state, found.dated)
    (header,) = headers(gescom)
    assert "#1042" == header["DO_Ref"]


@pytest.mark.parametrize(("net", "tax"), [("24.97", "5.00"), ("24.98", "4.99")])
def test_the_shops_own_rounding_is_kept(gescom: GesCom, net: str, tax: str) -> None:
    """Three at 9.99 with tax: some shops round the tax up, some down."""
    found = written(gescom, draft(gescom, line(an_article(gescom), 3, net, tax), prices_include_tax=True))
    assert (Decimal(net), Decimal(tax), Decimal("29.97")) == (found.net, found.tax, found.gross)


def test_a_discount_line_gives_back_in_quantity(gescom: GesCom) -> None:
    wanted = draft(
        gescom, line(an_article(gescom), 1, "20", "4"), line("REMISE", 1, "-5", "-1", kind="discount")
    )
    found = written(gescom, wanted)
    assert Decimal(18) == found.gross
    assert (Decimal(-1), Decimal(-5)) == (found.lines[1].quantity, found.lines[1].net)


def test_shipping_may_follow_the_rate_of_the_goods(gescom: GesCom) -> None:
    food = line("EPI003", 1, "10", "0.55", rate=Decimal("5.5"))
    port = line("PORT", 1, "5", "0.28", rate=Decimal("5.5"), kind="shipping")
    assert Decimal("15.83") == written(gescom, draft(gescom, food, port)).gross


def test_goods_at_another_rate_than_their_articles_are_refused(gescom: GesCom) -> None:
    wanted = draft(gescom, line(an_article(gescom), 1, "10", "0.55", rate=Decimal("5.5")))
    assert ("sage100.tax_missing", "lines") == refused(gescom, wanted)
    assert [] == headers(gescom)


def test_a_total_that_sage_does_not_reach_is_refused_with_both_figures(gescom: GesCom) -> None:
    wanted = draft(gescom, line(an_article(gescom), 1, "10", "3", rate=None))
    (outcome,) = write(gescom, wanted)
    assert outcome.problem is not None
    assert "12,00" in outcome.problem.message.fr
    assert "13" in outcome.problem.message.fr
    assert [] == headers(gescom)


def test_lines_that_do_not_make_the_total_are_refused_before_sage_is_asked(gescom: GesCom) -> None:
    wanted = replace(draft(gescom), gross=Decimal(99))
    assert ("sage100.totals_of_draft", "gross") == refused(gescom, wanted, bridge=["does-not-exist"])


def test_an_eco_contribution_is_taken_out_of_the_price_and_paid_once(gescom: GesCom) -> None:
    found = written(gescom, draft(gescom, line("ELE004", 2, "100", "20")))
    assert (Decimal(100), Decimal(20), Decimal(120)) == (found.net, found.tax, found.gross)
    (row,) = sql(gescom, "select * from F_DOCLIGNE where AR_Ref = 'ELE004'")
    assert (48.8, 97.6, 1.2) == (row["DL_PrixUnitaire"], row["DL_MontantHT"], row["DL_Taxe2"])


def test_a_variant_is_written_as_itself_and_its_stock_reserved(gescom: GesCom) -> None:
    item = next(key for key in records(gescom, "stock") if key.startswith("LTA001|"))
    found = written(gescom, draft(gescom, line(item, 2, "100", "20")))
    assert item == found.lines[0].item
    assert Decimal(2) == records(gescom, "stock", Selection(keys=(item,)))[item].depots[0].reserved


def test_an_order_reserves_and_its_delivery_takes_out(gescom: GesCom) -> None:
    ref = an_article(gescom)
    before = stock_of(gescom, ref)
    found = written(gescom, draft(gescom, line(ref, 3, "30", "6")))
    reserved = stock_of(gescom, ref)
    assert (before["QteSto"], before["QteRes"] + 3) == (reserved["QteSto"], reserved["QteRes"])
    gescom.deliver(found.number)
    after = stock_of(gescom, ref)
    assert (before["QteSto"] - 3, before["QteRes"]) == (after["QteSto"], after["QteRes"])


def test_money_received_is_a_deposit_by_the_merchants_table(gescom: GesCom) -> None:
    paid = Payment(
        key="1", method="stripe", amount=Decimal(12), state="paid", transaction="ch_9",
        paid_at=datetime(2026, 5, 4, 9, tzinfo=UTC),
    )  # fmt: skip
    waiting = Payment(key="2", method="cheque", amount=Decimal(5), state="pending")
    found = written(gescom, draft(gescom, payments=[paid, waiting]), payment_methods={"stripe": "5"})
    assert Decimal(12) == found.paid
    (row,) = sql(gescom, "select * from F_DOCREGL where DR_Libelle like '%/1 ch_9'")
    assert (0, 5, "2026-05-04") == (row["DR_TypeRegl"], row["N_Reglement"], row["DR_Date"])


def test_a_payment_method_is_also_found_by_its_name_in_sage(gescom: GesCom) -> None:
    paid = Payment(key="1", method="bacs", title="virement", amount=Decimal(12), state="paid")
    written(gescom, draft(gescom, payments=[paid]))
    (row,) = sql(gescom, "select N_Reglement from F_DOCREGL where DR_Libelle like 'K3QZ-1042/%'")
    assert 3 == row["N_Reglement"]


def test_an_unknown_payment_method_is_refused_when_there_is_no_default(gescom: GesCom) -> None:
    paid = Payment(key="1", method="bitcoin", amount=Decimal(12), state="paid")
    wanted = draft(gescom, payments=[paid])
    assert ("sage100.unknown_payment_method", "payments") == refused(
        gescom, wanted, default_payment_method=""
    )


def test_a_carrier_is_found_by_table_or_name_else_told_in_words(gescom: GesCom) -> None:
    written(gescom, draft(gescom, carrier="mondial relay"))
    assert 5 == headers(gescom)[0]["DO_Expedit"]
    written(gescom, draft(gescom, key="K3QZ-2", carrier="flat_rate:3"), carriers={"flat_rate:3": "2"})
    written(gescom, draft(gescom, key="K3QZ-3", carrier="Coursier à vélo"))
    rows = sql(
        gescom,
        "select DO_Expedit, DO_Coord02 from F_DOCENTETE where DO_NoWeb in ('K3QZ-2', 'K3QZ-3') order by DO_NoWeb",
    )
    assert (2, "Coursier à vélo") == (rows[0]["DO_Expedit"], rows[1]["DO_Coord02"])


def test_a_delivery_address_is_found_again_or_added_once(gescom: GesCom) -> None:
    place = Address(
        first_name="Zoé", last_name="Müller", line1="Résidence « Les Jardins de la Fontaine-aux-Ormes », bâtiment 12",
        line2="Interphone 42", postal_code="1000", city="Bruxelles", country="BE",
    )  # fmt: skip
    for key in ("K3QZ-1", "K3QZ-2"):
        written(gescom, draft(gescom, key=key, delivery=place))
    (row,) = sql(gescom, "select * from F_LIVRAISON where LI_Contact = 'MÜLLER Zoé'")
    assert ("MÜLLER Zoé", "BELGIQUE") == (row["LI_Intitule"], row["LI_Pays"])
    assert "Résidence « Les Jardins de la" == row["LI_Adresse"]
    assert "Fontaine-aux-Ormes », bâtiment 12" == row["LI_Complement"][:33]


def test_a_remark_becomes_comment_lines(gescom: GesCom) -> None:
    found = written(
        gescom, draft(gescom, remark="Merci de livrer chez le gardien.\n" + "Attention au chien 🐕 ! " * 5)
    )
    comments = [each.title for each in found.lines if each.item is None]
    assert 2 < len(comments) < 5
    assert all(len(comment) <= 69 and "🐕" not in comment for comment in comments)


def test_a_quotation_is_written_as_one(gescom: GesCom) -> None:
    assert "quotation" == written(gescom, draft(gescom, kind="quotation")).kind


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"kind": "preparation"}, "sage100.bad_kind", "kind"),
        ({"kind": "credit", "origin": "BC|PERDU"}, "sage100.unknown_origin", "origin"),
        ({"key": "K3QZ-12345678901234"}, "sage100.too_long", "key"),
        ({"key": "K3QZ-🧀"}, "sage100.too_long", "key"),
        ({"depot": "9"}, "sage100.unknown_depot", "depot"),
        ({"representative": "99"}, "sage100.unknown_representative", "representative"),
        ({"customer": "PERSONNE"}, "sage100.unknown_customer", "customer"),
        ({"customer": "FOURN01"}, "sage100.unknown_customer", "customer"),
    ],
)
def test_what_sage_cannot_take_is_refused_by_field(
    gescom: GesCom, changes: Any, code: str, field: str
) -> None:
    assert (code, field) == refused(gescom, draft(gescom, **changes))


def test_unknown_and_sleeping_articles_are_refused(gescom: GesCom) -> None:
    assert ("sage100.unknown_article", "lines") == refused(gescom, draft(gescom, line("RIEN")))
    assert ("sage100.unknown_variant", "lines") == refused(gescom, draft(gescom, line("LTA001|9999|0")))
    ref = an_article(gescom)
    gescom.sleep(ref)
    assert ("sage100.sleeping_article", "lines") == refused(gescom, draft(gescom, line(ref)))


def test_sleeping_and_blocked_customers_are_refused(gescom: GesCom) -> None:
    customer = a_customer(gescom)
    sql(gescom, "update F_COMPTET set CT_Sommeil = 1 where CT_Num = ?", customer)
    assert ("sage100.sleeping_customer", "customer") == refused(gescom, draft(gescom, customer=customer))
    sql(gescom, "update F_COMPTET set CT_Sommeil = 0, CT_ControlEnc = 2 where CT_Num = ?", customer)
    assert ("sage100.blocked_customer", "customer") == refused(gescom, draft(gescom, customer=customer))


def test_a_closed_month_is_refused_with_its_day(gescom: GesCom) -> None:
    gescom.close_month(date(2026, 5, 31))
    assert ("sage100.month_closed", "dated") == refused(gescom, draft(gescom))


def test_a_bad_order_stops_no_other(gescom: GesCom) -> None:
    orders = [draft(gescom, key="A-1"), draft(gescom, line("RIEN"), key="A-2"), draft(gescom, key="A-3")]
    assert [True, False, True] == [outcome.done for outcome in write(gescom, *orders)]


# ------------------------------------------------------------------------------------- once, come what may


def test_the_same_order_twice_makes_one_document(gescom: GesCom) -> None:
    first, second = write(gescom, draft(gescom), draft(gescom))
    assert (first.target, True, False) == (second.target, second.existed, first.existed)
    assert 1 == len(headers(gescom))


def test_an_order_already_delivered_is_found_again(gescom: GesCom) -> None:
    found = written(gescom, draft(gescom))
    gescom.take_back(gescom.invoice(gescom.deliver(found.number)))
    (again,) = write(gescom, draft(gescom))
    assert (found.key, True) == (again.target, again.existed)


def test_a_crash_between_commit_and_answer_does_not_double_the_document(gescom: GesCom) -> None:
    dying = bridge_command(gescom.path, "--die-after", "create_document:1")
    (outcome,) = write(gescom, draft(gescom), bridge=dying)
    assert outcome.done
    assert 1 == len(headers(gescom))
    (again,) = write(gescom, draft(gescom))
    assert (outcome.target, True) == (again.target, again.existed)
    assert 1 == len(headers(gescom))


def test_a_bridge_that_dies_on_every_second_write_loses_and_doubles_nothing(gescom: GesCom) -> None:
    dying = bridge_command(gescom.path, "--die-after", "create_document:2")
    orders = [draft(gescom, key=f"N-{number}") for number in range(5)]
    outcomes = write(gescom, *orders, bridge=dying)
    assert all(outcome.done for outcome in outcomes)
    (row,) = sql(
        gescom,
        "select count(*) as n, count(distinct DO_NoWeb) as d from F_DOCENTETE where DO_NoWeb like 'N-%'",
    )
    assert (5, 5) == (row["n"], row["d"])


def test_a_locked_customer_is_tried_again_later_and_stops_no_other(gescom: GesCom) -> None:
    customer = a_customer(gescom)
    gescom.lock("F_COMPTET", customer)
    other = sql(
        gescom,
        "select CT_Num from F_COMPTET where CT_Type = 0 and CT_Num <> ? and CT_Siret <> '' limit 1",
        customer,
    )
    locked, free = write(
        gescom, draft(gescom, key="L-1"), draft(gescom, key="L-2", customer=other[0]["CT_Num"])
    )
    assert locked.problem is not None
    assert ("transient", "sage100.locked") == (locked.problem.kind, locked.problem.message.code)
    assert locked.problem.retry_after is not None
    assert free.done
    gescom.unlock("F_COMPTET", customer)
    assert write(gescom, draft(gescom, key="L-1"))[0].done


def test_no_free_licence_is_transient_for_all(gescom: GesCom) -> None:
    sql(gescom, "insert into SANDBOX_REGLAGE (NOM, VALEUR) values ('licences', '0')")
    with pytest.raises(TransientError) as caught:
        write(gescom, draft(gescom))
    assert "sage100.licence" == caught.value.message.code


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [("exclusif", "COMPTA", "sage100.exclusive"), ("disque_plein", "1", "sage100.no_space")],
)
def test_a_company_that_nobody_can_write_in_is_tried_again_and_then_written(
    gescom: GesCom, name: str, value: str, code: str
) -> None:
    sql(gescom, "insert into SANDBOX_REGLAGE (NOM, VALEUR) values (?, ?)", name, value)
    with pytest.raises(TransientError) as caught:
        write(gescom, draft(gescom))
    assert code == caught.value.message.code
    assert caught.value.retry_after is not None
    assert [] == headers(gescom)
    sql(gescom, "delete from SANDBOX_REGLAGE where NOM = ?", name)
    assert write(gescom, draft(gescom))[0].done


def test_a_bridge_without_the_right_stops_and_says_which(gescom: GesCom) -> None:
    sql(gescom, "insert into SANDBOX_REGLAGE (NOM, VALEUR) values ('droits_passerelle', 'lecture')")
    with pytest.raises(ConfigError) as caught:
        write(gescom, draft(gescom))
    assert ("sage100.no_right", "bridge") == (caught.value.message.code, caught.value.field)
    assert [] == headers(gescom)


@pytest.mark.parametrize(("name", "day"), [("exercice_du", "2099-01-01"), ("exercice_au", "2001-12-31")])
def test_a_day_in_no_fiscal_year_is_refused_with_its_day(gescom: GesCom, name: str, day: str) -> None:
    sql(gescom, "insert into SANDBOX_REGLAGE (NOM, VALEUR) values (?, ?)", name, day)
    assert ("sage100.no_exercise", "dated") == refused(gescom, draft(gescom))


def test_every_refusal_is_told_in_both_languages_with_what_it_names() -> None:
    """No place stays empty when the bridge tells nothing but a kind."""
    for kind, text in texts.BRIDGE_REFUSALS.items():
        error = contract_error(protocol.Failure(kind), "BC-1")
        assert text.code == error.message.code
        for said in (error.message.fr, error.message.en):
            assert "{" not in said, kind
    waiting = {contract_error(protocol.Failure(kind)).kind for kind in protocol.WAITING}
    stopped = {contract_error(protocol.Failure(kind)).kind for kind in protocol.MISCONFIGURED}
    assert ({"transient"}, {"config"}) == (waiting, stopped)
    assert set(texts.BRIDGE_REFUSALS) >= protocol.WAITING | protocol.MISCONFIGURED


def test_without_a_bridge_nothing_is_written_and_the_setting_is_named(gescom: GesCom) -> None:
    with pytest.raises(ConfigError) as caught:
        write(gescom, draft(gescom), bridge=[])
    assert ("sage100.read_only", "bridge") == (caught.value.message.code, caught.value.field)


# ---------------------------------------------------------------------------------------------- customers


def person(number: int = 1, **values: Any) -> CustomerDraft:
    told: dict[str, Any] = {
        "account_title": f"ÉVRARD Zélie {number}", "first_name": "Zélie", "last_name": "Évrard", "civility": "mrs",
        "email": f"zelie{number}@exemple.fr", "phone": "06 12 34 56 78",
        "billing": Address(line1="3 rue de l’Œillet", postal_code="21000", city="Dijon", country="FR"), **values,
    }  # fmt: skip
    return CustomerDraft(key=f"email:zelie{number}@exemple.fr", customer=Customer(key="", **told))


def created(gescom: GesCom, wanted: CustomerDraft) -> Customer:
    (outcome,) = write(gescom, wanted, stream="customer_drafts")
    assert outcome.problem is None, outcome.problem
    found = records(gescom, "customers", Selection(keys=(str(outcome.target),)))[str(outcome.target)]
    assert isinstance(found, Customer)
    return found


def test_a_customer_gets_the_next_account_of_the_prefix(gescom: GesCom) -> None:
    assert ["WEB00001", "WEB00002"] == [created(gescom, person(number)).key for number in (1, 2)]


def test_a_customer_gets_its_representative_and_its_payment_terms(gescom: GesCom) -> None:
    found = created(gescom, person(representative="2", payment_terms="3"))
    with reading(gescom.path) as connection:
        row = connection.execute(
            "select CO_No, MR_No from F_COMPTET where CT_Num = ?", (found.key,)
        ).fetchone()
    assert (2, 3) == tuple(row)


def test_a_customer_is_read_back_as_it_was_asked(gescom: GesCom) -> None:
    found = created(gescom, person(price_category="2", discount_percent=Decimal("2.5")))
    assert ("ÉVRARD Zélie 1", "mrs", "Zélie", "Évrard") == (
        found.account_title, found.civility, found.first_name, found.last_name,
    )  # fmt: skip
    assert ("2", "1", Decimal("2.5")) == (
        found.price_category,
        found.accounting_category,
        found.discount_percent,
    )
    assert found.billing is not None
    assert ("3 rue de l’Œillet", "Dijon", "FR") == (
        found.billing.line1,
        found.billing.city,
        found.billing.country,
    )
    assert "0612345678" == found.phone


def test_the_same_buyer_twice_is_one_account(gescom: GesCom) -> None:
    first, second = write(gescom, person(), person(), stream="customer_drafts")
    assert (first.target, True) == (second.target, second.existed)


def test_a_crash_while_creating_a_customer_does_not_double_it(gescom: GesCom) -> None:
    dying = bridge_command(gescom.path, "--die-after", "create_customer:1")
    (outcome,) = write(gescom, person(), stream="customer_drafts", bridge=dying)
    assert "WEB00001" == outcome.target
    assert 1 == len(sql(gescom, "select 1 from F_COMPTET where CT_Num like 'WEB%'"))


def test_an_address_that_would_be_cut_wrong_is_refused(gescom: GesCom) -> None:
    long = person(email="x" * 60 + "@exemple.fr")
    assert ("sage100.too_long", "customer.email") == refused(gescom, long, stream="customer_drafts")


def test_an_update_sends_only_what_differs(gescom: GesCom) -> None:
    before = person()
    target = created(gescom, before).key
    sql(gescom, "update F_COMPTET set CT_Ville = 'Dole', CT_Taux01 = 4 where CT_Num = ?", target)
    after = replace(before, customer=replace(before.customer, phone="07 00 00 00 00", email=""))
    connector = sage100(gescom)
    (outcome,) = connector.write(
        "customer_drafts", [Change("update", before.key, after, before, target=target)]
    )  # fmt: skip
    connector.close()
    assert outcome.done
    (row,) = sql(gescom, "select * from F_COMPTET where CT_Num = ?", target)
    assert ("0700000000", "", "Dole", 4) == (
        row["CT_Telephone"],
        row["CT_EMail"],
        row["CT_Ville"],
        row["CT_Taux01"],
    )
