"""The demonstration GesCom does what Sage does: stock, numbers, locks, refusals."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from sandbox.gescom import store
from sandbox.gescom.business import GesCom, Refused
from sandbox.gescom.order_pricing import QUOTATION, Deposit, Entry, Line
from support.gescom import a_customer, an_article, small_gescom, some_articles, sql, stock_of


@pytest.fixture
def gescom(tmp_path: Path) -> GesCom:
    return small_gescom(tmp_path)


def order(gescom: GesCom, quantity: int = 5, kind: int = 1) -> tuple[str, str]:
    ref = an_article(gescom)
    return gescom.enter(Entry(a_customer(gescom), [Line(ref, quantity=Decimal(quantity))], kind=kind)), ref


def refused(work: object) -> str:
    with pytest.raises(Refused) as caught:
        work()  # type: ignore[operator]
    assert caught.value.text
    return caught.value.kind


def test_an_order_reserves_a_preparation_sets_aside_a_delivery_takes_out(gescom: GesCom) -> None:
    before = stock_of(gescom, an_article(gescom))
    piece, ref = order(gescom)
    assert before["QteRes"] + 5 == stock_of(gescom, ref)["QteRes"]
    prepared = gescom.prepare(piece)
    assert (before["QteRes"], before["QtePrepa"] + 5) == (
        stock_of(gescom, ref)["QteRes"],
        stock_of(gescom, ref)["QtePrepa"],
    )
    note = gescom.deliver(prepared)
    after = stock_of(gescom, ref)
    assert (before["QteSto"] - 5, before["QtePrepa"]) == (after["QteSto"], after["QtePrepa"])
    bill = gescom.invoice(note)
    assert after == stock_of(gescom, ref)
    gescom.take_back(bill)
    assert before["QteSto"] == stock_of(gescom, ref)["QteSto"]


def test_an_invoice_straight_from_the_order_takes_out_too(gescom: GesCom) -> None:
    before = stock_of(gescom, an_article(gescom))
    piece, ref = order(gescom)
    gescom.invoice(piece)
    assert {**before, "QteSto": before["QteSto"] - 5} == stock_of(gescom, ref)


def test_a_quotation_reserves_nothing_until_it_is_ordered(gescom: GesCom) -> None:
    before = stock_of(gescom, an_article(gescom))
    piece, ref = order(gescom, kind=QUOTATION)
    assert before == stock_of(gescom, ref)
    gescom.transform(piece, 1)
    assert before["QteRes"] + 5 == stock_of(gescom, ref)["QteRes"]


def test_a_cancelled_order_sets_its_stock_free(gescom: GesCom) -> None:
    before = stock_of(gescom, an_article(gescom))
    piece, ref = order(gescom)
    gescom.cancel(piece)
    assert before == stock_of(gescom, ref)


def test_parts_of_deliveries_add_up_to_the_cent(gescom: GesCom) -> None:
    ref = an_article(gescom)
    line = Line(ref, quantity=Decimal(3), net=Decimal(10), gross=Decimal(12))
    piece = gescom.enter(Entry(a_customer(gescom), [line]))
    for _ in range(3):
        (row,) = sql(gescom, "select DL_No from F_DOCLIGNE where DO_Type = 1 and DO_Piece = ?", piece)
        gescom.deliver(piece, {row["DL_No"]: Decimal(1)})
    rows = sql(gescom, "select DL_MontantHT, DL_MontantTTC from F_DOCLIGNE where DL_PieceBC = ?", piece)
    assert (Decimal(10), Decimal(12)) == (
        sum(store.number(row["DL_MontantHT"]) for row in rows),
        sum(store.number(row["DL_MontantTTC"]) for row in rows),
    )


def test_a_kit_moves_the_stock_of_its_parts(gescom: GesCom) -> None:
    parts = [
        row["NO_RefDet"] for row in sql(gescom, "select NO_RefDet from F_NOMENCLAT where AR_Ref = 'COF001'")
    ]
    before = [stock_of(gescom, part)["QteSto"] for part in parts]
    piece = gescom.enter(Entry(a_customer(gescom), [Line("COF001", quantity=Decimal(2))]))
    gescom.deliver(piece)
    assert [held - 2 for held in before] == [stock_of(gescom, part)["QteSto"] for part in parts]


def test_a_partly_delivered_kit_delivers_its_parts_in_proportion(gescom: GesCom) -> None:
    (part, *_) = [
        row["NO_RefDet"] for row in sql(gescom, "select NO_RefDet from F_NOMENCLAT where AR_Ref = 'COF001'")
    ]
    before = stock_of(gescom, part)["QteSto"]
    piece = gescom.enter(Entry(a_customer(gescom), [Line("COF001", quantity=Decimal(4))]))
    (kit,) = sql(gescom, "select DL_No from F_DOCLIGNE where AR_Ref = 'COF001' and DO_Piece = ?", piece)
    gescom.deliver(piece, {kit["DL_No"]: Decimal(1)})
    assert (before - 1, Decimal(3)) == (stock_of(gescom, part)["QteSto"], stock_of(gescom, part)["QteRes"])


def test_more_than_was_ordered_cannot_be_delivered(gescom: GesCom) -> None:
    piece, _ = order(gescom)
    (row,) = sql(gescom, "select DL_No from F_DOCLIGNE where DO_Piece = ?", piece)
    assert "refused" == refused(lambda: gescom.deliver(piece, {row["DL_No"]: Decimal(6)}))
    assert "refused" == refused(lambda: gescom.deliver(piece, {row["DL_No"]: Decimal(0)}))


def test_numbers_follow_one_another_without_a_gap_when_a_document_is_refused(gescom: GesCom) -> None:
    first, _ = order(gescom)
    assert "unknown_article" == refused(lambda: gescom.enter(Entry(a_customer(gescom), [Line("RIEN")])))
    second, _ = order(gescom)
    assert int(first[2:]) + 1 == int(second[2:])


def test_a_document_open_on_a_screen_cannot_be_changed(gescom: GesCom) -> None:
    piece, _ = order(gescom)
    gescom.lock("F_DOCENTETE", piece)
    assert "locked" == refused(lambda: gescom.deliver(piece))
    gescom.unlock("F_DOCENTETE", piece)
    gescom.deliver(piece)


def test_a_closed_period_takes_no_document(gescom: GesCom) -> None:
    gescom.close_month(date(2026, 4, 30))
    entry = Entry(a_customer(gescom), [Line(an_article(gescom))], dated="2026-04-15")
    assert "month_closed" == refused(lambda: gescom.enter(entry))


def test_a_text_too_long_for_its_column_is_refused_by_name(gescom: GesCom) -> None:
    with pytest.raises(Refused) as caught:
        gescom.rename(an_article(gescom), "x" * 70)
    assert ("too_long", "AR_Design") == (caught.value.kind, caught.value.field)


def test_an_article_on_a_document_is_put_to_sleep_and_not_deleted(gescom: GesCom) -> None:
    _, ref = order(gescom)
    assert "refused" == refused(lambda: gescom.delete_article(ref))


def test_an_article_is_added_found_and_deleted_with_all_its_rows(gescom: GesCom) -> None:
    gescom.add_article(" abc-1 ", "Sablier", family="USTENSILES", price=Decimal("4.5"), stock=Decimal(7))
    assert Decimal(7) == stock_of(gescom, "ABC-1")["QteSto"]
    assert "refused" == refused(lambda: gescom.add_article("ABC-1", "Double", family="USTENSILES"))
    sql(gescom, "delete from F_DOCLIGNE where AR_Ref = 'ABC-1'")
    gescom.delete_article("ABC-1")
    assert [] == sql(gescom, "select 1 from F_ARTSTOCK where AR_Ref = 'ABC-1'")


def test_an_emptied_article_table_comes_back_as_it_was(gescom: GesCom) -> None:
    before = sql(gescom, "select * from F_ARTICLE order by cbMarq")
    assert len(before) == gescom.empty_articles()
    assert [] == sql(gescom, "select * from F_ARTICLE")
    assert len(before) == gescom.restore_articles()
    assert before == sql(gescom, "select * from F_ARTICLE order by cbMarq")
    assert "refused" == refused(gescom.restore_articles)


def test_a_price_of_a_category_is_changed_or_added(gescom: GesCom) -> None:
    ref = an_article(gescom)
    sql(gescom, "delete from F_ARTCLIENT where AR_Ref = ?", ref)
    gescom.change_price(ref, Decimal("12.90"), category=1)
    gescom.change_price(ref, Decimal("13.90"), category=1)
    rows = sql(gescom, "select AC_PrixVen, AC_PrixTTC from F_ARTCLIENT where AR_Ref = ?", ref)
    assert [{"AC_PrixVen": 13.9, "AC_PrixTTC": 1}] == rows
    assert "refused" == refused(lambda: gescom.change_price(ref, Decimal(-1)))
    assert "refused" == refused(lambda: gescom.change_price(ref, Decimal(1), category=31))


def test_a_stock_count_is_a_movement(gescom: GesCom) -> None:
    ref = an_article(gescom)
    held = stock_of(gescom, ref)["QteSto"]
    gescom.set_stock(ref, held + 3)
    gescom.set_stock(ref, held + 3)  # nothing to do: no movement
    gescom.set_stock(ref, Decimal(1))
    rows = sql(
        gescom,
        "select DO_Type, DL_Qte from F_DOCLIGNE where DO_Domaine = 2 and AR_Ref = ? order by cbMarq",
        ref,
    )
    assert [(20, 3), (21, held + 2)] == [(row["DO_Type"], row["DL_Qte"]) for row in rows]


def test_a_payment_is_allocated_to_the_invoices_due_date(gescom: GesCom) -> None:
    piece, _ = order(gescom)
    assert "refused" == refused(lambda: gescom.pay(piece, Decimal(10)))
    bill = gescom.invoice(piece)
    gescom.pay(bill, Decimal(10), method=3)
    (row,) = sql(gescom, "select RC_Montant from F_REGLECH where DO_Piece = ?", bill)
    assert 10 == row["RC_Montant"]


def test_rows_are_stamped_to_the_minute_as_smalldatetime_is(gescom: GesCom) -> None:
    ref = an_article(gescom)
    gescom.change_price(ref, Decimal(3))
    (row,) = sql(gescom, "select cbModification from F_ARTICLE where AR_Ref = ?", ref)
    assert row["cbModification"].endswith(":00")
    assert row["cbModification"] > "2026-03-02 08:00:00"


def test_one_reads_while_another_writes(gescom: GesCom) -> None:
    with store.writing(gescom.path) as writer:
        writer.execute("update F_ARTICLE set AR_Design = 'en cours'")
        with store.reading(gescom.path) as reader:
            row = reader.execute("select count(*) from F_ARTICLE where AR_Design = 'en cours'").fetchone()
            assert 0 == row[0]


def test_orders_for_two_articles_are_listed_in_the_order_they_were_typed(gescom: GesCom) -> None:
    refs = some_articles(gescom, 2)
    piece = gescom.enter(Entry(a_customer(gescom), [Line(ref) for ref in reversed(refs)]))
    rows = sql(gescom, "select AR_Ref from F_DOCLIGNE where DO_Piece = ? order by DL_Ligne", piece)
    assert list(reversed(refs)) == [row["AR_Ref"] for row in rows]


def test_a_deposit_goes_with_the_goods_as_far_as_they_are_worth_it(gescom: GesCom) -> None:
    line = Line(an_article(gescom), quantity=Decimal(4), net=Decimal(40), gross=Decimal(48))
    entry = Entry(a_customer(gescom), [line], deposits=[Deposit(Decimal(48), 1, "2026-05-04")])
    piece = gescom.enter(entry)
    (row,) = sql(gescom, "select DL_No from F_DOCLIGNE where DO_Piece = ?", piece)
    bill = gescom.invoice(gescom.deliver(piece, {row["DL_No"]: Decimal(3)}))
    left = {
        row["DO_Piece"]: row["DR_Montant"]
        for row in sql(gescom, "select * from F_DOCREGL where DR_TypeRegl = 0")
    }
    assert {bill: 36, piece: 12} == left
    (head,) = sql(gescom, "select DO_NetAPayer from F_DOCENTETE where DO_Piece = ?", bill)
    assert 0 == head["DO_NetAPayer"]
